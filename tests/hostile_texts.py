"""Texts that somebody might write where truc reads, to be taken for something else: drawn, the same ones for one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

KINDS = (
    "\n", "\r\n", "\r", "\t", "\x00", "\x07", "\x08", "\x1b", "\x7f", "\x85", "\x9b", "\u200b", "\u200e", "\u202e",
    "\u2028", "\u2029", "\u2066", "\ufeff", "\ufffe", "\ud800", "\udfff", "\U000e0041", "😀", "ệ", "é", "ﷺ",
    "\u0301" * 40,
)  # fmt: skip
"""Letters that end, hide, reorder or are none."""
WORDS = (
    "error TR996 x: y", "why: ", "do: rm -rf /", "\x1b[2J\x1b[1;1H", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\link",
    "\x9b31m", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
    "=cmd|' /C calc'!A0", "@SUM(1+1)", "$(reboot)", "`id`", "; DROP TABLE x; --", "' OR '1'='1", "{{ 7 * 7 }}",
    "{entry}", "{0}", "%s%n", "${jndi:ldap://x}", "../../etc/passwd", "file:/etc/passwd", "nbt_Abcdefghijkl.0123",
    "# prefix,key", "<<<<<<< ours", ">>>>>>>", "prefix,lan/x,10.0.0.0/8,,active,2026-07-15,,,,,0,,,",
    "number,vrf,,purpose/x,9,active,2026-07-15,,", "pool,x,root,0.0.0.0/0,x,0,,,,0,", "truc address plan, format 1",
    "prefix x 10.0.0.0/8", "organisation 1", "foreign 1", "root root-v4", "scope lan/x", "unit 1",
    "vrf purpose/government", "truc", "dcim.region", "active", "deprecated", "0", "-1", "1e999", "NaN",
    "99999999999999999999", "true", "null", "None", "0x10", "\uff11\uff12", "10.0.0.0/8", "::/0", "2026-02-30",
    '{"id": 1}', "[" * 300, '"', '""', "\\", "\\n", ",",
)  # fmt: skip
"""What has a meaning somewhere: for a terminal, a page, a sheet, a shell, a format, a lockfile, an entry."""


def hostile_text(draw: random.Random) -> str:
    """Return one text: some of both, among plain letters, now and then very long."""
    parts = draw.choices(draw.choice((KINDS, WORDS, (*KINDS, *WORDS), (*KINDS, "a", "b", " "))), k=draw.randint(1, 6))
    text = draw.choice(("", " ", "x")).join(parts)
    return text * draw.choice((50, 400, 3000)) if draw.random() < 0.01 else text


def hostile_texts(seed: int, count: int) -> Iterator[str]:
    draw = random.Random(seed)  # noqa: S311 (nothing secret)
    for _ in range(count):
        yield hostile_text(draw)


def hostile_value(draw: random.Random) -> object:
    """Return what an answer may hold where a text should be: mostly a text."""
    if draw.random() < 0.8:
        return hostile_text(draw)
    deep: object = hostile_text(draw)
    for _ in range(draw.choice((1, 3, 200))):
        deep = draw.choice(([deep], {"value": deep}, {"id": deep}, {"slug": deep}))
    return draw.choice((None, True, 0, -1, 1 << 70, 0.5, float("inf"), float("nan"), [], {}, deep))
