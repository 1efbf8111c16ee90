"""A provider's days as the record feeds them: hours, exceptions, time off and visits with times of the day."""

from __future__ import annotations

from datetime import datetime, time, timedelta

MINUTES = (
    "scheduled_minutes", "bookable_minutes", "booked_minutes", "booked_minutes_doubled", "booked_minutes_outside",
    "kept_minutes", "kept_minutes_outside", "buffer_minutes", "closed_minutes",
)  # fmt: skip


class Diary:
    """One provider's hours and visits, landed as the record feeds them; all at one location unless said otherwise."""

    def __init__(self, landing, provider, location="lu", **about):
        self.landing, self.provider, self.location, self.count = landing, provider, location, 0
        landing.record("locations", {"location_id": location, "name": location, "zone": "UTC"})
        landing.record("providers", {"provider_id": provider, "code": provider} | about)

    def _row(self, table, **about):
        self.count += 1
        self.landing.record(table, {"provider_id": self.provider, "location_id": self.location} | about)

    def _id(self):
        return f"{self.provider}-{self.count}"

    def hours(self, day, *stretches, until=None, **about):
        """Weekly hours on the weekday of `day`, from then until `until` (the day itself unless given)."""
        for start, end in stretches:
            self._row(
                "availability", availability_id=self._id(), weekday=day.isoweekday(), start_time=clock(start),
                end_time=clock(end), effective_from=day, effective_to=until or day, **about,
            )  # fmt: skip

    def exception(self, day, start=None, end=None, is_open=False, **about):
        times = {"start_time": start and clock(start), "end_time": end and clock(end)}
        about = {"is_open": is_open, "is_withdrawn": False} | times | about
        self._row(
            "availability_exceptions",
            availability_exception_id=f"e{self._id()}-{self.location}",
            exception_date=day,
            **about,
        )

    def off(self, first, last):
        self._row("time_off", time_off_id=f"o{self._id()}", start_date=first, end_date=last, is_withdrawn=False)

    def visit(self, day, start, end, *statuses, service="su", overnight=False, **about):
        """One occurrence with an attendee of each status."""
        from_at = datetime.combine(day, clock(start))
        to_at = datetime.combine(day + timedelta(days=overnight), clock(end))
        appointment = f"v{self.provider}-{self.count}"
        self._row(
            "appointments", appointment_id=appointment, service_id=service, status="scheduled", start_date=day,
            wall_start=from_at, wall_end=to_at, starts_at=from_at, ends_at=to_at,
            duration_minutes=int((to_at - from_at).total_seconds() // 60), **{k: about.pop(k) for k in list(about) if k == "location_id"},
        )  # fmt: skip
        booked = {"booked_at": from_at, "booked_date": day, "first_booked_at": from_at, "first_booked_date": day}
        for number, status in enumerate(statuses):
            self.landing.record(
                "attendees",
                {"attendee_id": f"{appointment}-{number}", "appointment_id": appointment, "client_id": f"c{number}",
                 "billing_unit": "attendee", "status": status} | booked | about,
            )  # fmt: skip


def clock(text):
    return time.fromisoformat(text)


def minutes_of(warehouse, provider, on, location="lu"):
    """That provider day's minutes by name, without those that are 0; None where there is no row."""
    rows = warehouse(
        f"""select {", ".join(MINUTES)} from marts.fct_availability
        where provider_id = ? and available_date = ? and location_id = ?""",
        provider, on, location,
    )  # fmt: skip
    return {n.replace("_minutes", ""): m for n, m in zip(MINUTES, rows[0], strict=True) if m != 0} if rows else None
