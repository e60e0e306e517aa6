"""What is wrong with a table of probe hosts, and with what became of probes: one case for each message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from controller.fleet.credentials import parse_reference
from controller.fleet.readings import ProbeEnd
from controller.journal.probe_results import ProbeResult, ProbeWish
from controller.probes.hosts import read_probe_hosts
from controller.probes.look import judge_look
from intents.prefix import parse_prefix
from intents.registry import AttachmentName

_HEADING = "host,attachment,address,ssh_address,port,host_key,credentials,answers"
_LANS = {AttachmentName("ubnd-gia-sang-cq"): (parse_prefix("10.196.0.64/26"),)}


def _table(*rows: str) -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        (folder / "probes.csv").write_text("\n".join((_HEADING, *rows)) + "\n", encoding="utf-8")
        return read_probe_hosts(folder / "probes.csv", "probes.csv", _LANS, parse_reference("env:TRUC_DEVICES"))

    return read


def _became(wish: ProbeWish, end: ProbeEnd) -> Callable[[Path], object]:
    item = ProbeResult(host="ubnd", target="10.193.0.70", port=443, wish=wish, changes=False, end=end)
    return lambda _: tuple(judge_look((item,)))


PROBES: Mapping[str, Callable[[Path], object]] = {
    "TR966-host-twice": _table(
        "ubnd,ubnd-gia-sang-cq,10.196.0.70,,,,,443", "ubnd,ubnd-gia-sang-cq,10.196.0.71,,,,env:UBND,8443"
    ),
    "TR967-elsewhere": _table("ubnd,ubnd-gia-sang-cq,10.193.0.70,,,,,443"),
    "TR968-no-port": _table("ubnd,ubnd-gia-sang-cq,10.196.0.70,,,,,443 https 70000"),
    "TR969-open": _became(ProbeWish.STAY_OUT, ProbeEnd.REFUSED),
    "TR970-cut": _became(ProbeWish.ARRIVE, ProbeEnd.LOST),
    "TR971-untried": _became(ProbeWish.ARRIVE, ProbeEnd.UNTRIED),
    "TR972-silence": _became(ProbeWish.STAY_OUT, ProbeEnd.LOST),
}
