"""The verbs, and the one place where a refusal becomes an exit code. Imports are late: `--help` must be quick."""

from __future__ import annotations

import os
import sys
from datetime import date

import click

from dashboards.cli.bench import bench
from dashboards.cli.books import books
from dashboards.cli.codes import codes
from dashboards.cli.data import check, import_command, refresh, sql
from dashboards.cli.documents import run_documents
from dashboards.cli.metric import metric
from dashboards.cli.remit import remit
from dashboards.cli.run import serve, status, up
from practice.clock import system_clock
from practice.errors import Refusal
from practice.home import Home


class Daybook(click.Group):
    """Refusals end with one clear line, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise SystemExit(_fail(str(refusal))) from None
        except KeyboardInterrupt:
            raise SystemExit(_fail("Stopped.")) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click says these itself
        except OSError as error:
            place = f": {error.filename}" if error.filename else ""
            raise SystemExit(_fail(f"{error.strerror or error}{place}")) from None
        except Exception as error:
            raise SystemExit(_fail(_unforeseen(error))) from None


def _unforeseen(error: Exception) -> str:
    """What to say of a failure that nobody foresaw: its class and place, never its text, which may hold data."""
    from dashboards.failures import where

    log = Home.from_environment().logs
    sentence = f"Daybook failed ({type(error).__name__})"
    if not log.is_dir():
        return f"{sentence} in {where(error).splitlines()[-1].strip()}; nothing more was done."
    with (log / "failures.log").open("a") as file:
        file.write(f"{system_clock():%Y-%m-%d %H:%M:%S} UTC {type(error).__name__}\n{where(error)}\n")
    return f"{sentence}; nothing more was done, and {log / 'failures.log'} says where."


def _fail(sentence: str) -> int:
    click.echo(" ".join(sentence.split()), err=True)
    return 1


@click.group(cls=Daybook, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="daybook")
def main() -> None:
    """Daybook: one system of record and one set of trusted numbers for a practice.

    Everything lives under one data directory: $DAYBOOK_HOME, or .daybook in the working directory.
    """


@main.command()
@click.option("--demo", type=click.Choice(["small", "medium", "large"]), help="Fill it with an invented practice.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The demo's last day (default 2026-11-20).")
def init(demo: str | None, today: object) -> None:
    """Create the data directory. With --demo it holds an invented practice, the same each time."""
    from dashboards.cli.init import create_practice

    day = today.date() if hasattr(today, "date") else None
    if day and not demo:
        raise click.UsageError("--today belongs to --demo: a practice of your own runs on today's date.")
    if day and not date(2000, 1, 1) <= day <= date(2100, 1, 1):
        raise click.UsageError("--today must lie between 2000 and 2100.")
    create_practice(Home.from_environment(), demo, day)


@main.group()
def user() -> None:
    """Who may sign in."""


@user.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, help="owner, manager, front_desk, provider, biller or analyst")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def user_add(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Add a person. The password is asked for, or read from standard input; never an argument."""
    from dashboards.control import call

    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    call(Home.from_environment(), "add_user", email=email, name=name, role=role, password=password)
    click.echo(f"{email} may sign in now.")


@user.command("list")
def user_list() -> None:
    """Everyone who may sign in, or could."""
    from dashboards.control import call

    for row in call(Home.from_environment(), "list_users"):
        state = "active" if row["is_active"] else "disabled"
        click.echo(f"{row['email']:<32} {row['role']:<11} {state:<9} {row['name']}")


@user.command("disable")
@click.argument("email")
def user_disable(email: str) -> None:
    """End somebody's access and sessions at once."""
    from dashboards.control import call

    call(Home.from_environment(), "disable_user", email=email)
    click.echo(f"{email} may not sign in any more.")


@main.command()
@click.argument("destination", type=click.Path(path_type=str))
def backup(destination: str) -> None:
    """Copy the whole practice to DESTINATION, while it is in use."""
    from pathlib import Path

    from dashboards.control import call

    made = call(Home.from_environment(), "backup", destination=str(Path(destination).absolute()))
    click.echo(f"Backed up to {made.get('path', destination)}.")


@main.command()
@click.argument("source", type=click.Path(exists=True))
@click.option("--force", is_flag=True, help="Replace the practice that is there; it is kept aside.")
def restore(source: str, force: bool) -> None:
    """Bring a backup back, after its checksums and its audit chain have been verified."""
    from pathlib import Path

    from dashboards.cli.run import running
    from practice.store import backup as backups

    home = Home.from_environment()
    if running(home):
        raise Refusal("Stop the app first: its practice cannot be replaced under it.")
    backups.restore(Path(source).absolute(), home, force=force)
    click.echo("Restored; start it with `daybook up`.")


@main.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
def audit_verify() -> None:
    """Recompute the chain and compare it with the anchors that were written down elsewhere."""
    from dashboards.control import call

    found = call(Home.from_environment(), "verify_audit")
    if found["findings"]:
        raise Refusal(f"{len(found['findings'])} findings. " + " ".join(found["findings"][:5]))
    click.echo(f"{found['entries']} entries, whole and unchanged; {found['anchors']} anchors agree.")


for verb in (up, serve, refresh, check, status, import_command, remit, run_documents, codes, sql, metric, books, bench):
    main.add_command(verb)


def run() -> None:
    """The program. Nothing is said after its last word: DuckDB's binding prints a page of leaks at its farewell."""
    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
