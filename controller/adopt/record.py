"""An adoption -> the record of what is proposed: each text by its digest, each line as ours or foreign, under one digest.

The one idea: what somebody signs is the digest of this record; as long as nobody has, nothing is taken over. It is the same bytes
for the same texts, wherever they lie, and no secret stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from controller.adopt.claims import DeviceClaims, LineClaim, foreign_of, total_counts
from controller.adopt.folder import FoundFolder
from controller.output.canonical_json import Plain, canonical_digest, canonical_file
from intents.messages import printable
from routing.subnet_links import UnclearSubnet

ADOPTION_FORMAT = "truc/adoption/1"


def record_of(
    folder: FoundFolder, devices: Sequence[DeviceClaims], files: Mapping[str, str], unclear: Sequence[UnclearSubnet]
) -> dict[str, Plain]:
    """Return the record without its digest; `files`: the proposal's, by name."""
    sources = {item.device: item for item in folder.files if item.device in folder.texts}
    return {
        "format": ADOPTION_FORMAT,
        "signed": False,
        "files": [
            {"file": whole(item.name), "sha256": item.digest, "state": str(item.state), "device": item.device or None}
            for item in folder.files
        ],
        "devices": [
            {
                "device": item.device,
                "platform": folder.texts[item.device].device.platform,
                "text": sources[item.device].digest,
                "ours": digest_of(_path(claim) for claim in item.claims if claim.ours),
                "ours_lines": sum(claim.ours for claim in item.claims),
                "foreign": [_line(claim) for claim in foreign_of(item)],
                "counts": counts_of([item]),
            }
            for item in devices
        ],
        "unclear_subnets": [
            {"prefix": str(item.prefix), "why": str(item.kind), "places": [list(place) for place in item.places]}
            for item in unclear
        ],
        "counts": counts_of(devices),
        "proposed": {name: f"sha256:{sha256(text.encode()).hexdigest()}" for name, text in sorted(files.items())},
    }


def record_bytes(record: dict[str, Plain]) -> bytes:
    """Return a record as a file: canonical JSON (RFC 8785) with its own digest, ended by a newline."""
    return canonical_file(record)


def digest_of_record(record: dict[str, Plain]) -> str:
    """Return the digest of a record: what will be signed."""
    return canonical_digest(record)


def digest_of(paths: Iterable[list[Plain]]) -> str:
    """Return the digest of line paths, in order."""
    return canonical_digest([*paths])


def counts_of(devices: Sequence[DeviceClaims]) -> list[Plain]:
    """Return how many lines there are of each kind and for each reason."""
    found = sorted(
        (not ours, str(kind), str(ground), count) for (ours, kind, ground), count in total_counts(devices).items()
    )
    return [
        {"ours": not foreign, "kind": kind, "reason": ground, "lines": count} for foreign, kind, ground, count in found
    ]


def whole(text: str) -> str:
    """Return text in which bytes that are not UTF-8 are written by their number: JSON can't hold them."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _path(claim: LineClaim) -> list[Plain]:
    return [whole(line) for line in claim.path]


def _line(claim: LineClaim) -> Plain:
    return {"path": _path(claim), "kind": str(claim.kind), "reason": str(claim.ground)}


def lines_file(claims: DeviceClaims) -> str:
    """Return every line of a device with whose it would be and why, one a line."""
    return "".join(
        f"{'ours' if item.ours else 'foreign'}\t{item.kind}\t{item.ground}\t{_shown(item)}\n" for item in claims.claims
    )


def _shown(claim: LineClaim) -> str:
    return whole(" / ".join(printable(part.replace("\t", " ")) for part in claim.path))
