"""Deliberate faults in the warehouse's SQL, one at a time: each must be caught by a test of this folder.

Every fault is put into a copy of the dbt project; then dbt's own tests and this folder's run on that copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse.faults import FAULTS, Fault

HERE = Path(__file__).parent
PROJECT = HERE.parents[1] / "dbt_project"


def with_fault(fault: Fault, folder: Path) -> Path:
    """A copy of the project with that fault in it."""
    copy = folder / "dbt_project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    file = copy / fault.file
    text = file.read_text(encoding="utf-8")
    assert text.count(fault.right) == 1, f"{fault.name}: {fault.file} no longer says this once"
    file.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    return copy


def run_tests(project: Path) -> subprocess.CompletedProcess[str]:
    """This folder's tests on that project, up to the first failure."""
    command = [sys.executable, "-m", "pytest", str(HERE), f"--ignore={__file__}", "-x", "-q", "-m", "not long"]
    environment = os.environ | {"DAYBOOK_DBT_PROJECT": str(project)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_still_possible(fault, tmp_path):
    with_fault(fault, tmp_path)


@pytest.mark.long
def test_without_a_fault_the_tests_pass(tmp_path):
    copy = tmp_path / "dbt_project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))

    assert run_tests(copy).returncode == 0


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_in_the_sql_is_caught(fault, tmp_path):
    result = run_tests(with_fault(fault, tmp_path))

    assert result.returncode == 1, f"nobody noticed: {fault.name}\n{result.stdout[-600:]}"
