"""An `AddressPlan` as a text that people review in git, and back.

The one idea: one line for each pool, prefix and number, sorted, with all its attributes, so that a change of the plan is a
change of exactly those lines; a line that can't be read is a finding, never skipped.
"""

from __future__ import annotations

from intents.finding import Finding, Where, make_finding
from intents.reader.source_text import MARKERS
from ipam.address_plan import AddressPlan, NumberEntry, Pool, PrefixEntry
from ipam.store.lock_checks import PlacedPlan, check_placed
from ipam.store.lock_lines import (
    COLUMNS,
    BadFieldError,
    join_fields,
    number_fields,
    pool_fields,
    prefix_fields,
    read_number,
    read_pool,
    read_prefix,
    split_fields,
    start_of_field,
)

HEADER = "truc address plan, format 1"
MAXIMUM_SIZE = 256 << 20


def print_plan(plan: AddressPlan) -> str:
    """Return the text of a plan; equal plans give equal bytes."""
    lines = [HEADER]
    lines.append("# " + ",".join(("pool", *COLUMNS["pool"])))
    lines += [join_fields(("pool", *pool_fields(pool))) for pool in plan.pools]
    lines.append("# " + ",".join(("prefix", *COLUMNS["prefix"])))
    lines += [join_fields(("prefix", *prefix_fields(entry))) for entry in plan.prefixes]
    lines.append("# " + ",".join(("number", *COLUMNS["number"])))
    lines += [join_fields(("number", *number_fields(entry))) for entry in plan.numbers]
    return "\n".join(lines) + "\n"


def parse_plan(text: str, shown: str) -> tuple[AddressPlan, tuple[Finding, ...]]:
    """Return the plan that a text says, sorted, and every line that is wrong; `shown` is the file's name in findings.

    Lines may end as Windows ends them.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    findings = _check_frame(lines, shown)
    if findings:
        return AddressPlan(), tuple(findings)
    placed = PlacedPlan()
    for number, line in enumerate(lines[1:-1], start=2):
        if line.startswith("#") or not line:
            continue
        try:
            _read_line(line, number, placed)
        except BadFieldError as error:
            where = Where(file=shown, line=number, column=start_of_field(line, error.index))
            findings.append(make_finding(error.code, where, excerpt=line, field=error.field, text=error.text))
    findings += check_placed(placed, shown)
    return placed.plan(), tuple(findings)


def _check_frame(lines: list[str], shown: str) -> list[Finding]:
    """Return what makes a text no plan at all: conflict markers, another header, a cut-off end."""
    conflicts = [number for number, line in enumerate(lines, start=1) if line.startswith(MARKERS)]
    if conflicts:
        where = Where(file=shown, line=conflicts[0], column=1)
        return [make_finding("TR535", where, excerpt=lines[conflicts[0] - 1], count=len(conflicts))]
    if lines[0] != HEADER:
        return [make_finding("TR530", Where(file=shown, line=1, column=1), excerpt=lines[0][:200], header=HEADER)]
    if lines[-1]:
        return [make_finding("TR538", Where(file=shown, line=len(lines), column=len(lines[-1]) + 1))]
    return []


def _read_line(line: str, number: int, placed: PlacedPlan) -> None:
    kind, *fields = split_fields(line)
    columns = COLUMNS.get(kind)
    if columns is None:
        raise BadFieldError("TR531", 0, ", ".join(COLUMNS), kind)
    if len(fields) != len(columns):
        raise BadFieldError("TR539", min(len(fields), len(columns)), ",".join(columns), str(len(fields)))
    match kind:
        case "pool":
            pool: Pool = read_pool(fields)
            placed.pools.append((pool, number))
        case "prefix":
            prefix: PrefixEntry = read_prefix(fields)
            placed.prefixes.append((prefix, number))
        case _:
            entry: NumberEntry = read_number(fields)
            placed.numbers.append((entry, number))
