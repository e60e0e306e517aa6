"""The product's command line and roll-outs against FRR's vtysh behind OpenSSH: a transport that nobody here wrote.

The one idea: FRR is no platform of the product; its lists and static routes are IOS-XE's but for how prefixes are shown, so plans
of such lines are carried out on it as on IOS-XE. What it does with a route is asked of its kernel.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from controller.fleet.access import FleetAccess
from controller.fleet.readings import NotRead, ReadingError, ReadingTrouble, Stop
from controller.fleet.writing import LineSession, WritingError, WritingTrouble
from controller.journal.device_state import Stage
from controller.journal.records import Aim, Record, RolloutOutcome, Sending, Taken
from routing.vendors import VENDORS
from routing.vendors.entering import LineEntry
from routing.vendors.showing import Showing
from tests.real_rollouts import PATIENCE, RealNight, Words
from tests.real_servers import CREDENTIALS, RealServer, another_key, line_server, why_not

_MISSING = why_not("vtysh", "zebra", "staticd", "ip", "nsenter")
pytestmark = pytest.mark.skipif(bool(_MISSING), reason=_MISSING)

STARTED = """ip prefix-list OLD seq 5 permit 10.61.0.0/16
ip route 10.61.1.0/24 Null0
ip route 10.61.2.0/24 10.60.0.2
"""
RUNNING = """hostname r1
ip prefix-list OLD seq 5 permit 10.61.0.0/16
ip route 10.61.1.0 255.255.255.0 Null0
ip route 10.61.2.0 255.255.255.0 10.60.0.2
"""
STANDING = """hostname r1
ip prefix-list NEW seq 5 permit 10.61.0.0/16
ip prefix-list NEW seq 10 permit 10.62.0.0/16 le 24
ip route 10.61.2.0 255.255.255.0 10.60.0.2
ip route 10.61.3.0 255.255.255.0 10.60.0.2
ip route 10.61.4.0 255.255.255.0 Null0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrrShowing(Showing):
    """FRR shows a route's prefix as one word."""

    def settled(self, answer: str) -> str:
        lines = super(FrrShowing, self).settled(answer).splitlines()
        return "".join(f"{_as_masked(line)}\n" for line in lines)


def _as_masked(line: str) -> str:
    found = re.fullmatch(r"ip route (\S+/\d+) (.*)", line)
    return line if found is None else f"ip route {ip_network(found[1]).with_netmask.replace('/', ' ')} {found[2]}"


SHOWING = FrrShowing(
    settings=("terminal length 0",),
    command="show running-config",
    prompt=re.compile(r"(?P<name>[\w.-]+)#"),
    last_line="end",
    passing=re.compile(
        r"Building configuration\.\.\.$|Current configuration:$|frr |service |no ip(v6)? forwarding$|!|exit$|\s*$"
    ),
    refusal=re.compile(r"%"),
)
ENTRY = LineEntry(
    enter="configure terminal",
    leave="end",
    entered=re.compile(r"\A\s*\Z"),
    busy=re.compile(r"VTY configuration is locked by other VTY"),
    prompt=re.compile(r"(?P<name>[\w.-]+)\(config[\w-]*\)#"),
    cut=99,
    save="write memory",
    saved=re.compile(r"^\[OK\]$", re.MULTILINE),
)
WORDS = {"cisco_ios": Words(SHOWING, ENTRY, VENDORS["cisco_ios"])}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    with line_server(tmp_path, "r1", "cisco_ios", STARTED) as found:
        yield found


@contextmanager
def _lines(server: RealServer) -> Iterator[LineSession]:
    with FleetAccess(CREDENTIALS, 10.0, WORDS) as access, access.lines(server.reach) as session:
        yield session


def _night(server: RealServer, standing: str, folder: Path) -> RealNight:
    return RealNight.of(server, WORDS, RUNNING, standing, folder / "journal.jsonl", PATIENCE)


def _await_routes(server: RealServer, *wanted: str) -> None:
    """Wait until these are the static routes of FRR's kernel, which it tells behind its prompt."""
    until = time.monotonic() + 5.0
    while (said := set(re.findall(r"10\.61\.\d+\.0/24", _kernel(server)))) != set(wanted):
        assert time.monotonic() < until, said
        time.sleep(0.05)


def _kernel(server: RealServer) -> str:
    return server.inside("ip", "-n", "r", "route")


def test_a_plan_is_typed_read_back_saved_and_taken_back(server: RealServer, tmp_path: Path) -> None:
    _await_routes(server, "10.61.1.0/24", "10.61.2.0/24")
    night = _night(server, STANDING, tmp_path)
    assert night.run() is RolloutOutcome.APPLIED
    assert night.stands() == "standing"
    assert night.state.stage is Stage.SAVED
    _await_routes(server, "10.61.2.0/24", "10.61.3.0/24", "10.61.4.0/24")
    assert "ip prefix-list NEW seq 10 permit 10.62.0.0/16 le 24" in server.inside("cat", "/run/frr/etc/frr.conf")
    assert night.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
    assert night.stands() == "running"
    _await_routes(server, "10.61.1.0/24", "10.61.2.0/24")
    assert "NEW" not in server.inside("cat", "/run/frr/etc/frr.conf")


def _shown(server: RealServer) -> str:
    shown = ["vtysh", "-H", "/dev/null", "--vty_socket", "/run/frr", "-c", "show running-config"]
    return server.inside(*shown)


def test_a_line_that_is_refused_ends_the_way_and_the_device_goes_back(server: RealServer, tmp_path: Path) -> None:
    night = _night(server, f"{STANDING}ntp server 10.60.0.9\n", tmp_path)
    before: list[str] = []

    def look(record: Record, _: Stop) -> None:
        if isinstance(record, Sending) and record.going_back:
            before.append(_shown(server))

    assert night.run(None, look) is RolloutOutcome.NOT_APPLIED
    assert night.failures() == [("writing_said", "% Unknown command: ntp server 10.60.0.9")]
    # Behind it stood the line that takes the route to 10.61.1.0/24 away, and the one that deletes the old list.
    assert {"10.61.1.0/24", "10.61.3.0/24", "10.61.4.0/24"} <= set(re.findall(r"ip route (\S+)", before[0]))
    assert {"OLD", "NEW"} == set(re.findall(r"ip prefix-list (\S+)", before[0]))
    assert night.stands() == "running"
    _await_routes(server, "10.61.1.0/24", "10.61.2.0/24")


def test_what_was_typed_at_once_with_a_refused_line_goes_back_too(server: RealServer, tmp_path: Path) -> None:
    """A list that FRR has no words for, and one that it takes: nothing names them, so they are typed in one go."""
    night = _night(server, f"{STANDING}ip access-list standard NEW\n 10 permit 10.61.0.0 0.0.255.255\n", tmp_path)
    before: list[str] = []

    def look(record: Record, _: Stop) -> None:
        if isinstance(record, Sending) and record.going_back:
            before.append(_shown(server))

    assert night.run(None, look) is RolloutOutcome.NOT_APPLIED
    assert night.failures() == [("writing_said", "% Unknown command: ip access-list standard NEW")]
    assert "ip prefix-list NEW" in before[0]
    assert "10.61.3.0/24" not in before[0]
    assert night.stands() == "running"


def test_a_run_that_died_between_lines_is_gone_on_with(server: RealServer, tmp_path: Path) -> None:
    night = _night(server, STANDING, tmp_path)

    def die(record: Record, stop: Stop) -> None:
        if isinstance(record, Taken) and record.edits == 3:
            stop.asked = 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        night.run(None, die)
    assert night.stands() == "other"
    assert night.run(Aim.FORWARD) is RolloutOutcome.APPLIED
    assert night.stands() == "standing"


def test_every_answer_is_looked_at_and_the_first_that_is_none_is_told(server: RealServer) -> None:
    good, bad = "ip route 10.61.5.0/24 Null0", "ip route 10.61.6.0/24 Null0 name lan"
    with _lines(server) as session:
        assert set(session.text().splitlines()) == {*RUNNING.splitlines(), "end"}
        session.enter()
        with pytest.raises(WritingError) as refused:
            session.type_lines([good, bad, good], frozenset())
        assert refused.value.trouble is WritingTrouble.REFUSED
        assert refused.value.lines == 1
    with _lines(server) as session:
        assert "10.61.5.0" in session.text()
        session.enter()
        session.type_lines([f"no {good}"], frozenset())
        session.leave()
        assert "10.61.5.0" not in session.text()
        assert session.save()


def test_a_device_of_another_name_is_not_typed_into(server: RealServer) -> None:
    other = replace(server, reach=replace(server.reach, device="r2"))
    with _lines(other) as session, pytest.raises(ReadingError) as error:
        session.text()
    assert error.value.trouble is ReadingTrouble.ANOTHER_NAME


def test_behind_a_wrong_key_nobody_tries_to_log_in(server: RealServer) -> None:
    wrong = replace(server.reach, host_key=another_key())
    with FleetAccess(CREDENTIALS, 10.0, WORDS) as access:
        found = access.read(wrong)
        assert isinstance(found, NotRead)
        assert found.trouble is ReadingTrouble.KEY_DIFFERS
        with pytest.raises(ReadingError), access.lines(wrong):
            pass
        assert server.attempts == 0
        assert not isinstance(access.read(server.reach), NotRead)
    assert server.attempts > 0
