"""A made-up Junos edits one candidate, commits it on trial, and rolls back, on its command line and over NETCONF."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from ncclient.operations import RPCError  # type: ignore[import-untyped]  # it has no types
from netmiko import ReadTimeout

from tests.device_clients import junos, netconf, terminal
from tests.device_faults import Fault, Place, Planned
from tests.device_junos_config import JunosConfig
from tests.device_server import served
from tests.device_state import RefusedError

START = """set system host-name j1
set system domain-name old.example
set interfaces ge-0/0/0 unit 0 description "a b"
set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24
set routing-options autonomous-system 65000
set routing-options autonomous-system loops 2
set policy-options policy-statement P term t from protocol bgp
set policy-options policy-statement P term t then accept
"""


@pytest.mark.parametrize(
    ("command", "gone", "come"),
    [
        ("set system domain-name new.example", "old.example", "set system domain-name new.example\n"),
        ("set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.2/24", "", "10.0.0.1/24\nset interfaces"),
        ("set routing-options autonomous-system 65001", "65000", "set routing-options autonomous-system loops 2\n"),
        ("set policy-options policy-statement P term t then reject", "accept", "term t then reject\n"),
        ("set policy-options policy-statement P term t then metric 5", "", "term t then accept\n"),
        ("delete interfaces ge-0/0/0 unit 0 family", "family", 'unit 0 description "a b"\n'),
        ("delete interfaces ge-0/0/0 unit 0", "interfaces", ""),
        ("rename policy-options policy-statement P term t to term u", "term t", "term u then accept\n"),
        ("deactivate interfaces ge-0/0/0", "", "deactivate interfaces ge-0/0/0\n"),
    ],
)  # fmt: skip
def test_a_command_does_what_junos_does(command: str, gone: str, come: str) -> None:
    config = JunosConfig(START)
    assert not config.command(command)
    assert come in config.set_text()
    assert not gone or gone not in config.set_text()


def test_terms_are_put_in_order() -> None:
    config = JunosConfig(START)
    config.command("set policy-options policy-statement P term s then reject")
    config.command("insert policy-options policy-statement P term s before term t")
    node = config.find(("policy-options", "policy-statement", "P", "term"))
    assert node is not None
    assert list(node.below) == ["s", "t"]


def test_what_is_not_there_is_a_warning_and_what_is_not_known_an_error() -> None:
    config = JunosConfig(START)
    assert config.command("delete system ntp") == "warning: statement not found\n"
    with pytest.raises(RefusedError):
        config.command("set frobnicate all")


def test_braces_say_the_same_as_set_lines_and_can_replace_one_part() -> None:
    config = JunosConfig(START)
    assert JunosConfig(config.brace_text()).set_text() == config.set_text()
    config.load("policy-options { replace: policy-statement P { then reject; } }", "replace")
    assert "term t" not in config.set_text()
    assert "set policy-options policy-statement P then reject\n" in config.set_text()
    config.load("system { host-name [ j2 ]; } /* gone: all else */", "override")
    assert config.set_text() == "set system host-name j2\n"


def test_only_a_commit_changes_what_runs(tmp_path: Path) -> None:
    device = junos(START)
    with served(device) as servers, terminal(servers, tmp_path, "j1") as session:
        session.send_config_set(["set system domain-name new.example"], exit_config_mode=False)
        assert "-set system domain-name old.example\n+set system domain-name new.example" in str(
            session.send_command("show | compare", expect_string="#")
        )
        assert len(device.states) == 1
        session.send_command("commit", expect_string="#")
        session.send_command("rollback 1", expect_string="#")
        session.send_command("commit", expect_string="#")
    assert [state.made_by for state in device.states] == ["started", "commit", "commit"]
    assert device.states[2].text == device.states[0].text


def test_a_text_is_loaded_from_the_terminal(tmp_path: Path) -> None:
    device = junos(START)
    with served(device) as servers, terminal(servers, tmp_path, "j1") as session:
        session.config_mode()
        session.write_channel("load override terminal\n")
        session.read_until_pattern(pattern="end input")
        session.write_channel("system {\n host-name j1;\n}\n\x04")
        session.read_until_pattern(pattern="load complete")
        session.send_command("commit", expect_string="#")
        assert "set system" in str(session.send_command("run show configuration | display set", expect_string="#"))
    assert device.states[-1].text == "set system host-name j1\n"


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_commit_on_trial_outlives_its_session_and_ends_by_a_commit_or_the_clock(
    confirmed: bool, tmp_path: Path
) -> None:
    device = junos(START)
    with served(device) as servers:
        with terminal(servers, tmp_path, "j1") as session:
            session.send_config_set(["set system domain-name new.example"], exit_config_mode=False)
            said = str(session.send_command("commit confirmed 1", expect_string="complete"))
            assert "commit confirmed will be automatically rolled back in 1 minutes unless confirmed" in said
        if confirmed:
            with netconf(servers, "j1", handler="junos") as other:
                other.commit()
        time.sleep(0.7)
    assert ("new.example" in device.states[-1].text) == confirmed


def test_exclusive_keeps_others_out_and_throws_away_what_is_not_committed(tmp_path: Path) -> None:
    device = junos(START)
    with (
        served(device) as servers,
        terminal(servers, tmp_path, "j1") as one,
        terminal(servers, tmp_path, "j1") as other,
    ):
        one.send_command("configure exclusive", expect_string="#")
        one.send_command("set system domain-name new.example", expect_string="#")
        assert "error: configuration database locked by" in str(other.send_command("configure", expect_string=">"))
        with netconf(servers, "j1") as third, pytest.raises(RPCError):
            third.lock("candidate")
        one.send_command("exit", expect_string=r"\(yes\)")
        one.send_command("yes", expect_string=">")
        assert device.candidate is None
        assert "Entering configuration mode" in str(other.send_command("configure", expect_string="#"))


def test_an_instance_takes_configured_units_only() -> None:
    config = JunosConfig(START)
    config.command("set routing-instances R interface ge-0/0/0.0")
    assert config.check() == []
    config.command("set routing-instances R interface ge-0/0/0.7")
    assert config.check() == ["error: interface ge-0/0/0.7 of instance R is not configured"]


def test_a_commit_that_names_what_is_not_defined_is_refused(tmp_path: Path) -> None:
    device = junos(START)
    line = "set protocols bgp group G import NOWHERE"
    with served(device) as servers, terminal(servers, tmp_path, "j1") as session:
        session.send_config_set([line], exit_config_mode=False)
        said = str(session.send_command("commit", expect_string="#"))
        assert "Policy NOWHERE referenced but not defined" in said
        assert "configuration check-out failed" in said
        session.send_command("rollback", expect_string="#")
        assert "configuration check succeeds" in str(session.send_command("commit check", expect_string="#"))
    assert len(device.states) == 1


@pytest.mark.parametrize("handler", ["junos", "default"])
def test_netconf_loads_and_commits_for_minutes(handler: str) -> None:
    device = junos(START)
    with served(device) as servers, netconf(servers, "j1", handler=handler) as session:
        session.lock("candidate")
        if handler == "junos":
            session.load_configuration(action="set", config=["set system domain-name new.example"])
        else:
            session.edit_config("system { domain-name new.example; }", format="text", target="candidate")
        session.commit(confirmed=True, timeout="60")
        assert "new.example" in "".join(device.running.blocks())
        session.unlock("candidate")
        time.sleep(0.7)
        assert "new.example" not in "".join(device.running.blocks())


def test_netconf_reads_both_notations() -> None:
    with served(junos(START)) as servers, netconf(servers, "j1", handler="junos") as session:
        text = session.get_configuration(format="text").xpath("//configuration-text")[0].text
        lines = session.get_configuration(format="set").xpath("//configuration-set")[0].text
    assert lines.lstrip() == f"set version 23.4R2.13\n{START}"
    assert text.splitlines()[2] == "version 23.4R2.13;"
    assert JunosConfig(text).set_text() == JunosConfig(lines.lstrip()).set_text() == START


def test_a_commit_that_does_nothing_says_that_all_is_well(tmp_path: Path) -> None:
    device = junos(START)
    device.faults.append(Planned(fault=Fault.DOES_NOTHING, place=Place.COMMIT))
    with served(device) as servers, terminal(servers, tmp_path, "j1") as session:
        session.send_config_set(["set system domain-name new.example"], exit_config_mode=False)
        assert "commit complete" in str(session.send_command("commit", expect_string="#"))
    assert len(device.states) == 1


def test_a_commit_whose_answer_is_cut_in_half_was_done(tmp_path: Path) -> None:
    device = junos(START)
    device.faults.append(Planned(fault=Fault.HALF_ANSWER, place=Place.COMMIT))
    with served(device) as servers, terminal(servers, tmp_path, "j1") as session:
        session.send_config_set(["set system domain-name new.example"], exit_config_mode=False)
        with pytest.raises(ReadTimeout):
            session.send_command("commit", expect_string="complete", read_timeout=0.4)
    assert "new.example" in device.states[-1].text


@pytest.mark.parametrize("seconds", [None, 60.0])
def test_after_a_reboot_a_change_on_trial_is_gone_and_a_committed_one_stays(seconds: float | None) -> None:
    device = junos(START)

    def change() -> None:
        device.candidate = JunosConfig(START.replace("old", "new"))
        device.commit(1, seconds=seconds)
        device.reboot()

    with served(device) as servers:
        servers.call(change)
    assert ("new.example" in "".join(device.running.blocks())) == (seconds is None)
