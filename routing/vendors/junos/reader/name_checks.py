"""Names that a device refuses: kept for itself, too long, or of characters that no name has (JUN-NAME-01).

The one idea: a text with such a name commits nowhere, so whoever reads it knows nothing of what bears it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.reason import Reason, because
from routing.vendors.junos.reader.firewall import Filters
from routing.vendors.junos.reader.instances import Instances
from routing.vendors.junos.reader.policies import Policies
from routing.vendors.junos.reader.reading import JunosReading
from routing.vendors.junos.tree import JunosStatement

_KEPT = frozenset({"master", "default", "all", "inet", "inet6", "mpls", "iso", "bgp"})
"""Names of the default instance, of all of them, and words that begin the names of its tables."""
_INTERNAL = "__"
_INSTANCE = re.compile(r"[A-Za-z0-9][\w.-]*")
_LONGEST_INSTANCE = 63
_LONGEST_FILTER = 64
_LONGEST_POLICY = 255


def check_names(instances: Instances, filters: Filters, policies: Policies, reading: JunosReading) -> None:
    """Record what bears a name that no device takes."""
    for statement, reason in (*_of_instances(instances), *_of_filters(filters), *_of_policies(policies)):
        reading.unknown(statement, reason)


def _of_instances(instances: Instances) -> Iterator[tuple[JunosStatement, Reason]]:
    for name, instance in instances.found.items():
        if name is None or instance.first is None:
            continue
        if name in _KEPT or name.startswith(_INTERNAL) or _INSTANCE.fullmatch(name) is None:
            yield instance.first, because("name_kept", name=name)
        elif len(name) > _LONGEST_INSTANCE:
            yield instance.first, because("longer_than", length=_LONGEST_INSTANCE)


def _of_filters(filters: Filters) -> Iterator[tuple[JunosStatement, Reason]]:
    too_long = because("longer_than", length=_LONGEST_FILTER)
    for (_, name), found in filters.found.items():
        if len(name) > _LONGEST_FILTER:
            yield found.first, too_long
        yield from (
            (lines.statements[0], too_long) for term, lines in found.terms.items() if len(term) > _LONGEST_FILTER
        )


def _of_policies(policies: Policies) -> Iterator[tuple[JunosStatement, Reason]]:
    for name, lines in policies.lines.items():
        if len(name) > _LONGEST_POLICY:
            yield lines[0][1], because("longer_than", length=_LONGEST_POLICY)
