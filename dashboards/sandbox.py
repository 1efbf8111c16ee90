"""SQL typed by a person, on the published warehouse, in a process of its own that can do nothing else.

`read_only=True` alone still reads any file of the machine and attaches others; so external access is off and locked.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pyarrow as pa

from practice.errors import Refusal

SECONDS = 30
ROWS = 100_000
MEMORY = "1GB"
LARGEST_ANSWER = 256_000_000
"""Bytes of an answer: it is held by the app, which must never be the one that runs out of memory."""
_LOCKED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "threads": "1",
    "memory_limit": MEMORY,
    "temp_directory": "",  # out of memory is a refusal, not a full disk
}
_BATCH_ROWS = 2_048
# What asks; everything else changes something, or tries to.
_ASKS = {"SELECT", "EXPLAIN", "MULTI"}  # MULTI: a pivot, which DuckDB takes apart into several steps


def run_sql(path: str, sql: str, *, rows: int = ROWS, seconds: float = SECONDS) -> pa.Table:
    """The answer of one statement, at most `rows` rows. Refuses with DuckDB's own sentence, or after `seconds`.

    `path` is the published file. The process that asks has one thread, `MEMORY`, and no way to files or the network.
    """
    if not sql.strip():
        raise Refusal("Write a query first, such as: select * from marts.metric_catalogue", field="sql")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "dashboards.sandbox"],
            input=json.dumps({"path": path, "sql": sql, "rows": rows}).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refusal(
            f"The query ran longer than {seconds:.0f} seconds and was stopped; narrow it.", rule="timeout"
        ) from None
    if done.returncode != 0:
        sentence = done.stderr.decode(errors="replace").strip() or "The query used too much memory and was stopped."
        raise Refusal(sentence, field="sql")
    return pa.ipc.open_stream(io.BytesIO(done.stdout)).read_all()


def ask(path: str, sql: str, rows: int) -> pa.Table:
    """Inside the process of its own: the answer of one statement. Raises Refusal with what is wrong."""
    import duckdb

    try:
        connection = duckdb.connect(path, read_only=True, config=_LOCKED)
    except duckdb.Error:
        raise Refusal("The published warehouse cannot be opened; run `daybook refresh` to build it anew.") from None
    try:
        connection.execute("use marts")  # so that names work with and without the schema
        connection.execute("set lock_configuration = true")
        statements = connection.extract_statements(sql)
        if len(statements) != 1:
            raise Refusal("Send one statement at a time.", field="sql")
        if statements[0].type.name not in _ASKS:
            raise Refusal(
                "The warehouse is read-only: write a query that begins with select, with or from.", field="sql"
            )
        return _collected(connection.sql(sql).limit(rows).to_arrow_reader(_BATCH_ROWS))
    except (duckdb.Error, ValueError) as error:
        raise Refusal(str(error).split("\n\nLINE")[0], field="sql") from None
    finally:
        connection.close()


def _collected(reader: pa.RecordBatchReader) -> pa.Table:
    """The whole answer; refuses one that is too large as soon as it is."""
    batches, size = [], 0
    for batch in reader:
        batches.append(batch)
        size += batch.nbytes
        if size > LARGEST_ANSWER:
            raise Refusal(
                f"The answer is larger than {LARGEST_ANSWER // 1_000_000} MB; ask for fewer columns or rows.",
                rule="too_large",
                field="sql",
            )
    return pa.Table.from_batches(batches, reader.schema)


def _main() -> None:
    try:
        table = ask(**json.loads(sys.stdin.buffer.read()))
    except Refusal as refusal:
        raise SystemExit(str(refusal)) from None
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as writer:
        writer.write_table(table)


if __name__ == "__main__":
    _main()
