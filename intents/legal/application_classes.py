"""Application classes of the flows that intents ask for: A11 (art. 8.2).

The one idea: a flow is of the class of the system at its end, or, between organisations, of the class that its intent names; an
organisation belongs to the class of its category. `app_other` serves everybody; all else stays in its class but by an exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from intents.expansion import expand, make_directory
from intents.finding import Finding
from intents.legal.registers import Register, Registers
from intents.model import Intent, Permit
from intents.policy import ClassEndpoint, Endpoint, OrganisationEndpoint, SystemEndpoint, endpoint_key
from intents.registry import PARTY_CATEGORIES, ApplicationClass, Category, Registry
from intents.rule_packs import report_breach

GOVERNING = frozenset({Category.ELECTED_BODY, Category.PEOPLES_COMMITTEE_BODY})
MOST_NAMED = 3
"""Ends of another class that a message names."""


def class_of_category(category: Category) -> ApplicationClass:
    """Return the class that organisations of a category belong to."""
    if category in PARTY_CATEGORIES:
        return ApplicationClass.APP_PARTY
    return ApplicationClass.APP_COUNCIL_COMMITTEE if category in GOVERNING else ApplicationClass.APP_OTHER


def check_application_classes(
    registers: Registers, registry: Registry, intents: Iterable[Intent], on: date
) -> Iterator[Finding]:
    """Yield intents of the day with a flow between classes, and those between organisations that name none; where exceptions are
    kept, for a flow between classes needs one."""
    if not registers.keeps(Register.EXCEPTIONS):
        return
    directory = make_directory(registry)
    for intent in intents:
        if not isinstance(intent, Permit) or not intent.head.validity.holds(on):
            continue
        statement, _ = expand(intent, directory)
        head, pairs = intent.head, [(key[1], key[2]) for key in statement.grants]
        named = [flow_class(*pair, intent.application_class, registry) for pair in pairs]
        if None in named:
            yield report_breach("A11.class", "TR459", head.where, on, about=head.identifier, intent=head.identifier)
        for wanted in sorted({item for item in named if item is not None}):
            ends = {end for pair, item in zip(pairs, named, strict=True) if item is wanted for end in pair}
            others = [end for end in ends if _class_of(end, registry) not in {None, wanted}]
            if others and wanted is not ApplicationClass.APP_OTHER:
                shown = ", ".join(map(str, sorted(others, key=endpoint_key)[:MOST_NAMED]))
                values = {"intent": head.identifier, "count": len(others), "ends": shown, "application_class": wanted}
                yield report_breach("A11", "TR458", head.where, on, also=(), about=head.identifier, **values)


def flow_class(
    source: Endpoint, destination: Endpoint, said: ApplicationClass | None, registry: Registry
) -> ApplicationClass | None:
    """Return the class of a flow: of the first system at an end that is not for everybody, `said` between organisations."""
    ends = (destination, source)
    if all(isinstance(end, ClassEndpoint | OrganisationEndpoint) for end in ends):
        return said
    own = (_class_of(end, registry) for end in ends if isinstance(end, SystemEndpoint))
    return next((item for item in own if item is not None), ApplicationClass.APP_OTHER)


def _class_of(end: Endpoint, registry: Registry) -> ApplicationClass | None:
    """Return the class that an end belongs to; None for what serves everybody or is of no class."""
    match end:
        case ClassEndpoint():
            return class_of_category(end.category)
        case OrganisationEndpoint():
            organisation = registry.organisations.get(end.organisation)
            return class_of_category(organisation.category) if organisation is not None else None
        case SystemEndpoint():
            system = registry.systems.get(end.system)
            own = system.application_class if system is not None else None
            return None if own is ApplicationClass.APP_OTHER else own
        case _:
            return None
