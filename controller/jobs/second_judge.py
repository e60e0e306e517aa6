"""Which second judge is asked, and what is said when it gives no opinion.

The one idea: a second judge that was asked for and is not to be had is never passed over: the engine's verdicts are told, and
the command ends inconclusive.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from intents.finding import Finding, FindingsError, Where, make_finding
from verification.batfish.protocol import BatfishError, BatfishSession, Trouble
from verification.batfish.recording import RecordedBatfish

PORT = 9996
"""The port of Batfish's service, unless another is given."""
DEADLINE = 600.0
"""Seconds that one call may take, unless told otherwise: a province's snapshot is read in one or two minutes."""
OFF = "off"
_HOST = re.compile(r"[^\W_][\w.-]{0,252}|[0-9a-fA-F:.]{2,45}(?:%\w{1,16})?")
"""A name of at most 253 characters that is no option, or an address."""

CODES = {
    Trouble.MISSING: "TR821",
    Trouble.UNREACHABLE: "TR822",
    Trouble.VERSION: "TR823",
    Trouble.TIMEOUT: "TR824",
    Trouble.LOST: "TR825",
    Trouble.REFUSED: "TR826",
    Trouble.INCOMPLETE: "TR827",
    Trouble.RECORDING: "TR828",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatfishAddress:
    """Where a server is, and how many seconds one call may take."""

    host: str
    port: int
    deadline: float = DEADLINE


Dial = Callable[[BatfishAddress], BatfishSession]
"""Opens a session with a live server; BatfishError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondJudgeRequest:
    """What the command line says of the second judge: a server's address as text (None: the workspace's, if it names one),
    how it is reached, a recording to replay instead, and where answers are to be kept."""

    batfish: str | None = None
    deadline: float = DEADLINE
    dial: Dial
    replay: Path | None = None
    record: Path | None = None


def find_second(request: SecondJudgeRequest | None, setting: str) -> Callable[[], BatfishSession] | None:
    """Return what opens a session with whoever is asked, None if nobody is; FindingsError for an address that is none."""
    if request is None:
        return None
    if request.replay is not None:
        return partial(RecordedBatfish, request.replay)
    text = setting if request.batfish is None else request.batfish
    if not text or text == OFF:
        return None
    return partial(request.dial, parse_address(text, request.deadline))


def check_replay(request: SecondJudgeRequest | None) -> None:
    """FindingsError if the answers that are to be replayed can't be read: said before any work is done."""
    if request is not None and request.replay is not None:
        try:
            RecordedBatfish(request.replay)
        except BatfishError as error:
            raise FindingsError([tell_trouble(error)]) from error


def parse_address(text: str, deadline: float = DEADLINE) -> BatfishAddress:
    """Return HOST[:PORT] as an address (an IPv6 host in brackets); FindingsError."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    plain = text.strip() == text and not set(text) & set("/?#@ \t\\")
    if not plain or not host or port == 0 or not _HOST.fullmatch(host):
        raise FindingsError([make_finding("TR820", Where(), text=text)])
    return BatfishAddress(host=host, port=port or PORT, deadline=deadline)


def tell_trouble(error: BatfishError) -> Finding:
    """Return why the second judge gave no opinion, as a finding."""
    return make_finding(CODES[error.trouble], Where(), detail=error.detail)
