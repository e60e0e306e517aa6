"""What a real Batfish server answered about the hand-written snippets: it reads them as the readers do, but for a closed list.

The recording is of these very snippets: if the text of one changes, `make record-batfish` must ask again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.batfish_readers import (
    READER_COLUMNS,
    RECORDED_READERS,
    Comparison,
    Outcome,
    compare_readers,
    faults,
    misread_forms,
)
from tests.reader_devices import reader_devices, readers_snapshot
from verification.batfish.protocol import BatfishError, Parameters, Row, Snapshot, Trouble, name_snapshot
from verification.batfish.recording import RecordedBatfish

DOCS = Path(__file__).parent.parent / "docs"
AT_LEAST: Mapping[str, int] = {
    "bgp": 50,
    "interface": 850,
    "neighbor": 200,
    "packet": 285,
    "policy": 1300,
    "static": 11,
    "vrf": 400,
}
"""How many items of each kind both say alike: if the comparison went blind, fewer would be left."""


@cache
def recorded() -> RecordedBatfish:
    return RecordedBatfish(RECORDED_READERS, READER_COLUMNS)


@cache
def comparison() -> Comparison:
    return compare_readers(recorded())


def test_batfish_reads_every_snippet_as_its_reader_does_but_for_the_listed_forms() -> None:
    print(comparison().told())  # noqa: T201 - the counts, where somebody looks
    assert faults(comparison()) == []


@pytest.mark.parametrize("kind", AT_LEAST)
def test_the_comparison_is_not_empty(kind: str) -> None:
    counts = comparison().counts()
    assert {found for found, _ in counts} == set(AT_LEAST)
    assert counts[kind, Outcome.ALIKE] >= AT_LEAST[kind]


def test_every_snippet_is_compared_refused_by_its_reader_or_not_read_by_batfish() -> None:
    claimed = {device.name for device in reader_devices() if device.is_claimed}
    compared = {item.device for item in comparison().items}
    assert len(reader_devices()) >= 690
    assert compared <= claimed
    assert claimed - compared == set()
    assert len(comparison().unread) <= 85


def test_every_packet_of_a_claimed_snippet_is_an_item() -> None:
    packets = sum(len(device.packets) for device in reader_devices() if device.is_claimed)
    counts = comparison().counts()
    assert sum(counts["packet", outcome] for outcome in Outcome) == packets


@pytest.mark.parametrize("form", sorted({form for form, _ in misread_forms().values()}))
def test_every_listed_form_is_a_row_of_the_documents(form: str) -> None:
    assert f"| {form} |" in (DOCS / "en" / "batfish.md").read_text(encoding="utf-8")


def test_both_languages_list_the_same_number_of_forms() -> None:
    tables = {
        language: (DOCS / language / "batfish.md").read_text(encoding="utf-8").partition("batfish_misread.yaml")[2]
        for language in ("en", "vi")
    }
    rows = {language: text.count("\n|") for language, text in tables.items()}
    assert rows["en"] == rows["vi"] > 2


def test_a_snippet_whose_text_changed_must_be_asked_again() -> None:
    files = dict(readers_snapshot().files)
    files["configs/ios-a-port-by-name.cfg"] += "!\n"
    with pytest.raises(BatfishError) as caught:
        recorded().upload(name_snapshot("readers", files))
    assert caught.value.trouble is Trouble.RECORDING


class OtherWay:
    """The recorded server, but it says the opposite about packets."""

    version = "?"
    recorded = "?"

    def upload(self, snapshot: Snapshot) -> None:
        recorded().upload(snapshot)

    def ask(
        self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None
    ) -> tuple[Row, ...]:
        rows = recorded().ask(question, parameters, snapshot, reference)
        if question != "testFilters":
            return rows
        opposite = {"PERMIT": "DENY", "DENY": "PERMIT"}
        return tuple({**row, "Action": opposite[str(row["Action"])]} for row in rows)

    def discard(self, name: str) -> None:
        recorded().discard(name)


def test_a_server_that_said_otherwise_would_be_noticed() -> None:
    wrong = faults(compare_readers(OtherWay()))
    assert len([line for line in wrong if ": packet " in line]) >= AT_LEAST["packet"]
