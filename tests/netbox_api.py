"""What anybody may ask of a NetBox over HTTP, and the accounts that its administrator makes: for tests, without truc.

The one idea: an answer is its status, its headers and its body, whatever they are; what they mean, the test says.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode, urlsplit


class UnansweredError(Exception):
    """The server gave no answer."""


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    code: int
    headers: Message
    body: Any


@dataclass(frozen=True)
class Permission:
    """What somebody may do with objects of some types (`ipam.prefix`), and with which of them."""

    types: Sequence[str]
    actions: Sequence[str]
    constraints: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Api:
    """A NetBox as the holder of a token sees it, or as anybody does, without one."""

    url: str
    token: str
    seconds: float = 30.0

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request on a connection of its own and return what is answered; UnansweredError if nothing is."""
        place = urlsplit(self.url)
        line = http.client.HTTPConnection(str(place.hostname), place.port, timeout=self.seconds)
        known = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent = {"Content-Type": "application/json", **known, **(headers or {})}
        try:
            line.request(method, path, None if body is None else json.dumps(body), sent)
            answer = line.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise UnansweredError(f"{method} {path}: {error}") from error
        finally:
            line.close()
        return Answer(answer.status, answer.headers, _parsed(text, answer.headers.get_content_type()))

    def get(self, path: str, **query: object) -> Any:
        """Return what is there; AssertionError if the answer is no 200."""
        return _expected(200, self.ask("GET", f"{path}?{urlencode(query, doseq=True)}" if query else path))

    def make(self, path: str, body: object) -> Any:
        """Make something and return it as it is kept; AssertionError if the answer is no 201."""
        return _expected(201, self.ask("POST", path, body))

    def account(self, name: str, *permissions: Permission, writes: bool = True) -> Api:
        """As administrator, make a user who may do what is said, and return the API as that user; `writes`: so may the token."""
        user = self.make("/api/users/users/", {"username": name, "password": f"{name}-Mật-khẩu-47"})
        for number, permission in enumerate(permissions):
            self.make(
                "/api/users/permissions/",
                {
                    "name": f"{name} {number}",
                    "object_types": list(permission.types),
                    "actions": list(permission.actions),
                    "constraints": permission.constraints,
                    "users": [user["id"]],
                },
            )
        return self.with_token_of(user["id"], writes=writes)

    def with_token_of(self, user: int, *, writes: bool = True) -> Api:
        """As administrator, make a token for a user and return the API as who holds it."""
        made = self.make("/api/users/tokens/", {"user": user, "version": 2, "write_enabled": writes})
        return Api(self.url, f"nbt_{made['key']}.{made['token']}", self.seconds)


def _expected(code: int, answer: Answer) -> Any:
    assert answer.code == code, (answer.code, answer.body)
    return answer.body


def _parsed(text: bytes, kind: str) -> Any:
    return json.loads(text) if kind == "application/json" else text.decode(errors="replace")
