"""What is wrong with a table of probe hosts, and with what became of probes: one case for each message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from controller.fleet.credentials import parse_reference
from controller.fleet.readings import DeviceReach, DeviceTransport, ProbeEnd
from controller.journal.probe_results import ProbeResult, ProbeWish
from controller.probes.hosts import ProbeHost, read_probe_hosts
from controller.probes.look import judge_look
from controller.probes.planned import plan_probes, saying_of
from intents.prefix import Address, parse_address, parse_prefix
from intents.registry import AttachmentName
from tests.test_controller_planning import ends_of

_HEADING = "host,attachment,address,ssh_address,port,host_key,credentials,answers"
_REACH = DeviceReach(
    device="h",
    platform="",
    address="192.0.2.1",
    port=22,
    transport=DeviceTransport.CLI,
    host_key=None,
    credentials=parse_reference("env:TRUC_PROBES"),
)
_LANS = {AttachmentName("ubnd-gia-sang-cq"): (parse_prefix("10.196.0.64/26"),)}


def _table(*rows: str) -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        (folder / "probes.csv").write_text("\n".join((_HEADING, *rows)) + "\n", encoding="utf-8")
        return read_probe_hosts(folder / "probes.csv", "probes.csv", _LANS, parse_reference("env:TRUC_PROBES"))

    return read


def _became(wish: ProbeWish, end: ProbeEnd) -> Callable[[Path], object]:
    item = ProbeResult(host="ubnd", target="10.193.0.70", port=443, wish=wish, changes=False, end=end)
    return lambda _: tuple(judge_look((item,)))


def _too_many(_: Path) -> object:
    before, after = (saying_of(end.addressed) for end in ends_of("close a permit"))
    lan = parse_prefix("10.196.64.64/26")
    hosts = [
        ProbeHost(
            name=f"h{number}",
            attachment=AttachmentName("hdnd-gia-sang-cq"),
            address=Address(lan.family, lan.network + number),
            reach=replace(_REACH, device=f"h{number}"),
        )
        for number in range(1, 41)
    ]
    edoc = ProbeHost(
        name="edoc",
        attachment=AttachmentName("system-edoc"),
        address=parse_address("10.193.0.70"),
        reach=None,
        answers=(80, 443, 8080, 8443, 9443, 10443),
    )
    edocs = [
        replace(edoc, name=f"edoc-{at}", address=Address(edoc.address.family, edoc.address.value + at))
        for at in range(6)
    ]
    return plan_probes((*hosts, *edocs), before, after)[1]


PROBES: Mapping[str, Callable[[Path], object]] = {
    "TR966-host-twice": _table(
        "ubnd,ubnd-gia-sang-cq,10.196.0.70,,,,,443", "ubnd,ubnd-gia-sang-cq,10.196.0.71,,,,env:UBND,8443"
    ),
    "TR967-elsewhere": _table("ubnd,ubnd-gia-sang-cq,10.193.0.70,,,,,443"),
    "TR968-no-port": _table("ubnd,ubnd-gia-sang-cq,10.196.0.70,,,,,443 https 70000"),
    "TR969-open": _became(ProbeWish.STAY_OUT, ProbeEnd.REFUSED),
    "TR970-cut": _became(ProbeWish.ARRIVE, ProbeEnd.LOST),
    "TR971-untried": _became(ProbeWish.ARRIVE, ProbeEnd.UNTRIED),
    "TR909-too-many": _too_many,
    "TR972-silence": _became(ProbeWish.STAY_OUT, ProbeEnd.LOST),
}
