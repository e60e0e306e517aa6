"""`truc drift`: what it ends with and what it tells, in the terminal, as JSON Lines, as JUnit and on its page."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from junitparser import JUnitXml

from controller.commands.drift import DriftRequest, drift_command
from controller.drift.report import read_since
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.output.words import Language
from intents.finding import FindingsError
from tests.small_builds import compiled
from tests.small_commands import ON, SMALL, truc
from tests.test_controller_board_report import check_page

HERE = ("drift", "-w", SMALL, "--on", ON)
FENCE = " ip access-group TRUC-OUT4-"


def write(folder: Path, changed: Mapping[str, str | None] | None = None) -> Path:
    """Return a folder with the compiled texts, some changed or (None) left out."""
    texts: dict[str, str | None] = {name: item.text for name, item in compiled().configs.items()}
    folder.mkdir()
    for name, text in {**texts, **(changed or {})}.items():
        if text is not None:
            (folder / compiled().configs[name].file_name).write_text(text, encoding="utf-8")
    return folder


def text_of(device: str, old: str = "", new: str = "") -> str:
    text = compiled().configs[device].text
    assert old in text
    return text.replace(old, new, 1) if old else text


def without_fence(device: str = "cpe-gia-sang") -> str:
    lines = text_of(device).split("\n")
    first = next(index for index, line in enumerate(lines) if line.startswith(FENCE))
    return "\n".join((*lines[:first], *lines[first + 1 :]))


def messages(*words: str | Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in truc(*HERE, *words, "--json")[1].splitlines()]


def drifts(*words: str | Path) -> dict[object, dict[str, object]]:
    return {item["device"]: item for item in messages(*words) if item.get("type") == "drift"}


NEUTRAL = {"agg-2": text_of("agg-2", "set system ntp trusted-key 1\n")}
WEAK = {"cpe-gia-sang": without_fence()}
UNKNOWN = {"core-1": text_of("core-1") + "frobnicate all packets\n"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ExitCode.FINE),
        (NEUTRAL, ExitCode.CHANGES),
        (WEAK, ExitCode.CHANGES),
        (UNKNOWN, ExitCode.INCONCLUSIVE),
        ({"core-1": None}, ExitCode.INCONCLUSIVE),
        ({**UNKNOWN, **NEUTRAL}, ExitCode.CHANGES),
    ],
    ids=["none", "neutral", "weak", "unknown", "not read", "unknown and neutral"],
)
def test_the_exit_code_says_what_was_found(tmp_path: Path, changed: Mapping[str, str | None], code: ExitCode) -> None:
    assert truc(*HERE, "--running", write(tmp_path / "running", changed))[0] == code


def test_the_worst_stands_first_and_each_says_what_it_does_with_its_lines(tmp_path: Path) -> None:
    _, text = truc(*HERE, "--running", write(tmp_path / "running", {**NEUTRAL, **WEAK, **UNKNOWN, "core-2": None}))
    places = [text.index(f"{name}: {what}") for name, what in (
        ("cpe-gia-sang", "weakens one of two fences"),
        ("agg-2", "changes nothing that is judged"),
        ("core-1", "not understood, nothing is claimed"),
    )]  # fmt: skip
    assert places == sorted(places)
    assert "destination-fence dang-uy-gia-sang-dang: hold -> violated" in text
    assert "- cpe-gia-sang.cfg:802: interface GigabitEthernet0/0/1.100 / ip access-group TRUC-OUT4-" in text
    assert "- agg-2.conf" in text
    assert "Not read, so nothing is known of them (1): core-2" in text
    assert "9 of 10 devices read, 3 drift: 1 weaken a fence, 1 neutral, 1 not understood" in text


def test_a_drift_keeps_the_day_on_which_it_was_first_seen(tmp_path: Path) -> None:
    folder = write(tmp_path / "running", {**NEUTRAL, **WEAK})
    earlier = tmp_path / "earlier.jsonl"
    earlier.write_text(
        truc("drift", "-w", SMALL, "--on", "2026-08-01", "--running", folder, "--json")[1], encoding="utf-8"
    )
    moved = WEAK["cpe-gia-sang"].replace("hostname", "! a comment\nhostname", 1)
    again = write(
        tmp_path / "again",
        {"agg-2": text_of("agg-2", "set system ntp trusted-key 1\n", ""), "cpe-gia-sang": moved, **UNKNOWN},
    )
    since = {name: item["since"] for name, item in drifts("--running", again, "--since", earlier).items()}
    assert since == {"agg-2": "2026-08-01", "cpe-gia-sang": "2026-08-01", "core-1": ON}
    other = write(tmp_path / "other", {"agg-2": text_of("agg-2", "set system no-redirects\n")})
    assert drifts("--running", other, "--since", earlier)["agg-2"]["since"] == ON


@pytest.mark.parametrize(
    "text",
    ["", "{}\n", '{"format": "truc/verify/1"}\n', "no JSON\n", '{"format": "truc/drift/1"}\n[]\n',
     '{"format": "truc/drift/1"}\n{"type": "drift", "device": "a", "digest": "b", "since": "once"}\n'],
)  # fmt: skip
def test_what_is_no_earlier_report_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "earlier.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FindingsError) as refused:
        read_since(path)
    assert [item.code for item in refused.value.findings] == ["TR839"]


def test_a_change_in_progress_is_no_drift(tmp_path: Path) -> None:
    folder = write(tmp_path / "running", {**NEUTRAL, **WEAK})
    change = tmp_path / "change"
    change.mkdir()
    (change / "cpe-gia-sang.cfg").write_text(WEAK["cpe-gia-sang"], encoding="utf-8")
    found = messages("--running", folder, "--accept", change)
    assert [item["device"] for item in found if item.get("type") == "drift"] == ["agg-2"]
    assert [item["device"] for item in found if item.get("type") == "in progress"] == ["cpe-gia-sang"]
    code, text = truc(*HERE, "--running", folder, "--accept", write(tmp_path / "all", {**NEUTRAL, **WEAK}))
    assert code == 0
    assert "At a text of the change in progress: agg-2, cpe-gia-sang" in text


def test_approved_texts_are_expected_instead_of_compiled_ones(tmp_path: Path) -> None:
    approved = write(tmp_path / "approved", WEAK)
    assert truc(*HERE, "--running", write(tmp_path / "same", WEAK), "--approved", approved)[0] == 0
    found = drifts("--running", write(tmp_path / "compiled"), "--approved", approved)
    assert found["cpe-gia-sang"]["class"] == "neutral"  # the approved fence was weak; the one found is whole
    assert truc(*HERE, "--running", approved, "--approved", write(tmp_path / "few", {"core-1": None}))[0] == 1


def test_a_folder_of_readings_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path / "running")
    (folder / "readings.json").write_text("{}", encoding="utf-8")
    code, text = truc(*HERE, "--running", folder)
    assert code == 0
    assert "TR720" not in text
    (folder / "stranger.cfg").write_text("hostname stranger\n", encoding="utf-8")
    code, text = truc(*HERE, "--running", folder)
    assert code == 1
    assert "TR705" in text


def test_junit_has_a_case_for_each_device_and_is_never_greener_than_the_command(tmp_path: Path) -> None:
    path = tmp_path / "drift.xml"
    folder = write(tmp_path / "running", {**NEUTRAL, **WEAK, **UNKNOWN, "core-2": None})
    truc(*HERE, "--running", folder, "--junit", path)
    report = JUnitXml.fromfile(str(path))
    results = {case.name: case.result for suite in report for case in suite}
    assert set(results) == set(compiled().configs)
    types = {name: f"{found[0]._tag} {found[0].type}" for name, found in results.items() if found}
    assert types == {
        "agg-2": "failure neutral",
        "cpe-gia-sang": "failure weakens-fence",
        "core-1": "error not-modelled",
        "core-2": "error not-read",
    }


@pytest.mark.parametrize("changed", [{}, {**NEUTRAL, **WEAK, **UNKNOWN, "core-2": None}], ids=["none", "some"])
def test_the_page_is_sound_and_says_what_the_terminal_says(tmp_path: Path, changed: Mapping[str, str | None]) -> None:
    path = tmp_path / "drift.html"
    truc(*HERE, "--running", write(tmp_path / "running", changed), "--html", path)
    page = " ".join(check_page(path.read_text(encoding="utf-8")).text.split())
    if not changed:
        assert "Không thiết bị nào sai lệch No device drifts" in page
        return
    assert "3 trên 10 thiết bị sai lệch 3 of 10 devices drift" in page
    for words in ("weakens one of two fences", "not understood", "Not read: core-2.", "frobnicate all packets"):
        assert words in page


def test_no_secret_of_a_device_is_told(tmp_path: Path) -> None:
    secret = "Sup3rS3cretWord"
    changed = {
        "core-1": text_of(
            "core-1", "snmp-server ifindex persist", f"snmp-server community {secret} RW\nfrobnicate key {secret}"
        ),
        "agg-2": text_of(
            "agg-2", "set system ntp trusted-key 1\n", f'set system services frobnicate password "{secret}"\n'
        ),
    }
    folder, page, junit = write(tmp_path / "running", changed), tmp_path / "drift.html", tmp_path / "drift.xml"
    told = truc(*HERE, "--running", folder, "--html", page, "--junit", junit)[1]
    told += truc(*HERE, "--running", folder, "--json")[1]
    told += page.read_text(encoding="utf-8") + junit.read_text(encoding="utf-8")
    assert "core-1" in told
    assert secret not in told


def test_nights_of_an_unchanged_fleet_are_told_alike_and_judged_once(tmp_path: Path) -> None:
    """Equal digest, equal verdict: the same bytes night after night, from what the first has kept."""
    for number, changed in enumerate(({}, {**NEUTRAL, **WEAK})):
        folder = write(tmp_path / str(number), changed)
        told = {truc(*HERE, "--running", folder, *words, "--json") for words in (("--no-cache",), (), (), ())}
        assert len(told) == 1
        assert len(list(Path(os.environ["XDG_CACHE_HOME"]).glob("truc/*"))) == number + 1


def test_both_languages_say_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "running", WEAK)
    told = []
    for language in Language:
        drift_command(Output(language), DriftRequest(folder=SMALL, running=folder, on=ON, uses_cache=False))
        told.append(capsys.readouterr().out)
    assert "làm yếu một trong hai hàng rào" in told[0]
    assert "weakens one of two fences" in told[1]


def test_somebody_who_is_let_in_is_told_without_the_secret(tmp_path: Path) -> None:
    secret = "Sup3rS3cretWord"
    user = f"username somebody privilege 15 secret 9 {secret}\n"
    folder = write(tmp_path / "running", {"core-1": text_of("core-1", "username truc", f"{user}username truc")})
    page = tmp_path / "drift.html"
    code, told = truc(*HERE, "--running", folder, "--html", page)
    assert code == ExitCode.CHANGES
    assert f"core-1: weakens one of two fences, or a way in; since {ON}" in told
    assert "lets somebody into the device whom nobody wrote down" in told
    assert "+ core-1.cfg" in told
    assert secret not in told + page.read_text(encoding="utf-8")
    assert "cho vào thiết bị một người không ai khai báo" in page.read_text(encoding="utf-8")
    (drift,) = drifts("--running", folder).values()
    assert drift["class"] == "weakens-fence"
