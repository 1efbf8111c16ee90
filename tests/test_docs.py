"""The docs fail the build: what they name exists, what exists is named, links lead somewhere, examples run."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import yaml

from dashboards.cli.main import main
from dashboards.pages import PAGES, pages_for
from dashboards.sandbox import ask
from practice.access.permissions import PEOPLE_ROLES, Actor
from practice.billing import accounts
from practice.home import Home
from tests.dashboards.published import publish

ROOT = Path(__file__).parents[1]
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {doc.relative_to(ROOT).as_posix(): doc.read_text() for doc in DOCS}
DATA, WALK, GLOSSARY, README = (
    TEXT[name] for name in ("docs/data.md", "docs/walk.md", "docs/glossary.md", "README.md")
)
MODELS = [
    model
    for file in sorted((ROOT / "dbt_project" / "models" / "marts").rglob("*.yml"))
    for kind in ("models", "functions")
    for model in yaml.safe_load(file.read_text()).get(kind, [])
]
MARTS = {model["name"]: model for model in MODELS}
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def code(text: str) -> list[str]:
    """Lines of fenced blocks, and what stands between single backticks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return [line for block in blocks for line in block.splitlines()] + spans


CODE = [line for text in TEXT.values() for line in code(text)]


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# --- the command line, make, pages and roles -----------------------------------------------------------------------


def verbs() -> dict[str, click.Command]:
    """Every verb, those of groups as `user add`."""
    found = {}
    for name, command in main.commands.items():
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": what for inner, what in command.commands.items()}
    return found


def test_every_verb_that_the_docs_name_exists_with_the_options_they_give_it():
    known = verbs()
    for line in CODE:
        for call in re.split(r"(?=\bdaybook )", line)[1:]:
            words = call.split()[1:]
            if not words or not re.fullmatch(r"[a-z]+", words[0]) or "<" in line or words[0] in ("daybook", "cd"):
                continue
            assert words[0] in known, line
            of_verb = [what for name, what in known.items() if name.split()[0] == words[0]]
            options = {option for what in of_verb for parameter in what.params for option in parameter.opts}
            unknown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", call.split("|")[0])) - options - {"--help"}
            assert not unknown, line


def test_the_readme_names_every_verb():
    told = section(README, "The command line")
    assert [name for name in verbs() if name.split()[-1] not in re.findall(r"[a-z][a-z-]*", told)] == []


def test_every_make_target_that_the_docs_name_exists_and_every_target_is_named():
    named = {target for line in CODE for target in re.findall(r"\bmake ([a-z][a-z-]*)", line)}
    assert named - TARGETS == set()
    assert TARGETS - named == {"help"}  # it is what `make` alone says


def test_every_page_is_in_the_readme_and_in_the_walk():
    for page in PAGES:
        assert f"*{page.title}*" in README, page.title
        assert f"*{page.title}*" in WALK, page.title


def test_the_readme_sends_each_role_to_pages_that_it_may_open():
    told = {
        role.strip().replace(" ", "_"): set(re.findall(r"\*([\w -]+)\*", pages))
        for roles, _, pages in rows(section(README, "Who it is for"))
        for role in roles.split(",")
    }
    assert set(told) == set(PEOPLE_ROLES)
    may_open = {role: {page.title for page in pages_for(Actor("u", role))} for role in told}
    assert {role: pages - may_open[role] for role, pages in told.items() if role != "manager"} == {
        role: set() for role in told if role != "manager"
    }
    assert told["manager"] - may_open["manager"] == {"Users"}  # the line says: the owner
    for role in ("front_desk", "provider", "biller", "analyst"):
        assert told[role] == may_open[role]


def test_the_walk_and_the_glossary_know_every_role():
    for role in PEOPLE_ROLES:
        assert f"**{role.replace('_', ' ').capitalize()}**" in WALK, role
    assert {re.sub(r" \(.*", "", row[0]).replace(" ", "_") for row in rows(section(GLOSSARY, "Roles"))} == set(
        PEOPLE_ROLES
    )


# --- data ---------------------------------------------------------------------------------------------------------


def test_the_marts_stand_in_the_docs_with_the_grain_that_dbt_tests():
    told = {name.strip("`"): (one_row, key) for name, one_row, key in rows(section(DATA, "Marts"))}
    held = {}
    for name, model in MARTS.items():
        per = re.search(r"One row per ([^.]*)\.", " ".join(model["description"].split()))
        assert per, f"{name}: the description ends with its grain"
        held[name] = (per[1], ", ".join(f"`{column}`" for column in model["config"]["meta"]["grain"]))
    assert told == held


def test_dbts_own_front_page_names_every_mart_and_the_sql_page_depends_on_each():
    models = ROOT / "dbt_project" / "models"
    front = (models / "_overview.md").read_text()
    assert [name for name in MARTS if f"`{name}" not in front] == []
    exposures = {e["name"]: e for e in yaml.safe_load((models / "_exposures.yml").read_text())["exposures"]}
    assert set(exposures["sql_page"]["depends_on"]) == {f"ref('{name}')" for name in MARTS}


def test_every_metric_that_an_example_asks_for_is_named():
    told = {name for row in rows(section(DATA, "Metrics")) for name in re.findall(r"`(\w+)`", row[0])}
    asked = {name for line in CODE for name in re.findall(r"daybook metric ([a-z_]+)", line)}
    assert asked <= told


def test_the_glossary_has_every_status_of_a_visit():
    outcome = next(column for column in MARTS["fct_appointments"]["columns"] if column["name"] == "outcome")
    words = next(test["accepted_values"]["arguments"]["values"] for test in outcome["data_tests"])
    told = section(GLOSSARY, "Status of a visit")
    assert [word for word in words if f"`{word}`" not in told] == []


def test_the_glossary_has_the_chart_of_accounts():
    used = {value for name, value in vars(accounts).items() if name.isupper() and re.fullmatch(r"\d{4}", str(value))}
    assert {row[0] for row in rows(section(GLOSSARY, "Accounts"))} == used


def sql_examples() -> list[str]:
    """Every ```sql block, and what is asked by `daybook sql "…"`."""
    found = [block for text in TEXT.values() for block in re.findall(r"^```sql\n(.*?)^```", text, re.M | re.S)]
    return found + [match for line in CODE for match in re.findall(r'daybook sql "([^"…]+)"', line)]


@pytest.fixture(scope="module")
def empty_marts(tmp_path_factory) -> str:
    """The path of a warehouse with the tables of dbt's contracts and a few rows."""
    home = Home(tmp_path_factory.mktemp("docs") / "home")
    home.create()
    build = publish(home)
    return str(home.builds / build / "warehouse.duckdb")


@pytest.mark.parametrize("query", sql_examples(), ids=lambda query: " ".join(query.split())[:60])
def test_an_example_runs_as_it_stands(query, empty_marts):
    assert ask(empty_marts, query, 10).num_columns


# --- the documents themselves ---------------------------------------------------------------------------------------


def targets(text: str) -> list[str]:
    """Where the document's relative links and images lead."""
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return [target for target in found if not target.startswith(("http:", "https:", "mailto:"))]


def slug(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("name", TEXT)
def test_every_link_and_picture_leads_somewhere(name):
    for target in targets(TEXT[name]):
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        assert file.exists(), target
        if anchor:
            assert anchor in {slug(h) for h in re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)}, target


def test_every_picture_is_shown_somewhere_with_words_for_who_cannot_see_it_and_is_small():
    shown = {
        ((ROOT / name).parent / path).resolve(): words
        for name, text in TEXT.items()
        for words, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text)
    }
    pictures = {picture.resolve() for picture in (ROOT / "docs" / "images").iterdir()}
    assert pictures == set(shown)
    assert all(shown.values())
    assert [picture.name for picture in pictures if picture.stat().st_size > 250_000] == []


def test_decisions_are_numbered_without_gaps_and_say_question_choice_and_consequence():
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for file in files:
        text = file.read_text()
        assert text.startswith(f"# {file.name[:4]}. "), file.name
        assert re.findall(r"^\*\*(\w+)\.\*\* \S", text, re.MULTILINE) == ["Question", "Choice", "Consequence"], (
            file.name
        )


ROOMS = ["practice", "ingestion", "dbt_project", "expectations", "orchestration", "dashboards", "tests", "docs", ".ci"]
FOREIGN = ["/" + "work/", "pypi" + ".org", "files.python" + "hosted", "registry.npm" + "js"]


def test_no_file_names_a_package_registry_or_a_place_on_somebodys_machine():
    top = [file for file in ROOT.iterdir() if file.is_file()]
    deep = [file for room in ROOMS for file in (ROOT / room).rglob("*") if file.is_file()]
    made = {"__pycache__", "target", "logs", ".local_defs_state", ".git"}
    found = []
    for file in [*top, *deep]:
        if made & set(file.parts) or file.suffix in (".png", ".woff2", ".pyc", ".duckdb"):
            continue
        text = file.read_text(errors="ignore")
        found += [f"{file.relative_to(ROOT)}: {foreign}" for foreign in FOREIGN if foreign in text]
    assert found == []
