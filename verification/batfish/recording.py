"""Answers of a real Batfish server as a file, and a session that gives them again.

The one idea: a question is found by the digest of all that its answer depends on, the snapshot's content included; so an answer
can't be given for configurations that the server never saw.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from pathlib import Path
from typing import Any

from intents.finding import Finding
from intents.reader.source_text import open_regular
from intents.reason import Reason, UnclearError, because, unclear
from verification.batfish.protocol import (
    COLUMNS,
    BatfishError,
    BatfishSession,
    Columns,
    Parameters,
    Row,
    Snapshot,
    Trouble,
    question_key,
    whole_rows,
)

RECORDING_FORMAT = "truc/batfish/1"
MAXIMUM_SIZE = 256 << 20
_AT_ONCE = 1 << 20
"""Bytes of a recording, unpacked; a province of 150 devices takes 15 MiB."""


class RecordingBatfish:
    """A session that asks another one and keeps what it answers."""

    def __init__(self, session: BatfishSession) -> None:
        self._session = session
        self.version = session.version
        self.recorded = session.recorded
        self._snapshots: list[str] = []
        self._answers: dict[str, tuple[str, tuple[Row, ...]]] = {}

    def upload(self, snapshot: Snapshot) -> None:
        """Hand a snapshot on."""
        self._session.upload(snapshot)
        self._snapshots.append(snapshot.name)

    def ask(
        self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None
    ) -> tuple[Row, ...]:
        """Return what the other session answers."""
        rows = self._session.ask(question, parameters, snapshot, reference)
        self._answers[question_key(question, parameters, snapshot, reference)] = (question, rows)
        return rows

    def discard(self, name: str) -> None:
        """Let the other session forget a snapshot; what it answered is kept."""
        self._session.discard(name)

    def recording(self, day: str) -> bytes:
        """Return all that was answered; `day` (ISO 8601) is when. Equal answers are equal bytes."""
        head = {
            "format": RECORDING_FORMAT,
            "batfish": self.version,
            "day": day,
            "snapshots": sorted(set(self._snapshots)),
        }
        lines: list[Any] = [head]
        lines += [
            {"key": key, "question": question, "rows": sorted(rows, key=_stable)}
            for key, (question, rows) in sorted(self._answers.items(), key=lambda item: (item[1][0], item[0]))
        ]
        text = "".join(f"{_stable(line)}\n" for line in lines)
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0, filename="") as file:
            file.write(text.encode())
        return packed.getvalue()


def unpack(path: Path) -> str:
    """Return a recording's text; OSError, EOFError, zlib.error, ValueError, also (UnclearError) for one that is too large."""
    pieces: list[bytes] = []
    at_once = min(_AT_ONCE, MAXIMUM_SIZE)
    opened = open_regular(path, str(path), MAXIMUM_SIZE)
    if isinstance(opened, Finding):
        raise UnclearError(_why_not_opened(opened))
    with opened, gzip.open(opened, "rb") as file:
        for _ in range(0, MAXIMUM_SIZE + 1, at_once):
            pieces.append(file.read(at_once))
            if not pieces[-1]:
                return b"".join(pieces).decode()
    raise unclear("recording_too_large", limit=MAXIMUM_SIZE >> 20)


def _why_not_opened(finding: Finding) -> Reason:
    reason = dict(finding.values).get("reason")
    if isinstance(reason, Reason):
        return reason
    return (
        because("no_such_file") if finding.code == "TR101" else because("recording_too_large", limit=MAXIMUM_SIZE >> 20)
    )


def _why_no_recording(error: Exception) -> Reason:
    """Return why a file is no recording, in words of our own: nobody knows what Python calls it."""
    match error:
        case UnclearError():
            return error.reason
        case gzip.BadGzipFile():
            return because("recording_not_packed")
        case EOFError():
            return because("recording_cut")
        case zlib.error():
            return because("recording_damaged")
        case OSError():
            return because("os_said", said=error.strerror or type(error).__name__)
        case _:
            return because("recording_no_answers")


class RecordedBatfish:
    """A session that answers from a recording; BatfishError if the file is none, or was made of something else."""

    def __init__(self, path: Path, columns: Columns = COLUMNS) -> None:
        self._columns = columns
        try:
            lines = [json.loads(line) for line in unpack(path).split("\n") if line]
            head, answers = lines[0], lines[1:]
            if head["format"] != RECORDING_FORMAT:
                format_found = {"found": head["format"], "wanted": RECORDING_FORMAT}
                raise BatfishError(Trouble.RECORDING, because("recording_format", path=path, **format_found))
            self.version = str(head["batfish"])
            self.recorded = str(head["day"])
            self._snapshots = frozenset(str(name) for name in head["snapshots"])
            self._answers = {str(item["key"]): _rows(item["rows"]) for item in answers}
            if len(self._answers) < len(answers):
                raise BatfishError(Trouble.RECORDING, because("recording_answers_twice", path=path))
        except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError, RecursionError) as error:
            unreadable = because("recording_unreadable", path=path, said=_why_no_recording(error))
            raise BatfishError(Trouble.RECORDING, unreadable) from error
        self._path = path

    def upload(self, snapshot: Snapshot) -> None:
        """Check that the recording is of this very snapshot. BatfishError."""
        if snapshot.name not in self._snapshots:
            other = because("recording_of_other_texts", path=self._path, day=self.recorded, snapshot=snapshot.name[:20])
            raise BatfishError(Trouble.RECORDING, other)

    def ask(
        self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None
    ) -> tuple[Row, ...]:
        """Return the recorded rows. BatfishError if this was not asked then."""
        found = self._answers.get(question_key(question, parameters, snapshot, reference))
        if found is None:
            missing = because("recording_lacks", path=self._path, day=self.recorded, question=question)
            raise BatfishError(Trouble.RECORDING, missing)
        return whole_rows(question, found, self._columns)

    def discard(self, name: str) -> None:
        """Do nothing: a recording is what it is."""


def _rows(found: Any) -> tuple[Row, ...]:
    if not isinstance(found, list):
        raise TypeError("an answer is no list of rows")
    return tuple(found)


def _stable(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
