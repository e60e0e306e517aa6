"""Texts as devices of a network that truc never wrote would print them: those of a workspace, with somebody else's lines in them.

The one idea: truth comes from the workspace that the texts were compiled of; `truc adopt` sees texts alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from controller.adopt.adoption import adopt_folder
from controller.adopt.folder import read_found
from controller.jobs.pipeline import Compiled
from controller.output.terminal import Output
from routing.model import LinePath
from routing.vendors import VENDORS

_IOS = """\
snmp-server location Nha tram {number} (hu cau)
ntp server 172.30.0.1
logging host 172.30.0.2
access-list 77 permit 172.30.0.0 0.0.0.255
ntp access-group peer 77
ip access-list extended KHACH-IN
 permit ip 172.20.0.0 0.3.255.255 any
vrf definition KHACH
 rd 64999:{number}
 address-family ipv4
 exit-address-family
interface GigabitEthernet0/0/47
 description mang cua ben khac
 vrf forwarding KHACH
 ip address {address}.1 255.255.255.0
 no shutdown
ip route vrf KHACH 172.31.0.0 255.255.0.0 {address}.2
"""
_JUNOS = """\
set snmp location "Nha tram {number} (hu cau)"
set system ntp server 172.30.0.1
set interfaces ge-0/0/47 unit 0 description "mang cua ben khac"
set interfaces ge-0/0/47 unit 0 family inet address {address}.1/24
set routing-instances KHACH instance-type virtual-router
set routing-instances KHACH interface ge-0/0/47.0
set routing-instances KHACH routing-options static route 172.31.0.0/16 next-hop {address}.2
"""


def foreign_text(platform: str, number: int) -> str:
    """Return lines of somebody else: where to report to, and a VRF of their own."""
    address = f"172.{20 + number // 200}.{number % 200}"
    return (_JUNOS if platform == "junos" else _IOS).format(number=number, address=address)


def foreign_paths(platform: str, number: int) -> frozenset[LinePath]:
    """Return the paths of `foreign_text`."""
    return frozenset(VENDORS[platform].paths(foreign_text(platform, number)))


def texts_of(compiled: Compiled) -> dict[str, str]:
    """Return what the devices of a workspace would print, by file name, with somebody else's lines in each."""
    return {
        config.file_name: config.text
        + foreign_text(config.platform, number)
        + ("" if config.platform == "junos" else "end\n")
        for number, (_, config) in enumerate(sorted(compiled.configs.items()))
    }


def write_texts(folder: Path, texts: Mapping[str, str]) -> Path:
    """Write texts into a new folder."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
    return folder


_R1 = "hostname r1\ninterface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.0\n"
_READ = '{"devices": [{"file": "%s", "read": true, "sha256": "0"}]}'


def _told(texts: Mapping[str, str], leave: tuple[str, ...] = ()) -> Callable[[Path], object]:
    """Return what makes a folder of a text that is well and these, and tells what is wrong with it."""

    def produce(folder: Path) -> object:
        every = {"r9.cfg": "hostname r9\ninterface GigabitEthernet0/1\nend\n", **texts}
        return adopt_folder(write_texts(folder / "texts", every), None, leave, Output("en")).findings

    return produce


ADOPTED: Mapping[str, Callable[[Path], object]] = {
    "TR730-no-folder": lambda folder: read_found(folder / "nowhere", None),
    "TR731-not-whole": _told({"r1.cfg": _R1}),
    "TR732-renamed": _told({"r2.cfg": f"{_R1}end\n"}),
    "TR733-another-text": _told({"r1.cfg": f"{_R1}end\n", "old.cfg": f"{_R1}!\nend\n"}),
    "TR734-copy": _told({"r1.cfg": f"{_R1}end\n", "copy.cfg": f"{_R1}end\n"}),
    "TR735-not-as-read": _told({"r1.cfg": f"{_R1}end\n", "readings.json": _READ % "r1.cfg"}),
    "TR736-nameless": _told({"r1.cfg": _R1.replace("hostname r1\n", "") + "end\n"}),
    "TR737-missing": _told({"readings.json": _READ % "r1.cfg"}),
    "TR738-name": _told({"R_1.cfg": _R1.replace("r1", "R_1") + "end\n"}),
    "TR739-one-name": _told({"R9.cfg": _R1.replace("r1", "R9") + "end\n"}),
    "TR740-no-vrf": _told({}, ("KHACH",)),
}
