"""The table of prefixes as somebody edited it -> what was chosen for each attachment.

The one idea: a prefix is chosen for by its attachment, whose LANs and links go together; what belongs to equipment follows it and
is only compared. Lines may be left out, then the rules decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from intents.finding import Finding, Where, make_finding
from intents.parser.registry import columns_of, read_rows, read_table
from intents.reader.fields import RowFields
from intents.reader.parser_context import D11, ParserContext
from intents.registry import AttachmentName
from intents.reorganisation.fates import PrefixAction
from ipam.address_plan import AddressPlan, EntryState
from ipam.reorganisation.prefix_lines import PrefixLine, attachment_of

ACTION_COLUMNS = columns_of("prefix key action", "reason organisation site")
_RULES = dict.fromkeys(ACTION_COLUMNS, D11)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLine:
    """A line of the edited table."""

    prefix: str
    key: str
    action: PrefixAction
    where: Where


def read_chosen(path: Path, plan: AddressPlan, reading: ParserContext) -> tuple[ChosenLine, ...]:
    """Read the table; a line about no prefix of the plan is a finding."""
    known = {(str(entry.prefix), str(entry.key)) for entry in plan.prefixes}
    table = read_table(Path(), str(path), ACTION_COLUMNS, reading)
    lines = tuple(read_rows(table, _read_line, reading).values())
    for line in lines:
        if (line.prefix, line.key) not in known:
            reading.findings.append(make_finding("TR254", line.where, rule=D11, prefix=line.prefix, key=line.key))
    return lines


def _read_line(fields: RowFields) -> tuple[str, ChosenLine] | None:
    line = ChosenLine(
        prefix=fields.text("prefix"),
        key=fields.text("key"),
        action=fields.choice("action", PrefixAction),
        where=fields.place("action"),
    )
    return (f"{line.where.line:08}", line) if fields.ok else None


def actions_of(
    lines: Iterable[ChosenLine], plan: AddressPlan
) -> tuple[Mapping[AttachmentName, PrefixAction], tuple[Finding, ...]]:
    """Return what was chosen for each attachment, and a finding for each line that says otherwise than one before it."""
    owners = {
        (str(entry.prefix), str(entry.key)): attachment_of(entry.key)
        for entry in plan.prefixes
        if entry.state is not EntryState.QUARANTINED
    }
    first: dict[AttachmentName, ChosenLine] = {}
    findings: list[Finding] = []
    for line in lines:
        owner = owners.get((line.prefix, line.key))
        if owner is None:
            continue
        earlier = first.setdefault(owner, line)
        if earlier.action is not line.action:
            findings.append(
                make_finding(
                    "TR255", line.where, also=(earlier.where,), rule=D11,
                    name=owner, one=earlier.action, other=line.action,
                )
            )  # fmt: skip
    return {owner: line.action for owner, line in first.items()}, tuple(findings)


def check_followed(chosen: Iterable[ChosenLine], lines: Iterable[PrefixLine]) -> Iterator[Finding]:
    """Yield the lines about equipment, or quarantined prefixes, that say something else than what follows for them."""
    planned = {(str(item.prefix), str(item.key)): item for item in lines}
    for line in chosen:
        item = planned.get((line.prefix, line.key))
        if item is not None and item.action is not line.action and attachment_of(item.key) is None:
            yield make_finding(
                "TR256", line.where, rule=D11,
                key=line.key, action=line.action, wanted=item.action, reason=item.reason,
            )  # fmt: skip
