"""The product's NETCONF session and roll-outs against netconfd: a server that nobody here wrote.

The one idea: it keeps the lines of a text as entries of a list of a small YANG module, so whole plans are carried out on it; the
sequence of operations is the product's own, and only how lines are put into its datastore is said here. It has bugs of its own
(2.13): behind a validate, a commit says ok and does not do what is new; while the committer holds the lock on running, nothing is
taken back.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from controller.fleet.access import FleetAccess
from controller.fleet.candidate_sessions import NetconfCandidate
from controller.fleet.lines import Line
from controller.fleet.readings import DeviceReach, DeviceText, NotRead, ReadingError, ReadingTrouble, Stop
from controller.fleet.sessions import PinnedSessions
from controller.fleet.writing import CandidateSession, WritingError, WritingTrouble
from controller.journal.device_state import Stage
from controller.journal.records import Aim, Armed, Arming, Confirming, Failed, Record, RolloutOutcome, Taken
from routing.vendors import VENDORS
from routing.vendors.entering import CandidateEntry
from tests.real_rollouts import PATIENCE, RealNight, Words
from tests.real_servers import CREDENTIALS, LINES, RealServer, another_key, netconf_server, why_not

pytestmark = pytest.mark.skipif(
    bool(why_not("netconfd", "netconf-subsystem")), reason=why_not("netconfd", "netconf-subsystem")
)

BASE = 'xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"'
RUNNING = """set system host-name r1
set interfaces ge-0/0/1 unit 0 description "LAN of the people's committee"
set interfaces ge-0/0/1 unit 0 family inet address 10.60.1.1/24
set routing-options static route 10.61.0.0/24 next-hop 10.60.1.2
"""
STANDING = RUNNING.replace("10.60.1.", "10.60.2.")
NEW = "set system domain-name tinh.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry(CandidateEntry):
    """Operations of RFC 6241; each line is one entry of a list."""

    def loading(self, lines: Sequence[str]) -> str:
        entries = "".join(_entry(*line.split(" ", 1)) for line in lines)
        return self.load.format(lines=entries)


def _entry(word: str, rest: str) -> str:
    deletes = ' nc:operation="delete"' if word == "delete" else ""
    return f"<line{deletes}><text>{escape(f'set {rest}')}</text></line>"


def _get(store: str) -> tuple[str, str]:
    entries = f'<filter type="subtree"><lines xmlns="{LINES}"/></filter>'
    return f"<get-config {BASE}><source><{store}/></source>{entries}</get-config>", "lines"


LISTED = ListEntry(
    lock=f"<lock {BASE}><target><candidate/></target></lock>",
    unlock=f"<unlock {BASE}><target><candidate/></target></unlock>",
    load=(
        f'<edit-config {BASE} xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"><target><candidate/></target>'
        f'<config><lines xmlns="{LINES}">{{lines}}</lines></config></edit-config>'
    ),
    show=_get("candidate"),
    discard=f"<discard-changes {BASE}/>",
    try_commit=f"<commit {BASE}><confirmed/><confirm-timeout>{{seconds}}</confirm-timeout></commit>",
    keep=f"<commit {BASE}/>",
    longest=65535,
)
SHOWING = replace(VENDORS["junos"].showing, netconf=_get("running"), passing=re.compile(r"\s*$"))
WORDS = {"junos": Words(SHOWING, LISTED, VENDORS["junos"])}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    with netconf_server(tmp_path, "r1", "junos", RUNNING) as found:
        yield found


@pytest.fixture
def access() -> Iterator[FleetAccess]:
    with FleetAccess(CREDENTIALS, 10.0, WORDS) as found:
        yield found


@contextmanager
def _raw(reach: DeviceReach) -> Iterator[tuple[Callable[[str], None], CandidateSession]]:
    """A session of somebody who also does other things than the product: what sends any operation, and the session."""
    way, line = PinnedSessions(), Line(reach, 10.0)

    def say(operation: str) -> None:
        with line.step(10.0):
            way.connection.do(operation)

    way.open(extras={"line": line, "credentials": CREDENTIALS[reach.credentials]})
    try:
        yield say, NetconfCandidate(way.connection, line, WORDS["junos"], 10.0)
    finally:
        way.close()


def _read(access: FleetAccess, server: RealServer) -> frozenset[str]:
    found = access.read(server.reach)
    assert isinstance(found, DeviceText), found
    return frozenset(found.text.splitlines())


def _trouble(error: pytest.ExceptionInfo[WritingError]) -> WritingTrouble:
    return error.value.trouble


def _quiet(seconds: float) -> None:
    """Ask nothing: this server's clock stands still while it is asked."""
    time.sleep(seconds)


OLD = frozenset(RUNNING.splitlines())
BOTH = OLD | {NEW}


def _tried(session: CandidateSession, seconds: int, token: str = "") -> None:
    session.lock()
    session.load([NEW])
    assert frozenset(session.candidate().splitlines()) == BOTH
    session.try_commit(seconds, token)


def test_what_is_tried_and_kept_stays(server: RealServer, access: FleetAccess) -> None:
    with access.candidate(server.reach) as session:
        assert session.outlives()
        assert frozenset(session.text().splitlines()) == OLD
        _tried(session, 1, "token")
        assert session.keep("token")
        assert _read(access, server) == BOTH
        session.unlock()
    _quiet(2.5)
    assert _read(access, server) == BOTH


def test_somebody_who_holds_the_candidate_or_has_left_it_dirty_is_told(server: RealServer, access: FleetAccess) -> None:
    with access.candidate(server.reach) as ours, access.candidate(server.reach) as other:
        other.lock()
        for refused in (ours.lock, lambda: ours.load([NEW])):
            with pytest.raises(WritingError) as held:
                refused()
            assert _trouble(held) is WritingTrouble.BUSY
        other.unlock()
        other.load([NEW])
        with pytest.raises(WritingError) as dirty:
            ours.lock()
        assert _trouble(dirty) is WritingTrouble.BUSY
        assert _read(access, server) == OLD
        other.discard()
        ours.lock()


@pytest.mark.parametrize("token", ["", "token"])
def test_what_nobody_keeps_is_taken_back_and_a_late_keep_is_seen(
    token: str, server: RealServer, access: FleetAccess
) -> None:
    with access.candidate(server.reach) as session:
        _tried(session, 1, token)
        _quiet(3.0)
        # Without a token this server says ok to what is over, and only reading tells; with one it can be asked.
        assert session.keep(token) is (token == "")
        assert _read(access, server) == OLD


def test_a_token_confirms_from_another_session_and_no_other_does(server: RealServer, access: FleetAccess) -> None:
    with access.candidate(server.reach) as dropped:
        _tried(dropped, 60, "token")
    with access.candidate(server.reach) as session:
        with pytest.raises(WritingError) as plain:
            session.keep()
        assert _trouble(plain) is WritingTrouble.BUSY
        assert not session.keep("another token")
        with pytest.raises(WritingError) as locked:
            session.lock()
        assert _trouble(locked) is WritingTrouble.BUSY
        assert session.keep("token")
        assert not session.keep("token")
        session.lock()
        assert _read(access, server) == BOTH


def test_what_is_tried_with_a_token_is_taken_back_from_another_session(server: RealServer, access: FleetAccess) -> None:
    with access.candidate(server.reach) as dropped:
        _tried(dropped, 60, "token")
    with access.candidate(server.reach) as session:
        assert not session.take_back("another token")
        assert session.take_back("token")
        assert not session.take_back("token")
        assert _read(access, server) == OLD


def test_a_dropped_session_takes_back_what_it_tried_without_a_token(server: RealServer, access: FleetAccess) -> None:
    with access.candidate(server.reach) as session:
        _tried(session, 60)
        assert _read(access, server) == BOTH
    _quiet(1.0)
    assert _read(access, server) == OLD


@pytest.mark.long
def test_a_dropped_session_leaves_a_token_until_its_time_is_over(server: RealServer, access: FleetAccess) -> None:
    with access.candidate(server.reach) as session:
        _tried(session, 5, "token")
    _quiet(1.0)
    assert _read(access, server) == BOTH
    _quiet(8.0)
    assert _read(access, server) == OLD


def test_a_commit_is_refused_while_somebody_holds_running(server: RealServer, access: FleetAccess) -> None:
    with _raw(server.reach) as (other, _), access.candidate(server.reach) as session:
        other(f"<lock {BASE}><target><running/></target></lock>")
        session.lock()
        session.load([NEW])
        with pytest.raises(WritingError) as refused:
            session.try_commit(60, "token")
        assert _trouble(refused) is WritingTrouble.BUSY
        assert _read(access, server) == OLD


def test_whoever_holds_running_has_nothing_taken_back_which_reading_tells(
    server: RealServer, access: FleetAccess
) -> None:
    """That is why the product locks the candidate alone."""
    with _raw(server.reach) as (holder, session):
        holder(f"<lock {BASE}><target><running/></target></lock>")
        _tried(session, 60, "token")
        assert session.take_back("token")
        assert _read(access, server) == BOTH


def test_behind_a_wrong_key_nobody_tries_to_log_in(server: RealServer, access: FleetAccess) -> None:
    wrong = replace(server.reach, host_key=another_key())
    found = access.read(wrong)
    assert isinstance(found, NotRead)
    assert found.trouble is ReadingTrouble.KEY_DIFFERS
    with pytest.raises(ReadingError), access.candidate(wrong):
        pass
    assert server.attempts == 0
    assert _read(access, server) == OLD
    assert server.attempts > 0


# Whole roll-outs.


@pytest.fixture
def night(server: RealServer, tmp_path: Path) -> RealNight:
    return RealNight.of(server, WORDS, RUNNING, STANDING, tmp_path / "journal.jsonl", PATIENCE)


def test_a_plan_is_carried_out_and_taken_back(night: RealNight) -> None:
    assert night.run() is RolloutOutcome.APPLIED
    assert night.stands() == "standing"
    assert night.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
    assert night.stands() == "running"
    tokens = [record.token for record in night.heard if isinstance(record, Armed)]
    assert len(set(tokens)) == 2
    assert all(tokens)


def _killed_at(night: RealNight, kind: type[Record], aim: Aim | None = None) -> None:
    def during(record: Record, stop: Stop) -> None:
        if isinstance(record, kind):
            stop.asked = 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        night.run(aim, during)


@pytest.mark.parametrize("aim", [Aim.CONFIRM, pytest.param(Aim.FORWARD, marks=pytest.mark.long)])
def test_a_run_that_died_on_trial_is_confirmed_by_the_journals_token(aim: Aim, night: RealNight) -> None:
    _killed_at(night, Confirming)
    assert night.stands() == "standing"
    night.heard.clear()
    assert night.run(aim) is RolloutOutcome.APPLIED
    assert not any(isinstance(record, Arming) for record in night.heard)
    with night.access() as access, access.candidate(night.device.reach) as session:
        session.lock()
    assert night.stands() == "standing"


@pytest.mark.parametrize("kind", [Confirming, pytest.param(Taken, marks=pytest.mark.long)])
def test_a_run_that_died_on_trial_is_taken_back(kind: type[Record], night: RealNight) -> None:
    _killed_at(night, kind)
    night.heard.clear()
    assert night.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
    assert not any(isinstance(record, Arming) for record in night.heard)
    assert night.stands() == "running"


@pytest.mark.long
def test_a_way_back_that_died_on_trial_is_confirmed(night: RealNight) -> None:
    assert night.run() is RolloutOutcome.APPLIED
    _killed_at(night, Confirming, Aim.BACK)
    assert night.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
    with night.access() as access, access.candidate(night.device.reach) as session:
        session.lock()
    assert night.stands() == "running"


@pytest.mark.parametrize("standing", [f"{RUNNING}{NEW}\n", pytest.param(STANDING, marks=pytest.mark.long)])
def test_a_commit_that_says_ok_and_does_not_do_it_is_caught_by_reading(
    standing: str, server: RealServer, tmp_path: Path
) -> None:
    """What another session's validate does: nothing of what is new is done; what is deleted, is."""
    patience = replace(PATIENCE, seconds=3, pauses=(0.2, 1.8))
    night = RealNight.of(server, WORDS, RUNNING, standing, tmp_path / "journal.jsonl", patience)
    with _raw(server.reach) as (other, _):

        def validate(record: Record, _: Stop) -> None:
            if isinstance(record, Arming):
                other(f"<validate {BASE}><source><candidate/></source></validate>")

        assert night.run(None, validate) is RolloutOutcome.NOT_APPLIED
    assert any(isinstance(record, Armed) for record in night.heard), "it did not even say ok"
    assert any(isinstance(record, Failed) for record in night.heard)
    assert not any(isinstance(record, Confirming) for record in night.heard), "it was confirmed unread"
    assert night.stands() == "running"
    _quiet(2.5)
    assert night.run(Aim.FORWARD) is RolloutOutcome.APPLIED
    assert night.stands() == "standing"


def test_a_run_that_died_on_trial_and_comes_late_is_told_that_it_went_back(server: RealServer, tmp_path: Path) -> None:
    patience = replace(PATIENCE, seconds=2, pauses=(0.2, 1.8))
    night = RealNight.of(server, WORDS, RUNNING, STANDING, tmp_path / "journal.jsonl", patience)
    _killed_at(night, Confirming)
    _quiet(4.0)
    night.heard.clear()
    assert night.run(Aim.CONFIRM) is RolloutOutcome.NOT_APPLIED
    assert not any(isinstance(record, Confirming) for record in night.heard)
    assert night.stands() == "running"


def test_what_another_session_edits_meanwhile_is_never_kept_with_ours(night: RealNight) -> None:
    _killed_at(night, Confirming)
    with night.access() as access, access.candidate(night.device.reach) as other:
        other.load([NEW])
        assert night.run(Aim.CONFIRM) is not RolloutOutcome.APPLIED
        assert NEW in other.candidate()
        assert night.stands() == "standing"
        other.discard()
    assert night.run(Aim.CONFIRM) is RolloutOutcome.APPLIED
    assert night.state.stage is Stage.SAVED
