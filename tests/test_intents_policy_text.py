"""The text of a policy: how a rule reads, and that nothing else is taken for one."""

from __future__ import annotations

import pytest

from intents.finding import FindingsError
from intents.policy import ClassEndpoint, Effect, OrganisationEndpoint, Policy, Rule, SystemEndpoint, ViaAssertion
from intents.policy_order import normal_policy
from intents.policy_text import HEADER, print_policy, read_policy
from intents.registry import OrganisationName, SystemName, Tier
from tests.small_registries import FILES, GOVERNMENT, PC, WEB

COMMUNES = ClassEndpoint(
    category=PC, tier=Tier.COMMUNE, purpose=GOVERNMENT, excluding=(OrganisationName("a"), OrganisationName("b"))
)
EDOC = SystemEndpoint(system=SystemName("edoc"))
OFFICE = OrganisationEndpoint(organisation=OrganisationName("office"), purpose=GOVERNMENT)
POLICY = normal_policy(
    [
        (Rule(effect=Effect.PERMIT, source=COMMUNES, destination=EDOC, service=WEB | FILES), ("x", "y")),
        (Rule(effect=Effect.FORBID, source=OFFICE, destination=EDOC, service=FILES), ("z",)),
        (Rule(effect=Effect.PERMIT, source=OFFICE, destination=OFFICE, service=WEB, same_organisation=True), ()),
        (ViaAssertion(source=OFFICE, destination=EDOC, devices=("edge-1", "edge-2")), ("v",)),
        (ViaAssertion(source=OFFICE, destination=EDOC, devices=("edge-1", "edge-2"), levels=(1, 3)), ("x",)),
    ]
)
TEXT = f"""\
{HEADER}
forbid organisation office in government -> system edoc : tcp 445 # z
permit class peoples_committee_body/commune in government except a, b -> system edoc : tcp 443, tcp 445 # x, y
permit organisation office in government -> organisation office in government : tcp 443, inside one organisation
via organisation office in government -> system edoc : edge-1, edge-2 # v
via organisation office in government -> system edoc : edge-1, edge-2; from level 1 into level 3 # x
"""


def test_a_policy_reads_like_this() -> None:
    assert print_policy(POLICY) == TEXT


def test_the_text_gives_the_policy_back_in_any_order_of_lines() -> None:
    lines = TEXT.rstrip("\n").split("\n")
    again = read_policy("\n".join((lines[0], *reversed(lines[1:]))))
    assert again == POLICY
    assert dict(again.sources) == dict(POLICY.sources)


def test_an_empty_policy_is_a_header() -> None:
    assert print_policy(Policy()) == f"{HEADER}\n"
    assert read_policy(f"{HEADER}\n") == Policy()


@pytest.mark.parametrize(
    "line",
    [
        "allow system a -> system b : tcp 443",
        "permit system a -> system b",
        "permit system a -> system b : ",
        "permit system a -> system b : tcp",
        "permit system a -> system b : tcp 443, tcp 443",
        "permit system a -> system b : tcp 445, tcp 443",
        "permit system a -> system b : tcp 65536",
        "permit system a -> system b : tcp 0443",
        "permit system a -> anyone : tcp 443",
        "permit class courts/commune in government -> system b : tcp 443",
        "permit system a -> system b : nothing",
        " permit system a -> system b : tcp 443",
    ],
)
def test_a_line_that_is_no_rule_is_found_and_never_skipped(line: str) -> None:
    with pytest.raises(FindingsError) as raised:
        read_policy(f"{HEADER}\n{line}\n")
    assert [(item.code, item.where.line) for item in raised.value.findings] == [("TR318", 2)]


def test_another_header_is_another_format() -> None:
    with pytest.raises(FindingsError) as raised:
        read_policy(TEXT.replace("format 1", "format 2"))
    assert [item.code for item in raised.value.findings] == ["TR319"]
