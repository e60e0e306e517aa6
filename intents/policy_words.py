"""Parts of a policy as something that every language can say.

The one idea: names of organisations, systems and ports are the same in every language, and the words between them are the
catalogue's; `policy_text` is another thing, a notation that is read back.
"""

from __future__ import annotations

from typing import assert_never

from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    Rule,
    SystemEndpoint,
    ViaAssertion,
)
from intents.reason import Reason, because


def endpoint_in_words(endpoint: Endpoint) -> Reason | str:
    """Return who or what an endpoint is."""
    match endpoint:
        case ClassEndpoint():
            who = because("party_in", party=f"{endpoint.category}/{endpoint.tier}", purpose=endpoint.purpose)
            if endpoint.excluding:
                return because("party_except", party=who, excluded=", ".join(endpoint.excluding))
            return who
        case OrganisationEndpoint():
            return because("party_in", party=endpoint.organisation, purpose=endpoint.purpose)
        case SystemEndpoint() | OutsideEndpoint():
            return str(endpoint)
        case DevicesEndpoint():
            return because("every_device")
        case _:
            assert_never(endpoint)


def rule_in_words(rule: Rule) -> Reason:
    """Return who may, or may not, start what to whom."""
    ends = {"source": endpoint_in_words(rule.source), "destination": endpoint_in_words(rule.destination)}
    said = because("rule", **ends, service=rule.service if rule.service.ranges else because("nothing"))
    return because("rule_within", rule=said) if rule.same_organisation else said


def via_in_words(via: ViaAssertion) -> Reason:
    """Return whose traffic to whom passes one of which devices."""
    ends = {"source": endpoint_in_words(via.source), "destination": endpoint_in_words(via.destination)}
    said = because("via", **ends, devices=", ".join(via.devices))
    return said if via.levels is None else because("via_upwards", via=said, low=via.levels[0], high=via.levels[1])
