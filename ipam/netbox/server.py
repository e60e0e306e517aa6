"""One NetBox over HTTP: a request and what was answered, or a finding that says why there is no answer.

The one idea: standard HTTP is all that it takes, and it shows what a plan's safety rests on: entity tags, counts, cursors,
and which answer was lost after a write. Reading is tried again, writing never: whoever wrote looks first. No redirect is
followed, so the token goes nowhere but to the server that was named, and it stands in no text that is made here.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from intents.finding import FindingsError, Where, make_finding
from intents.reason import Reason, because

MOST_BYTES = 64 << 20
"""Most of one answer that is read; a page of a thousand objects is one or two million."""
READS = 4
"""Times that a question is asked until it is given up."""
_PAUSE = 0.5
_SECONDS = 90.0
_MOST_SAID = 300
_MOST_PAGE = 10_000
_TITLE = re.compile(r"<title[^<>]*>([^<>]{1,300})</title", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAddress:
    """Where a NetBox is; `ca` is a file of certificates to trust instead of the system's."""

    url: str
    ca: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAnswer:
    """What a server answered: its status, what it said, when by its own clock (None if it told no time), and under which tag."""

    status: int
    body: Any
    at: datetime | None = None
    etag: str = ""


class NoAnswerError(Exception):
    """Nothing, or nothing whole, was answered: what was asked may have been done or not."""


def refuse(url: str, reason: Reason) -> FindingsError:
    """Return the refusal (TR993) of a server that gives no usable answer, to be raised."""
    return FindingsError([make_finding("TR993", Where(file=url), reason=reason)])


class Server:
    """A NetBox as the holder of a token sees it; counts what is asked."""

    def __init__(self, address: ServerAddress, token: str) -> None:
        """FindingsError for an address that can't be asked, or not safely, and for a token that is none."""
        self.url = address.url.rstrip("/")
        self._place = _checked(address)
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise refuse(self.url, because("netbox_no_token"))
        kind = "Bearer" if token.startswith("nbt_") else "Token"
        self._secret = token.encode()
        self._headers = {"Authorization": f"{kind} {token}", "Accept": "application/json"}
        self._context = _context(address) if self._place.scheme == "https" else None
        self.requests = 0

    def get(self, path: str, **query: object) -> Any:
        """Return what is there (FindingsError)."""
        return self.look(path, **query).body

    def look(self, path: str, **query: object) -> ServerAnswer:
        """Return the answer that says what is there; asked again if none comes or the server fails; FindingsError if it stays
        so."""
        reason = because("nothing")
        for attempt in range(READS):
            time.sleep(attempt * _PAUSE)
            try:
                answer = self.ask("GET", f"{path}?{urlencode(query, doseq=True)}" if query else path)
            except NoAnswerError as error:
                reason = because("os_said", said=error)
                continue
            if answer.status == http.HTTPStatus.OK:
                return answer
            reason = refusal_of(answer)
            if answer.status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                break
        raise refuse(f"{self.url}/api/{path}", reason)

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> ServerAnswer:
        """Send one request, once, on a connection of its own: one that was kept could be closed just when something is written.

        NoAnswerError if no whole answer comes.
        """
        self.requests += 1
        sent = {**self._headers, **(headers or {})}
        content = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        line = self._connection()
        try:
            line.request(method, f"{self._place.path}/api/{path}", content, sent)
            answer = line.getresponse()
            text = answer.read(MOST_BYTES + 1)
            if len(text) > MOST_BYTES:
                raise NoAnswerError(f"more than {MOST_BYTES} bytes")
            body = _parsed(text.replace(self._secret, b"..."), answer.status)
            told = answer.headers
            moment, etag = _moment(told.get("Date")), told.get("ETag", "")
            return ServerAnswer(status=answer.status, body=body, at=moment, etag=etag)
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
            raise NoAnswerError(_words_of(error)) from None
        finally:
            with suppress(OSError):
                line.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = str(self._place.hostname), self._place.port
        if self._context is None:
            return http.client.HTTPConnection(host, port, timeout=_SECONDS)
        return http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=self._context)


def shown_address(url: str) -> str:
    """Return an address without what people put into one to be let in: a user and a password, or a query."""
    return re.split("[?#]", url, maxsplit=1)[0].rpartition("@")[2]


def _checked(address: ServerAddress) -> SplitResult:
    """Return the parts of an address that may be asked; FindingsError for another."""
    try:
        place = urlsplit(address.url.rstrip("/"))
        known = place.scheme in ("http", "https") and bool(place.hostname) and (place.port or 1) > 0
    except ValueError:
        raise refuse(shown_address(address.url), because("netbox_no_url")) from None
    if not known or place.username is not None or place.query or place.fragment or not address.url.isascii():
        raise refuse(shown_address(address.url), because("netbox_no_url"))
    if place.scheme == "http" and not _is_loopback(str(place.hostname)):
        raise refuse(address.url, because("netbox_no_tls"))
    return place


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _context(address: ServerAddress) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if address.ca is None else str(address.ca))
    except OSError as error:
        raise refuse(str(address.ca), because("os_said", said=_words_of(error))) from None


def _moment(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


def _parsed(text: bytes, status: int) -> Any:
    """Return what an answer says; of a refusal, which may be a page of whoever stands before NetBox, at least its text."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        if http.HTTPStatus.OK <= status < http.HTTPStatus.MULTIPLE_CHOICES:
            raise
        return _title_of(text[:_MOST_PAGE].decode(errors="replace"))


def _title_of(page: str) -> str:
    """Return what a page is called, or its beginning if it has no title."""
    found = _TITLE.search(page)
    return " ".join((found.group(1) if found else page[:_MOST_SAID]).split())


def _words_of(error: BaseException) -> str:
    if isinstance(error, ValueError) and not isinstance(error, OSError):  # a certificate's error is both
        return "no JSON"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:_MOST_SAID]


def refusal_of(answer: ServerAnswer) -> Reason:
    """Return what a server said when it refused, cut to what a person reads."""
    said = json.dumps(answer.body, ensure_ascii=False)
    return because("netbox_answered", status=answer.status, said=said[:_MOST_SAID])


def send(
    server: Server,
    method: str,
    path: str,
    bodies: Sequence[Mapping[str, Any]],
    status: int,
    tags: Sequence[str] = (),
    *,
    done: int,
) -> ServerAnswer:
    """Write once, under entity tags if there are any; what is not done as a whole is a FindingsError (TR913, TR916, TR951), which
    says how many objects were written (`done`) before it.

    Only a redirect or a refusal (3xx, 4xx) says that nothing was done: a server that fails, or one before it that lost patience,
    may have done it all the same.
    """
    where = Where(file=f"{server.url}/api/{path}")
    try:
        answer = server.ask(method, path, bodies, {"If-Match": ", ".join(tags)} if tags else {})
    except NoAnswerError as error:
        raise FindingsError([make_finding("TR913", where, done=done, reason=because("os_said", said=error))]) from None
    if answer.status == http.HTTPStatus.PRECONDITION_FAILED:
        raise FindingsError([make_finding("TR951", where, done=done, count=len(bodies))])
    if answer.status != status:
        is_refused = http.HTTPStatus.MULTIPLE_CHOICES <= answer.status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        code = "TR916" if is_refused else "TR913"
        raise FindingsError(
            [make_finding(code, _place_of(server, path, answer, where), done=done, reason=refusal_of(answer))]
        )
    return answer


def _place_of(server: Server, path: str, answer: ServerAnswer, where: Where) -> Where:
    """Return the page of the first object that a refusal is about, if it names one."""
    errors = answer.body.get("errors") if isinstance(answer.body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    number = first.get("id") if isinstance(first, dict) else None
    return Where(file=f"{server.url}/{path}{number}/") if type(number) is int else where


def numbers_made(server: Server, path: str, answer: ServerAnswer, count: int, *, done: int) -> tuple[int, ...]:
    """Return the numbers of as many objects as were made; FindingsError (TR913) if the answer says others, or none."""
    found = answer.body if isinstance(answer.body, list) else []
    numbers = tuple(one["id"] for one in found if isinstance(one, dict) and type(one.get("id")) is int)
    if len(numbers) != count or len(found) != count:
        reason = because("netbox_shape", said="id")
        raise FindingsError([make_finding("TR913", Where(file=f"{server.url}/api/{path}"), done=done, reason=reason)])
    return numbers
