"""What `truc netbox` prints of lines that others wrote: their words, and nothing that a terminal obeys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from controller.commands.addresses.netbox_bootstrap import _kept
from controller.commands.addresses.netbox_request import NetBoxRequest, server_of, tell_lines
from controller.fleet.credentials import parse_reference, resolve_token
from controller.output.terminal import Output
from intents.finding import FindingsError
from intents.messages import LANGUAGES
from ipam.netbox.comparing import EntryDifference, LineTurn
from ipam.netbox.server import Server, ServerAddress
from tests.small_commands import SMALL

LINE = "prefix,lan/x,10.0.0.0/26,,active,2026-07-15,,,\x1b[2J\u202e\u2066\r<b>,,0,,,"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("turn", LineTurn)
def test_a_line_of_others_is_printed_and_not_obeyed(
    turn: LineTurn, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_lines(Output(language), [EntryDifference(turn=turn, lockfile=LINE, netbox=LINE)])
    printed = capsys.readouterr().out
    assert "<U+001B>[2J<U+202E><U+2066><U+000D><b>" in printed
    assert not any(letter in printed for letter in "\x1b\u202e\u2066\r")
    assert printed.count("\n") == (2 if turn in (LineTurn.EDITED, LineTurn.BEHIND) else 1)


def test_a_line_of_others_is_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    tell_lines(Output("en", json=True), [EntryDifference(turn=LineTurn.EDITED, lockfile="", netbox=LINE)])
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"type": "line", "turn": "edited", "lockfile": "", "netbox": LINE}


@pytest.mark.parametrize(
    "text", ["", "truc address plan, format 1", "[]", "{}", '{"url": "https://other.example"}', "[" * 99999]
)
def test_a_file_that_is_no_backup_of_this_netbox_is_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "truc.lock.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FindingsError) as caught:
        _kept(Server(ServerAddress(url="https://ipam.example.vn"), "nbt_abc.def"), path)
    assert [item.code for item in caught.value.findings] == ["TR999"]
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("path", ["/dev/full", "/dev/null", "/proc/self"])
def test_a_backup_goes_into_a_file_and_nothing_else(path: str) -> None:
    with pytest.raises(FindingsError) as caught:
        _kept(Server(ServerAddress(url="http://127.0.0.1:9"), "token"), Path(path))
    assert caught.value.findings[0].code == "TR999"


def test_a_token_is_looked_for_where_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUC_NETBOX", " nbt_Abcdefghijkl.0123 \n")
    found = resolve_token(parse_reference("env:TRUC_NETBOX"))
    assert (found.reveal(), repr(found)) == ("nbt_Abcdefghijkl.0123", "Secret(…)")
    monkeypatch.setenv("TRUC_NETBOX", "user: password")
    with pytest.raises(FindingsError) as caught:
        server_of(NetBoxRequest(folder=SMALL, url="https://ipam.example.vn", token="env:TRUC_NETBOX"))  # noqa: S106 (a place)
    assert [item.code for item in caught.value.findings] == ["TR919"]
    assert "password" not in str(caught.value.findings)
