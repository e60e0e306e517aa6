"""Signatures are OpenSSH's: what `ssh-keygen` makes is read, what is read `ssh-keygen` verifies, and no byte may differ."""

from __future__ import annotations

import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256, sha512
from pathlib import Path
from tempfile import mkdtemp

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.approval.judging import judge_approval
from controller.approval.signatures import KeyOfSignature, read_signature
from controller.approval.signing import fingerprint_of_key, sign
from controller.approval.statement import NAMESPACE, FiledStatement
from controller.approval.statement_checks import check_statement
from intents.approval import fingerprint_of
from intents.finding import Finding
from tests.approval_cases import case
from tests.signing_office import NOW, make_key, office, public_of, signed, stated

CONTENT = b'{"plan":"sha256:0"}\n'
KINDS = ("ed25519", "rsa", "ecdsa")


@cache
def keys() -> Path:
    folder = Path(mkdtemp(prefix="truc-keys-"))
    for kind in KINDS:
        make_key(folder, kind, kind)
    return folder


def verified_by_openssh(content: bytes, signature: bytes, public: str, folder: Path, principal: str = "an") -> bool:
    """Return what `ssh-keygen -Y verify` says, with a list of signers of our form."""
    (folder / "signers").write_text(f'{principal} namespaces="{NAMESPACE}" {public}\n', encoding="utf-8")
    (folder / "signature").write_bytes(signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", principal, "-n", NAMESPACE, "-s", "signature"]
    return subprocess.run(command, cwd=folder, input=content, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_ssh_keygen_signs_is_read_and_verified_by_both(kind: str, tmp_path: Path) -> None:
    key = keys() / kind
    made = sign(CONTENT, key)
    found = read_signature(CONTENT, made)
    assert found == KeyOfSignature(blob=b64decode(public_of(key).split()[1]), namespace=NAMESPACE)
    assert fingerprint_of(found.blob) == fingerprint_of_key(key) == fingerprint_of_key(key.with_suffix(".pub"))
    assert verified_by_openssh(CONTENT, made, public_of(key), tmp_path)
    assert not isinstance(read_signature(CONTENT + b" ", made), KeyOfSignature)
    assert not verified_by_openssh(CONTENT + b" ", made, public_of(key), tmp_path)


def test_what_truc_files_ssh_keygen_verifies_with_the_same_list_of_signers(tmp_path: Path) -> None:
    made = signed(stated(case().plan, "an"))
    (tmp_path / "an.sig").write_bytes(made.signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", str(office().base / "allowed_signers"), "-n", NAMESPACE]
    for principal, good in (("an", True), ("binh", False)):
        ended = subprocess.run(
            [*command, "-I", principal, "-s", "an.sig"],
            cwd=tmp_path,
            input=made.content,
            capture_output=True,
            check=False,
        )
        assert (ended.returncode == 0) is good, ended.stderr


def with_part(good: FiledStatement, part: str, data: bytes) -> FiledStatement:
    return replace(good, content=data) if part == "content" else replace(good, signature=data)


@pytest.mark.parametrize("part", ["content", "signature"])
def test_each_byte_of_statement_and_signature_flipped_is_refused(part: str) -> None:
    good = signed(stated(case().plan, "an"))
    assert not isinstance(check_statement(case(), good, NOW), Finding)
    whole: bytes = getattr(good, part)
    for at in range(len(whole)):
        for bit in (0, 5):  # the lowest, and the one between upper and lower case
            flipped = whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :]
            found = check_statement(case(), with_part(good, part, flipped), NOW)
            assert isinstance(found, Finding), (at, bit)
            assert found.code in ("TR926", "TR927", "TR928"), (at, bit, found)


@pytest.mark.parametrize("kind", KINDS)
def test_each_byte_of_a_decoded_signature_flipped_is_refused(kind: str) -> None:
    """Below the armour, too: base64 hides that bytes are neighbours."""
    raw = raw_of(sign(CONTENT, keys() / kind))
    for at in range(len(raw)):
        flipped = armoured(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        found = read_signature(CONTENT, flipped)
        # The namespace is told apart, so that its message says so; nothing else of it is believed then.
        assert not isinstance(found, KeyOfSignature) or found.namespace != NAMESPACE, at


@given(data=st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_are_a_signature_or_none_and_never_a_crash(data: bytes) -> None:
    assert not isinstance(read_signature(CONTENT, data), KeyOfSignature)
    found = read_signature(CONTENT, armoured(b"SSHSIG\x00\x00\x00\x01" + data))
    assert not isinstance(found, KeyOfSignature) or found.namespace != NAMESPACE


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b" " + text,
        lambda text: text + b"\n",
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.rstrip(b"\n"),
        lambda text: text.replace(b"U1NI", b"U1N\nI", 1),
        lambda text: text[:0],
    ],
)
def test_a_signature_in_another_form_is_none(change: object) -> None:
    good = sign(CONTENT, keys() / "ed25519")
    assert isinstance(read_signature(CONTENT, good), KeyOfSignature)
    assert not isinstance(read_signature(CONTENT, change(good)), KeyOfSignature)  # type: ignore[operator] # a function


def test_no_signature_at_all_is_told() -> None:
    bare = replace(signed(stated(case().plan, "an")), signature=b"")
    assert [item.code for item in judge_approval(case(), [bare], NOW).findings] == ["TR927", "TR932"]


def raw_of(signature: bytes) -> bytes:
    return b64decode(b"".join(signature.splitlines()[1:-1]))


def armoured(raw: bytes) -> bytes:
    encoded = b64encode(raw)
    lines = [encoded[at : at + 70] for at in range(0, len(encoded), 70)]
    return b"\n".join([b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----", b""])


def string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def number(value: int) -> bytes:
    return string(value.to_bytes(value.bit_length() // 8 + 1, "big"))


def to_be_signed(content: bytes) -> bytes:
    return b"SSHSIG" + b"".join(map(string, (NAMESPACE.encode(), b"", b"sha512", sha512(content).digest())))


def security_key(kind: str, flags: int, application: bytes = b"ssh:") -> tuple[bytes, bytes]:
    """Return the public blob of a made-up security key, and its signature of CONTENT: what its firmware would do."""
    packed = (
        sha256(application).digest() + bytes([flags]) + b"\x00\x00\x00\x07" + sha256(to_be_signed(CONTENT)).digest()
    )
    end = bytes([flags]) + b"\x00\x00\x00\x07"
    if kind == "sk-ssh-ed25519@openssh.com":
        private = ed25519.Ed25519PrivateKey.generate()
        public = string(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        proof = private.sign(packed)
    else:
        secret = ec.generate_private_key(ec.SECP256R1())
        point = secret.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        public = string(b"nistp256") + string(point)
        one, other = decode_dss_signature(secret.sign(packed, ec.ECDSA(hashes.SHA256())))
        proof = number(one) + number(other)
    return string(kind.encode()) + public + string(application), string(kind.encode()) + string(proof) + end


def outer(blob: bytes, signature: bytes) -> bytes:
    strings = (blob, NAMESPACE.encode(), b"", b"sha512", signature)
    return armoured(b"SSHSIG\x00\x00\x00\x01" + b"".join(map(string, strings)))


SECURITY_KEYS = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com")


@pytest.mark.parametrize("kind", SECURITY_KEYS)
@pytest.mark.parametrize(("flags", "good"), [(1, True), (5, True), (0, False), (4, False)])
def test_security_keys_sign_if_they_are_touched(kind: str, flags: int, tmp_path: Path, *, good: bool) -> None:
    blob, signature = security_key(kind, flags)
    made = outer(blob, signature)
    assert isinstance(read_signature(CONTENT, made), KeyOfSignature) is good
    # ssh-keygen verifies the bytes and leaves the touch to others (sshd); an approval without one is none.
    assert verified_by_openssh(CONTENT, made, f"{kind} {b64encode(blob).decode()}", tmp_path)
    for at in range(len(signature)):
        flipped = outer(blob, signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :])
        assert not isinstance(read_signature(CONTENT, flipped), KeyOfSignature), at


def forms() -> Iterator[tuple[str, bytes]]:
    """Yield signatures that are almost right."""
    raw = raw_of(sign(CONTENT, keys() / "ed25519"))
    yield (
        "reserved bytes",
        raw.replace(string(NAMESPACE.encode()) + string(b""), string(NAMESPACE.encode()) + string(b"x")),
    )
    yield "more behind it", raw + b"\x00"
    yield "another version", raw[:9] + b"\x02" + raw[10:]
    weak = raw_of(sign(CONTENT, keys() / "rsa")).replace(string(b"rsa-sha2-512"), string(b"ssh-rsa"))
    yield "SHA-1", weak


@pytest.mark.parametrize("number_of", range(4))
def test_what_the_format_leaves_open_is_refused(number_of: int) -> None:
    name, raw = list(forms())[number_of]
    assert not isinstance(read_signature(CONTENT, armoured(raw)), KeyOfSignature), name
