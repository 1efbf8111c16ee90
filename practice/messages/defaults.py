"""The texts that a practice begins with: plain, short and kind. Each becomes version 1 when it is first needed."""

from __future__ import annotations

_BY = "{practice}\n{phone}"

_VISIT = """{service} with {provider}
{when}
{place}
{directions}
Join by video: {video_link}

{preparation}

To move or cancel it: {manage_link}"""

_MAIL: dict[str, tuple[str, str]] = {
    "confirmation": (
        "Your visit: {when}",
        f"Hello {{client}},\n\nyour visit is booked.\n\n{_VISIT}\n\nWe look forward to seeing you.\n\n{_BY}",
    ),
    "moved": (
        "Your visit has moved: {when}",
        f"Hello {{client}},\n\nyour visit has moved. This is the new time:\n\n{_VISIT}\n\n"
        f"It was before: {{was}}\n\nIf this does not suit you, please tell us.\n\n{_BY}",
    ),
    "changed": (
        "How your visit takes place: {when}",
        f"Hello {{client}},\n\nyour visit stays when it is, but takes place in another way:\n\n{_VISIT}\n\n"
        f"If this does not suit you, please tell us.\n\n{_BY}",
    ),
    "cancelled": (
        "Your visit is cancelled: {when}",
        "Hello {client},\n\nthis visit is cancelled, and you need do nothing more:\n\n"
        f"{{service}} with {{provider}}\n{{when}}\n\nIf you did not expect this, please call us.\n\n{_BY}",
    ),
    "several": (
        "Changes to your visits",
        f"Hello {{client}},\n\nthese are the changes to your visits:\n\n{{changes}}\n\n"
        f"If anything does not suit you, please tell us.\n\n{_BY}",
    ),
    "offer": (
        "An earlier visit is free: {when}",
        "Hello {client},\n\na visit has become free, and you asked us to tell you:\n\n{service} with {provider}\n"
        "{when}\n{place}\n\nTo take it or leave it: {link}\n"
        "Please answer by {answer_by}; the first to accept gets it.\n\n"
        "If you do nothing, whatever you have booked stays as it is.\n\n"
        f"{_BY}\n\nNo such offers any more: {{stop_link}}",
    ),
    "offer_lost": (
        "The visit we offered is no longer free",
        "Hello {client},\n\nthe visit on {when} is no longer free. You stay on the list, and whatever you "
        f"have booked stays as it is.\n\n{_BY}\n\nNo such offers any more: {{stop_link}}",
    ),
    "offer_accepted": (
        "The visit is yours: {when}",
        f"Hello {{client}},\n\nthe visit that you accepted is booked for you.\n\n{_VISIT}\n\n"
        f"It takes the place of your visit on {{was}}.\n\n{_BY}",
    ),
    "recall": (
        "Time for your next visit",
        "Hello {client},\n\nyour last visit ({service}) was on {since}, so the next one is due around {due}.\n\n"
        f"Call us, and we will find a time.\nOr book it yourself: {{book_link}}\n\n{_BY}\n\n"
        "No such reminders any more: {stop_link}",
    ),
    "recall_second": (
        "Your next visit is due",
        "Hello {client},\n\nwe wrote to you about your next visit ({service}), which is due around {due}. "
        "We have not found one in our book yet.\n\n"
        f"Call us, and we will find a time.\nOr book it yourself: {{book_link}}\n\n{_BY}\n\n"
        "No such reminders any more: {stop_link}",
    ),
    "recall_third": (
        "Shall we keep a place for you?",
        "Hello {client},\n\nthis is our last reminder of your next visit ({service}), due around {due}. If you would "
        "rather not come, you need do nothing.\n\n"
        f"Call us, whenever it suits you.\nOr book it yourself: {{book_link}}\n\n{_BY}\n\n"
        "No such reminders any more: {stop_link}",
    ),
    "paper": (
        "Your {paper} from {practice}",
        "Hello {client},\n\nhere is your {paper}:\n\n{paper_link}\n\nTo pay: {amount}\n{autopay}\n"
        f"Please pay by {{due}}.\n\nIf something is not right, please call us.\n\n{_BY}\n\n"
        "No such messages any more: {stop_link}",
    ),
    "payment_reminder": (
        "An invoice is still open",
        "Hello {client},\n\n{amount} is still open; the oldest invoice was due on {due}. Perhaps it slipped by.\n\n"
        f"If you have paid meanwhile, thank you. If something is not right, please call us.\n\n"
        f"To pay by card: {{pay_link}}\n\n{_BY}\n\n"
        "No such reminders any more: {stop_link}",
    ),
    "payment_reminder_second": (
        "Second reminder: {amount} is open",
        "Hello {client},\n\n{amount} is open, and the oldest invoice was due on {due}. Please pay it in the next "
        "days.\n\n"
        "To pay by card: {pay_link}\nIf that is not possible at once, call us: we can agree on instalments."
        f"\n\n{_BY}\n\n"
        "No such reminders any more: {stop_link}",
    ),
    "payment_reminder_last": (
        "Last reminder: {amount} is open",
        "Hello {client},\n\nthis is our last reminder: {amount} is open, and the oldest invoice was due on {due}."
        f"\n\nPlease pay it now, or call us to agree on instalments.\nTo pay by card: {{pay_link}}\n\n{_BY}\n\n"
        "No such reminders any more: {stop_link}",
    ),
    "payment_link": (
        "To pay {amount}",
        f"Hello {{client}},\n\nyou can pay {{amount}} by card here:\n\n{{pay_link}}\n\n"
        f"If something is not right, please call us.\n\n{_BY}\n\nNo such messages any more: {{stop_link}}",
    ),
    "card_link": (
        "To keep your card with {practice}",
        f"Hello {{client}},\n\nyou can keep a card with us, so that you need not pay each time:\n\n{{pay_link}}\n\n"
        f"You type it at our card processor; we never see its number.\n\n{_BY}\n\n"
        "No such messages any more: {stop_link}",
    ),
    "card_declined": (
        "Your card was declined",
        "Hello {client},\n\nwe tried to charge your card with {amount}, and it was declined. Nothing was taken."
        f"\n\nTo pay with another card: {{pay_link}}\n\nIf you have questions, please call us.\n\n{_BY}\n\n"
        "No such messages any more: {stop_link}",
    ),
    "news": (
        "News from {practice}",
        f"Hello {{client}},\n\n{{news}}\n\n{_BY}\n\nNo more news: {{stop_link}}",
    ),
}  # fmt: skip

_TEXT: dict[str, str] = {
    "confirmation": "{practice}: your visit with {provider} is booked.\n{when}\n{place}\n{video_link}\n"
    "{preparation}\nMove or cancel: {manage_link}",
    "moved": "{practice}: your visit with {provider} has moved.\nNow: {when}\n{place}\n{video_link}\nBefore: {was}\n"
    "Move or cancel: {manage_link}",
    "changed": "{practice}: your visit with {provider} stays when it is, but takes place in another way.\n{when}\n"
    "{place}\n{video_link}\nMove or cancel: {manage_link}",
    "cancelled": "{practice}: your visit with {provider} is cancelled.\n{when}\nQuestions? {phone}",
    "several": "{practice}: changes to your visits.\n{changes}\nQuestions? {phone}",
    "offer": "{practice}: an earlier visit with {provider} is free.\n{when}\n{place}\nAnswer by {answer_by}: {link}\n"
    "Stop offers: {stop_link}",
    "offer_lost": "{practice}: the visit on {when} is no longer free. You stay on the list.\n"
    "Stop offers: {stop_link}",
    "offer_accepted": "{practice}: the visit with {provider} is yours.\n{when}\n{place}\n{video_link}\n"
    "It takes the place of {was}.\nMove or cancel: {manage_link}",
    "recall": "{practice}: your next visit is due around {due}.\nCall us: {phone}\nBook: {book_link}\n"
    "Stop reminders: {stop_link}",
    "recall_second": "{practice}: your next visit was due around {due}, and none is booked yet.\nCall us: {phone}\n"
    "Book: {book_link}\nStop reminders: {stop_link}",
    "recall_third": "{practice}: our last reminder of your next visit, due around {due}. Come whenever it suits you.\n"
    "Call us: {phone}\nBook: {book_link}\nStop reminders: {stop_link}",
    "paper": "{practice}: here is your {paper}: {paper_link}\nTo pay: {amount}\n{autopay}\nQuestions? {phone}\n"
    "Stop: {stop_link}",
    "payment_reminder": "{practice}: {amount} is still open, due since {due}. Questions? {phone}\n"
    "Pay by card: {pay_link}\n"
    "Stop reminders: {stop_link}",
    "payment_reminder_second": "{practice}: second reminder, {amount} is open since {due}. Please pay it, or call us"
    " to agree on instalments: {phone}\nPay by card: {pay_link}\nStop reminders: {stop_link}",
    "payment_reminder_last": "{practice}: last reminder, {amount} is open since {due}. Please pay it now, or call us:"
    " {phone}\nPay by card: {pay_link}\nStop reminders: {stop_link}",
    "payment_link": "{practice}: you can pay {amount} by card here: {pay_link}\nQuestions? {phone}\nStop: {stop_link}",
    "card_link": "{practice}: you can keep a card with us here: {pay_link}\nQuestions? {phone}\nStop: {stop_link}",
    "card_declined": "{practice}: your card was declined, so {amount} was not taken.\n"
    "Pay with another card: {pay_link}\nQuestions? {phone}\nStop: {stop_link}",
    "news": "{practice}: {news}\nNo more news: {stop_link}",
}  # fmt: skip


def default_of(kind: str, channel: str) -> tuple[str | None, str]:
    """The shipped subject (none for a text) and body."""
    return (None, _TEXT[kind]) if channel == "text" else _MAIL[kind]
