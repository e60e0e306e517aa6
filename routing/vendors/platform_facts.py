"""What devices do beside their text: the numbered facts of `platform_facts.toml`, and which of them a line rests on.

The one idea: a fact has an area, a configured thing has areas, and among the facts of its areas those come first that speak of
the line's own words.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from routing.model import Ref

_AREAS: dict[str, tuple[str, ...]] = {
    "interface": ("interface",),
    "binding": ("acl", "filter"),
    "vrf": ("vrf",),
    "vrf-import": ("vrf",),
    "vrf-export": ("vrf",),
    "acl": ("acl", "filter"),
    "acl-entry": ("acl", "filter"),
    "policy": ("route-map", "policy", "prefix-list"),
    "clause": ("route-map", "policy", "prefix-list"),
    "prefix-rule": ("prefix-list", "policy"),
    "static": ("static",),
    "bgp": ("bgp-session", "bgp-send", "bgp-receive", "bgp-decision", "bgp-internal"),
    "neighbor": ("bgp-session", "bgp-send", "bgp-receive", "peer-group", "bgp-internal"),
    "ospf": ("ospf",),
    "login": ("login",),
    "control-filter": ("login", "filter"),
}
_PLATFORMS = {"cisco_ios": "ios", "junos": "junos"}
_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformFact:
    """A fact: `rule` in English; `assumed` says what truc takes for granted about it that no text shows, "" if nothing."""

    identifier: str
    platform: str
    area: str
    rule: str
    source: str
    confidence: str
    assumed: str = ""


@cache
def platform_facts() -> tuple[PlatformFact, ...]:
    """Return all facts, in the order of the file."""
    text = resources.files(__package__).joinpath("platform_facts.toml").read_text(encoding="utf-8")
    return tuple(
        PlatformFact(
            identifier=item["id"],
            platform=item["platform"],
            area=item["area"],
            rule=item["rule"],
            source=item["source"],
            confidence=item["confidence"],
            assumed=item.get("assumed", ""),
        )
        for item in tomllib.loads(text)["fact"]
    )


def facts_about(platform: str, ref: Ref, line: str) -> tuple[PlatformFact, ...]:
    """Return the facts that a line which says a thing rests on: first those that quote words of the line."""
    areas = _AREAS.get(ref[0], ())
    found = [
        item
        for item in platform_facts()
        if item.area in areas and item.platform in (_PLATFORMS.get(platform, platform), "both")
    ]
    words = {word for word in line.split() if word.isascii() and word.replace("-", "").isalpha()}
    return tuple(sorted(found, key=lambda item: -len(words & _quoted_words(item.rule))))


def _quoted_words(rule: str) -> set[str]:
    return {word for quoted in _QUOTED.findall(rule) for word in quoted.split()}
