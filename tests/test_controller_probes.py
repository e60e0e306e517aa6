"""Real packets beside a proof: which ones are sent, what they should do, and what is said when they do otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from controller.fleet.readings import ProbeEnd
from controller.journal.probe_results import ProbeResult, ProbeWish
from controller.output.exit_codes import ExitCode
from controller.probes.look import is_as_wished, judge_look, wished
from controller.probes.planned import PlannedProbe, lans_of, plan_probes, saying_of
from controller.probes.rounds import ProbeTable, read_rounds
from intents.finding import Severity
from tests.applied import scene
from tests.device_server import Servers, served
from tests.probe_hosts import HostPlace, probe_host
from tests.small_commands import check_messages, truc
from tests.test_controller_apply_command import PASSWORD, Operator
from tests.test_controller_planning import ends_of

HEADING = "host,attachment,address,ssh_address,port,host_key,credentials,answers"
CHANGE = "close a permit"
EDOC, WAREHOUSE, COUNCIL, COMMITTEE = "10.193.0.70", "10.193.0.10", "10.196.64.70", "10.196.0.70"
CLOSED, CONTROL, FORBIDDEN = ("council", EDOC, 443), ("committee", EDOC, 443), ("committee", WAREHOUSE, 8443)


def table(folder: Path, place: HostPlace | None = None) -> Path:
    """Write down a council and a committee of one commune, and two systems on which something answers."""
    reach = ("127.0.0.1", str(place.port), place.key) if place else ("127.0.0.1", "22", "ssh-ed25519 AAAA")
    rows = [
        HEADING,
        ",".join(("council", "hdnd-gia-sang-cq", COUNCIL, *reach, "", "")),
        ",".join(("committee", "ubnd-gia-sang-cq", COMMITTEE, *reach, "", "")),
        f"edoc,system-edoc,{EDOC},,,,,443",
        f"warehouse,system-data-warehouse,{WAREHOUSE},,,,,8443",
    ]
    path = folder / "probes.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def planned(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[PlannedProbe, ...]:
    monkeypatch.setenv("TRUC_PROBES", "truc:truc")
    before, after = ends_of(CHANGE)
    with probe_host(lambda _address, _port: "") as place:
        given = ProbeTable(path=table(folder, place), credentials="env:TRUC_PROBES", seconds=1.0, attempt=_never)
        rounds, warnings = read_rounds(given, (before.addressed, after.addressed))
    assert not warnings
    return rounds.probes


def _never(*_: object) -> list[ProbeEnd]:
    raise AssertionError("nothing is sent here")


def named(probe: PlannedProbe) -> tuple[str, str, int]:
    return probe.host.name, str(probe.target), probe.port


def test_what_a_plan_changes_is_asked_beside_what_it_leaves_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    probes = planned(tmp_path, monkeypatch)
    assert named(probes[0]) == CLOSED
    assert (probes[0].before, probes[0].after) == (ProbeWish.ARRIVE, ProbeWish.STAY_OUT)
    others = {named(probe): probe.after for probe in probes[1:]}
    assert others[CONTROL] is ProbeWish.ARRIVE
    assert others[FORBIDDEN] is ProbeWish.STAY_OUT
    assert not any(probe.changes for probe in probes[1:])
    assert len(others) == 3
    # In the middle what changes may be either.
    assert named(probes[0]) not in {named(probe) for probe, _ in wished(probes, behind=None)}
    assert dict.fromkeys(map(named, probes)).keys() == {named(probe) for probe, _ in wished(probes, behind=False)}


def result(key: tuple[str, str, int], wish: ProbeWish, end: ProbeEnd, *, changes: bool = False) -> ProbeResult:
    return ProbeResult(host=key[0], target=key[1], port=key[2], wish=wish, changes=changes, end=end)


ARRIVES = result(CONTROL, ProbeWish.ARRIVE, ProbeEnd.CONNECTED)
IS_CUT = replace(ARRIVES, end=ProbeEnd.LOST)
STAYS_OUT = result(FORBIDDEN, ProbeWish.STAY_OUT, ProbeEnd.LOST)


@pytest.mark.parametrize(
    ("results", "before", "said"),
    [
        ((ARRIVES, STAYS_OUT), None, ()),
        ((replace(ARRIVES, end=ProbeEnd.REFUSED), STAYS_OUT), None, ()),
        ((ARRIVES, replace(STAYS_OUT, end=ProbeEnd.CONNECTED)), None, ("TR969 error",)),
        ((ARRIVES, replace(STAYS_OUT, end=ProbeEnd.REFUSED)), None, ("TR969 error",)),
        ((STAYS_OUT,), None, ("TR972 warning",)),
        ((IS_CUT, STAYS_OUT), (ARRIVES, STAYS_OUT), ("TR970 error", "TR972 warning")),
        ((IS_CUT,), (IS_CUT,), ("TR970 warning",)),
        ((IS_CUT,), None, ("TR970 error",)),
        ((replace(IS_CUT, changes=True),), (replace(STAYS_OUT, changes=True),), ("TR970 error",)),
        ((replace(STAYS_OUT, end=ProbeEnd.UNTRIED),), None, ("TR971 warning",)),
        ((replace(ARRIVES, end=ProbeEnd.UNTRIED),), (ARRIVES,), ("TR971 warning",)),
    ],
)
def test_what_is_said_of_packets(
    results: tuple[ProbeResult, ...], before: tuple[ProbeResult, ...] | None, said: tuple[str, ...]
) -> None:
    assert tuple(f"{item.code} {item.severity}" for item in judge_look(results, before)) == said


def test_a_silence_that_nobody_broke_is_never_as_it_should_be() -> None:
    for end in ProbeEnd:
        for wish in ProbeWish:
            item = result(CLOSED, wish, end)
            is_fine = not any(found.severity is Severity.ERROR for found in judge_look((item,)))
            assert not is_as_wished(item) or is_fine
    assert not is_as_wished(replace(STAYS_OUT, end=ProbeEnd.UNTRIED))


def test_a_host_probes_neither_itself_nor_another_family() -> None:
    before, after = (saying_of(end.addressed) for end in ends_of(CHANGE))
    assert plan_probes((), before, after) == ((), ())
    assert all(lan for lan in lans_of((before, after)).values())


# By the command line.


class Network:
    """What becomes of connections: those that stand, and those of hosts whose devices are changed."""

    def __init__(self) -> None:
        self.open = {(EDOC, 443)}

    def __call__(self, address: str, port: int) -> str:
        return "" if (address, port) in self.open else "Connection timed out"


@contextmanager
def _plan(folder: Path) -> Iterator[tuple[Path, tuple[Path, Path], HostPlace, Network]]:
    made, network = scene(CHANGE), Network()
    (folder / "plan.json").write_bytes(made.file)
    with probe_host(network) as place:
        yield folder / "plan.json", made.folders, place, network


def test_probes_of_a_plan_before_it_and_behind(tmp_path: Path) -> None:
    with _plan(tmp_path) as (plan, (base, after), place, network):
        hosts = table(tmp_path, place)
        words = ("probe", plan, "--base", base, "-w", after, "--probes", hosts, "--timeout", "2")
        environment = {"TRUC_PROBES": "truc:truc"}
        code, said = truc(*words, environment=environment)
        assert (code, "2 as they should be" in said or "4 as they should be" in said) == (ExitCode.FINE, True), said
        # The council's connection still stands behind the plan.
        code, said = truc(*words, "--behind", environment=environment)
        assert (code, "TR969 council" in said) == (ExitCode.ERROR, True), said
        code, said = truc(*words, "--behind", "--json", environment=environment)
        assert code == ExitCode.ERROR
        assert {f"truc/probe/1 {kind}" for kind in ("finding", "probe", "summary")} == check_messages(said)
        network.open.clear()
        code, said = truc(*words, "--behind", environment=environment)
        assert (code, "TR970 committee" in said, "TR972 council" in said) == (ExitCode.ERROR, True, True), said
        code, said = truc(*words, environment={"TRUC_PROBES": "truc:other"})
        assert (code, said.count("TR971")) == (ExitCode.INCONCLUSIVE, 4), said


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[tuple[Operator, Network, Servers]]:
    made = scene(CHANGE)
    devices = made.devices(minute=20.0)
    for device in devices:
        device.users = {"truc": PASSWORD}
    with served(*devices) as servers:
        yield Operator(made, servers, tmp_path), Network(), servers


@pytest.mark.slow
def test_a_packet_that_is_cut_stops_a_roll_out_and_what_is_left_is_taken_back(
    operator: tuple[Operator, Network, Servers], tmp_path: Path
) -> None:
    who, network, servers = operator
    first = servers.devices[who.scene.plan.waves[0].devices[0]]

    def decide(address: str, port: int) -> str:
        is_cut = len(first.states) > 1 and network.open == {(EDOC, 443)}
        return "No route to host" if is_cut else network(address, port)

    (tmp_path / "probe").write_text("truc:truc\n")
    (tmp_path / "probe").chmod(0o600)
    with probe_host(decide) as place:
        hosts = table(tmp_path, place)
        text = hosts.read_text().replace(f"{place.key},,", f"{place.key},file:{tmp_path / 'probe'},")
        hosts.write_text(text)
        code, said = who.do("apply", "--probes", str(hosts))
        assert code == ExitCode.PARTLY_APPLIED, said
        assert "TR970 committee" in said
        assert "stopped by a probe" in said
        assert not any("load" in line for line in servers.devices[who.scene.plan.waves[1].devices[0]].log)
        journal = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
        assert [line["record"]["wave"] for line in journal if line.get("record", {}).get("kind") == "probed"] == [0, 1]
        # Whoever looks after the cable has put it back; behind the plan the council is out.
        network.open |= {("192.0.2.1", 1)}
        code, said = who.do("resume", "--probes", str(hosts))
        assert "TR969 council" in said, said
        assert code == ExitCode.ERROR
        assert "the plan is applied" in said


@pytest.mark.slow
def test_nothing_is_begun_where_a_packet_arrives_that_should_not(
    operator: tuple[Operator, Network, Servers], tmp_path: Path
) -> None:
    who, network, servers = operator
    network.open.add((WAREHOUSE, 8443))
    with probe_host(network) as place:
        hosts = table(tmp_path, place)
        (tmp_path / "probe").write_text("truc:truc\n")
        (tmp_path / "probe").chmod(0o600)
        hosts.write_text(hosts.read_text().replace(f"{place.key},,", f"{place.key},file:{tmp_path / 'probe'},"))
        code, said = who.do("apply", "--probes", str(hosts))
    assert (code, "TR969 committee" in said) == (ExitCode.ERROR, True), said
    assert not any(line.startswith("line ") for device in servers.devices.values() for line in device.log)
    assert not (tmp_path / "journal.jsonl.texts").exists()
