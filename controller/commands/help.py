"""`truc help TOPIC`: the documents that travel with truc, and of commands.md the part about one command.

The one idea: what is printed is the document itself, in the reader's language where it is there; a pager is the reader's choice.
"""

from __future__ import annotations

import re
from pathlib import Path

from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from intents.finding import FindingsError, Where, make_finding
from intents.reader.suggestions import suggest

_COMMANDS = "commands"
_LEFT_OUT = frozenset({"README"})


def documents_folder() -> Path:
    """Return the folder of documents by language: part of the installed package, or of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "documents"
    return installed if installed.is_dir() else package.parent / "docs"


def topics() -> tuple[str, ...]:
    """Return every topic: documents by name, then commands that have a part of their own."""
    return (*_documents(), *(name for name in _parts() if name not in _documents()))


def _documents() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (documents_folder() / "en").glob("*.md") if path.stem not in _LEFT_OUT))


def _text(topic: str, language: str) -> str:
    path = documents_folder() / language / f"{topic}.md"
    found = path if path.is_file() else documents_folder() / "en" / f"{topic}.md"
    return found.read_text(encoding="utf-8")


def _parts() -> dict[str, str]:
    """Return what commands.md says of each command (`## truc COMMAND …`)."""
    parts = re.split(r"^(?=## )", _text(_COMMANDS, "en"), flags=re.MULTILINE)
    named = ((re.match(r"## truc ([a-z-]+)", part), part) for part in parts)
    return {found[1]: part for found, part in named if found}


def print_help(output: Output, topic: str | None) -> ExitCode:
    """Print a topic, or what each is about; FindingsError if there is none of that name."""
    if topic is None:
        rows = [[name, _title(_text(name, output.language))] for name in _documents()]
        output.table([output.words("column_topic"), output.words("column_about")], rows)
        output.say("help_commands", commands=", ".join(_parts()))
        output.say("next_help")
        return ExitCode.FINE
    if topic in _documents():
        output.raw(_text(topic, output.language))
    elif topic in _parts():
        output.raw(_parts()[topic])
    else:
        known = topics()
        nearest = suggest(topic, known)
        raise FindingsError([make_finding("TR857", Where(), topic=topic, topics=", ".join(known), suggestion=nearest)])
    return ExitCode.FINE


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ")
