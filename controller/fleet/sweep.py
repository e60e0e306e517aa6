"""Many devices -> one reading each, some at a time, by Nornir.

The one idea: a reading is handed over as soon as it is there and kept nowhere else, so memory holds as many texts as there are
workers; and whatever happens to one device, or to the whole run, every device that was named has exactly one reading in the end.

Nornir keeps a file of task arguments, leaves out hosts that failed before, and loses all results when one host ends with what is
no Exception. So it is made here without its start-up, anew for each run, with a runner that catches everything, and its log and
those of the libraries below it are silent meanwhile: they would hold answers, and answers hold secrets.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from nornir.core import Nornir
from nornir.core.configuration import Config, LoggingConfig
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.state import GlobalState
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

from controller.fleet import sessions, terminals
from controller.fleet.asking import ask_text
from controller.fleet.credentials import CredentialReference, Credentials
from controller.fleet.lines import Line
from controller.fleet.quiet import silent, tidy
from controller.fleet.readings import (
    PLAIN,
    DeviceReach,
    DeviceReading,
    DeviceText,
    DeviceTransport,
    HandOver,
    NotRead,
    Pace,
    ReadingError,
    ReadingTrouble,
    Stop,
)
from controller.fleet.sessions import NetconfSession, PinnedSessions
from controller.fleet.tables import tables_beside
from controller.fleet.terminals import PinnedTerminals, Terminal
from intents.reason import because
from routing.vendors import VENDORS

CONNECTIONS = {DeviceTransport.CLI: terminals.CONNECTION, DeviceTransport.NETCONF: sessions.CONNECTION}
_LOOK = 0.1
"""Seconds between two looks for what is overdue, and whether to stop."""


def read_fleet(
    fleet: Sequence[DeviceReach],
    credentials: Mapping[CredentialReference, Credentials],
    pace: Pace,
    hand_over: HandOver,
    stop: Stop,
) -> None:
    """Read every device and hand over one reading each, in the order in which they end; what `hand_over` raises ends the run.

    Once it is to stop no further device is asked; those that are being asked end as they would, the others are named.
    """
    asked = [reach for reach in fleet if reach.host_key is not None]
    for reach in fleet:
        if reach.host_key is None:
            hand_over(_not_read(reach, ReadingTrouble.KEY_UNKNOWN))
    if not asked:
        return
    with silent(), tidy():
        runner = _Runner({reach.device: reach for reach in asked}, credentials, pace, hand_over, stop)
        nornir = Nornir(
            inventory=_inventory(asked),
            config=Config(logging=LoggingConfig(enabled=False)),
            data=GlobalState(),
            runner=runner,
        )
        result = nornir.run(_read, on_failed=True, name="read")
    missing = {reach.device for reach in asked} - set(result)
    if missing:
        raise AssertionError(f"no reading of {sorted(missing)}")


def _not_read(reach: DeviceReach, trouble: ReadingTrouble, seconds: float = 0.0) -> NotRead:
    return NotRead(reach=reach, trouble=trouble, detail=PLAIN[trouble], seconds=seconds)


def _inventory(fleet: Sequence[DeviceReach]) -> Inventory:
    """Return Nornir's hosts: names alone, for all that its fields hold may be logged."""
    ConnectionPluginRegister.register(terminals.CONNECTION, PinnedTerminals)
    ConnectionPluginRegister.register(sessions.CONNECTION, PinnedSessions)
    hosts = {reach.device: Host(name=reach.device) for reach in fleet}
    return Inventory(hosts=Hosts(hosts), groups=Groups(), defaults=Defaults())


class _Runner:
    """Nornir's runner: a few hosts at a time, each result handed over at once, nothing lost and nothing waited for in vain."""

    def __init__(
        self,
        fleet: Mapping[str, DeviceReach],
        credentials: Mapping[CredentialReference, Credentials],
        pace: Pace,
        hand_over: HandOver,
        stop: Stop,
    ) -> None:
        self._fleet = fleet
        self._credentials = credentials
        self._pace = pace
        self._hand_over = hand_over
        self._stop = stop
        self._running: dict[Future[MultiResult], tuple[Host, Line]] = {}

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """Run the task on every host; what is not begun when the run is stopped is named."""
        result = AggregatedResult(task.name)
        waiting = deque(hosts)
        executor = ThreadPoolExecutor(self._pace.workers, thread_name_prefix="device")
        try:
            while waiting or self._running:
                while waiting and len(self._running) < self._pace.workers and not self._stop.asked:
                    self._begin(executor, task, waiting.popleft())
                if self._stop.asked:
                    self._name(waiting, result)
                self._take(result)
        finally:
            # Only what `hand_over` raises leaves anything here.
            for _, line in self._running.values():
                line.cut()
            executor.shutdown(wait=True, cancel_futures=True)
            for host in hosts:
                host.close_connections()
        return result

    def _begin(self, executor: ThreadPoolExecutor, task: Task, host: Host) -> None:
        reach = self._fleet[host.name]
        line = Line(reach, self._pace.timeout)
        host.connection_options[CONNECTIONS[reach.transport]] = ConnectionOptions(
            extras={"line": line, "credentials": self._credentials[reach.credentials]}
        )
        host.data |= {"line": line, "tables": self._pace.tables}
        self._running[executor.submit(task.copy().start, host)] = (host, line)

    def _take(self, result: AggregatedResult) -> None:
        """Hand over what has ended since, and cut what is overdue."""
        done, _ = wait(self._running, _LOOK, FIRST_COMPLETED)
        for future in done:
            host, line = self._running.pop(future)
            result[host.name] = MultiResult("read")
            self._hand_over(_outcome(future, line))
        for _, line in self._running.values():
            if line.is_overdue or self._stop.asked > 1:
                line.cut()

    def _name(self, waiting: deque[Host], result: AggregatedResult) -> None:
        while waiting:
            host = waiting.popleft()
            result[host.name] = MultiResult("read")
            self._hand_over(_not_read(self._fleet[host.name], ReadingTrouble.NOT_ASKED))


def _outcome(future: Future[MultiResult], line: Line) -> DeviceReading:
    """Return what came of one device; a fault of ours, or the end of a thread, is that device's alone."""
    error = future.exception()
    if error is None:
        first = future.result()[0]
        if isinstance(first.result, DeviceText | NotRead):
            return first.result
        error = first.exception or AssertionError("no reading")
    return _fault(error, line)


def _fault(error: BaseException, line: Line) -> NotRead:
    """Return what nobody thought of: its kind and the last place on the way to it, not its words, which may quote an answer."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "-"
    detail = because("reading_fault_at", kind=type(error).__name__, place=place)
    return NotRead(reach=line.reach, trouble=ReadingTrouble.FAULT, detail=detail, seconds=line.seconds)


def _read(task: Task) -> Result:
    """Read one device: Nornir's task."""
    line = task.host.data["line"]
    assert isinstance(line, Line)
    words = VENDORS[line.reach.platform]
    try:
        session = _session(task, line)
        read = DeviceText(reach=line.reach, text=ask_text(session, line, words), seconds=line.seconds)
        if task.host.data["tables"]:
            read = replace(read, tables=tables_beside(read, session), seconds=line.seconds)
        reading: DeviceReading = read
    except ReadingError as error:
        reading = NotRead(reach=line.reach, trouble=error.trouble, detail=error.detail, seconds=line.seconds)
    finally:
        line.hang_up()
        task.host.close_connections()
    return Result(host=task.host, result=reading)


def _session(task: Task, line: Line) -> Terminal | NetconfSession:
    """Return a device's session; ReadingError."""
    found = task.host.get_connection(CONNECTIONS[line.reach.transport], task.nornir.config)
    assert isinstance(found, Terminal | NetconfSession)
    return found
