"""Reading the example province's devices: wall time against the formula, and what a device costs this machine.

`python -m bench.bench_fleet [WORKERS] [MILLISECONDS]`: 151 made-up devices in a process of their own, each behind a wire that
takes that long there and back (20 workers, 50 ms). A device by itself takes k round trips and its own time; many side by side
should take that, times devices, by workers. k is measured: one device at a time, with the wire and without. Processor seconds are
of this process, imports and the devices' own work left out; that of all devices together is done by one processor here, so it is
told beside the wall time, which can't be shorter.
"""

from __future__ import annotations

import asyncio
import csv
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from statistics import median

from controller.fleet.credentials import Credentials, Secret, parse_reference
from controller.fleet.readings import DeviceReach, DeviceReading, DeviceText, DeviceTransport, HostKey, Pace, Stop
from controller.fleet.sweep import read_fleet
from tests.device_server import HOST, served
from tests.fleet import compiled, device_of, inventory, texts_in

ROOT = Path(__file__).parent.parent
REFERENCE = parse_reference("env:TRUC_DEVICES")
KNOWN = {REFERENCE: Credentials(user="truc", password=Secret("truc"))}
BOUND = 1.3
MOST_CPU = 0.020  # seconds a device


async def wire(port: int, half: float) -> int:
    """Open a port that leads to another one, each way taking `half` seconds; return it."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                loop.call_later(half, writer.write, data)
        loop.call_later(half, writer.close)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * half)  # the other side's SYN and ours
        there, back = await asyncio.open_connection(HOST, port)
        await asyncio.gather(carry(reader, back), carry(there, writer), return_exceptions=True)

    server = await asyncio.start_server(accept, HOST, 0)
    return int(server.sockets[0].getsockname()[1])


def serve(texts: Path, milliseconds: float) -> None:
    """Serve a folder's devices until standard input ends; print where each is, directly and behind its wire."""
    with served(*(device_of(path) for path in texts_in(texts))) as servers:
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, daemon=True).start()
        wires = {
            name: asyncio.run_coroutine_threadsafe(wire(port, milliseconds / 2000), loop).result()
            for name, port in servers.ports.items()
        }
        for row in csv.DictReader(inventory(servers).splitlines()):
            platform = servers.devices[row["device"]].platform
            print(
                "\t".join(
                    (row["device"], platform, row["port"], str(wires[row["device"]]), row["transport"], row["host_key"])
                )
            )
        print(flush=True)
        sys.stdin.read()


def reaches(lines: Sequence[str]) -> tuple[list[DeviceReach], list[DeviceReach]]:
    """Return where each device is, directly and behind its wire."""
    direct, wired = [], []
    for line in lines:
        name, platform, port, behind, transport, key = line.rstrip("\n").split("\t")
        type_, base64 = key.split()
        reach = DeviceReach(
            device=name,
            platform=platform,
            address=HOST,
            port=int(port),
            transport=DeviceTransport(transport),
            host_key=HostKey(type=type_, base64=base64),
            credentials=REFERENCE,
        )
        direct.append(reach)
        wired.append(replace(reach, port=int(behind)))
    return direct, wired


def busy(process: int) -> float:
    """Return the processor seconds of another process; 0 where nobody tells."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(fleet: Sequence[DeviceReach], workers: int) -> tuple[float, float]:
    """Read devices; return seconds of wall and of this process's processors."""
    read: list[bool] = []

    def take(reading: DeviceReading) -> None:
        read.append(isinstance(reading, DeviceText))

    wall, cpu = time.perf_counter(), time.process_time()
    read_fleet(fleet, KNOWN, Pace(workers=workers, timeout=120), take, Stop())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert len(read) == len(fleet)
    assert all(read)
    return wall, cpu


def main(workers: int, milliseconds: float) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        texts = compiled(ROOT / "examples" / "thai-nguyen", Path(scratch))
        command = [sys.executable, "-m", "bench.bench_fleet", "serve", str(texts), str(milliseconds)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as devices:
            assert devices.stdout is not None
            direct, wired = reaches(list(iter(devices.stdout.readline, "\n")))
            report((direct, wired), workers, milliseconds / 1000, devices.pid)
            assert devices.stdin is not None
            devices.stdin.close()


def report(fleets: tuple[Sequence[DeviceReach], Sequence[DeviceReach]], workers: int, rtt: float, devices: int) -> None:
    direct, wired = fleets
    timed(direct[:2], 1)  # what is done once
    some = range(0, len(direct), 10)
    near = [timed([direct[at]], 1)[0] for at in some]
    far = [timed([wired[at]], 1)[0] for at in some]
    trips = median((slow - fast) / rtt for slow, fast in zip(far, near, strict=True))
    own = sum(near) / len(near)
    before = busy(devices)
    wall, cpu = timed(wired, workers)
    theirs = busy(devices) - before
    formula = (trips * rtt + own) * len(wired) / workers
    print(f"{len(wired)} devices, {workers} workers, {rtt * 1000:.0f} ms there and back")
    print(f"  one device by itself: k = {trips:.1f} round trips, and {own * 1000:.0f} ms of its own")
    print(
        f"  wall {wall:.2f} s; (k x RTT + device time) x devices / workers = {formula:.2f} s; ratio {wall / formula:.2f}",
        end="",
    )
    print(f" (at most {BOUND})")
    print(f"  processors {cpu:.2f} s, {cpu / len(wired) * 1000:.1f} ms a device (under {MOST_CPU * 1000:.0f} ms)")
    print(f"  the devices' one process was at work for {theirs:.2f} s meanwhile")
    wall, cpu = timed(direct, workers)
    print(f"  without the wire: wall {wall:.2f} s, {cpu / len(direct) * 1000:.1f} ms of processors a device")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]), float(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, float(sys.argv[2]) if len(sys.argv) > 2 else 50)
