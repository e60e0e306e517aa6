"""What goes before the judge is split into lines only where it is asked for, and then as a device shows it."""

from __future__ import annotations

from controller.jobs.evidence import SplitTexts


def test_texts_are_split_as_a_device_shows_them() -> None:
    texts = SplitTexts({"r1": "hostname r1\n!\n", "r2": ""})
    assert dict(texts) == {"r1": ("hostname r1", "!"), "r2": ()}
    assert len(texts) == 2
