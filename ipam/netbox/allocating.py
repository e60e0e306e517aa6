"""A NetBox in which a plan's new entries get their places: whatever others took meanwhile, ours gives way.

The one idea: it is written first and looked at afterwards, when whoever looked before it was there has finished writing, too.
Then all that overlaps is there to be seen, and what this run has just made is taken back and placed anew: nothing rests on it
yet, as the texts are only written after this. So no lock of the others' is needed, and none of theirs is touched (ADR 59).
"""

from __future__ import annotations

import http
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from intents.finding import Finding, FindingsError, Where
from intents.prefix import parse_prefix
from intents.registry import Registry
from ipam.address_plan import AddressPlan, Pool, PoolUse
from ipam.netbox.changes import changes_to
from ipam.netbox.dependents import LET_GO
from ipam.netbox.journal import write_journal
from ipam.netbox.lease import WriteLease
from ipam.netbox.overlaps import Outermost, prefix_in
from ipam.netbox.reading import Reading, kept_plan, read_on
from ipam.netbox.route_targets import check_targets, say_targets
from ipam.netbox.rows import OwnRow
from ipam.netbox.server import send
from ipam.netbox.thing import ObjectKind, Thing
from ipam.netbox.writing import BATCH, Writer, check_said, to_write
from ipam.space import TakenSpace
from ipam.store.plan_store import FilePlacing, KeptPlan, changed_since

SETTLE = 1.0
"""Seconds for which others' requests that began before ours was there are waited for; longer where our own take longer."""
TRIES = 4
"""Times that a write is tried of which no answer came."""
_MESSAGE = "truc compile: others took this at the same time"


class TakenMeanwhileError(Exception):
    """Others took what this run had placed; it was taken back, and has to be placed anew."""


def taken_of(reading: Reading, pools: Iterable[Pool]) -> TakenSpace:
    """Return what others use inside our pools, in whichever VRF. A container of theirs, or what is as large as a pool, says how
    they order their space, and uses nothing."""
    inside = [pool.prefix for pool in pools if pool.use is not PoolUse.ROOT]
    used = [prefix for row in reading.used for prefix in row.prefixes]
    used += [
        prefix
        for row in reading.foreign
        if row.endpoint is ObjectKind.PREFIX and not row.is_container and (prefix := prefix_in(row.says)) is not None
    ]
    asns = [row.says for row in reading.foreign if row.endpoint is ObjectKind.ASN]
    return TakenSpace(
        prefixes=frozenset(one for one in used if any(pool.covers(one) and pool != one for pool in inside)),
        asns=frozenset(int(asn) for asn in asns if asn.isdecimal()),
    )


def is_placed(thing: Thing) -> bool:
    """Return whether a thing is a prefix that was given a place in a pool."""
    return thing.entry.startswith("prefix ") and thing.fields.get("truc_pool") is not None


def _meets(taken: Outermost, thing: Thing) -> bool:
    return is_placed(thing) and taken.meets(parse_prefix(str(thing.fields["prefix"])))


@dataclass(slots=True)
class AllocatingStore:
    """A NetBox as the store of a plan that grows there; `reading` is what the plan was made from, `lease` the right to write;
    `registry` says for whom new entries are, `news` which entries that workspace has not yet seen there."""

    reading: Reading
    lease: WriteLease
    registry: Registry
    news: Callable[[str], bool]
    target_asn: int | None = None
    progress: Callable[[int], None] = lambda _: None
    let_go: dict[Where, Finding] = field(default_factory=dict, init=False)
    """What was not deleted because people name it, by where it is."""
    _slowest: float = field(default=0.0, init=False)

    def load(self) -> KeptPlan:
        """Return the plan that was read."""
        return kept_plan(self.reading)

    def save(self, plan: AddressPlan, read: KeptPlan, placing: FilePlacing) -> None:
        """Have the plan written when everything else is ready to be put in its place."""
        placing.before(lambda: self._write(plan, read))

    def _write(self, plan: AddressPlan, read: KeptPlan) -> None:
        """FindingsError; TakenMeanwhileError if others were there first."""
        server, before = self.lease.server, {row.key for row in self.reading.rows}
        reading = read_on(server, self.reading)
        if reading.revision != read.revision:
            raise changed_since(read, kept_plan(reading), Where(file=server.url))
        self._check_free(reading, plan)
        check_targets(server, reading, plan, self.target_asn)
        reading = self._written(reading, plan)
        made = [row for row in reading.rows if row.key not in before]
        if made:
            time.sleep(max(SETTLE, self._slowest))
            reading = read_on(server, reading)
            self._give_way(reading, made, plan.pools)
        write_journal(
            server, [row for row in reading.rows if self.news(row.thing.entry)], self.registry, self.lease.renew
        )
        self.reading = check_said(server, plan, reading)
        say_targets(server, self.reading, plan, self.target_asn, self.lease.renew)

    def _check_free(self, reading: Reading, plan: AddressPlan) -> None:
        """TakenMeanwhileError if others took what this run has placed before it is written."""
        taken = Outermost(taken_of(reading, plan.pools).prefixes)
        if any(_meets(taken, change.thing) for change in changes_to(reading, plan).made):
            raise TakenMeanwhileError

    def _written(self, reading: Reading, plan: AddressPlan) -> Reading:
        """Write what is lacking, again if an answer was lost, and return what is there then."""
        for attempt in range(TRIES):
            writer = Writer(self.lease.server, reading.numbers(), self.progress, before=self.lease.renew)
            try:
                reading, changes = to_write(self.lease.server, plan, reading, writer)
                if not changes.count:
                    break
                self.let_go.update((one.where, one) for one in changes.warnings if one.code == LET_GO)
                writer.write(changes)
            except FindingsError as error:
                if attempt == TRIES - 1 or error.findings[0].code != "TR913":
                    raise
            self._slowest = max(self._slowest, writer.slowest)
            reading = read_on(self.lease.server, reading)
        return reading

    def _give_way(self, reading: Reading, made: list[OwnRow], pools: Iterable[Pool]) -> None:
        """Take back what was made and overlaps what others have."""
        taken = Outermost(taken_of(reading, pools).prefixes)
        lost = [row for row in made if _meets(taken, row.thing)]
        for start in range(0, len(lost), BATCH):
            batch = lost[start : start + BATCH]
            bodies = [{"id": row.number, "changelog_message": _MESSAGE} for row in batch]
            tags = [row.etag for row in batch]
            self.lease.renew()
            path = f"{ObjectKind.PREFIX}/"
            send(self.lease.server, "DELETE", path, bodies, http.HTTPStatus.NO_CONTENT, tags, done=start)
        if lost:
            raise TakenMeanwhileError
