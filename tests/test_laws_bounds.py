"""Law 13 of one network: between two declared states nothing opens that neither wants, and nothing is cut that both want."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.jobs.pipeline import Compiled
from routing.model import AttachmentPort, Direction, Network
from tests.bounded import FENCES, arrivals, between, ends_of, mixes, moves, policy_changes, texts_of, wrong_of
from tests.mutants import mutants
from tests.strategies import Province, compile_province, provinces
from verification.engine.engine import judge
from verification.reference.acl import judge_interface
from verification.sample import sample
from verification.verdicts.flow import Flow
from verification.verdicts.question import QuestionKind
from verification.verdicts.verdict import ClaimKind, Holds, Violated


@settings(max_examples=15)
@given(provinces(most_sites=3))
def test_the_bounds_of_a_state_twice_are_those_of_the_state(province: Province) -> None:
    compiled = compile_province(province)
    texts = texts_of(compiled)
    assert judge(between((compiled, compiled), texts)) == judge(between((compiled,), texts))


@settings(max_examples=25)
@given(policy_changes())
def test_what_either_state_builds_holds_between_both_in_any_order(ends: tuple[Compiled, Compiled]) -> None:
    for end in ends:
        judgement = judge(between(ends, texts_of(end)))
        assert wrong_of(judgement) == []
        assert judgement == judge(between(ends[::-1], texts_of(end)))


@settings(max_examples=15)
@given(policy_changes())
def test_no_mix_of_two_states_opens_what_neither_wants(ends: tuple[Compiled, Compiled]) -> None:
    for texts in mixes(*map(texts_of, ends)):
        assert wrong_of(judge(between(ends, texts), with_failures=False), FENCES) == []


# Faults: what is beyond the bounds is seen, what is between them is not.


@settings(max_examples=40)
@given(st.data(), policy_changes())
def test_a_fence_is_wrong_iff_some_packet_passes_that_neither_wants_or_is_dropped_that_both_want(
    data: st.DataObject, ends: tuple[Compiled, Compiled]
) -> None:
    texts = data.draw(st.sampled_from(mixes(*map(texts_of, ends))))
    given_to = between(ends, texts)
    network = data.draw(st.one_of(st.just(given_to.network), mutants(given_to.network), holes(given_to.network)))
    dull = ends_of(network, *ends)
    answers = {item.question: item.verdict for item in judge(replace(given_to, network=network)).answers}
    fences = {question.subject: verdict for question, verdict in answers.items() if question.kind is SOURCE_FENCE}
    for verdict in fences.values():
        if isinstance(verdict, Violated) and verdict.flow is not None and verdict.claim is not None:
            port = next(item for item in network.ports if (item.device, item.interface) == verdict.claim.places[0])
            is_admitted = verdict.claim.kind is ClaimKind.ADMITTED
            assert not dull.may(verdict.flow, port) if is_admitted else dull.must(verdict.flow, port)
            assert passes_in(network, port, verdict.flow) is is_admitted
    for port, flow in (*dull.likely_flows(17), *dull.unlikely_flows(199, 7)):
        if isinstance(fences[port.attachment], Holds):
            passed = passes_in(network, port, flow)
            assert dull.may(flow, port) if passed else not dull.must(flow, port), flow


SOURCE_FENCE = QuestionKind.SOURCE_FENCE


def passes_in(network: Network, port: AttachmentPort, flow: Flow) -> bool:
    """Return whether a packet passes where it starts: the filter there, and an interface of the packet's family."""
    device = network.devices[port.device]
    interface = next(item for item in device.interfaces if item.name == port.interface)
    if all(address.family is not flow.family for address in interface.addresses):
        return False  # reading a text reports a family without an address
    return all(item.passes for item in judge_interface(device, interface, Direction.IN, flow))


@st.composite
def holes(draw: st.DrawFn, network: Network) -> Network:
    """Draw the network with one entry of a fence widened to all headers, in place of it or before it, or taken away."""
    device = network.devices[draw(st.sampled_from(sorted({port.device for port in network.ports})))]
    acl = draw(st.sampled_from([item for item in device.acls if item.entries]))
    place = draw(st.integers(0, len(acl.entries) - 1))
    entry = replace(acl.entries[place], destination_ports=None, source_ports=None, tcp_flags=None, icmp=None)
    wider = (*acl.entries[:place], entry, *acl.entries[place + draw(st.integers(0, 1)) :])
    entries = draw(st.sampled_from([wider, (*acl.entries[:place], *acl.entries[place + 1 :])]))
    lists = tuple(replace(acl, entries=entries) if item == acl else item for item in device.acls)
    return replace(network, devices={**network.devices, device.name: replace(device, acls=lists)})


# Both meanings.


def check_packets(data: st.DataObject, ends: tuple[Compiled, Compiled]) -> None:
    """Draw a network between two ends, right or wrong, and walk packets of all kinds if all of it holds."""
    given_to = between(ends, data.draw(st.sampled_from(mixes(*map(texts_of, ends)))))
    network = data.draw(st.one_of(st.just(given_to.network), mutants(given_to.network), holes(given_to.network)))
    judged = replace(given_to, network=network)
    if not wrong_of(judge(judged)):
        dull = ends_of(network, *ends)
        assert not list(dull.misjudged((*dull.likely_flows(9), *dull.unlikely_flows(397, 9))))
        assert sample(judged).surprises == ()


@settings(max_examples=40)
@given(st.data(), policy_changes())
def test_no_packet_goes_wrong_in_a_network_of_which_all_holds_between_two_states(
    data: st.DataObject, ends: tuple[Compiled, Compiled]
) -> None:
    check_packets(data, ends)


# Who exists and who has which address may change, too.


@settings(max_examples=20)
@given(st.one_of(arrivals(), moves()))
def test_either_plan_holds_between_both_in_any_order(ends: tuple[Compiled, Compiled]) -> None:
    for end in ends:
        judgement = judge(between(ends, texts_of(end)))
        assert wrong_of(judgement) == []
        assert judgement == judge(between(ends[::-1], texts_of(end)))


@settings(max_examples=20)
@given(st.one_of(arrivals(), moves()))
def test_no_mix_of_two_plans_opens_what_neither_wants(ends: tuple[Compiled, Compiled]) -> None:
    for texts in mixes(*map(texts_of, ends)):
        assert wrong_of(judge(between(ends, texts), with_failures=False), FENCES) == []


@settings(max_examples=30)
@given(st.data(), st.one_of(arrivals(), moves()))
def test_no_packet_goes_wrong_in_a_network_of_which_all_holds_between_two_plans(
    data: st.DataObject, ends: tuple[Compiled, Compiled]
) -> None:
    check_packets(data, ends)


@settings(max_examples=40)
@given(st.data(), st.one_of(policy_changes(), arrivals(), moves()))
def test_a_session_is_called_cut_iff_a_packet_is_lost_that_both_states_want(
    data: st.DataObject, ends: tuple[Compiled, Compiled]
) -> None:
    given_to = between(ends, data.draw(st.sampled_from(mixes(*map(texts_of, ends)))))
    network = data.draw(st.one_of(st.just(given_to.network), mutants(given_to.network)))
    dull = ends_of(network, *ends)
    ports = {(item.device, item.interface): item for item in network.ports}
    sessions = wrong_of(judge(replace(given_to, network=network), with_failures=False), [QuestionKind.SESSION])
    for item in sessions:
        if isinstance(item.verdict, Violated) and item.verdict.flow is not None:
            flow = item.verdict.flow
            assert dull.must(flow, ports[flow.start_device, flow.start_interface]), flow
    if not sessions:
        assert not [item for item in dull.misjudged(dull.likely_flows(11)) if item.startswith("dropped")]
