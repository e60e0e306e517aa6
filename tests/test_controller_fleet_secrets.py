"""Where a user and a password are kept is written down; what they are is shown nowhere."""

from __future__ import annotations

import copy
import json
import os
import pickle
import sys
import traceback
from pathlib import Path

import pytest

from controller.fleet.credentials import Credentials, Secret, parse_reference, resolve
from intents.finding import FindingsError
from intents.messages import describe
from intents.reason import UnclearError

WORD = "pa:ss wörd"


def told(error: FindingsError) -> str:
    return "\n".join(describe(finding, language) for finding in error.findings for language in ("en", "vi"))


def private(path: Path, text: str, mode: int = 0o600) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return f"file:{path}"


def found(reference: str) -> Credentials:
    parsed = parse_reference(reference)
    assert str(parsed) == reference
    return resolve([parsed])[parsed]


def test_a_pair_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUC_HERE", f"admin:{WORD}")
    credentials = found("env:TRUC_HERE")
    assert (credentials.user, credentials.password.reveal()) == ("admin", WORD)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_pair_comes_from_a_file_of_ones_own(tmp_path: Path, end: str) -> None:
    credentials = found(private(tmp_path / "secret", f"admin:{WORD}{end}"))
    assert (credentials.user, credentials.password.reveal()) == ("admin", WORD)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o700, 0o400, 0o660])
def test_a_file_of_another_mode_than_0600_is_refused(tmp_path: Path, mode: int) -> None:
    reference = private(tmp_path / "secret", f"admin:{WORD}", mode)
    with pytest.raises(FindingsError) as error:
        found(reference)
    assert f"{mode:04o}" in told(error.value)
    assert WORD not in told(error.value)


def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = private(tmp_path / "secret", f"admin:{WORD}")
    another = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: another)
    with pytest.raises(FindingsError):
        found(reference)


@pytest.mark.parametrize("text", ["", "admin", ":word", "admin:", "admin:a\nb", "x" * 5000])
def test_what_is_no_pair_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(FindingsError) as error:
        found(private(tmp_path / "secret", text))
    assert error.value.findings[0].code == "TR862"
    assert not text or text not in told(error.value).replace("USER:PASSWORD", "").replace(str(tmp_path), "")


def test_a_folder_a_pipe_and_nothing_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("", "pipe", "nothing"):
        with pytest.raises(FindingsError):
            found(f"file:{tmp_path / name}")


def test_all_that_give_nothing_are_named_at_once(tmp_path: Path) -> None:
    references = [parse_reference(text) for text in ("env:TRUC_NO_A", f"file:{tmp_path / 'b'}", "keyring:truc/no")]
    with pytest.raises(FindingsError) as error:
        resolve(references)
    assert [finding.code for finding in error.value.findings] == ["TR862"] * 3


def test_a_keyring_gives_the_password_of_a_service_and_a_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is not among those of the tests; a module of its name with its one function stands for it."""
    (tmp_path / "keyring.py").write_text(
        "def get_password(service, user):\n    return {('a/b', 'me'): 'word'}.get((service, user))\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "keyring", raising=False)
    credentials = found("keyring:a/b/me")
    assert (credentials.user, credentials.password.reveal()) == ("me", "word")
    with pytest.raises(FindingsError):
        found("keyring:a/b/you")
    monkeypatch.delitem(sys.modules, "keyring", raising=False)


@pytest.mark.parametrize(
    "text",
    ["hunter2", "env:", "env:A B", "env:1A", "file:", "keyring:a", "keyring:/u", "keyring:s/", "vault:x", "ENV:A"],
)
def test_what_is_no_reference_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(UnclearError) as error:
        parse_reference(text)
    assert "hunter2" not in str(error.value)


def test_a_secret_shows_itself_to_nobody_who_prints_copies_or_writes_it() -> None:
    secret = Secret(WORD)
    credentials = Credentials(user="admin", password=secret)
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>20}", repr(credentials), str([secret])):
        assert WORD not in shown
    with pytest.raises(TypeError):
        json.dumps(secret)
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            write(secret)
    with pytest.raises(ValueError, match=r"…") as error:
        raise ValueError(credentials)
    told_whole = traceback.TracebackException.from_exception(error.value, capture_locals=True)
    assert WORD not in "".join(told_whole.format())
