"""Keys that live in hardware (security keys, smart cards) -> whether they signed: the kinds that sshsig does not verify.

The one idea: what a security key signs is not the bytes themselves but their hash beside the name of the application, a byte that
says whether somebody touched it, and a counter; without the touch it is no signature (PROTOCOL.u2f of OpenSSH).
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from controller.approval.wire import first_string, strings_of

_CURVES: Mapping[bytes, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    b"nistp256": (ec.SECP256R1(), hashes.SHA256()),
    b"nistp384": (ec.SECP384R1(), hashes.SHA384()),
    b"nistp521": (ec.SECP521R1(), hashes.SHA512()),
}
_SK_ED25519, _SK_ECDSA = "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"
KINDS = frozenset({_SK_ED25519, _SK_ECDSA, *(f"ecdsa-sha2-{curve.decode()}" for curve in _CURVES)})
_TOUCHED = 0x01


def verify_key(blob: bytes, signature: bytes, signed: bytes) -> bool:
    """Return whether the key of a public blob, of one of `KINDS`, signed some bytes."""
    try:
        kind, *parts = strings_of(blob)
        said, rest = first_string(signature)
        if said != kind:
            return False
        if kind.decode().startswith("sk-"):
            return _of_security_key(kind.decode(), parts, rest, signed)
        proof, more = first_string(rest)
        curve, point = parts
        if more or kind != b"ecdsa-sha2-" + curve:
            return False
        _verify_ecdsa(curve, point, proof, signed)
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True


def _of_security_key(kind: str, parts: list[bytes], rest: bytes, signed: bytes) -> bool:
    """Return whether a security key signed; InvalidSignature, ValueError, KeyError."""
    proof, end = first_string(rest)
    *public, application = parts
    if len(end) != 5 or not end[0] & _TOUCHED:
        return False
    packed = sha256(application).digest() + end + sha256(signed).digest()
    if kind == _SK_ED25519:
        (point,) = public
        ed25519.Ed25519PublicKey.from_public_bytes(point).verify(proof, packed)
        return True
    curve, point = public
    if curve != b"nistp256":
        return False
    _verify_ecdsa(curve, point, proof, packed)
    return True


def _verify_ecdsa(curve: bytes, point: bytes, proof: bytes, signed: bytes) -> None:
    form, digest = _CURVES[curve]
    key = ec.EllipticCurvePublicKey.from_encoded_point(form, point)
    one, other = (_whole(item) for item in strings_of(proof))
    key.verify(encode_dss_signature(one, other), signed, ec.ECDSA(digest))


def _whole(data: bytes) -> int:
    """Return a number of RFC 4251; ValueError unless it is above zero and in the one form that it has."""
    number = int.from_bytes(data, "big", signed=True)
    if number <= 0 or number.to_bytes(number.bit_length() // 8 + 1, "big") != data:
        raise ValueError(data)
    return number
