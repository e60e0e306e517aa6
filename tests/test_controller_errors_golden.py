"""Every message of texts, judging and the command line, with its golden text (`tests/errors/CODE-what/expected.txt`).

To accept new texts after reading them: `python -m tests.test_controller_errors_golden` in the project's folder.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from controller.boundary import check_folder, parse_day, unexpected_end
from controller.commands.addresses.ipam import ipam
from controller.commands.explain import explain, find_line
from controller.commands.help import print_help
from controller.commands.init import init_workspace
from controller.commands.inspection import InspectionRequest, TraceRequest, routes_command, trace_command
from controller.commands.office.rules import rules_command
from controller.commands.places import find_place
from controller.commands.schema import schema
from controller.commands.show import show
from controller.commands.show_filter import ShowFilter
from controller.drift.report import DriftReport, read_since, report_of_day
from controller.drift.texts import DriftTexts
from controller.fleet.credentials import parse_reference, resolve
from controller.fleet.reach_table import KnownDevice, read_reach
from controller.fleet.readings import DeviceReach, DeviceTransport, NotRead, ReadingTrouble
from controller.jobs.alone import alone_in
from controller.jobs.captured import by_name, read_captured
from controller.jobs.compile import compare, compile_workspace
from controller.jobs.device_folder import DeviceFolder, KeptFile
from controller.jobs.evidence import give, read_folder
from controller.jobs.files import Placing
from controller.jobs.pipeline import LOCKFILE, Compiled, store_of
from controller.jobs.second_judge import CODES, parse_address, tell_trouble
from controller.jobs.targets import Target, check_targets
from controller.jobs.verify import change_findings, check_coverage, line_findings, lockfile_findings
from controller.output.choices import IpamAction, Shown
from controller.output.terminal import Output
from controller.reports.devices import ReadingReport, tell_missing, tell_reading, tell_readings
from controller.reports.witness import faults_of, silent_of
from intents.finding import Finding, FindingsError, Severity, Where, make_finding
from intents.messages import LANGUAGES, describe, load_catalogue
from intents.prefix import Family, parse_prefix
from intents.reason import Reason, because
from ipam.address_plan import AddressPlan
from ipam.store.lockfile import print_plan
from routing.device_texts import MAXIMUM_SIZE
from routing.merge import merge_running
from routing.vendors.device_tables import DeviceTable, DeviceTables, TableKind, TableScope
from tests.adopt_cases import ADOPTED
from tests.apply_cases import APPLYING
from tests.approval_cases import APPROVALS
from tests.audited_approvals import AUDITED
from tests.journal_cases import JOURNALS
from tests.netbox_cases import NETBOX
from tests.plan_cases import CHANGE_REQUESTS
from tests.probe_cases import PROBES
from tests.reorganise_cases import REORGANISATIONS
from tests.small_commands import ON, ROOT, SMALL
from verification.batfish.protocol import BatfishError, Trouble
from verification.change.judge import ChangeOfAccess
from verification.drift.found import Drifts
from verification.drift.witness import NotWitnessed, Witness, WitnessClass, WitnessDifference
from verification.questions.judgement import Judgement
from verification.questions.unreachable_lines import BoundLists
from verification.verdicts.flow import TCP, Flow, flow_in_words
from verification.verdicts.opinions import ENGINE, LineDifference
from verification.verdicts.verdict import Culprit

ERRORS = Path(__file__).parent / "errors"
Produce = Callable[[Path], object]


@cache
def compiled() -> Compiled:
    return compile_workspace(SMALL, parse_day(ON), Output("en"))


def texts_in(folder: Path) -> Path:
    """Write all texts into a folder."""
    for config in compiled().configs.values():
        (folder / config.file_name).write_text(config.text, encoding="utf-8")
    return folder


def read(folder: Path) -> object:
    return read_folder(folder, compiled().addressed.wanted.inventory)[1]


def large(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(MAXIMUM_SIZE + 1)
    return path.parent


def without_text(folder: Path) -> object:
    (texts_in(folder) / "agg-1.cfg").unlink()
    return read(folder)


def with_two_texts(folder: Path) -> object:
    (texts_in(folder) / "agg-1.conf").write_text("", encoding="utf-8")
    return read(folder)


def with_stranger(folder: Path) -> object:
    (texts_in(folder) / "agg-11.cfg").write_text("", encoding="utf-8")
    return read(folder)


def occupied(folder: Path, name: str = "notes.txt") -> object:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("", encoding="utf-8")
    return compare(compiled(), folder, writing=True)


def changed_meanwhile(folder: Path) -> object:
    store, path = store_of(folder), folder / LOCKFILE
    path.write_text(print_plan(AddressPlan()), encoding="utf-8")
    read = store.load()
    with path.open("a", encoding="utf-8") as file:
        file.write("prefix,loopback/agg-11,10.255.0.9/32,loopbacks,active,2026-09-01,,,,management,0,,,by hand\n")
    with Placing() as placing:
        store.save(compiled().addressed.address_plan, read, placing)
        placing.put()
    return ()


def another_run(folder: Path) -> object:
    with alone_in(folder), alone_in(folder):
        return ()


def running_of_a_stranger(folder: Path) -> object:
    running = folder / "running"
    running.mkdir()
    (running / "agg-11.cfg").write_text("hostname agg-11\n", encoding="utf-8")
    return merge_running(compiled().configs, running)[1]


def large_running_text(folder: Path) -> object:
    running = folder / "running"
    running.mkdir()
    return merge_running(compiled().configs, large(running / "agg-1.cfg"))[1]


def two_running_texts(folder: Path) -> object:
    running = folder / "running"
    running.mkdir()
    for suffix in ("cfg", "conf"):
        (running / f"agg-1.{suffix}").write_text("hostname agg-1\n", encoding="utf-8")
    return merge_running(compiled().configs, running)[1]


def odd_running_text(folder: Path) -> object:
    running = folder / "running"
    running.mkdir()
    (running / "agg-1.cfg").write_bytes(b"hostname agg-1\ninterface Loopback99\n description ch\xe2u\n")
    merged, findings = merge_running(compiled().configs, running)
    assert "description ch\udce2u" in merged["agg-1"].text
    return findings


def running_text_that_is_not_read(folder: Path) -> object:
    running = folder / "running"
    running.mkdir()
    (running / "agg-1.CFG").write_text("hostname agg-1\n", encoding="utf-8")
    (running / "agg-2.txt").write_text("set system host-name agg-2\n", encoding="utf-8")
    (running / "core-1.cfg").symlink_to(running / "nowhere")
    (running / "core-2.conf").mkdir()
    (running / "README.md").write_text("not a text\n", encoding="utf-8")
    merged, findings = merge_running(compiled().configs, running)
    assert merged == compiled().configs
    return findings


def text_of_another_platform(folder: Path) -> object:
    texts = texts_in(folder)
    (texts / "core-1.cfg").write_text((texts / "core-2.conf").read_text(encoding="utf-8"), encoding="utf-8")
    return read(folder)


def text_under_the_name_of_another_platform(folder: Path) -> object:
    texts = texts_in(folder)
    (texts / "core-1.cfg").rename(texts / "core-1.conf")
    return read(texts)


def running_that_is_no_folder(folder: Path) -> object:
    (folder / "running").write_text("hostname agg-1\n", encoding="utf-8")
    return merge_running(compiled().configs, folder / "running")[1]


def over_nothing(_: Path) -> object:
    given = give(compiled(), {name: item.text for name, item in compiled().configs.items() if name != "agg-1"})
    nothing = Judgement(answers=(), devices=9, states=1, flows=0)
    check_coverage(nothing, frozenset(compiled().configs), given.network.devices)
    return ()


def no_earlier_report(folder: Path) -> object:
    path = folder / "earlier.jsonl"
    path.write_text('{"format": "truc/verify/1"}\n', encoding="utf-8")
    return read_since(path)


def stale_lockfile(folder: Path) -> object:
    (folder / "truc.lock.csv").write_text("", encoding="utf-8")
    other = store_of(folder).load()
    return lockfile_findings(replace(compiled(), addressed=replace(compiled().addressed, previous=other)))


def judges_differ(_: Path) -> object:
    place = Culprit(device="core-1", ref=("acl-entry", "A", "2"), line=71, text="30 permit tcp any any eq 22")
    return line_findings(compiled(), BoundLists(differences=(LineDifference(place=place, judge=ENGINE, unseen=None),)))


def differ_about_change(_: Path) -> object:
    flow = Flow(
        family=Family.V4,
        source=0xC0000202,
        destination=0xC6336404,
        protocol=TCP,
        source_port=40000,
        destination_port=443,
        tcp_flags=2,
        start_device="cpe-1",
        start_interface="ge-0/0/1",
    )
    said = because("turn_of_engine_not_batfish", turn=because("turn_cut"), flow=flow_in_words(flow))
    change = ChangeOfAccess(changes=(), new=(), doubts=(), differences=(said, said), judges=("batfish", "engine"))
    return change_findings(change)


def refused(_: Path) -> object:
    place = Where(file="truc.lock.csv")
    return (make_finding("TR803", place, reason="Permission denied"),)


def placing(folder: Path, *targets: Target) -> object:
    """Try to write beside a copy of a workspace's table."""
    (folder / "w").mkdir()
    (folder / "w" / "units.csv").write_text("code\n", encoding="utf-8")
    check_targets(targets, folder / "w")
    return ()


def told(code: str, **values: str) -> Produce:
    """Return a case that no test can bring about in a moment: its words alone."""
    finding = Finding(code=code, severity=Severity.ERROR, where=Where(), values=tuple(sorted(values.items())))
    return lambda _: (finding,)


def unexpected(_: Path) -> object:
    output = Output("en")
    output.progress("build", 0, 0)
    return (unexpected_end(output, KeyError("10.0.0.0/8")),)


def told_trouble(trouble: Trouble) -> Produce:
    return lambda _: (tell_trouble(BatfishError(trouble, DETAILS[trouble])),)


SERVER = "192.0.2.7:9996"
DETAILS: Mapping[Trouble, Reason] = {
    Trouble.MISSING: because("os_said", said="No module named 'pybatfish'"),
    Trouble.UNREACHABLE: because("server_said", where=SERVER, said="connection refused"),
    Trouble.VERSION: because("server_speaks", where=SERVER, found="1.0", wanted="2."),
    Trouble.TIMEOUT: because("server_silent", where=SERVER, seconds=600),
    Trouble.LOST: because("server_said", where=SERVER, said="connection reset by peer"),
    Trouble.REFUSED: because("server_said", where=SERVER, said="No space left on device"),
    Trouble.INCOMPLETE: because("no_node_in_answer", devices="agg-1"),
    Trouble.RECORDING: because(
        "recording_of_other_texts", path="answers.jsonl.gz", day="2026-11-28", snapshot="network-0123456789ab"
    ),
}


def captured(name: str, content: bytes, platform: str | None = None) -> Produce:
    """Return a case that reads one captured file."""

    def produce(folder: Path) -> object:
        (folder / name).write_bytes(content)
        return read_captured(folder / name, platform)[1]

    return produce


R1 = b"hostname r1\ninterface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.252\n"
R2 = R1.replace(b"r1", b"r2").replace(b"10.0.0.1", b"10.0.0.2")


def inspect(**words: object) -> Produce:
    """Return a case that inspects two small texts; `links`: rows of a table of cables, `flow` and `start`: a packet."""

    def produce(folder: Path) -> object:
        (folder / "texts").mkdir()
        (folder / "texts" / "r1.txt").write_bytes(R1)
        (folder / "texts" / "r2.txt").write_bytes(R2)
        (folder / "cables.csv").write_text(str(words.get("links", "")), encoding="utf-8")
        request = InspectionRequest(
            path=folder / "texts",
            links=folder / "cables.csv" if "links" in words else None,
            workspace=SMALL if "workspace" in words else None,
            on=ON,
        )
        if "flow" not in words:
            return routes_command(
                Output("en"), request, str(words.get("device", "r1")), cast("str | None", words.get("vrf"))
            )
        failure = cast("str | None", words.get("failure"))
        start = str(words.get("start", "r1:GigabitEthernet0/1"))
        return trace_command(Output("en"), request, TraceRequest(flow=str(words["flow"]), start=start, failure=failure))

    return produce


def two_captured(folder: Path) -> object:
    (folder / "a.txt").write_bytes(R1)
    (folder / "b.txt").write_bytes(R1)
    return by_name(read_captured(folder, None)[0])


PACKET = "icmp 10.0.0.1 > 10.0.0.2"
FOREIGN: Mapping[str, Produce] = {
    "TR708-no-platform": captured("r1.txt", R1, "ios"),
    "TR709-no-path": lambda folder: read_captured(folder / "texts", None),
    "TR710-no-text-to-read": lambda folder: read_captured(folder, None),
    "TR711-empty": captured("r1.txt", b"\n \n"),
    "TR711-only-edges": captured("r1.txt", b"r1#show running-config\nr1#exit\n"),
    "TR712-bytes": captured("topology.png", b"\x89PNG\x00\x01"),
    "TR713-two-devices": captured("log.txt", b"r1#show run\n" + R1 + b"r2#show run\n" + R2),
    "TR714-whose": captured("notes.txt", b"The router in the cellar.\n"),
    "TR715-cut": captured("r1.txt", R1 + b" description " + b"x" * 67 + b"\nyz\n"),
    "TR716-cells": inspect(links="r1,GigabitEthernet0/1,r2\n"),
    "TR717-no-device": inspect(links="r1,GigabitEthernet0/1,r3,GigabitEthernet0/1\n"),
    "TR718-no-interface": inspect(links="r1,GigabitEthernet0/1,r2,GigabitEthernet0/2\n"),
    "TR719-twice": two_captured,
    "TR840-no-links": inspect(workspace=True),
    "TR841-no-device": inspect(device="r3"),
    "TR842-no-vrf": inspect(vrf="GREEN"),
    "TR843-no-packet": inspect(flow="tcp 10.0.0.1 > 10.0.0.2:443"),
    "TR844-no-start": inspect(flow=PACKET, start="r1:GigabitEthernet0/2"),
    "TR845-no-failure": inspect(flow=PACKET, failure="device/r3"),
}


def written_otherwise(folder: Path) -> object:
    """Explain a line of a text that was edited after it was compiled."""
    path = folder / "out" / "configs" / "core-1.cfg"
    path.parent.mkdir(parents=True)
    path.write_text("! by hand\n", encoding="utf-8")
    wanted = replace(compiled().addressed.wanted, folder=folder)
    moved = replace(compiled(), addressed=replace(compiled().addressed, wanted=wanted))
    return find_place(moved, f"{path}:1")


def wrong_words(_: Path) -> object:
    problem = because("usage_option", option="--bogus")
    return (make_finding("TR858", Where(), problem=problem, command="truc verify"),)


COMMAND_LINE: Mapping[str, Produce] = {
    "TR850-no-device": lambda _: show(Output("en"), SMALL, ON, Shown.CONFIG, None),
    "TR851-idle-name": lambda _: show(Output("en"), SMALL, ON, Shown.ADDRESSES, "core-1"),
    "TR852-idle-filter": lambda _: show(Output("en"), SMALL, ON, Shown.DEVICES, None, ShowFilter(pool="links-v4")),
    "TR853-no-site": lambda _: show(Output("en"), SMALL, ON, Shown.DEVICES, None, ShowFilter(site="pop-11")),
    "TR854-running-text": lambda _: find_place(compiled(), "running/core-1.cfg:1"),
    "TR855-edited": written_otherwise,
    "TR856-no-intent": lambda _: find_place(compiled(), "intents/party.yaml:1"),
    "TR856-table": lambda _: find_place(compiled(), "units.csv:9"),
    "TR859-device": lambda _: explain(Output("en"), SMALL, ON, "core-1"),
    "TR869-no-requirement": lambda _: rules_command(Output("en"), SMALL, None, "A99", status=False),
    "TR857-no-topic": lambda _: print_help(Output("en"), "wrkspace"),
    "TR858-wrong-words": wrong_words,
}


def reaching(*rows: str) -> Produce:
    """Return a case that reads a table of how devices are reached."""

    def produce(folder: Path) -> object:
        heading = "device,address,port,transport,host_key,credentials"
        (folder / "reach.csv").write_text("\n".join((heading, *rows)) + "\n", encoding="utf-8")
        known = {
            "r1": KnownDevice(platform="cisco_ios", address="10.0.0.1"),
            "r2": KnownDevice(platform="junos", address=""),
        }
        places = dict.fromkeys(known, Where(file="devices.csv"))
        return read_reach(folder, "reach.csv", known, places, parse_reference("env:TRUC_DEVICES"))

    return produce


REACH = DeviceReach(
    device="r1",
    platform="cisco_ios",
    address="192.0.2.7",
    port=22,
    transport=DeviceTransport.CLI,
    host_key=None,
    credentials=parse_reference("env:TRUC_DEVICES"),
)


def not_read(trouble: ReadingTrouble, detail: Reason) -> Produce:
    """Return a case that tells of a device that was not read."""
    return lambda _: (tell_reading(NotRead(reach=REACH, trouble=trouble, detail=detail)),)


def readings_over(name: str) -> Produce:
    """Return a case that puts readings into a folder with another file of that name."""

    def produce(folder: Path) -> object:
        (folder / name).write_text("hostname r1\n", encoding="utf-8")
        DeviceFolder(folder).open()
        return ()

    return produce


def earlier_kept(folder: Path) -> object:
    report = ReadingReport(total=1, out=folder)
    file = KeptFile(name="r1.cfg", bytes=12, lines=1, digest="")
    reading = NotRead(reach=REACH, trouble=ReadingTrouble.DROPPED, detail=because("reading_dropped"))
    report.not_read.append((reading, file))
    return tell_readings(report)


def no_file_of_mine(folder: Path) -> object:
    """Ask for credentials in a file that others can read."""
    (folder / "secret").write_text("me:word\n", encoding="utf-8")
    (folder / "secret").chmod(0o644)
    return resolve([parse_reference(f"file:{folder / 'secret'}")])


SHOWN = because("reading_shows_key", shown="SHA256:AAAA", pinned="SHA256:BBBB")
NAMED = because("reading_names_itself", found="r2", wanted="r1")
MISSING = DeviceTable(
    scope=TableScope(kind=TableKind.ROUTES, vrf="A-1", family=Family.V6),
    missing=because("table_count_differs", said=7, read=6),
)
SILENT = NotWitnessed(device="core-1", scope=None, why=because("table_file_of_another_text"))
FAULT = WitnessDifference(
    device="core-1",
    vrf="P-PARTY",
    prefix=parse_prefix("10.196.0.64/26"),
    witness_class=WitnessClass.MODEL_FAULT,
    predicted=because("shown_route", source="bgp", distance=20, ways=(because("shown_way", way="10.192.0.7"),)),
    shown=because("shown_nothing"),
    culprits=(Culprit(device="core-1", ref=("neighbor",), line=256, text="neighbor 10.192.0.7 remote-as 4200000025"),),
    facts=("IOS-SEND-05", "IOS-RECV-01"),
)


def tables_of(device: str, *tables: DeviceTable) -> DeviceTables:
    return DeviceTables(device=device, platform="cisco_ios", digest="", tables=tables)


def report_with(witness: Witness) -> DriftReport:
    texts = DriftTexts(expected={}, found={}, accepted={})
    return report_of_day(compiled(), texts, Drifts(), {}, with_failures=False, witness=witness)


DEVICES: Mapping[str, Produce] = {
    "TR860-no-library": told("TR860", package="nornir"),
    "TR861-not-a-reference": reaching("r1,,,,,hunter2"),
    "TR862-open-to-others": no_file_of_mine,
    "TR862-not-set": lambda _: resolve([parse_reference("env:TRUC_NOT_SET_ANYWHERE")]),
    "TR863-no-transport": reaching("r1,,,netconf,,"),
    "TR864-twice": reaching("r1,,,,,", "r1,192.0.2.1,,,,"),
    "TR865-fingerprint": reaching("r1,,,,SHA256:AAAA,"),
    "TR866-no-address": lambda _: (make_finding("TR866", Where(device="r2"), device="r2"),),
    "TR870-another-key": not_read(ReadingTrouble.KEY_DIFFERS, SHOWN),
    "TR871-no-key": not_read(ReadingTrouble.KEY_UNKNOWN, because("reading_key_unknown")),
    "TR872-refused": not_read(ReadingTrouble.LOGIN, because("reading_login")),
    "TR873-refused": not_read(ReadingTrouble.UNREACHABLE, because("os_said", said="Connection refused")),
    "TR874-late": not_read(ReadingTrouble.TIMEOUT, because("reading_timeout")),
    "TR875-dropped": not_read(ReadingTrouble.DROPPED, because("reading_dropped")),
    "TR876-another": not_read(ReadingTrouble.ANOTHER_NAME, NAMED),
    "TR877-half": not_read(ReadingTrouble.INCOMPLETE, because("reading_gap_short")),
    "TR878-unexpected": not_read(ReadingTrouble.UNEXPECTED, because("reading_gap_refused")),
    "TR879-not-asked": not_read(ReadingTrouble.NOT_ASKED, because("reading_not_asked")),
    "TR880-fault": not_read(ReadingTrouble.FAULT, because("reading_fault_at", kind="KeyError", place="x.py:7")),
    "TR881-other-texts": readings_over("r1.cfg"),
    "TR882-no-list": readings_over("readings.json"),
    "TR883-earlier": earlier_kept,
    "TR899-not-had": lambda _: (tell_missing(tables_of("r1", MISSING)),),
    "TR900-fault": lambda _: faults_of(report_with(Witness(differences=(FAULT,)))),
    "TR901-another-text": lambda _: silent_of(report_with(Witness(not_read=(SILENT,)))),
}

CASES: Mapping[str, Produce] = {
    **APPLYING,
    **PROBES,
    **REORGANISATIONS,
    "TR701-no-folder": lambda folder: read(folder / "texts"),
    "TR702-without-text": without_text,
    "TR703-two-texts": with_two_texts,
    "TR704-text-too-large": lambda folder: read(large(texts_in(folder) / "agg-1.cfg")),
    "TR705-stranger": with_stranger,
    "TR703-two-running-texts": two_running_texts,
    "TR704-running-too-large": large_running_text,
    "TR705-running-of-a-stranger": running_of_a_stranger,
    "TR707-no-utf-8": odd_running_text,
    "TR720-not-read": running_text_that_is_not_read,
    "TR721-another-platform": text_of_another_platform,
    "TR722-name-of-another-platform": text_under_the_name_of_another_platform,
    "TR720-no-folder": running_that_is_no_folder,
    **FOREIGN,
    "TR706-no-text-at-all": lambda folder: read_folder(folder, compiled().addressed.wanted.inventory, complete=False),
    "TR801-no-workspace": lambda folder: check_folder(folder / "workspace"),
    "TR802-not-empty": lambda folder: init_workspace(Output("en"), texts_in(folder)),
    "TR803-refused": refused,
    "TR804-foreign-ipam": lambda folder: (make_finding("TR804", Where(), place=folder / "site-packages" / "ipam"),),
    "TR805-nothing-to-explain": lambda _: explain(Output("en"), SMALL, ON, "edoc-al"),
    "TR805-no-such-code": lambda _: explain(Output("en"), SMALL, ON, "TR000"),
    "TR806-unknown-device": lambda _: show(Output("en"), SMALL, ON, Shown.CONFIG, "agg-3.cfg"),
    "TR807-not-a-date": lambda _: parse_day("20260901"),
    "TR808-over-nothing": over_nothing,
    "TR846-table": lambda folder: placing(folder, Target(option="--html", path=folder / "w" / "units.csv")),
    "TR847-same-file": lambda folder: placing(
        folder, Target(option="--html", path=folder / "a"), Target(option="--junit", path=folder / "w" / ".." / "a")
    ),
    "TR848-folder": lambda folder: placing(folder, Target(option="--html", path=folder)),
    "TR848-nowhere": lambda folder: placing(folder, Target(option="--html", path=folder / "no" / "page.html")),
    "TR848-root": lambda folder: placing(folder, Target(option="-o", path=Path("/"), is_folder=True)),
    "TR848-file": lambda folder: placing(folder, Target(option="-o", path=SMALL / "units.csv", is_folder=True)),
    "TR849-in-part": told("TR849", reason="Input/output error"),
    "TR895-far-day": lambda _: parse_day("9999-12-31"),
    "TR890-unexpected": unexpected,
    "TR896-missing": told("TR896", checks="workspace"),
    "TR891-empty-word": told("TR891"),
    "TR892-closed": told("TR892"),
    "TR893-gone": told("TR893", files="report.html"),
    "TR894-memory": told("TR894", doing="building devices"),
    "TR809-stale-lockfile": stale_lockfile,
    "TR829-judges-differ": judges_differ,
    "TR830-differ-about-change": differ_about_change,
    "TR839-no-report": no_earlier_report,
    "TR810-no-such-line": lambda _: find_line(compiled(), "agg-1", 0),
    "TR811-folder-in-use": occupied,
    "TR811-beside-the-texts": lambda folder: occupied(folder, "configs/notes.txt"),
    "TR897-another-run": another_run,
    "TR912-changed-meanwhile": changed_meanwhile,
    "TR898-full": told("TR898", reason="No space left on device"),
    "TR812-no-table": lambda _: ipam(Output("en"), SMALL, ON, IpamAction.IMPORT, None),
    "TR820-no-address": lambda _: parse_address("batfish:99999"),
    **{f"{code}-{trouble}": told_trouble(trouble) for trouble, code in CODES.items()},
    "TR813-no-schema": lambda _: schema(Output("en"), "setings.yaml"),
    **COMMAND_LINE,
    **CHANGE_REQUESTS,
    **JOURNALS,
    **NETBOX,
    **APPROVALS,
    **AUDITED,
    **DEVICES,
    **ADOPTED,
    "TR741-stranger": told("TR741", device="r1"),
    "TR742-another-network": told("TR742"),
}


def findings_of(name: str, folder: Path) -> tuple[Finding, ...]:
    """Return what is found, returned or raised, with the case's code."""
    try:
        found = CASES[name](folder)
    except FindingsError as error:
        found = error.findings
    assert isinstance(found, tuple)
    return tuple(item for item in found if item.code == name.partition("-")[0])


def outcome(name: str, folder: Path) -> str:
    found = findings_of(name, folder)
    texts = [describe(item, language) for language in reversed(LANGUAGES) for item in found]
    text = "\n\n".join(texts).replace(str(folder), "FOLDER").replace(str(ROOT), "ROOT") + "\n"
    # How long a text is is no matter of this message.
    return re.sub(r"has \d+ lines|có \d+ dòng", lambda found: re.sub(r"\d+", "N", found[0]), text)


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_told_in_these_words(name: str, tmp_path: Path) -> None:
    text = outcome(name, tmp_path)
    assert f" {name.partition('-')[0]}" in text
    assert text == (ERRORS / name / "expected.txt").read_text(encoding="utf-8")


def test_every_code_of_texts_judging_and_the_command_line_has_a_case() -> None:
    covered = {name.partition("-")[0] for name in CASES}
    files = [path for room in ("controller", "routing") for path in (ROOT / room).rglob("*.py")]
    used = {code for path in files for code in re.findall(r'"(TR[6-9][0-9]{2})"', path.read_text(encoding="utf-8"))}
    assert {code for code in used if code >= "TR8"} <= covered
    assert covered <= set(load_catalogue("en").messages)


if __name__ == "__main__":
    for case in CASES:
        with tempfile.TemporaryDirectory() as scratch:
            (ERRORS / case).mkdir(exist_ok=True)
            (ERRORS / case / "expected.txt").write_text(outcome(case, Path(scratch)), encoding="utf-8")
