"""Files by SFTP: out once and in once, whatever ends in between; nobody is talked to but who was confirmed."""

from __future__ import annotations

import os
import stat

import asyncssh
import pytest

from practice.access.permissions import SYSTEM
from practice.errors import Conflict, Refusal
from practice.home import Home
from practice.insurance import connection_secrets, exchanging, fetching, sftp
from practice.insurance import sent_claim_queries as sent
from practice.insurance.claim_queries import to_claim
from practice.insurance.claims import send_claims
from practice.insurance.connections import confirm_host_key, note_sign_in, save_connection
from practice.insurance.drop_trouble import DropTrouble
from practice.insurance.exchanging import exchange, try_out
from practice.insurance.sftp import Drop
from tests.practice.insurance.claims import furnish
from tests.practice.insurance.remits import claim, line, remit
from tests.practice.insurance.sftp_server import PASSWORD, USER, PayerServer


class Killed(BaseException):
    """The process ends here."""


class Line:
    """A practice with a connection to a payer's server: `line.look()`."""

    def __init__(self, desk, home, payer):
        self.desk, self.record, self.home, self.payer = desk, desk.record, home, payer
        self.key = self.save(sign_in="password")
        self.confirm()
        connection_secrets.keep(home, self.key, "password", PASSWORD)

    def save(self, connection_id=None, **more):
        said = {
            "name": "Clearing House", "host": "127.0.0.1", "port": self.payer.port, "user_name": USER,
            "out_folder": "/in", "in_folder": "/out", "in_names": "*.835, *.277", "is_active": True,
        }  # fmt: skip
        return self.desk.run(save_connection, who=SYSTEM, connection_id=connection_id, **said | more)["connection_id"]

    def confirm(self):
        shown = sftp.shown_host_key("127.0.0.1", self.payer.port)
        self.desk.run(confirm_host_key, who=SYSTEM, connection_id=self.key, host_key=shown)

    def look(self):
        return exchange(self.record, self.home, self.key)

    def state(self):
        [row] = self.desk.rows("select * from payer_connections")
        return row

    def claims(self):
        """A claim file that waits to go out: its text."""
        with self.record.read() as reader:
            ready = [row for row in to_claim(reader, self.desk.who) if row["state"] == "ready"]
        wanted = [{name: row[name] for name in ("charge_ids", "payer_id")} for row in ready]
        answer = self.desk.run(send_claims, claims=wanted)
        with self.record.read() as reader:
            return sent.file_text(reader, answer["claim_file_id"])[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    opened = PayerServer(tmp_path_factory.mktemp("payer"))
    yield opened
    opened.close()


@pytest.fixture
def payer(server):
    for name in ("in", "out", "done"):
        for file in (server.folder / name).iterdir():
            file.unlink()
    server.is_full, server.keys = False, []
    return server


@pytest.fixture
def over(desk, payer, tmp_path):
    home = Home(tmp_path / "home")
    home.path.mkdir()
    fetching._seen.clear()
    exchanging._looked.clear()
    return Line(desk, home, payer)


@pytest.fixture
def with_claims(over):
    furnish(over.desk)
    over.desk.charged("client-ben")
    over.text = over.claims()
    return over


def test_a_claim_file_goes_out_once_under_its_own_name(with_claims):
    assert with_claims.look().sent == ["claims-000001.837"]
    assert (with_claims.payer.folder / "in" / "claims-000001.837").read_text() == with_claims.text
    [row] = with_claims.desk.rows("select * from files_sent")
    assert (row["state"], row["size_bytes"], len(row["digest"])) == ("sent", len(with_claims.text), 64)
    os.remove(with_claims.payer.folder / "in" / "claims-000001.837")  # the payer took it
    assert with_claims.look().sent == []
    assert with_claims.payer.files("in") == []
    assert with_claims.desk.rows("select dropped_at from claim_files where dropped_at is null") == []


@pytest.mark.parametrize("moment", ["while_writing", "before_the_name", "after_the_name", "after_the_payer_took_it"])
def test_it_goes_out_once_even_if_the_process_ends_on_the_way(with_claims, monkeypatch, moment):
    write, rename = Drop.write, Drop.rename

    def writes(drop, path, content):
        write(drop, path, content[: len(content) // 2] if moment == "while_writing" else content)
        if moment == "while_writing":
            raise Killed

    def renames(drop, path, to):
        if moment != "before_the_name":
            rename(drop, path, to)
        raise Killed

    monkeypatch.setattr(Drop, "write", writes)
    monkeypatch.setattr(Drop, "rename", renames)
    with pytest.raises(Killed):
        with_claims.look()
    monkeypatch.undo()
    if moment == "after_the_payer_took_it":
        os.remove(with_claims.payer.folder / "in" / "claims-000001.837")
    assert with_claims.look().trouble is None
    there = [] if moment == "after_the_payer_took_it" else ["claims-000001.837"]
    assert with_claims.payer.files("in") == there
    for name in there:
        assert (with_claims.payer.folder / "in" / name).read_text() == with_claims.text
    assert with_claims.look().sent == []


def test_a_full_disk_there_keeps_the_file_and_tries_again_until_somebody_is_told(with_claims):
    with_claims.payer.is_full = True
    for tries in (1, 2, 3):
        assert with_claims.look().trouble in ("no_space", "failed")
        assert with_claims.state()["tries"] == tries
    (with_claims.payer.folder / "out" / "a.835").write_text("ISA*…~IEA*1*1~")
    assert with_claims.look().fetched == ["a.835"], "answers come in all the same"
    assert exchanging.beat(with_claims.record, with_claims.home) == [], "it waits for its time"
    told = needs_somebody(with_claims)
    assert "disk is full" in told or "disk may be full" in told
    with_claims.payer.is_full = False
    with_claims.desk.record.clock.forward(hours=1)
    [done] = exchanging.beat(with_claims.record, with_claims.home)
    assert (done.sent, done.trouble) == (["claims-000001.837"], None)
    assert (with_claims.state()["trouble"], needs_somebody(with_claims)) == (None, "")


def needs_somebody(line):
    from practice.insurance.connection_queries import connections_now

    with line.record.read() as reader:
        return "".join(row["why"] for row in connections_now(reader, line.desk.who)["troubles"])


def test_another_file_of_that_name_is_never_written_over(with_claims):
    (with_claims.payer.folder / "in" / "claims-000001.837").write_text("theirs")
    assert with_claims.look().trouble == "name_taken"
    assert (with_claims.payer.folder / "in" / "claims-000001.837").read_text() == "theirs"
    with_claims.save(with_claims.key, sign_in="password", out_names="ELM_{date}_{number}.txt")
    assert with_claims.look().sent == ["ELM_20260302_000001.txt"]


def test_a_wrong_password_is_not_tried_again_by_itself(over, caplog, capsys):
    connection_secrets.keep(over.home, over.key, "password", "wrong-2")
    assert over.look().trouble == "sign_in_refused"
    asked = over.payer.signs_in
    over.desk.record.clock.forward(hours=9)
    exchanging._looked.clear()
    assert exchanging.beat(over.record, over.home) == []
    assert over.payer.signs_in == asked
    assert "check the user name" in needs_somebody(over)
    told = caplog.text + "".join(capsys.readouterr()) + repr(over.desk.rows("select * from audit_entries"))
    assert "wrong-2" not in told
    connection_secrets.keep(over.home, over.key, "password", PASSWORD)
    over.desk.run(note_sign_in, who=SYSTEM, connection_id=over.key)
    assert over.look().trouble is None


def test_a_key_of_our_own_signs_in_and_is_kept_from_others(over):
    private, public = sftp.new_key()
    over.save(over.key, sign_in="key")
    assert over.look().trouble == "no_sign_in"
    connection_secrets.keep(over.home, over.key, "key", private)
    assert over.look().trouble == "sign_in_refused"
    over.payer.keys.append(asyncssh.import_public_key(public))
    assert over.look().trouble is None
    path = connection_secrets.where(over.home, over.key, "key")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert over.look().trouble == "open_sign_in"


def test_a_changed_host_key_is_refused_before_anything_is_said(over):
    old, asked = over.payer.host_key, over.payer.signs_in
    try:
        over.payer.host_key = asyncssh.generate_private_key("ssh-ed25519")
        over.payer.listen()
        assert over.look().trouble == "host_key_changed"
        over.payer.host_key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
        over.payer.listen()
        assert over.look().trouble == "host_key_changed"
        assert over.payer.signs_in == asked, "no password was shown to it"
        with pytest.raises(DropTrouble, match="host_key_changed"):
            try_out(over.record, over.home, over.key)
        assert (over.state()["trouble"], over.state()["next_try_at"]) == ("host_key_changed", None)
        over.confirm()
        assert over.look().trouble is None
    finally:
        over.payer.host_key = old
        over.payer.listen()


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_server_that_hangs_up_at_once_is_asked_whether_its_key_has_changed(over, monkeypatch, is_changed):
    """Two that find no key in common both hang up, and the server's word may be the first."""

    async def cut_off(*_):
        raise asyncssh.ConnectionLost("Connection lost")

    old = over.payer.host_key
    monkeypatch.setattr(sftp, "_connect", cut_off)
    try:
        if is_changed:
            over.payer.host_key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
            over.payer.listen()
        assert over.look().trouble == ("host_key_changed" if is_changed else "lost")
    finally:
        over.payer.host_key = old
        over.payer.listen()


def test_who_is_not_there_and_what_is_not_there_is_said(over):
    over.save(over.key, sign_in="password", in_folder="/nowhere")
    with pytest.raises(DropTrouble, match="no_folder"):
        try_out(over.record, over.home, over.key)
    over.save(over.key, sign_in="password")
    assert try_out(over.record, over.home, over.key) == "It works: 0 files of those names lie there."
    over.payer.hang_up()
    try:
        assert over.look().trouble == "no_answer"
    finally:
        over.payer.listen()
    over.save(over.key, sign_in="password", host="localhost")
    assert over.look().trouble == "no_host_key", "another host is another server"


def test_an_answer_is_fetched_once_and_posted_as_from_the_folder(over):
    charge = over.desk.charged("client-ben")
    text = remit(
        claim(charge, 150_00, 90_00, line("V50", 150_00, 90_00, cas=["CO*45*40.00", "PR*3*20.00"])), paid=90_00
    )
    there = over.payer.folder / "out" / "remit.835"
    there.write_text(text)
    (over.payer.folder / "out" / "readme.txt").write_text("of another name")
    assert over.look().fetched == ["remit.835"]
    assert (over.home.remittances_in / "remit.835").read_text() == text
    assert over.look().fetched == []
    os.utime(there, (1, 1))  # touched there: the same file
    assert over.look().fetched == []
    there.write_text(text.replace("TRACE-1", "TRACE-2"))  # of the same name, and another file
    assert over.look().fetched == ["2-remit.835"]
    assert over.payer.files("out") == ["readme.txt", "remit.835"]


def test_a_fetched_file_is_moved_there_if_so_wished(over):
    over.save(over.key, sign_in="password", done_folder="/done")
    for _ in range(2):
        (over.payer.folder / "out" / "a.835").write_text("ISA*…~IEA*1*1~")
        over.look()
        assert over.payer.files("out") == []
    assert len(over.payer.files("done")) == 2
    assert len(over.desk.rows("select * from files_fetched")) == 1


def test_a_half_written_file_is_left_until_it_is_whole(over, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(fetching, "_seconds", lambda: now[0])
    there = over.payer.folder / "out" / "slow.835"
    there.write_text("ISA*00*")
    for more in ("", "CLP*", "1~"):
        with there.open("a") as file:
            file.write(more)
        assert over.look().fetched == []
        now[0] += 60
    with there.open("a") as file:
        file.write("IEA*1*1~")
    assert over.look().fetched == ["slow.835"]
    (over.payer.folder / "out" / "cut.835").write_text("a file without an end")
    assert over.look().fetched == []
    now[0] += 60
    assert over.look().fetched == ["cut.835"], "nobody writes it any more: the folder says what is wrong with it"


def test_one_connection_takes_our_files_and_the_folder_gets_none_meanwhile(with_claims):
    with pytest.raises(Conflict, match="takes our files already"):
        with_claims.save(name="Second", sign_in="password")
    with_claims.save(name="Second", sign_in="password", out_folder=None)
    with with_claims.record.read() as reader:
        assert sent.files_to_drop(reader, with_claims.desk.who) == []
    with_claims.save(with_claims.key, sign_in="password", is_active=False)
    with with_claims.record.read() as reader:
        assert len(sent.files_to_drop(reader, with_claims.desk.who)) == 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"host": "sftp://payer.example/in"}, "without sftp://"),
        ({"out_names": "claims.837"}, "a name of its own"),
        ({"out_names": "../{name}"}, "letters, digits"),
        ({"in_folder": None, "out_folder": None}, "where files go"),
        ({"done_folder": "/out/"}, "another folder"),
    ],
)
def test_what_cannot_be_meant_is_refused(over, said, why):
    with pytest.raises(Refusal, match=why):
        over.save(over.key, sign_in="password", **said)
