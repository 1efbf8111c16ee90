"""Reads of recall types and recalls: what is due, what makes one, and who can be asked."""

from __future__ import annotations

from datetime import date
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.people.client_queries import client_scope
from practice.store.work import Reader, Row

OPEN = "('due', 'booked')"


def types(reader: Reader, *, include_inactive: bool = False) -> list[Row]:
    """Recall types with the names of their services, by name."""
    return reader.rows(
        "select y.*, t.name as trigger_name, b.name as book_name from recall_types y"
        " join services t on t.service_id = y.trigger_service_id join services b on b.service_id = y.book_service_id"
        f"{'' if include_inactive else ' where y.is_active'} order by y.name"
    )


def types_about(reader: Reader, service_id: str) -> list[Row]:
    """Active types that a visit of this service can make due or fulfil."""
    about = ("trigger_service_id", "book_service_id")
    return [row for row in reader.all("recall_types") if row["is_active"] and service_id in map(row.get, about)]


def type_named(reader: Reader, name: str, except_id: str | None) -> bool:
    """Whether another type has that name, in whatever case."""
    found = reader.value(
        "select 1 from recall_types where lower(name) = lower(?) and recall_type_id is distinct from ? limit 1",
        name,
        except_id,
    )
    return bool(found)


def last_done(reader: Reader, client_id: str, service_id: str) -> Row | None:
    """The client's latest completed visit of the service: appointment_id, starts_at, start_date."""
    return reader.one(
        "select a.appointment_id, a.starts_at, a.start_date from attendees t join appointments a using (appointment_id)"
        " where t.client_id = ? and t.status = 'completed' and a.service_id = ?"
        " order by a.starts_at desc, a.appointment_id limit 1",
        client_id,
        service_id,
    )


def next_booked(reader: Reader, client_id: str, service_id: str, after: Any) -> str | None:
    """The client's first visit of the service that is still to come or under way, after an instant."""
    found: str | None = reader.value(
        "select a.appointment_id from attendees t join appointments a using (appointment_id) where t.client_id = ?"
        " and t.status in ('scheduled', 'arrived', 'in_session') and a.service_id = ? and a.starts_at > ?"
        " order by a.starts_at, a.appointment_id limit 1",
        client_id,
        service_id,
        after,
    )
    return found


def done_between(reader: Reader, client_id: str, service_id: str, after_appointment_id: str) -> bool:
    """Whether the client completed a visit of the service that began after that one."""
    found = reader.value(
        "select 1 from attendees t join appointments a using (appointment_id) where t.client_id = ?"
        " and t.status = 'completed' and a.service_id = ?"
        " and a.starts_at > (select starts_at from appointments where appointment_id = ?) limit 1",
        client_id,
        service_id,
        after_appointment_id,
    )
    return bool(found)


def recalls_of(reader: Reader, client_id: str, recall_type_id: str) -> list[Row]:
    """Every recall of a type that a client ever had."""
    mine = [row for row in reader.those("recalls", "client_id", client_id) if row["recall_type_id"] == recall_type_id]
    return sorted(mine, key=lambda row: (row["due_date"], row["recall_id"]))


def first_recalls(reader: Reader, trigger_service_id: str, book_service_id: str, since: date) -> list[Row]:
    """For a type that is new: each active client whose latest completed visit of the trigger, on or after a day, was
    not followed by a completed visit of the service to book; with that visit and the one that is booked, if any."""
    return reader.rows(
        "with done as (select t.client_id, a.appointment_id, a.service_id, a.starts_at, a.start_date from attendees t"
        " join appointments a using (appointment_id) where t.status = 'completed' and a.start_date >= ?"
        " and a.service_id in (?, ?)), last as (select client_id, arg_max(appointment_id, starts_at) as appointment_id,"
        " max(starts_at) as starts_at, arg_max(start_date, starts_at) as start_date from done where service_id = ?"
        " group by client_id), coming as (select t.client_id, a.appointment_id, a.starts_at from attendees t"
        " join appointments a using (appointment_id) where t.status in ('scheduled', 'arrived', 'in_session')"
        " and a.service_id = ?) select l.client_id, l.appointment_id, l.start_date,"
        " (select arg_min(n.appointment_id, n.starts_at) from coming n where n.client_id = l.client_id"
        " and n.starts_at > l.starts_at) as booked_id from last l join clients c on c.client_id = l.client_id"
        " and c.is_active where not exists (select 1 from done d where d.client_id = l.client_id and d.service_id = ?"
        " and d.starts_at > l.starts_at) order by l.client_id",
        since,
        trigger_service_id,
        book_service_id,
        trigger_service_id,
        book_service_id,
        book_service_id,
    )


def due_recalls(reader: Reader, actor: Actor, until: date, *, recall_type_id: str | None = None) -> list[Row]:
    """Recalls that are due by a day, of active clients in the actor's scope, the longest overdue first.

    Each with name, email, phone, type_name, book_service_id, rest_days, contacts, last_contacted_at, last_visit_date.
    """
    require(actor, Permission.BOOK)
    scope, scoped = client_scope(actor)
    return reader.rows(
        "select r.*, c.given_name || ' ' || c.family_name as name, c.email, c.phone, c.location_id,"
        " y.name as type_name, y.book_service_id, y.trigger_service_id, y.rest_days, s.name as book_name,"
        " a.start_date as last_visit_date from recalls r join clients c using (client_id)"
        " join recall_types y using (recall_type_id) join services s on s.service_id = y.book_service_id"
        " left join appointments a on a.appointment_id = r.trigger_appointment_id"
        f" where r.status = 'due' and c.is_active and y.is_active and r.due_date <= ? and {scope}"
        " and (? is null or r.recall_type_id = ?) order by r.due_date, name, r.recall_id",
        until,
        *scoped,
        recall_type_id,
        recall_type_id,
    )


def client_recalls(reader: Reader, client_id: str) -> list[Row]:
    """A client's open and declined recalls with type_name and book_service_id, by due date."""
    return reader.rows(
        "select r.*, y.name as type_name, y.book_service_id from recalls r join recall_types y using (recall_type_id)"
        f" where r.client_id = ? and (r.status in {OPEN} or r.status = 'declined') order by r.due_date",
        client_id,
    )
