"""How a platform shows its configuration: which answers are whole, and what of them passes."""

from __future__ import annotations

import re

import pytest

from routing.vendors import VENDORS
from routing.vendors.showing import Gap

IOS, JUNOS = VENDORS["cisco_ios"].showing, VENDORS["junos"].showing
BODY = "!\n! Last configuration change at 08:00:00 ICT Mon Nov 30 2026 by truc\n!\nversion 17.12\nhostname r1\n!\nend\n"


def shown(body: str, announced: int) -> str:
    return f"Building configuration...\n\nCurrent configuration : {announced} bytes\n{body}\n"


def test_a_whole_answer_has_no_gap() -> None:
    assert IOS.gap(shown(BODY, len(BODY))) is None
    assert JUNOS.gap("set version 23.4R2.13\nset system host-name j1\n") is None


def test_as_many_bytes_as_were_announced_must_come_and_more_may() -> None:
    assert IOS.gap(shown(BODY, len(BODY) + 1)) is Gap.SHORT
    assert IOS.gap(shown(BODY, len(BODY) - 1)) is None
    accented = BODY.replace("r1", "r1\n description châu")
    assert IOS.gap(shown(accented, len(accented.encode()))) is None
    assert IOS.gap(shown(accented, len(accented.encode()) + 1)) is Gap.SHORT


def test_a_line_lost_in_the_middle_is_seen_by_its_bytes() -> None:
    assert IOS.gap(shown(BODY.replace("version 17.12\n", ""), len(BODY))) is Gap.SHORT


@pytest.mark.parametrize("cut", range(1, 5))
def test_an_answer_without_its_last_line_is_not_whole(cut: int) -> None:
    text = shown(BODY, 1).rstrip()
    assert IOS.gap(text[:-cut]) is Gap.NO_END


@pytest.mark.parametrize(
    "answer",
    ["% Invalid input detected at '^' marker.\n", "       ^\n% Invalid input\n", "Command authorization failed\n"],
)
def test_a_refusal_of_ios_is_no_configuration(answer: str) -> None:
    assert IOS.gap(answer) is Gap.REFUSED


@pytest.mark.parametrize("answer", ["error: permission denied\n", "    ^\nunknown command.\n", "syntax error\n"])
def test_a_refusal_of_junos_is_no_configuration(answer: str) -> None:
    assert JUNOS.gap(answer) is Gap.REFUSED


@pytest.mark.parametrize("showing", [IOS, JUNOS])
def test_nothing_is_no_configuration(showing: object) -> None:
    assert IOS.gap("\n \n") is JUNOS.gap("") is Gap.EMPTY


def test_two_readings_at_different_times_are_the_same_text() -> None:
    later = BODY.replace("08:00:00", "23:59:59").replace("by truc", "by another")
    assert IOS.settled(shown(BODY, 90)) == IOS.settled(shown(later, 95))
    assert "hostname r1" in IOS.settled(shown(BODY, 90))
    assert IOS.settled(shown(BODY, 90)).endswith("\nend\n")
    before, after = (f"## Last commit: 2026-11-30 {at} ICT by truc\nversion 1;\n" for at in ("08:00", "09:00"))
    assert JUNOS.settled(before) == JUNOS.settled(after) == "version 1;\n"


def test_a_description_that_speaks_of_changes_stays() -> None:
    text = "interface Loopback0\n description ! Last configuration change at noon\nend\n"
    assert IOS.settled(text) == text


@pytest.mark.parametrize(
    ("prompt", "name"), [("r1#", "r1"), ("agg-1.example#", "agg-1.example"), ("r1(config)#", None), ("r1>", None)]
)
def test_a_prompt_of_ios_names_its_device(prompt: str, name: str | None) -> None:
    found = IOS.prompt.fullmatch(prompt)
    assert (None if found is None else found["name"]) == name


def test_a_prompt_of_junos_names_its_device() -> None:
    found = JUNOS.prompt.fullmatch("truc@j1>")
    assert found is not None
    assert found["name"] == "j1"
    assert JUNOS.prompt.fullmatch("truc@j1#") is None


def test_what_is_sent_only_reads() -> None:
    for vendor in VENDORS.values():
        sent = (*vendor.showing.settings, vendor.showing.command)
        assert all(re.match(r"terminal (length|width) |set cli screen-|show ", command) for command in sent)
        if vendor.showing.netconf is not None:
            assert re.match(r"<get-configuration\b", vendor.showing.netconf[0])
