"""docs/en/netbox.md and docs/vi/netbox.md show the home of every column, and the permissions with which it was tried.

To write the tables anew, in the project's folder: `python -m tests.test_docs_netbox`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.output.words import say
from intents.finding import Where, make_finding
from intents.messages import LANGUAGES, describe
from ipam.netbox.mapping import HOMES
from ipam.netbox.tables_homes import TABLE_HOMES
from tests.netbox_plans import WRITER

ROOT = Path(__file__).parent.parent
HEADINGS = {"en": "| line | object | column: field |", "vi": "| dòng | đối tượng | cột: trường |"}
LINES = {"root": "pool (root)", "vrf": "number (vrf)", "vlan": "number (vlan)", "asn": "number (asn)"}


def tables(language: str) -> Iterator[tuple[str, str, str]]:
    """Yield what stands before and behind each table, and the table."""
    plan = [(LINES.get(kind, kind), endpoint, homes) for kind, (endpoint, homes) in HOMES.items()]
    lines = [(f"{file} ({kind})", endpoint, homes) for kind, (file, endpoint, homes) in TABLE_HOMES.items()]
    for name, found in (("homes", plan), ("tables", lines)):
        rows = [
            f"| {line} | {endpoint} | {', '.join(f'{column}: `{home}`' for column, home in homes.items())} |"
            for line, endpoint, homes in found
        ]
        yield f"<!-- {name} -->", f"<!-- end of {name} -->", "\n".join((HEADINGS[language], "|---|---|---|", *rows))


def page(language: str) -> Path:
    return ROOT / "docs" / language / "netbox.md"


def with_table(text: str, language: str) -> str:
    for start, end, table in tables(language):
        before, rest = text.split(start)
        text = f"{before}{start}\n\n{table}\n\n{end}{rest.split(end)[1]}"
    return text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_the_home_of_every_column(language: str) -> None:
    text = page(language).read_text(encoding="utf-8")
    assert with_table(text, language) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_every_permission_with_which_it_was_tried(language: str) -> None:
    rows = re.findall(
        r"^\| \S+ \| (?:[^|]*view|[^|]* add(?:[ ,][^|]*)?) \| (.*) \|$",
        page(language).read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    wanted = [[one.split(".")[1] for one in permission.types] for permission in WRITER]
    assert [row.replace(" ", "").lower().split(",") for row in rows] == wanted


LINE = "prefix,lan/system-edoc,10.193.{}.0/26,shared-dc-v4,active,2026-09-01,,system/edoc,..."
ENTRY = "prefix lan/system-edoc 10.193.{}.0/26"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_a_conflict_as_it_is_told(language: str) -> None:
    where = Where(file="https://ipam.example.vn/ipam/prefixes/15/")
    was, found = ENTRY.format(0), ENTRY.format(5)
    finding = make_finding("TR996", where, entry=was, field="truc_entry", text=was, other=found)
    lines = say(language, "netbox_edited", lockfile=LINE.format(0), netbox=LINE.format(5))
    assert f"```text\n{lines}\n{describe(finding, language)}\n```" in page(language).read_text(encoding="utf-8")


if __name__ == "__main__":
    for one in LANGUAGES:
        page(one).write_text(with_table(page(one).read_text(encoding="utf-8"), one), encoding="utf-8")
