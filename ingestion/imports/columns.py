"""From a file's text to typed columns, as SQL: `texts` (the mapped columns), `parsed` (typed, with the first reason to
reject), `timed` (instants and local dates). One table of each per file and entity, named by `table`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import duckdb

from ingestion.imports.mapping import (
    AMOUNT,
    BOOLEAN,
    DATE,
    ID,
    MINUTES,
    NAME,
    NEEDED,
    TIME,
    UNIX_MILLISECONDS,
    WORD,
    Column,
    Entity,
    Mapping,
)  # fmt: skip
from ingestion.imports.money import minor_units, not_an_amount, too_fine
from ingestion.imports.zones import to_utc, to_wall
from ingestion.landing import quoted

FIRST_YEAR, LAST_YEAR = 1950, 2150
SCIENTIFIC = r"[+-]?\d+([.]\d+)?[eE][+-]?\d+"
TYPES = {
    ID: "varchar", TIME: "timestamp", DATE: "timestamp", MINUTES: "bigint", BOOLEAN: "boolean", AMOUNT: "bigint",
    WORD: "varchar", NAME: "varchar",
}  # fmt: skip


def table(stage: str, file_no: int, entity: Entity) -> str:
    """The table of a stage."""
    return f"{stage}_{file_no}_{entity.name}"


def make_lookups(connection: duckdb.DuckDBPyConnection, mapping: Mapping, file_no: int) -> None:
    """For each lookup of a file a table of the other file's columns by `key`; a repeated key's last row counts."""
    numbers = {file.name: number for number, file in enumerate(mapping.inputs)}
    for number, lookup in enumerate(mapping.inputs[file_no].lookups.values()):
        other = numbers[lookup.file]
        key = identifier(f"nullif(trim(c{mapping.inputs[other].file_columns.index(lookup.key)}), '')")
        connection.execute(
            f"create table lookup_{file_no}_{number} as select {key} as key, * from raw_{other}"
            " where problem is null and key is not null"
            " qualify row_number() over (partition by key order by file_row desc) = 1"
        )


def parse(connection: duckdb.DuckDBPyConnection, mapping: Mapping, file_no: int, entity: Entity) -> None:
    """Make `texts` and `parsed`. Times and dates are `<name>_given` here, in whatever zone the file has them."""
    _make_texts(connection, mapping, file_no, entity)
    values = [
        f"{_value(name, kind, column, mapping)} as {_given(name, kind)}" for name, kind, column in entity.sources()
    ]
    reasons = list(_reasons(entity, mapping))
    problem = "".join(f" when {test} then {quoted(reason)}" for test, reason, _ in reasons)
    field = "".join(f" when {test} then {quoted(name)}" for test, _, name in reasons)
    connection.execute(
        f"create table {table('parsed', file_no, entity)} as select file_row, odd, {', '.join(values)},"
        f" case{problem} end as problem, case{field} end as field from {table('texts', file_no, entity)}"
    )


def localise(connection: duckdb.DuckDBPyConnection, mapping: Mapping, file_no: int, entity: Entity) -> None:
    """Make `timed`: each time as an instant in UTC (`<name>`) and as a wall time (`<name>_wall`), each date as a local
    date (`<name>`), of the rows without a problem."""
    parsed = table("parsed", file_no, entity)
    moments = [(name, kind, column) for name, kind, column in entity.sources() if kind in (TIME, DATE)]
    givens = ", ".join(f"{name}_given" for name, _, _ in moments) or "null::timestamp"
    first, last = connection.execute(
        f"select min(least({givens}))::date, max(greatest({givens}))::date from {parsed} where problem is null"
    ).fetchone() or (None, None)
    span = (first or date(FIRST_YEAR, 1, 1), last or date(FIRST_YEAR, 1, 1))
    made = []
    for name, kind, column in moments:
        given, is_utc = f"{name}_given", column and (column.is_utc or UNIX_MILLISECONDS in column.formats)
        wall = to_wall(given, mapping.zone, *span) if is_utc else given
        if kind == TIME:
            made += [f"{given if is_utc else to_utc(given, mapping.zone, *span)} as {name}", f"{wall} as {name}_wall"]
        else:
            made.append(f"({wall})::date as {name}")
    connection.execute(
        f"create table {table('timed', file_no, entity)} as select {', '.join(['*', *made])} from {parsed}"
        " where problem is null"
    )


def identifier(text: str) -> str:
    """SQL: an id as text, without the `.0` that a spreadsheet adds."""
    return rf"regexp_replace({text}, '^(-?\d+)[.]0$', '\1')"


def in_range(minutes: str) -> str:
    """SQL: whether it is a length that a visit can have."""
    return f"({minutes} between 1 and 1440)"


def odd_ids(entity: Entity) -> str:
    """SQL: flags of ids that look odd, joined by commas; '' for none."""
    ids = [name for name, kind, _ in entity.sources() if kind == ID]
    is_odd = " or ".join(f"length({name}) > 64 or regexp_matches({name}, '[[:cntrl:]]')" for name in ids)
    return (
        f"concat_ws(',', odd, case when regexp_matches(concat_ws(' ', {', '.join(ids)}),"
        f" '(^| )-?[0-9]+[.][0-9]+( |$)') then 'fractional_id' end, case when {is_odd} then 'odd_id' end)"
    )


def note_problems(connection: duckdb.DuckDBPyConnection, file_no: int, entity: Entity, query: str = "") -> None:
    """Add to `problems` what `query` (file_row, problem, field) says, by default the rows that couldn't be parsed.

    The value shown is that of the one column at fault, and never of a name. In times and numbers letters are masked:
    in a row that slipped by a column they may be somebody's.
    """
    shown, values = [], []
    for name, kind, column in entity.sources():
        if column and kind != NAME:
            text = f"t.{name}" if kind in (ID, WORD) else rf"regexp_replace(t.{name}, '[^0-9TZE:/.,+\- ]', 'x', 'g')"
            shown.append(f"when {quoted(name)} then {quoted(column.shown or column.constant)}")
            values.append(f"when {quoted(name)} then left({text}, 40)")
    query = (
        query or f"select file_row, problem, field from {table('parsed', file_no, entity)} where problem is not null"
    )
    connection.execute(
        f"""insert into problems by name select {file_no} as file_no, p.file_row, {quoted(entity.name)} as entity,
            p.problem as reason, case p.field {" ".join(shown)} end as "column", case p.field {" ".join(values)} end
            as value from ({query}) p join {table("texts", file_no, entity)} t using (file_row)"""
    )


def _make_texts(connection: duckdb.DuckDBPyConnection, mapping: Mapping, file_no: int, entity: Entity) -> None:
    file = mapping.inputs[file_no]
    columns = {other.name: other.file_columns for other in mapping.inputs}
    numbers = {name: number for number, name in enumerate(file.lookups)}

    def place(name: str) -> str:
        prefix, dot, rest = name.partition(".")
        if dot and prefix in file.lookups:
            return f"l{numbers[prefix]}.c{columns[file.lookups[prefix].file].index(rest)}"
        return f"r.c{file.file_columns.index(name)}"

    joins, odd = "", ["null"]
    for name, lookup in file.lookups.items():
        by = identifier(f"nullif(trim({place(lookup.by)}), '')")
        joins += f" left join lookup_{file_no}_{numbers[name]} l{numbers[name]} on l{numbers[name]}.key = {by}"
        odd.append(f"case when l{numbers[name]}.key is null then {quoted(name + '_not_found')} end")
    texts = [f"{_text(column, kind, place)} as {name}" for name, kind, column in entity.sources()]
    connection.execute(
        f"create table {table('texts', file_no, entity)} as select r.file_row, nullif(concat_ws(',', {', '.join(odd)}),"
        f" '') as odd, {', '.join(texts)} from raw_{file_no} r{joins} where r.problem is null"
    )


def _text(column: Column | None, kind: str, place: Callable[[str], str]) -> str:
    if column is None:
        return "null::varchar"
    if column.constant is not None:
        return quoted(column.constant)
    parts = []
    for alternatives in column.parts:
        texts = [f"nullif(trim({place(name)}), '')" for name in alternatives]
        for empty in column.empty_if:
            texts = [f"nullif({text}, {quoted(empty)})" for text in texts]
        parts.append(f"coalesce({', '.join(texts)})")
    # A word may lack a part; an id or a time that does isn't one.
    text = f"nullif(concat_ws(' ', {', '.join(parts)}), '')" if kind in (WORD, NAME) else " || ' ' || ".join(parts)
    if column.carried:
        order = (
            f"try_cast({place(column.carried.in_order_of)} as decimal(38, 6))," if column.carried.in_order_of else ""
        )
        group = f"partition by {place(column.carried.within)} order by {order} r.file_row"
        text = f"last_value({text} ignore nulls) over ({group} rows between unbounded preceding and current row)"
    return text


def _given(name: str, kind: str) -> str:
    return f"{name}_given" if kind in (TIME, DATE) else name


def _value(name: str, kind: str, column: Column | None, mapping: Mapping) -> str:
    """SQL: the typed value of a text; null if it isn't one."""
    if column is None:
        return f"null::{TYPES[kind]}"
    if kind == ID:
        return identifier(name)
    if kind in (TIME, DATE):
        return _moment(name, column)
    if kind == MINUTES:
        is_whole = rf"regexp_full_match({name}, '-?\d{{1,6}}([.]0+)?')"
        return f"case when {is_whole} then floor({name}::decimal(12, 4))::bigint end"
    if kind == BOOLEAN:
        yes, no = (", ".join(quoted(text.casefold()) for text in texts) for texts in (column.true_if, column.false_if))
        return f"case when lower({name}) in ({yes}) then true when lower({name}) in ({no}) then false end"
    return minor_units(name, mapping.money) if kind == AMOUNT and mapping.money else name


def _moment(text: str, column: Column) -> str:
    tried = [
        f"try_cast(epoch_ms(try_cast({text} as bigint)) as timestamp)"
        if form == UNIX_MILLISECONDS
        else f"try_strptime({text}, {quoted(form)})"
        for form in column.formats
    ]
    return f"coalesce({', '.join(tried)})"


def _reasons(entity: Entity, mapping: Mapping) -> list[tuple[str, str, str]]:
    """(test, reason, value at fault) for everything that makes a row useless, the first that holds counts."""
    kinds = {name: kind for name, kind, _ in entity.sources()}
    mapped = {name: column for name, _, column in entity.sources() if column}
    found = [
        (f"regexp_full_match({name}, {quoted(SCIENTIFIC)})", f"scientific_notation_{name}", name)
        for name in mapped
        if kinds[name] == ID
    ]
    needed = [[name for name in group if name in mapped] for group in NEEDED[entity.name]]
    found += [(f"{group[0]} is null", f"missing_{group[0]}", group[0]) for group in needed if kinds[group[0]] == ID]
    for name, column in mapped.items():
        if kinds[name] in (TIME, DATE):
            moment = _moment(name, column)
            is_broken = f"{moment} is null or year({moment}) not between {FIRST_YEAR} and {LAST_YEAR}"
        elif kinds[name] == MINUTES:
            # A visit of an odd length is still a visit; a slot is nothing but its length.
            minutes = _value(name, MINUTES, column, mapping)
            is_broken = f"{minutes} is null" + (f" or not {in_range(minutes)}" if entity.name == "slots" else "")
        elif kinds[name] == BOOLEAN:
            is_broken = f"{_value(name, BOOLEAN, column, mapping)} is null"
        elif kinds[name] == AMOUNT and mapping.money:
            found.append((too_fine(name, mapping.money), "too_fine_amount", name))
            is_broken = not_an_amount(name, mapping.money)
        else:
            continue
        reason = "broken_amount" if kinds[name] == AMOUNT else f"broken_{name}"
        found.append((f"{name} is not null and ({is_broken})", reason, name))
    for group in needed:
        if kinds[group[0]] not in (ID, WORD):
            reason = "missing_start" if "starts_at" in group or "start_date" in group else f"missing_{group[0]}"
            found.append((" and ".join(f"{name} is null" for name in group), reason, group[0]))
    return found
