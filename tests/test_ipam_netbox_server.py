"""What a NetBox may answer, or not answer: nothing half read is taken, no write is sent twice, the token stays."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from intents.finding import FindingsError
from intents.messages import describe
from ipam.netbox import server as netbox_server
from ipam.netbox.branches import open_branches
from ipam.netbox.reading import Reading, read_netbox, read_on
from ipam.netbox.record import PAGE, objects
from ipam.netbox.server import READS, NoAnswerError, Server, ServerAddress, ServerAnswer, numbers_made, send
from ipam.store.plan_store import NOTHING

TOKEN = "nbt_Abcdefghijkl.0123456789"
Answer = tuple[int, bytes]
Reply = Callable[[str, str], Answer | None]
"""A method and a path -> status and body; None hangs up."""


@contextmanager
def answering(reply: Reply, context: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[str]]]:
    """Have a server answer on loopback; yields where it is, and a list of all that it is asked."""
    asked: list[str] = []

    class OneRequest(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            asked.append(f"{self.command} {self.path}")
            assert self.headers["Authorization"] == f"Bearer {TOKEN}"
            found = reply(self.command, self.path)
            if found is None:
                self.close_connection = True
                return
            self.send_response(found[0])
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", str(len(found[1])))
            self.end_headers()
            self.wfile.write(found[1])

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 (the library's names)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), OneRequest) as found:
        if context is not None:
            found.socket = context.wrap_socket(found.socket, server_side=True)
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"{'http' if context is None else 'https'}://127.0.0.1:{found.server_address[1]}", asked
        finally:
            found.shutdown()
            thread.join()


def page(results: object, following: object = None) -> Answer:
    return 200, json.dumps({"count": None, "results": results, "next": following}).encode()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netbox_server, "_PAUSE", 0.0)


def told(caught: pytest.ExceptionInfo[FindingsError]) -> str:
    (finding,) = caught.value.findings
    text = describe(finding, "en")
    assert TOKEN not in text
    return f"{finding.code}: {text}"


def test_a_question_is_asked_again_until_it_is_answered() -> None:
    failing: list[Answer | None] = [(500, b"{}"), None, (502, b"<html>"), page([{"id": 1}])]
    with answering(lambda *_: failing.pop(0)) as (url, asked):
        found = list(objects(Server(ServerAddress(url=url), TOKEN), "ipam/asns/"))
    assert (found, len(asked)) == ([{"id": 1}], READS)


@pytest.mark.parametrize(
    ("answer", "times", "said"),
    [
        ((302, b"{}"), 1, "it answered 302"),
        ((403, json.dumps({"detail": f"{TOKEN} \u202e\x1b[2J"}).encode()), 1, "it answered 403"),
        ((403, b"<html>\x1b[2J \xff"), 1, "it answered 403"),
        ((404, b"\n<!doctype html>\n<head>\n<title>\n Page\n not found </title>" + b"x" * 900), 1, '404: "Page not found"'),
        ((429, b"["), 1, "it answered 429"),
        ((503, b"{}"), READS, "it answered 503"),
        ((200, b"<html>"), READS, "no JSON"),
        ((200, b"[" * 100_000), READS, "recursion"),
        ((200, b'"' + b"x" * 4000 + b'"'), READS, "more than 2000 bytes"),
        (page([], "?start=x"), 1, "not what a NetBox"),
        (page({}), 1, "not what a NetBox"),
        ((200, b"[]"), 1, "not what a NetBox"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(
    answer: Answer, times: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(netbox_server, "MOST_BYTES", 200_000 if said == "recursion" else 2000)
    with answering(lambda *_: answer) as (url, asked), pytest.raises(FindingsError) as caught:
        list(objects(Server(ServerAddress(url=url), TOKEN), "ipam/asns/"))
    text = told(caught)
    assert text.startswith("TR993")
    assert said in text
    assert len(asked) == times
    assert not any(letter in text for letter in "\u202e\x1b")


def test_the_next_page_is_only_ever_further_on_and_of_the_same_server() -> None:
    pages = [page([1], "http://203.0.113.9/api/secrets/?start=7&limit=9"), page([2], "?start=7")]
    with answering(lambda *_: pages.pop(0)) as (url, asked), pytest.raises(FindingsError) as caught:
        list(objects(Server(ServerAddress(url=url), TOKEN), "ipam/asns/", fields="id"))
    assert asked == [f"GET /api/ipam/asns/?start={start}&limit={PAGE}&fields=id" for start in (0, 7)]
    assert told(caught).startswith("TR993")


@pytest.mark.parametrize(
    ("answer", "code"),
    [(None, "TR913"), ((201, b"{"), "TR913"), ((400, b"{}"), "TR916"), ((412, b"{}"), "TR951"), ((500, b"{}"), "TR913"),
     ((504, b'{"message": "timed out"}'), "TR913"), ((502, b"<html>"), "TR913"), ((202, b"{}"), "TR913"),
     ((403, b"<html>"), "TR916"), ((302, b""), "TR916")],
)  # fmt: skip
def test_a_write_is_sent_once(answer: Answer | None, code: str) -> None:
    with answering(lambda *_: answer) as (url, asked), pytest.raises(FindingsError) as caught:
        send(Server(ServerAddress(url=url), TOKEN), "POST", "ipam/asns/", [{}], 201, done=3)
    assert told(caught).startswith(code)
    assert asked == ["POST /api/ipam/asns/"]


@pytest.mark.parametrize(
    "body", [None, {}, [], [{"id": 1}], [{"id": 1}, None], [{"id": 1}, {"id": True}], [{"id": 1}] * 3]
)
def test_what_was_made_has_as_many_numbers_or_is_not_known_to_be_made(body: object) -> None:
    server = Server(ServerAddress(url="https://x"), TOKEN)
    made = numbers_made(server, "ipam/asns/", ServerAnswer(status=201, body=[{"id": 7}, {"id": 5}]), 2, done=3)
    assert made == (7, 5)
    with pytest.raises(FindingsError) as caught:
        numbers_made(server, "ipam/asns/", ServerAnswer(status=201, body=body), 2, done=3)
    assert told(caught).startswith("TR913")


@pytest.mark.parametrize("count", [b"1e999", b"null", b'"x"', b"[]"])
def test_a_count_that_is_none_is_refused(count: bytes) -> None:
    with answering(lambda *_: (200, b'{"count": %s, "results": []}' % count)) as (url, _):
        with pytest.raises(FindingsError) as caught:
            read_netbox(Server(ServerAddress(url=url), TOKEN))
        assert told(caught).startswith("TR993")


@pytest.mark.parametrize(("kind", "pages"), [("ipam.prefix", 2), ("users.token", 10)])
def test_where_much_was_written_since_not_all_of_the_record_is_read(kind: str, pages: int) -> None:
    """10 pages of changes: of objects that matter, after some all is read anew; others are counted to the end."""

    def reply(_: str, path: str) -> Answer:
        query = parse_qs(urlsplit(path).query)
        start = int(query.get("start", ["0"])[0])
        if "object-changes" not in path:
            return 200, json.dumps({"count": 0, "results": [], "next": None}).encode()
        if "ordering" in query:
            return page([{"id": 10_000}])
        changes = range(start + 1, min(start + PAGE, 10_000) + 1)
        rows = [{"id": one, "changed_object_type": kind, "changed_object_id": one} for one in changes]
        return page(rows, f"?start={start + PAGE}" if start + PAGE < 10_000 else None)

    with answering(reply) as (url, asked):
        server = Server(ServerAddress(url=url), TOKEN)
        reading = read_on(server, Reading(rows=(), foreign=(), revision=NOTHING, shown=url))
    assert reading.rows == ()
    followed = asked[: next((n for n, one in enumerate(asked) if "ordering" in one), len(asked))]
    assert len(followed) == pages


def test_a_server_that_is_not_there_is_told() -> None:
    with answering(lambda *_: None) as (url, _):
        pass
    with pytest.raises(FindingsError) as caught:
        Server(ServerAddress(url=url), TOKEN).get("status/")
    assert told(caught).startswith("TR993")


@pytest.mark.parametrize(
    "url",
    ["http://192.0.2.7", "ftp://x", "https://", "https://u:p@x", "https://x/?a=b", "https://x:port", "https://[::1", "x",
     "http://localhost.example", "https://ệ"],
)  # fmt: skip
def test_an_address_that_is_none_or_not_safe_is_refused(url: str) -> None:
    with pytest.raises(FindingsError) as caught:
        Server(ServerAddress(url=url), TOKEN)
    assert told(caught).startswith("TR993")
    assert "u:p" not in told(caught)


@pytest.mark.parametrize("token", ["", "a b", "ệ", "a\r\nHost: x"])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    with pytest.raises(FindingsError):
        Server(ServerAddress(url="https://x"), token)


# As netbox-branching 1.2.2 on NetBox 4.7.3 answered: a new branch, and without a permission; without the plugin it is a 404.
BRANCH = {"id": 1, "display": "Kế hoạch 2027", "status": {"value": "new", "label": "New"}, "schema_id": "7q7grpxj"}


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (page([]), 0),
        (page([BRANCH]), 1),
        (
            page(
                [BRANCH, {**BRANCH, "status": {"value": "merged"}}, {**BRANCH, "status": {"value": "archived"}}, BRANCH]
            ),
            2,
        ),
        ((403, b'{"detail": "You do not have permission to perform this action."}'), 0),
        ((404, b'{"detail": "Not found"}'), 0),
        ((404, b"<html>"), 0),
        ((500, page([BRANCH])[1]), 0),
        (page("x"), 0),
        (page([1, {"status": 1}]), 1),
        ((200, b"[]"), 0),
        (None, 0),
    ],
)
def test_open_branches_are_counted_where_they_can_be_seen(answer: Answer | None, count: int) -> None:
    with answering(lambda *_: answer) as (url, asked):
        assert open_branches(Server(ServerAddress(url=url), TOKEN)) == count
    assert asked == ["GET /api/plugins/branching/branches/?limit=1000"]


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    key, found = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", found],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(found, key)
    return found, context


def test_a_certificate_is_checked_and_that_of_a_private_authority_is_named(tmp_path: Path) -> None:
    ca, context = certificate(tmp_path)
    empty = tmp_path / "empty.pem"
    empty.touch()
    with answering(lambda *_: (200, b"{}"), context) as (url, asked):
        with pytest.raises(NoAnswerError, match="certificate"):
            Server(ServerAddress(url=url), TOKEN).ask("GET", "status/")
        with pytest.raises(NoAnswerError, match="certificate"):
            Server(ServerAddress(url=url.replace("127.0.0.1", "localhost"), ca=ca), TOKEN).ask("GET", "status/")
        assert asked == []
        found: Any = Server(ServerAddress(url=url, ca=ca), TOKEN).get("status/")
        assert (found, asked) == ({}, ["GET /api/status/"])
    for missing in (empty, tmp_path / "nowhere.pem"):
        with pytest.raises(FindingsError) as caught:
            Server(ServerAddress(url="https://x", ca=missing), TOKEN)
        assert told(caught).startswith("TR993")
