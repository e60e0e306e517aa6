"""A fault in whatever builds the network is seen by the judge, as one in the text is (law 17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import MappingProxyType

import pytest

import routing.model
from controller.jobs import pipeline
from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled, address, compile_network
from intents.prefix import Family, parse_prefix
from ipam.endpoints import Resolver
from tests.builder_faults import BUILDER_FAULTS
from tests.rule_cases import SMALL, example
from tests.small_builds import compiled
from verification.engine.engine import judge
from verification.evidence.evidence import Given
from verification.verdicts.question import Answer, QuestionKind
from verification.verdicts.verdict import NotModelled, Violated


def given_of(done: Compiled) -> Given:
    return give(done, {name: item.text for name, item in done.configs.items()})


def violated(given: Given) -> list[Answer]:
    judgement = judge(given, with_failures=False)
    return [item for item in judgement.answers if isinstance(item.verdict, Violated)]


def test_there_are_at_least_twelve_faults() -> None:
    assert len(BUILDER_FAULTS) >= 12


def test_what_the_builder_writes_rightly_is_not_violated() -> None:
    assert violated(given_of(compiled())) == []


@pytest.mark.parametrize("name", BUILDER_FAULTS)
def test_the_judge_sees_a_fault_of_the_builder(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = {name: item.text for name, item in compiled().configs.items()}
    BUILDER_FAULTS[name].inject(monkeypatch)
    faulty = compile_network(address(example(SMALL)))
    assert {name: item.text for name, item in faulty.configs.items()} != right, "the fault changes no text"
    assert violated(given_of(faulty))


def test_the_judge_reads_the_pools_of_routers_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = {Family.V4: (parse_prefix("10.192.0.0/11"),), Family.V6: (parse_prefix("2001:db8::/32"),)}
    monkeypatch.setattr(Resolver, "infrastructure", lambda _, family: wide[family])
    assert violated(given_of(compile_network(address(example(SMALL)))))


def test_the_judge_reads_the_stations_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pipeline.login_sources
    for family in Family:
        with monkeypatch.context() as patch:
            patch.setattr(
                pipeline, "login_sources", lambda done, left=family: [p for p in real(done) if p.family is left]
            )
            assert violated(given_of(compile_network(address(example(SMALL))))), family


# What the pipeline carries across: imports can be watched, values can't.


def made_by_the_builder(value: object) -> bool:
    """Return whether a value is of a kind that building makes and that equal ones are not shared of."""
    return type(value).__module__.startswith("routing.")


def parts_of(value: object, seen: dict[int, object]) -> Iterator[object]:
    """Yield every value inside a value, each once."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, str | int | bytes | type(None)):
            continue
        seen[id(item)] = item
        yield item
        if is_dataclass(item) and not isinstance(item, type):
            waiting += [getattr(item, part.name) for part in fields(item)]
        elif isinstance(item, dict | MappingProxyType):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, tuple | list | set | frozenset):
            waiting += list(item)
        elif hasattr(item, "__dict__"):
            waiting += list(vars(item).values())


def test_the_judge_is_given_nothing_that_building_made() -> None:
    done = compile_network(address(example(SMALL)))
    constants = parts_of(vars(routing.model), {})
    fixed = {id(item) for item in constants}
    built = {id(item) for item in parts_of(done.built, {}) if made_by_the_builder(item) and id(item) not in fixed}
    assert len(built) > 100
    given = [item for item in parts_of(given_of(done), {}) if id(item) in built]
    assert given == []


def test_a_value_that_was_carried_across_would_be_found() -> None:
    done = compile_network(address(example(SMALL)))
    built = {id(item) for item in parts_of(done.built, {}) if made_by_the_builder(item)}
    assert any(id(item) in built for item in parts_of((given_of(done), dict(done.built.devices)), {}))


@pytest.mark.parametrize(
    "line",
    [
        "ip route vrf A-7 172.16.0.0 255.240.0.0 10.192.0.1",
        "ip route vrf P-GOVERNMENT 10.0.0.0 255.0.0.0 Null0",
        "ip route vrf A-7 0.0.0.0 128.0.0.0 10.192.0.1",
        "ip route vrf A-7 128.0.0.0 128.0.0.0 10.192.0.1",
        "ipv6 route vrf P-PARTY 2001:DB8:9::/48 Null0",
    ],
)
def test_a_route_that_nothing_needs_is_a_leak(line: str) -> None:
    texts = {name: item.text for name, item in compiled().configs.items()}
    texts["dc-edge-1"] = f"{texts['dc-edge-1']}{line}\n"
    kinds = {item.question.kind for item in violated(give(compiled(), texts))}
    assert QuestionKind.LEAK in kinds


def test_a_line_that_nobody_understands_leaves_nothing_about_the_whole_network_held() -> None:
    texts = {name: item.text for name, item in compiled().configs.items()}
    texts["cpe-gia-sang"] = texts["cpe-gia-sang"].replace(" description LAN", " bridge-group 1\n description LAN")
    judgement = judge(give(compiled(), texts), with_failures=False)
    network = {QuestionKind.BACKBONE, QuestionKind.TRANSIT, QuestionKind.LEAK, QuestionKind.OVERLAP}
    found = [item.verdict for item in judgement.answers if item.question.kind in network]
    assert len(found) == len(network)
    assert all(isinstance(item, NotModelled) for item in found)
