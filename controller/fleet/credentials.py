"""`env:NAME`, `file:PATH`, `keyring:SERVICE/USER` or `vault:MOUNT/PATH` -> the user and the password that stand there.

The one idea: what is written in tables, arguments and logs is where a secret is kept, never the secret; and a secret that is in
memory shows itself to nobody who prints it, but only where it is handed over.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from controller.fleet.vaults import ask_vault, parse_place
from intents.finding import Finding, FindingsError, Where, make_finding
from intents.reason import Reason, UnclearError, because, unclear

_MOST_BYTES = 4096
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Keyring = Callable[[str, str], str | None]
"""Returns the password of a service and a user, None if there is none."""


class CredentialKind(StrEnum):
    """Where a secret may be kept."""

    ENVIRONMENT = "env"
    FILE = "file"
    KEYRING = "keyring"
    VAULT = "vault"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CredentialReference:
    """Where a user and a password are kept; `place` is a variable, a path, SERVICE/USER or MOUNT/PATH."""

    kind: CredentialKind
    place: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.place}"


class Secret:
    """A text that is not shown: not by print, repr, format, a traceback or a copy into JSON or a pickle."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """Return the text, to be handed to a device and nobody else."""
        return self.__text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is not written down")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A user and a password."""

    user: str
    password: Secret


def parse_reference(text: str) -> CredentialReference:
    """Read a reference; UnclearError if it is none, which never repeats a text that may be the secret itself."""
    kind, colon, place = text.partition(":")
    if not colon or kind not in set(CredentialKind) or not place.strip():
        raise unclear("credentials_form")
    found = CredentialReference(kind=CredentialKind(kind), place=place)
    service, _, user = place.rpartition("/")
    if found.kind is CredentialKind.ENVIRONMENT and not _NAME.fullmatch(place):
        raise unclear("credentials_no_variable")
    if found.kind is CredentialKind.KEYRING and not (service and user):
        raise unclear("credentials_no_entry_named")
    if found.kind is CredentialKind.VAULT:
        parse_place(place)
    return found


def resolve(references: Iterable[CredentialReference]) -> Mapping[CredentialReference, Credentials]:
    """Return what each reference leads to; FindingsError with every one that leads to nothing."""
    found: dict[CredentialReference, Credentials] = {}
    findings: list[Finding] = []
    for reference in sorted(set(references)):
        try:
            found[reference] = _look_up(reference)
        except _NotThereError as error:
            findings.append(make_finding("TR862", Where(), reference=str(reference), reason=error.reason))
    if findings:
        raise FindingsError(findings)
    return found


def resolve_token(reference: CredentialReference) -> Secret:
    """Return the token that a reference leads to: one word, without a user; FindingsError if it leads to none."""
    try:
        return _token_at(reference)
    except _NotThereError as error:
        raise FindingsError([make_finding("TR919", Where(), reference=str(reference), reason=error.reason)]) from None


class _NotThereError(Exception):
    """A reference leads to nothing; `reason` says why, and holds nothing that was found there."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.key)
        self.reason = reason


def _look_up(reference: CredentialReference) -> Credentials:
    match reference.kind:
        case CredentialKind.ENVIRONMENT | CredentialKind.FILE:
            return _user_and_password(_text_at(reference))
        case CredentialKind.KEYRING:
            service, _, user = reference.place.rpartition("/")
            password = _keyring()(service, user)
            if not password:
                raise _NotThereError(because("credentials_no_entry", service=service, user=user))
            return Credentials(user=user, password=Secret(password))
        case CredentialKind.VAULT:
            try:
                user, password = ask_vault(reference.place)
            except UnclearError as error:
                raise _NotThereError(error.reason) from None
            return Credentials(user=user, password=Secret(password))


def _token_at(reference: CredentialReference) -> Secret:
    match reference.kind:
        case CredentialKind.ENVIRONMENT | CredentialKind.FILE:
            return _one_word(_text_at(reference))
        case CredentialKind.KEYRING | CredentialKind.VAULT:
            return _look_up(reference).password


def _text_at(reference: CredentialReference) -> str:
    """Return the text of a variable, or of a private file."""
    if reference.kind is CredentialKind.FILE:
        return _private_text(Path(reference.place).expanduser())
    text = os.environ.get(reference.place)
    if text is None:
        raise _NotThereError(because("credentials_not_set", name=reference.place))
    return text


def _one_word(text: str) -> Secret:
    word = text.strip()
    if not word or not word.isprintable() or " " in word:
        raise _NotThereError(because("credentials_no_token"))
    return Secret(word)


def _user_and_password(text: str) -> Credentials:
    """Read one line USER:PASSWORD; the password may hold colons and blanks."""
    user, colon, password = text.removesuffix("\n").removesuffix("\r").partition(":")
    if not colon or not user.strip() or not password or "\n" in password:
        raise _NotThereError(because("credentials_no_pair"))
    return Credentials(user=user.strip(), password=Secret(password))


def _private_text(path: Path) -> str:
    """Return the text of a file that only its owner can read, and that is ours; looked at once it is open, so that nobody can
    swap it in between."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise _NotThereError(because("os_said", said=error.strerror or type(error).__name__)) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _NotThereError(because("credentials_no_file"))
        if hasattr(os, "getuid") and (found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) != 0o600):
            raise _NotThereError(because("credentials_open_file", mode=f"{stat.S_IMODE(found.st_mode):04o}"))
        content = os.read(descriptor, _MOST_BYTES + 1)
    finally:
        os.close(descriptor)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _NotThereError(because("credentials_no_pair")) from error
    if len(content) > _MOST_BYTES:
        raise _NotThereError(because("credentials_no_pair"))
    return text


def _keyring() -> Keyring:
    """Return what asks the system's keyring; the package for it is nobody's need but of those who name one."""
    if find_spec("keyring") is None:
        raise _NotThereError(because("credentials_no_keyring"))
    return cast("Keyring", import_module("keyring").get_password)
