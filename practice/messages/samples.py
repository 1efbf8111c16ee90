"""Values for a preview: an invented client, at the practice's own places and with its own services."""

from __future__ import annotations

from datetime import timedelta

from practice.clock import stored
from practice.messages import queries
from practice.messages.kinds import KINDS
from practice.messages.settings import message_settings
from practice.messages.wording import always, change_lines, day_words, visit_values
from practice.store.work import Reader


def sample_values(reader: Reader, kind: str) -> dict[str, str]:
    """A value for every placeholder of the kind; what the practice has not set up yet is invented, too."""
    settings = message_settings(reader)
    link = settings.public_url or "https://visits.example"
    now = stored(reader.now).replace(hour=15, minute=0, second=0, microsecond=0)
    place = queries.any_place(reader) or {
        "zone": settings.zone, "location": "Main Street", "address": "1 Main Street", "directions": None, "phone": None,
        "provider": None, "service": None, "preparation": None, "video_link": None,
    }  # fmt: skip
    visit = place | {
        "starts_at": now + timedelta(days=7),
        "mode": "in_person",
        "provider": place["provider"] or "Dr. Ines Moss",
        "service": place["service"] or "Follow-up",
        "directions": place["directions"] or "Second floor, the lift is on the left.",
        "preparation": place["preparation"] or "Please bring your insurance card.",
    }
    was = visit | {"starts_at": now + timedelta(days=4)}
    contact = {"given_name": "Ada", "zone": None}
    said = visit_values(visit, contact, was, f"{link}/visit/…")
    today = now.date()
    values = always(contact, settings, place["phone"] or "+1 555 010 0199") | said
    values |= {
        "changes": change_lines([("moved", said), ("confirmation", said | {"was": ""})], "email"),
        "answer_by": visit_values(was, contact, None, "")["when"],
        "link": f"{link}/offer/…",
        "since": day_words(today - timedelta(days=180)),
        "due": day_words(today + timedelta(days=10)),
        "amount": "$120.00",
        "book_link": f"{link}/book/…",
        "pay_link": f"{link}/pay/…",
        "paper": "invoice",
        "paper_link": f"{link}/paper/…",
        "stop_link": f"{link}/stop/…",
        "news": "From April on we are open on Saturdays, too.",
    }
    return {name: values.get(name, "") for name in KINDS[kind].placeholders}
