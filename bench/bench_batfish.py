"""The two judges on the same texts: `python -m bench.bench_batfish HOST[:PORT] PID [SITES ...]`.

Prints, for made-up provinces, wall seconds and peak memory of the engine (reading the texts, judging the whole network, and with
every single failure) and of Batfish (PID is the server's process): reading snapshots, tables, packets, by the seconds that its
calls took, without what we do with the answers; and the same for one changed site, a fault that both must see, of which the
engine reads the one text that changed and Batfish what it likes to. Speed counts only where both see it. Starting the server and
importing its client are listed apart.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from bench.generate import write_province
from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from controller.jobs.second_judge import parse_address
from controller.jobs.workers import make_workers
from routing.model import Direction
from verification.batfish.protocol import BatfishSession, Parameters, Row, Snapshot
from verification.evidence.evidence import Given
from verification.judge import judge_and_replay
from verification.mutation.score import text_of, with_text
from verification.verdicts.verdict import Violated

SITES = (60, 200, 1000)
TABLES = frozenset(
    ("fileParseStatus", "interfaceProperties", "initIssues", "undefinedReferences", "bgpSessionStatus", "routes")
)
"""Questions about what was read and computed; the first that needs routes also waits for them. All others are about packets."""
_Found = TypeVar("_Found")


def main(where: str, pid: int, sizes: Sequence[int]) -> int:
    started = time.monotonic()
    from verification.batfish.client import LiveBatfish  # noqa: PLC0415 - its import is measured
    from verification.batfish.opinions import ask_batfish  # noqa: PLC0415

    print(f"import of the client: {time.monotonic() - started:.1f} s")
    place = parse_address(where)
    live = LiveBatfish(place.host, place.port, 7200.0)
    missed = 0
    for sites in sizes:
        reading, given = read_province(sites)
        lines = sum(len(given.texts[name]) for name in given.network.devices)
        print(f"\n{sites} sites, {len(given.network.devices)} devices, {lines:,} lines")
        again, changed = timed(partial(with_fault, given))
        for label, case, read in (("whole network", given, reading), ("one site changed", changed, again)):
            seconds, judgement = timed(partial(judge_and_replay, case, with_failures=False))
            all_seconds, _ = timed(partial(judge_and_replay, case, workers=make_workers()))
            session = Timed(live)
            whole, found = timed(partial(ask_batfish, session, case, judgement))
            ours = sum(isinstance(answer.verdict, Violated) for answer in judgement.answers)
            theirs = sum(opinion is not None and isinstance(opinion.verdict, Violated) for opinion in found.opinions)
            second = sum(session.seconds.values())
            steps = ", ".join(f"{name} {value:.1f}" for name, value in session.steps().items())
            print(
                f"  {label}: engine {read + seconds:.1f} s (read {read:.1f}, judge {seconds:.1f}; with every failure"
                f" {all_seconds:.1f}), {memory('self')} MiB; batfish {second:.1f} s ({steps}; asked and read by us {whole:.1f}),"
                f" {memory(str(pid))} MiB;"
                f" ratio {second / (read + seconds):.1f};"
                f" violated {ours} and {theirs}",
                flush=True,
            )
            missed += case is changed and not (ours and theirs)
    return 1 if missed else 0


class Timed:
    """A session that adds up the seconds of its calls, by question."""

    def __init__(self, session: BatfishSession) -> None:
        self._session = session
        self.version, self.recorded = session.version, session.recorded
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def upload(self, snapshot: Snapshot) -> None:
        self.seconds["upload"] += timed(lambda: self._session.upload(snapshot))[0]

    def ask(
        self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None
    ) -> tuple[Row, ...]:
        seconds, rows = timed(lambda: self._session.ask(question, parameters, snapshot, reference))
        self.seconds[question] += seconds
        return rows

    def discard(self, name: str) -> None:
        self._session.discard(name)

    def steps(self) -> Mapping[str, float]:
        """Return the seconds of reading, of tables and of packets."""
        read = self.seconds["upload"]
        tables = sum(value for name, value in self.seconds.items() if name in TABLES)
        return {"read": read, "tables": tables, "packets": sum(self.seconds.values()) - read - tables}


def read_province(sites: int) -> tuple[float, Given]:
    """Return the seconds that reading a made-up province's texts takes, and what the judges get about it."""
    with tempfile.TemporaryDirectory() as folder:
        write_province(sites, 1, Path(folder))
        compiled = compile_network(address(want(Path(folder), None)))
    return timed(lambda: give(compiled, {name: config.text for name, config in compiled.configs.items()}))


def with_fault(given: Given) -> Given:
    """Return the same with one site's first source fence taken off its interface."""
    for port in given.network.ports:
        device = given.network.devices[port.device]
        found = next((item for item in device.interfaces if item.name == port.interface), None)
        bound = next((item.acl for item in found.bindings if item.direction is Direction.IN), "") if found else ""
        line = f" ip access-group {bound} in"
        text = text_of(given, port.device)
        if bound and f"{line}\n" in text:
            return with_text(given, port.device, text.replace(f"{line}\n", "", 1))
    raise ValueError("no fence to take away")


def timed(work: Callable[[], _Found]) -> tuple[float, _Found]:
    """Return the wall seconds of some work, and what it returns."""
    started = time.monotonic()
    found = work()
    return time.monotonic() - started, found


def memory(process: str) -> str:
    """Return the most that a process ever held, in MiB (Linux), "?" where that is not known."""
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return "?"
    peak = next((line for line in text.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return f"{int(peak.split()[1]) // 1024:,}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), [int(item) for item in sys.argv[3:]] or SITES))
