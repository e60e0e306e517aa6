"""How much of texts that others wrote is understood, and are their tables right? `python -m bench.foreign DIR [--differences]`.

DIR has labs as `bench/lab_folders.py` says. Printed are: files read whole; tables (of one VRF of one device, as prefix sets)
that are equal to what the device printed, different, disputed, and not modelled, with the reasons. A table is understood only if
nothing on its device, and on any device whose routes can reach it, leaves it open. Ends 1 if an understood table differs.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench.lab_folders import MANAGEMENT, Lab, labs_in
from bench.route_outputs import Sources
from intents.prefix import Prefix
from intents.reason import describe_reason
from verification.inspection.doubts import Doubt
from verification.inspection.tables import InspectedTable, Inspection
from verification.verdicts.verdict import Disputed, Holds

MOST_REASONS = 25


class TableOutcome(StrEnum):
    """What became of one table."""

    EQUAL = "equal"
    DIFFERENT = "different"
    DISPUTED = "disputed"
    NOT_MODELLED = "not modelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTable:
    """One table of one device: `missing` are prefixes that only the device has, `extra` those that only truc has."""

    place: str
    platform: str
    outcome: TableOutcome
    missing: tuple[tuple[Prefix, str], ...] = ()
    extra: tuple[tuple[Prefix, str], ...] = ()
    why: tuple[str, ...] = ()


def compare_lab(lab: Lab) -> Iterator[ComparedTable]:
    """Yield every table that a device of a lab printed, compared."""
    inspection = Inspection(lab.texts)
    for device, printed in sorted(lab.printed.items()):
        doubts = tuple(sorted({_kind_of(device, doubt) for doubt in inspection.doubts.about(device)}))
        ours = {vrf or "" for vrf in inspection.vrfs(device)} - MANAGEMENT
        for vrf in sorted(printed.keys() | ours):
            table = inspection.table(device, vrf or None) if vrf in ours else None
            if vrf in printed or (table is not None and table.entries):
                place = f"{lab.name}/{device}{f' {vrf}' if vrf else ''}"
                platform = lab.read[device].device.platform
                yield _compare(place, platform, table, printed.get(vrf, {}), doubts)


def _kind_of(device: str, doubt: Doubt) -> str:
    """Return a doubt without names and numbers: whose it is, and its reason."""
    return f"{'own' if doubt.device == device else 'neighbour'}: {doubt.reason.key}"


def _compare(
    place: str, platform: str, table: InspectedTable | None, printed: Sources, doubts: tuple[str, ...]
) -> ComparedTable:
    ours = {} if table is None else {entry.prefix: str(entry.source) for entry in table.entries}
    missing = tuple((prefix, source) for prefix, source in sorted(printed.items()) if prefix not in ours)
    extra = tuple((prefix, source) for prefix, source in sorted(ours.items()) if prefix not in printed)
    why = doubts
    match None if table is None else table.verdict:
        case Holds() | None if not doubts:
            outcome = TableOutcome.DIFFERENT if missing or extra else TableOutcome.EQUAL
        case Disputed() as found:
            outcome, why = (
                TableOutcome.DISPUTED,
                (describe_reason(found.one.said, "en"), describe_reason(found.other.said, "en")),
            )
        case _:
            outcome = TableOutcome.NOT_MODELLED
    return ComparedTable(place=place, platform=platform, outcome=outcome, missing=missing, extra=extra, why=why)


def main(folder: Path, *, differences: bool) -> int:
    """Print the figures of a folder; return the exit code."""
    tables: list[ComparedTable] = []
    files: Counter[tuple[str, bool]] = Counter()
    lines: Counter[str] = Counter()
    for lab in labs_in(folder):
        for text in lab.read.values():
            files[text.device.platform, not text.device.unknown] += 1
            lines.update(str(line.kind) for line in text.lines)
        for said in lab.unread:
            print(f"  left out: {lab.name}: {said}")
        tables += compare_lab(lab)
    _print_figures(files, lines, tables)
    if differences:
        _print_differences(tables)
    wrong = (TableOutcome.DIFFERENT, TableOutcome.DISPUTED)
    return 1 if any(table.outcome in wrong for table in tables) else 0


def _print_figures(files: Counter[tuple[str, bool]], lines: Counter[str], tables: list[ComparedTable]) -> None:
    for platform in sorted({platform for platform, _ in files}):
        whole = files[platform, True]
        print(f"{platform}: {whole} of {whole + files[platform, False]} files read whole")
        counts = Counter(table.outcome for table in tables if table.platform == platform)
        print(f"  tables: {', '.join(f'{counts[outcome]} {outcome}' for outcome in TableOutcome)}")
    print(f"lines: {', '.join(f'{count:,} {kind}' for kind, count in sorted(lines.items()))}")
    print("reasons of tables that are not modelled (a table may have several):")
    reasons = Counter(why for table in tables if table.outcome is TableOutcome.NOT_MODELLED for why in table.why)
    for why, count in reasons.most_common(MOST_REASONS):
        print(f"  {count:4} {why}")


def _print_differences(tables: list[ComparedTable]) -> None:
    for table in tables:
        if table.outcome in (TableOutcome.DIFFERENT, TableOutcome.DISPUTED):
            print(f"{table.place}: {table.outcome}{''.join(f'; {why}' for why in table.why)}")
            for sign, found in (("-", table.missing), ("+", table.extra)):
                for prefix, source in found:
                    print(f"  {sign} {prefix} {source}")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    if len(words) != 1 or {word for word in sys.argv[1:] if word.startswith("--")} - {"--differences"}:
        sys.exit(__doc__)
    sys.exit(main(Path(words[0]), differences="--differences" in sys.argv[1:]))
