"""D11: what becomes of a unit is a recorded event, and the events agree with the units."""

from __future__ import annotations

from pathlib import Path

from intents.finding import FindingsError
from intents.registry import EventKind
from intents.workspace import load_intents
from tests.rule_cases import Change, changed

ENDS: Change = (
    "units.csv",
    "05443,2025-07-01,,Xã An Bình,commune,19@2025-07-01,thu-nghiem",
    (
        "05443,2025-07-01,2026-06-30,Xã An Bình,commune,19@2025-07-01,thu-nghiem\n"
        "05446,2026-07-01,,Xã An Hòa,commune,19@2025-07-01,thu-nghiem"
    ),
)
HEADER = "kind,date,from_unit,to_unit,decision_ref\n"
FOLLOWS = f"{HEADER}rename,2026-07-01,05443@2025-07-01,05446@2026-07-01,1/NQ (fictional)\n"


def codes(workspace: Path) -> set[tuple[str, str]]:
    """Return the code and the requirement of each error."""
    try:
        load_intents(workspace)
    except FindingsError as error:
        return {(item.code, item.rule.requirement if item.rule else "") for item in error.findings}
    return set()


def with_events(folder: Path, text: str) -> Path:
    workspace = changed(folder, ENDS)
    (workspace / "unit_events.csv").write_text(text, encoding="utf-8")
    return workspace


def test_D11_a_unit_that_ends_under_somebody_without_an_event_breaks_it(tmp_path: Path) -> None:
    assert codes(changed(tmp_path, ENDS)) == {("TR238", "D11")}


def test_D11_an_event_that_says_what_follows_meets_it(tmp_path: Path) -> None:
    workspace = with_events(tmp_path, FOLLOWS)
    assert codes(workspace) == set()
    (event,) = load_intents(workspace).registry.events
    assert (event.kind, event.before, event.after) == (EventKind.RENAME, "05443@2025-07-01", "05446@2026-07-01")
    assert event.decision_ref == "1/NQ (fictional)"


def test_a_unit_on_which_nothing_stands_on_its_last_day_needs_no_event(tmp_path: Path) -> None:
    empty = "05443,2025-07-01,,Xã An Bình,commune,19@2025-07-01,thu-nghiem"
    old = "05449,2024-12-01,2025-06-30,Xã An Lạc,commune,,thu-nghiem"
    assert codes(changed(tmp_path, ("units.csv", empty, f"{empty}\n{old}"))) == set()


def test_what_begins_and_ends_is_held_against_the_day_of_the_event(tmp_path: Path) -> None:
    assert codes(with_events(tmp_path / "a", FOLLOWS.replace(",2026-07-01,", ",2026-07-02,", 1))) == {("TR235", "D11")}


def test_every_field_of_an_event_is_needed(tmp_path: Path) -> None:
    for number, field in enumerate(("rename", "2026-07-01", "05443@2025-07-01", "1/NQ (fictional)")):
        text = HEADER + FOLLOWS.removeprefix(HEADER).replace(field, "", 1)
        assert "TR131" in {code for code, _ in codes(with_events(tmp_path / str(number), text))}
