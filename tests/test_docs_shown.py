"""Documents show what commands print: every command block of every document is run, and no block is unchecked.

To write what documents show anew from what commands print, in the project's folder: `python -m tests.test_docs_shown [PAGE …]`;
then read the difference.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shown_pages import Block, Outcome, blocks_of, calls_of, mended, pattern_of, run_page, told, without_comment

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md"))
    if "```" in path.read_text(encoding="utf-8")
)

# What stands before a page begins: the workspace of the README, compiled, on the example's day.
ON = "2026-11-24"
MY_NETWORK = (f"(truc init my-network; truc compile -w my-network --on {ON}) >/dev/null",)
BEFORE = {"docs/en/verification.md": MY_NETWORK, "docs/vi/batfish.md": MY_NETWORK, "docs/en/batfish.md": MY_NETWORK}

SET_UP = "makes an environment and takes minutes; .ci/surroundings runs it in every surrounding"
SERVER = (
    "needs a live Batfish server; its numbers are held to recorded ones below, and tests marked `batfish` ask a server"
)
AUDITED = "a roll-out that was carried out: tests/test_controller_approvals_then.py and tests/test_controller_applied.py do it"
KEYS = "keys of persons, and a clock: tests/test_controller_approve_command.py does it"

UNRUN: dict[str, dict[str, str]] = {
    "README.md": {"make demo": SET_UP, "make test": SET_UP},
    "docs/vi/README.md": {"make demo": SET_UP, "make test": SET_UP},
    "docs/en/batfish.md": {
        "docker run --rm -p 127.0.0.1:9996:9996 batfish/allinone": SERVER,
        ".venv/bin/pip install --require-hashes -r requirements/batfish.txt": SET_UP,
        ".venv/bin/truc verify -w my-network --on 2026-11-24 --batfish 127.0.0.1": SERVER,
    },
    "docs/vi/batfish.md": {
        "docker run --rm -p 127.0.0.1:9996:9996 batfish/allinone": SERVER,
        ".venv/bin/pip install --require-hashes -r requirements/batfish.txt": SET_UP,
        ".venv/bin/truc verify -w mang-cua-toi --batfish 127.0.0.1 --lang vi": SERVER,
    },
    "docs/en/approve.md": {
        ".venv/bin/truc approve plan.json --base base -w after --key ~/.ssh/id_ed25519_sk": KEYS,
        ".venv/bin/truc approve plan.json --base base -w after --check": KEYS,
        '.venv/bin/truc approve plan.json --base base -w after --key KEY --role waiver --reason "Batfish in repair"': KEYS,
        '.venv/bin/truc approve plan.json --base base -w after --key KEY --role break_glass --reason "backbone cut"': KEYS,
        ".venv/bin/truc approve plan.json --base base -w after --key KEY --role reviewer": KEYS,
    },
    "docs/en/journal.md": {
        ".venv/bin/truc audit journal.jsonl --plan plan.json --base base -w after": AUDITED,
        ".venv/bin/truc audit journal.jsonl --plan plan.json --base base -w after --attest applied.json --key KEY": AUDITED,
        ".venv/bin/truc audit --statement applied.json --signers auditors": AUDITED,
    },
    "docs/vi/journal.md": {
        ".venv/bin/truc audit journal.jsonl --plan plan.json --base base -w after": AUDITED,
        ".venv/bin/truc audit journal.jsonl --plan plan.json --base base -w after --attest applied.json --key KHÓA": AUDITED,
        ".venv/bin/truc audit --statement applied.json --signers auditors": AUDITED,
    },
    "docs/vi/approve.md": {
        ".venv/bin/truc approve plan.json --base goc -w sau --key ~/.ssh/id_ed25519_sk --lang vi": KEYS,
        ".venv/bin/truc approve plan.json --base goc -w sau --check --lang vi": KEYS,
        '.venv/bin/truc approve plan.json --base goc -w sau --key KHOA --role waiver --reason "máy chủ Batfish đang sửa"': KEYS,
        '.venv/bin/truc approve plan.json --base goc -w sau --key KHOA --role break_glass --reason "đứt cáp trục ở Km 12"': KEYS,
        ".venv/bin/truc approve plan.json --base goc -w sau --key KHOA --role reviewer": KEYS,
    },
}
"""Commands that are shown and not run, each with the reason."""

DRAWING = "a drawing"
CHOICES = "choices of a whole province's reorganisation; tests/test_controller_reorganise.py makes such ones"
NIGHT = "a night that stops half-way; tests/test_docs_night.py spends it"
TREE = "the tree of a workspace; tests/test_docs_workspace.py holds it to what `truc init` makes"
PIECE = "a file as it may be, cut with `…`; tests/test_docs_workspace.py holds it to its schema"
STORE = "two lines that need a NetBox; tests/test_real_netbox_store.py works with them"
NETBOX = "what a person did in a NetBox: tests/test_docs_netbox.py holds it to the words"
EDITED = "prefix,lan/system-edoc,10.193.5.0/26,shared-dc-v4,active,2026-09-01,,system/edoc,..."
PLAIN: dict[tuple[str, str], str] = {
    ("ARCHITECTURE.md", "files ──> intents ─────────> Registry, Policy      what is wanted"): DRAWING,
    ("ARCHITECTURE.md", "Proven"): DRAWING,
    ("docs/en/netbox.md", f"  ~ changed in NetBox: {EDITED}"): NETBOX,
    ("docs/vi/netbox.md", f"  ~ bị sửa trong NetBox: {EDITED}"): NETBOX,
    **{(f"docs/{language}/netbox.md", "store: netbox"): STORE for language in ("en", "vi")},
    ("docs/en/reorganise.md", "kind,name,unit,use"): CHOICES,
    **{
        (f"docs/{language}/apply.md", f"$ truc {words}{spoken}"): NIGHT
        for language, spoken in (("en", ""), ("vi", " --lang vi"))
        for words in (
            *(f"{command} plan.json --base base -w after" for command in ("apply", "resume", "rollback")),
            "history cpe-phan-dinh-phung",
        )
    },
    (
        "ARCHITECTURE.md",
        "       ┌─ drift ─┐          what devices carry against what they should, told by its effect",
    ): DRAWING,
    ("docs/en/workspace.md", "my-network/"): TREE,
    **{
        ("docs/en/workspace.md", first): PIECE
        for first in ("purposes:", "systems:", "outside_networks:", "intents:", "change:", "province: Thái Nguyên")
    },
}
"""Blocks that are neither run nor written, by page and first line, each with the reason."""


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def unchecked(page: str, text: str) -> Iterator[Block]:
    """Yield the blocks of a page that nothing is done with and that no list names."""
    for block in blocks_of(text):
        first = next((line for line in block.lines if line.strip()), "")
        is_done = block.kind in {"console", "sh", "write", "add", "change"}
        if not is_done and (page, first) not in PLAIN:
            yield block


def done(page: str, folder: Path) -> list[Outcome]:
    return run_page(text_of(page), folder, BEFORE.get(page, ()), UNRUN.get(page))


@pytest.mark.parametrize("page", DOCUMENTS)
def test_a_document_shows_what_its_commands_print(page: str, tmp_path: Path) -> None:
    wrong = [told(outcome) for outcome in done(page, tmp_path) if not outcome.fits]
    assert wrong == [], "\n\n".join(wrong)


@pytest.mark.parametrize("page", DOCUMENTS)
def test_no_block_of_a_document_is_unchecked(page: str) -> None:
    assert list(unchecked(page, text_of(page))) == []


def test_no_list_names_what_is_gone() -> None:
    plain = {
        (page, next((line for line in block.lines if line.strip()), ""))
        for page in DOCUMENTS
        for block in blocks_of(text_of(page))
    }
    assert PLAIN.keys() - plain == set()
    calls = {
        (page, without_comment(call.command))
        for page in DOCUMENTS
        for block in blocks_of(text_of(page))
        for call in calls_of(block)
    }
    assert {(page, command) for page, named in UNRUN.items() for command in named} - calls == set()


# The page about the second judge, whose live command is not run: its closing sentence is that of the example.
PIECES = (("verify.en.txt", r"\d+ questions: [^;\n]*"),)


def test_what_a_live_server_is_shown_to_print_has_the_numbers_of_the_example() -> None:
    for golden, piece in PIECES:
        printed = re.findall(piece, text_of(f"tests/golden/{golden}"))[-1]
        assert set(re.findall(piece, text_of("docs/en/batfish.md"))) == {printed}


# how long a newcomer's way is

MOST_ROUNDS = 3
NEWCOMERS = ("docs/en/newcomer.md", "docs/en/tutorial.md", "docs/vi/tutorial.md")


@pytest.mark.parametrize("page", NEWCOMERS)
def test_a_workspace_of_ones_own_takes_few_rounds_and_then_holds(page: str, tmp_path: Path) -> None:
    outcomes = done(page, tmp_path)
    rounds = [outcome.code for outcome in outcomes if " validate " in outcome.call.command]
    assert len(rounds) <= MOST_ROUNDS
    assert rounds[-1] == 0
    assert [outcome.code for outcome in outcomes if " verify " in outcome.call.command] != []
    closing = [outcome.printed[-1] for outcome in outcomes if " verify " in outcome.call.command]
    assert all(re.match(r"(\d+) (?:questions: \1 hold|câu hỏi: \1 đúng), 0 ", line) for line in closing)
    # What it set out to have, counted from the files that were written.
    (workspace,) = (path.parent for path in tmp_path.glob("*/settings.yaml"))
    rows = {name: _rows(workspace / f"{name}.csv") for name in ("organisations", "sites")}
    assert (len(rows["organisations"]), len(rows["sites"])) == (3, 2)
    systems = (workspace / "systems.yaml").read_text(encoding="utf-8")
    assert len(re.findall(r"^  [\w-]+:$", systems, flags=re.MULTILINE)) == 2
    (prefixes,) = re.findall(r"prefixes: \[(.*)\]", (workspace / "outside_networks.yaml").read_text(encoding="utf-8"))
    assert re.fullmatch(r"[\d.]+/\d+", prefixes)


def _rows(table: Path) -> list[str]:
    """Return the rows of a table, without comments and header."""
    return [line for line in table.read_text(encoding="utf-8").splitlines() if not line.startswith("#")][1:]


# the machinery


def test_what_is_shown_wrongly_is_found_and_mended(tmp_path: Path) -> None:
    page = (
        "```text write a/b.txt\none\n```\n\n```text add a/b.txt\ntwo: 2\n```\n```text change a/b.txt\ntwo: 3\n```\n"
        "```console\n$ cat a/b.txt   # all of it\none\n...\n\n$ cat a/b.txt\none\ntwo: 2\n\n$ echo x y z; false\nx y…\n```\n"
        "```sh\nexport A=7\ntest $A = 7\nfalse\n```\n"
    )
    outcomes = run_page(page, tmp_path)
    assert [outcome.fits for outcome in outcomes] == [True, False, True, True, True, False]
    assert outcomes[1].printed == ("one", "two: 3")
    assert "two: 2\n\n$ echo" not in mended(page, outcomes)
    assert "one\ntwo: 3\n\n$ echo x y z; false\nx y…" in mended(page, outcomes)


@pytest.mark.parametrize(
    ("shown", "fits"),
    [(("a", "..."), True), (("...", "c"), True), (("a", "...", "c"), True), (("a", "b"), False), (("a", "c"), False),
     (("a", "b…", "c"), True), (("b", "..."), False), ((), False)],
)  # fmt: skip
def test_an_ellipsis_stands_for_lines(shown: tuple[str, ...], fits: bool) -> None:
    assert bool(pattern_of(shown).fullmatch("a\nbbb\nc\n")) is fits


def test_a_block_that_nothing_is_done_with_is_found() -> None:
    text = "```\nVIOLATED something\n```\n```console\n$ true\n```\n```yaml\nx: 1\n```\n"
    assert [block.first for block in unchecked("README.md", text)] == [2, 8]


if __name__ == "__main__":
    for name in sys.argv[1:] or DOCUMENTS:
        with tempfile.TemporaryDirectory() as made:
            (ROOT / name).write_text(mended(text_of(name), done(name, Path(made))), encoding="utf-8")
