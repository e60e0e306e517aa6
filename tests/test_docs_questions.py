"""docs/en/verification.md lists every kind of question, in the words of the catalogue of reasons.

To write the table anew, in the project's folder: `python -m tests.test_docs_questions`.
"""

from __future__ import annotations

from pathlib import Path

from intents.reason import describe_reason
from verification.verdicts.question import QuestionKind, traits_of

PAGE = Path(__file__).parent.parent / "docs" / "en" / "verification.md"
START, END = "<!-- questions -->", "<!-- end of questions -->"


def table() -> str:
    """Return the table: a line for each kind, in the order of reports."""
    rows = ["| question | one for each | true if |", "|---|---|---|"]
    for kind in QuestionKind:
        traits = traits_of(kind)
        proves = "" if traits.requirement is None else f" ({traits.requirement.partition('.')[0]})"
        rows.append(f"| `{kind}` | {traits.about} | {describe_reason(traits.words.asks, 'en')}{proves} |")
    return "\n".join(rows)


def parts_of(page: str) -> tuple[str, str, str]:
    """Return a page up to its table, the table, and what follows."""
    before, rest = page.split(f"{START}\n")
    found, after = rest.split(f"\n{END}")
    return before, found, after


def write_table() -> None:
    before, _, after = parts_of(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(f"{before}{START}\n{table()}\n{END}{after}", encoding="utf-8")


def test_the_page_lists_every_kind_of_question() -> None:
    assert parts_of(PAGE.read_text(encoding="utf-8"))[1] == table()


if __name__ == "__main__":
    write_table()
