"""Bytes and an SSH signature of them -> the public key that signed, or why it did not.

The one idea: a signature has one form. What armour, reserved fields and base64 leave open is closed by writing it again: other
bytes are no signature, whatever they would decode to.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from io import BytesIO

import sshsig
from sshsig.sshsig import SshsigSignature, SshsigWrapper, hash_file

from controller.approval.hardware_keys import KINDS, verify_key
from controller.approval.statement import NAMESPACE
from controller.approval.wire import first_string, strings_of
from intents.reason import Reason, because

_ARMOUR = re.compile(rb"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]+\n)+)-----END SSH SIGNATURE-----\n")
_WIDTHS = (70, 76)
"""How long a line of base64 is: as OpenSSH writes them, and as other programs do."""
_HASHES = frozenset({b"sha256", b"sha512"})
_FORMS = {"ssh-ed25519": frozenset({b"ssh-ed25519"}), "ssh-rsa": frozenset({b"rsa-sha2-256", b"rsa-sha2-512"})}
"""What sshsig verifies: kinds of keys, and the forms of their signatures (never SHA-1)."""
_PARTS = {"ssh-ed25519": 2, "ssh-rsa": 3}
"""Of how many strings a public key's blob consists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOfSignature:
    """Whose signature it is: the blob of the public key, and the namespace that it was made in."""

    blob: bytes
    namespace: str


def read_signature(content: bytes, armoured: bytes, wanted: str = NAMESPACE) -> KeyOfSignature | Reason:
    """Return who signed some bytes; a reason if nobody did. A signature for another namespace than the
    wanted one is none of these bytes' here."""
    try:
        outer = _open(armoured)
    except (ValueError, NotImplementedError, EOFError):
        return because("signature_shape")
    if outer is None or outer.hash_algo not in _HASHES:
        return because("signature_shape")
    namespace = outer.namespace.decode("utf-8", errors="replace")
    key = KeyOfSignature(blob=outer.public_key, namespace=namespace)
    if namespace != wanted:
        return key
    fault = _fault(content, armoured, outer)
    return key if fault is None else fault


def _open(armoured: bytes) -> SshsigSignature | None:
    """Return the signature in an armour; None unless writing it again gives the same bytes. ValueError, NotImplementedError."""
    found = _ARMOUR.fullmatch(armoured)
    if found is None:
        return None
    encoded = found[1].replace(b"\n", b"")
    raw = b64decode(encoded, validate=True)
    outer = SshsigSignature(raw)
    is_same = bytes(outer) == raw and b64encode(raw) == encoded
    return outer if is_same and found[1] in [_wrapped(encoded, width) for width in _WIDTHS] else None


def _wrapped(encoded: bytes, width: int) -> bytes:
    return b"".join(encoded[at : at + width] + b"\n" for at in range(0, len(encoded), width))


def _fault(content: bytes, armoured: bytes, outer: SshsigSignature) -> Reason | None:
    """Return why a signature in the wanted namespace is none of these bytes; None if it is."""
    try:
        kind = first_string(outer.public_key)[0].decode("ascii")
        said, rest = first_string(outer.signature)
        if kind in KINDS:
            return None if verify_key(outer.public_key, outer.signature, _signed(content, outer)) else _UNFIT
        if kind not in _FORMS:
            return because("signature_key_kind", kind=kind)
        # sshsig takes forms and lengths for granted, and reads over the end.
        if said not in _FORMS[kind] or first_string(rest)[1] or len(list(strings_of(outer.public_key))) != _PARTS[kind]:
            return _UNFIT
        sshsig.check_signature(content, armoured, outer.namespace.decode())
    except (sshsig.InvalidSignature, NotImplementedError, ValueError, EOFError):
        return _UNFIT
    return None


_UNFIT = because("signature_unfit")


def _signed(content: bytes, outer: SshsigSignature) -> bytes:
    """Return the bytes that a key signs of a content: PROTOCOL.sshsig."""
    digest = hash_file(BytesIO(content), outer.hash_algo)
    return SshsigWrapper(namespace=outer.namespace, hash_algo=outer.hash_algo, hash=digest).to_bytes()
