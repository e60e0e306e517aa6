"""Plans of the small example carried out on made-up devices: workspaces, plan, fleet and journal in one place.

The one idea: a plan is made from what the devices show, as an operator makes it; where it is made once and carried out many
times, each time the devices are new and the journal is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from controller.apply.derived import PlanEnds, derive_devices
from controller.apply.kept_texts import keep_texts
from controller.apply.logbook import Logbook, utc_now
from controller.apply.rollout_run import RolloutRules, RolloutRun
from controller.apply.terms import Patience, RolloutTerms
from controller.apply.ways import PlannedDevice, own_text
from controller.fleet.access import FleetAccess
from controller.fleet.credentials import Credentials, Secret, parse_reference
from controller.fleet.readings import DeviceReach, DeviceTransport, HostKey, Stop
from controller.journal.disk import Disk
from controller.journal.file import Journal, open_journal
from controller.journal.holder import Holder
from controller.journal.records import Aim, Record, Reopened, Resumed, RolloutOutcome
from controller.journal.state import RolloutState
from controller.journal.targets import begun_of
from controller.output.terminal import Output
from controller.rollout.filed import FiledPlan, read_plan
from controller.rollout.plan import plan_bytes
from controller.rollout.planning import PlanRequest, make_plan
from routing.vendors import VENDORS
from tests.device_ios_config import IosConfig
from tests.device_ios_edit import load_text
from tests.device_junos_config import JunosConfig
from tests.device_netconf_junos import whole_set
from tests.device_server import HOST, Servers, served
from tests.device_shows import Live
from tests.device_state import Config, Device
from tests.test_controller_planning import declared, ends_of, folders

PATIENCE = Patience(seconds=60, pauses=(0.1, 0.2, 0.4, 0.8), grace=1.0)
REFERENCE = parse_reference("env:TRUC_DEVICES")
CREDENTIALS = {REFERENCE: Credentials(user="truc", password=Secret("truc"))}
NOON = datetime(2026, 11, 30, 12, 0)  # noqa: DTZ001 (windows are local)


def shown(config: Config) -> str:
    """Return what a device shows of a configuration, as it is read."""
    if isinstance(config, IosConfig):
        return VENDORS["cisco_ios"].showing.settled(config.shown())
    assert isinstance(config, JunosConfig)
    return VENDORS["junos"].showing.settled(whole_set(config))


@dataclass(frozen=True)
class Scene:
    """A plan, what it was made from, and the texts that its devices show before it."""

    name: str
    folders: tuple[Path, Path]
    plan: FiledPlan
    file: bytes
    texts: Mapping[str, str]
    planned: Mapping[str, PlannedDevice]

    def devices(self, minute: float = 1.0) -> list[Device]:
        """Return the devices of the plan, as they are before it."""
        found = []
        for name, device in self.planned.items():
            text, platform = self.texts[name], device.reach.platform
            config: Config = JunosConfig(text) if platform == "junos" else load_text(text)
            found.append(
                Device(
                    name=name,
                    platform=platform,
                    running=config,
                    startup=config.copy(),
                    minute=minute,
                    away=0.2,
                    live=Live(),
                )
            )
        return found


@cache
def scene(name: str = "renumber a LAN", *, back: bool = False) -> Scene:
    """Return the plan of one of the everyday changes, made from what the devices show."""
    ends, pair = ends_of(name), folders(name)
    if back:
        ends, pair = ends[::-1], pair[::-1]
    running = Path(mkdtemp(prefix="truc-running-"))
    texts = {}
    for device, config in ends[0].configs.items():
        made: Config = JunosConfig(config.text) if config.platform == "junos" else load_text(config.text)
        texts[device] = shown(made)
        (running / config.file_name).write_text(texts[device], encoding="utf-8")
    request = PlanRequest(base=pair[0], workspace=pair[1], running=running, interrupted=declared(name), serial="1")
    plan, _ = make_plan(ends, request, Output("en", json=True))
    data = plan_bytes(plan)
    filed = read_plan(data, Path("plan.json"))
    reach = {device.device: _reach(device.device, device.platform, 1) for device in filed.devices}
    planned = derive_devices(filed, PlanEnds(before=ends[0], after=ends[1]), reach, texts)
    return Scene(name=name, folders=pair, plan=filed, file=data, texts=texts, planned=planned)


def _reach(name: str, platform: str, port: int, key: HostKey | None = None) -> DeviceReach:
    transport = DeviceTransport.NETCONF if platform == "junos" else DeviceTransport.CLI
    return DeviceReach(
        device=name,
        platform=platform,
        address=HOST,
        port=port,
        transport=transport,
        host_key=key,
        credentials=REFERENCE,
    )


def reached(scene: Scene, ways: Mapping[str, tuple[int, str]]) -> dict[str, PlannedDevice]:
    """Return the devices of a plan with where they listen: port and host key."""
    found = {}
    for name, device in scene.planned.items():
        port, key = ways[name]
        kind, blob = key.split()
        reach = _reach(name, device.reach.platform, port, HostKey(type=kind, base64=blob))
        found[name] = PlannedDevice(reach=reach, there=device.there, back=device.back)
    return found


@dataclass
class Night:
    """Devices that are up, and a journal: one roll-out after the other."""

    scene: Scene
    servers: Servers
    journal: Path
    timeout: float = 5.0
    patience: Patience = PATIENCE
    heard: list[Record] = field(default_factory=list)
    reopens: int = 0  # which earlier roll-out the next run takes up again

    @property
    def ways(self) -> dict[str, tuple[int, str]]:
        return {name: (self.servers.ports[name], self.servers.host_key(name)) for name in self.servers.devices}

    def device(self, name: str) -> Device:
        return self.servers.devices[name]

    def run(
        self,
        aim: Aim | None = None,
        rules: RolloutRules | None = None,
        *,
        all_or_nothing: bool = False,
        arms: bool = False,
        during: Callable[[Record, Stop], None] = lambda _record, _stop: None,
    ) -> RolloutOutcome:
        """Carry the plan out, or take it up again with an aim; `during` hears of each record."""
        stop = Stop()

        def hear(record: Record) -> None:
            self.heard.append(record)
            during(record, stop)

        return carry_out(
            self.scene,
            self.ways,
            self.journal,
            aim,
            rules or RolloutRules(),
            hear,
            stop,
            (all_or_nothing, self.timeout, replace(self.patience, arms=arms), self.reopens),
        )

    def held(self) -> AbstractContextManager[Journal]:
        return held(self.journal)

    def state(self) -> RolloutState:
        """Return what the journal says."""
        with held(self.journal) as journal:
            assert journal.state.last is not None
            return journal.state.last

    def stands(self) -> dict[str, str]:
        """Return where each device really stands: at `running`, at `standing`, or at neither."""
        return {name: self._stands(name) for name in self.scene.planned}

    def _stands(self, name: str) -> str:
        device = self.scene.planned[name]
        text = self.servers.call(lambda: shown(self.device(name).running))
        mine = own_text(name, device.reach.platform, text, device.there.standing)
        return "standing" if mine == device.there.standing else "running" if mine == device.there.running else "other"


@contextmanager
def held(path: Path, disk: Disk | None = None) -> Iterator[Journal]:
    holder = Holder(operator="an", host="here", process=1, since=utc_now())
    with open_journal(path, holder, disk=disk) as journal:
        yield journal


def carry_out(
    scene: Scene,
    ways: Mapping[str, tuple[int, str]],
    path: Path,
    aim: Aim | None,
    rules: RolloutRules,
    hear: Callable[[Record], None],
    stop: Stop,
    how: tuple[bool, float, Patience, int] = (False, 5.0, PATIENCE, 0),
) -> RolloutOutcome:
    """Do what the commands do once nothing is to be refused."""
    all_or_nothing, timeout, patience, reopens = how
    with held(path) as journal, FleetAccess(CREDENTIALS, timeout) as access:
        log = Logbook(journal, hear)
        terms = RolloutTerms(access=access, log=log, patience=patience, stop=stop)
        if reopens:
            log.write(Reopened(at=utc_now(), number=reopens))
        begin(scene, path, log, aim, all_or_nothing=all_or_nothing)
        return RolloutRun(reached(scene, ways), terms, rules).run()


def begin(scene: Scene, path: Path, log: Logbook, aim: Aim | None, *, all_or_nothing: bool = False) -> None:
    """Write down that a plan is carried out from now on, or taken up again with an aim."""
    if aim is not None:
        log.write(Resumed(at=utc_now(), operator="bình", aim=aim))
        return
    keep_texts(path, scene.plan.digest, {name: scene.texts[name] for name in scene.planned})
    log.write(begun_of(scene.plan, at=utc_now(), operator="an", approvals=(), tool="0", all_or_nothing=all_or_nothing))


@contextmanager
def night(
    scene: Scene, folder: Path, *, minute: float = 1.0, timeout: float = 5.0, patience: Patience = PATIENCE
) -> Iterator[Night]:
    """Have the devices of a plan up, as they are before it."""
    folder.mkdir(exist_ok=True)
    with served(*scene.devices(minute)) as servers:
        yield Night(scene=scene, servers=servers, journal=folder / "journal.jsonl", timeout=timeout, patience=patience)
