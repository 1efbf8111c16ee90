"""A stand-in for Stripe's API on this machine: it speaks what is documented of it, and fails as tests ask it to.

Form-encoded posts, idempotency keys that replay the first answer (a 500, too), declines, disputes, payouts with their
balance transactions, signed events. `python -m tests.cards.stripe_double PORT WEBHOOK_URL` runs one for a trial: its
checkout page has a button instead of a card form.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
import urllib.request
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import stripe

KEY, SIGNING = "sk_test_double", "whsec_double"
DECLINES = {
    "pm_declined": ("card_declined", "insufficient_funds"),
    "pm_expired": ("expired_card", None),
    "pm_asks": ("authentication_required", "authentication_required"),
}
FEE_FIXED, FEE_PPM, DISPUTE_FEE = 30, 29_000, 1500


class StripeDouble:
    """The account behind the API. `faults` is what goes wrong with the next posts, in their order."""

    def __init__(self, port: int = 0, webhook: str | None = None) -> None:
        self.webhook = webhook
        self._lock, self._made = threading.RLock(), 0
        self.reset()
        double = self

        class Handler(_Handler):
            account = double

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def reset(self) -> None:
        """An account without a past."""
        self.objects: dict[str, dict] = {}
        self.answers: dict[str, tuple[str, int, dict]] = {}
        self.balance: list[dict] = []
        self.events: list[dict] = []
        self.faults: deque[str] = deque()
        self.posts: list[tuple[str, dict]] = []

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    # -- what an account does

    def make(self, prefix: str, kind: str, **values) -> dict:
        with self._lock:
            self._made += 1
            made = {"id": f"{prefix}_{self._made:06}", "object": kind, "livemode": False, "created": int(time.time())}
            self.objects[made["id"]] = made | values
            return self.objects[made["id"]]

    def tell(self, kind: str, about: dict) -> dict:
        event = self.make("evt", "event", type=kind, api_version="2026-10-28.endive", data={"object": dict(about)})
        self.events.append(event)
        if self.webhook:
            threading.Thread(target=self._deliver, args=(event,), daemon=True).start()
        return event

    def signed(self, event: dict, *, secret: str = SIGNING, at: float | None = None) -> tuple[bytes, str]:
        body = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(body, secret, int(at or time.time()))
        return body.encode(), header

    def of(self, kind: str) -> list[dict]:
        return [one for one in list(self.objects.values()) if one["object"] == kind]

    def succeed(self, intent: dict) -> None:
        """The card's bank says yes: a charge, its fee, an event."""
        amount = intent["amount"]
        charge = self.make(
            "ch", "charge", amount=amount, amount_refunded=0, payment_intent=intent["id"], refunded=False
        )
        intent |= {"status": "succeeded", "amount_received": amount, "latest_charge": charge["id"]}
        self._book("charge", charge["id"], amount, FEE_FIXED + amount * FEE_PPM // 1_000_000)
        self.tell("payment_intent.succeeded", intent)

    def refund(self, intent: dict, amount: int, metadata: dict | None = None) -> dict:
        """Also by hand, in Stripe's own pages."""
        charge = self.objects[intent["latest_charge"]]
        refund = self.make(
            "re", "refund", amount=amount, payment_intent=intent["id"], charge=charge["id"], status="succeeded",
            currency=intent["currency"], metadata=metadata or {},
        )  # fmt: skip
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._book("refund", refund["id"], -amount, 0)
        self.tell("charge.refunded", charge)
        return refund

    def inquire(self, intent: dict) -> dict:
        """The client's bank asks: nothing is taken yet."""
        return self.dispute(intent, is_inquiry=True)

    def escalate(self, dispute: dict) -> None:
        """An inquiry becomes a dispute."""
        dispute["status"] = "needs_response"
        self._withdraw(dispute)
        self.tell("charge.dispute.funds_withdrawn", dispute)

    def _withdraw(self, dispute: dict) -> None:
        self._book("dispute", dispute["id"], -dispute["amount"], DISPUTE_FEE, kind="adjustment")
        dispute["balance_transactions"] = [{"amount": -dispute["amount"]}]

    def dispute(self, intent: dict, amount: int | None = None, *, is_inquiry: bool = False) -> dict:
        charge = self.objects[intent["latest_charge"]]
        left = charge["amount"] - charge["amount_refunded"]
        dispute = self.make(
            "dp", "dispute", amount=amount or left, charge=charge["id"], payment_intent=intent["id"],
            reason="fraudulent", currency=intent["currency"], balance_transactions=[],
            status="warning_needs_response" if is_inquiry else "needs_response",
        )  # fmt: skip
        if not is_inquiry:
            self._withdraw(dispute)
        self.tell("charge.dispute.created", dispute)
        return dispute

    def close_dispute(self, dispute: dict, status: str, back: int | None = None) -> None:
        """`back`: what is given back although it was lost, or less than all of it."""
        dispute["status"] = status
        back = dispute["amount"] if back is None and status == "won" else back
        if back:
            self._book("dispute_reversal", dispute["id"], back, 0, kind="adjustment")
            dispute["balance_transactions"] = [*dispute["balance_transactions"], {"amount": back}]
        self.tell("charge.dispute.closed", dispute)

    def pay_out(self, arrival: int | None = None) -> dict:
        """Everything that is in the balance goes to the bank."""
        with self._lock:
            entries = [one for one in self.balance if not one["payout"]]
            net = sum(one["net"] for one in entries)
            payout = self.make(
                "po", "payout", amount=net, currency="usd", status="paid", arrival_date=arrival or int(time.time()),
                automatic=True,
            )  # fmt: skip
            for entry in entries:
                entry["payout"] = payout["id"]
            self._book("payout", payout["id"], -net, 0)
            self.balance[-1]["payout"] = payout["id"]
        self.tell("payout.paid", payout)
        return payout

    def fail_payout(self, payout: dict) -> None:
        """The bank sends it back, be it days after it was told as paid."""
        payout["status"] = "failed"
        self._book("payout_reversal", payout["id"], payout["amount"], 0, kind="payout_failure")
        self.tell("payout.failed", payout)

    def pay_page(self, session: dict, card: str = "pm_visa") -> None:
        """The client types a card on the checkout page and presses the button."""
        if session["mode"] == "setup":
            method = self.make(
                "pm", "payment_method", type="card", customer=session["customer"],
                card={"brand": "visa", "last4": "4242", "exp_month": 8, "exp_year": 2030},
            )  # fmt: skip
            setup = self.make("seti", "setup_intent", status="succeeded", payment_method=method["id"])
            session |= {"setup_intent": setup["id"]}
        else:
            intent = session["payment_intent"] and self.objects[session["payment_intent"]]
            if not intent:
                intent = self.make(
                    "pi", "payment_intent", amount=session["amount_total"], amount_received=0, payment_method=card,
                    currency=session["currency"], status="requires_payment_method", customer=session["customer"],
                    last_payment_error=None, metadata=session["_intent_metadata"],
                )  # fmt: skip
                session["payment_intent"] = intent["id"]
            if card in DECLINES:
                code, decline = DECLINES[card]
                intent["last_payment_error"] = {"code": code, "decline_code": decline, "type": "card_error"}
                self.tell("payment_intent.payment_failed", intent)
                return
            self.succeed(intent)
            session |= {"payment_status": "paid"}
        session |= {"status": "complete", "url": None}
        self.tell("checkout.session.completed", session)

    def _book(self, category: str, source: str, amount: int, fee: int, *, kind: str | None = None) -> None:
        self.balance.append(
            self.make(
                "txn", "balance_transaction", amount=amount, fee=fee, net=amount - fee, source=source, currency="usd",
                type=kind or category, reporting_category=category, payout=None, status="available",
            )
        )  # fmt: skip

    def _deliver(self, event: dict) -> None:
        body, header = self.signed(event)
        asked = urllib.request.Request(str(self.webhook), body, {"Stripe-Signature": header})
        try:
            urllib.request.urlopen(asked, timeout=10).close()
        except OSError as error:
            print(f"the event {event['type']} was not taken: {error}", file=sys.stderr)

    # -- the API

    def answer(self, method: str, path: str, given: dict) -> tuple[int, dict]:
        for wanted, pattern, name in _ROUTES:
            found = re.fullmatch(pattern, path)
            if found and wanted == method:
                return getattr(self, f"_{name}")(given, *found.groups())
        return _error(404, "invalid_request_error", "resource_missing")

    def _balance(self, _given):
        available = [{"amount": sum(one["net"] for one in self.balance), "currency": "usd"}]
        return 200, {"object": "balance", "livemode": False, "available": available, "pending": []}

    def _new_customer(self, given):
        return 200, self.make("cus", "customer", metadata=_nested(given, "metadata"))

    def _new_session(self, given):
        mode = given["mode"]
        amount = int(given["line_items[0][price_data][unit_amount]"]) if mode == "payment" else None
        currency = given["line_items[0][price_data][currency]"] if mode == "payment" else given["currency"]
        if given.get("customer") and given["customer"] not in self.objects:
            return _error(400, "invalid_request_error", "resource_missing")
        session = self.make(
            "cs_test", "checkout.session", mode=mode, status="open", amount_total=amount, currency=currency,
            customer=given.get("customer"), client_reference_id=given.get("client_reference_id"),
            metadata=_nested(given, "metadata"), payment_intent=None, setup_intent=None, payment_status="unpaid",
            success_url=given["success_url"], cancel_url=given["cancel_url"],
            _intent_metadata=_nested(given, "payment_intent_data[metadata]"),
        )  # fmt: skip
        session["url"] = f"{self.url}/c/pay/{session['id']}"
        return 200, session

    def _session(self, _given, key):
        session = self.objects.get(key)
        if not session:
            return _error(404, "invalid_request_error", "resource_missing")
        shown = dict(session)
        if shown["payment_intent"]:
            shown["payment_intent"] = self.objects[shown["payment_intent"]]
        if shown["setup_intent"]:
            setup = self.objects[shown["setup_intent"]]
            shown["setup_intent"] = setup | {"payment_method": self.objects[setup["payment_method"]]}
        return 200, shown

    def _expire(self, _given, key):
        session = self.objects[key]
        if session["status"] != "open":
            return _error(400, "invalid_request_error", "resource_already_exists")
        session |= {"status": "expired", "url": None}
        self.tell("checkout.session.expired", session)
        return 200, session

    def _new_intent(self, given):
        card = given["payment_method"]
        if given["customer"] not in self.objects or (card not in self.objects and card not in DECLINES):
            return _error(400, "invalid_request_error", "resource_missing")
        intent = self.make(
            "pi", "payment_intent", amount=int(given["amount"]), amount_received=0, currency=given["currency"],
            status="requires_payment_method", customer=given["customer"], payment_method=card,
            last_payment_error=None, metadata=_nested(given, "metadata"),
        )  # fmt: skip
        if card in DECLINES:
            code, decline = DECLINES[card]
            intent["last_payment_error"] = {"code": code, "decline_code": decline, "type": "card_error"}
            self.tell("payment_intent.payment_failed", intent)
            return _error(402, "card_error", code, decline_code=decline, payment_intent=dict(intent))
        self.succeed(intent)
        return 200, intent

    def _intents(self, given):
        found = [one for one in self.of("payment_intent") if one["customer"] == given.get("customer")]
        return 200, _listed(found, "/v1/payment_intents")

    def _object(self, _given, key):
        found = self.objects.get(key)
        return (200, found) if found else _error(404, "invalid_request_error", "resource_missing")

    def _new_refund(self, given):
        intent = self.objects.get(given["payment_intent"])
        if not intent or not intent.get("latest_charge"):
            return _error(400, "invalid_request_error", "resource_missing")
        charge, amount = self.objects[intent["latest_charge"]], int(given["amount"])
        if any(one["charge"] == charge["id"] and one["status"] != "won" for one in self.of("dispute")):
            return _error(400, "invalid_request_error", "charge_disputed")
        if charge["amount_refunded"] + amount > charge["amount"]:
            return _error(400, "invalid_request_error", "charge_already_refunded")
        return 200, self.refund(intent, amount, _nested(given, "metadata"))

    def _refunds(self, given):
        found = [one for one in self.of("refund") if one["payment_intent"] == given["payment_intent"]]
        return 200, _listed(found, "/v1/refunds")

    def _events(self, given):
        since = int(given.get("created[gte]", "0"))
        found = [one for one in self.events[::-1] if one["created"] >= since]
        return 200, _listed(found, "/v1/events")

    def _detach(self, _given, key):
        method = self.objects.get(key)
        if not method or not method["customer"]:
            return _error(400, "invalid_request_error", "payment_method_unexpected_state")
        method["customer"] = None
        return 200, method

    def _transactions(self, given):
        found = [one for one in self.balance if one["payout"] == given["payout"]]
        return 200, _listed(
            [one | {"source": self.objects[one["source"]]} for one in found], "/v1/balance_transactions"
        )


_ID = r"([a-z]+(?:_test)?_\w+)"
_ROUTES = [
    ("GET", "/v1/balance", "balance"),
    ("POST", "/v1/customers", "new_customer"),
    ("POST", "/v1/checkout/sessions", "new_session"),
    ("GET", f"/v1/checkout/sessions/{_ID}", "session"),
    ("POST", f"/v1/checkout/sessions/{_ID}/expire", "expire"),
    ("POST", "/v1/payment_intents", "new_intent"),
    ("GET", "/v1/payment_intents", "intents"),
    ("GET", f"/v1/payment_intents/{_ID}", "object"),
    ("POST", "/v1/refunds", "new_refund"),
    ("GET", "/v1/refunds", "refunds"),
    ("GET", "/v1/events", "events"),
    ("GET", f"/v1/payment_methods/{_ID}", "object"),
    ("GET", f"/v1/disputes/{_ID}", "object"),
    ("GET", f"/v1/payouts/{_ID}", "object"),
    ("POST", f"/v1/payment_methods/{_ID}/detach", "detach"),
    ("GET", "/v1/balance_transactions", "transactions"),
]


def _nested(given: dict, name: str) -> dict:
    return {key[len(name) + 1 : -1]: value for key, value in given.items() if key.startswith(f"{name}[")}


def _listed(found: list[dict], url: str) -> dict:
    return {"object": "list", "data": found, "has_more": False, "url": url}


def _error(status: int, kind: str, code: str, **more) -> tuple[int, dict]:
    return status, {"error": {"type": kind, "code": code, "message": "What was sent stands here: 4242", **more}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    account: StripeDouble

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/c/pay/"):
            self._page(parts.path.rsplit("/", 1)[-1])
            return
        if self._is_known():
            self._send(*self.account.answer("GET", parts.path, dict(parse_qsl(parts.query))))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        given, path = dict(parse_qsl(body)), urlsplit(self.path).path
        if path.startswith("/c/pay/"):
            session = self.account.objects[path.rsplit("/", 1)[-1]]
            self.account.pay_page(session, given["card"])
            self.send_response(303)
            onward = session["success_url"] if session["status"] == "complete" else self.path
            self.send_header("Location", onward)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if not self._is_known():
            return
        account, key = self.account, self.headers.get("Idempotency-Key") or ""
        fault = account.faults.popleft() if account.faults else ""
        if fault == "unreachable":  # nothing arrives there
            self.close_connection = True
            return
        if fault == "busy":
            self._send(*_error(409, "idempotency_error", "idempotency_key_in_use"))
            return
        with account._lock:
            known = account.answers.get(key)
            if known and known[0] != path + body:
                self._send(*_error(400, "idempotency_error", "idempotency_key_mismatch"))
                return
            if not known:
                account.posts.append((path, given))
                status, answer = _error(500, "api_error", "server_error") if fault == "500" else account.answer(
                    "POST", path, given
                )  # fmt: skip
                if fault == "500_after":
                    status, answer = _error(500, "api_error", "server_error")
                known = (path + body, status, json.loads(json.dumps(answer)))
                if key:
                    account.answers[key] = known
        if fault == "lost":  # it was done, and the answer never comes
            self.close_connection = True
            return
        self._send(known[1], known[2])

    def _is_known(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {KEY}":
            return True
        self._send(*_error(401, "invalid_request_error", "invalid_api_key"))
        return False

    def _send(self, status: int, answer: dict) -> None:
        body = json.dumps({key: value for key, value in answer.items() if not key.startswith("_")}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Stripe-Should-Retry", "false")
        self.end_headers()
        self.wfile.write(body)

    def _page(self, key: str) -> None:
        session = self.account.objects[key]
        what = f"{session['amount_total'] / 100:.2f}" if session["amount_total"] else "a card for later"
        buttons = "".join(
            f'<form method="post"><input type="hidden" name="card" value="{card}"><button>{label}</button></form>'
            for card, label in (("pm_visa", "Pay with a card that works"), ("pm_declined", "Pay with an empty card"))
        )
        body = f"<h1>Double of the checkout page</h1><p>{what}</p>{buttons}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args) -> None:
        pass


if __name__ == "__main__":
    print(StripeDouble(int(sys.argv[1]), sys.argv[2]).url, flush=True)
    threading.Event().wait()
