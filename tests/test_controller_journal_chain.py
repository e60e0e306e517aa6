"""A journal's lines: what was written is read, one byte flipped is refused, what a crash leaves is told from what is broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.journal.chain import BrokenChainError, read_chain, repair_of
from controller.output.canonical_json import Plain, canonical_bytes, canonical_digest
from intents.finding import FindingsError, Severity
from tests.journal_cases import WHOLE, audited, journal_bytes
from tests.journal_runs import play, run_of

DATA = journal_bytes(WHOLE)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=50)
def test_what_was_written_is_read(seed: int) -> None:
    run = run_of(Random(seed))  # noqa: S311 - a made-up case
    play(run, 1)
    found = read_chain(journal_bytes(run.records, "đường trục"))
    assert found is not None
    assert (found.identity, found.records, found.torn) == ("đường trục", tuple(run.records), b"")


def test_every_line_is_canonical_json_with_the_hash_of_the_rest() -> None:
    before = f"sha256:{'0' * 64}"
    for number, line in enumerate(DATA.splitlines()):
        whole = json.loads(line)
        assert rfc8785.dumps(whole) == line
        digest = whole.pop("digest")
        assert (digest, whole["before"], whole["sequence"]) == (canonical_digest(whole), before, number)
        before = digest


def is_refused(data: bytes, folder: Path) -> bool:
    try:
        return any(finding.severity is Severity.ERROR for finding in audited(data)(folder))
    except FindingsError:
        return True


def is_unreadable(data: bytes) -> bool:
    try:
        found = read_chain(data)
    except BrokenChainError:
        return True
    return found is None or found.torn != b""


def test_each_byte_flipped_is_refused(tmp_path: Path) -> None:
    data = journal_bytes(WHOLE[:4])
    assert not is_refused(data, tmp_path)
    chance = Random(1)  # noqa: S311 - the same flips each time
    for place, byte in enumerate(data):
        for flip in {1 << chance.randrange(8), byte ^ 10, byte} - {0}:
            changed = bytearray(data)
            changed[place] ^= flip
            assert is_unreadable(bytes(changed)), (place, flip)
            assert place % 25 or is_refused(bytes(changed), tmp_path), (place, flip)


def test_a_line_left_out_doubled_or_moved_is_refused_by_its_number() -> None:
    lines = DATA.splitlines(keepends=True)
    for place in range(1, len(lines) - 1):
        for odd in (
            lines[:place] + lines[place + 1 :],
            [*lines[: place + 1], *lines[place:]],
            [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]],
        ):
            with pytest.raises(BrokenChainError) as caught:
                read_chain(b"".join(odd))
            assert caught.value.line in {place + 1, place + 2}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda _: b"", None),
        (lambda data: data[:50], None),
        (lambda _: b"\0" * 300, None),
        (lambda data: b"\n" + data, "journal_line_no_journal"),
        (lambda _: b"no journal at all", "journal_line_no_journal"),
        (lambda _: b"[]\n", "journal_line_no_journal"),
        (lambda data: data.replace(b"truc/journal/1", b"truc/journal/2"), "journal_line_no_journal"),
        (lambda data: data.replace(b"made-up", b"made-on"), "journal_line_changed"),
        (lambda data: data.replace(b'"kind":"checked"', b'"kind":"checker"'), "journal_line_changed"),
        (lambda data: data.replace(b'"first":1', b'"first": 1'), "journal_line_changed"),
        (lambda data: data.replace(b"\n", b"\r\n"), "journal_line_changed"),
    ],
)
def test_what_is_no_journal_or_a_broken_one_is_told_apart(change: Callable[[bytes], bytes], key: str | None) -> None:
    data = change(DATA)
    if key is None:
        assert read_chain(data) is None
        return
    with pytest.raises(BrokenChainError) as caught:
        read_chain(data)
    assert caught.value.reason.key == key


def _forged(body: dict[str, Plain]) -> bytes:
    """Return the journal with one more line, whose hash is right."""
    found = read_chain(DATA)
    assert found is not None
    whole: dict[str, Plain] = {"before": found.head, "sequence": len(found.links), **body}
    whole["digest"] = canonical_digest(whole)
    return DATA + canonical_bytes(whole) + b"\n"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"record": {"kind": "lost"}}, "journal_line_unknown"),
        ({"record": {"kind": "saved"}}, "journal_line_unknown"),
        ({"record": []}, "journal_line_unknown"),
        ({"record": {"kind": ["saved"]}}, "journal_line_unknown"),
        ({}, "journal_line_elsewhere"),
        ({"more": 1, "record": {}}, "journal_line_elsewhere"),
        ({"sequence": 7, "record": {}}, "journal_line_elsewhere"),
    ],
)
def test_a_line_whose_hash_is_right_must_still_hold_a_record_in_its_place(body: dict[str, Plain], key: str) -> None:
    with pytest.raises(BrokenChainError) as caught:
        read_chain(_forged(body))
    assert (caught.value.line, caught.value.reason.key) == (11, key)


def test_every_torn_tail_of_the_last_line_is_told_from_a_broken_chain() -> None:
    lines = DATA.splitlines(keepends=True)
    whole, last = b"".join(lines[:-1]), lines[-1]
    for length in range(1, len(last)):
        for torn in (last[:length], last[:length] + b"\0" * 5, b"\0" * length + last[length:], b"\0" * length):
            found = read_chain(whole + torn)
            assert found is not None
            assert (found.torn, found.whole, len(found.links)) == (torn, len(whole), len(lines) - 1)
    assert repair_of(b"") == (0, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def test_zeros_in_a_line_before_the_last_are_a_broken_chain() -> None:
    with pytest.raises(BrokenChainError):
        read_chain(DATA.replace(b'"first":1', b'"first":\0'))


def test_a_journal_cut_off_between_two_lines_shows_only_by_its_head(tmp_path: Path) -> None:
    found = read_chain(DATA)
    assert found is not None
    cut = DATA[: DATA[:-1].rindex(b"\n") + 1]
    assert not is_refused(cut, tmp_path)
    heads = [link.digest for link in found.links]
    assert found.head == heads[-1]
    for head in heads:  # one that was noted earlier than the end is as good
        assert [item.code for item in audited(DATA, head=head)(tmp_path)] == [
            "TR988",
            "TR948",
        ]  # signatures and plan were not looked at
    assert "TR943" in {item.code for item in audited(cut, head=found.head)(tmp_path)}
