"""Why something is so, as a value that every language can say.

The one idea: whoever finds a thing out names it by a key of the catalogue (`rules/reasons.*.toml`) and the values put in;
words are made only where a person or a script reads them, so that no code ever has to read words again.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "rules"
_PARAMETER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """A key of the catalogue and the values of its parameters, sorted by name; a value may be a reason itself."""

    key: str
    values: tuple[tuple[str, str | Reason], ...] = ()


def because(key: str, **values: object) -> Reason:
    """Return the reason of a key; what is no reason itself is put in as text."""
    shown = ((name, value if isinstance(value, Reason) else str(value)) for name, value in sorted(values.items()))
    return Reason(key, tuple(shown))


@cache
def load_reasons(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by key, with `{parameter}`s."""
    tables = tomllib.loads((_FOLDER / f"reasons.{language}.toml").read_text(encoding="utf-8"))
    return {key: str(sentence) for key, sentence in tables.items()}


def parameters_of_reason(sentence: str) -> frozenset[str]:
    """Return the names of the parameters of a sentence."""
    return frozenset(_PARAMETER.findall(sentence))


def describe_reason(reason: Reason, language: str) -> str:
    """Return a reason in words; whoever shows them makes them printable."""
    values = {
        name: describe_reason(value, language) if isinstance(value, Reason) else value for name, value in reason.values
    }
    return _PARAMETER.sub(lambda found: values[found.group(1)], load_reasons(language)[reason.key])
