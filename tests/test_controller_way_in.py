"""Whoever changes devices is never locked out: hundreds of lock-outs and harmless changes beside them go through the real proof.

CI tries a part of each, the same every time; TRUC_LAWS (`make laws`) tries all.
"""

from __future__ import annotations

import io
import json
import os
import tomllib
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest

from controller.board.plan import plan_page
from controller.jobs.pipeline import Compiled, address, compile_network
from controller.output.terminal import Output
from controller.reports.rollout.plan import print_plan, print_plan_json
from controller.rollout.plan import ChangePlan, plan_bytes
from controller.rollout.proof import RolloutProof, prove_rollout
from controller.rollout.steps import DeviceChange, StepError, change_device
from controller.rollout.way_in import way_in_findings
from intents.finding import FindingsError
from intents.prefix import Address, parse_address
from intents.reason import because
from routing.vendors import VENDORS
from tests.rule_cases import SMALL, example
from tests.small_builds import compiled
from tests.test_controller_planning import planned
from tests.way_in_cases import Case, cases

ROOT = Path(__file__).parent.parent
WHOLE = "TRUC_LAWS" in os.environ
LOCKOUTS_TRIED, ROUNDS_TRIED = 16, 3


def texts() -> dict[str, str]:
    return {name: config.text for name, config in compiled().configs.items()}


@cache
def corpus(*, locks_out: bool) -> tuple[Case, ...]:
    """Return all lock-outs, or all harmless changes, in an order that looks like none."""
    platforms = {name: config.platform for name, config in compiled().configs.items()}
    found = [item for item in cases(texts(), platforms) if item.locks_out is locks_out]
    Random(44).shuffle(found)  # noqa: S311 - which of them CI tries is drawn the same way each time
    return tuple(found)


def change_of(case: Case) -> DeviceChange:
    config = compiled().configs[case.device]
    change = change_device(case.device, config.platform, config.text, case.text)
    assert change is not None
    return change


def proof_of(*changes: DeviceChange, end: Compiled | None = None, interrupted: tuple[str, ...] = ()) -> RolloutProof:
    done = end or compiled()
    return prove_rollout((done, done), texts(), changes, samples=0, interrupted=interrupted)


def rounds() -> tuple[tuple[Case, ...], ...]:
    """Return all harmless changes, in each round one of every device: a plan of all of them at once."""
    by_device: dict[str, list[Case]] = {}
    for item in corpus(locks_out=False):
        by_device.setdefault(item.device, []).append(item)
    longest = max(map(len, by_device.values()))
    return tuple(tuple(found[at] for found in by_device.values() if at < len(found)) for at in range(longest))


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(corpus(locks_out=True)) >= 200
    assert len(corpus(locks_out=False)) >= 500
    for locks_out in (True, False):
        assert {item.device for item in corpus(locks_out=locks_out)} == set(texts())
        assert len({item.name for item in corpus(locks_out=locks_out)}) == len(corpus(locks_out=locks_out))


@pytest.mark.property
@pytest.mark.parametrize(
    "case", corpus(locks_out=True)[: None if WHOLE else LOCKOUTS_TRIED], ids=lambda case: case.name
)
def test_a_lock_out_is_refused_and_the_way_in_says_why(case: Case) -> None:
    """What the executor does not know is refused before; all else by the question itself, whoever else refuses it."""
    try:
        change = change_of(case)
    except StepError:
        return
    proof = proof_of(change)
    assert not proof.holds
    found = way_in_findings(proof.ways_in_lost)
    assert {item.code for item in found} <= {"TR887", "TR888"}
    assert found


def test_most_lock_outs_can_be_typed() -> None:
    """Else the corpus would show little of the question."""
    tried = corpus(locks_out=True)[: None if WHOLE else LOCKOUTS_TRIED]
    assert sum(not is_refused_by_steps(item) for item in tried) * 3 >= len(tried) * 2


def is_refused_by_steps(case: Case) -> bool:
    try:
        change_of(case)
    except StepError:
        return True
    return False


@pytest.mark.property
@pytest.mark.parametrize("number", range(len(rounds()) if WHOLE else ROUNDS_TRIED))
def test_what_locks_nobody_out_is_not_refused(number: int) -> None:
    proof = proof_of(*map(change_of, rounds()[number]))
    assert way_in_findings(proof.ways_in_lost) == ()
    assert proof.holds


def case_named(name: str) -> Case:
    return next(item for item in (*corpus(locks_out=True), *corpus(locks_out=False)) if item.name == name)


# Where and of whom it is asked.


def test_the_line_behind_which_it_is_lost_is_named() -> None:
    proof = proof_of(change_of(case_named("cpe-so-khcn: logins ask servers alone")))
    (found,) = way_in_findings(proof.ways_in_lost)
    values = dict(found.values)
    assert found.code == "TR887"
    assert found.where.device == "cpe-so-khcn"
    assert "aaa authentication login default group TRUC-TACACS" in str(values["moment"])


def test_no_secret_is_told_of_a_way_in_that_is_lost() -> None:
    """The user's line is the one that is taken away."""
    running = texts()["cpe-so-khcn"].replace("secret 9 {{secret:admin}}", "secret 9 $9$Hidden")
    change = change_device("cpe-so-khcn", "cisco_ios", running, running.replace("$9$Hidden", "$9$Other"))
    assert change is not None
    done = compiled()
    proof = prove_rollout((done, done), {**texts(), "cpe-so-khcn": running}, [change], samples=0)
    assert way_in_findings(proof.ways_in_lost)
    assert "Hidden" not in repr(way_in_findings(proof.ways_in_lost))
    assert "Other" not in repr(way_in_findings(proof.ways_in_lost))


def test_a_route_that_is_taken_away_one_hop_before_is_lost_for_the_device_behind_it() -> None:
    proof = proof_of(change_of(case_named("agg-1: no neighbour in the management VRF")))
    assert {"cpe-so-khcn", "agg-1"} <= {item.device for item in proof.ways_in_lost}


def test_what_is_interrupted_is_not_asked_meanwhile_and_all_else_is() -> None:
    change = change_of(case_named("cpe-tan-cuong: the class may look"))
    assert not proof_of(change, interrupted=("cpe-gia-sang",)).holds
    assert not proof_of(change, interrupted=("cpe-tan-cuong",)).holds, "it is asked at the end all the same"
    harmless = change_of(case_named("cpe-tan-cuong: another message"))
    assert proof_of(harmless, interrupted=("cpe-gia-sang",)).ways_in_lost == ()


def test_a_plan_that_cuts_every_station_off_is_refused() -> None:
    """The stations stand at so-khcn."""
    change = change_of(case_named("cpe-tan-cuong: another message"))
    found = way_in_findings(proof_of(change, interrupted=("cpe-so-khcn",)).ways_in_lost)
    assert [dict(item.values)["reason"] for item in found] == [because("way_in_no_host")]


@cache
def with_hosts(*controllers: Address, break_glass: tuple[Address, ...] = ()) -> Compiled:
    """Return the small example with hosts that are named."""
    wanted = example(SMALL)
    management = replace(wanted.settings.management, controllers=controllers, break_glass=break_glass)
    return compile_network(address(replace(wanted, settings=replace(wanted.settings, management=management))))


def test_hosts_that_are_named_are_asked_for_and_no_other() -> None:
    """A list of half the stations keeps out a host in the other half only."""
    half = change_of(case_named("cpe-so-khcn: lines ask a list of half the stations"))
    inside, outside = parse_address("10.193.240.10"), parse_address("10.193.240.40")
    assert proof_of(half, end=with_hosts(inside)).ways_in_lost == ()
    assert proof_of(half, end=with_hosts(inside, break_glass=(outside,))).ways_in_lost
    assert proof_of(half, end=with_hosts(outside)).ways_in_lost


def test_a_host_that_no_device_lets_in_is_refused() -> None:
    with pytest.raises(FindingsError) as caught:
        with_hosts(parse_address("10.200.0.9"))
    assert "TR889" in [item.code for item in caught.value.findings]


def test_a_return_is_told_by_what_it_touches() -> None:
    """One line of a list of logins comes back line by line; a banner rests on nothing; a candidate is one step."""
    touching = change_of(case_named("cpe-so-khcn: lines ask a list of the same"))
    apart = change_of(case_named("cpe-gia-sang: another banner"))
    at_once = change_of(case_named("cpe-tan-cuong: the class of the device for the user"))
    ways = proof_of(touching, apart, at_once).ways_in
    assert ways.faults == ()
    assert (ways.not_proved, ways.untouched, ways.one_step) == (("cpe-so-khcn",), ("cpe-gia-sang",), ("cpe-tan-cuong",))


def test_the_way_back_is_asked_where_it_touches_the_way_in() -> None:
    """Lines that let nobody in meanwhile, on the way back alone."""
    change = change_of(case_named("cpe-so-khcn: lines ask a list of the same"))
    closed = replace(change.back[0], section=("line vty 0 4",), line="transport input none")
    opened = replace(closed, line="transport input ssh")
    proof = proof_of(replace(change, back=(closed, opened, *change.back)))
    assert [item.moment.going_back for item in proof.ways_in_lost] == [True]


def test_what_it_rests_on_is_a_fact_of_the_platform() -> None:
    data = (ROOT / "routing" / "vendors" / "platform_facts.toml").read_text(encoding="utf-8")
    known = {item["id"] for item in tomllib.loads(data)["fact"]}
    for facts in (vendor.capabilities.way_in_facts for vendor in VENDORS.values()):
        assert facts
        assert known.issuperset(facts)


# What is shown.


@pytest.fixture(scope="module")
def lost() -> ChangePlan:
    proof = proof_of(change_of(case_named("cpe-so-khcn: the user is gone")))
    return replace(planned("close a permit"), proof=proof)


def test_a_plan_says_what_its_ways_in_rest_on(lost: ChangePlan) -> None:
    kept: Mapping[str, object] = json.loads(plan_bytes(planned("close a permit")))["proof"]["ways_in"]
    assert kept["hosts"] == ["10.193.240.0/26", "2001:db8:11f0::/64"]
    assert kept["lost"] == []
    assert kept["rests_on"] == [
        fact for name in ("cisco_ios", "junos") for fact in VENDORS[name].capabilities.way_in_facts
    ]
    told = json.loads(plan_bytes(lost))["proof"]["ways_in"]["lost"]
    assert [(item["device"], item["reason"], item["known"]) for item in told] == [
        ("cpe-so-khcn", "way_in_no_account", True)
    ]


def test_the_report_and_the_page_say_it_in_a_sentence(lost: ChangePlan) -> None:
    ends = (compiled(), compiled())
    heard = io.StringIO()
    with redirect_stdout(heard):
        print_plan(Output("en"), planned("close a permit"))
    assert "Ways in from 10.193.240.0/26, 2001:db8:11f0::/64 are kept" in heard.getvalue()
    heard = io.StringIO()
    with redirect_stdout(heard):
        print_plan(Output("en"), lost)
        print_plan_json(Output("en", json=True), lost, way_in_findings(lost.proof.ways_in_lost), ())
    assert "NOT all kept" in heard.getvalue()
    assert '"TR887"' in heard.getvalue()
    assert "gets into each of them at every step" in plan_page(planned("close a permit"), ends, "1")
    page = plan_page(lost, ends, "1")
    assert "does NOT get into each of them" in page
    assert "TR887" in page
