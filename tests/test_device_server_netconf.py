"""A made-up NETCONF server does what RFC 6241 says of locks, candidates and confirmed commits, with ncclient as its client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from ncclient.operations import RPCError, TimeoutExpiredError  # type: ignore[import-untyped]  # it has no types
from ncclient.operations.errors import MissingCapabilityError  # type: ignore[import-untyped] # it has no types
from ncclient.transport.errors import (  # type: ignore[import-untyped] # it has no types
    SSHUnknownHostError,
    TransportError,
)

from tests.device_clients import ios, netconf
from tests.device_faults import Fault, Place, Planned
from tests.device_netconf import Framing
from tests.device_server import Servers, served
from tests.device_state import Device
from tests.device_xml_config import XmlConfig

START = '<config><top xmlns="urn:t"><if><name>a</name><mtu>1500</mtu></if><if><name>b</name></if></top></config>'
ONE_MORE = (
    '<config xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"><top xmlns="urn:t">'
    '<if{}><name>{}</name><mtu>{}</mtu></if></top></config>'
)  # fmt: skip


def change(name: str = "c", mtu: int = 9000, operation: str = "") -> str:
    return ONE_MORE.format(f' nc:operation="{operation}"' if operation else "", name, mtu)


@pytest.fixture
def device() -> Device:
    root = ET.fromstring(START)  # noqa: S314 (our own)
    running = XmlConfig(root)
    return Device(name="n1", platform="netconf", running=running, startup=running.copy())


@pytest.fixture
def servers(device: Device) -> Iterator[Servers]:
    with served(device) as up:
        yield up


def ends_after(condition: Any, seconds: float = 3.0) -> bool:
    """Wait until something is so; tell if it was in time."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return bool(condition())


def tag_of(error: Any) -> str:
    return str(error.tag)


def running_of(device: Device) -> str:
    return "".join(device.running.blocks())


def test_an_edit_reaches_running_by_a_commit(servers: Servers, device: Device) -> None:
    with netconf(servers, "n1") as session:
        session.edit_config(change(), target="candidate")
        assert "9000" not in str(session.get_config("running"))
        assert "9000" in str(session.get_config("candidate"))
        session.commit()
        assert "9000" in str(session.get_config("running"))
        session.edit_config(change("d"), target="candidate")
        session.discard_changes()
        session.commit()
    assert [state.made_by for state in device.states] == ["started", "commit"]


@pytest.mark.parametrize(
    ("name", "operation", "tag"),
    [
        ("b", "create", "data-exists"),
        ("z", "delete", "data-missing"),
        ("z", "remove", ""),
        ("a", "replace", ""),
        ("b", "delete", ""),
    ],
)
def test_operations_of_an_edit(servers: Servers, device: Device, name: str, operation: str, tag: str) -> None:
    with netconf(servers, "n1") as session:
        if tag:
            with pytest.raises(RPCError) as caught:
                session.edit_config(change(name, operation=operation), target="candidate")
            assert tag_of(caught.value) == tag
        else:
            session.edit_config(change(name, operation=operation), target="candidate")
        session.commit()
    assert (f">{name}<" in running_of(device)) == (name == "a" or tag == "data-exists")


def test_a_lock_is_held_by_one_and_told_to_others(servers: Servers) -> None:
    with netconf(servers, "n1") as one, netconf(servers, "n1") as other:
        one.lock("candidate")
        with pytest.raises(RPCError) as caught:
            other.lock("candidate")
        assert tag_of(caught.value) == "lock-denied"
        assert f"<session-id>{one.session_id}</session-id>" in str(caught.value.info).replace("\n", "").replace(" ", "")
        with pytest.raises(RPCError) as caught:
            other.edit_config(change(), target="candidate")
        assert tag_of(caught.value) == "in-use"
        one.close_session()
        other.lock("candidate")
        other.unlock("candidate")


def test_a_dirty_candidate_is_not_locked_until_it_is_discarded(servers: Servers) -> None:
    with netconf(servers, "n1") as one:
        one.edit_config(change(), target="candidate")
    with netconf(servers, "n1") as other:
        with pytest.raises(RPCError):
            other.lock("candidate")
        other.discard_changes()
        other.lock("candidate")


def test_a_confirmed_commit_expires(servers: Servers, device: Device) -> None:
    with netconf(servers, "n1") as session:
        session.edit_config(change(), target="candidate")
        session.commit(confirmed=True, timeout="1")
        assert "9000" in running_of(device)
        assert ends_after(lambda: "9000" not in running_of(device))
    assert [state.made_by for state in device.states] == ["started", "confirmed commit", "revert: expired"]


def test_a_second_session_confirms_what_was_made_to_persist(servers: Servers, device: Device) -> None:
    with netconf(servers, "n1") as session:
        session.edit_config(change(), target="candidate")
        session.commit(confirmed=True, timeout="1", persist="token")
    with netconf(servers, "n1") as other:
        for wrong in ({}, {"persist_id": "another"}):
            with pytest.raises(RPCError):
                other.commit(**wrong)
        other.commit(persist_id="token")
        time.sleep(1.1)
    assert "9000" in running_of(device)


def test_a_second_session_takes_back_what_was_made_to_persist(servers: Servers, device: Device) -> None:
    with netconf(servers, "n1") as session:
        session.edit_config(change(), target="candidate")
        session.commit(confirmed=True, timeout="60", persist="token")
    with netconf(servers, "n1") as other:
        other.cancel_commit(persist_id="token")
        assert "9000" not in running_of(device)
        with pytest.raises(RPCError):
            other.commit(persist_id="token")


@pytest.mark.parametrize("how", ["drop", "close", "kill"])
def test_a_session_that_ends_takes_its_change_on_trial_along(servers: Servers, device: Device, how: str) -> None:
    with netconf(servers, "n1") as session:
        session.edit_config(change(), target="candidate")
        session.commit(confirmed=True, timeout="60")
        if how == "close":
            session.close_session()
        elif how == "kill":
            with netconf(servers, "n1") as other:
                other.kill_session(session.session_id)
    assert ends_after(lambda: "9000" not in running_of(device))


def test_the_clock_starts_again_with_a_second_confirmed_commit_and_goes_back_to_the_first_state(
    servers: Servers, device: Device
) -> None:
    with netconf(servers, "n1") as session:
        for name in ("c", "d"):
            session.edit_config(change(name), target="candidate")
            session.commit(confirmed=True, timeout="1")
        assert ends_after(lambda: "9000" not in running_of(device))
    assert device.states[-1].text == device.states[0].text


def test_what_is_not_offered_is_not_done(servers: Servers, device: Device) -> None:
    device.capabilities = ("candidate:1.0", "confirmed-commit:1.0")
    with netconf(servers, "n1") as session:
        assert ":confirmed-commit" in session.server_capabilities
        assert ":confirmed-commit:1.1" not in session.server_capabilities
        session.edit_config(change(), target="candidate")
        with pytest.raises(RPCError):
            session.commit(confirmed=True, timeout="1", persist="token")
        with pytest.raises(RPCError):
            session.edit_config(change(), target="running")
        with pytest.raises(MissingCapabilityError):
            session.validate("candidate")


def test_a_reboot_takes_what_was_not_saved(servers: Servers, device: Device) -> None:
    device.away = 0.05
    with netconf(servers, "n1") as session:
        session.edit_config(change(), target="candidate")
        device.faults.append(Planned(fault=Fault.REBOOT, place=Place.COMMIT))
        with pytest.raises(TransportError):
            session.commit()
    time.sleep(0.15)
    with netconf(servers, "n1") as session:
        assert "9000" not in str(session.get_config("running"))


def test_a_stalled_commit_was_done_and_nobody_heard_of_it(servers: Servers, device: Device) -> None:
    device.faults.append(Planned(fault=Fault.STALL, place=Place.COMMIT))
    with netconf(servers, "n1") as session:
        session.timeout = 0.3
        session.edit_config(change(), target="candidate")
        with pytest.raises(TimeoutExpiredError):
            session.commit()
    assert "9000" in running_of(device)


def test_a_commit_that_says_ok_and_does_nothing(servers: Servers, device: Device) -> None:
    device.faults.append(Planned(fault=Fault.DOES_NOTHING, place=Place.COMMIT))
    with netconf(servers, "n1") as session:
        session.edit_config(change(), target="candidate")
        session.commit()
        assert "9000" not in str(session.get_config("running"))


def test_a_wrong_key_is_refused_before_any_password(servers: Servers, device: Device) -> None:
    servers.swap_key("n1")
    with pytest.raises(SSHUnknownHostError), netconf(servers, "n1"):
        pass
    assert device.logins == 0


def test_lines_of_ios_travel_in_netconf_and_startup_is_copied() -> None:
    device = ios("hostname r1\n")
    lines = "<config><cli-config-data><cmd>interface Loopback1</cmd><cmd>description ä</cmd></cli-config-data></config>"
    with served(device) as servers, netconf(servers, "r1") as session:
        session.edit_config(lines, target="running")
        assert "description ä" in str(session.get_config("running"))
        session.copy_config("running", "startup")
        with pytest.raises(RPCError):
            session.edit_config(lines.replace("description ä", "frobnicate"), target="running")
    assert "".join(device.startup.blocks()) == device.states[-1].text


@pytest.mark.parametrize("chunked", [False, True])
def test_messages_are_framed_whatever_way_they_are_cut(chunked: bool) -> None:
    sent, received = Framing(), Framing()
    sent.chunked = received.chunked = chunked
    messages = ["<a>tỉnh</a>", "<b/>"]
    stream = b"".join(sent.frame(message) for message in messages)
    got = []
    for at in range(len(stream)):
        received.feed(stream[at : at + 1])
        if (message := received.next()) is not None:
            got.append(message)
    assert got == messages
