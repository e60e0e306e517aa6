"""A server that is not there, does not fit, dies, hangs, has no room or answers half: the client's errors become ours."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from intents.reason import describe_reason
from verification.batfish.client import LiveBatfish, rows_of
from verification.batfish.protocol import COLUMNS, BatfishError, Snapshot, Trouble, name_snapshot

ROOT = Path(__file__).parent.parent
SNAPSHOT = name_snapshot("network", {"configs/a.cfg": "hostname a\n"})
ROW = {"File_Name": "configs/a.cfg", "Status": "PASSED", "Nodes": [{"id": "node-a", "name": "a"}]}
COLUMN = {"name": "File_Name", "schema": "String", "description": "", "isKey": True, "isValue": True}


def template(name: str) -> str:
    instance = {"instanceName": name, "description": name, "longDescription": name, "tags": [], "variables": {}}
    return json.dumps({"class": f"x.{name}", "differential": False, "instance": instance})


def answer(rows: list[Any]) -> dict[str, Any]:
    table = {"class": "org.batfish.datamodel.table.TableAnswerElement", "rows": rows}
    return {"answerElements": [{**table, "metadata": {"columnMetadata": [COLUMN]}}], "status": "SUCCESS"}


class Server:
    """A server that answers the client's requests as told; `replies` by a piece of the path, None ends the connection."""

    def __init__(self) -> None:
        self.replies: dict[str, tuple[int, str] | None] = {
            "/answer": (200, json.dumps(answer([ROW]))),
            "/question_templates": (200, json.dumps({name: template(name) for name in COLUMNS})),
            "/version": (200, json.dumps({"Batfish": "2026.08.01", "api_version": "2.1.0"})),
            "verbose=False": (200, "[]"),
            "verbose=True": (200, "[]"),
            "/work/": (200, json.dumps({"workstatuscode": "TERMINATEDNORMALLY", "task": None})),
            "/work": (201, ""),
            "/questions/": (200, ""),
            "/snapshots/": (201, ""),
            "/networks/": (200, json.dumps({"name": "truc"})),
        }
        self.held = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def reply(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                code_and_text = next((value for key, value in outer.replies.items() if key in self.path), (404, ""))
                if code_and_text is None:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                code, text = code_and_text
                if text == "HANG":
                    outer.held.wait(20)
                data = text.encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = reply  # noqa: N815 - the names that the library calls

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.held.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def session(self, deadline: float = 10.0) -> LiveBatfish:
        return LiveBatfish("127.0.0.1", self.port, deadline)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


def ask(server: Server, deadline: float = 10.0) -> object:
    session = server.session(deadline)
    session.upload(SNAPSHOT)
    return session.ask("fileParseStatus", {}, SNAPSHOT)


def trouble_of(server: Server, deadline: float = 10.0) -> BatfishError:
    with pytest.raises(BatfishError) as caught:
        ask(server, deadline)
    return caught.value


def test_a_server_that_answers_gives_its_rows(server: Server) -> None:
    session = server.session()
    session.upload(SNAPSHOT)
    assert session.ask("fileParseStatus", {}, SNAPSHOT) == (ROW,)
    assert (session.version, session.recorded) == ("2026.08.01", "")


def test_snapshots_that_another_client_is_deleting_disturb_nobody(server: Server) -> None:
    half = [{"name": SNAPSHOT.name}, *({"name": f"old{number}", "metadata": None} for number in range(20))]
    server.replies["verbose=True"] = (200, json.dumps(half))
    server.replies["verbose=False"] = (200, json.dumps([SNAPSHOT.name]))
    assert ask(server) == (ROW,)


def test_an_old_snapshot_that_is_gone_already_is_no_trouble(server: Server) -> None:
    days = [
        {"name": f"old{day}", "metadata": {"creationTimestamp": f"2026-08-{day:02}T00:00:00Z"}} for day in range(1, 20)
    ]
    new = {"name": SNAPSHOT.name, "metadata": {"creationTimestamp": "2026-09-01T00:00:00Z"}}
    server.replies = {"/snapshots/old": (404, "no such snapshot"), **server.replies}
    server.replies["verbose=True"] = (200, json.dumps([*days, new]))
    assert ask(server) == (ROW,)


def test_nobody_listens() -> None:
    made = Server()
    made.stop()
    error = trouble_of(made)
    assert error.trouble is Trouble.UNREACHABLE
    assert f"127.0.0.1:{made.port}" in describe_reason(error.detail, "en")


@pytest.mark.parametrize("version", ['{"Batfish": "0.1", "api_version": "1.0"}', '{"Batfish": "0.1"}', "{}"])
def test_an_interface_that_we_do_not_speak_is_refused(server: Server, version: str) -> None:
    server.replies["/version"] = (200, version)
    assert trouble_of(server).trouble is Trouble.VERSION


def test_a_server_without_questions_is_refused(server: Server) -> None:
    server.replies["/question_templates"] = (200, json.dumps({"routes": template("routes")}))
    error = trouble_of(server)
    assert error.trouble is Trouble.VERSION
    assert "reachability" in describe_reason(error.detail, "en")


def test_a_server_that_dies_in_the_middle_is_lost(server: Server) -> None:
    server.replies["/answer"] = None
    assert trouble_of(server).trouble is Trouble.LOST


def test_a_server_that_hangs_is_not_waited_for(server: Server) -> None:
    server.replies["/answer"] = (200, "HANG")
    error = trouble_of(server, 2.0)
    assert error.trouble in {Trouble.TIMEOUT, Trouble.LOST}
    server.held.set()


def test_a_full_disk_is_told_in_the_servers_words(server: Server) -> None:
    server.replies["/snapshots/"] = (500, "java.io.IOException: No space left on device")
    error = trouble_of(server)
    assert error.trouble in {Trouble.REFUSED, Trouble.LOST}


def test_a_question_that_fails_is_refused(server: Server) -> None:
    server.replies["/work/"] = (200, json.dumps({"workstatuscode": "ASSIGNMENTERROR", "task": None}))
    assert trouble_of(server).trouble is Trouble.REFUSED


def breaks_off(server: Server, log: str) -> None:
    work = (200, json.dumps({"workstatuscode": "TERMINATEDABNORMALLY", "task": None}))
    server.replies = {"/worklog/": (200, log), **server.replies, "/work/": work}


def test_a_question_that_breaks_off_is_told_with_its_cause_and_leaves_no_log_behind(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    breaks_off(server, "\n".join(["exception:java.lang.StackOverflowError", *["  at org.batfish.Parser"] * 10_000]))
    error = trouble_of(server)
    assert error.trouble is Trouble.REFUSED
    assert describe_reason(error.detail, "en").endswith("Work terminated abnormally: java.lang.StackOverflowError")
    assert list(tmp_path.iterdir()) == []


def test_no_log_of_a_server_takes_a_file_away(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = tmp_path / "kept"
    kept.write_text("something", encoding="utf-8")
    breaks_off(server, f"\n\nFull log written to {kept}\nlog: SomeException")
    assert describe_reason(trouble_of(server).detail, "en").endswith(": SomeException")
    assert kept.read_text(encoding="utf-8") == "something"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        json.dumps(answer([ROW]))[:-40],
        json.dumps({"status": "SUCCESS", "answerElements": []}),
        json.dumps({"status": "FAILURE", "answerElements": [{"rows": []}]}),
        json.dumps({"status": "SUCCESS", "answerElements": [{"metadata": {"columnMetadata": []}}]}),
        json.dumps(answer([{"File_Name": "configs/a.cfg"}])),
        json.dumps(answer(["a row"])),
        "[]",
    ],
)
def test_half_an_answer_is_no_answer(server: Server, text: str) -> None:
    server.replies["/answer"] = (200, text)
    assert trouble_of(server).trouble in {Trouble.INCOMPLETE, Trouble.LOST, Trouble.REFUSED}


@pytest.mark.parametrize("found", [None, [], {"status": "SUCCESS"}, {"status": "SUCCESS", "answerElements": [{}, {}]}])
def test_what_is_no_table_has_no_rows(found: object) -> None:
    with pytest.raises(BatfishError, match="incomplete"):
        rows_of("routes", found)


def test_the_name_of_a_snapshot_is_its_content() -> None:
    def named(**files: str) -> Snapshot:
        return name_snapshot("network", files)

    assert named(a="1", b="2").name == named(b="2", a="1").name
    assert len({named(a="1").name, named(a="2").name, named(b="1").name, named(a="1", b="").name}) == 4


def test_without_the_client_library_the_command_is_inconclusive(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['pybatfish'] = None\n"
        "from controller.cli import main\n"
        f"sys.argv = ['truc', 'verify', '-w', {str(ROOT / 'examples' / 'small')!r}, '--batfish', '127.0.0.1:9',"
        " '--no-failures']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "TR821" in done.stdout
    assert "engine only" in done.stdout
