"""A change request and the difference of two workspaces -> what nobody declared, and what was declared and does not happen.

The one idea: a declared pair covers both directions, for a session brings its replies; all else must be said, pair by pair, and
whatever is said must come about. Which services change is said by the intents that are touched. Only what an organisation
loses that ended with its unit, the recorded event of that unit says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from controller.jobs.pipeline import Compiled, Wanted
from intents.change_request import ChangeRequest, DeclaredAccess
from intents.checks.party import check_party_author
from intents.expansion import endpoints_of, expand, make_directory
from intents.finding import Finding, Severity, Where, make_finding
from intents.legal.references import check_papers_of_change
from intents.model import Head, Party
from intents.policy import ClassEndpoint, Endpoint, OrganisationEndpoint, OutsideEndpoint, SystemEndpoint, endpoint_key
from intents.policy_words import endpoint_in_words
from intents.reason import because
from intents.registry import Attachment, AttachmentName, ConnectionKind, Registry
from intents.reorganisation.following import ended_with_its_unit
from verification.change.access import AccessChange, Turn, turn_in_words
from verification.verdicts.flow import ACK, ICMP4, ICMP6, RST, TCP, UDP, flow_in_words

Pair = tuple[AttachmentName, AttachmentName]
ECHO_REQUEST = (8, 128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What was declared of a change, and where it and the change differ. `request`: None if there is none, and then all is
    undeclared. `touched`: intents whose meaning changes. `interruptions`: devices that are cut off without a word about it."""

    request: ChangeRequest | None
    touched: tuple[str, ...]
    undeclared: tuple[AccessChange, ...]
    interruptions: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def complete(self) -> bool:
        """Return whether a request says all that happens, and nothing else."""
        return self.request is not None and self.is_silent and not self.findings

    @property
    def is_silent(self) -> bool:
        """Return whether there is nothing that nobody declared."""
        return not self.undeclared and not self.interruptions


def compare_declared(
    request: ChangeRequest | None,
    ends: tuple[Compiled, Compiled],
    changes: Iterable[AccessChange],
    interrupted: Iterable[str],
) -> Declaration:
    """Return how a request and a change compare; `interrupted`: devices that are taken to be cut off meanwhile."""
    wanted = (ends[0].addressed.wanted, ends[1].addressed.wanted)
    found, touched = tuple(changes), touched_intents(wanted)
    if request is None:
        return Declaration(
            request=None,
            touched=tuple(touched),
            undeclared=found,
            interruptions=tuple(sorted(set(interrupted))),
        )
    declared, findings = _declared(request, wanted)
    ended = _ended(wanted)
    undeclared = tuple(
        item
        for item in found
        if (item.source, item.destination) not in declared[item.turn]
        and not (item.turn is Turn.CUT and {item.source, item.destination} & ended)
    )
    cut_off = tuple(sorted(set(interrupted) - set(request.interrupted)))
    return Declaration(
        request=request,
        touched=tuple(touched),
        undeclared=undeclared,
        interruptions=cut_off,
        findings=(
            *findings,
            *(_undeclared(item) for item in sessions(undeclared)),
            *_missing(request, wanted, found),
            *_intents(request, touched),
            *_author(request, wanted, touched),
            *check_papers_of_change(wanted[1].registers, request, wanted[1].on),
            *(make_finding("TR838", Where(device=device), device=device) for device in cut_off),
        ),
    )


def _ended(wanted: tuple[Wanted, Wanted]) -> frozenset[AttachmentName]:
    """Return the attachments of organisations that ended with their unit, by a recorded event."""
    before, after = (item.registry for item in wanted)
    organisations = {
        name for name, item in before.organisations.items() if ended_with_its_unit(item, after, wanted[1].on)
    }
    return frozenset(
        name
        for name, item in before.attachments.items()
        if item.organisation in organisations and name not in after.attachments
    )


def _declared(
    request: ChangeRequest, wanted: tuple[Wanted, Wanted]
) -> tuple[Mapping[Turn, frozenset[Pair]], tuple[Finding, ...]]:
    """Return the declared pairs of each turn, both directions, and what is wrong with how they are selected."""
    said, findings = {}, []
    for turn, items in _turns(request):
        pairs: set[Pair] = set()
        for item in items:
            found, wrong = _pairs(item, request.head, wanted)
            pairs |= found
            findings += wrong
        said[turn] = frozenset(pairs)
    return said, tuple(findings)


def _turns(request: ChangeRequest) -> tuple[tuple[Turn, tuple[DeclaredAccess, ...]], ...]:
    return ((Turn.OPENED, request.opens), (Turn.CUT, request.closes))


def _pairs(item: DeclaredAccess, head: Head, wanted: tuple[Wanted, Wanted]) -> tuple[set[Pair], list[Finding]]:
    """Return the pairs of attachments that a declaration covers in either workspace; only what is wrong in both is wrong."""
    pairs: set[Pair] = set()
    sides = [selected_by(parties, head, wanted) for parties in (item.sources, item.destinations)]
    for one, other in product(sides[0][0], sides[1][0]):
        pairs |= {(one, other), (other, one)}
    return pairs, [finding for _, wrong in sides for finding in wrong]


def selected_by(
    parties: Iterable[Party], head: Head, wanted: tuple[Wanted, Wanted]
) -> tuple[set[AttachmentName], list[Finding]]:
    """Return the attachments that parties mean in either workspace; only what is wrong in both is wrong."""
    parts, found = tuple(parties), set[AttachmentName]()
    wrong: list[tuple[Finding, ...]] = []
    for side in wanted:
        endpoints, findings = endpoints_of(parts, head, make_directory(side.registry))
        found |= {name for endpoint in endpoints for name in attachments_of(endpoint, side.registry)}
        wrong.append(tuple(item for item in findings if item.severity is Severity.ERROR))
    return found, [item for item in wrong[0] if item in wrong[1]]


def attachments_of(endpoint: Endpoint, registry: Registry) -> Iterator[AttachmentName]:
    """Yield the attachments that an endpoint of a policy stands for."""
    for name, item in registry.attachments.items():
        if item.connection is not ConnectionKind.VIA_LAN and stands_for(item, endpoint, registry):
            yield name


def stands_for(item: Attachment, endpoint: Endpoint, registry: Registry) -> bool:
    """Return whether an attachment is one of those that an endpoint means."""
    match endpoint:
        case ClassEndpoint():
            if item.organisation is None or item.purpose != endpoint.purpose:
                return False
            who = registry.organisations[item.organisation]
            cell = (who.category, who.tier) == (endpoint.category, endpoint.tier)
            return cell and who.name not in endpoint.excluding
        case OrganisationEndpoint():
            return (item.organisation, item.purpose) == (endpoint.organisation, endpoint.purpose)
        case SystemEndpoint():
            return item.system == endpoint.system
        case OutsideEndpoint():
            return item.outside == endpoint.outside
        case _:
            return False


def sessions(changes: Iterable[AccessChange]) -> list[AccessChange]:
    """Return changes without those that are but replies to another one, one example for each pair (not one a family)."""
    found = tuple({(item.turn, item.source, item.destination): item for item in reversed(tuple(changes))}.values())[
        ::-1
    ]
    there = {(item.turn, item.source, item.destination) for item in found if not is_reply(item)}
    return [item for item in found if not (is_reply(item) and (item.turn, item.destination, item.source) in there)]


def is_reply(change: AccessChange) -> bool:
    """Return whether the example of a change looks like an answer: TCP with ACK or RST, UDP to the higher port, an ICMP message
    that is no echo request. Only what is told first hangs on it."""
    flow = change.flow
    if flow.protocol == TCP:
        return bool(flow.tcp_flags & (ACK | RST))
    if flow.protocol == UDP:
        return flow.destination_port > flow.source_port
    return flow.protocol in (ICMP4, ICMP6) and flow.icmp_type not in ECHO_REQUEST


def _undeclared(change: AccessChange) -> Finding:
    return make_finding(
        "TR834",
        Where(),
        turn=turn_in_words(change.turn),
        source=change.source,
        destination=change.destination,
        packet=flow_in_words(change.flow),
    )


def _missing(
    request: ChangeRequest, wanted: tuple[Wanted, Wanted], changes: Iterable[AccessChange]
) -> Iterator[Finding]:
    """Yield a finding for each declaration that names somebody for whom nothing of it comes about."""
    happens = {(item.turn, *pair) for item in changes for pair in _both_ways(item.source, item.destination)}
    for turn, items in _turns(request):
        for item in items:
            sides = [_members(parties, request.head, wanted) for parties in (item.sources, item.destinations)]
            ends = [frozenset(name for names in side.values() for name in names) for side in sides]
            _, wrong = _pairs(item, request.head, wanted)
            idle = [
                endpoint_in_words(endpoint)
                for side, others in zip(sides, reversed(ends), strict=True)
                for endpoint, names in sorted(side.items(), key=lambda found: endpoint_key(found[0]))
                if names and not any((turn, *pair) in happens for pair in product(names, others))
            ]
            if not wrong and (idle or not all(ends)):  # nobody at an end: nobody is named
                parts = tuple(because("os_said", said=part) if isinstance(part, str) else part for part in idle)
                yield make_finding(
                    "TR835",
                    item.where,
                    turn=turn_in_words(turn),
                    parts=because("os_said", said=parts or (because("nobody"),)),
                )


def _both_ways(one: AttachmentName, other: AttachmentName) -> tuple[Pair, Pair]:
    return (one, other), (other, one)


def _members(
    parties: Iterable[Party], head: Head, wanted: tuple[Wanted, Wanted]
) -> Mapping[Endpoint, frozenset[AttachmentName]]:
    """Return whom parties mean in either workspace, each with its attachments."""
    parts, found = tuple(parties), dict[Endpoint, frozenset[AttachmentName]]()
    for side in wanted:
        endpoints, _ = endpoints_of(parts, head, make_directory(side.registry))
        for endpoint in endpoints:
            names = frozenset(attachments_of(endpoint, side.registry))
            found[endpoint] = found.get(endpoint, frozenset()) | names
    return found


def _intents(request: ChangeRequest, touched: Mapping[str, Where]) -> Iterator[Finding]:
    said = dict(request.intents)
    for name in sorted(touched.keys() - said.keys()):
        yield make_finding("TR836", touched[name], intent=name)
    for name in sorted(said.keys() - touched.keys()):
        yield make_finding("TR837", said[name], intent=name)


def _author(request: ChangeRequest, wanted: tuple[Wanted, Wanted], touched: Mapping[str, Where]) -> Iterator[Finding]:
    """Yield what the author of a change may not touch; who that is, the workspace that is carried out already says."""
    before, after = wanted
    author = before.approval.approvers.get(request.author) if before.approval is not None else None
    yield from check_party_author(author, (*before.intents, *after.intents), touched, after.on)


def touched_intents(wanted: tuple[Wanted, Wanted]) -> dict[str, Where]:
    """Return every intent that does not mean the same in both workspaces, with its place (if it is gone, the file that it was
    in)."""
    before, after = (_statements(item) for item in wanted)
    return {
        name: after[name][0] if name in after else Where(file=before[name][0].file)
        for name in sorted(before.keys() | after.keys())
        if before.get(name, (None, None))[1] != after.get(name, (None, None))[1]
    }


def _statements(wanted: Wanted) -> dict[str, tuple[Where, object]]:
    """Return what each intent in force asks for, in terms of endpoints and services."""
    directory = make_directory(wanted.registry)
    found: dict[str, tuple[Where, object]] = {}
    for intent in wanted.intents:
        if intent.head.validity.holds(wanted.on):
            statement, _ = expand(intent, directory)
            found[intent.head.identifier] = (intent.head.where, (dict(statement.grants), statement.vias))
    return found
