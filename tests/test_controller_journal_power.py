"""Whenever the power fails, no record is lost that was reported written, and the journal opens again; writers that are wrong are
caught by the same images."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from random import Random

import pytest

from controller.journal.file import open_journal
from controller.journal.holder import Holder, NotWrittenError
from controller.journal.reading import read_journal
from controller.journal.records import Record, Repaired
from intents.finding import FindingsError
from tests.journal_runs import NOW, play, run_of
from tests.power_cuts import (
    BelievingItsCache,
    FullDisk,
    LeavingNames,
    NeverSyncing,
    PowerCut,
    RememberingDisk,
    SyncingBefore,
    WritingAnew,
)

IMAGES = 2000
HOLDER = Holder(operator="an", host="noc-1", process=7, since=NOW)


@cache
def stories() -> tuple[tuple[Record, ...], ...]:
    """Return roll-outs, short ones and long ones."""
    found = []
    for seed in range(40):
        run = run_of(Random(seed))  # noqa: S311 (a made-up case, no secret)
        play(run, 1)
        found.append(tuple(run.records))
    return tuple(found)


def kept(path: Path) -> tuple[Record, ...]:
    """Return what happened, without repairs."""
    return tuple(record for record in read_journal(path).chain.records if not isinstance(record, Repaired))


class Night:
    """One journal through several power cuts. `opened`: whether it was reported open once; `told`: how many records were
    reported written."""

    def __init__(self, folder: Path, chance: Random, kind: type[RememberingDisk], failing: frozenset[int]) -> None:
        self.path, self.chance, self.kind = folder / "journal.jsonl", chance, kind
        self.story: Sequence[Record] = chance.choice(stories())
        self.image: bytes | None = None
        self.opened, self.told, self.there, self.failing = False, 0, 0, failing

    def session(self) -> str | None:
        """Write until the power is cut; return what was lost, or None."""
        disk = self.kind(chance=self.chance, cut_after=self.chance.randint(0, 60), failing_syncs=self.failing)
        disk.begin(self.path, self.image)
        try:
            self._write(disk)
        except PowerCut:
            pass
        except (NotWrittenError, OSError):
            self._write_again(disk)
        contents = disk.files.get(self.path)
        self.image = None if contents is None else contents.image(self.chance)
        return self._look()

    def _write(self, disk: RememberingDisk) -> None:
        with open_journal(self.path, HOLDER, identity="night", disk=disk) as journal:
            self.opened = True
            for number in range(self.there, min(len(self.story), self.there + 6)):
                journal.append(self.story[number])
                self.there = number + 1
                self.told = max(self.told, self.there)

    def _write_again(self, disk: RememberingDisk) -> None:
        """After an error of the disk the journal is opened once more, while the system still shows what it had."""
        with suppress(FindingsError):
            self.there = len(kept(self.path))
        with suppress(PowerCut, NotWrittenError, OSError):
            self._write(disk)

    def _look(self) -> str | None:
        RememberingDisk(chance=self.chance).begin(self.path, self.image)
        try:
            with open_journal(self.path, HOLDER, identity="night", disk=RememberingDisk(chance=self.chance)):
                pass
            records = kept(self.path)
        except FindingsError as error:
            return f"it does not open: {[finding.code for finding in error.findings]}"
        if self.opened and self.image is None:
            return "the file is gone"
        if records != tuple(self.story[: len(records)]) or len(records) < self.told:
            return f"{len(records)} of {self.told} records are there"
        self.there = len(records)
        return None


def losses(folder: Path, kind: type[RememberingDisk], images: int, failing: frozenset[int] = frozenset()) -> list[str]:
    """Return what some images have lost."""
    found: list[str] = []
    seen = 0
    for seed in count():
        night = Night(folder, Random(seed), kind, failing)  # noqa: S311 (a made-up case, no secret)
        for _ in range(3):
            lost = night.session()
            seen += 1
            if lost is not None:
                found.append(f"{seed}: {lost}")
                break
        if seen >= images or (found and kind is not RememberingDisk):
            return found
    raise AssertionError


def test_no_power_cut_loses_a_record_that_was_reported_written(tmp_path: Path) -> None:
    assert losses(tmp_path, RememberingDisk, IMAGES) == []


def test_no_record_is_lost_when_a_sync_fails_and_the_system_shows_what_the_disk_has_not(tmp_path: Path) -> None:
    for number in range(2, 8):
        assert losses(tmp_path, RememberingDisk, 60, frozenset({number})) == []


@pytest.mark.parametrize("kind", [NeverSyncing, SyncingBefore, LeavingNames, WritingAnew])
def test_a_wrong_writer_is_caught(tmp_path: Path, kind: type[RememberingDisk]) -> None:
    assert losses(tmp_path, kind, 300)


def test_one_that_believes_what_the_system_shows_is_caught(tmp_path: Path) -> None:
    assert any(losses(tmp_path, BelievingItsCache, 100, frozenset({number})) for number in range(3, 8))


@pytest.mark.parametrize("room", [0, 1, 100, 200])
def test_on_a_full_disk_nothing_counts_as_written_and_the_next_run_repairs_the_end(tmp_path: Path, room: int) -> None:
    path, disk, story = tmp_path / "journal.jsonl", FullDisk.with_room(1 << 20), stories()[0]
    with open_journal(path, HOLDER, disk=disk) as journal:
        journal.append(story[0])
        head, disk.room = journal.head, room
        for _ in range(2):
            with pytest.raises(NotWrittenError) as caught:
                journal.append(story[1])
            assert [finding.code for finding in caught.value.findings] == ["TR947"]
            disk.room = 1 << 20  # room again is no reason to go on
        assert journal.head == head
    with open_journal(path, HOLDER) as journal:
        journal.append(story[1])
    records = read_journal(path).chain.records
    assert [record for record in records if not isinstance(record, Repaired)] == list(story[:2])
    assert [record.length for record in records if isinstance(record, Repaired)] == ([room] if room else [])
