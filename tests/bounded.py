"""Networks between two declared states: pairs of small provinces, any mix of their texts, and what a packet may become there.

The one idea: a mix of texts is what stands in the middle of a roll-out, device by device; the bounds of both ends judge it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from hypothesis import assume
from hypothesis import strategies as st

from controller.jobs.evidence import declare, give
from controller.jobs.pipeline import Compiled
from intents.registry import AttachmentName
from ipam.address_plan import AddressPlan, EntryState
from ipam.keys import parse_number_key, parse_prefix_key
from routing.cabling import cabling_of
from routing.model import AttachmentPort, Network
from tests.corner_flows import Corners, Question
from tests.strategies import Province, address_province, compile_province, intents_about, is_consistent, provinces
from verification.evidence.evidence import Given
from verification.questions.judgement import Judgement
from verification.reference.walk import delivers, walk
from verification.verdicts.bounds import Bounds, Declared
from verification.verdicts.flow import Flow, describe_flow
from verification.verdicts.question import Answer, QuestionKind
from verification.verdicts.verdict import Holds, Violated

FENCES = (QuestionKind.SOURCE_FENCE, QuestionKind.DESTINATION_FENCE, QuestionKind.ISOLATION, QuestionKind.FORBIDDEN)
"""What holds under any routing state, so also while routes of two states meet."""


@st.composite
def policy_changes(draw: st.DrawFn, most_sites: int = 2) -> tuple[Compiled, Compiled]:
    """Draw a province compiled before and after its intents change, and nothing else: some go, or come, or all are others."""
    before = draw(provinces(most_sites=most_sites, fewest_intents=1))
    others = draw(
        st.one_of(
            st.lists(st.sampled_from(before.intents), unique_by=lambda item: item.head.identifier).map(tuple),
            intents_about(before.registry, 1),
        )
    )
    after = replace(before, intents=others)
    assume(is_consistent(after))
    first = compile_province(before)
    second = compile_province(after, first.addressed.address_plan)
    assert first.addressed.address_plan.prefixes == second.addressed.address_plan.prefixes
    return first, second


def without_attachment(province: Province, name: AttachmentName) -> Province:
    """Return a province in which an attachment does not exist."""
    kept = {key: item for key, item in province.registry.attachments.items() if key != name}
    places = {key: item for key, item in province.inventory.places.items() if key != name}
    registry, inventory = replace(province.registry, attachments=kept), replace(province.inventory, places=places)
    return replace(province, registry=registry, inventory=inventory)


def texts_of(compiled: Compiled) -> dict[str, str]:
    return {name: config.text for name, config in compiled.configs.items()}


def bounds_of_all(*ends: Compiled) -> Bounds:
    return Bounds(declared=tuple(map(declared_by, ends)))


def declared_by(compiled: Compiled) -> Declared:
    addressed = compiled.addressed
    wanted = addressed.wanted
    return declare(addressed, cabling_of(wanted.registry, wanted.inventory, addressed.address_plan))


def between(ends: Iterable[Compiled], texts: Mapping[str, str]) -> Given:
    """Return texts as they are judged between declared states; devices and cables are those of the last one."""
    *_, last = ends = tuple(ends)
    found, bounds = give(last, texts), bounds_of_all(*ends)
    return replace(found, network=replace(found.network, ports=bounds.ports), bounds=bounds)


def mixes(one: Mapping[str, str], other: Mapping[str, str]) -> list[dict[str, str]]:
    """Return every mix of two sets of texts, device by device."""
    differing = sorted(name for name in one if one[name] != other.get(name))
    return [
        {**one, **{name: other[name] for place, name in enumerate(differing) if number >> place & 1}}
        for number in range(1 << len(differing))
    ]


def wrong_of(judgement: Judgement, kinds: Iterable[QuestionKind] = QuestionKind) -> list[Answer]:
    """Return what does not hold, of some kinds of question."""
    wanted = set(kinds)
    return [item for item in judgement.answers if item.question.kind in wanted and not isinstance(item.verdict, Holds)]


def violated_of(judgement: Judgement) -> list[Answer]:
    return [item for item in judgement.answers if isinstance(item.verdict, Violated)]


@dataclass(frozen=True)
class Ends:
    """Two declared states by the dull meaning, with the packets that matter to either, and the network that both look at."""

    corners: tuple[Corners, ...]
    network: Network

    def must(self, flow: Flow, port: AttachmentPort) -> bool:
        """Return whether a packet must be delivered: both states allow it."""
        return all(_allows(item, flow, port) for item in self.corners)

    def may(self, flow: Flow, port: AttachmentPort) -> bool:
        """Return whether a packet may be delivered: some state allows it."""
        return any(_allows(item, flow, port) for item in self.corners)

    def likely_flows(self, stride: int) -> Iterator[Question]:
        for item in self.corners:
            yield from item.likely_flows(stride)

    def unlikely_flows(self, stride: int, thinning: int) -> Iterator[Question]:
        for item in self.corners:
            yield from item.unlikely_flows(stride, thinning)

    def misjudged(self, asked: Iterable[Question]) -> Iterator[str]:
        """Yield packets that are delivered though none may be, and such as must reach somebody that some way drops."""
        standing = {(name, item.name) for name, device in self.network.devices.items() for item in device.interfaces}
        walked = Corners(self.corners[0].compiled, self.network)
        for port, flow in asked:
            if (port.device, port.interface) not in standing:
                continue
            traces = walk(self.network, flow, routes=walked.routes(flow))
            if delivers(traces) and not self.may(flow, port):
                yield f"delivered: {describe_flow(flow, 'en')}"
            somebody = all(item.is_somebody(flow) for item in self.corners)
            if self.must(flow, port) and somebody and not all(trace.delivered for trace in traces):
                yield f"dropped: {describe_flow(flow, 'en')}"


def _allows(corners: Corners, flow: Flow, port: AttachmentPort) -> bool:
    places = {(item.attachment, item.device, item.interface) for item in corners.network.ports}
    return (port.attachment, port.device, port.interface) in places and corners.allows(flow, port)


def ends_of(network: Network, *compiled: Compiled) -> Ends:
    """Return declared states over one network, of which each sees the ports that it has."""
    return Ends(tuple(Corners(item, replace(network, ports=declared_by(item).ports)) for item in compiled), network)


# Changes of who exists, and of who has which address.


@st.composite
def arrivals(draw: st.DrawFn, most_sites: int = 2) -> tuple[Compiled, Compiled]:
    """Draw a province compiled without one of its attachments, and then with it."""
    after = draw(provinces(most_sites=most_sites, fewest_intents=1))
    name = draw(st.sampled_from(sorted(after.registry.attachments)))
    before = without_attachment(after, name)
    assume(before.registry.attachments and is_consistent(before))
    first = compile_province(before)
    return first, compile_province(after, first.addressed.address_plan)


@st.composite
def moves(draw: st.DrawFn, most_sites: int = 2) -> tuple[Compiled, Compiled]:
    """Draw a province, and the same after one attachment got other addresses and numbers: its old ones are in quarantine."""
    province = draw(provinces(most_sites=most_sites, fewest_intents=1))
    name = draw(st.sampled_from(sorted(province.registry.attachments)))
    first = compile_province(province)
    gone = without_attachment(province, name)
    assume(gone.registry.attachments and is_consistent(gone))
    plan = address_province(gone, first.addressed.address_plan).address_plan
    return first, compile_province(province, forgotten(plan))


def forgotten(plan: AddressPlan) -> AddressPlan:
    """Return a plan in which nobody knows whose the quarantined entries were."""
    prefixes = tuple(
        replace(item, key=parse_prefix_key(f"{item.key}-gone")) if item.state is EntryState.QUARANTINED else item
        for item in plan.prefixes
    )
    numbers = tuple(
        replace(item, key=parse_number_key(f"{item.key}-gone")) if item.state is EntryState.QUARANTINED else item
        for item in plan.numbers
    )
    return replace(plan, prefixes=prefixes, numbers=numbers)
