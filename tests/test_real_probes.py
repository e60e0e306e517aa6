"""Connections asked of OpenSSH in a network of its own: what stands, what is refused, and two ways in which nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from controller.fleet.credentials import Credentials, Secret
from controller.fleet.probing import probe_from
from controller.fleet.readings import ProbeEnd
from tests.real_servers import CREDENTIALS, REFERENCE, RealServer, another_key, probe_server, why_not

_MISSING = why_not("ip", "nsenter")
pytestmark = pytest.mark.skipif(bool(_MISSING), reason=_MISSING)

NETWORK = (
    "-n r addr add 10.70.0.1/32 dev lo",
    "-n r addr add 2001:db8:70::1/128 dev lo",
    "-n r link add d0 type veth peer name d1",  # whatever is sent there is lost
    "-n r link set d1 arp off up",
    "-n r link set d0 arp off up",
    "-n r addr add 10.70.2.1/24 dev d0",
    "netns add s",  # a router that says no, as an access list does
    "-n r link add s0 type veth peer name r0 netns s",
    "-n r addr add 10.70.9.1/30 dev s0",
    "-n r link set s0 up",
    "-n s addr add 10.70.9.2/30 dev r0",
    "-n s link set r0 up",
    "netns exec s sysctl -qw net.ipv4.ip_forward=1",
    "-n s route add prohibit 10.70.3.0/24",
    "-n r route add 10.70.3.0/24 via 10.70.9.2",
)
TARGETS = {
    ("10.70.0.1", 8443): ProbeEnd.CONNECTED,
    ("10.70.0.1", 8444): ProbeEnd.REFUSED,
    ("10.70.3.1", 8443): ProbeEnd.LOST,
    ("10.70.2.9", 8443): ProbeEnd.LOST,
    ("10.70.4.1", 8443): ProbeEnd.UNTRIED,  # the host has no way there: nothing was sent
    ("2001:db8:70::1", 8443): ProbeEnd.CONNECTED,
    ("2001:db8:70::2", 8443): ProbeEnd.UNTRIED,
}
KNOWN = CREDENTIALS[REFERENCE]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    folder = tmp_path_factory.mktemp("probe")
    with probe_server(folder, NETWORK, ("10.70.0.1:8443", "2001:db8:70::1:8443")) as found:
        yield found


def test_what_becomes_of_connections(server: RealServer) -> None:
    found = probe_from(server.reach, KNOWN, TARGETS, 2.0)
    assert dict(zip(TARGETS, found, strict=True)) == TARGETS


def test_whoever_is_another_is_not_logged_in_to(server: RealServer) -> None:
    before = server.attempts
    reach = replace(server.reach, host_key=another_key())
    assert probe_from(reach, KNOWN, TARGETS, 2.0) == [ProbeEnd.UNTRIED] * len(TARGETS)
    assert server.attempts == before


def test_a_wrong_password_tries_nothing(server: RealServer) -> None:
    wrong = Credentials(user="truc", password=Secret("other"))
    assert probe_from(server.reach, wrong, TARGETS, 2.0) == [ProbeEnd.UNTRIED] * len(TARGETS)


def test_a_host_that_opens_nothing_for_others_says_nothing(tmp_path: Path) -> None:
    with probe_server(tmp_path, NETWORK, ("10.70.0.1:8443",), "AllowTcpForwarding no") as found:
        assert probe_from(found.reach, KNOWN, TARGETS, 2.0) == [ProbeEnd.UNTRIED] * len(TARGETS)
