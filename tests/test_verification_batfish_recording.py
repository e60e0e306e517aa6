"""Recordings that are damaged, hostile or none are told as such; what was recorded comes back as it was."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from verification.batfish import recording as batfish_recording
from verification.batfish.protocol import BatfishError, Row, Snapshot, Trouble, name_snapshot
from verification.batfish.recording import RECORDING_FORMAT, RecordedBatfish, RecordingBatfish

SNAPSHOT = name_snapshot("network", {"configs/one.cfg": "hostname one\n"})
ROW = {
    "Context": "a",
    "File_Name": "one",
    "Lines": {"filename": "configs/one.cfg", "lines": [1]},
    "Ref_Name": "\u2028\x85\x0c",
    "Struct_Type": "access list",
}


class OneAnswer:
    """A server that knows one answer."""

    version, recorded = "1", ""

    def upload(self, snapshot: Snapshot) -> None:
        """Take anything."""

    def ask(self, *_: object) -> tuple[Row, ...]:
        return (ROW,)

    def discard(self, name: str) -> None:
        """Do nothing."""


def recording() -> bytes:
    session = RecordingBatfish(OneAnswer())
    session.upload(SNAPSHOT)
    session.ask("undefinedReferences", {}, SNAPSHOT)
    return session.recording("2026-11-28")


def written(folder: Path, data: bytes) -> Path:
    path = folder / "answers.jsonl.gz"
    path.write_bytes(data)
    return path


def test_what_was_answered_comes_back_with_every_character_that_looks_like_a_line_end(tmp_path: Path) -> None:
    session = RecordedBatfish(written(tmp_path, recording()))
    session.upload(SNAPSHOT)
    assert session.ask("undefinedReferences", {}, SNAPSHOT) == (ROW,)


def head(**other: object) -> bytes:
    found = {"format": RECORDING_FORMAT, "batfish": "1", "day": "2026-11-28", "snapshots": [], **other}
    return json.dumps(found).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "can't be read", id="empty"),
        pytest.param(b"no gzip at all", "not packed with gzip", id="no gzip"),
        pytest.param(recording()[:-20], "ends too early", id="cut short"),
        pytest.param(recording()[:30] + b"\xff" * 60 + recording()[90:], "is damaged", id="damaged in the middle"),
        pytest.param(gzip.compress(b"\xff\xfe"), "does not hold the answers", id="no text"),
        pytest.param(gzip.compress(b"\n\n"), "does not hold the answers", id="blank"),
        pytest.param(gzip.compress(b"{}"), "does not hold the answers", id="no head"),
        pytest.param(gzip.compress(b"[1, 2]"), "can't be read", id="a list"),
        pytest.param(gzip.compress(b"[" * 100_000), "does not hold the answers", id="too deep"),
        pytest.param(gzip.compress(head(format="truc/batfish/0")), "has format truc/batfish/0", id="an older format"),
        pytest.param(gzip.compress(head(snapshots=None)), "does not hold the answers", id="no snapshots"),
        pytest.param(gzip.compress(head() + b"\n" + b"17"), "can't be read", id="no answer"),
        pytest.param(
            gzip.compress(head() + b"\n" + b'{"key": "k", "rows": 5}'),
            "does not hold the answers",
            id="rows that are a number",
        ),
        pytest.param(
            gzip.compress(head() + b"\n" + b'{"key": "k", "rows": ""}'),
            "does not hold the answers",
            id="rows that are a text",
        ),
        pytest.param(
            gzip.compress(head() + b"\n" + b'{"key": "k", "rows": []}\n' * 2), "something twice", id="an answer twice"
        ),
    ],
)
def test_what_is_no_recording_is_told_with_the_reason(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(BatfishError, match=said) as caught:
        RecordedBatfish(written(tmp_path, data))
    assert caught.value.trouble is Trouble.RECORDING


def test_a_recording_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batfish_recording, "MAXIMUM_SIZE", 1000)
    with pytest.raises(BatfishError, match="larger than"):
        RecordedBatfish(written(tmp_path, gzip.compress(head() + b"\n" * 2000)))


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_file_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(BatfishError, match="can't be read"):
        RecordedBatfish(tmp_path / name)


def test_a_recording_of_other_texts_is_not_replayed(tmp_path: Path) -> None:
    session = RecordedBatfish(written(tmp_path, recording()))
    with pytest.raises(BatfishError, match="made of other texts"):
        session.upload(name_snapshot("network", {"configs/one.cfg": "hostname two\n"}))
    with pytest.raises(BatfishError, match="no answer to this routes"):
        session.ask("routes", {}, SNAPSHOT)
