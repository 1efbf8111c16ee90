"""`daybook up`, `serve` and `status`: processes, and how they are."""

from __future__ import annotations

import errno
import json
import socket

import click

from practice.errors import Refusal
from practice.home import Home

PORT, DAGSTER_PORT = 8501, 3000
NO_PRACTICE = "There is no practice in {}; make one with `daybook init` or `daybook init --demo small`."


def running(home: Home) -> dict[str, object] | None:
    """The app's address if it is alive, else None."""
    from dashboards.control import is_answering

    try:
        address: dict[str, object] = json.loads(home.app_address.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return address if is_answering(home) else None


def require_free(host: str, port: int, what: str) -> None:
    """Refuse with a sentence if the port is taken, or the address is none of this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise Refusal(f"{host!r} is no address of this machine; use 127.0.0.1, or 0.0.0.0 for everyone.") from None
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Refusal(f"The {what} cannot listen on {host} port {port}: {error.strerror}.") from None
            option = "--port" if what == "app" else "--dagster-port"
            raise Refusal(
                f"Port {port} for the {what} is in use; stop what uses it, or choose another with {option}."
            ) from None


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """The app alone, without the pipelines."""
    home = Home.from_environment()
    if not home.exists():
        raise Refusal(NO_PRACTICE.format(home.path))
    if running(home):
        raise Refusal("The app of this practice runs already; `daybook status` says where.")
    require_free(host, port, "app")
    from dashboards.server import serve as serve_app

    serve_app(home, host, port)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--dagster-port", default=DAGSTER_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--demo-if-empty",
    type=click.Choice(["small", "medium", "large"]),
    help="Make a demo first if there is no practice.",
)
def up(host: str, port: int, dagster_port: int, demo_if_empty: str | None) -> None:
    """The app and the pipelines (Dagster). Ctrl-C stops all."""
    from dashboards.cli.init import create_practice
    from dashboards.cli.supervise import supervise

    home = Home.from_environment()
    if demo_if_empty and not home.exists():
        create_practice(home, demo_if_empty, None)
    if not home.exists():
        raise Refusal(NO_PRACTICE.format(home.path))
    if running(home):
        raise Refusal("The app of this practice runs already; `daybook status` says where.")
    require_free(host, port, "app")
    require_free("127.0.0.1", dagster_port, "pipelines")
    supervise(home, host, port, dagster_port)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def status(as_json: bool) -> None:
    """Processes, builds, and how far the numbers lag behind the record."""
    from dashboards.control import call
    from dashboards.warehouse import Warehouse

    home = Home.from_environment()
    address = running(home)
    known = call(home, "status")
    warehouse = Warehouse(home)
    published, attempt = warehouse.published(), warehouse.last_attempt()
    lag = known["feed_seq"] - (published.feed_seq if published else 0)
    facts = known | {
        "app": f"http://{address['host']}:{address['port']}" if address else None,
        "published_build": published.build_id if published else None,
        "built_at": published.built_at.isoformat() if published else None,
        "changes_behind": lag,
        "last_attempt": attempt.get("status"),
        "failed_checks": attempt.get("failed", []),
    }
    if as_json:
        click.echo(json.dumps(facts))
        return
    click.echo(
        f"Practice    {facts['practice'] or '(not set up)'}, today {facts['today']}"
        + (" (demo)" if facts["is_demo"] else "")
    )
    click.echo(f"App         {facts['app'] or 'not running'}")
    click.echo(f"Record      change {facts['feed_seq']}, audit entry {facts['audit_seq']}")
    click.echo(f"Messages    {facts['messages_queued']} waiting, {facts['messages_failed']} not delivered")
    build = f"{facts['published_build']}, built {facts['built_at']}, {lag} changes behind" if published else "none yet"
    click.echo(f"Warehouse   {build}")
    if attempt.get("status") == "refused":
        click.echo("Last build  refused: " + " ".join(facts["failed_checks"]))
