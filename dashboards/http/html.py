"""Plain pages for the staff and the kiosk, served without Streamlit: small, readable by a screen reader."""

from __future__ import annotations

import html
from collections.abc import Mapping
from string import Template

_FRAME = Template("""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>$title · $brand</title>
<link rel="icon" href="/app/static/favicon.png">
<link rel="stylesheet" href="/app/static/plain.css">$head</head>
<body><main><p class="brand">$brand</p>$body</main></body></html>""")


def page(title: str, body: str, *, brand: str = "Daybook", head: str = "") -> str:
    """A whole document around `body`, and what `head` adds (both HTML already); clients see their practice as brand."""
    return _FRAME.substitute(title=html.escape(title), brand=html.escape(brand), body=body, head=head)


def alert(sentence: str) -> str:
    """A refusal, read out at once."""
    return f'<p role="alert">{html.escape(sentence)}</p>' if sentence else ""


def field(name: str, label: str, value: str = "", *, kind: str = "text", hint: str = "", extra: str = "") -> str:
    """A labelled input that keeps what was typed."""
    note = f'<p class="hint" id="{name}-hint">{html.escape(hint)}</p>' if hint else ""
    described = f' aria-describedby="{name}-hint"' if hint else ""
    return (
        f'<label for="{name}">{html.escape(label)}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" value="{html.escape(value, quote=True)}"'
        f"{described} {extra}>{note}"
    )


def choice(name: str, label: str, options: list[str], value: str) -> str:
    """A labelled list."""
    shown = "".join(
        f"<option{' selected' if option == value else ''}>{html.escape(option)}</option>" for option in options
    )
    return f'<label for="{name}">{html.escape(label)}</label><select id="{name}" name="{name}">{shown}</select>'


def sign_in_page(
    *, refusal: str, email: str, next_path: str, demo_users: Mapping[str, tuple[str, str]], practice: str
) -> str:
    """The sign-in form; a demo offers its invented people, role → (e-mail, password), one click each."""
    onward = f'<input type="hidden" name="next" value="{html.escape(next_path, quote=True)}">'
    buttons = "".join(
        f'<form method="post" action="/login">{onward}<input type="hidden" name="email" value="{html.escape(mail)}">'
        f'<input type="hidden" name="password" value="{html.escape(password)}">'
        f'<button class="role">{html.escape(role.replace("_", " ").capitalize())}</button></form>'
        for role, (mail, password) in demo_users.items()
    )
    demo = (
        '<section aria-label="Demo"><p class="hint">This is a demo practice with invented people. Look at it as</p>'
        f'<div class="roles">{buttons}</div></section>'
        if demo_users
        else ""
    )
    body = (
        f'<h1>Sign in</h1><p class="lead">{html.escape(practice)}</p>{alert(refusal)}'
        f'<form method="post" action="/login">{onward}'
        + field("email", "E-mail", email, kind="email", extra='autocomplete="username" required autofocus')
        + field("password", "Password", kind="password", extra='autocomplete="current-password" required')
        + f"<button>Sign in</button></form>{demo}"
    )
    return page("Sign in", body)


def set_up_page(*, refusal: str, typed: Mapping[str, str], zones: list[str], currencies: list[str]) -> str:
    """First run: the practice and its owner. The code proves access to the machine that runs Daybook."""
    body = (
        '<h1>Set up your practice</h1><p class="lead">Two minutes here, then a guided page for locations, services, '
        f"people and hours.</p>{alert(refusal)}"
        '<form method="post" action="/setup">'
        + field("practice", "Name of the practice", typed.get("practice", ""), extra="required autofocus")
        + choice("zone", "Time zone", zones, typed.get("zone", "America/New_York"))
        + choice("currency", "Currency", currencies, typed.get("currency", "USD"))
        + field("name", "Your name", typed.get("name", ""), extra='autocomplete="name" required')
        + field("email", "Your e-mail", typed.get("email", ""), kind="email", extra='autocomplete="username" required')
        + field(
            "password", "Choose a password", kind="password", hint="Twelve characters or more; a sentence is best.",
            extra='autocomplete="new-password" required',
        )
        + field(
            "code", "Set-up code", typed.get("code", ""),
            hint="It was printed where Daybook was started, and stands in the file setup.code of the data directory.",
            extra='autocomplete="off" required',
        )
        + "<button>Create the practice</button></form>"
    )  # fmt: skip
    return page("Set up", body)
