"""What stands ready before a night: keys, the base with who may sign, what its devices show, and plans that are declared.

The one idea: all of it lies in one folder and is made once, by truc's own commands, so that a night may be spent again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.nights.commands import Ended, must, run
from controller.output.exit_codes import ExitCode
from examples.registers import write_registers
from intents.change_request import VIETNAM
from tests.device_server import Servers, served
from tests.fleet import device_of, texts_in, write_down
from tests.province_changes import CHANGES, MOVED, PROVINCE
from tests.signing_office import make_key, public_of

AUTHOR = "nguyen-thi-lan"
SIGNERS = ("pham-quang-duc", "tran-van-minh", "hoang-van-thai", "le-thi-hoa")
WAIVER = "tran-van-minh"
COMMUNES = "{categories: [peoples_committee_body], tiers: [commune], purpose: government}"
TALKS = f"""
    - from: [{COMMUNES}]
      to: [{{names: [hdnd-xa-dan-tien], purpose: government}}]
    - from: [{{names: [hdnd-xa-dan-tien], purpose: government}}]
      to: [{{systems: [edoc, official-mail]}}]"""
DECLARED: Mapping[str, str] = {
    "close a permit": f"""
  intents: [warehouse-communes]
  closes:
    - from: [{COMMUNES}]
      to: [{{systems: [data-warehouse]}}]""",
    "add a system": f"""
  intents: [new-portal-communes]
  opens:
    - from: [{COMMUNES}]
      to: [{{systems: [new-portal]}}]""",
    "move a site": f"""
  interruptions:
    - devices: [{MOVED}]
      from: {{first}}
      to: {{last}}
      way_back: the technician plugs the cable back
      agreed_by: UBND xã Kha Sơn""",
    "add a site": """
  opens:
    - from: [{names: [ubnd-xa-kha-son], purpose: government}]
      to:
        - {categories: [elected_body], tiers: [commune], except: [hdnd-xa-sang-moc], purpose: government}
        - {systems: [data-warehouse, edoc, official-mail, one-stop]}
    - from: [{names: [thanh-tra-tinh], purpose: government}]
      to: [{names: [ubnd-xa-kha-son], purpose: government}]""",
    "renumber a LAN": f"\n  opens:{TALKS}\n  closes:{TALKS}",
}
"""What a change request says of each change, in the words of intents."""
REQUEST = """\
change:
  title: {name}
  request_ref: "61/CV-SKHCN (hư cấu)"
  decision_ref: "140/QĐ-UBND (hư cấu)"
  owner: dept_ict
  author: {author}
  agreement_ref: "12/TT-CBĐTW (hư cấu)"
  window: {{from: {first}, to: {last}}}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A folder in which everything lies that is made once: keys, the base, its texts, what devices showed, plans."""

    folder: Path

    @property
    def base(self) -> Path:
        """The workspace as it was carried out last."""
        return self.folder / "base"

    @property
    def texts(self) -> Path:
        """What the base makes of its devices."""
        return self.folder / "texts"

    @property
    def running(self) -> Path:
        """What its devices showed."""
        return self.folder / "running"

    @property
    def day(self) -> str:
        """The day on which it was made, in Viet Nam."""
        return (self.folder / "day").read_text(encoding="utf-8")

    @property
    def drifting(self) -> list[str]:
        """The devices that drifted before any change."""
        found: list[str] = json.loads((self.folder / "drifting.json").read_bytes())
        return found

    def of(self, name: str) -> Path:
        """Return the folder of a change."""
        return self.folder / name.replace(" ", "-")

    def window(self) -> tuple[str, str]:
        """Return the ends of the window of all changes: six days, so that kept plans may be carried out again."""
        last = datetime.fromisoformat(self.day) + timedelta(days=6)
        return f"{self.day} 00:00", f"{last:%Y-%m-%d} 23:59"


def open_office(folder: Path) -> Office:
    """Make keys and the base, and read its devices, unless that was done."""
    office = Office(folder=folder)
    if (folder / "ready").exists():
        return office
    keys = folder / "keys"
    keys.mkdir(parents=True)
    shutil.copytree(PROVINCE, office.base)
    signers = office.base / "allowed_signers"
    text = signers.read_text(encoding="utf-8")
    for name in (AUTHOR, *SIGNERS):
        make_key(keys, name)
    lines = [line if line.startswith("#") else _with_key(line, keys) for line in text.splitlines()]
    signers.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "day").write_text(f"{datetime.now(VIETNAM):%Y-%m-%d}", encoding="utf-8")
    must(run(("compile", "-w", office.base, "-o", office.texts, "--on", office.day), folder), 0)
    with fleet(office, folder / "reach") as (_, reach):
        must(run(("read-devices", "-w", office.base, "-o", office.running, "--reach", reach), folder), 0)
    drifts = ("drift", "-w", office.base, "--running", office.running, "--on", office.day, "--no-failures", "--json")
    found = drifting(must(run(drifts, folder), 0, ExitCode.CHANGES).said)
    (folder / "drifting.json").write_text(json.dumps(sorted(found)), encoding="utf-8")
    (folder / "ready").touch()
    return office


def _with_key(line: str, keys: Path) -> str:
    """Return a line of allowed_signers with a key of ours in place of its own."""
    principal, options, *_ = line.split()
    return f"{principal} {options} {public_of(keys / principal)}"


def plan_change(office: Office, name: str) -> Ended | None:
    """Plan a change, as its request declares it; None if that was done."""
    own = office.of(name)
    if (own / "plan.json").exists():
        return None
    shutil.rmtree(own, ignore_errors=True)
    after = own / "after"
    shutil.copytree(office.base, after)
    CHANGES[name](after)
    write_registers(after)
    first, last = office.window()
    request = after / "changes" / "night.yaml"
    request.parent.mkdir(exist_ok=True)
    said = REQUEST.format(name=name, author=AUTHOR, first=first, last=last)
    declared = DECLARED[name].replace("{first}", first).replace("{last}", last)
    request.write_text(f"{said}{declared}\n", encoding="utf-8")
    must(run(("compile", "-w", after, "-o", own / "texts", "--on", office.day), own), 0)
    words = (
        "plan", "--base", office.base, "-w", after, "--running", office.running, "--change", request, "--serial", "2026-1",
        "--on", office.day, "-o", own / "plan.json",
    )  # fmt: skip
    return must(run(words, own), ExitCode.CHANGES)


@contextmanager
def fleet(office: Office, folder: Path, own: Path | None = None) -> Iterator[tuple[Servers, Path]]:
    """Serve the devices of the base as they stand, and those that a change brings as they were delivered."""
    texts = {path.name: path for path in (() if own is None else texts_in(own / "texts"))}
    texts |= {path.name: path for path in texts_in(office.texts)}
    with served(*(device_of(path) for _, path in sorted(texts.items()))) as servers:
        write_down(servers, folder)
        yield servers, folder / "inventory.csv"


def drifting(said: str) -> set[str]:
    """Return the devices that drift, by the messages of `truc drift`."""
    messages = (json.loads(line) for line in said.splitlines() if line.startswith("{"))
    return {message["device"] for message in messages if message.get("type") == "drift"}
