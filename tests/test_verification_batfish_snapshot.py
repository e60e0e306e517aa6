"""What leaves the machine: the judged texts without secrets, under a name that is their content."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.batfish_cases import given_of
from verification.batfish.snapshot import device_of, file_of, network_snapshot

CANARIES = {
    "agg-1": (
        "enable secret 9 $9$CanarySalt0001$CanaryHashCanaryHashCanaryHashCanaryHash01",
        "username canary privilege 15 password 7 0822455D0A16",
        "snmp-server community CanaryCommunity RO",
        "tacacs server extra",
        " key 7 13061E010803557878",
        "ntp authentication-key 9 md5 CanaryNtpKey",
    ),
    "agg-2": (
        'set system root-authentication encrypted-password "$6$CanarySalt$CanaryHashCanaryHashCanaryHash"',
        "set snmp community CanaryCommunityTwo authorization read-only",
        'set system tacplus-server 192.0.2.9 secret "$9$CanaryObfuscatedSecret"',
    ),
}
SECRET = (
    "CanaryHash",
    "CanarySalt",
    "CanaryCommunity",
    "CanaryNtpKey",
    "CanaryObfuscated",
    "0822455D0A16",
    "13061E01080355",
)


def test_no_planted_secret_leaves_the_machine() -> None:
    given = given_of("right")
    texts = {**given.texts, **{name: (*given.texts[name], *lines) for name, lines in CANARIES.items()}}
    files = network_snapshot(replace(given, texts=texts)).files
    sent = "\n".join(files.values())
    assert not [word for word in SECRET if word in sent]
    for name, lines in texts.items():
        assert files[file_of(name)].count("\n") == len(lines)


@pytest.mark.parametrize("name", ["agg-1", "agg-2"])
def test_the_judged_lines_are_sent_as_they_are(name: str) -> None:
    given = given_of("right")
    sent = network_snapshot(given).files[file_of(name)].splitlines()
    changed = [line for line, mine in zip(sent, given.texts[name], strict=True) if line != mine]
    assert len(changed) <= 20
    assert not [line for line in changed if "access-list" in line or "prefix-list" in line or "filter" in line]


def test_cables_join_devices_that_are_sent() -> None:
    files = network_snapshot(given_of("right")).files
    edges = json.loads(files["batfish/layer1_topology.json"])["edges"]
    ends = {edge[side]["hostname"] for edge in edges for side in ("node1", "node2")}
    assert len(edges) == len(given_of("right").network.links)
    assert ends <= {device_of(path) for path in files if path.startswith("configs/")}


def test_the_name_changes_with_any_byte_but_a_secret() -> None:
    given = given_of("right")
    name = network_snapshot(given).name
    other = replace(
        given, texts={**given.texts, "agg-1": (*given.texts["agg-1"], "ip route 192.0.2.0 255.255.255.0 Null0")}
    )
    assert network_snapshot(other).name != name

    def with_key(key: str) -> str:
        lines = (*given.texts["agg-1"], f"ntp authentication-key 9 md5 {key}")
        return network_snapshot(replace(given, texts={**given.texts, "agg-1": lines})).name

    assert with_key("CanaryOne") == with_key("CanaryTwo") != name
