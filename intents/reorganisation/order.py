"""Everything that the fates of a reorganisation are decided from, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intents.parser.site_choices import ChosenKind, SiteChoices, SiteUse
from intents.registry import AttachmentName, Registry, SiteName, UnitKey
from intents.reorganisation.fates import PrefixAction
from intents.reorganisation.succession import Reform, Succession


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`registry`: the one of the last day; `names`: those of organisations and attachments of all days; `others`: what becomes
    of the sites of organisations that another one takes over; `actions`: what was chosen for attachments' prefixes."""

    registry: Registry
    names: frozenset[str]
    succession: Succession
    reform: Reform
    choices: SiteChoices
    others: SiteUse
    actions: Mapping[AttachmentName, PrefixAction]

    def use_of(self, site: SiteName) -> SiteUse | None:
        """Return what was chosen for a site, None if nothing was."""
        choice = self.choices.get((ChosenKind.SITE, site))
        return None if choice is None else choice.use

    def follows(self, unit: UnitKey, goal: UnitKey) -> bool:
        """Return whether what stands in a unit that ends may come to another: to a successor, or to any unit if none follows."""
        following = self.succession.after[unit]
        there = goal in self.succession.new or (goal in self.succession.old and goal not in self.succession.after)
        return goal in following if following else there
