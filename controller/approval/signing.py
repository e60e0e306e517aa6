"""A statement and a key -> its SSH signature, made by `ssh-keygen`.

The one idea: the key is never read here. OpenSSH's own program signs, so that keys in an agent, in a security key or behind a
passphrase work, and whoever asks for a passphrase is OpenSSH.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from controller.approval.statement import NAMESPACE
from intents.finding import FindingsError, Where, make_finding
from intents.reason import Reason, because

PROGRAM = "ssh-keygen"
SECONDS = 180.0
"""How long somebody may take to find a passphrase or to touch a key."""
_FINGERPRINT = re.compile(r"^[0-9]+ (SHA256:[A-Za-z0-9+/]{43})(?: |$)", re.MULTILINE)
_PASSPHRASE = re.compile("incorrect passphrase")
_AGENT = re.compile("agent refused operation|communication with agent failed|agent contains no identities")
_NO_PRIVATE = re.compile("[Nn]o private key|agent not found|[Cc]ouldn't get agent socket")
_TOO_OPEN = re.compile("bad permissions|too open")
_NO_FILE = re.compile("No such file or directory")
_NO_KEY = re.compile("is not a (?:public )?key file|invalid format|error in libcrypto|not a public")
_DEVICE = re.compile("device not found|requires? touch|not recognized|sign_and_send")


def fingerprint_of_key(key: Path) -> str:
    """Return the fingerprint of a key, given by its private or its public file; FindingsError."""
    found = _FINGERPRINT.search(_run(key, ("-l", "-E", "sha256", "-f", str(key))).decode("utf-8", errors="replace"))
    if found is None:
        raise trouble(because("signing_no_key", said=""), key)
    return found[1]


def sign(content: bytes, key: Path, namespace: str = NAMESPACE) -> bytes:
    """Return the armoured signature of some bytes in a namespace; FindingsError. `ssh-keygen` asks for a passphrase on the
    terminal."""
    return _run(key, ("-q", "-Y", "sign", "-n", namespace, "-f", str(key)), content)


def trouble(reason: Reason, key: Path) -> FindingsError:
    """Return the error that no signature was made, and why."""
    return FindingsError([make_finding("TR939", Where(file=str(key)), reason=reason)])


def _run(key: Path, arguments: Sequence[str], content: bytes = b"") -> bytes:
    surroundings = {**os.environ, "LC_ALL": "C"}
    try:
        ended = subprocess.run(  # noqa: S603 (the arguments are ours, the file's name stands behind `-f`)
            (PROGRAM, *arguments), input=content, capture_output=True, timeout=SECONDS, env=surroundings, check=False
        )
    except FileNotFoundError as error:
        raise trouble(because("signing_no_program", program=PROGRAM), key) from error
    except subprocess.TimeoutExpired as error:
        raise trouble(because("signing_too_slow", seconds=int(SECONDS)), key) from error
    if ended.returncode:
        raise trouble(_reason_of(ended.stderr.decode("utf-8", errors="replace")), key)
    return ended.stdout


def _reason_of(said: str) -> Reason:
    """Return what `ssh-keygen` stumbled over; its last line, if it is nothing that we know."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = lines[-1] if lines else "-"
    reasons = (
        (_PASSPHRASE, because("signing_passphrase", said=last)),
        (_AGENT, because("signing_agent", said=last)),
        (_NO_PRIVATE, because("signing_no_private", said=last)),
        (_TOO_OPEN, because("signing_too_open", said=last)),
        (_NO_FILE, because("signing_no_file", said=last)),
        (_NO_KEY, because("signing_no_key", said=last)),
        (_DEVICE, because("signing_device", said=last)),
    )
    return next((reason for words, reason in reasons if words.search(said)), because("signing_failed", said=last))
