"""User and password from a vault: asked of a server that answers as a vault's documented interface does, or as it should not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from controller.fleet.credentials import parse_reference, resolve
from intents.finding import FindingsError
from intents.messages import LANGUAGES, describe
from intents.reason import UnclearError

TOKEN, WORD = "s.not-a-real-token", "mật-khẩu-47"
WHOLE = {"data": {"data": {"username": "truc", "password": WORD}, "metadata": {"version": 3}}}
PATH = "/v1/kv/data/network/core"


class Vault:
    """A server that gives one answer to whoever shows the token, and counts what it was shown."""

    def __init__(self, status: int = 200, body: object = WHOLE, location: str | None = None) -> None:
        self.status, self.body, self.location = status, body, location
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.address = ""

    def answer(self, path: str, token: str | None, namespace: str | None) -> tuple[int, object]:
        self.asked.append((path, token, namespace))
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        if path != PATH:
            return 404, {"errors": []}
        return self.status, self.body


@contextmanager
def serving(vault: Vault) -> Iterator[Vault]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = vault.answer(self.path, self.headers["X-Vault-Token"], self.headers["X-Vault-Namespace"])
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            if vault.location is not None:
                self.send_header("Location", vault.location)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    vault.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield vault
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("VAULT_ADDR", "VAULT_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)


def ask(reference: str = "vault:kv/network/core") -> tuple[str, str]:
    found = resolve([parse_reference(reference)])
    (credentials,) = found.values()
    return credentials.user, credentials.password.reveal()


def refused(reference: str = "vault:kv/network/core") -> str:
    """Return the key of the reason; what is told holds neither the secret nor the token."""
    with pytest.raises(FindingsError) as error:
        ask(reference)
    (finding,) = error.value.findings
    assert finding.code == "TR862"
    for language in LANGUAGES:
        told = describe(finding, language)
        assert WORD not in told
        assert TOKEN not in told
    reason = dict(finding.values)["reason"]
    return str(getattr(reason, "key", reason))


def test_a_secret_of_the_vault_is_had(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Vault()) as vault:
        monkeypatch.setenv("VAULT_ADDR", vault.address)
        monkeypatch.setenv("VAULT_NAMESPACE", "tinh")
        assert ask() == ("truc", WORD)
        assert vault.asked == [(PATH, TOKEN, "tinh")]


@pytest.mark.parametrize(
    ("vault", "key"),
    [
        (Vault(404, {"errors": []}), "credentials_vault_nothing"),
        (
            Vault(404, {"data": {"data": None, "metadata": {"deletion_time": "2026-01-01"}}}),
            "credentials_vault_nothing",
        ),
        (Vault(403, {"errors": [f"denied {WORD}"]}), "credentials_vault_forbidden"),
        (Vault(503, {"errors": ["Vault is sealed"]}), "credentials_vault_sealed"),
        (Vault(500, {"errors": [WORD]}), "credentials_vault_answer"),
        (Vault(200, b"<html>sign in</html>"), "credentials_vault_answer"),
        (Vault(200, {"data": None}), "credentials_vault_answer"),
        (Vault(200, {"data": {"username": "truc", "password": WORD}}), "credentials_vault_answer"),
        (Vault(200, {"data": {"data": [WORD]}}), "credentials_vault_fields"),
        (Vault(200, {"data": {"data": {"username": "truc"}}}), "credentials_vault_fields"),
        (Vault(200, {"data": {"data": {"username": "truc", "password": 7}}}), "credentials_vault_fields"),
        (Vault(200, {"data": {"data": {"username": "truc", "password": f"{WORD}\nno"}}}), "credentials_vault_fields"),
        (Vault(200, {"data": {"data": {"username": " ", "password": WORD}}}), "credentials_vault_fields"),
    ],
)
def test_what_gives_no_user_and_password_is_told_in_words_of_ours(
    vault: Vault, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(vault):
        monkeypatch.setenv("VAULT_ADDR", vault.address)
        assert refused() == key


def test_a_token_goes_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Vault()) as other, serving(Vault(307, {}, location=f"{other.address}{PATH}")) as vault:
        monkeypatch.setenv("VAULT_ADDR", vault.address)
        assert refused() == "credentials_vault_answer"
        assert len(vault.asked) == 1
        assert other.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://192.0.2.1:8200",
        "http://vault.example",
        "ftp://127.0.0.1",
        "https://me:pass@192.0.2.1",
        "//x",
        "http://[::1",
    ],
)
def test_nothing_is_sent_in_the_clear_to_another_machine(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_ADDR", address)
    assert refused() == "credentials_vault_in_the_clear"


def test_what_is_missing_before_anybody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused() == "credentials_not_set"
    with serving(Vault()) as vault:
        monkeypatch.setenv("VAULT_ADDR", vault.address)
        monkeypatch.delenv("VAULT_TOKEN")
        assert refused() == "credentials_vault_no_token"
        (Path.home() / ".vault-token").mkdir()
        assert refused() == "credentials_vault_no_token"
        monkeypatch.setenv("VAULT_TOKEN", "another")
        assert refused() == "credentials_vault_forbidden"
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    assert refused() == "credentials_vault_silent"  # it is gone


@pytest.mark.parametrize("text", ["vault:x", "vault:/x", "vault:x/", "vault:x//y", "vault:x/../y", "vault:kv/./y"])
def test_a_place_names_a_mount_and_a_path(text: str) -> None:
    with pytest.raises(UnclearError) as error:
        parse_reference(text)
    assert error.value.reason.key == "credentials_no_secret_named"
