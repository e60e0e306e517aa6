"""A province's devices on loopback, for whoever wants to try truc without equipment: `make fleet`.

The one idea: every text of a folder becomes a made-up device that holds it (`NAME.cfg`: IOS-XE, `NAME.conf`: Junos), all in one
process; an inventory and a known_hosts file say where each listens. Runs until Ctrl-C. By hand, in the project's folder:
`python -m tests.fleet WORKSPACE|TEXTS OUT [FIRST-PORT]`; from a workspace it has `truc compile` write the texts.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

from tests.device_ios_edit import load_text
from tests.device_junos_config import JunosConfig
from tests.device_server import HOST, Servers, served
from tests.device_shows import Live
from tests.device_state import Config, Device

COLUMNS = ("device", "address", "port", "transport", "host_key", "credentials")
"""Those of reach.csv (docs/en/devices.md): `truc read-devices --reach fleet/inventory.csv`."""
TRANSPORTS = {"cisco_ios": "cli", "junos": "netconf"}
FIRST_PORT = 22000
ROOT = Path(__file__).parent.parent


def device_of(path: Path, *, minute: float = 60.0) -> Device:
    """Return the device that holds a text, running and saved."""
    text = path.read_text(encoding="utf-8")
    config: Config = JunosConfig(text) if path.suffix == ".conf" else load_text(text)
    platform = "junos" if path.suffix == ".conf" else "cisco_ios"
    return Device(name=path.stem, platform=platform, running=config, startup=config.copy(), minute=minute, live=Live())


def texts_in(folder: Path) -> list[Path]:
    """Return the texts of a folder, or of its folder `configs`, by name."""
    inner = folder / "configs"
    return sorted(path for path in (inner if inner.is_dir() else folder).iterdir() if path.suffix in {".cfg", ".conf"})


def compiled(workspace: Path, out: Path) -> Path:
    """Have truc, as a command, write a workspace's texts, from a copy, so that nothing is left in the workspace."""
    copy, texts = out / "workspace", out / "texts"
    shutil.copytree(workspace, copy)
    truc = [sys.executable, "-c", "import sys; from controller.entry import start; sys.exit(start())"]
    command = [*truc, "compile", "-w", str(copy), "-o", str(texts)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return texts


def inventory(servers: Servers) -> str:
    """Return where each device listens, and with which key, as CSV."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, device in servers.devices.items():
        transport = TRANSPORTS[device.platform]
        writer.writerow((name, HOST, servers.ports[name], transport, servers.host_key(name), ""))
    return table.getvalue()


def write_down(servers: Servers, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "inventory.csv").write_text(inventory(servers), encoding="utf-8")
    (out / "known_hosts").write_text(servers.known_hosts(), encoding="utf-8")


def main(source: str, out: str, first_port: str = str(FIRST_PORT)) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(source)
        is_workspace = (folder / "settings.yaml").exists()
        devices = [device_of(path) for path in texts_in(compiled(folder, Path(scratch)) if is_workspace else folder)]
    run(devices, Path(out), int(first_port))


def run(devices: Iterable[Device], out: Path, first_port: int) -> None:
    try:
        with served(*devices, first_port=first_port) as servers:
            write_down(servers, out)
            last = first_port + len(servers.devices) - 1
            print(f"{len(servers.devices)} devices on {HOST}, ports {first_port} to {last}; user truc, password truc")  # noqa: T201 (a program)
            print(f"wrote {out / 'inventory.csv'} and {out / 'known_hosts'}; Ctrl-C ends it", flush=True)  # noqa: T201 (a program)
            threading.Event().wait()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main(*sys.argv[1:])
