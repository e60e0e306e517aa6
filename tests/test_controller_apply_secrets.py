"""Secrets that lines name: looked up when devices are changed, typed, read back as the device shows them, and told to nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from controller.apply.kept_texts import keep_texts
from controller.apply.logbook import Logbook, utc_now
from controller.apply.needed_secrets import secrets_for
from controller.apply.rollout_run import RolloutRules, RolloutRun
from controller.apply.terms import Patience, RolloutTerms
from controller.apply.ways import PlannedDevice, own_text, planned_text
from controller.fleet.credentials import Secret, parse_reference
from controller.fleet.device_secrets import DeviceSecrets, SecretName
from controller.fleet.readings import DeviceReach, DeviceTransport, Stop
from controller.fleet.writing import WritingError, WritingTrouble
from controller.journal.records import Aim, Begun, DeviceTarget, Record, Resumed, RolloutOutcome, Taken
from controller.rollout.spelling import spelled_as_found
from controller.rollout.steps import change_both_ways, text_digest
from intents.finding import Finding, FindingsError
from intents.reason import because
from routing.config import DeviceConfig
from routing.merge import merge_text
from routing.vendors import VENDORS
from tests.applied import held, shown
from tests.device_faults import Fault, Place, Planned
from tests.device_ios_config import IosConfig
from tests.device_ios_edit import Typing, load_text, type_line
from tests.device_ios_exec import hide
from tests.device_junos_config import JunosConfig
from tests.device_state import Config, Device
from tests.drift_noise import HASH
from tests.memory_fleet import MemoryAccess
from tests.test_controller_rollout_keys import FIRST, IOS, JUNOS, SECOND, change_of, configs, drifts
from tests.virtual_time import VirtualTime

CRYPT = "$6$abcdefgh$" + "Ab1./" * 17 + "x"
OLD = {"tacacs-key": "OldTacacs1", "ntp-key": "OldNtp1", "snmp-auth": "OldAuth12", "snmp-priv": "OldPriv12"}
NEW = {
    ("tacacs-key-2", "cisco_ios"): "New<Tacacs>&1",
    ("tacacs-key-2", "junos"): "New<Tacacs>&1",
    ("ntp-key-2", "cisco_ios"): "NewNtp#1",
    ("ntp-key-2", "junos"): "NewNtp#1",
    ("enable-2", "cisco_ios"): "$9$newenablesalt0$" + "n" * 43,
    ("enable-2", "junos"): CRYPT.replace("abcdefgh", "newenabl"),
    ("admin-2", "cisco_ios"): "$9$newadminsalt00$" + "m" * 43,
    ("admin-2", "junos"): CRYPT.replace("abcdefgh", "newadmin"),
}
_PLAN = text_digest("a plan of two devices")


def ends(name: str) -> tuple[DeviceConfig, DeviceConfig]:
    return configs((FIRST,))[name], configs((FIRST, SECOND), ("tacacs", "ntp", "enable", "admin"))[name]


def configuration(name: str) -> Config:
    """Return what stands on a device before: the base, with secrets."""
    text = ends(name)[0].text
    for secret, value in OLD.items():
        text = text.replace(f"{{{{secret:{secret}}}}}", value)
    for secret in ("enable", "admin"):
        text = text.replace(f"{{{{secret:{secret}}}}}", HASH if name == IOS else CRYPT)
    return load_text(text) if name == IOS else JunosConfig(text)


def seen(config: Config) -> str:
    """Return what a device shows, keys veiled."""
    return (
        VENDORS["cisco_ios"].showing.settled(hide(config.shown())) if isinstance(config, IosConfig) else shown(config)
    )


@cache
def planned(name: str) -> PlannedDevice:
    before, after = ends(name)
    running = seen(configuration(name))
    standing = spelled_as_found(merge_text(after, running, before), running, before.ours)
    ways = change_both_ways(name, after.platform, running, standing)
    assert ways is not None
    reach = DeviceReach(
        device=name,
        platform=after.platform,
        address="127.0.0.1",
        port=22,
        transport=DeviceTransport.NETCONF if name == JUNOS else DeviceTransport.CLI,
        host_key=None,
        credentials=parse_reference("env:TRUC_DEVICES"),
    )
    return PlannedDevice(reach=reach, there=ways[0], back=ways[1])


def table(folder: Path, monkeypatch: pytest.MonkeyPatch, new: Mapping[tuple[str, str], str] = NEW) -> Path:
    """Write down where all secrets are kept: each in a variable of its own."""
    rows = ["secret,platform,credentials"]
    for number, ((name, platform), secret) in enumerate(new.items()):
        monkeypatch.setenv(f"TRUC_SECRET_{number}", secret if ":" in secret else f"{name}:{secret}")
        rows.append(f"{name},{platform},env:TRUC_SECRET_{number}")
    path = folder / "secrets.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@dataclass
class Night:
    """One device in memory, what is to become of it, and a journal."""

    name: str
    secrets: DeviceSecrets
    journal: Path
    heard: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        running = configuration(self.name)
        self.planned, self.time = planned(self.name), VirtualTime()
        self.device = Device(
            name=self.name,
            platform=self.planned.reach.platform,
            running=running,
            startup=running.copy(),
            shows_secrets=False,
            after=self.time.after,
        )

    def run(
        self,
        aim: Aim | None = None,
        secrets: DeviceSecrets | None = None,
        during: Callable[[Record], None] = lambda _: None,
    ) -> RolloutOutcome:
        def hear(record: Record) -> None:
            self.heard.append(record)
            during(record)

        access = MemoryAccess({self.name: self.device}, self.time, lambda *_: "", 10.0)
        patience = Patience(seconds=60, pauses=(0.0,), grace=0.0, settle=0.0)
        with held(self.journal) as journal:
            log = Logbook(journal, hear)
            terms = RolloutTerms(
                access=access,
                log=log,
                patience=patience,
                stop=Stop(),
                secrets=self.secrets if secrets is None else secrets,
            )
            if aim is None:
                keep_texts(self.journal, _PLAN, {self.name: self.planned.there.running})
                log.write(self._begun())
            else:
                log.write(Resumed(at=utc_now(), operator="binh", aim=aim))
            return RolloutRun({self.name: self.planned}, terms, RolloutRules()).run()

    def _begun(self) -> Begun:
        there, back = self.planned.there, self.planned.back
        target = DeviceTarget(
            device=self.name,
            running=there.running_digest,
            standing=there.standing_digest,
            edits=len(there.edits),
            back=len(back.edits),
        )
        return Begun(
            at=utc_now(),
            plan=_PLAN,
            base=_PLAN,
            workspace=_PLAN,
            operator="an",
            approvals=(),
            tool="0",
            devices=(target,),
            waves=((self.name,),),
            all_or_nothing=False,
        )

    def text(self) -> str:
        return seen(self.device.running)

    def stands(self) -> str:
        """Return whether the device shows the text that it had, letter by letter, the one that it shall have, or neither."""
        platform, there = self.planned.reach.platform, self.planned.there
        if own_text(self.name, platform, self.text(), there.standing) == there.running:
            return "running"
        return "standing" if planned_text(self.planned, self.text(), self.secrets) == there.standing else "other"


@pytest.fixture(params=[IOS, JUNOS])
def night(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    secrets = secrets_for([planned(request.param)], table(tmp_path, monkeypatch))
    return Night(request.param, secrets, tmp_path / "journal.jsonl")


def test_new_secrets_are_typed_read_back_and_taken_back(night: Night) -> None:
    after = ends(night.name)[1]
    assert night.run() is RolloutOutcome.APPLIED
    assert night.stands() == "standing"
    standing = night.text()
    held_now = str(night.device.running.shown() if isinstance(night.device.running, IosConfig) else standing)
    platform = night.planned.reach.platform
    hashes = {NEW[name, platform] for name in ("enable-2", "admin-2")}
    keys = {NEW[name, platform] for name in ("tacacs-key-2", "ntp-key-2")}
    assert all(secret in standing for secret in hashes)
    assert not any(secret in standing for secret in keys), "a device shows keys veiled"
    assert "{{secret:" not in held_now.replace("{{secret:snmp", "")
    assert not drifts(after, standing)
    assert change_of(after, after, standing) is None, "the next plan types nothing again"
    assert night.run(Aim.BACK, secrets=DeviceSecrets()) is RolloutOutcome.NOT_APPLIED
    assert night.stands() == "running"
    said = "".join(
        path.read_text("utf-8")
        for path in night.journal.parent.rglob("*")
        if path.name != "secrets.csv" and path.is_file()
    )
    assert not any(secret in said for secret in NEW.values())
    assert not any(secret in repr((night.heard, night.secrets, night.planned)) for secret in NEW.values())


def swap(config: Config) -> None:
    """Give a device another key than the one that was typed; both look alike but for what is veiled."""
    if isinstance(config, IosConfig):
        type_line(config, Typing(), "ntp authentication-key 1 md5 AnotherKey1")
    elif isinstance(config, JunosConfig):
        config.command("set system ntp authentication-key 1 type sha256 value AnotherKey1")


def test_another_key_is_another_text(night: Night) -> None:
    assert night.run() is RolloutOutcome.APPLIED
    swap(night.device.running)
    assert night.stands() == "other"


def test_a_device_that_keeps_another_key_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    night = Night(IOS, secrets_for([planned(IOS)], table(tmp_path, monkeypatch)), tmp_path / "journal.jsonl")

    def during(record: Record) -> None:
        if isinstance(record, Taken):
            swap(night.device.running)

    assert night.run(during=during) is not RolloutOutcome.APPLIED
    assert night.stands() == "other"


def test_what_is_refused_half_way_goes_back_with_the_old_keys(night: Night) -> None:
    is_junos = night.name == JUNOS
    night.device.faults.append(
        Planned(
            fault=Fault.REFUSE_LINE,
            place=Place.COMMIT if is_junos else Place.LINE,
            containing="" if is_junos else "ntp",
        )
    )
    assert night.run() is not RolloutOutcome.APPLIED
    assert night.stands() == "running"
    assert night.run(Aim.FORWARD) is RolloutOutcome.APPLIED


def without(name: str) -> dict[tuple[str, str], str]:
    return {key: secret for key, secret in NEW.items() if key[0] != name}


MISSING: Mapping[str, tuple[dict[tuple[str, str], str], str]] = {
    "not named": (without("ntp-key-2"), "secret_not_named"),
    "for another name": ({**NEW, ("ntp-key-2", "cisco_ios"): "enable-2:Abc12345"}, "secret_of_another_name"),
    "two words": ({**NEW, ("ntp-key-2", "cisco_ios"): "Abc 12345"}, "secret_not_one_word"),
    "asks for help": ({**NEW, ("ntp-key-2", "cisco_ios"): "Abc?12345"}, "secret_not_one_word"),
    "quotes": ({**NEW, ("ntp-key-2", "junos"): 'Abc"12345'}, "secret_not_one_word"),
    "no hash on IOS-XE": ({**NEW, ("admin-2", "cisco_ios"): "Abc12345"}, "secret_no_hash"),
    "no hash on Junos": ({**NEW, ("admin-2", "junos"): "Abc12345"}, "secret_no_hash"),
    "veiled already": ({**NEW, ("ntp-key-2", "junos"): "$9$nnet/9pOBEyr"}, "secret_not_plain"),
    "there already on IOS-XE": ({**NEW, ("ntp-key-2", "cisco_ios"): OLD["ntp-key"]}, "secret_there_already"),
    "there already on Junos": ({**NEW, ("enable-2", "junos"): CRYPT}, "secret_there_already"),
}


@pytest.mark.parametrize("case", MISSING)
def test_what_is_not_at_hand_is_refused_before_anything_is_touched(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, reason = MISSING[case]
    with pytest.raises(FindingsError) as caught:
        secrets_for([planned(IOS), planned(JUNOS)], table(tmp_path, monkeypatch, new))
    assert {item.code for item in caught.value.findings} == {"TR974"}
    reasons = [dict(item.values)["reason"] for item in caught.value.findings]
    assert {getattr(item, "key", "") for item in reasons} == {reason}
    assert not any(secret in str(caught.value.findings) for secret in (*new.values(), *OLD.values()))


def test_a_table_is_read_closely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path, monkeypatch)
    path.write_text(path.read_text("utf-8") + "ntp-key-2,junos,NewNtp#1\nntp-key-2,junos,env:X\n", encoding="utf-8")
    with pytest.raises(FindingsError) as caught:
        secrets_for([planned(JUNOS)], path)
    assert [item.code for item in caught.value.findings] == ["TR861", "TR974"]
    assert "NewNtp" not in str(caught.value.findings)
    assert {item.code for item in refused(None)} == {"TR974"}


def refused(path: Path | None) -> tuple[Finding, ...]:
    with pytest.raises(FindingsError) as caught:
        secrets_for([planned(JUNOS)], path)
    return tuple(caught.value.findings)


def test_an_answer_that_repeats_a_secret_is_told_without_it() -> None:
    name = SecretName(name="k", platform="junos")
    secrets = DeviceSecrets({name: Secret("Hidden1")})
    with pytest.raises(WritingError) as caught, secrets.unsaid():
        raise WritingError(WritingTrouble.SAID, because("writing_said", line="x", said="% bad: Hidden1"), 3)
    assert dict(caught.value.detail.values)["said"] == "% bad: ***"
    assert (caught.value.trouble, caught.value.lines) == (WritingTrouble.SAID, 3)
    assert caught.value.__suppress_context__
    with pytest.raises(WritingError):
        secrets.filled("cisco_ios", "key {{secret:k}}")
