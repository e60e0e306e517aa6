"""Lines of a device's text -> the intents that they serve.

The one idea: a line says things (`Ref`), a thing serves rules (`BuiltNetwork.served`), a rule has the intents that ask for
it (`Policy.sources`); so nothing has to be kept beside the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from controller.jobs.pipeline import Compiled
from intents.policy import Rule
from routing.config import DeviceConfig
from routing.model import LinePath, Ref
from routing.vendors import VENDORS
from routing.vendors.vendor import TextLine
from verification.verdicts.verdict import Culprit

PROVENANCE_FORMAT = "truc/provenance/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedLine:
    """One line of a text: number, text, path (() for comments and section ends), what it says, the rules and the intents
    that it serves, and whether it is foreign: found on the device and kept."""

    number: int
    text: str
    path: LinePath
    refs: tuple[Ref, ...]
    rules: tuple[Rule, ...]
    intents: tuple[str, ...]
    foreign: bool


def intents_of(compiled: Compiled, rules: tuple[Rule, ...]) -> tuple[str, ...]:
    """Return the identifiers of the intents that ask for any of these rules, sorted."""
    sources = compiled.addressed.wanted.policy.sources
    return tuple(sorted({name for rule in rules for name in sources.get(rule, ())}))


def intents_of_culprit(compiled: Compiled, culprit: Culprit) -> tuple[str, ...]:
    """Return the intents that a guilty line serves, () if it is not a line of ours.

    The text judged may be another than the one compiled, with entries inserted, so a line counts by its text and by the
    name of what it stands in, not by the number of an entry.
    """
    config = compiled.configs.get(culprit.device)
    if config is None or not culprit.line:
        return ()
    served = compiled.built.served.get(culprit.device, {})
    rules = [
        rule
        for line in config.lines
        if line.text.strip() == culprit.text
        for ref in line.refs
        if ref[:2] == culprit.ref[:2]
        for rule in served.get(ref, ())
    ]
    return intents_of(compiled, tuple(rules))


def said_lines(config: DeviceConfig) -> Iterator[TextLine]:
    """Yield every line of a text with its path and what it says; a foreign line says nothing of ours."""
    if not config.foreign:
        yield from config.lines
        return
    said = {line.path: line.refs for line in config.lines if line.path}
    paths = VENDORS[config.platform].paths(config.text)
    at = 0
    for text in config.text.splitlines():
        # Comments and section ends have no path; every other line ends with (the first line of) its path's last element.
        if at < len(paths) and text.strip().endswith(paths[at][-1].partition("\n")[0]):
            yield TextLine(text=text, path=paths[at], refs=said.get(paths[at], ()))
            at += 1
        else:
            yield TextLine(text=text, path=())


def served_lines(compiled: Compiled, device: str) -> Iterator[ServedLine]:
    """Yield every line of a device's text with the rules and intents that it serves."""
    config, served = compiled.configs[device], compiled.built.served.get(device, {})
    foreign = frozenset(config.foreign)
    known: dict[tuple[Ref, ...], tuple[tuple[Rule, ...], tuple[str, ...]]] = {}
    for number, line in enumerate(said_lines(config), start=1):
        if line.refs not in known:
            found = tuple(dict.fromkeys(rule for ref in line.refs for rule in served.get(ref, ())))
            known[line.refs] = (found, intents_of(compiled, found))
        rules, intents = known[line.refs]
        yield ServedLine(
            number=number,
            text=line.text,
            path=line.path,
            refs=line.refs,
            rules=rules,
            intents=intents,
            foreign=line.path in foreign,
        )


def provenance(compiled: Compiled) -> Mapping[str, object]:
    """Return the side table of all lines as data for a JSON file.

    `intents` are identifiers, `sets` are lists of their indexes; of each device, `lines` holds [first, last, set] for runs
    of lines that serve the same intents. Lines in no run serve none (fixed and foreign lines).
    """
    names = sorted({name for found in compiled.addressed.wanted.policy.sources.values() for name in found})
    index = {name: number for number, name in enumerate(names)}
    sets: dict[tuple[str, ...], int] = {}
    devices: dict[str, object] = {}
    for device, config in sorted(compiled.configs.items()):
        runs: list[list[int]] = []
        for line in served_lines(compiled, device):
            if not line.intents:
                continue
            number = sets.setdefault(line.intents, len(sets))
            if runs and runs[-1][1] == line.number - 1 and runs[-1][2] == number:
                runs[-1][1] = line.number
            else:
                runs.append([line.number, line.number, number])
        devices[device] = {"file": f"configs/{config.file_name}", "lines": runs}
    return {
        "format": PROVENANCE_FORMAT,
        "on": compiled.addressed.wanted.on.isoformat(),
        "intents": names,
        "sets": [[index[name] for name in found] for found in sets],
        "devices": devices,
    }
