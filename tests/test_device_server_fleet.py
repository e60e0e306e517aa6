"""A whole province of made-up devices: what they show is what they were given, 150 in one process, and none knows truc."""

from __future__ import annotations

import ast
import csv
import io
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from controller.jobs.pipeline import address, compile_network
from routing.config import DeviceConfig
from scripts.house import PACKAGES
from tests.device_clients import terminal
from tests.device_ios_config import IosConfig
from tests.device_ios_edit import Typing, load_text, type_line
from tests.device_junos_config import JunosConfig
from tests.device_server import served
from tests.fleet import COLUMNS, TRANSPORTS, device_of, inventory, texts_in, write_down
from tests.rule_cases import SMALL, THAI_NGUYEN, example

HERE = Path(__file__).parent
UNSHOWN = frozenset(("!", "no shutdown", "no ip address"))
"""What IOS-XE does not show, or shows of itself."""


def texts_of(folder: Path) -> list[DeviceConfig]:
    return list(compile_network(address(example(folder))).configs.values())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The texts of the small example, as files."""
    made = tmp_path_factory.mktemp("texts")
    for config in texts_of(SMALL):
        (made / config.file_name).write_text(config.text, encoding="utf-8")
    return made


def shown_by_ios(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if line.strip() not in UNSHOWN)


def shown_by_junos(text: str) -> list[str]:
    """Return the lines of `display set`: none that another one says in passing, and the last of those with one value."""
    lines = text.splitlines()
    said = {line.rsplit(" ", count)[0] for line in lines for count in range(1, 6)}
    last = {line.split('"')[0]: line for line in lines if " login message " in line}
    return sorted(line for line in lines if line not in said and last.get(line.split('"')[0], line) == line)


def check_text(config: DeviceConfig) -> None:
    """A device that starts with a text, and one into which it is typed, both show it, and start from what they show."""
    if config.platform == "junos":
        loaded = JunosConfig(config.text)
        assert sorted(loaded.set_text().splitlines()) == shown_by_junos(config.text)
        assert sorted(JunosConfig(loaded.brace_text()).set_text().splitlines()) == shown_by_junos(config.text)
        assert loaded.check() == []
        return
    started, typed, typing = load_text(config.text), IosConfig(), Typing()
    answers = "".join(type_line(typed, typing, line) for line in config.text.splitlines())
    assert answers == ""
    assert shown_by_ios(started.text()) == shown_by_ios(config.text)
    assert typed.text() == started.text()
    assert load_text(started.text()).text() == started.text()


@pytest.mark.parametrize(
    "example_folder", [SMALL, pytest.param(THAI_NGUYEN, marks=pytest.mark.long)], ids=["small", "thai-nguyen"]
)
def test_every_text_of_the_examples_is_shown_as_it_was_given(example_folder: Path) -> None:
    configs = texts_of(example_folder)
    assert {config.platform for config in configs} == {"cisco_ios", "junos"}
    for config in configs:
        check_text(config)


def test_150_devices_in_one_process_are_small_and_answer_at_once(folder: Path, tmp_path: Path) -> None:
    files = texts_in(folder)
    devices = [device_of(files[at % len(files)]) for at in range(150)]
    for at, device in enumerate(devices):
        device.name = f"d{at}"
    before = _resident()
    with served(*devices) as servers:
        up = _resident() - before
        begun = time.process_time()

        def ask(name: str) -> str:
            where = tmp_path / name
            where.mkdir()
            with terminal(servers, where, name) as session:
                return session.find_prompt()

        with ThreadPoolExecutor(10) as pool:
            prompts = list(pool.map(ask, [device.name for device in devices[:30]]))
        cost = time.process_time() - begun
    assert len(set(prompts)) == min(30, len(files))
    assert up < 80e6  # bytes
    assert cost < 15  # CPU seconds of both sides


def _resident() -> float:
    """Return the process's resident memory in bytes."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * float(os.sysconf("SC_PAGE_SIZE"))
    except FileNotFoundError:
        pytest.skip("no /proc here")


def test_the_inventory_names_every_device_with_its_port_and_key(folder: Path, tmp_path: Path) -> None:
    devices = [device_of(path) for path in texts_in(folder)]
    with served(*devices) as servers:
        rows = list(csv.DictReader(io.StringIO(inventory(servers))))
        write_down(servers, tmp_path)
        assert (tmp_path / "known_hosts").read_text(encoding="utf-8") == "".join(
            f"[{row['address']}]:{row['port']} {row['host_key']}\n" for row in rows
        )
        with terminal(servers, tmp_path, "agg-1") as session:
            assert "hostname agg-1" in str(session.send_command("show running-config | include hostname"))
    assert tuple(rows[0]) == COLUMNS
    transports = {(device.name, TRANSPORTS[device.platform]) for device in devices}
    assert {(row["device"], row["transport"]) for row in rows} == transports
    assert len({row["port"] for row in rows}) == len({row["host_key"] for row in rows}) == len(devices)


def test_the_fleet_starts_from_a_workspace_and_ends_by_an_interrupt(folder: Path, tmp_path: Path) -> None:
    port = 20000 + os.getpid() % 10000  # below those that a system gives away
    command = [sys.executable, "-m", "tests.fleet", str(SMALL), str(tmp_path), str(port)]
    with subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True) as fleet:
        assert fleet.stdout is not None
        said = fleet.stdout.readline()
        fleet.stdout.readline()
        fleet.send_signal(signal.SIGINT)
        assert fleet.wait(20) == 0
    assert said.startswith(f"{len(texts_in(folder))} devices on 127.0.0.1, ports {port} to ")
    assert (tmp_path / "inventory.csv").exists()


def test_a_made_up_device_borrows_nothing_from_what_is_tested() -> None:
    ours = set(PACKAGES) | {"scripts", "bench", "examples"}
    modules = [*HERE.glob("device_*.py"), HERE / "fleet.py"]
    assert len(modules) > 10
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] not in ours, f"{module.name} imports {name}"
                assert not name.startswith("tests.") or name.startswith("tests.device_"), (
                    f"{module.name} imports {name}"
                )
