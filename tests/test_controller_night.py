"""One change of the small example from its files to confirmed devices, every step a command as an operator types it.

The same at the size of the example province, with a device that fails and with Ctrl-C, is `make nights`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from controller.output.exit_codes import ExitCode
from intents.change_request import VIETNAM
from tests.device_faults import Fault, Place, Planned
from tests.device_server import Servers, served
from tests.device_state import Device
from tests.everyday_changes import lock
from tests.fleet import device_of, write_down
from tests.signing_office import AUTHOR, enter_people, office, public_of
from tests.small_commands import SMALL, truc
from tests.test_controller_planning import renumber_lan

TALKS = """
    - from: [{names: [ubnd-gia-sang, ubnd-phan-dinh-phung, ubnd-tan-cuong], purpose: government}]
      to: [{names: [hdnd-gia-sang], purpose: government}]
    - from: [{names: [hdnd-gia-sang], purpose: government}]
      to: [{systems: [edoc]}]"""
REQUEST = """\
change:
  title: Hội đồng nhân dân Gia Sàng cần thêm địa chỉ
  request_ref: 61/CV-SKHCN (hư cấu)
  decision_ref: 140/QĐ-UBND (hư cấu)
  owner: dept_ict
  author: {author}
  agreement_ref: 12/TT-CBĐTW (hư cấu)
  window: {{from: {today} 00:00, to: {tomorrow} 23:59}}
  opens:{talks}
  closes:{talks}
"""
SECRET = {"TRUC_DEVICES": "truc:truc"}


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Servers]:
    """Have the base, with who may sign, and its devices up."""
    base, texts = tmp_path / "base", tmp_path / "texts"
    shutil.copytree(SMALL, base)
    enter_people(base, office().keys)
    texts.mkdir()
    for config in lock(base).configs.values():
        (texts / config.file_name).write_text(config.text, encoding="utf-8")
    with served(*(device_of(path) for path in sorted(texts.iterdir()))) as servers:
        write_down(servers, tmp_path)
        yield servers


def changed(folder: Path, today: datetime) -> tuple[Path, Path]:
    """Return the workspace with the change, and its request."""
    after = folder / "after"
    shutil.copytree(folder / "base", after)
    renumber_lan(after)
    request = after / "changes" / "lan.yaml"
    request.parent.mkdir(exist_ok=True)
    days = {"today": f"{today:%Y-%m-%d}", "tomorrow": f"{today + timedelta(days=1):%Y-%m-%d}"}
    request.write_text(REQUEST.format(author=AUTHOR, talks=TALKS, **days), encoding="utf-8")
    return after, request


@contextmanager
def revoked_once_changed(device: Device, revoked: Path, key: Path) -> Iterator[None]:
    """Have somebody revoke a key while a device shows what its change has made of it."""
    answers = device.live
    assert answers is not None

    def revoking(it: Device) -> dict[str, str]:
        if len(it.states) > 1:
            revoked.write_text(public_of(key) + "\n")
        return answers(it)

    device.live = revoking
    yield
    device.live = answers


@pytest.mark.slow
@pytest.mark.traced
def test_a_night_from_files_to_confirmed_with_a_device_that_fails(fleet: Servers, tmp_path: Path) -> None:
    today, keys = datetime.now(VIETNAM), office().keys
    base, shown, plan, journal = (tmp_path / name for name in ("base", "shown", "plan.json", "journal.jsonl"))
    after, request = changed(tmp_path, today)
    ends, reach = ("--base", base, "-w", after), ("--reach", tmp_path / "inventory.csv")

    def typed(code: ExitCode, *words: str | Path) -> str:
        ended, said = truc(*words, environment=SECRET)
        assert ended == code, said
        return said

    typed(ExitCode.FINE, "read-devices", "-w", base, "-o", shown, *reach)
    made = ("--running", shown, "--change", request, "--serial", "7", "--on", f"{today:%Y-%m-%d}", "-o", plan)
    assert "TR973" not in typed(ExitCode.CHANGES, "plan", *ends, *made)
    assert "TR932" in typed(ExitCode.NOT_APPROVED, "apply", plan, *ends, *reach)
    typed(
        ExitCode.FINE, "approve", plan, *ends, "--key", keys / "an", "--role", "waiver", "--reason", "no second judge"
    )
    for name in ("an", "binh"):
        typed(ExitCode.FINE, "approve", plan, *ends, "--key", keys / name)
    first, second = (fleet.devices[wave["devices"][0]] for wave in json.loads(plan.read_bytes())["waves"][:2])
    before = second.running.blocks()
    revoked = tmp_path / "revoked"
    revoked.write_text("")
    with revoked_once_changed(first, revoked, keys / "binh"):
        said = typed(ExitCode.PARTLY_APPLIED, "apply", plan, *ends, *reach, "--revoked", revoked)
    assert "TR929" in said
    assert "not approved any more" in said
    assert fleet.call(second.running.blocks) == before
    assert "TR929" in typed(ExitCode.NOT_APPROVED, "resume", plan, *ends, *reach, "--revoked", revoked)
    second.faults.append(Planned(fault=Fault.REFUSE_LINE, place=Place.COMMIT))
    said = typed(ExitCode.PARTLY_APPLIED, "resume", plan, *ends, *reach)
    assert f"TR962 {second.name}" in said
    assert fleet.call(second.running.blocks) == before
    assert "TR949" in typed(ExitCode.FINE, "audit", journal, "--plan", plan, *ends)
    assert "the plan is applied" in typed(ExitCode.FINE, "resume", plan, *ends, *reach)
    typed(ExitCode.FINE, "audit", journal, "--plan", plan, *ends)
    assert fleet.call(second.running.blocks) != before
    assert "applied" in typed(ExitCode.FINE, "history", "--journal", journal)
