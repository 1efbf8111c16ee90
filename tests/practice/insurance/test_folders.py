"""Files in by folder: each ends in done/ or in refused/ with the reason, and none is read twice or half."""

from __future__ import annotations

import os

from practice.errors import Refusal
from practice.insurance.folders import put, put_aside, refused, take, waiting

WHOLE = "ISA*…~IEA*1*1~"


def handle(text):
    if "bad" in text:
        raise Refusal("This is no remittance.")
    return len(text)


def test_a_file_ends_in_done_or_in_refused_with_the_reason(tmp_path):
    put(tmp_path, "a.835", WHOLE)
    put(tmp_path, "b.835", "bad " + WHOLE)
    taken = take(tmp_path, handle)
    assert [(one.name, one.answer, one.why) for one in taken] == [
        ("a.835", len(WHOLE), None),
        ("b.835", None, "This is no remittance."),
    ]
    assert (tmp_path / "done" / "a.835").read_text() == WHOLE
    assert (tmp_path / "refused" / "b.835.txt").read_text() == "This is no remittance.\n"
    assert [(one.name, one.why) for one in refused(tmp_path)] == [("b.835", "This is no remittance.")]
    put_aside(tmp_path)
    assert refused(tmp_path) == []
    assert (tmp_path / "refused" / "b.835").exists()
    assert take(tmp_path, handle) == []


def test_a_second_file_of_that_name_is_kept_beside_the_first(tmp_path):
    for text in (WHOLE, WHOLE + "\n"):
        put(tmp_path, "a.835", text)
        take(tmp_path, handle)
    assert sorted(file.name for file in (tmp_path / "done").iterdir()) == ["a-2.835", "a.835"]


def test_a_file_that_is_still_arriving_is_left_alone(tmp_path):
    half = put(tmp_path, "half.835", "ISA*…~CLP*1")
    assert take(tmp_path, handle) == []
    os.utime(half, (half.stat().st_atime, half.stat().st_mtime - 3600))
    assert waiting(tmp_path) == [half]  # an hour later nobody is writing it any more: it is read, and named as cut off


def test_text_of_any_bytes_is_read(tmp_path):
    (tmp_path / "latin.835").write_bytes(b"ISA*M\xfcller~IEA*1*1~")
    assert [one.answer for one in take(tmp_path, handle)] == [len("ISA*Müller~IEA*1*1~")]
