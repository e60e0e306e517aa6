"""All intents of a day into one `Policy`.

The one idea: a policy is a mapping from (effect, source, destination, same organisation) to a set of services, and
putting an intent in is a union; unions don't care about order, so neither does the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from intents.checks.conflicts import find_conflicts
from intents.checks.levels import hold_to_points
from intents.expansion import ExpandedStatement, expand, make_directory
from intents.finding import Finding, Severity, make_finding, sort_findings
from intents.model import Head, Intent
from intents.policy import Policy, Rule
from intents.policy_order import Asked, normal_policy
from intents.registry import Registry


def compile_policy(intents: Iterable[Intent], registry: Registry, on: date) -> tuple[Policy, tuple[Finding, ...]]:
    """Return what all intents in force on `on` mean together, and what is wrong with any of them.

    `registry` is the one of that day. An expired intent is left out with a warning, one that is not in force yet with a
    note; mistakes in either are found all the same, so that no error appears by time alone.
    """
    directory = make_directory(registry)
    findings: list[Finding] = []
    every: list[ExpandedStatement] = []
    in_force: list[ExpandedStatement] = []
    for intent in intents:
        statement, found = expand(intent, directory)
        every.append(statement)
        if intent.head.validity.holds(on):
            in_force.append(statement)
            findings.extend(found)
        else:
            findings.append(_out_of_force(intent.head, on))
            findings.extend(finding for finding in found if finding.severity is Severity.ERROR)
    findings.extend(find_conflicts(every, in_force, registry, on))
    asked = (item for statement in in_force for item in _asked(statement))
    policy, open_ends = hold_to_points(normal_policy(asked), registry, on)
    return policy, sort_findings((*findings, *open_ends))


def _asked(statement: ExpandedStatement) -> Iterator[Asked]:
    identifiers = (statement.intent.head.identifier,)
    for (effect, source, destination, same_organisation), service in statement.grants.items():
        rule = Rule(
            effect=effect,
            source=source,
            destination=destination,
            service=service,
            same_organisation=same_organisation,
        )
        yield rule, identifiers
    for via in statement.vias:
        yield via, identifiers


def _out_of_force(head: Head, on: date) -> Finding:
    validity = head.validity
    name = head.identifier
    if validity.end is not None and validity.end < on:
        return make_finding("TR304", head.where, severity=Severity.WARNING, intent=name, end=validity.end, on=on)
    return make_finding("TR305", head.where, severity=Severity.INFO, intent=name, start=validity.start, on=on)
