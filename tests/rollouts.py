"""Changes of small provinces, as roll-outs: who may reach whom, who exists, what is plugged in where, each both ways.

The one idea: a change is two compiled provinces, the second with the addresses of the first; what is done on each device follows
from their texts, as it does from those of a workspace.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from hypothesis import assume
from hypothesis import strategies as st

from controller.jobs.pipeline import Compiled
from controller.rollout.proof import RolloutProof, prove_rollout
from controller.rollout.steps import DeviceChange, change_device
from intents.finding import FindingsError, raise_errors
from intents.model import Intent, SystemTarget
from intents.registry import SystemName
from ipam.inventory import Channel, Role
from ipam.placement import place_attachments
from routing.merge import merge_text
from routing.text_reads import TextReads
from tests.bounded import arrivals, moves, policy_changes, texts_of, without_attachment
from tests.strategies import (
    PORTS,
    Province,
    compile_province,
    growing_provinces,
    is_consistent,
    province_draws,
    province_of,
    provinces,
)

Ends = tuple[Compiled, Compiled]


@dataclass(frozen=True)
class Rollout:
    """A change of a province: the texts that stand before it, with what is done on each device that stays."""

    ends: Ends
    running: Mapping[str, str]
    changes: tuple[DeviceChange, ...]
    arrivals: Mapping[str, str]
    departures: tuple[str, ...]
    interrupted: tuple[str, ...] = ()
    reads: TextReads = field(default_factory=TextReads, compare=False, repr=False)
    """Texts that were read: whoever looks at the same roll-out again reads none twice."""

    def proof(self, samples: int = 6) -> RolloutProof:
        return prove_rollout(
            self.ends,
            self.running,
            self.changes,
            samples,
            arrivals=self.arrivals,
            departures=self.departures,
            interrupted=self.interrupted,
            reads=self.reads,
        )


@dataclass(frozen=True)
class DrawnChange:
    """Two provinces, and the devices that are declared to be without the network in between."""

    ends: Ends
    interrupted: tuple[str, ...] = ()


def rollout_of(drawn: DrawnChange, foreign: Mapping[str, str] | None = None) -> Rollout:
    """Return what is done between two provinces; StepError if a device has no way whose every line is known. `foreign`: lines
    that stand on the devices of a platform besides ours."""
    before, after = drawn.ends
    old, new = texts_of(before), texts_of(after)
    lines = foreign or {}
    old = {name: text + lines.get(before.configs[name].platform, "") for name, text in old.items()}
    changes = []
    for name in sorted(old.keys() & new.keys()):
        config = after.configs[name]
        standing = merge_text(config, old[name], before.configs[name]).text
        change = change_device(name, config.platform, old[name], standing)
        if change is not None:
            changes.append(change)
    return Rollout(
        ends=drawn.ends,
        running={**old, **{change.device: change.running for change in changes}},
        changes=tuple(changes),
        arrivals={name: text for name, text in new.items() if name not in old},
        departures=tuple(sorted(old.keys() - new.keys())),
        interrupted=drawn.interrupted,
    )


# Who exists.


@st.composite
def _pairs(draw: st.DrawFn, found: tuple[Province, Province]) -> Ends:
    """Draw two provinces in either order, the second one with the addresses of the first."""
    first, second = found if draw(st.booleans()) else found[::-1]
    assume(all(is_consistent(item) for item in found))
    try:
        before = compile_province(first)
        return before, compile_province(second, before.addressed.address_plan)
    except FindingsError:
        assume(condition=False)  # no province: a permit that nobody is left for
        raise


def without_system(province: Province, name: SystemName) -> Province:
    """Return a province without a system, its attachment, and the intents that name it."""
    names = [key for key, item in province.registry.attachments.items() if item.system == name]
    for attachment in names:
        province = without_attachment(province, attachment)
    systems = {key: item for key, item in province.registry.systems.items() if key != name}
    intents = tuple(item for item in province.intents if name not in _systems_of(item))
    return replace(province, registry=replace(province.registry, systems=systems), intents=intents)


def _systems_of(intent: Intent) -> frozenset[SystemName]:
    parties = (*getattr(intent, "sources", ()), *getattr(intent, "destinations", ()))
    return frozenset(name for party in parties if isinstance(party, SystemTarget) for name in party.systems)


@st.composite
def systems(draw: st.DrawFn, most_sites: int = 2) -> Ends:
    """Draw a province with a system and what is permitted of it, and without both."""
    province = draw(provinces(most_sites=most_sites, fewest_intents=1))
    name = draw(st.sampled_from(sorted(province.registry.systems)))
    return draw(_pairs((province, without_system(province, name))))


@st.composite
def sites(draw: st.DrawFn) -> Ends:
    """Draw a province with one site more, its device included, and without it; nobody's intents name it."""
    smaller, grown = draw(growing_provinces())
    assume(len(smaller.registry.sites) < 3)
    return draw(_pairs((smaller, grown)))


# What is plugged in.


def with_channels(province: Province, channels: Mapping[str, Channel]) -> Province:
    """Return a province with other channels, and attachments where these put them."""
    places, findings = place_attachments(province.registry, province.inventory.devices, channels)
    raise_errors(findings)
    return replace(province, inventory=replace(province.inventory, channels=channels, places=places))


@st.composite
def channels(draw: st.DrawFn) -> Ends:
    """Draw a province with a second channel of a site, and without it."""
    drawn = draw(province_draws)
    drawn = replace(drawn, sites=tuple(replace(item, uplinks=(0, 1), level=2) for item in drawn.sites[:2]))
    province = province_of(drawn, ())
    name = draw(st.sampled_from(sorted(_of_sites(province))))
    kept = {key: item for key, item in province.inventory.channels.items() if key != name}
    intents = draw(provinces(most_sites=1).map(lambda item: item.intents))
    province = replace(province, intents=intents)
    assume(is_consistent(province))
    return draw(_pairs((province, with_channels(province, kept))))


def _of_sites(province: Province) -> list[str]:
    devices = province.inventory.devices
    return [key for key, item in province.inventory.channels.items() if devices[item.b_device].role is Role.CPE]


@st.composite
def moved_channels(draw: st.DrawFn) -> DrawnChange:
    """Draw a province, and the same with a site's channel on another device of the backbone."""
    province = draw(provinces(most_sites=2))
    devices = province.inventory.devices
    assume(_of_sites(province))
    channel = province.inventory.channels[draw(st.sampled_from(sorted(_of_sites(province))))]
    goals = [
        name
        for name, item in devices.items()
        if item.role in (Role.CORE, Role.AGGREGATION) and name != channel.a_device
    ]
    assume(goals)
    goal = draw(st.sampled_from(sorted(goals)))
    port = PORTS[devices[goal].platform].format(30)
    moved = replace(channel, a_device=goal, a_interface=port)
    other = with_channels(province, {**province.inventory.channels, channel.name: moved})
    declared = draw(st.booleans())
    return DrawnChange(draw(_pairs((province, other))), (channel.b_device,) if declared else ())


def _either_way(ends: st.SearchStrategy[Ends]) -> st.SearchStrategy[DrawnChange]:
    return st.tuples(ends, st.booleans()).map(lambda item: DrawnChange(item[0] if item[1] else item[0][::-1]))


def _one_way(ends: st.SearchStrategy[Ends]) -> st.SearchStrategy[DrawnChange]:
    return ends.map(DrawnChange)


KINDS: Mapping[str, st.SearchStrategy[DrawnChange]] = {
    "policy": _either_way(policy_changes()),
    "attachment": _either_way(arrivals()),
    "renumbering": _one_way(moves()),
    "system": _one_way(systems()),
    "site": _one_way(sites()),
    "channel": _one_way(channels()),
    "moved channel": moved_channels(),
}
"""Kinds of change, by name."""


def changes(kinds: Collection[str] = tuple(KINDS)) -> st.SearchStrategy[DrawnChange]:
    """Return changes of some kinds."""
    return st.one_of([KINDS[kind] for kind in kinds])
