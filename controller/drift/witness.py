"""Tables that stand beside the texts found -> what they say of truc's own model, device by device.

The one idea: a table speaks only of the text that it was read with, so the digest of that text stands in it; whatever is not so
is named, and never taken for a device that agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from controller.drift.texts import DriftTexts
from controller.jobs.evidence import give
from controller.jobs.inspected import unknown_numbers
from controller.jobs.pipeline import Compiled
from controller.jobs.table_files import NoTablesError, read_tables_file, tables_file
from controller.output.terminal import Output
from intents.reason import Reason, because
from routing.vendors.device_tables import DeviceTables
from verification.drift.witness import NotWitnessed, Witness, hear
from verification.inspection.texts import InspectedTexts, LinkKnowledge


def witness_of(
    compiled: Compiled, texts: DriftTexts, running: Path, output: Output, *, drifting: bool
) -> Witness | None:
    """Return what the tables in the folder of texts say, None if there are none. `drifting`: whether a device is not as
    declared."""
    shown, of_no_use = read_shown(running, texts.found)
    if not shown and all(why.key == "table_file_none" for why in of_no_use.values()):
        return None
    output.progress("witness", 0, 0)
    declared = inspected_texts(compiled, texts.expected) if drifting else None
    heard = hear(inspected_texts(compiled, texts.found), shown, declared)
    silent = tuple(NotWitnessed(device=name, scope=None, why=why) for name, why in sorted(of_no_use.items()))
    return replace(heard, not_read=(*silent, *heard.not_read))


def read_shown(running: Path, found: Mapping[str, str]) -> tuple[dict[str, DeviceTables], dict[str, Reason]]:
    """Return the tables of the devices that have some of their very text, and why the others have none."""
    shown: dict[str, DeviceTables] = {}
    of_no_use: dict[str, Reason] = {}
    for name, text in sorted(found.items()):
        try:
            tables = read_tables_file(tables_file(running, name), name)
        except NoTablesError:
            of_no_use[name] = because("table_file_wrong")
            continue
        if tables is None:
            of_no_use[name] = because("table_file_none")
        elif tables.digest != sha256(text.encode("utf-8", errors="surrogateescape")).hexdigest():
            of_no_use[name] = because("table_file_of_another_text")
        else:
            shown[name] = tables
    return shown, of_no_use


def inspected_texts(compiled: Compiled, texts: Mapping[str, str]) -> InspectedTexts:
    """Return devices as their texts say, with the workspace's links between them."""
    given = give(compiled, texts)
    devices = given.network.devices
    links = tuple(link for link in given.network.links if {link.a_device, link.b_device} <= devices.keys())
    return InspectedTexts(
        network=replace(given.network, links=links, ports=()),
        knowledge=LinkKnowledge.WORKSPACE,
        lines=given.lines,
        texts=given.texts,
        unknown={
            name: unknown_numbers(device, given.unknown_lines[name], texts[name]) for name, device in devices.items()
        },
    )
