"""`truc watch`: what it says after each change is what `truc verify` says then, and nothing but an interruption ends it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from controller.commands.watch import watch_command
from controller.jobs.compile import compile_workspace
from controller.jobs.file_events import events
from controller.jobs.judging import Extent
from controller.jobs.resident import Glance, Resident, WatchRequest, day_of, judge_again
from controller.jobs.seen_files import SeenFiles, see, see_calm
from controller.jobs.turns import turns
from controller.jobs.verify import texts_to_judge, verify
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.output.words import Language
from tests.small_builds import compiled
from tests.small_commands import ON, ROOT, START, check_messages, copy_small, truc

Message = dict[str, object]
Edit = Callable[[], object]
CPE = "cpe-gia-sang.cfg"


def texts_folder(folder: Path) -> Path:
    folder.mkdir()
    for item in compiled().configs.values():
        (folder / item.file_name).write_text(item.text, encoding="utf-8")
    return folder


def replaced(path: Path, pattern: str, new: str) -> Edit:
    """Return an edit of a file, which must find what it changes."""

    def edit() -> None:
        text, count = re.subn(pattern, new, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        assert count
        path.write_text(text, encoding="utf-8")

    return edit


def restored(path: Path) -> Edit:
    text = path.read_bytes()
    return lambda: path.write_bytes(text)


def watched(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    *edits: Edit,
    configs: Path | None = None,
    language: Language = Language.EN,
    as_json: bool = True,
) -> list[str]:
    """Return what is said at the start and after each edit."""
    said: list[str] = []

    def after_edits(folders: Sequence[Path]) -> Iterator[None]:
        assert folder in folders
        for edit in edits:
            said.append(capsys.readouterr().out)
            edit()
            yield None

    output = Output(language, json=as_json)
    code = watch_command(output, folder, ON, configs, after_edits, with_failures=True)
    assert code is ExitCode.FINE
    said.append(capsys.readouterr().out)
    if as_json:
        check_messages("".join(said))
    return said


def messages(said: str, kind: str) -> list[Message]:
    return [item for item in map(json.loads, said.splitlines()) if item.get("type") == kind]


def verified(folder: Path, configs: Path) -> Message:
    _, said = truc("verify", "-w", folder, "--on", ON, "--configs", configs, "--json")
    summary: Message = json.loads(said.splitlines()[-1])
    return summary


COUNTS = (
    *("questions", "hold", "violated", "disputed", "not_modelled"),
    *("flows", "devices", "states", "unreachable", "walked", "ok"),
)


def test_a_text_that_is_broken_and_mended_turns_its_questions_and_turns_them_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configs = texts_folder(tmp_path / "texts")
    path = configs / CPE
    folder = copy_small(tmp_path / "w")
    broken = replaced(path, r"^ 20 permit tcp .*\n", "")
    edits = (broken, restored(path), replaced(path, r"\A", "frobnicate\n"), restored(path))
    said = watched(capsys, folder, *edits, configs=configs)
    judged = [messages(item, "judged")[0] for item in said]
    assert [item["ok"] for item in judged] == [True, False, True, False, True]
    assert {key: judged[4][key] for key in COUNTS} == {key: verified(folder, configs)[key] for key in COUNTS}
    broken()
    assert {key: judged[1][key] for key in COUNTS} == {key: verified(folder, configs)[key] for key in COUNTS}
    turned = [messages(item, "turn") for item in said]
    assert not turned[0]
    assert turned[1]
    assert {(item["was"], item["now"]) for item in turned[1]} == {("holds", "violated")}
    assert [(item["kind"], item["subject"]) for item in turned[1]] == [
        (item["kind"], item["subject"]) for item in turned[2]
    ]
    assert {(item["was"], item["now"]) for item in turned[2]} == {("violated", "holds")}
    assert {(item["was"], item["now"]) for item in turned[3]} == {("holds", "not modelled")}
    assert judged[1]["files"] == [str(path)]
    assert judged[1]["texts"] == [{"device": "cpe-gia-sang", "new": 0, "gone": 1}]


def test_a_mistake_is_told_and_watching_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy_small(tmp_path / "w")
    path = folder / "settings.yaml"
    edits = (
        replaced(path, r"\Z", "nonsense: 1\n"),
        lambda: (folder / "sites.csv").rename(folder / "gone.csv"),
        lambda: path.chmod(0) if os.geteuid() else path.unlink(),
        lambda: None,
    )
    mended = restored(path)

    def mend() -> None:
        path.unlink(missing_ok=True)
        (folder / "gone.csv").rename(folder / "sites.csv")
        mended()

    said = watched(capsys, folder, *edits, mend)
    assert [len(messages(item, "refused")) for item in said] == [0, 1, 1, 1, 0, 0]
    assert [len(messages(item, "judged")) for item in said] == [1, 0, 0, 0, 0, 1]
    assert "TR112" in [item["code"] for item in messages(said[1], "finding")]
    assert not messages(said[-1], "turn")


def test_what_is_wrong_from_the_start_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configs = texts_folder(tmp_path / "texts")
    replaced(configs / CPE, r"^ 20 permit tcp .*\n", "")()
    (said,) = watched(capsys, copy_small(tmp_path / "w"), configs=configs)
    assert {(item["was"], item["now"]) for item in messages(said, "turn")} == {(None, "violated")}


def test_what_is_wrong_beside_the_files_is_told_and_gone_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy_small(tmp_path / "w")
    below, nowhere = folder / "intents" / "below", folder / "intents" / "nowhere.yaml"
    edits = (below.mkdir, below.rmdir, lambda: nowhere.symlink_to(folder / "gone"), nowhere.unlink)
    said = watched(capsys, folder, *edits)
    assert [len(messages(item, "refused")) for item in said] == [0, 1, 0, 1, 0]
    assert [messages(item, "finding")[0]["code"] for item in said[1::2]] == ["TR137", "TR134"]
    assert [messages(item, "judged")[0]["ok"] for item in said[::2]] == [True, True, True]


def test_a_folder_of_texts_that_comes_later_is_judged_then(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configs = tmp_path / "texts"
    said = watched(capsys, copy_small(tmp_path / "w"), lambda: texts_folder(configs), configs=configs)
    assert [item["code"] for item in messages(said[0], "finding")] == ["TR701"]
    assert messages(said[1], "judged")[0]["ok"] is True


def test_what_was_never_judged_has_no_judgement_that_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy_small(tmp_path / "w")
    replaced(folder / "settings.yaml", r"\Z", "nonsense: 1\n")()
    mend = replaced(folder / "settings.yaml", r"^nonsense: 1\n", "")
    spoil = replaced(folder / "settings.yaml", r"\Z", "nonsense: 1\n")
    said = watched(capsys, folder, mend, spoil, as_json=False)
    words = Output(Language.EN).words
    assert words("watch_not_yet", errors=1, warnings=0, notes=0) in said[0]
    assert words("watch_refused", errors=1, warnings=0, notes=0) in said[2]


@pytest.mark.parametrize("language", Language)
def test_people_read_what_has_turned(tmp_path: Path, capsys: pytest.CaptureFixture[str], language: Language) -> None:
    folder, configs = copy_small(tmp_path / "w"), texts_folder(tmp_path / "texts")
    path = configs / CPE
    edits = (
        replaced(path, r"^ 20 permit tcp .*\n", ""),
        restored(path),
        replaced(folder / "settings.yaml", r"\Z", "nonsense: 1\n"),
        replaced(folder / "settings.yaml", r"^nonsense: 1\n", ""),
        replaced(folder / "intents" / "government.yaml", r"443", "444"),
        replaced(path, r"\A", "frobnicate\n"),
    )
    said = watched(capsys, folder, *edits, configs=configs, language=language, as_json=False)
    output = Output(language)
    assert str(folder) in said[0]
    assert output.words("violated").upper() in said[1]
    assert output.words("turned_from", before=output.words("hold")) in said[1]
    assert "cpe-gia-sang.cfg:" in said[1]
    assert output.words("turned_from", before=output.words("violated")) in said[2]
    assert output.words("watch_refused", errors=1, warnings=0, notes=0) in said[3]
    assert output.words("changed_files", files="settings.yaml") in said[4]
    assert output.words("changed_files", files="intents/government.yaml") in said[5]
    unknown = output.words("count_changed", what=output.words("counted_unknown"), before=0, after=1)
    assert unknown in said[6]
    assert (
        output.words("more_turns", count=0).split("0")[1].strip() in said[6]
    )  # one line leaves more open than are shown


def seen(request: WatchRequest) -> Glance:
    assert request.configs is None
    folder = request.folder
    found = see([folder, folder / "intents", folder / "running"])
    return Glance(workspace=found, texts=SeenFiles(), day=day_of(request))


def test_every_report_is_that_of_a_judgement_from_nothing(tmp_path: Path) -> None:
    folder = copy_small(tmp_path / "w")
    request = WatchRequest(folder=folder, on=compiled().addressed.wanted.on)
    intents, running = folder / "intents" / "government.yaml", folder / "running"
    edits: tuple[Edit, ...] = (
        lambda: None,
        replaced(intents, r"443", "444"),
        replaced(intents, r"^# .*\n|\A", "# a word\n"),
        restored(intents),
        lambda: running.mkdir(exist_ok=True),
        lambda: (running / CPE).write_text("frobnicate\n", encoding="utf-8"),
        (running / CPE).unlink,
    )
    output = Output(Language.EN)
    before: Resident | None = None
    for edit in edits:
        edit()
        before = judge_again(request, seen(request), before, output)
        done = compile_workspace(folder, request.on, output)
        texts, warnings = texts_to_judge(done, None)
        alone = verify(done, texts, output, extent=Extent(), warnings=warnings)
        assert before.report.judgement == alone.judgement
        assert before.report == alone


def test_what_only_moves_is_no_turn() -> None:
    configs = texts_to_judge(compiled(), None)[0]
    broken = {
        **configs,
        "cpe-gia-sang": re.sub(r"^ 20 permit tcp .*\n", "", configs["cpe-gia-sang"], flags=re.MULTILINE),
    }
    moved = {**broken, "cpe-gia-sang": "!\n!\n" + broken["cpe-gia-sang"]}
    output = Output(Language.EN)
    one, other = (verify(compiled(), texts, output, extent=Extent(failures=False)) for texts in (broken, moved))
    assert one.judgement.answers != other.judgement.answers
    assert turns(one.judgement.answers, other.judgement.answers) == ()
    assert [turn.names for turn in turns((), one.judgement.answers)] == [
        turn.names for turn in turns((), other.judgement.answers)
    ]
    assert all(turn.is_bad for turn in turns((), one.judgement.answers))


def test_files_are_told_apart_by_what_can_be_seen(tmp_path: Path) -> None:
    one, other = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text("1", encoding="utf-8")
    first = see([tmp_path, tmp_path / "none"])
    assert list(first.looks) == [one]
    (tmp_path / ".a.csv.swp").write_text("", encoding="utf-8")
    assert see_calm([tmp_path]) == first
    below, nowhere = tmp_path / "below", tmp_path / "nowhere"
    below.mkdir()
    nowhere.symlink_to(tmp_path / "gone")
    changed = see([tmp_path])
    assert changed.changed(first) == (below, nowhere)  # either may be wrong where it stands
    (below / "inner").write_text("", encoding="utf-8")
    assert see([tmp_path]) == changed
    below.joinpath("inner").unlink()
    below.rmdir()
    nowhere.unlink()
    stamp = one.stat()
    one.write_text("2", encoding="utf-8")
    os.utime(one, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert see([tmp_path]).changed(first) == (one,)  # though size and time are as they were
    first = see([tmp_path])
    other.write_text("1", encoding="utf-8")
    assert see([tmp_path]).changed(first) == (other,)
    one.unlink()
    assert see([tmp_path]).changed(first) == (one, other)
    link = tmp_path / "c.csv"
    link.symlink_to(other)
    second = see([tmp_path])
    other.write_text("12", encoding="utf-8")
    assert see([tmp_path]).changed(second) == (other, link)


def test_the_system_tells_of_a_change(tmp_path: Path) -> None:
    told = events([tmp_path])
    timer = threading.Timer(0.3, lambda: (tmp_path / "a").write_text("", encoding="utf-8"))
    timer.start()
    for _ in told:
        if (tmp_path / "a").exists():
            break
    timer.join()
    told.close()  # type: ignore[attr-defined] # a generator


@contextmanager
def started(folder: Path, *words: str, library: bool = True) -> Iterator[subprocess.Popen[str]]:
    """Start `truc watch`; without the library that asks the system, if that is wished."""
    hidden = "" if library else "import sys; sys.modules['watchfiles'] = None; "
    command = [sys.executable, "-c", hidden + START, "watch", "-w", str(folder), "--on", ON, "--json", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def next_of(process: subprocess.Popen[str], kind: str) -> Message:
    assert process.stdout is not None
    for line in process.stdout:
        message: Message = json.loads(line)
        if kind in (message.get("type"), message.get("format")):
            return message
    raise AssertionError(process.stderr.read() if process.stderr else "")


@pytest.mark.slow
@pytest.mark.parametrize("library", [True, False], ids=["told", "polled"])
def test_a_process_judges_again_until_it_is_interrupted(tmp_path: Path, *, library: bool) -> None:
    folder = copy_small(tmp_path / "w")
    with started(folder, library=library) as process:
        assert next_of(process, "truc/watch/1")["told"] is library
        assert next_of(process, "judged")["files"] == []
        replaced(folder / "intents" / "government.yaml", r"443", "444")()
        again = next_of(process, "judged")
        assert again["files"] == ["intents/government.yaml"]
        assert again["texts"]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert process.returncode == ExitCode.INTERRUPTED
        assert out == ""
        assert err == f"{Output(Language.EN).words('interrupted')}\n"


@pytest.mark.slow
def test_it_ends_when_nobody_reads_any_more(tmp_path: Path) -> None:
    folder = copy_small(tmp_path / "w")
    with started(folder) as process:
        next_of(process, "judged")
        assert process.stdout is not None
        process.stdout.close()
        replaced(folder / "intents" / "government.yaml", r"443", "444")()
        assert process.wait(timeout=30) == ExitCode.ERROR


def test_without_a_workspace_it_ends(tmp_path: Path) -> None:
    code, said = truc("watch", "-w", tmp_path / "none")
    assert code == ExitCode.ERROR
    assert "TR801" in said


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interruption_that_a_destructor_swallows_ends_it_nevertheless(tmp_path: Path) -> None:
    class Interrupting:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    looks = 0

    def interrupted(_: Sequence[Path]) -> Iterator[None]:
        nonlocal looks
        Interrupting()
        while looks < 3:
            looks += 1
            yield None

    with pytest.raises(KeyboardInterrupt):
        watch_command(Output(Language.EN), copy_small(tmp_path / "w"), ON, None, interrupted, with_failures=False)
    assert looks == 1
