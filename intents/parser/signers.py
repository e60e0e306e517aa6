"""allowed_signers and revoked_keys -> keys, each with its place: the files that OpenSSH reads, and nothing in them that it would
read otherwise.

The one idea: a form that could mean two things is refused: patterns for principals, certificates, and times that hang on the
machine's time zone.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from intents.approval import Approver, SignerKey, fingerprint_of
from intents.finding import Finding, Severity, Where, make_finding
from intents.reader.conversions import NAME
from intents.reader.source_text import read_text
from intents.reason import Reason, UnclearError, because, unclear

SIGNERS_FILE = "allowed_signers"
REVOKED_FILE = "revoked_keys"
_MOST_BYTES = 1 << 20
_ONE = r'(?:cert-authority|[a-z-]+="[^"]*")'
_LINE = re.compile(
    rf"(?P<principal>\S+)[ \t]+(?:(?P<options>{_ONE}(?:,{_ONE})*)[ \t]+)?(?P<key>[^\s\"]+[ \t]+[^\s\"]+)(?:[ \t].*)?"
)
_OPTION = re.compile(r"([a-z-]+)(?:=\"([^\"]*)\")?(?:,|$)")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_TIMES = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def read_signers(folder: Path, file: str = SIGNERS_FILE) -> tuple[tuple[SignerKey, ...], tuple[Finding, ...]]:
    """Return the keys of allowed_signers (or of another file), in order, and what is wrong there; a key stands there once."""
    keys: dict[bytes, SignerKey] = {}
    findings: list[Finding] = []
    for where, line in _lines(folder, file, findings):
        try:
            key = _signer(line, where)
        except UnclearError as error:
            findings.append(_wrong(where, error.reason))
            continue
        earlier = keys.setdefault(key.blob, key)
        if earlier is not key:
            findings.append(_wrong(where, because("signer_key_twice", fingerprint=key.fingerprint), earlier.where))
    return tuple(keys.values()), tuple(findings)


def read_revoked(path: Path, shown: str) -> tuple[frozenset[str], tuple[Finding, ...]]:
    """Return the fingerprints of a list of revoked keys (public keys or fingerprints, one a line), and what is wrong there."""
    found: set[str] = set()
    findings: list[Finding] = []
    for where, line in _lines(path.parent, path.name, findings, shown):
        text = line.split()[0]
        if _FINGERPRINT.fullmatch(text):
            found.add(text)
            continue
        try:
            found.add(fingerprint_of(_key(line, because("revoked_line"))[1]))
        except UnclearError as error:
            findings.append(_wrong(where, error.reason))
    return frozenset(found), tuple(findings)


def check_signers(keys: tuple[SignerKey, ...], approvers: Mapping[str, Approver]) -> Iterator[Finding]:
    """Yield keys of nobody in approvers.csv, and warnings for whoever there has no key."""
    for key in keys:
        if key.principal not in approvers:
            yield _wrong(key.where, because("signer_of_nobody", principal=key.principal))
    for name in sorted(approvers.keys() - {key.principal for key in keys}):
        where, reason = approvers[name].where, because("approver_without_key", principal=name)
        yield make_finding("TR920", where, severity=Severity.WARNING, reason=reason)


def _lines(folder: Path, file: str, findings: list[Finding], shown: str = "") -> Iterator[tuple[Where, str]]:
    """Yield the lines of a file that say something; a file that is not there says nothing."""
    path, name = folder / file, shown or file
    if not path.exists() and not path.is_symlink():
        return
    text = read_text(path, name, _MOST_BYTES)
    if isinstance(text, Finding):
        findings.append(text)
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield Where(file=name, line=number, column=1), line.strip()


def _wrong(where: Where, reason: Reason, *also: Where) -> Finding:
    return make_finding("TR920", where, also=also, reason=reason)


def _signer(line: str, where: Where) -> SignerKey:
    found = _LINE.fullmatch(line)
    if found is None:
        raise unclear("signer_line")
    principal = found["principal"]
    if not NAME.fullmatch(principal):
        raise unclear("signer_principal", text=principal)
    options = dict(_options(found["options"] or ""))
    kind, blob = _key(found["key"], because("signer_line"))
    return SignerKey(
        principal=principal,
        kind=kind,
        blob=blob,
        namespaces=tuple(item for item in options.get("namespaces", "").split(",") if item),
        valid_after=_moment(options.get("valid-after")),
        valid_before=_moment(options.get("valid-before")),
        where=where,
    )


def _options(text: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for name, value in _OPTION.findall(text):
        if name in seen or name not in ("namespaces", "valid-after", "valid-before") or not value:
            raise unclear("signer_option", text=name)
        seen.add(name)
        yield name, value


def _key(text: str, otherwise: Reason) -> tuple[str, bytes]:
    """Return kind and blob of a public key; UnclearError."""
    kind, _, rest = text.partition(" ")
    words = rest.split()
    try:
        blob = b64decode(words[0], validate=True) if words else b""
    except ValueError as error:
        raise UnclearError(otherwise) from error
    length = int.from_bytes(blob[:4], "big")
    if blob[4 : 4 + length] != kind.encode() or len(blob) <= 4 + length:
        raise UnclearError(otherwise)
    return kind, blob


def _moment(text: str | None) -> datetime | None:
    """Return the moment of `YYYYMMDD[HHMM[SS]]Z`; UnclearError."""
    if text is None:
        return None
    form = _TIMES.get(len(text) - 1) if text.endswith("Z") and text[:-1].isdecimal() else None
    if form is None:
        raise unclear("signer_time", text=text)
    try:
        return datetime.strptime(text[:-1], form).replace(tzinfo=UTC)
    except ValueError as error:
        raise unclear("signer_time", text=text) from error
