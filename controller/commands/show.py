"""`truc show`: tables of what is known: addresses, policy, devices, intents, residue; or one device's text.

The one idea: every table is a heading and rows of text, made by one function each; printing them is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.boundary import check_folder, parse_day
from controller.commands.show_filter import ShowFilter, check_fitting, check_names
from controller.jobs.compile import compile_workspace
from controller.jobs.pipeline import Addressed, address, want
from controller.jobs.residue import residue
from controller.output.choices import Shown
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from intents.finding import FindingsError, Where, make_finding
from intents.messages import printable
from intents.policy_words import endpoint_in_words
from intents.reader.suggestions import suggest
from intents.reason import Telling, describe_reason

SHOW_FORMAT = "truc/show/1"
ALL = ShowFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """Keys of the columns, rows, and which columns hold numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Telling, ...], ...]
    numbers: tuple[int, ...] = ()


def show(
    output: Output, folder: Path, on: str | None, what: Shown, device: str | None, wanted: ShowFilter = ALL
) -> ExitCode:
    """Print a table, or with CONFIG the text of a device; FindingsError."""
    check_folder(folder)
    check_fitting(what, wanted)
    if what is Shown.CONFIG:
        return _show_config(output, folder, on, device)
    if device is not None:
        raise FindingsError([make_finding("TR851", Where(), what=what, name=device)])
    addressed = address(want(folder, parse_day(on)))
    output.note_day(addressed.wanted.on, stands_still=addressed.wanted.stands_still)
    check_names(wanted, addressed)
    print_table(output, str(what), _TABLES[what](addressed, wanted))
    if not output.json:
        output.say(f"next_show_{what}")
    return ExitCode.FINE


def print_table(output: Output, name: str, table: ShownTable) -> None:
    """Write a table, or its rows as messages."""
    if output.json:
        start_messages(output, SHOW_FORMAT, table=name)
        for row in table.rows:
            cells = [describe_reason(cell, "en") for cell in row]
            print_message(output, {"type": "row", **dict(zip(table.columns, cells, strict=True))})
        print_message(output, {"type": "summary", "ok": True, "rows": len(table.rows)})
        return
    headers = [output.words(f"column_{name}") for name in table.columns]
    output.table(headers, [[printable(output.in_words(cell)) for cell in row] for row in table.rows], table.numbers)
    output.say("rows", count=len(table.rows))


def _show_config(output: Output, folder: Path, on: str | None, device: str | None) -> ExitCode:
    """Write a device's text: the very bytes into a pipe, without what could steer a terminal onto one."""
    if device is None:
        raise FindingsError([make_finding("TR850", Where())])
    compiled = compile_workspace(folder, parse_day(on), output)
    name = device.removesuffix(".cfg").removesuffix(".conf")
    if name not in compiled.configs:
        suggestion = suggest(name, sorted(compiled.configs))
        raise FindingsError([make_finding("TR806", Where(), device=device, suggestion=suggestion)])
    text = compiled.configs[name].text
    if output.json:
        start_messages(output, SHOW_FORMAT, table="config", device=name)
        for number, line in enumerate(text.splitlines(), start=1):
            print_message(output, {"type": "line", "line": number, "text": line})
        print_message(output, {"type": "summary", "ok": True, "rows": len(text.splitlines())})
    elif output.is_terminal:
        output.raw("".join(f"{printable(line.expandtabs())}\n" for line in text.splitlines()))
    else:
        output.raw(text)
    return ExitCode.FINE


def _addresses(addressed: Addressed, wanted: ShowFilter) -> ShownTable:
    return ShownTable(
        columns=("key", "prefix", "pool", "state", "purpose", "organisation", "since"),
        rows=tuple(
            (
                str(entry.key),
                str(entry.prefix),
                entry.pool or "-",
                str(entry.state),
                entry.purpose or "-",
                entry.organisation or "-",
                entry.since.isoformat(),
            )
            for entry in addressed.address_plan.prefixes
            if wanted.wants_entry(entry, addressed)
        ),
    )


def _policy(addressed: Addressed, wanted: ShowFilter) -> ShownTable:
    policy = addressed.wanted.policy
    return ShownTable(
        columns=("effect", "source", "destination", "service", "intents"),
        rows=tuple(
            (
                str(rule.effect),
                endpoint_in_words(rule.source),
                endpoint_in_words(rule.destination),
                f"{rule.service}{' (within each organisation)' if rule.same_organisation else ''}",
                ", ".join(policy.sources.get(rule, ())),
            )
            for rule in policy.rules
            if wanted.wants_rule(rule, addressed.wanted.registry)
        ),
    )


def _devices(addressed: Addressed, wanted: ShowFilter) -> ShownTable:
    inventory = addressed.wanted.inventory
    standing: dict[str, int] = {}
    for places in inventory.places.values():
        for place in places:
            standing[place.device] = standing.get(place.device, 0) + 1
    return ShownTable(
        columns=("device", "role", "platform", "site", "attachments"),
        rows=tuple(
            (name, str(item.role), str(item.platform), str(item.site), str(standing.get(name, 0)))
            for name, item in sorted(inventory.devices.items())
            if wanted.wants_device(item.site)
        ),
        numbers=(4,),
    )


def _intents(addressed: Addressed, wanted: ShowFilter) -> ShownTable:
    rows = []
    policy, registry = addressed.wanted.policy, addressed.wanted.registry
    about = {
        name for rule in policy.rules if wanted.wants_rule(rule, registry) for name in policy.sources.get(rule, ())
    }
    for intent in addressed.wanted.intents:
        head = intent.head
        if wanted.organisation is not None and head.identifier not in about:
            continue
        valid = f"{head.validity.start or '…'} .. {head.validity.end or '…'}"
        kind = type(intent).__name__.lower()
        rows.append((head.identifier, kind, head.request_ref, head.decision_ref, valid, str(head.where)))
    return ShownTable(columns=("intent", "kind", "request", "decision", "valid", "where"), rows=tuple(rows))


def _residue(addressed: Addressed, wanted: ShowFilter) -> ShownTable:
    registry = addressed.wanted.registry
    return ShownTable(
        columns=("source", "destination", "reply", "pairs", "returns"),
        rows=tuple(
            (
                endpoint_in_words(row.rule.destination),
                endpoint_in_words(row.rule.source),
                tuple(reply.in_words() for reply in row.replies),
                f"{row.pairs:,}",
                f"{row.returns:,}",
            )
            for row in residue(addressed.wanted.policy, addressed.address_plan, registry)
            if wanted.wants_rule(row.rule, registry)
        ),
        numbers=(3, 4),
    )


_TABLES: Mapping[Shown, Callable[[Addressed, ShowFilter], ShownTable]] = {
    Shown.ADDRESSES: _addresses,
    Shown.POLICY: _policy,
    Shown.DEVICES: _devices,
    Shown.INTENTS: _intents,
    Shown.RESIDUE: _residue,
}
