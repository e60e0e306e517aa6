"""Changes from running to intended texts that a real Batfish server was asked about.

The one idea: each case is two sets of texts of the small example's devices; what is intended in one may be what runs in another.
Their recorded answers are in tests/recorded/changes.jsonl.gz.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path

from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from tests.batfish_cases import CASES, EDGE_OUT, GIA_SANG, LAN, LAN_IN, RECORDED, texts_of
from tests.rule_cases import SMALL
from tests.small_builds import compiled
from tests.workspace_edits import copy_workspace, drop_intents
from verification.change.judge import AskChanges, ChangeOfAccess, judge_change

RECORDED_CHANGES = RECORDED.with_name("changes.jsonl.gz")
ON = date(2026, 9, 1)
Texts = dict[str, str]


def right() -> Texts:
    return texts_of("right")


def edited(texts: Texts, device: str, pattern: str, instead: str) -> Texts:
    """Return texts with one place of one device changed."""
    text, count = re.subn(pattern, instead, texts[device], flags=re.MULTILINE)
    assert count == 1, f"{pattern!r} fits {count} times on {device}"
    return {**texts, device: text}


@cache
def before_intent(identifier: str) -> tuple[tuple[str, str], ...]:
    """Return what stood on the devices before an intent was written."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_workspace(SMALL, Path(folder) / "workspace")
        drop_intents(workspace, identifier)
        older = compile_network(address(want(workspace, ON)))
    return tuple((name, config.text) for name, config in older.configs.items())


def other_port_to_edge() -> Texts:
    """Return texts in which one LAN reaches another port of a system instead of its own."""
    texts = texts_of("an entry names another port")
    return edited(texts, "dc-edge-1", rf"^(ip access-list extended {EDGE_OUT})$", r"\1\n 1 permit tcp any any eq 444")


def without_ipv6_entry() -> Texts:
    """Return texts in which a source fence misses an entry of IPv6."""
    pattern = r"^ sequence \d+ permit tcp 2001:DB8:1400:1::/64 2001:DB8:1100:1::/64 eq 443\n"
    return edited(right(), GIA_SANG, pattern, "")


def other_prefix() -> Texts:
    """Return texts in which the LAN of one committee has another prefix, of the same pool."""
    return {name: re.sub(r"\b10\.196\.0\.(64(?= |/)|65\b)", r"10.196.1.\1", text) for name, text in right().items()}


def turned_home() -> Texts:
    """Return texts in which both fences of a LAN let packets turn round at its gateway."""
    own = "permit ip 10.196.0.64 0.0.0.63 10.196.0.64 0.0.0.63"
    texts = edited(right(), GIA_SANG, rf"^(ip access-list extended {LAN_IN})$", rf"\1\n 1 {own}")
    out = re.search(LAN + r"\n ip access-group (\S+) out", texts[GIA_SANG], flags=re.MULTILINE)
    assert out is not None
    return edited(texts, GIA_SANG, rf"^(ip access-list extended {out.group(2)})$", rf"\1\n 1 {own}")


def without_device() -> Texts:
    return {name: text for name, text in right().items() if name != GIA_SANG}


CHANGES: Mapping[str, tuple[Callable[[], Texts], Callable[[], Texts]]] = {
    **{f"to {name}": (right, partial(texts_of, name)) for name in CASES},
    "an intent is new": (lambda: dict(before_intent("council-and-committee")), right),
    "an intent is gone": (right, lambda: dict(before_intent("council-and-committee"))),
    "two turns at one port": (other_port_to_edge, right),
    "an entry of IPv6 is new": (without_ipv6_entry, right),
    "a prefix moves": (other_prefix, right),
    "a LAN reaches itself": (right, turned_home),
    "a device is new": (without_device, right),
}


def changes_of(name: str, ask: AskChanges | None = None, *, back: bool = False) -> ChangeOfAccess:
    """Return what the change of a case opens and cuts; `back`: the way back."""
    running, intended = (give(compiled(), texts()) for texts in CHANGES[name])
    return judge_change(intended, running, ask) if back else judge_change(running, intended, ask)
