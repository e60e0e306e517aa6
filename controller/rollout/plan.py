"""What a board signs: steps of every device, the states that were proved, the way back, what opens and closes, under one digest.

The one idea: a plan is data. It is made of texts with digests, it has a digest itself, and whoever applies it takes nothing else.
Written as canonical JSON (RFC 8785), so that the same plan is the same bytes; secrets never stand in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from controller.output.canonical_json import Plain, canonical_digest, canonical_file
from controller.rollout.declared import Declaration
from controller.rollout.headroom import FullestUse
from controller.rollout.proof import JudgedState, RolloutProof
from controller.rollout.steps import DeviceChange
from intents.change_request import ChangeRequest, Window
from intents.finding import Finding
from intents.prefix import format_address
from routing.vendors import VENDORS
from routing.vendors.change import Edit
from verification.change.access import AccessChange, Turn
from verification.change.judge import ChangeOfAccess
from verification.verdicts.opinions import SecondJudge

PLAN_FORMAT = "truc/plan/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a plan was made from: digests of the inputs of both workspaces, how the running texts are known, and the days from
    which and to which it may be applied."""

    base: str
    workspace: str
    running: str
    made_on: date
    expires_on: date
    serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Devices that are changed at once, in any order; `canary`: the one that goes before all others."""

    devices: tuple[str, ...]
    canary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan:
    """A change of a network: what is done on which device, in which waves, and what was proved of it. `arrivals`: devices that
    get a whole text by hand before they are joined; `departures`: that are no longer wanted. `second`: who else judged the texts
    that will stand; `unheard`: why an opinion that was asked for is not had."""

    origin: Origin
    changes: tuple[DeviceChange, ...]
    waves: tuple[Wave, ...]
    arrivals: Mapping[str, str]
    departures: tuple[str, ...]
    proof: RolloutProof
    access: ChangeOfAccess
    declaration: Declaration
    interrupted: tuple[str, ...] = ()
    headroom: tuple[FullestUse, ...] = ()
    second: SecondJudge | None = None
    unheard: Finding | None = None

    @property
    def opens(self) -> tuple[AccessChange, ...]:
        """What can be reached after the change and not before."""
        return tuple(item.change for item in self.access.changes if item.change.turn is Turn.OPENED)

    @property
    def closes(self) -> tuple[AccessChange, ...]:
        """What could be reached before the change and cannot after it."""
        return tuple(item.change for item in self.access.changes if item.change.turn is Turn.CUT)

    @property
    def lines(self) -> int:
        """How many lines are typed in all."""
        return sum(change.lines for change in self.changes)

    @property
    def holds(self) -> bool:
        """Return whether everything was proved, nobody who was asked is unheard, and no judge differs."""
        is_heard = self.unheard is None
        return self.proof.holds and is_heard and not self.access.differences and not self.access.doubts


def waves_of(proof: RolloutProof, size: int) -> tuple[Wave, ...]:
    """Return in which order devices go: of the stubs one alone and the others in waves, every other device by itself."""
    found: list[Wave] = []
    for unit in proof.units:
        if unit == proof.stubs:
            found.append(Wave(devices=unit[:1], canary=True))
            found += [Wave(devices=unit[at : at + size]) for at in range(1, len(unit), size)]
        else:
            found.append(Wave(devices=unit))
    return tuple(found)


def digest_of_plan(plan: ChangePlan) -> str:
    """Return the digest of a plan: what is signed."""
    return canonical_digest(_body(plan))


def plan_bytes(plan: ChangePlan) -> bytes:
    """Return a plan as a file: canonical JSON with its own digest, ended by a newline."""
    return canonical_file(_body(plan))


def _body(plan: ChangePlan) -> dict[str, Plain]:
    origin = plan.origin
    return {
        "format": PLAN_FORMAT,
        "base": origin.base,
        "workspace": origin.workspace,
        "running": origin.running,
        "made_on": origin.made_on.isoformat(),
        "expires_on": origin.expires_on.isoformat(),
        "serial": origin.serial,
        "devices": [device_part(change) for change in plan.changes],
        "waves": [{"devices": list(wave.devices), "canary": wave.canary} for wave in plan.waves],
        "arrivals": dict(sorted(plan.arrivals.items())),
        "departures": list(plan.departures),
        "interrupted": list(plan.interrupted),
        "declared": plan.declaration.complete,
        "change": None if plan.declaration.request is None else _request(plan.declaration.request),
        "opens": [_access(item) for item in plan.opens],
        "closes": [_access(item) for item in plan.closes],
        "proof": _proof(plan.proof),
        "headroom": [_fullest(use) for use in plan.headroom],
        "second_judge": None if plan.second is None else _second(plan.second),
    }


def _request(request: ChangeRequest) -> dict[str, Plain]:
    head, window = request.head, request.window
    return {
        "name": head.identifier,
        "title": head.title,
        "owner": str(head.domain),
        "author": request.author,
        "agreement_ref": request.agreement_ref,
        "request_ref": head.request_ref,
        "decision_ref": head.decision_ref,
        "intents": [name for name, _ in request.intents],
        "window": _span(window),
        "interruptions": [
            {**_span(item.span), "devices": list(item.devices), "way_back": item.way_back, "agreed_by": item.agreed_by}
            for item in request.interruptions
        ],
    }


def _span(span: Window) -> dict[str, Plain]:
    return {"from": f"{span.start:%Y-%m-%d %H:%M}", "to": f"{span.end:%Y-%m-%d %H:%M}"}


def device_part(change: DeviceChange) -> dict[str, Plain]:
    """Return what a plan holds of a device: no text, and no secret."""
    return {
        "device": change.device,
        "platform": change.platform,
        "running": change.running_digest,
        "standing": change.standing_digest,
        "edits": [_edit(change.platform, edit) for edit in change.edits],
        "back": [_edit(change.platform, edit) for edit in change.back],
        "notices": list(change.notices),
        "way_back": str(VENDORS[change.platform].capabilities.way_back),
    }


def _edit(platform: str, edit: Edit) -> dict[str, Plain]:
    """Return an edit; a line with a secret is named without it: whoever applies the plan takes it from where secrets are."""
    shown = VENDORS[platform].hide_secrets(edit.line).removesuffix("\n")
    hidden: dict[str, Plain] = {"secret": True} if shown != edit.line else {}
    return {"kind": str(edit.kind), "section": list(edit.section), "line": shown, **hidden}


def _access(item: AccessChange) -> dict[str, Plain]:
    flow = item.flow
    return {
        "from": item.source,
        "to": item.destination,
        "family": int(flow.family),
        "protocol": flow.protocol,
        "source": format_address(flow.family, flow.source),
        "destination": format_address(flow.family, flow.destination),
        "destination_port": flow.destination_port,
    }


def _proof(proof: RolloutProof) -> dict[str, Plain]:
    return {
        "stubs": list(proof.stubs),
        "sequence": list(proof.sequence),
        "positions": proof.stands,
        "premises": [
            {"device": fault.device, "edits": fault.edits, "reason": fault.reason.key} for fault in proof.faults
        ],
        "states": [_state(state) for state in proof.states],
        "ways_in": _ways_in(proof),
    }


def _ways_in(proof: RolloutProof) -> dict[str, Plain]:
    found = proof.ways_in
    return {
        "hosts": [str(host) for host in found.hosts],
        "positions": found.asked,
        "lost": [
            {
                "device": fault.device,
                "at": fault.moment.at,
                "edits": fault.moment.edits,
                "line": fault.moment.line,
                "going_back": fault.moment.going_back,
                "state": fault.moment.state,
                "reason": fault.reason.key,
                "known": fault.is_known,
            }
            for fault in proof.ways_in_lost
        ],
        "returns": {
            "one_step": list(found.one_step),
            "untouched": list(found.untouched),
            "not_proved": list(found.not_proved),
        },
        "rests_on": list(found.rests_on),
    }


def _second(judge: SecondJudge) -> dict[str, Plain]:
    """Return who else judged the last state, and what exactly."""
    return {
        "name": judge.name,
        "version": judge.version,
        "snapshot": judge.snapshot,
        "recorded": judge.recorded,
        "questions": judge.questions,
    }


def _fullest(use: FullestUse) -> dict[str, Plain]:
    return {
        "device": use.device,
        "kind": use.kind,
        "start": use.start,
        "fullest": use.fullest,
        "end": use.end,
        "budget": use.limit,
    }


def _state(state: JudgedState) -> dict[str, Plain]:
    return {
        "name": state.name,
        "device": state.device,
        "edits": state.edits,
        "questions": state.questions,
        "wrong": len(state.wrong),
        **({"amiss": len(state.amiss)} if state.amiss else {}),
    }


def pairs(items: Iterable[AccessChange]) -> Iterator[tuple[str, str]]:
    """Yield who gets to whom, each pair once, sorted."""
    yield from sorted({(str(item.source), str(item.destination)) for item in items})
