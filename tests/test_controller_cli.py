"""The commands as scripts and people meet them: exit codes, files, streams, and what stands in documents about them."""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from junitparser import Failure, JUnitXml

from controller import boundary
from controller.boundary import parse_day
from controller.cli import app
from controller.commands.codes import codes_page
from controller.commands.init import template_folder
from controller.jobs import files
from controller.jobs.alone import alone_in
from controller.jobs.compile import compile_workspace
from controller.jobs.provenance import said_lines
from controller.output.exit_codes import ExitCode, code_of_answers
from controller.output.terminal import Output, display_width, table_lines
from controller.output.words import Language, load_words
from controller.startup import foreign_ipam
from intents.reason import because
from tests.small_commands import ON, ROOT, SMALL, START, copy_small, edit, put_folder, start_truc, truc
from verification.verdicts.question import Answer, Question, QuestionKind
from verification.verdicts.verdict import Disputed, Holds, NotModelled, Statement, Verdict, Violated

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined] # an app with commands is a group


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small example, compiled and written."""
    workspace = copy_small(tmp_path_factory.mktemp("written"))
    assert truc("compile", "-w", workspace, "--on", ON)[0] == ExitCode.FINE
    return workspace


@pytest.fixture
def texts(written: Path, tmp_path: Path) -> Path:
    """A copy of the written texts that may be changed."""
    return shutil.copytree(written / "out" / "configs", tmp_path / "texts")


def verify(*words: str | Path) -> tuple[int, str]:
    return truc("verify", "-w", SMALL, "--on", ON, "--no-failures", *words)


def messages(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


# verdicts and exit codes

SAID = Statement(judges=("engine",), said=because("it_holds"))


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([Holds(judges=("engine",))], ExitCode.FINE),
        ([NotModelled(reason=because("not_modelled")), Holds(judges=("engine",))], ExitCode.INCONCLUSIVE),
        ([Disputed(one=SAID, other=SAID)], ExitCode.INCONCLUSIVE),
        ([NotModelled(reason=because("not_modelled")), Violated(reason=because("export_map"))], ExitCode.ERROR),
    ],
)
def test_the_worst_verdict_gives_the_exit_code(verdicts: list[Verdict], code: ExitCode) -> None:
    question = Question(kind=QuestionKind.WALL, subject="a")
    assert code_of_answers(Answer(question=question, verdict=verdict) for verdict in verdicts) is code


def break_fence(texts: Path) -> int:
    """Open the fence at the source: put a permit for everything first. Return the line's number."""
    path = texts / "cpe-gia-sang.cfg"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if re.match(r"ip access-list extended TRUC-IN4", line))
    lines.insert(at + 1, " 1 permit ip any any")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return at + 2


def test_a_fault_in_a_text_is_told_with_packet_line_and_intents(texts: Path) -> None:
    number = break_fence(texts)
    code, text = verify("--configs", texts)
    assert code == ExitCode.ERROR
    assert "VIOLATED source-fence" in text
    assert f"cpe-gia-sang.cfg:{number}: 1 permit ip any any" in text
    assert re.search(r"^  packet: +\S+ 10\.", text, re.MULTILINE)
    assert re.search(r"^\d+ questions: \d+ hold, [1-9]\d* violated, ", text.splitlines()[-1])


def test_json_tells_the_same_fault(texts: Path) -> None:
    number = break_fence(texts)
    code, text = verify("--configs", texts, "--json")
    violated = [item for item in messages(text) if item.get("verdict") == "violated"]
    assert code == ExitCode.ERROR
    lines = [line for item in violated for line in item["lines"]]  # type: ignore[attr-defined] # read from JSON
    assert any(line["device"] == "cpe-gia-sang" and line["line"] == number for line in lines)


def test_junit_has_a_case_for_each_intent_and_a_failure_for_the_fault(texts: Path, tmp_path: Path) -> None:
    break_fence(texts)
    verify("--configs", texts, "--junit", tmp_path / "report.xml")
    suites = {suite.name: suite for suite in JUnitXml.fromfile(str(tmp_path / "report.xml"))}
    assert set(suites) == {"intents", "fences", "wall", "network"}
    assert "edoc-all" in {case.name for case in suites["intents"]}
    failures = [item for case in suites["fences"] for item in case.result if isinstance(item, Failure)]
    assert len(failures) == suites["fences"].failures >= 1
    assert "permit ip any any" in failures[0].text


def test_a_line_that_nobody_understands_is_inconclusive(texts: Path) -> None:
    with (texts / "cpe-gia-sang.cfg").open("a", encoding="utf-8") as file:
        file.write("frobnicate all packets\n")
    code, text = verify("--configs", texts)
    assert code == ExitCode.INCONCLUSIVE
    assert "NOT MODELLED" in text
    assert re.search(r"cpe-gia-sang\.cfg:\d+: frobnicate all packets", text)


def test_a_missing_text_is_an_error(texts: Path) -> None:
    (texts / "agg-1.cfg").unlink()
    code, text = verify("--configs", texts)
    assert code == ExitCode.ERROR
    assert "TR702" in text


def test_mutations_are_counted_by_outcome() -> None:
    code, text = verify("--mutations", "3", "--seed", "7", "--json")
    found = [item for item in messages(text) if item.get("type") == "mutation"]
    total = next(item for item in messages(text) if item.get("type") == "mutations")
    assert len(found) == total["count"] == 3
    assert code == (ExitCode.ERROR if total["missed"] else ExitCode.FINE)


def test_verify_writes_nothing(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    before = sorted(workspace.rglob("*"))
    assert truc("verify", "-w", workspace, "--no-failures")[0] == ExitCode.FINE
    assert sorted(workspace.rglob("*")) == before


def test_a_mistake_in_a_file_is_an_error_of_every_command_that_reads_it(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    edit(workspace / "intents" / "government.yaml", "permit:", "permitt:")
    for command in ("validate", "compile", "verify"):
        code, text = truc(command, "-w", workspace)
        assert code == ExitCode.ERROR
        assert "TR112 intents/government.yaml:" in text
        assert "next: " in text.splitlines()[-1]


@pytest.mark.parametrize("words", [("frobnicate",), ("verify", "--frobnicate"), ("show", "everything"), ("explain",)])
def test_a_usage_error_exits_with_1_because_2_means_changes(words: tuple[str, ...]) -> None:
    result = start_truc(*words)
    assert result.returncode == ExitCode.ERROR
    assert b"truc" in result.stderr


def test_an_interruption_exits_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> ExitCode:
        raise KeyboardInterrupt

    assert boundary.run(Output("en"), SMALL, interrupted) is ExitCode.INTERRUPTED
    assert "run the command again" in capsys.readouterr().err


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EISDIR])
def test_what_the_system_refuses_is_one_finding(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    def refused() -> ExitCode:
        raise OSError(number, os.strerror(number), "some/file")

    assert boundary.run(Output("en"), SMALL, refused) is ExitCode.ERROR
    assert f"error TR803 some/file: {os.strerror(number)}" in capsys.readouterr().err


# compile


def test_compiling_twice_changes_nothing(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    assert truc("compile", "-w", workspace, "--on", ON, "--detailed-exitcode")[0] == ExitCode.CHANGES
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    code, text = truc("compile", "-w", workspace, "--on", ON, "--detailed-exitcode")
    assert code == ExitCode.FINE
    assert "No changes." in text
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before


def test_check_writes_nothing_and_tells_by_exit_code(written: Path, tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    assert truc("compile", "-w", workspace, "--on", ON, "--check")[0] == ExitCode.CHANGES
    assert not (workspace / "out").exists()
    assert not (workspace / "truc.lock.csv").exists()
    assert truc("compile", "-w", written, "--on", ON, "--check")[0] == ExitCode.FINE


def test_what_an_intent_changes_is_counted_by_device(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace, "--on", ON)
    edit(workspace / "intents" / "government.yaml", "services: [", "services: [files, ")
    code, text = truc("compile", "-w", workspace, "--on", ON, "--check")
    assert code == ExitCode.CHANGES
    assert re.search(r"^  ~ cpe-\S+  \+\d+ -\d+$", text, re.MULTILINE)
    assert truc("compile", "-w", workspace, "--on", ON, "--detailed-exitcode")[0] == ExitCode.CHANGES
    assert truc("compile", "-w", workspace, "--on", ON, "--check")[0] == ExitCode.FINE


def test_what_goes_is_quarantined(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace, "--on", ON)
    table = workspace / "attachments.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(line for line in lines if not line.startswith("hdnd-tan-cuong-cq,")), encoding="utf-8")
    code, text = truc("compile", "-w", workspace, "--on", ON)
    assert code == ExitCode.FINE
    assert re.search(r"- [1-9]\d* quarantined", text)
    assert re.search(r"^  -  commune-council-v4 .* -1 ", text, re.MULTILINE)


def test_an_output_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear", encoding="utf-8")
    code, text = truc("compile", "-w", workspace, "-o", tmp_path / "home")
    assert code == ExitCode.ERROR
    assert "TR811" in text
    assert (tmp_path / "home" / "letter.txt").read_text(encoding="utf-8") == "dear"
    assert not (workspace / "truc.lock.csv").exists()


def test_checking_shows_the_changes_beside_what_writing_would_refuse(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace, "--on", ON)
    (workspace / "out" / "configs" / "notes.txt").write_text("mine", encoding="utf-8")
    edit(workspace / "attachments.csv", "hdnd-tan-cuong-cq,", "# hdnd-tan-cuong-cq,")
    code, text = truc("compile", "-w", workspace, "--on", ON, "--check")
    assert code == ExitCode.CHANGES
    assert re.search(r"warning TR811 .*: configs/notes.txt was not written by truc", text)
    assert re.search(r"- [1-9]\d* quarantined", text)
    code, text = truc("compile", "-w", workspace, "--on", ON)
    assert (code, "error TR811" in text) == (ExitCode.ERROR, True)
    assert (workspace / "out" / "configs" / "notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("command", [("compile",), ("tidy",), ("ipam", "import", "x.csv")])
def test_two_runs_do_not_write_at_once(command: tuple[str, ...], tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    with alone_in(workspace):
        code, text = truc(*command, "-w", workspace)
        assert (code, "TR897" in text) == (ExitCode.ERROR, True)
        assert not (workspace / "truc.lock.csv").exists()
        assert truc("compile", "-w", workspace, "--on", ON, "--check")[0] != ExitCode.ERROR
    assert "TR897" not in truc(*command, "-w", workspace)[1]


def test_a_lockfile_with_the_line_ends_of_windows_is_the_same_lockfile(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace, "--on", ON)
    lockfile = workspace / "truc.lock.csv"
    lockfile.write_bytes(lockfile.read_bytes().replace(b"\n", b"\r\n"))
    assert truc("compile", "-w", workspace, "--on", ON, "--check")[0] == ExitCode.FINE


def test_a_folder_left_aside_by_a_crash_comes_back(tmp_path: Path) -> None:
    put_folder(tmp_path / "out", {"configs/a.cfg": "old\n"})
    (tmp_path / "out").rename(tmp_path / ".out.before")
    files.recover_folder(tmp_path / "out")
    assert (tmp_path / "out" / "configs" / "a.cfg").read_text(encoding="utf-8") == "old\n"
    put_folder(tmp_path / "out", {"configs/b.cfg": "new\n"})
    assert [path.name for path in tmp_path.rglob("*.cfg")] == ["b.cfg"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_while_writing_leaves_the_old_folder(tmp_path: Path) -> None:
    put_folder(tmp_path / "out", {"a": "old\n"})
    with pytest.raises(OSError, match="out"):
        put_folder(tmp_path / "out", {"a": "new\n", "a/b": "impossible\n"})
    assert (tmp_path / "out" / "a").read_text(encoding="utf-8") == "old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_provenance_leads_from_lines_to_intents(written: Path) -> None:
    table = json.loads((written / "out" / "provenance.json").read_text(encoding="utf-8"))
    device = table["devices"]["cpe-gia-sang"]
    first, _, number = device["lines"][0]
    intents = [table["intents"][index] for index in table["sets"][number]]
    assert table["format"] == "truc/provenance/1"
    code, text = truc("explain", f"{Path(device['file']).name}:{first}", "-w", written, "--on", ON)
    assert code == ExitCode.FINE
    assert all(f"    {name} " in text for name in intents)
    shown = (written / "out" / device["file"]).read_text(encoding="utf-8").splitlines()[first - 1]
    assert text.startswith(f"cpe-gia-sang.cfg:{first}: {shown.strip()}\n")


def test_every_line_of_a_merged_text_is_explained_as_itself(written: Path) -> None:
    lines = (written / "out" / "configs" / "core-1.cfg").read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, start=1) if line.startswith("snmp-server location"))
    _, text = truc("explain", f"core-1:{number}", "-w", written, "--on", ON)
    assert text.startswith(f"core-1.cfg:{number}: snmp-server location")
    assert "foreign: " in text


def test_what_is_assumed_about_a_line_is_told(written: Path) -> None:
    lines = (written / "out" / "configs" / "cpe-gia-sang.cfg").read_text(encoding="utf-8").splitlines()
    number = lines.index("line vty 0 4") + 1
    _, text = truc("explain", f"cpe-gia-sang:{number}", "-w", written, "--on", ON)
    (_, assumed) = text.split("  what is assumed beside the text: ")
    assert assumed.partition("\n")[0].isdigit()
    assert "    IOS-UP-08: A key pair has been made, so that SSH listens.\n" in assumed
    _, text = truc("explain", f"cpe-gia-sang:{number}", "-w", written, "--on", ON, "--lang", "vi")
    assert "    IOS-UP-08\n" in text.split("  những điều được giả định ngoài văn bản: ")[1]


def test_every_text_is_explained_line_by_line() -> None:
    compiled = compile_workspace(SMALL, parse_day(ON), Output("en"))
    for config in compiled.configs.values():
        said = list(said_lines(config))
        assert [line.text for line in said] == config.text.splitlines()
        ours = {line.path: line.refs for line in config.lines if line.refs}
        assert {line.path: line.refs for line in said if line.refs} == ours


def test_a_line_put_in_by_hand_serves_no_intent(texts: Path) -> None:
    break_fence(texts)
    _, text = verify("--configs", texts)
    fence = text.split("VIOLATED source-fence", 1)[1].split("\n\n", 1)[0]
    assert "1 permit ip any any" in fence
    assert "intents:" not in fence


def test_a_line_that_was_changed_names_the_intents_of_the_fence_line(texts: Path) -> None:
    path = texts / "cpe-gia-sang.cfg"
    edit(path, "10 permit icmp", "10 deny icmp")
    code, text = verify("--configs", texts)
    assert code == ExitCode.ERROR
    assert "10 deny icmp" in text


# JSON Lines


@pytest.mark.parametrize(
    "words",
    [("validate",), ("compile", "--check"), ("verify", "--no-failures"), ("show", "policy"), ("ipam", "show"),
     ("explain", "edoc-all"), ("doctor",)],
)  # fmt: skip
def test_json_starts_with_its_format_and_is_the_same_every_time(words: tuple[str, ...]) -> None:
    day = () if words[0] == "doctor" else ("--on", ON)
    _, text = truc(*words, "-w", SMALL, *day, "--json")
    assert re.fullmatch(r"truc/[a-z]+/1", str(messages(text)[0]["format"]))
    assert truc(*words, "-w", SMALL, *day, "--json")[1] == text


def test_a_report_does_not_depend_on_the_order_of_hashes(texts: Path) -> None:
    break_fence(texts)
    words = ("verify", "-w", SMALL, "--on", ON, "--no-failures", "--configs", texts, "--json")
    reports = {start_truc(*words, environment={"PYTHONHASHSEED": seed}).stdout for seed in ("0", "7", "11")}
    assert len(reports) == 1


def test_json_about_a_failure_has_its_format_too(tmp_path: Path) -> None:
    code, text = truc("verify", "-w", tmp_path / "nowhere", "--json")
    assert code == ExitCode.ERROR
    assert [item.get("format") or item["type"] for item in messages(text)] == ["truc/error/1", "finding", "summary"]


# init, doctor, import, schema


def test_a_new_workspace_verifies_at_once(tmp_path: Path) -> None:
    code, text = truc("init", tmp_path / "one" / "mạng")
    assert code == ExitCode.FINE
    assert "next: truc validate" in text
    assert truc("verify", "-w", tmp_path / "one" / "mạng", "--no-failures", "--on", ON)[0] == ExitCode.FINE


def test_a_workspace_is_never_made_over_another(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    assert truc("init", tmp_path)[0] == ExitCode.ERROR
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_empty_folder_may_become_a_workspace_even_the_current_one(tmp_path: Path) -> None:
    assert start_truc("init", ".", folder=tmp_path).returncode == ExitCode.FINE
    assert (tmp_path / "settings.yaml").is_file()
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_workspace_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, text = truc("init", tmp_path / "file" / "workspace")
    assert code == ExitCode.ERROR
    assert "TR803" in text
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_template_of_a_checkout_is_the_small_example() -> None:
    assert template_folder() == SMALL


def test_an_address_plan_is_taken_over_and_kept(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    table = tmp_path / "old.csv"
    table.write_text(
        "key,prefix,since,registration_ref\nlan/hdnd-tan-cuong-cq,10.196.127.192/26,2025-07-01,\n", encoding="utf-8"
    )
    code, text = truc("ipam", "import", table, "-w", workspace, "--on", ON)
    assert (code, "1 entries taken over" in text) == (ExitCode.FINE, True)
    truc("compile", "-w", workspace, "--on", ON)
    assert "10.196.127.192/26" in truc("show", "addresses", "-w", workspace, "--on", ON)[1]


def test_a_table_with_a_mistake_changes_nothing(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    table = tmp_path / "old.csv"
    table.write_text("key,prefix,since,registration_ref\nlan/nobody,10.196.127.192/26,2025-07-01,\n", encoding="utf-8")
    assert truc("ipam", "import", table, "-w", workspace)[0] == ExitCode.ERROR
    assert not (workspace / "truc.lock.csv").exists()


@pytest.mark.parametrize("file", [None, "settings.yaml", "intents/party.yaml"])
def test_a_schema_is_json(file: str | None) -> None:
    code, text = truc("schema", *([] if file is None else [file]))
    assert code == ExitCode.FINE
    assert json.loads(text)


def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    assert truc("doctor", "-w", SMALL)[0] == ExitCode.FINE
    code, text = truc("doctor", "-w", tmp_path)
    assert code == ExitCode.ERROR
    assert "!!  workspace" in text


def test_no_command_starts_with_somebody_elses_ipam(tmp_path: Path) -> None:
    assert foreign_ipam() is None
    (tmp_path / "ipam").mkdir()
    (tmp_path / "ipam" / "__init__.py").write_text("raise SystemExit('ran')\n", encoding="utf-8")
    # The packages stand behind the foreign one, as in an environment that NetBox is installed in, too.
    result = start_truc("doctor", environment={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}, folder=tmp_path)
    assert result.returncode == ExitCode.ERROR
    assert b"TR804" in result.stderr
    assert result.stdout == b""


# streams


def test_vietnamese_comes_out_as_utf_8_in_the_c_locale() -> None:
    result = start_truc("show", "intents", "-w", str(SMALL), "--lang", "vi", environment={"LC_ALL": "C"})
    assert result.returncode == ExitCode.FINE
    assert "hư cấu" in result.stdout.decode("utf-8")
    assert b"\x1b" not in result.stdout
    assert result.stderr == b""


def test_a_reader_who_leaves_is_no_crash() -> None:
    command = f'"{sys.executable}" -c "{START}" show addresses -w "{SMALL}" | head -n 1'
    result = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, check=True)
    assert result.stderr == b""
    assert result.stdout.count(b"\n") == 1


def test_a_full_disk_is_said_on_standard_error() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-c", START, "show", "addresses", "-w", str(SMALL)]
        result = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert result.returncode == ExitCode.ERROR
    assert result.stderr.startswith(b"error TR898: standard output: No space left on device")
    assert b"Traceback" not in result.stderr


def test_a_folder_whose_name_reorders_text_shows_it(tmp_path: Path) -> None:
    code, text = truc("init", tmp_path / "a\u202eb")
    assert (code, "\u202e" in text, "<U+202E>" in text) == (ExitCode.FINE, False, True)


def test_the_default_output_is_not_called_by_an_option_that_was_not_given(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    (workspace / "out").write_text("", encoding="utf-8")
    code, text = truc("compile", "-w", workspace)
    assert (code, "TR848" in text, "the output folder" in text, ": -o " in text) == (ExitCode.ERROR, True, True, False)
    assert ": -o " in truc("compile", "-w", workspace, "-o", workspace / "sites.csv")[1]


def test_a_report_does_not_go_between_the_texts_that_are_judged(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace)
    texts = shutil.copytree(workspace / "out" / "configs", tmp_path / "texts")
    code, text = truc("verify", "-w", workspace, "--configs", texts, "--html", texts / "rep.html")
    assert (code, "TR846" in text, (texts / "rep.html").exists()) == (ExitCode.ERROR, True, False)


def test_a_full_disk_under_the_help_is_standard_output_too() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-c", START, "--help"]
        result = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (result.returncode, b"TR898" in result.stderr) == (ExitCode.ERROR, True)


def on_terminal(**environment: str) -> bytes:
    """Return what a command writes to a terminal."""
    here, there = pty.openpty()
    command = [sys.executable, "-c", START, "doctor", "-w", str(SMALL)]
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment}
    subprocess.run(command, cwd=ROOT, env=settings, stdout=there, stderr=subprocess.PIPE, check=True)
    os.close(there)
    with os.fdopen(here, "rb", buffering=0) as terminal:
        return terminal.read(65536)


def test_colour_is_for_terminals_that_want_it() -> None:
    assert b"\x1b[32mok" in on_terminal()
    assert b"\x1b" not in on_terminal(NO_COLOR="1")


def without_rights() -> tuple[str, ...]:
    """Return the words that make even root obey permissions."""
    if os.geteuid() != 0:
        return ()
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def test_a_workspace_that_cannot_be_written_is_verified_but_not_compiled(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    workspace.chmod(0o555)
    try:
        refused = start_truc("compile", "-w", workspace, before=without_rights())
        judged = start_truc("verify", "-w", workspace, "--no-failures", before=without_rights())
    finally:
        workspace.chmod(0o755)
    assert refused.returncode == ExitCode.ERROR
    assert b"TR803" in refused.stderr
    assert b"truc.lock.csv: Permission denied" in refused.stderr
    assert judged.returncode == ExitCode.FINE


def test_help_loads_nothing_slow() -> None:
    code = (
        "import sys; from controller.cli import app; "
        "print([name for name in ('numpy', 'yaml', 'routing', 'verification') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_a_table_is_aligned_by_what_a_terminal_shows() -> None:
    lines = table_lines(["tổ chức", "n"], [["e\u0302", "1"], ["日本", "22"]], frozenset({1}))
    assert len({display_width(line) for line in lines}) == 1


# words and documents


def test_both_languages_have_the_same_words_with_the_same_names() -> None:
    english, vietnamese = load_words(Language.EN), load_words(Language.VI)
    assert english.keys() == vietnamese.keys()
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", vietnamese[key])), key


def keys_in_source() -> set[str]:
    """Return the keys of words that the modules name as a whole."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "controller").rglob("*.py")]
    return {key for text in sources for key in re.findall(r'"([a-z][a-z_]+)"', text)}


def test_every_word_is_used() -> None:
    made = re.compile(
        r"(?:anomaly|column|counted|scope|replay|sight|turn|unseen|label|stage|check|outcome|next_verify|next_show|next_inspect|next_drift|drift|edge|kind|plan_state"
        r"|links|unclear|addresses|subject|ground|remark|aim|apply_stopped|apply_ended|device_stage|approve_risk|approve_column|approve_role)_"
    )
    unused = [key for key in load_words(Language.EN) if key not in keys_in_source() and not made.match(key)]
    assert unused == []


def test_every_word_that_a_module_names_is_there() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "controller").rglob("*.py")]
    named = {key for text in sources for key in re.findall(r'\.(?:say|words)\(\s*"([a-z_]+)"', text)}
    assert named
    assert sorted(named - load_words(Language.EN).keys()) == sorted(key for key in named if key.endswith("_"))


def options_of(command: str) -> set[str]:
    found = typer.main.get_command(app).commands[command].params  # type: ignore[attr-defined] # a group
    return {option for parameter in found for option in parameter.opts if option.startswith("--")}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_documented(command: str) -> None:
    page = (ROOT / "docs" / "en" / "commands.md").read_text(encoding="utf-8")
    general = page.split("## Exit codes", 1)[0]
    parts = re.split(rf"\n## truc {command}(?![\w-])", page, maxsplit=1)
    assert len(parts) == 2
    section = parts[1].split("\n## ", 1)[0]
    assert {option for option in options_of(command) if option not in general + section} == set()


def test_every_exit_code_is_documented() -> None:
    page = (ROOT / "docs" / "en" / "commands.md").read_text(encoding="utf-8")
    assert all(re.search(rf"\b{code.value}\b", page) for code in ExitCode)


def test_the_page_of_codes_is_up_to_date() -> None:
    """To make it anew: `python -m controller.commands.codes`."""
    assert (ROOT / "docs" / "en" / "codes.md").read_text(encoding="utf-8") == codes_page()
