"""The checks in a process of their own: asked over pipes, and not mistaken for something else when it dies."""

from __future__ import annotations

import subprocess
import sys

import pytest

from expectations.beside import Doors
from expectations.check import CheckResult, Verdict


def other_process(code):
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_what_the_other_process_says_comes_back_when_it_is_asked_for():
    verdict = Verdict("served", (CheckResult("c", "critical", True, "It holds.", "", 0),))
    with other_process(
        "import pickle, sys; from expectations.check import CheckResult, Verdict\n"
        "door, args, kwargs = pickle.load(sys.stdin.buffer)\n"
        "results = (CheckResult('c', 'critical', True, 'It holds.', '', 0),)\n"
        "pickle.dump(Verdict(door, results), sys.stdout.buffer)"
    ) as process:
        assert Doors(process).ask("served")() == verdict


def test_what_went_wrong_there_is_raised_here():
    with other_process("import pickle, sys; pickle.load(sys.stdin.buffer); pickle.dump(ValueError('so'), sys.stdout.buffer)") as there:  # fmt: skip
        answer = Doors(there).ask("landing")
        with pytest.raises(ValueError, match="so"):
            answer()


def test_a_process_that_has_died_is_called_that_and_not_a_full_disk():
    with other_process("import sys; sys.stdin.close()") as process:
        process.wait()
        with pytest.raises(RuntimeError, match="has died"):
            Doors(process).ask("landing")()
