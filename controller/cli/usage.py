"""Words of a command line that typer can't read -> a finding like any other.

The one idea: what is said is made of the parts that typer names (option, argument, what it takes), not of its English sentence,
so that every language can say it.
"""

# ruff: noqa: PLC0415 -- start-up time: these modules are needed only when something is wrong

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from controller.output.terminal import Output
from controller.output.words import Language

if TYPE_CHECKING:
    from intents.finding import Finding
    from intents.reason import Reason


def refuse(error: typer.TyperException, line: Sequence[str], language: Language) -> NoReturn:
    """Say what is wrong with a line, and end with the exit code of an error."""
    context = getattr(error, "ctx", None)
    command = "truc" if context is None else context.command_path
    _tell(_problem(error), command, line, language, _nearest(error))


def refuse_command(name: str, known: Iterable[str], line: Sequence[str], language: Language) -> NoReturn:
    """Say that there is no such command, and end with the exit code of an error."""
    from intents.reader.suggestions import suggest
    from intents.reason import because

    _tell(because("usage_command", name=name), "truc", line, language, suggest(name, sorted(known)))


def refuse_environment(name: str, text: str, allowed: Sequence[str], line: Sequence[str]) -> NoReturn:
    """Say that a variable of the environment holds a word that it does not take, and end with the exit code of an error."""
    from intents.reason import because

    problem = because("usage_environment", name=name, text=text, allowed=", ".join(sorted(allowed)))
    _tell(problem, "truc", line, Language.EN)


def refuse_empty(line: Sequence[str], language: Language) -> int:
    """Say that a word of a line is empty, and return the exit code of an error: most likely a variable that was not set."""
    from intents.finding import Where, make_finding

    return _fail(make_finding("TR891", Where()), line, language)


def _tell(problem: Reason, command: str, line: Sequence[str], language: Language, suggestion: str = "") -> NoReturn:
    from intents.finding import Where, make_finding

    finding = make_finding("TR858", Where(), problem=problem, command=command, suggestion=suggestion)
    raise typer.Exit(_fail(finding, line, language))


def _fail(finding: Finding, line: Sequence[str], language: Language) -> int:
    from controller.reports.findings import tell_failure

    output = Output(language, json="--json" in line)
    tell_failure(output, Path(), [finding])
    output.flush()
    return 1


def _problem(error: typer.TyperException) -> Reason:
    """Return what is wrong, from what typer names; its own sentence where it names nothing."""
    from intents.reason import because

    match type(error).__name__, getattr(error, "param", None):
        case "NoSuchOption", _:
            return because("usage_option", option=getattr(error, "option_name", ""))
        case "BadOptionUsage", _:
            return because("usage_option_value", option=getattr(error, "option_name", ""))
        case "MissingParameter", parameter if parameter is not None:
            return because("usage_missing", name=_shown(error))
        case "BadParameter", parameter if parameter is not None:
            return because("usage_value", wanted=_shown(error))
        case "UsageError", _ if found := re.search(r" \((.*)\)$", error.message):
            return because("usage_extra", words=found[1])
        case _:
            return because("os_said", said=error.message)


def _shown(error: Any) -> str:
    """Return an option or argument as the help shows it, with what it takes."""
    return str(error.param.get_help_record(error.ctx)[0])


def _nearest(error: typer.TyperException) -> str:
    """Return the choice that was probably meant, "" if there is none."""
    from intents.reader.suggestions import suggest

    value, *choices = re.findall(r"'([^']*)'", error.message) if " is not one of " in error.message else [""]
    return suggest(value, choices) if value else ""
