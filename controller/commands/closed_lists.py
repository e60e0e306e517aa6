"""Every closed list that a workspace chooses from, as the code that reads it knows it.

The one idea: documents and the files of `truc init --empty` show these very values, so that neither can name one that is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from intents.parser.intents import FIELDS_OF_KIND
from intents.parser.parties import SELECTOR_FIELDS
from intents.registry import (
    ApplicationClass,
    Category,
    ConnectionKind,
    Domain,
    EventKind,
    LegalService,
    McuOwner,
    SiteKind,
    Tier,
    UnitType,
)
from intents.settings import POOL_USES
from ipam.inventory import Medium, Role
from ipam.inventory_reader import PlatformName

CLOSED_LISTS: Mapping[str, tuple[str, ...]] = {
    name: tuple(map(str, values))
    for name, values in dict[str, Iterable[str]](
        unit_type=UnitType,
        event_kind=EventKind,
        category=Category,
        tier=Tier,
        domain=Domain,
        site_kind=SiteKind,
        legal_service=LegalService,
        connection=ConnectionKind,
        role=Role,
        platform=PlatformName,
        medium=Medium,
        application_class=ApplicationClass,
        mcu_owner=McuOwner,
        pool_use=POOL_USES,
        intent_kind=FIELDS_OF_KIND,
        selector=SELECTOR_FIELDS,
    ).items()
}
"""The values of each list by its name, in the order of the law or of the code."""
