"""What Junos does with one line: each fact of the area `execute`, what is refused, and what is not executed at all."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import ndiff

import pytest

from intents.reason import UnclearError, describe_reason
from routing.vendors.execution import Accepted, Answer, Notice, Refused, Unmodelled
from routing.vendors.junos import VENDOR
from routing.vendors.junos.execute.candidate import printed
from routing.vendors.junos.execute.run import JunosState, execute, running_state

RUNNING = """\
set system host-name r1
set system authentication-order tacplus
set system authentication-order password
set system login message "keep out"
set system root-authentication encrypted-password x
set system services ssh root-login deny
set interfaces ge-0/0/0 unit 0 description "to r2"
set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24
set interfaces ge-0/0/0 unit 0 family inet filter input F
set interfaces ge-0/0/1 disable
set snmp location here
set routing-options autonomous-system 65000
set routing-options router-id 10.0.0.1
set routing-options static route 10.9.0.0/16 next-hop 10.0.0.2
set protocols bgp group UP export OUT
set protocols bgp group UP family inet unicast
set protocols bgp group UP import IN
set protocols bgp group UP import ALL
set protocols bgp group UP neighbor 10.0.0.2
set protocols bgp group UP peer-as 65001
set protocols bgp group UP type external
set policy-options policy-statement ALL then accept
set policy-options policy-statement IN term 10 from route-filter 10.0.0.0/8 orlonger
set policy-options policy-statement IN term 10 then accept
set policy-options policy-statement OUT term a then accept
set firewall family inet filter F term t1 from protocol tcp
set firewall family inet filter F term t1 from destination-port 22
set firewall family inet filter F term t1 then accept
set firewall family inet filter F term t2 then discard
set routing-instances V instance-type virtual-router
set routing-instances V interface ge-0/0/1.7
set interfaces ge-0/0/1 unit 7 family inet
"""
F = "firewall family inet filter F"
UP = "protocols bgp group UP"
PORT = "interfaces ge-0/0/0 unit 0"

ACCEPTED: tuple[tuple[str, str], ...] = (
    ("set system host-name r2", "-set system host-name r1 +set system host-name r2"),
    (f"set {PORT} description new", f'-set {PORT} description "to r2" +set {PORT} description new'),
    (f"set {PORT} family inet address 10.0.1.1/24", f"+set {PORT} family inet address 10.0.1.1/24"),
    (f"set {PORT} family inet filter input G",
     f"-set {PORT} family inet filter input F +set {PORT} family inet filter input G"),
    (f"delete {PORT} family inet filter input", f"-set {PORT} family inet filter input F"),
    (f"delete {PORT} family inet filter", f"-set {PORT} family inet filter input F"),
    (f"delete {PORT} family inet",
     f"-set {PORT} family inet address 10.0.0.1/24 -set {PORT} family inet filter input F"),
    (f"delete {PORT} description > delete {PORT} family inet",
     (f'-set {PORT} description "to r2" -set {PORT} family inet address 10.0.0.1/24'
      f" -set {PORT} family inet filter input F +set {PORT}")),
    ("delete interfaces ge-0/0/1 unit 7 family inet",
     "-set interfaces ge-0/0/1 unit 7 family inet +set interfaces ge-0/0/1 unit 7"),
    ("delete interfaces ge-0/0/1 disable", "-set interfaces ge-0/0/1 disable"),
    ("set interfaces ge-0/0/1 unit 7 family inet address 10.7.0.1/24",
     "-set interfaces ge-0/0/1 unit 7 family inet +set interfaces ge-0/0/1 unit 7 family inet address 10.7.0.1/24"),
    (f"set {UP} import LAST", f"+set {UP} import LAST"),
    (f"delete {UP} import IN", f"-set {UP} import IN"),
    (f"delete {UP} import", f"-set {UP} import IN -set {UP} import ALL"),
    (f"set {UP} peer-as 65009", f"-set {UP} peer-as 65001 +set {UP} peer-as 65009"),
    (f"set {UP} neighbor 10.0.0.2 description x",
     f"-set {UP} neighbor 10.0.0.2 +set {UP} neighbor 10.0.0.2 description x"),
    (f"delete {UP} neighbor 10.0.0.2", f"-set {UP} neighbor 10.0.0.2"),
    (f"set {F} term t3 then accept", f"+set {F} term t3 then accept"),
    (f"delete {F} term t2", f"-set {F} term t2 then discard"),
    (f"delete {F} term t2 then", f"-set {F} term t2 then discard +set {F} term t2"),
    (f"insert {F} term t2 before term t1", f"-set {F} term t2 then discard +set {F} term t2 then discard"),
    (f"rename {F} term t2 to term t9", f"-set {F} term t2 then discard +set {F} term t9 then discard"),
    ("rename policy-options policy-statement ALL to policy-statement EVERY",
     "-set policy-options policy-statement ALL then accept +set policy-options policy-statement EVERY then accept"),
    ("delete routing-instances V",
     "-set routing-instances V instance-type virtual-router -set routing-instances V interface ge-0/0/1.7"),
    ("delete system authentication-order tacplus", "-set system authentication-order tacplus"),
    ("delete system services ssh root-login", "-set system services ssh root-login deny +set system services ssh"),
    ("set routing-options autonomous-system 65005",
     "-set routing-options autonomous-system 65000 +set routing-options autonomous-system 65005"),
    (f"deactivate {PORT} family inet",
     f"+deactivate {PORT} family inet address 10.0.0.1/24 +deactivate {PORT} family inet filter input F"),
    (f"deactivate {PORT} > activate {PORT}", ""),
    ("set system host-name r2 > rollback 0", ""),
    ("load merge terminal\nset snmp location there\n", "-set snmp location here +set snmp location there"),
    ("load override terminal\n" + RUNNING.replace("here", "there"), "-set snmp location here +set snmp location there"),
)  # fmt: skip

UNCHANGED = (
    "",
    "# a remark",
    "top",
    "set system host-name r1",
    f"set {PORT}",
    f"set {PORT} family inet",
    f"set {UP} import IN",
    "commit check",
    "exit > configure exclusive",
)

ANSWERED: tuple[tuple[str, Answer], ...] = (
    ("delete system domain-name", Notice("warning: statement not found")),
    ("delete frob", Notice("warning: statement not found")),
    (f"set {PORT} vlan-id 5000", Refused("Value is not within range")),
    (f"set {PORT} vlan-id", Refused("missing argument.")),
    (f"insert {F} term t1 after term NOBODY", Refused("error: statement not found")),
    ("deactivate interfaces ge-0/0/7", Refused("error: statement not found")),
)

NOT_EXECUTED = (
    "set frob 1",
    "set interfaces ge-0/0/0 mtu 9000",
    "set system services telnet connection-limit",
    f"set {F} term t1 then discard",
    "edit interfaces",
    "show",
    "copy interfaces ge-0/0/0 to ge-0/0/2",
    "rename interfaces ge-0/0/0 to unit 3",
    f"rename {F} term t1 to term t2",
    f"insert {F} term t1 first",
    "insert interfaces ge-0/0/0 before interfaces ge-0/0/1",
    "rollback 3",
    "commit at 12:00",
    'set system login message "never closed',
    "load replace terminal\nset system host-name r2",
    "load merge terminal\nset frob 1",
    "load merge terminal\nfrob",
    "set system host-name r2\nset system host-name r3",
    f"deactivate {PORT} family inet > activate {PORT}",
    "set system host-name r2 > exit",
    "exit > show version",
)


def typed(lines: str) -> tuple[JunosState, JunosState, tuple[Answer, ...]]:
    """Return the states before and after the last of some lines, and what is said to it."""
    before = after = running()
    said: tuple[Answer, ...] = ()
    for line in lines.split(" > "):
        assert all(isinstance(answer, Accepted) for answer in said)
        before = after
        after, said = execute(before, line)
    return before, after, said


def running() -> JunosState:
    return running_state("r1", RUNNING)


CANONICAL = printed(running().committed)


def differences(before: str, after: str) -> Iterator[str]:
    for line in ndiff(before.splitlines(), after.splitlines()):
        if line[0] in "+-":
            yield line[0] + line[2:]


def test_the_text_holds_what_was_read_and_containers_only_where_they_are_empty() -> None:
    assert sorted(CANONICAL.splitlines()) == sorted(RUNNING.splitlines())
    assert VENDOR.read("r1", CANONICAL).device == VENDOR.read("r1", RUNNING).device


@pytest.mark.parametrize(("lines", "expected"), ACCEPTED)
def test_a_line_changes_the_candidate_and_nothing_that_acts(lines: str, expected: str) -> None:
    _, state, said = typed(lines)
    assert said == (Accepted(),)
    found = sorted(differences(CANONICAL, printed(state.candidate)))
    assert " ".join(found) == " ".join(sorted(expected.replace(" -set", "\n-set").replace(" +set", "\n+set").replace(
        " +deactivate", "\n+deactivate").splitlines()))  # fmt: skip
    assert printed(state.committed) == CANONICAL


@pytest.mark.parametrize("lines", UNCHANGED)
def test_a_line_that_is_there_already_changes_nothing(lines: str) -> None:
    _, state, said = typed(lines)
    assert said == (Accepted(),)
    assert state == running()


@pytest.mark.parametrize(("lines", "answer"), ANSWERED)
def test_what_the_device_says_of_a_line_that_changes_nothing(lines: str, answer: Answer) -> None:
    before, state, said = typed(lines)
    assert said == (answer,)
    assert state == before


@pytest.mark.parametrize("lines", NOT_EXECUTED)
def test_a_line_whose_effect_is_not_known_is_not_executed(lines: str) -> None:
    before, state, said = typed(lines)
    (answer,) = said
    assert isinstance(answer, Unmodelled)
    assert describe_reason(answer.reason, "en") != describe_reason(answer.reason, "vi")
    assert state == before


def test_a_commit_is_one_step() -> None:
    lines = (
        f"delete {F}",
        "set firewall family inet filter G term a then discard",
        f"set {PORT} family inet filter input G",
    )
    state = running()
    for line in lines:
        state = execute(state, line).state
        assert printed(state.committed) == CANONICAL
    state, said = execute(state, "commit")
    assert said == (Accepted(),)
    assert printed(state.committed) == printed(state.candidate) != CANONICAL
    assert execute(state, "commit confirmed 5").said == (Accepted(),)


@pytest.mark.parametrize(
    "line",
    [f"delete {F}", f"set {UP} import NOBODY", "delete interfaces ge-0/0/1 unit 7", "delete interfaces ge-0/0/1"],
)
def test_a_commit_that_leaves_a_name_without_meaning_is_refused(line: str) -> None:
    state = execute(running(), line).state
    after, (answer,) = execute(state, "commit")
    assert isinstance(answer, Refused)
    assert answer.text.startswith("error: configuration check-out failed")
    assert after == state
    assert execute(state, "commit check").said == (answer,)


def test_a_commit_of_what_the_reader_understands_less_is_not_known_to_succeed() -> None:
    state = execute(running(), "set routing-options autonomous-system 4294967295").state
    (answer,) = execute(state, "commit").said
    assert isinstance(answer, Unmodelled)


def test_a_new_term_stands_last_and_can_be_moved() -> None:
    state = execute(running(), f"set {F} term aaa then accept").state
    assert terms(state) == ["t1", "t2", "aaa"]
    state = execute(state, f"insert {F} term aaa after term t1").state
    assert terms(state) == ["t1", "aaa", "t2"]
    state = execute(state, f"rename {F} term aaa to term b").state
    assert terms(state) == ["t1", "b", "t2"]
    state = execute(state, f"rename {F} to filter G").state
    assert terms(state) == ["t1", "b", "t2"]
    state = execute(state, "delete firewall family inet filter G term b").state
    assert terms(state) == ["t1", "t2"]


def terms(state: JunosState) -> list[str]:
    lines = printed(state.candidate).splitlines()
    return list(dict.fromkeys(line.split()[7] for line in lines if line.startswith("set firewall")))


def test_what_is_set_below_a_place_that_is_switched_off_is_off() -> None:
    _, state, _ = typed(f"deactivate {PORT} > set {PORT} family inet address 10.0.2.1/24")
    assert f"deactivate {PORT} family inet address 10.0.2.1/24\n" in printed(state.candidate)
    _, state, _ = typed(f"deactivate {PORT} > delete {PORT} > set {PORT} family inet address 10.0.2.1/24")
    assert "deactivate" not in printed(state.candidate)


def test_what_is_protected_is_not_changed() -> None:
    state = running_state("r1", RUNNING + "protect system login\n")
    for line in ("set system login message x", "delete system", "delete system login"):
        assert isinstance(execute(state, line).said[0], Unmodelled)
    assert execute(state, "delete system host-name").said == (Accepted(),)


def test_statements_of_no_known_form_are_kept_and_can_be_deleted() -> None:
    text = RUNNING + "set interfaces ge-0/0/0 mtu 9000\nset groups G system host-name r9\n"
    state = running_state("r1", text)
    assert "mtu 9000" in printed(state.committed)
    after, said = execute(state, "delete interfaces ge-0/0/0 mtu")
    assert said == (Accepted(),)
    assert "mtu" not in printed(after.candidate)


def test_braces_are_the_same_state() -> None:
    text = "system { host-name r1; }\ninterfaces { ge-0/0/0 { inactive: unit 0 { family inet { address 10.0.0.1/24; } } } }\n"
    state = running_state("r1", text)
    assert printed(state.committed).splitlines() == [
        "set system host-name r1",
        "set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24",
        "deactivate interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24",
    ]


def test_a_text_with_two_values_where_one_can_stand_is_refused() -> None:
    with pytest.raises(UnclearError, match="order"):
        running_state(
            "r1", "set routing-options autonomous-system 65535\nset routing-options autonomous-system 4294967295\n"
        )
