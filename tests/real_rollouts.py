"""Plans of one device carried out on a server that nobody here wrote: journal, roll-out and session are the product's.

The one idea: only what the server is asked and how lines are put into it is said from outside; edits, their order, records, and
what is read back follow from two texts as they do from a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from controller.apply.kept_texts import keep_texts
from controller.apply.logbook import Logbook, utc_now
from controller.apply.rollout_run import RolloutRules, RolloutRun
from controller.apply.terms import Patience, RolloutTerms
from controller.apply.ways import PlannedDevice, own_text
from controller.fleet.access import FleetAccess
from controller.fleet.readings import DeviceText, Stop
from controller.fleet.words import DeviceWords
from controller.journal.device_state import DeviceState
from controller.journal.file import open_journal
from controller.journal.holder import Holder
from controller.journal.records import Aim, Begun, DeviceTarget, Failed, Record, Resumed, RolloutOutcome
from controller.rollout.steps import change_device, text_digest
from routing.vendors.entering import Entry
from routing.vendors.showing import Showing
from routing.vendors.vendor import Vendor
from tests.real_servers import CREDENTIALS, RealServer

PATIENCE = Patience(seconds=60, pauses=(0.3,), grace=1.0)
_PLAN = text_digest("a plan of one device")


class Words(DeviceWords):
    """What a server is asked and told; how its text is read is a platform's."""

    def __init__(self, showing: Showing, entry: Entry, vendor: Vendor) -> None:
        self.showing = showing
        self.entry = entry
        self._vendor = vendor

    def host_name(self, text: str) -> str | None:
        return self._vendor.host_name(text)

    def hide_secrets(self, text: str) -> str:
        return self._vendor.hide_secrets(text)


@dataclass
class RealNight:
    """A device that is up, what is to become of it, and a journal."""

    device: PlannedDevice
    words: Mapping[str, DeviceWords]
    journal: Path
    patience: Patience
    heard: list[Record] = field(default_factory=list)
    _last: DeviceState | None = None

    @classmethod
    def of(
        cls,
        server: RealServer,
        words: Mapping[str, DeviceWords],
        running: str,
        standing: str,
        journal: Path,
        patience: Patience,
    ) -> RealNight:
        name, platform = server.reach.device, server.reach.platform
        ends = [own_text(name, platform, text, text) for text in (running, standing)]
        assert ends[0] is not None
        assert ends[1] is not None
        there, back = change_device(name, platform, ends[0], ends[1]), change_device(name, platform, ends[1], ends[0])
        assert there is not None
        assert back is not None
        return cls(PlannedDevice(reach=server.reach, there=there, back=back), words, journal, patience)

    @contextmanager
    def access(self) -> Iterator[FleetAccess]:
        with FleetAccess(CREDENTIALS, 10.0, self.words) as found:
            yield found

    @property
    def state(self) -> DeviceState:
        assert self._last is not None
        return self._last

    def run(
        self, aim: Aim | None = None, during: Callable[[Record, Stop], None] = lambda _record, _stop: None
    ) -> RolloutOutcome:
        """Carry the plan out, or take it up again with an aim; `during` hears of each record."""
        stop = Stop()

        def hear(record: Record) -> None:
            self.heard.append(record)
            during(record, stop)

        holder = Holder(operator="an", host="here", process=1, since=utc_now())
        with open_journal(self.journal, holder) as journal, self.access() as access:
            log = Logbook(journal, hear)
            terms = RolloutTerms(access=access, log=log, patience=self.patience, stop=stop)
            if aim is None:
                keep_texts(self.journal, _PLAN, {self.device.name: self.device.there.running})
                log.write(self._begun())
            else:
                log.write(Resumed(at=utc_now(), operator="binh", aim=aim))
            found = RolloutRun({self.device.name: self.device}, terms, RolloutRules()).run()
            self._last = log.device(self.device.name)
        return found

    def _begun(self) -> Begun:
        target = DeviceTarget(
            device=self.device.name,
            running=text_digest(self.device.there.running),
            standing=text_digest(self.device.there.standing),
            edits=len(self.device.there.edits),
            back=len(self.device.back.edits),
        )
        return Begun(
            at=utc_now(),
            plan=_PLAN,
            base=_PLAN,
            workspace=_PLAN,
            operator="an",
            approvals=(),
            tool="0",
            devices=(target,),
            waves=((self.device.name,),),
            all_or_nothing=False,
        )

    def failures(self) -> list[tuple[str, str]]:
        """Return what was written down as having gone wrong: the reason's key, and what the device said, if it did."""
        found = [record.reason for record in self.heard if isinstance(record, Failed)]
        return [(reason.key, str(dict(reason.values).get("said", ""))) for reason in found]

    def stands(self) -> str:
        """Return where the device stands, read over a fresh connection: at `running`, at `standing`, or at neither."""
        with self.access() as access:
            read = access.read(self.device.reach)
        assert isinstance(read, DeviceText), read
        there = self.device.there
        text = own_text(self.device.name, self.device.reach.platform, read.text, there.standing)
        return "standing" if text == there.standing else "running" if text == there.running else "other"
