"""One packet for each start is all that an answer has: none that it shows may hide another one that is lost."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from intents.reason import because
from intents.registry import AttachmentName
from tests.batfish_cases import given_of
from tests.test_verification_batfish_recorded import Rows, recorded
from verification.batfish.fences import FenceOpinions
from verification.batfish.lost_pairs import Cut, Cuts
from verification.batfish.protocol import BatfishError, Parameters, Snapshot, Trouble
from verification.batfish.reachability import LOST, Asker
from verification.batfish.snapshot import network_snapshot
from verification.batfish.tables import Facts, gather_facts
from verification.evidence.evidence import Evidence, gather
from verification.evidence.permitted_matrix import permitted_matrix_of

OFFICE, SYSTEM = AttachmentName("ubnd-gia-sang-cq"), AttachmentName("system-edoc")


@cache
def network() -> tuple[Evidence, Facts]:
    given = given_of("right")
    return gather(given), gather_facts(recorded(), network_snapshot(given), given)


def row(destination: str, port: int, interface: str = "GigabitEthernet0/0/1.103") -> Mapping[str, Any]:
    """Return a packet from an office's LAN that a filter on another device drops."""
    flow = {
        "srcIp": "10.196.0.66",
        "dstIp": destination,
        "ipProtocol": "TCP",
        "srcPort": 40000,
        "dstPort": port,
        "tcpFlagsSyn": 1,
        "ingressNode": "cpe-gia-sang",
        "ingressInterface": interface,
    }
    return {"Flow": flow, "Traces": [{"disposition": "DENIED_OUT", "hops": []}]}


class ExactFences(FenceOpinions):
    """Fences without a fault, so that nothing is asked about them."""

    def __init__(self) -> None:
        self.faults = ()


class Losing:
    """A server that loses packets: `shown` if it may choose, `exactly` if it is asked about what may be sent."""

    version, recorded = "1", ""

    def __init__(self, shown: Mapping[str, Any], exactly: Mapping[str, Any] | None) -> None:
        self._shown, self._exactly = shown, exactly
        self.exact = 0

    def upload(self, snapshot: Snapshot) -> None:
        """Take anything."""

    def ask(self, question: str, parameters: Parameters, *_: object) -> Rows:
        assert question == "reachability"
        assert str(parameters["actions"]).startswith(LOST)
        start, headers = str(parameters["pathConstraints"]["startLocation"]), parameters["headers"]
        if "cpe-gia-sang[GigabitEthernet0/0/1.103]" not in start:
            return ()
        if "ipProtocols" not in headers:
            return (self._shown,)
        self.exact += 1
        meant = headers["ipProtocols"] == ["TCP"] and headers.get("dstPorts") == "443-443"
        return (self._exactly,) if self._exactly is not None and meant else ()

    def discard(self, name: str) -> None:
        """Do nothing."""


def cut_of(session: Losing, destination: AttachmentName) -> Cut | None:
    evidence, facts = network()
    asker = Asker(session, network_snapshot(evidence.given), evidence, facts)
    cuts = Cuts(asker, permitted_matrix_of(evidence).must, ExactFences())
    return cuts.of_rule(frozenset({OFFICE}), frozenset({destination}))


def test_a_packet_that_nobody_misses_hides_none_that_is_lost() -> None:
    gateway = row("10.196.0.65", 22)
    found = cut_of(Losing(gateway, row("10.193.0.66", 443)), SYSTEM)
    assert found is not None
    assert (found.source, found.destination, found.reason) == (OFFICE, SYSTEM, because("trace_ends", end="DENIED_OUT"))


def test_where_only_such_packets_are_lost_nothing_is_cut_and_that_was_asked() -> None:
    session = Losing(row("10.196.0.65", 22), None)
    assert cut_of(session, SYSTEM) is None
    assert session.exact > 0


def test_a_lost_packet_cuts_the_pair_that_it_is_between() -> None:
    found = cut_of(Losing(row("10.193.0.66", 443), None), SYSTEM)
    assert found is not None
    assert (found.source, found.destination) == (OFFICE, SYSTEM)


def test_a_packet_that_starts_where_none_was_asked_about_is_an_error() -> None:
    with pytest.raises(BatfishError, match="nowhere of cpe-gia-sang") as caught:
        cut_of(Losing(row("10.193.0.66", 443, "nowhere"), None), SYSTEM)
    assert caught.value.trouble is Trouble.INCOMPLETE
