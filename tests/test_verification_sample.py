"""The sample that `walk` is asked about when all holds: what is drawn, and that a wrong `Holds` of the engine is disputed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from controller.jobs.evidence import give
from routing.model import Device
from tests.small_builds import compiled
from verification import judge as gate
from verification.engine.engine import judge
from verification.evidence.evidence import Given
from verification.judge import judge_and_replay
from verification.questions.judgement import Judgement
from verification.sample import BUNDLE, BUNDLES, dispute, draw, sample
from verification.verdicts.flow import TCP, UDP
from verification.verdicts.question import QuestionKind
from verification.verdicts.verdict import Disputed, Holds, Replay, Violated


@cache
def given() -> Given:
    done = compiled()
    return give(done, {name: config.text for name, config in done.configs.items()})


@cache
def judgement() -> Judgement:
    return judge(given())


def unfiltered(device: Device) -> Device:
    return replace(device, interfaces=tuple(replace(item, bindings=()) for item in device.interfaces))


def silent(device: Device) -> Device:
    return replace(device, bgp=())


def fallen_silent(device: Device) -> Device:
    return replace(
        device, statics=(), bgp=(), interfaces=tuple(replace(item, enabled=False) for item in device.interfaces)
    )


def with_devices(change: Callable[[Device], Device], names: frozenset[str] | None = None) -> Given:
    network = given().network
    devices = {
        name: change(device) if names is None or name in names else device for name, device in network.devices.items()
    }
    return replace(given(), network=replace(network, devices=devices))


def disputed_kinds(found: Judgement) -> Counter[QuestionKind]:
    return Counter(item.question.kind for item in found.answers if isinstance(item.verdict, Disputed))


def test_some_hundred_packets_are_walked_and_none_goes_otherwise() -> None:
    found = sample(given())
    assert (found.packets, found.surprises) == (BUNDLES * BUNDLE, ())
    assert dispute(judgement(), found) == replace(judgement(), walked=BUNDLES * BUNDLE)


def test_a_sample_has_both_families_allowed_and_denied_packets_replies_fragments_and_many_ports() -> None:
    packets = [item for bundle in draw(given(), 30, 40) for item in bundle]
    assert len({packet.flow.family for packet, _ in packets}) == 2
    counts = Counter(right for _, right in packets)
    assert min(counts[frozenset((True,))], counts[frozenset((False,))]) > len(packets) // 5
    assert any(packet.flow.fragment for packet, _ in packets)
    assert any(packet.flow.source_port < packet.flow.destination_port == 40000 for packet, _ in packets)
    assert {TCP, UDP} < {packet.flow.protocol for packet, _ in packets}
    started = {packet.port.attachment for packet, _ in packets}
    assert started == {port.attachment for port in given().network.ports}


def test_the_same_texts_give_the_same_sample_and_another_text_another_one() -> None:
    name = min(given().texts)
    other = replace(given(), texts={**given().texts, name: (*given().texts[name], "!")})
    one, again, else_ = ([[p for p, _ in bundle] for bundle in draw(item, 3, 20)] for item in (given(), given(), other))
    assert one == again != else_


def test_a_wrong_answer_of_the_engine_about_filters_is_disputed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "judge", lambda *_, **__: judgement())
    found = judge_and_replay(with_devices(unfiltered))
    assert disputed_kinds(found)[QuestionKind.ISOLATION] > 5
    (first, *_) = (item.verdict for item in found.answers if isinstance(item.verdict, Disputed))
    assert isinstance(first, Disputed)
    assert first.one.judges == ("engine",)
    assert first.other.judges == ("walk",)
    assert first.other.flow is not None


@pytest.mark.parametrize("change", [silent, fallen_silent])
def test_a_wrong_answer_of_the_engine_about_routes_is_disputed(
    change: Callable[[Device], Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "judge", lambda *_, **__: judgement())
    found = judge_and_replay(with_devices(change, frozenset(given().roles.sites)))
    assert disputed_kinds(found)[QuestionKind.SESSION] > 2


def test_what_is_wrong_already_stays_as_it_is_said() -> None:
    faulty = with_devices(unfiltered)
    found = dispute(judge(faulty), sample(faulty))
    held = {item.question for item in judge(faulty).answers if isinstance(item.verdict, Holds)}
    assert all(item.question in held for item in found.answers if isinstance(item.verdict, Disputed))


def test_a_packet_that_starts_at_an_interface_that_is_down_is_not_said_to_be_replayed() -> None:
    port = next(item for item in given().network.ports if item.device in given().roles.sites)
    network = given().network
    device = network.devices[port.device]
    down = tuple(replace(item, enabled=item.name != port.interface) for item in device.interfaces)
    devices = {**network.devices, port.device: replace(device, interfaces=down)}
    answers = judge_and_replay(replace(given(), network=replace(network, devices=devices))).answers
    starting = [
        item.verdict
        for item in answers
        if isinstance(item.verdict, Violated)
        and item.verdict.flow is not None
        and (item.verdict.flow.start_device, item.verdict.flow.start_interface) == (port.device, port.interface)
    ]
    assert {item.replay for item in starting} == {Replay.NO_START}
