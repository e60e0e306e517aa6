"""A proxy before a NetBox: what is asked goes through it, until a request at which something is to go wrong.

The one idea: a fault is what is done with one request: it may be answered without being passed on, passed on without being
answered, or both, and wrongly. So what was asked, what NetBox did and what its client was told are three things that a test can
tell apart. Standard library alone; on loopback; ends with its block.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from urllib.parse import urlsplit

HUGE = 400_000
"""Bytes of a huge answer."""
_MOST_SECONDS = 60.0
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
_PAGE = b"<!doctype html><title>NetBox</title><form action=/login/>"


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int
    body: bytes
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request as it came, by its number from 1; `passed`: NetBox got it; `is_write`: it says a list of objects to be made,
    changed or deleted (the right to write, which is asked for before, is one object)."""

    number: int
    method: str
    path: str
    passed: bool
    is_write: bool = False

    @property
    def name(self) -> str:
        """Return what was asked for, without how."""
        return f"{self.method} {self.path.partition('?')[0].removeprefix('/api/')}"


class Exchange:
    """One request on its way."""

    def __init__(self, handler: BaseHTTPRequestHandler, upstream: str, number: int) -> None:
        self._handler, self._upstream, self.number = handler, upstream, number
        length = int(handler.headers.get("Content-Length") or 0)
        self.method, self.path = handler.command, handler.path
        self.body = handler.rfile.read(length)
        self.passed = False

    @property
    def is_write(self) -> bool:
        return self.body.startswith(b"[")

    def pass_on(self) -> Reply:
        """Have NetBox do it; returns its answer."""
        self.passed = True
        place = urlsplit(self._upstream)
        line = http.client.HTTPConnection(str(place.hostname), place.port, timeout=_MOST_SECONDS)
        headers = {name: value for name, value in self._handler.headers.items() if name.lower() not in _HOP}
        try:
            line.request(self.method, self.path, self.body or None, headers)
            answer = line.getresponse()
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
            kind = kept.pop("Content-Type", "")
            return Reply(answer.status, answer.read(), kind, kept)
        finally:
            line.close()

    def answer(self, reply: Reply, cut: int | None = None) -> None:
        """Answer; of the body only so much as `cut` says."""
        self._handler.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Type": reply.kind}.items():
            self._handler.send_header(name, value)
        if reply.status != http.HTTPStatus.NO_CONTENT:
            self._handler.send_header("Content-Length", str(len(reply.body)))
        self._handler.end_headers()
        with suppress(OSError):  # whoever asked may not want all of it
            self._handler.wfile.write(reply.body[:cut])

    def hang_up(self) -> None:
        """Close the line without a word."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """Break the line off."""
        line = self._handler.connection
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(line.detach())

    def say_nothing(self) -> None:
        """Keep the line open until whoever asked has had enough of it."""
        line = self._handler.connection
        line.settimeout(_MOST_SECONDS)
        with suppress(OSError):
            line.recv(1)


Fault = Callable[[Exchange], None]
Trouble = Callable[[Exchange], Fault | None]
"""What goes wrong with which request."""


def through(exchange: Exchange) -> None:
    """Nothing goes wrong."""
    exchange.answer(exchange.pass_on())


def instead(status: int, body: bytes, kind: str = "application/json", **headers: str) -> Fault:
    """Answer this, and pass nothing on."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.answer(Reply(status, body, kind, named))


def afterwards(change: Callable[[Reply], Reply]) -> Fault:
    """Pass on, and answer other than NetBox did."""
    return lambda exchange: exchange.answer(change(exchange.pass_on()))


def saying(value: object) -> Fault:
    """Pass on, and answer with the right status something of another shape."""
    text = json.dumps(value).encode()
    return afterwards(lambda reply: Reply(reply.status, b"" if reply.status == 204 else text))


def first(step: Callable[[], object], then: Fault = through) -> Fault:
    """Have something done before all else."""

    def do(exchange: Exchange) -> None:
        step()
        then(exchange)

    return do


def _lost(exchange: Exchange) -> None:
    exchange.pass_on()
    exchange.hang_up()


def _half(exchange: Exchange) -> None:
    reply = exchange.pass_on()
    exchange.answer(reply, cut=len(reply.body) // 2)
    exchange.hang_up()


_DEADLOCK = {"error": "deadlock detected\nDETAIL: Process 1 waits", "exception": "OperationalError"}
_ENDLESS = {"id": float("inf"), "display": "x"}
FAULTS: Mapping[str, Fault] = MappingProxyType({
    "deadlock": instead(500, json.dumps(_DEADLOCK).encode()),
    "500-page": instead(500, _PAGE, "text/html"),
    "504-after": afterwards(lambda _: Reply(504, b'{"message": "the server is timing out"}')),
    "503": instead(503, b'{"detail": "maintenance"}'),
    "429": instead(429, b'{"detail": "throttled"}', Retry_After="1"),
    "403-page": instead(403, _PAGE, "text/html"),
    "silence": Exchange.say_nothing,
    "reset": Exchange.reset,
    "lost": _lost,
    "half": _half,
    "redirect": instead(302, b"", "text/html", Location="/login/"),
    "page": instead(200, _PAGE, "text/html"),
    "huge": afterwards(lambda reply: Reply(reply.status, b'"' + b"x" * HUGE + b'"')),
    "mislabelled": afterwards(lambda reply: Reply(reply.status, reply.body, "text/plain")),
    "empty": afterwards(lambda reply: Reply(reply.status, b"")),
    "null": saying(None),
    "object": saying({"count": float("inf"), "next": [], "results": [_ENDLESS]}),
    "numbers": saying([_ENDLESS] * 100),
})  # fmt: skip
"""Every fault that needs nothing but the request, by name."""


@dataclass
class Proxy:
    """A proxy that is up: where it is, and what was asked since `trouble` was said."""

    url: str
    upstream: str
    trouble: Trouble = lambda _: None
    asked: list[Asked] = field(default_factory=list)
    count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, trouble: Trouble = lambda _: None) -> None:
        """Begin to count anew, with other faults or none."""
        self.trouble, self.asked, self.count = trouble, [], 0

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """Do with a request what is to be done with it."""
        with self._lock:
            self.count += 1
            exchange = Exchange(handler, self.upstream, self.count)
        fault = self.trouble(exchange) or through
        try:
            fault(exchange)
        finally:
            asked = Asked(exchange.number, exchange.method, exchange.path, exchange.passed, exchange.is_write)
            self.asked.append(asked)

    def writes(self) -> list[Asked]:
        """Return what was passed on and is a write, once nothing is on its way any more."""
        until = time.monotonic() + _MOST_SECONDS
        while len(self.asked) < self.count and time.monotonic() < until:
            time.sleep(0.01)  # its thread is about to say so
        return [one for one in self.asked if one.passed and one.is_write]


@contextmanager
def proxy_before(upstream: str) -> Iterator[Proxy]:
    """Have a proxy up before a server until the block ends."""

    class OneRequest(BaseHTTPRequestHandler):
        timeout = _MOST_SECONDS

        def _take(self) -> None:
            found.take(self)

        do_GET = do_POST = do_PATCH = do_DELETE = _take  # noqa: N815 (the library's names)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), OneRequest) as server:
        server.daemon_threads = True  # none is waited for that still says nothing
        server.block_on_close = False
        found = Proxy(f"http://127.0.0.1:{server.server_address[1]}", upstream)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


def at(number: int, fault: Fault) -> Trouble:
    """A fault at one request."""
    return lambda exchange: fault if exchange.number == number else None


def since(number: int, fault: Fault) -> Trouble:
    """A fault at a request and all that come after."""
    return lambda exchange: fault if exchange.number >= number else None


def behind_writes(writes: int, index: int, fault: Fault, met: list[Exchange]) -> Trouble:
    """A fault at a question behind so many writes (counted from 0) and at all that comes after; `met` gets what it happens to."""
    done = questions = 0

    def trouble(exchange: Exchange) -> Fault | None:
        nonlocal done, questions
        done += exchange.is_write
        questions += done == writes and exchange.method == "GET"
        if done < writes or questions <= index:
            return None
        met.append(exchange)
        return fault

    return trouble


def at_first_write(fault: Fault) -> Trouble:
    """A fault at the first write."""
    is_done = False

    def trouble(exchange: Exchange) -> Fault | None:
        nonlocal is_done
        is_now = exchange.is_write and not is_done
        is_done = is_done or is_now
        return fault if is_now else None

    return trouble


def every_question_once(fault: Fault) -> Trouble:
    """A fault whenever a question is asked that was not asked just before."""
    last = ""

    def trouble(exchange: Exchange) -> Fault | None:
        nonlocal last
        before, last = last, exchange.path if exchange.method == "GET" and last != exchange.path else ""
        return fault if exchange.method == "GET" and before != exchange.path else None

    return trouble
