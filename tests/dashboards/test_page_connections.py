"""A payer's server is connected in Set-up, and files go over it from Insurance: with a real server in between."""

from __future__ import annotations

import asyncssh
import pytest

from dashboards import money_beat, runtime
from practice.access.permissions import SYSTEM
from practice.insurance import connection_secrets, exchanging
from practice.insurance.connections import confirm_host_key, save_connection
from practice.insurance.sftp import shown_host_key
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import fill, press, refusals
from tests.practice.insurance.conftest import BEN, Desk
from tests.practice.insurance.remits import claim, line, remit
from tests.practice.insurance.sftp_server import PASSWORD, USER, PayerServer


@pytest.fixture(scope="module")
def payer(tmp_path_factory):
    opened = PayerServer(tmp_path_factory.mktemp("payer"))
    yield opened
    opened.close()


def test_a_server_is_connected_step_by_step(open_page, record, payer):
    app = open_page("set-up", "owner")
    app = app.pills(key="set_up_part").set_value("Payers' files").run()
    assert "files are carried by hand" in texts(app)
    for label, value in (("Name", "Harbor"), ("User name", USER), ("Folder of their answers", "/out")):
        fill(app, label, value)
    fill(app, "Host", "sftp://127.0.0.1")
    app = press(app, "Save")
    assert any("without sftp://" in said for said in refusals(app))
    fill(app, "Host", "127.0.0.1")
    app.number_input[0].set_value(payer.port)
    app = press(app, "Save")
    app = press(app, "Test the connection")
    assert any("is not confirmed yet" in said for said in refusals(app))
    app = press(app, "Look at the server's key")
    assert payer.host_key.get_fingerprint() in texts(app)
    app = press(app, "It is theirs")
    app = press(app, "Make a key")
    public = next(code.value for code in app.code if code.value.startswith("ssh-ed25519"))
    app = press(app, "Test the connection")
    assert any("refused our key" in said for said in refusals(app))
    payer.keys.append(asyncssh.import_public_key(public))
    app = press(app, "Test the connection")
    assert "It works: 0 files of those names lie there." in texts(app)
    app = app.toggle[0].set_value(True).run()
    assert "Files go by themselves." in texts(app)
    with record.read() as reader:
        [row] = reader.rows("select is_active, host_key, public_key from payer_connections")
    assert row["is_active"]
    assert "This page failed" not in texts(app)
    assert row["public_key"] == public


def test_a_biller_fetches_and_posts_with_one_press_and_is_told_what_is_wrong(open_page, record, house, biller, payer):
    desk = Desk(record, house, biller)
    app = open_page("insurance", "biller")
    assert "Send and fetch now" not in labels(app)
    key = desk.run(
        save_connection, who=SYSTEM, name="Harbor", host="127.0.0.1", port=payer.port, user_name=USER,
        sign_in="password", in_folder="/out", is_active=True,
    )["connection_id"]  # fmt: skip
    desk.run(confirm_host_key, who=SYSTEM, connection_id=key, host_key=shown_host_key("127.0.0.1", payer.port))
    app = press(app.run(), "Send and fetch now")
    assert any("make or enter it first" in said for said in refusals(app))
    to_do = open_page("billing", "manager", billing_part="To do")
    assert any("Files do not go to Harbor: there is no key or password yet" in said for said in refusals(to_do))
    connection_secrets.keep(runtime.current().home, key, "password", PASSWORD)
    charge = desk.charged("client-ben")
    paid = claim(charge, 150_00, 90_00, line("V50", 150_00, 90_00, cas=["CO*45*40.00", "PR*3*20.00"]))
    (payer.folder / "out" / "harbor.835").write_text(remit(paid, paid=90_00))
    app = press(app.run(), "Send and fetch now")
    assert "0 files sent, 1 file fetched; see Remittances for what came." in texts(app)
    assert desk.due(charge, BEN) == 20_00
    assert refusals(app) == []
    (payer.folder / "out" / "later.835").write_text("ISA*…~IEA*1*1~")
    exchanging._looked.clear()  # as if five minutes had gone by
    money_beat.once(runtime.current().home, record)
    assert (runtime.current().home.remittances_in / "later.835").exists()
    app = open_page("set-up", "owner")
    app = app.pills(key="set_up_part").set_value("Payers' files").run()
    assert "harbor.835" in texts(app)
    assert refusals(app) == []
