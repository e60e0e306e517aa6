"""The command line as one meets it every day: filters, places, topics, completion, wrong words, in both languages."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from controller.cli import app
from controller.cli.completion import offer_explained, offer_topics
from controller.commands.help import topics
from controller.commands.schema import known_schemas
from controller.commands.show_filter import FILTERS
from controller.output.choices import Shown
from controller.output.message_schemas import message_schemas
from controller.output.words import load_words
from tests.small_commands import ON, ROOT, SMALL, check_messages, copy_small, start_truc, truc

GROUP = typer.main.get_command(app)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small example, compiled and written."""
    workspace = copy_small(tmp_path_factory.mktemp("written"))
    assert truc("compile", "-w", workspace, "--on", ON)[0] == 0
    return workspace


def rows(*words: str) -> list[dict[str, str]]:
    """Return the rows of a table of the small example."""
    code, text = truc("show", *words, "-w", SMALL, "--on", ON, "--json")
    assert code == 0
    return [item for item in map(json.loads, text.splitlines()) if item.get("type") == "row"]


# filters of `show`


def test_addresses_are_narrowed_by_site_organisation_and_pool() -> None:
    whole = rows("addresses")
    by_pool = rows("addresses", "--pool", "commune-committee-v4")
    assert by_pool == [row for row in whole if row["pool"] == "commune-committee-v4"] != []
    by_organisation = rows("addresses", "--organisation", "ubnd-gia-sang")
    assert {row["key"] for row in by_organisation if row["key"].startswith("lan/")} == {
        "lan/ubnd-gia-sang-cq", "lan/ubnd-gia-sang-vc"
    }  # fmt: skip
    by_site = rows("addresses", "--site", "tru-so-gia-sang")
    assert {row["key"] for row in by_site if not row["key"].startswith("link/")} == {
        "loopback/cpe-gia-sang", "lan/dang-uy-gia-sang-dang", "lan/hdnd-gia-sang-cq", "lan/ubnd-gia-sang-cq",
        "lan/ubnd-gia-sang-vc", "lan/so-tai-chinh-cq-2",
    }  # fmt: skip
    assert {row["key"].split("/")[1] for row in by_site if row["key"].startswith("link/")} == {"gia-sang-1"}
    assert rows("addresses", "--site", "tru-so-gia-sang", "--pool", "commune-party-v4") == [
        row for row in by_site if row["pool"] == "commune-party-v4"
    ]


def test_rules_are_those_about_an_organisation_its_class_or_its_systems() -> None:
    about = rows("policy", "--organisation", "hdnd-tan-cuong")
    assert (
        about == [row for row in rows("policy") if "elected_body/commune" in row["source"] + row["destination"]] != []
    )
    # Its own system, its class, and the building that it shares: rules that name it in one way or the other.
    budget = [row["destination"] for row in rows("policy", "--organisation", "so-tai-chinh")]
    assert "budget" in budget
    assert {row["intent"] for row in rows("intents", "--organisation", "hdnd-tan-cuong")} == {
        "edoc-all", "council-and-committee"
    }  # fmt: skip
    excluded = rows("policy", "--organisation", "ubnd-gia-sang")
    assert any("ubnd-gia-sang" in row["source"] for row in excluded if row["effect"] == "forbid")
    assert len(rows("residue", "--organisation", "hdnd-tan-cuong")) < len(rows("residue"))


def test_devices_are_narrowed_by_site() -> None:
    assert [row["device"] for row in rows("devices", "--site", "pop-1")] == ["agg-1", "core-1"]


@pytest.mark.parametrize("what", Shown)
def test_a_filter_that_a_table_has_not_is_refused(what: Shown) -> None:
    for option in {"site", "organisation", "pool"} - set(FILTERS[what]):
        code, text = truc("show", what, f"--{option}", "x", "-w", SMALL)
        assert (code, "TR852" in text) == (1, True), option


@pytest.mark.parametrize("option", ["site", "organisation", "pool"])
def test_a_filter_by_a_name_that_is_not_there_is_refused_with_the_nearest(option: str) -> None:
    near = {"site": "pop-11", "organisation": "so-khcm", "pool": "links-v44"}[option]
    code, text = truc("show", "addresses", f"--{option}", near, "-w", SMALL, "--on", ON)
    assert (code, "TR853" in text, "did you mean" in text) == (1, True, True)


def test_a_name_beside_a_table_is_refused_and_so_is_config_without_one() -> None:
    code, text = truc("show", "addresses", "core-1", "-w", SMALL)
    assert (code, "TR851" in text, "core-1" in text) == (1, True, True)
    code, text = truc("show", "config", "-w", SMALL)
    assert (code, "TR850" in text) == (1, True)


# places: a file and a line


def test_a_line_is_named_by_device_by_file_and_by_any_path_to_it(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(written.parent)
    name = written.name
    expected = truc("explain", "core-1:5", "-w", name, "--on", ON)
    assert expected[0] == 0
    for place in (
        "core-1.cfg:5", "out/configs/core-1.cfg:5", f"{name}/out/configs/core-1.cfg:5", f"{written}/out/configs/core-1.cfg:5",
        f"./{name}/out/configs/core-1.cfg:5: whatever stands there",
    ):  # fmt: skip
        assert truc("explain", place, "-w", name, "--on", ON) == expected, place


def test_a_copy_elsewhere_is_explained_while_it_is_the_same_text(written: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(written / "out" / "configs" / "core-1.cfg", tmp_path / "core-1.cfg"))
    assert truc("explain", f"{copy}:5", "-w", written, "--on", ON)[0] == 0
    copy.write_text("!\n" + copy.read_text(encoding="utf-8"), encoding="utf-8")
    code, text = truc("explain", f"{copy}:5", "-w", written, "--on", ON)
    assert (code, "TR854" in text) == (1, True)


def test_a_line_of_a_running_text_is_not_taken_for_the_compiled_one() -> None:
    code, text = truc("explain", "running/core-1.cfg:1", "-w", SMALL, "--on", ON)
    assert (code, "TR854" in text) == (1, True)


def test_a_written_text_that_was_edited_is_not_explained_by_the_line_of_that_number(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace, "--on", ON)
    path = workspace / "out" / "configs" / "core-1.cfg"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join((*lines[:4], "! by hand\n", *lines[4:])), encoding="utf-8")
    assert truc("explain", "out/configs/core-1.cfg:4", "-w", workspace, "--on", ON)[0] == 0
    code, text = truc("explain", "out/configs/core-1.cfg:5", "-w", workspace, "--on", ON)
    assert (code, "TR855" in text, "by hand" in text) == (1, True, True)


def test_a_line_of_a_file_of_intents_is_its_intent() -> None:
    text = (SMALL / "intents" / "government.yaml").read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(text, start=1) if "id: edoc-all" in line) - 1
    last = next(number for number, line in enumerate(text, start=1) if "services: [web, ping]" in line)
    expected = truc("explain", "edoc-all", "-w", SMALL, "--on", ON)
    for line in (first, first + 1, last):
        assert truc("explain", f"intents/government.yaml:{line}:11", "-w", SMALL, "--on", ON) == expected
    code, said = truc("explain", f"intents/government.yaml:{last + 1}", "-w", SMALL, "--on", ON)
    assert (code, "TR856" in said) == (1, True)


@pytest.mark.parametrize("place", ["out/configs/core-9.cfg:5", "devices.csv:3", "nowhere/core-1:5", "core-1.cfg:99999"])
def test_a_place_that_leads_nowhere_says_what_places_there_are(place: str) -> None:
    code, text = truc("explain", place, "-w", SMALL, "--on", ON)
    assert code == 1
    assert re.search(r"TR805|TR810|TR856", text)


# help by topic


@pytest.mark.parametrize("topic", topics())
def test_a_topic_is_the_document_itself(topic: str) -> None:
    code, text = truc("help", topic)
    path = ROOT / "docs" / "en" / f"{topic}.md"
    assert code == 0
    if path.exists():
        assert text == path.read_text(encoding="utf-8")
    else:
        assert text.startswith(f"## truc {topic}")


def test_every_command_is_a_topic_and_vietnamese_is_read_where_it_is_written() -> None:
    commands = set(GROUP.commands)  # type: ignore[attr-defined] # an app with commands is a group
    assert commands <= set(topics())
    assert truc("help", "workspace", "--lang", "vi")[1] == (ROOT / "docs/vi/workspace.md").read_text(encoding="utf-8")
    assert "Không gian làm việc" in truc("help", "--lang", "vi")[1]
    assert "The workspace" in truc("help")[1]
    code, text = truc("help", "wrkspace")
    assert (code, 'did you mean "workspace"' in text) == (1, True)


# completion


def complete(*words: str, shell: str = "bash") -> list[str]:
    """Return what a shell is offered for the last of these words, which are quoted as people must."""
    line = shlex.join(words)
    environment = {
        "_TRUC_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    environment |= {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    result = start_truc(environment=environment)
    assert (result.returncode, result.stderr) == (0, b"")
    return result.stdout.decode().split()


def test_names_of_a_workspace_with_a_blank_in_its_name_are_offered(tmp_path: Path) -> None:
    folder = tmp_path / "mạng của tỉnh"
    shutil.copytree(SMALL, folder)
    assert complete("truc", "show", "-w", str(folder), "config", "core") == ["core-1", "core-2"]


def test_names_of_the_workspace_are_offered() -> None:
    small = str(SMALL)
    assert complete("truc", "comp") == ["compile", "completion"]
    assert complete("truc", "show", "-w", small, "config", "core") == ["core-1", "core-2"]
    assert complete("truc", "show", "addresses", "-w", small, "--site", "pop") == ["pop-1", "pop-2"]
    assert complete("truc", "show", "addresses", "-w", small, "--pool", "links") == ["links-v4", "links-v6"]
    assert complete("truc", "show", "policy", "-w", small, "--organisation", "so-") == ["so-khcn", "so-tai-chinh"]
    assert complete("truc", "routes", "-w", small, "--device", "agg") == ["agg-1", "agg-2"]
    assert complete("truc", "explain", "-w", small, "edoc") == ["edoc-all", "edoc-over-dc-edge"]
    assert complete("truc", "explain", "-w", small, "TR85")[:2] == ["TR850", "TR851"]
    assert complete("truc", "help", "work") == ["workspace"]
    assert complete("truc", "schema", "truc/v") == ["truc/validate/1", "truc/verify/1"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_answered_in_their_form(shell: str) -> None:
    offered = complete("truc", "show", "-w", str(SMALL), "config", "core", shell=shell)
    assert [name for name in offered if "core-" in name]


def test_where_no_workspace_is_nothing_is_offered_and_nothing_said(tmp_path: Path) -> None:
    assert complete("truc", "show", "-w", str(tmp_path), "config", "c") == []
    context = typer.Context(GROUP)
    context.params["workspace"] = tmp_path
    (tmp_path / "devices.csv").write_bytes(b"\xff\xfe")
    assert all(name.startswith("TR") for name in offer_explained(context, ""))
    assert offer_topics("zzz") == []


def test_bash_completes_with_the_script_that_is_printed(tmp_path: Path) -> None:
    code, script = truc("completion", "bash")
    assert code == 0
    program = tmp_path / "truc"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -c '
        '"import sys; sys.argv[0] = \'truc\'; from controller.cli import main; main()" "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    lines = (script, "COMP_WORDS=(truc vali)", "COMP_CWORD=1", "_truc_completion truc", 'echo "${COMPREPLY[@]}"')
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    result = subprocess.run(
        ["bash", "-c", "\n".join(lines)], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout == "validate\n"


@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o"), ("zsh", "#compdef truc"), ("fish", "complete --command")]
)
def test_a_script_is_printed_for_each_shell(shell: str, mark: str) -> None:
    code, text = truc("completion", shell)
    assert (code, mark in text, f"complete_{shell}" in text) == (0, True, True)


# wrong words, and both languages

WRONG = {
    ("vrify",): "verify",
    ("verify", "--bogus"): "--bogus",
    ("verify", "--mutations", "x"): "--mutations",
    ("verify", "--mutations", "-3"): "--mutations",
    ("verify", "--mutations", "99999999"): "--mutations",
    ("verify", "--on"): "--on",
    ("show",): "addresses",
    ("show", "polcy"): "policy",
    ("validate", "a", "b"): "a b",
    ("trace", "a", "b", "c"): ": c",
    ("--bogus",): "--bogus",
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_wrong_words_are_a_finding_in_the_language_of_the_line(words: tuple[str, ...], language: str) -> None:
    code, text = truc(*words, environment={"TRUC_LANG": language})
    assert code == 1
    assert text.startswith("error TR858" if language == "en" else "lỗi TR858")
    assert WRONG[words] in text


@pytest.mark.parametrize("named", ["vi", "VI", "vi_VN", "vi_VN.UTF-8", "vi-VN"])
def test_a_locale_names_its_language(named: str) -> None:
    assert "Cách gọi:" in truc("verify", "--help", environment={"TRUC_LANG": named})[1]
    assert truc("explain", "TR101", environment={"TRUC_LANG": named})[1].startswith("TR101: thiếu tệp")


@pytest.mark.parametrize("named", ["en", "EN", "en_GB.UTF-8"])
def test_so_does_one_of_english(named: str) -> None:
    assert truc("explain", "TR101", environment={"TRUC_LANG": named})[1].startswith("TR101: required file")


@pytest.mark.parametrize("named", ["fr", "fr_FR.UTF-8", "C", "vietnamese"])
def test_a_language_that_is_not_there_is_told_with_its_variable(named: str) -> None:
    code, text = truc("explain", "TR101", environment={"TRUC_LANG": named})
    assert (code, text.startswith("error TR858")) == (1, True)
    assert f"TRUC_LANG={named}; it takes en, vi" in text
    assert truc("explain", "TR101", "--lang", "vi", environment={"TRUC_LANG": named})[0] == 0


def test_wrong_words_are_a_message_where_messages_are_asked_for() -> None:
    result = start_truc("show", "polcy", "--json", "--lang", "vi")
    assert (result.returncode, result.stderr) == (1, b"")
    assert check_messages(result.stdout.decode()) == {"truc/error/1 finding", "truc/error/1 summary"}


def help_sentences() -> set[str]:
    """Return every sentence that the help has in the code."""
    commands = [GROUP, *GROUP.commands.values()]  # type: ignore[attr-defined] # as above
    of_commands = {text for command in commands for text in (command.help, command.epilog) if text}
    return of_commands | {
        text for command in commands for item in command.params if (text := getattr(item, "help", ""))
    }


def test_every_sentence_of_the_help_is_there_in_vietnamese_and_none_is_left_over() -> None:
    book = load_words("vi", "help")
    assert sorted(help_sentences() - book.keys()) == []
    headings = {"Usage:", "Arguments:", "Options:", "Commands:", "[required]", "[default: ", "; default: ", "env var: "}
    assert sorted(book.keys() - help_sentences()) == sorted({*headings, "Show this message and exit."})


@pytest.mark.parametrize("words", [("--help", "--lang", "vi"), ("--lang=vi", "-h"), ("-h",)])
def test_help_is_in_the_language_that_is_chosen_anywhere(words: tuple[str, ...]) -> None:
    environment = {"TRUC_LANG": "vi"} if words == ("-h",) else {}
    code, text = truc("verify", *words, environment=environment)
    assert (code, "Cách gọi:" in text, "Usage:" in text) == (0, True, False)
    assert "Chứng minh" in text
    assert "Prove that" in truc("verify", "--help")[1]


# messages of --json


def test_each_format_has_a_schema_that_can_be_printed() -> None:
    for name in message_schemas():
        code, text = truc("schema", name)
        assert (code, json.loads(text)["title"]) == (0, name)
    assert set(message_schemas()) < set(known_schemas())


def test_the_formats_of_the_source_are_those_with_a_schema() -> None:
    found = {
        name
        for path in (ROOT / "controller").rglob("*.py")
        for name in re.findall(
            r'^[A-Z_]+_FORMAT = "(truc/[^"]+)"', path.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    }
    files = {"truc/provenance/1", "truc/plan/1", "truc/tables/1", "truc/adoption/1", "truc/approval/1"}
    assert found - files == set(message_schemas())


@pytest.mark.parametrize("broken", [{"type": "row", "key": "x"}, {"type": "nothing"}, {"format": "truc/show/2"}, {}])
def test_a_message_that_no_schema_knows_is_found(broken: dict[str, str]) -> None:
    lines = [{"format": "truc/show/1", "table": "addresses"}, broken]
    with pytest.raises(AssertionError):
        check_messages("\n".join(map(json.dumps, lines)))
