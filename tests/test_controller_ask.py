"""What an editor or a script is answered at the socket of `truc watch`, and what becomes of the socket."""

from __future__ import annotations

import json
import re
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.commands.ask_socket import LONGEST, MOST, Board, answering
from controller.jobs.judging import Extent
from controller.jobs.verify import VerifyReport, verify
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import Message
from controller.output.terminal import Output
from controller.output.words import Language
from controller.reports.ask import FIELDS, VERDICTS, LastJudgement, answer_request
from tests.small_builds import compiled
from tests.small_commands import check_messages, copy_small, truc
from tests.test_controller_watch import next_of, started
from verification.verdicts.verdict import Violated


@cache
def broken() -> VerifyReport:
    """The small example without one entry of a fence."""
    texts = {name: item.text for name, item in compiled().configs.items()}
    texts["cpe-gia-sang"] = re.sub(r"^ 20 permit tcp .*\n", "", texts["cpe-gia-sang"], flags=re.MULTILINE)
    return verify(compiled(), texts, Output(Language.EN), extent=Extent(failures=False))


def answers(asked: object, last: LastJudgement | None = None) -> list[Message]:
    line = asked if isinstance(asked, str) else json.dumps(asked)
    found = list(answer_request(line, last or LastJudgement(report=broken(), is_current=True)))
    check_messages("\n".join(json.dumps(item) for item in ({"format": "truc/ask/1"}, *found)))
    return found


def test_a_summary_counts_what_holds_and_what_does_not() -> None:
    judged, end = answers({"ask": "summary"})
    assert judged["questions"] == len(broken().judgement.answers)
    assert judged["hold"] != judged["questions"]
    assert not judged["ok"]
    assert end == {"type": "end", "messages": 1, "current": True}


def test_questions_are_those_that_do_not_hold_or_those_with_a_verdict() -> None:
    *wrong, end = answers({"ask": "questions"})
    assert {item["verdict"] for item in wrong} == {"violated"}
    assert end["messages"] == len(wrong)
    counts = [len(answers({"ask": "questions", "verdict": verdict})) - 1 for verdict in VERDICTS]
    assert counts == [len(broken().judgement.answers) - len(wrong), len(wrong), 0, 0]


def test_a_line_is_asked_what_it_is_guilty_of() -> None:
    culprits = [
        culprit
        for answer in broken().judgement.answers
        if isinstance(answer.verdict, Violated)
        for culprit in answer.verdict.culprits
    ]
    assert culprits
    place = {"device": culprits[0].device, "line": culprits[0].line}
    *found, _ = answers({"ask": "line", **place})
    assert len(found) == len([item for item in culprits if (item.device, item.line) == tuple(place.values())])
    assert answers({"ask": "line", **place, "device": "nobody"}) == [{"type": "end", "messages": 0, "current": True}]


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("", "ask_not_json"),
        ("[" * 100_000, "ask_not_json"),
        ("[1]", "ask_unknown"),
        ('{"ask": ["line"]}', "ask_unknown"),
        ('{"ask": "everything"}', "ask_unknown"),
        ('{"ask": "summary", "verdict": "violated"}', "ask_fields"),
        ('{"ask": "questions", "verdict": "violent"}', "ask_fields"),
        ('{"ask": "questions", "verdict": null}', "ask_fields"),
        ('{"ask": "line", "device": "core-1"}', "ask_fields"),
        ('{"ask": "line", "device": "core-1", "line": "12"}', "ask_fields"),
        ('{"ask": "line", "device": "core-1", "line": true}', "ask_fields"),
    ],
)
def test_what_is_no_request_is_told_so(asked: str, key: str) -> None:
    (error,) = answers(asked)
    assert (error["type"], error["reason_key"]) == ("error", key)


def test_before_anything_is_judged_there_is_nothing_to_tell() -> None:
    (error,) = answers({"ask": "summary"}, LastJudgement())
    assert error["reason_key"] == "ask_nothing_judged"


values = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@given(st.dictionaries(st.sampled_from(["ask", "device", "line", "verdict", "x"]), values | st.sampled_from([*FIELDS])))
def test_every_request_ends_in_one_message(asked: dict[str, object]) -> None:
    found = answers(asked)
    assert [item["type"] for item in found if item["type"] in ("end", "error")] == [found[-1]["type"]]


# The socket.


@contextmanager
def client(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as found:
        found.settimeout(20)
        found.connect(str(path))
        yield found


def ask(path: Path, *lines: bytes) -> list[Message]:
    """Return all that is said to a client that sends some lines and then listens."""
    with client(path) as asking:
        for line in lines:
            asking.sendall(line + b"\n")
        asking.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: asking.recv(1 << 16), b""))
    check_messages(said.decode())
    return [json.loads(line) for line in said.splitlines()][1:]


@contextmanager
def board_at(path: Path) -> Iterator[Board]:
    board = Board()
    with answering(path, board):
        yield board


def test_one_client_asks_much_and_the_board_changes_between(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with board_at(path) as board:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        (before,) = ask(path, b'{"ask": "summary"}')
        board.last = LastJudgement(report=broken())
        kinds = [item["type"] for item in ask(path, b'{"ask": "summary"}', b"nonsense", b'{"ask": "questions"}')]
    assert before["type"] == "error"
    assert kinds[:3] == ["judged", "end", "error"]
    assert {*kinds[3:-1], kinds[-1]} == {"question", "end"}
    assert not path.exists()


def test_a_line_without_end_is_refused_and_the_next_client_served(tmp_path: Path) -> None:
    with board_at(tmp_path / "s") as board:
        board.last = LastJudgement(report=broken())
        assert [item["type"] for item in ask(tmp_path / "s", b"x" * LONGEST)] == ["error"]
        assert len(ask(tmp_path / "s", b'{"ask": "summary"}')) == 2


def test_more_than_some_clients_are_hung_up_on_until_one_goes(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with board_at(path):
        several = [socket.socket(socket.AF_UNIX) for _ in range(MOST)]
        try:
            for item in several:
                item.settimeout(20)
                item.connect(str(path))
                assert item.recv(100)
            with client(path) as late:
                assert late.recv(100) == b""
        finally:
            for item in several:
                item.close()
        for _ in range(100):
            with client(path) as late:
                if late.recv(100):
                    return
        pytest.fail("nobody is served any more")


def test_an_old_socket_is_replaced_and_one_in_use_or_a_file_is_not(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(path))
    with board_at(path):
        with pytest.raises(OSError, match="in use"), board_at(path):
            pass
        assert ask(path, b"{}")
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError), board_at(path):
        pass
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["none/s", "x" * 200])
def test_a_socket_that_cannot_be_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    folder = copy_small(tmp_path)
    code, said = truc("watch", "-w", folder, "--socket", tmp_path / name)
    assert code == ExitCode.ERROR
    assert "TR803" in said
    assert name in said


def test_whoever_watches_answers_and_takes_the_socket_away(tmp_path: Path) -> None:
    folder = copy_small(tmp_path)
    path = tmp_path / "s"
    with started(folder, "--no-failures", "--socket", str(path)) as process:
        next_of(process, "judged")
        judged, end = ask(path, b'{"ask": "summary"}')
        assert judged["ok"]
        assert end["current"]
        settings = folder / "settings.yaml"
        settings.write_text(settings.read_text(encoding="utf-8") + "nonsense: 1\n", encoding="utf-8")
        next_of(process, "refused")
        _, end = ask(path, b'{"ask": "summary"}')
        assert not end["current"]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == ExitCode.INTERRUPTED
    assert not path.exists()
