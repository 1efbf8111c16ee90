"""Code lists, clients' diagnoses, and what charges say of them."""

from __future__ import annotations

from datetime import date

from practice.access.permissions import Actor, Permission, require
from practice.errors import NotPermitted
from practice.people.queries import require_client
from practice.store.work import Reader, Row


def code_list(reader: Reader, kind: str, day: date) -> Row | None:
    """The list in force that day."""
    return reader.one(
        "select * from code_lists where kind = ? and from_date <= ? order by from_date desc, known_at desc limit 1",
        kind,
        day,
    )


def code_lists(reader: Reader, actor: Actor) -> list[Row]:
    """Every list that was loaded, the newest first, with `loaded_by_name`."""
    require(actor, Permission.SET_UP)
    return reader.rows(
        "select l.*, coalesce(u.name, 'Daybook') as loaded_by_name from code_lists l"
        " left join users u on u.user_id = l.loaded_by order by l.from_date desc, l.known_at desc"
    )


def listed(reader: Reader, code_list_id: str, code: str) -> Row | None:
    """A code of a list, written as the list does."""
    return reader.one("select * from listed_codes where listed_code_id = ?", f"{code_list_id}|{code}")


def billable_below(reader: Reader, code_list_id: str, code: str, limit: int) -> list[str]:
    """The first billable codes that begin so."""
    rows = reader.rows(
        "select code from listed_codes where code_list_id = ? and is_billable and starts_with(code, ?)"
        " order by code limit ?",
        code_list_id,
        code,
        limit,
    )
    return [row["code"] for row in rows]


def search_codes(reader: Reader, kind: str, day: date, text: str, limit: int = 8) -> list[Row]:
    """Billable codes of that day's list that begin so, or whose words hold each word of the text; shortest first."""
    found = code_list(reader, kind, day)
    words = text.lower().split()
    if found is None or not words:
        return []
    plain = text.strip().upper().replace(".", "")
    holds = " and ".join(["contains(lower(description), ?)"] * len(words))
    return reader.rows(
        "select code, description from listed_codes where code_list_id = ? and is_billable"
        f" and (starts_with(code, ?) or ({holds}))"
        " order by starts_with(code, ?) desc, length(description), code limit ?",
        found["code_list_id"],
        plain,
        *words,
        plain,
        limit,
    )


def diagnoses_on(reader: Reader, client_id: str, day: date) -> list[Row]:
    """What a client is diagnosed with that day, in the order for documents. Asks nothing of an actor: for commands."""
    return reader.rows(
        "select * from client_diagnoses where client_id = ? and not is_withdrawn and from_date <= ?"
        " and (until_date is null or until_date >= ?) order by rank, known_at, diagnosis_id",
        client_id,
        day,
        day,
    )


def same_diagnosis(reader: Reader, client_id: str, code: str, first: date, last: date | None) -> Row | None:
    """A diagnosis of the same code whose days overlap these."""
    return reader.one(
        "select * from client_diagnoses where client_id = ? and code = ? and not is_withdrawn"
        " and (until_date is null or until_date >= ?) and from_date <= coalesce(?, date '9999-12-31') limit 1",
        client_id,
        code,
        first,
        last,
    )


def ranks(reader: Reader, client_id: str) -> list[Row]:
    """Diagnoses that were not withdrawn, in their order: diagnosis_id and rank."""
    return reader.rows(
        "select diagnosis_id, rank from client_diagnoses where client_id = ? and not is_withdrawn"
        " order by rank, known_at, diagnosis_id",
        client_id,
    )


def client_diagnoses(reader: Reader, actor: Actor, client_id: str) -> list[Row]:
    """Every diagnosis of a client that was not withdrawn, those in force first, with `provider_name`."""
    if not (actor.may(Permission.DIAGNOSE) or actor.may(Permission.CHARGE)):
        raise NotPermitted("Diagnoses are for those who make or bill them; ask a manager or the owner.")
    require_client(reader, actor, client_id)
    return reader.rows(
        "select d.*, v.name as provider_name from client_diagnoses d left join providers v"
        " on v.provider_id = d.diagnosed_by where d.client_id = ? and not d.is_withdrawn"
        " order by d.until_date is not null, d.rank, d.from_date, d.diagnosis_id",
        client_id,
    )


def charge_diagnoses(reader: Reader, charge_id: str) -> list[Row]:
    """The diagnoses of a charge, in their order."""
    return reader.rows("select * from charge_diagnoses where charge_id = ? order by position", charge_id)


def is_claimed(reader: Reader, charge_id: str) -> bool:
    """Whether a claim that stands asks a payer for it."""
    return bool(
        reader.one("select 1 from insurance_claim_lines where charge_id = ? and live_key is not null", charge_id)
    )


def is_of_package(reader: Reader, charge_id: str) -> bool:
    """Whether a session of a package pays it."""
    return bool(
        reader.one(
            "select 1 from held_moves m where m.charge_id = ? and m.kind = 'redeemed' and m.reverses_id is null"
            " and not exists (select 1 from held_moves r where r.reverses_id = m.held_move_id)",
            charge_id,
        )
    )


def recodable(reader: Reader, actor: Actor, charge_id: str) -> Row | None:
    """The posted charge of a visit with `codes` (its diagnoses, in order) and `known` (the client's that day)."""
    require(actor, Permission.VOID)
    charge = reader.find("charges", charge_id)
    if charge is None or charge["kind"] != "service" or charge["attendee_id"] is None or charge["status"] != "posted":
        return None
    codes = [row["code"] for row in charge_diagnoses(reader, charge_id)]
    return charge | {"codes": codes, "known": diagnoses_on(reader, charge["client_id"], charge["service_date"])}
