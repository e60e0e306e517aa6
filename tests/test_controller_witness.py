"""Tables that devices show beside their texts, from the device server to `truc drift`: read, kept, and held against the model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from controller.jobs.table_files import NoTablesError, read_tables_file, tables_text
from controller.output.exit_codes import ExitCode
from tests.device_faults import Fault, Place, Planned
from tests.device_server import Servers, served
from tests.device_state import Device
from tests.device_tables import ios_tables, junos_tables
from tests.fleet import COLUMNS, device_of, texts_in, write_down
from tests.recorded_tables import shown_devices
from tests.small_commands import ON, check_messages, copy_small, truc
from tests.test_controller_board_report import check_page

IOS, JUNOS = "cpe-gia-sang", "cpe-tan-cuong"


def workspace_in(folder: Path) -> Path:
    made = copy_small(folder)
    truc("compile", "-w", made, "--on", ON)
    return made


def devices_of(workspace: Path) -> list[Device]:
    """Return the small example's devices, which show what Batfish and `walk` worked out."""
    devices = [device_of(path) for path in texts_in(workspace / "out")]
    for device in devices:
        answers = (ios_tables if device.platform == "cisco_ios" else junos_tables)(shown_devices()[device.name])
        device.tables.update(answers)
    return devices


def read(workspace: Path, servers: Servers, out: Path, *words: str) -> tuple[int, str]:
    folder = out.parent
    write_down(servers, folder)
    options = ("-w", workspace, "--on", ON, "-o", out, "--reach", folder / "inventory.csv")
    return truc("read-devices", *options, *words, environment={"TRUC_DEVICES": "truc:truc"})


class Reading:
    """One reading of the example's devices with their tables."""

    def __init__(self, folder: Path) -> None:
        self.workspace = workspace_in(folder / "workspace")
        self.found = folder / "found"
        with served(*devices_of(self.workspace)) as servers:
            self.code, self.said = read(self.workspace, servers, self.found, "--tables", "--json")

    def copy(self, folder: Path) -> Path:
        return Path(shutil.copytree(self.found, folder / "copy"))

    def drift(self, running: Path, *words: str | Path) -> tuple[int, str]:
        return truc("drift", "-w", self.workspace, "--on", ON, "--running", running, "--no-failures", *words)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    return Reading(tmp_path_factory.mktemp("witness"))


def messages(text: str) -> list[dict[str, Any]]:
    """Return the messages behind the first one."""
    return [json.loads(line) for line in text.splitlines()][1:]


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(path.read_bytes())
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def without_a_route(device: str, family: int) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        table = next(
            item
            for item in document["tables"]
            if item["kind"] == "routes"
            and item["family"] == family
            and any(row["source"] == "bgp" for row in item["rows"])
        )
        table["rows"] = [row for row in table["rows"] if row["source"] != "bgp"]

    return change


def test_every_table_is_had_and_read_again_as_it_was(reading: Reading) -> None:
    assert reading.code == ExitCode.FINE
    told = [item for item in messages(reading.said) if item["type"] == "device"]
    assert {item["device"] for item in told} == set(shown_devices())
    assert all(item["tables"]["had"] == item["tables"]["asked"] > 0 for item in told)
    for name in shown_devices():
        path = reading.found / f"{name}.tables.json"
        tables = read_tables_file(path, name)
        assert tables is not None
        assert tables_text(tables) == path.read_text(encoding="utf-8")
        assert path.stat().st_mode & 0o777 == 0o600
    index = json.loads((reading.found / "readings.json").read_bytes())
    assert all(item["tables"]["had"] == item["tables"]["asked"] for item in index["devices"])


def test_tables_that_agree_say_so_and_are_no_texts(reading: Reading) -> None:
    code, said = reading.drift(reading.found)
    assert code == ExitCode.FINE, said
    assert "faults of truc's model: 0" in said
    code, said = truc("read", reading.found)
    assert code == ExitCode.FINE
    assert "10 files whole" in said


@pytest.mark.parametrize(("device", "family"), [(IOS, 4), (JUNOS, 6)])
def test_a_fault_of_the_model_is_told_in_every_form_and_is_no_drift(
    reading: Reading, tmp_path: Path, device: str, family: int
) -> None:
    found = reading.copy(tmp_path)
    edit(found / f"{device}.tables.json", without_a_route(device, family))
    junit, page = tmp_path / "report.xml", tmp_path / "page.html"
    code, said = reading.drift(found, "--junit", junit, "--html", page)
    assert code == ExitCode.INCONCLUSIVE
    assert "TR900" in said
    assert "0 drift" in said
    assert f"{device}.c" in said
    suites = {suite.name: suite for suite in JUnitXml.fromfile(str(junit))}
    assert suites["devices"].failures == suites["devices"].errors == 0
    assert suites["model"].errors == 1
    text = page.read_text(encoding="utf-8")
    check_page(text)
    assert "TR900" in text
    code, said = reading.drift(found, "--json")
    check_messages(said)
    faults = [item for item in messages(said) if item["type"] == "witness"]
    assert faults
    for item in faults:
        assert (item["class"], item["device"]) == ("model-fault", device)
        assert item["facts"]
        assert item["lines"][0]["line"] > 0
        assert item["predicted"] != item["shown"] == "no route"
    summary = messages(said)[-1]
    assert (summary["drifting"], summary["witness"]["classes"]["model-fault"]) == (0, len(faults))


def test_a_drift_is_no_fault_of_the_model(reading: Reading, tmp_path: Path) -> None:
    found = reading.copy(tmp_path)
    path = found / f"{IOS}.cfg"
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(" ip access-group TRUC-OUT4-")]
    path.write_text("".join(lines), encoding="utf-8")
    code, said = reading.drift(found, "--json")
    assert code == ExitCode.CHANGES
    assert [item["device"] for item in messages(said) if item["type"] == "drift"] == [IOS]
    silent = [item for item in messages(said) if item["type"] == "not witnessed"]
    assert [(item["device"], item["because"]["key"]) for item in silent] == [(IOS, "table_file_of_another_text")]
    assert [item["code"] for item in messages(said) if item["type"] == "finding" and item["code"] == "TR901"] == [
        "TR901"
    ]
    assert {item["class"] for item in messages(said) if item["type"] == "witness"} <= {"unsettled"}


def test_what_is_down_is_told_and_what_does_not_fit_it_is_no_fault(reading: Reading, tmp_path: Path) -> None:
    found = reading.copy(tmp_path)

    def take_down(document: dict[str, Any]) -> None:
        rows = next(item["rows"] for item in document["tables"] if item["kind"] == "interfaces")
        next(row for row in rows if row["name"] == "GigabitEthernet0/0/0.102")["up"] = False

    edit(found / f"{IOS}.tables.json", take_down)
    code, said = reading.drift(found, "--json")
    assert code == ExitCode.INCONCLUSIVE
    assert [item["because"]["values"]["device"] for item in messages(said) if item["type"] == "down"] == [IOS]
    assert {item["class"] for item in messages(said) if item["type"] == "witness"} == {"unsettled"}
    code, said = reading.drift(found)
    assert f"{IOS}: GigabitEthernet0/0/0.102 is down" in said
    assert "TR900" not in said


def row_of(document: dict[str, Any]) -> dict[str, Any]:
    return dict(document["tables"][-1]["rows"][0])


BROKEN: Mapping[str, Callable[[Path], object]] = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "empty": lambda path: path.write_bytes(b""),
    "another format": lambda path: edit(path, lambda document: document.update(format="truc/tables/9")),
    "another device": lambda path: edit(path, lambda document: document.update(device=JUNOS)),
    "a field more": lambda path: edit(path, lambda document: document.update(more=1)),
    "a table twice": lambda path: edit(path, lambda document: document["tables"].append(document["tables"][0])),
    "a number for a name": lambda path: edit(path, lambda document: document["tables"][0].update(vrf=1)),
    "rows that are none": lambda path: edit(path, lambda document: document["tables"][-1].update(rows=[{}])),
    "a row twice": lambda path: edit(path, lambda document: document["tables"][-1]["rows"].append(row_of(document))),
    "an unknown reason": lambda path: edit(
        path,
        lambda document: document["tables"].append({
            "kind": "routes", "vrf": "x", "family": 4, "had": False, "why": {"text": "", "key": "x", "values": {}}
        }),
    ),
    "a family that is none": lambda path: edit(path, lambda document: document["tables"][-1].update(family=5)),
    "nested without an end": lambda path: path.write_bytes(b"[" * 100_000),
    "a folder": lambda path: path.rename(path.with_suffix(".old")).with_name(path.name).mkdir(),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_not_to_the_last_field_ours_is_not_used(reading: Reading, tmp_path: Path, name: str) -> None:
    path = Path(shutil.copy(reading.found / f"{IOS}.tables.json", tmp_path))
    BROKEN[name](path)
    with pytest.raises(NoTablesError):
        read_tables_file(path, IOS)


def test_tables_that_are_not_had_are_named_and_the_texts_stay(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path / "workspace")
    devices = {device.name: device for device in devices_of(workspace)}
    one, two, three = devices[IOS], devices[JUNOS], devices["core-1"]
    one.tables["show ip route vrf A-12"] = "% IP routing table vrf A-12 does not exist\n"
    two.tables["show route"] = two.tables["show route"].replace("<destination-count>", "<destination-count>9")
    three.faults.append(Planned(fault=Fault.DROP, place=Place.COMMAND, containing="show ip route"))
    with served(one, two, three) as servers:
        options = [word for device in (one, two, three) for word in ("--device", device.name)]
        code, said = read(workspace, servers, tmp_path / "found", "--tables", *options)
    assert code == ExitCode.INCONCLUSIVE
    assert "3 of 3 devices read" in said
    assert said.count("TR899") == 3
    found = {
        name: read_tables_file(tmp_path / "found" / f"{name}.tables.json", name) for name in (IOS, JUNOS, "core-1")
    }
    missing = {
        name: {item.scope.vrf for item in tables.missing} for name, tables in found.items() if tables is not None
    }
    assert missing[IOS] == {"A-12"}
    assert missing[JUNOS] > {"A-3", "A-6"}
    assert len(missing["core-1"]) > 1


def test_junos_shows_the_same_on_its_command_line_and_a_reading_without_tables_takes_old_ones_away(
    tmp_path: Path,
) -> None:
    workspace = workspace_in(tmp_path / "workspace")
    device = next(item for item in devices_of(workspace) if item.name == JUNOS)
    file = tmp_path / "found" / f"{JUNOS}.tables.json"
    with served(device) as servers:

        def read_by(transport: str, *more: str) -> int:
            reach = tmp_path / "reach.csv"
            row = (JUNOS, "127.0.0.1", str(servers.ports[JUNOS]), transport, servers.host_key(JUNOS), "")
            reach.write_text(f"{','.join(COLUMNS)}\n{','.join(row)}\n", encoding="utf-8")
            words = ("-w", workspace, "--on", ON, "-o", file.parent, "--reach", reach, "--device", JUNOS)
            return truc("read-devices", *words, *more, environment={"TRUC_DEVICES": "truc:truc"})[0]

        assert read_by("netconf", "--tables") == ExitCode.FINE
        by_netconf = json.loads(file.read_bytes())["tables"]
        assert read_by("cli", "--tables") == ExitCode.FINE
        assert json.loads(file.read_bytes())["tables"] == by_netconf
        assert read_by("netconf") == ExitCode.FINE
    assert not file.exists()
