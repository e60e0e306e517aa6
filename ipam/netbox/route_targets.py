"""VRFs of a plan -> their route distinguishers and route targets in NetBox.

The one idea: both are `ASN:NUMBER` (RFC 4364, section 4.2), the ASN of the workspace's settings and the number that the plan
gives a VRF; so they are no line, and written beside the plan. What truc wrote last stands in a field of its own: where that is
not what stands there now, a person changed it, and it is told. Which VRF takes in whose routes is each edge's own, in its text.
"""

from __future__ import annotations

import http
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intents.finding import Finding, FindingsError, Severity, Where, make_finding, raise_errors
from intents.reason import because
from ipam.address_plan import AddressPlan, NumberKind
from ipam.netbox.mapping import OWN, TARGETS
from ipam.netbox.reading import Reading, drifted, read_on
from ipam.netbox.record import objects
from ipam.netbox.rows import OwnRow, etag_of
from ipam.netbox.server import Server, numbers_made, refuse, send
from ipam.netbox.thing import ObjectKind
from ipam.netbox.writing import BATCH, MESSAGE

PATH = "ipam/route-targets/"
_VRFS = f"{ObjectKind.VRF}/"
_SAID = "rd, import_targets, export_targets"
_FIELDS = "id,rd,import_targets,export_targets,custom_fields"


@dataclass(frozen=True, slots=True, kw_only=True)
class VrfTargets:
    """What a VRF says: its route distinguisher, "" for none, the route targets that it takes in and gives out, sorted, and what
    truc wrote there last."""

    rd: str
    imports: tuple[str, ...]
    exports: tuple[str, ...]
    written: str

    @property
    def said(self) -> str:
        """Return what stands there as one text: one value where all three say it, "" if nothing does."""
        if not (self.rd or self.imports or self.exports):
            return ""
        said = {"rd": (self.rd,), "import": self.imports, "export": self.exports}
        is_one = self.imports == self.exports == (self.rd,)
        return self.rd if is_one else ", ".join(f"{name} {' '.join(one) or '-'}" for name, one in said.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetState:
    """What was read of all VRFs, by number, and the number of each route target by its name."""

    vrfs: Mapping[int, VrfTargets]
    targets: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChanges:
    """What each VRF of ours has to say and does not; `conflicts` are errors: while there is one, nothing may be written."""

    lacking: tuple[tuple[OwnRow, str], ...] = ()
    conflicts: tuple[Finding, ...] = ()

    def told(self, shown: str) -> Iterator[Finding]:
        """Yield a warning (TR816) if something is lacking."""
        if self.lacking:
            first, count = self.lacking[0][0].thing.entry, len(self.lacking)
            yield make_finding("TR816", Where(file=shown), severity=Severity.WARNING, count=count, first=first)


def wanted_targets(plan: AddressPlan, asn: int) -> Mapping[str, str]:
    """Return the route distinguisher, which is the route target as well, by the entry of each VRF."""
    return {f"vrf {one.key}": f"{asn}:{one.value}" for one in plan.numbers if one.kind is NumberKind.VRF}


def read_targets(server: Server) -> TargetState:
    """Return what VRFs say of these; FindingsError (TR993)."""
    try:
        targets = {str(one["name"]): int(one["id"]) for one in objects(server, PATH, fields="id,name")}
        vrfs = {int(one["id"]): _targets_of(one) for one in objects(server, _VRFS, fields=_FIELDS)}
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise refuse(f"{server.url}/api/{_VRFS}", because("netbox_shape", said=error)) from None
    return TargetState(vrfs=vrfs, targets=targets)


def _targets_of(one: Any) -> VrfTargets:
    imports, exports = (
        tuple(sorted(str(target["name"]) for target in one[name])) for name in ("import_targets", "export_targets")
    )
    written = one["custom_fields"].get(TARGETS)
    return VrfTargets(rd=str(one["rd"] or ""), imports=imports, exports=exports, written=str(written or ""))


def target_changes(reading: Reading, state: TargetState, wanted: Mapping[str, str]) -> TargetChanges:
    """Compare what VRFs of ours say with what they have to; what a person changed is told (TR996), and a VRF of others that has a
    route distinguisher of ours (TR915)."""
    ours = {row.number: row for row in reading.rows if row.thing.endpoint is ObjectKind.VRF}
    holders = {found.rd: number for number, found in state.vrfs.items() if found.rd and number not in ours}
    lacking: list[tuple[OwnRow, str]] = []
    conflicts: list[Finding] = []
    for number, row in ours.items():
        found, text = state.vrfs.get(number), wanted.get(row.thing.entry, "")
        if found is None:
            continue
        if found.said not in (found.written, text or found.written):  # also where the VRF ends
            conflicts.append(drifted(reading.shown, row, _SAID, found.said or "-", found.written or text or "-"))
        elif text and (found.said, found.written) != (text, text):
            lacking.append((row, text))
    for entry, text in wanted.items():
        if text in holders:
            where = Where(file=f"{reading.shown}/{_VRFS}{holders[text]}/")
            conflicts.append(make_finding("TR915", where, entry=entry, text=text))
    return TargetChanges(lacking=tuple(lacking), conflicts=tuple(conflicts))


def check_targets(server: Server, reading: Reading, plan: AddressPlan, asn: int | None) -> None:
    """FindingsError if a person changed what VRFs say of these, or others have what is needed; not without an ASN."""
    if asn is not None:
        raise_errors(target_changes(reading, read_targets(server), wanted_targets(plan, asn)).conflicts)


def say_targets(
    server: Server, reading: Reading, plan: AddressPlan, asn: int | None, before: Callable[[], None] = lambda: None
) -> None:
    """Have VRFs say what they have to, under their entity tags, and look again; FindingsError (TR913 to TR916, TR951, TR996)."""
    if asn is None:
        return
    state, wanted = read_targets(server), wanted_targets(plan, asn)
    changes = target_changes(reading, state, wanted)
    raise_errors(changes.conflicts)
    if changes.lacking:
        _write(server, changes.lacking, state, before)
        left = target_changes(read_on(server, reading), read_targets(server), wanted)
        if left.lacking or left.conflicts:
            raise FindingsError(
                [make_finding("TR914", Where(file=server.url), count=len(left.lacking)), *left.conflicts]
            )


def _write(
    server: Server, lacking: Sequence[tuple[OwnRow, str]], state: TargetState, before: Callable[[], None]
) -> None:
    """What another one still has is let go of first: a route distinguisher is there once."""
    numbers = _with_made(server, [text for _, text in lacking], state.targets, before)
    tags = {row.number: row.etag for row, _ in lacking}
    taken = {state.vrfs[row.number].rd for row, text in lacking if state.vrfs[row.number].rd != text}
    freed = [
        row.number for row, _ in lacking if state.vrfs[row.number].rd in taken.intersection(text for _, text in lacking)
    ]
    tags |= _patched(server, {number: _body("", ()) for number in freed}, tags, before)
    _patched(server, {row.number: _body(text, (numbers[text],)) for row, text in lacking}, tags, before)


def _with_made(
    server: Server, wanted: Sequence[str], numbers: Mapping[str, int], before: Callable[[], None]
) -> Mapping[str, int]:
    """Make the route targets that are not there; they are told by their names, whoever made them."""
    missing = sorted(set(wanted) - numbers.keys())
    found = dict(numbers)
    for start in range(0, len(missing), BATCH):
        names = missing[start : start + BATCH]
        bodies = [{"name": name, "tags": [{"slug": OWN}], "changelog_message": MESSAGE} for name in names]
        before()
        answer = send(server, "POST", PATH, bodies, http.HTTPStatus.CREATED, done=0)
        found.update(zip(names, numbers_made(server, PATH, answer, len(names), done=0), strict=True))
    return found


def _body(text: str, targets: tuple[int, ...]) -> dict[str, Any]:
    said = {"rd": text or None, "import_targets": targets, "export_targets": targets}
    return {**said, "custom_fields": {TARGETS: text or None}, "changelog_message": MESSAGE}


def _patched(
    server: Server, bodies: Mapping[int, dict[str, Any]], tags: Mapping[int, str], before: Callable[[], None]
) -> Mapping[int, str]:
    """Change VRFs under their entity tags; returns those that they have then."""
    found: dict[int, str] = {}
    numbers = list(bodies)
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        before()
        sent = [{"id": number, **bodies[number]} for number in batch]
        answer = send(server, "PATCH", _VRFS, sent, http.HTTPStatus.OK, [tags[number] for number in batch], done=start)
        try:
            found |= {int(one["id"]): etag_of(str(one["last_updated"])) for one in answer.body}
        except (KeyError, TypeError, ValueError) as error:
            reason = because("netbox_shape", said=error)
            raise FindingsError([make_finding("TR913", Where(file=server.url), done=start, reason=reason)]) from None
    return found
