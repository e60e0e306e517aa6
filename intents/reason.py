"""Why something is so, as a value that every language can say.

The one idea: whoever finds a thing out names it by a key of the catalogue (`rules/reasons.*.toml`) and the values put in;
words are made only where a person or a script reads them, so that no code ever has to read words again.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Union

_FOLDER = Path(__file__).parent / "rules"
_PARAMETER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_BETWEEN = "; "

Telling = Union[str, "Reason", tuple["Reason", ...]]
"""What can be put into a sentence: a name or number as it is in every language, a reason, or several of them."""


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """A key of the catalogue and the values of its parameters, sorted by name."""

    key: str
    values: tuple[tuple[str, Telling], ...] = ()


class UnclearError(ValueError):
    """A text that can't be taken as what it should be; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return describe_reason(self.reason, "en")


def because(key: str, **values: object) -> Reason:
    """Return the reason of a key; what is no reason itself is put in as text."""
    return Reason(key, tuple((name, _telling(value)) for name, value in sorted(values.items())))


def unclear(key: str, **values: object) -> UnclearError:
    """Return the error that says why a text can't be taken, to be raised."""
    return UnclearError(because(key, **values))


def reason_of(error: ValueError) -> Reason:
    """Return why a text can't be taken; an error of another's making is told in its own words."""
    return error.reason if isinstance(error, UnclearError) else because("os_said", said=error)


def _telling(value: object) -> Telling:
    if isinstance(value, Reason):
        return value
    if isinstance(value, tuple) and all(isinstance(item, Reason) for item in value):
        return value
    return str(value)


@cache
def load_reasons(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by key, with `{parameter}`s."""
    tables = tomllib.loads((_FOLDER / f"reasons.{language}.toml").read_text(encoding="utf-8"))
    return {key: str(sentence) for key, sentence in tables.items()}


def parameters_of_reason(sentence: str) -> frozenset[str]:
    """Return the names of the parameters of a sentence."""
    return frozenset(_PARAMETER.findall(sentence))


def describe_reason(telling: Telling, language: str) -> str:
    """Return a reason in words, several one after the other; whoever shows them makes them printable."""
    if isinstance(telling, str):
        return telling
    if isinstance(telling, tuple):
        return _BETWEEN.join(describe_reason(item, language) for item in telling)
    values = dict(telling.values)
    sentence = load_reasons(language)[telling.key]
    return _PARAMETER.sub(lambda found: describe_reason(values[found.group(1)], language), sentence)


def map_reason(reason: Reason, change: Callable[[str], str]) -> Reason:
    """Return a reason with every name and number in it changed, at any depth."""
    return Reason(reason.key, tuple((name, _changed(value, change)) for name, value in reason.values))


def _changed(telling: Telling, change: Callable[[str], str]) -> Telling:
    if isinstance(telling, str):
        return change(telling)
    if isinstance(telling, tuple):
        return tuple(map_reason(item, change) for item in telling)
    return map_reason(telling, change)
