"""Turns a made-up province into intents: a score over classes, and a few drawn exceptions that grow with its size."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from bench.province_sites import VC, Province
from bench.workspace_writer import Value, kinded_list

MOST_EXCEPTIONS = 50
Fields = dict[str, Value]
VIDEO: Mapping[str, Value] = {"tcp": [5060], "udp": ["16384-32767"]}


def intents_text(province: Province, chance: random.Random) -> str:
    """Return the one file of intents."""
    return "# Made by bench/generate.py; fictional.\nintents:\n" + kinded_list(
        (kind, {"id": name, **_head(number, fields), **fields})
        for number, (kind, name, fields) in enumerate([*_classes(), *_exceptions(province, chance)], start=1)
    )


def _head(number: int, fields: Fields) -> Fields:
    party = "party_building_body" in str(fields)
    return {
        "title": f"Ý định {number}",
        "domain": "party_office" if party else "dept_ict",
        "request_ref": f"{number}/CV (hư cấu)",
        "decision_ref": f"{number}/QĐ (hư cấu)",
    }


def _class(category: str, *tiers: str, purpose: str = "") -> Mapping[str, Value]:
    chosen: Fields = {"categories": [category], "tiers": list(tiers)}
    return chosen | ({"purpose": purpose} if purpose else {})


def _system(name: str, *services: str) -> Mapping[str, Value]:
    return {"systems": [name], "services": list(services) if services else "any"}


def _classes() -> list[tuple[str, str, Fields]]:
    committees = _class("peoples_committee_body", "province", "commune")
    communes = _class("peoples_committee_body", "commune")
    departments = _class("peoples_committee_body", "province")
    councils = _class("elected_body", "commune")
    parties = _class("party_building_body", "commune")
    rooms = _class("peoples_committee_body", "province", "commune", purpose=VC)
    lgsp: Mapping[str, Value] = {"systems": ["lgsp"]}
    return [
        ("permit", "edoc-committees", {"from": [committees], "to": [_system("edoc", "web", "files")]}),
        ("permit", "edoc-councils", {"from": [councils], "to": [_system("edoc", "web")]}),
        ("permit", "mail", {"from": [committees, councils], "to": [_system("official-mail")]}),
        ("permit", "one-stop-communes", {"from": [communes], "to": [_system("one-stop", "web")]}),
        ("permit", "one-stop-departments", {"from": [departments], "to": [_system("one-stop")]}),
        ("permit", "warehouse", {"from": [communes], "to": [_system("data-warehouse", "query")]}),
        ("permit", "ioc", {"from": [departments], "to": [_system("ioc")]}),
        ("permit", "papers", {"from": [communes], "to": [councils], "service": {"tcp": [443]}}),
        ("permit", "party-edoc", {"from": [parties], "to": [_system("party-edoc")]}),
        ("permit", "front", {"from": [_class("fatherland_front_org", "commune")], "to": [_system("front-feedback")]}),
        ("permit", "rooms", {"mutual": True, "from": [rooms], "to": [rooms], "service": VIDEO}),
        ("permit", "rooms-to-mcu", {"from": [rooms], "to": [_system("mcu")]}),
        ("permit", "ndxp", {"from": [lgsp], "to": [{"outside_networks": ["ndxp"], "services": ["api"]}]}),
        ("permit", "quality", {"from": [{"names": ["so-1"]}], "to": [_system("data-warehouse")]}),
    ]


def _exceptions(province: Province, chance: random.Random) -> list[tuple[str, str, Fields]]:
    """Return forbids of single communes inside what their class may, and permits to single ones."""
    count = min(max(len(province.communes) // 20, 1), MOST_EXCEPTIONS)
    found: list[tuple[str, str, Fields]] = []
    for commune in _drawn(province, count, chance):
        start: Sequence[Value] = [{"names": [f"ub-{commune}"]}]
        found.append(("forbid", f"no-warehouse-{commune}", {"from": start, "to": [_system("data-warehouse")]}))
    for commune in _drawn(province, count, chance):
        start = [{"names": [f"ub-{commune}"]}]
        found.append(("permit", f"ioc-{commune}", {"from": start, "to": [_system("ioc", "video")]}))
    return found


def _drawn(province: Province, count: int, chance: random.Random) -> list[int]:
    return sorted(chance.sample([commune.number for commune in province.communes], count))
