"""How rows of the tables are written: one row gives the form that puts a line, and the forms that take it back.

The one idea: `no` and the line itself take it back (IOS-GRAM-07), so a row names only what is otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from routing.vendors.cisco_ios.execute.forms import CommandForm, Taking, tokens_of, variants

Row = tuple[str, CommandForm]
Order = tuple[int | str, ...]


class TakenBack(NamedTuple):
    """How a line is taken back: what its full negation takes (None: it has none here), a short negation that takes whatever has
    the key, and what they do beside that."""

    taking: Taking | None = Taking.SAME
    short: str = ""
    act: str = ""


_ITSELF = TakenBack()


def row(
    kinds: str,
    pattern: str,
    key: str = "",
    order: Order = (),
    *,
    back: TakenBack = _ITSELF,
    act: str = "",
    opens: str = "",
    group: tuple[str, Order] = ("", ()),
) -> Iterator[Row]:
    """Yield the forms of a command in some kinds of sections."""
    form = CommandForm(
        pattern=pattern, key=key or pattern, order=order, opens=opens, act=act, group=group[0], group_order=group[1]
    )
    found = list(_each(form))
    away = replace(form, order=(), opens="", act=back.act)
    if back.taking is not None:
        found += _each(replace(away, pattern=negated(pattern), taking=back.taking))
    if back.short:
        found += _each(replace(away, pattern=back.short, taking=Taking.ANY))
    yield from ((kind, item) for kind in kinds.split() for item in found)


def taking_row(kinds: str, pattern: str, key: str, act: str) -> Iterator[Row]:
    """Yield a form that takes lines back in a way of its own."""
    form = CommandForm(pattern=pattern, key=key, act=act, taking=Taking.ANY)
    yield from ((kind, item) for kind in kinds.split() for item in _each(form))


def negated(pattern: str) -> str:
    """Return the command that takes another one back."""
    return pattern.removeprefix("no ") if pattern.startswith("no ") else f"no {pattern}"


def _each(form: CommandForm) -> Iterator[CommandForm]:
    for pattern in variants(form.pattern):
        yield replace(form, pattern=pattern, tokens=tokens_of(pattern))
