"""`truc approve` on a command line: keys in files, behind passphrases and in agents; what it says; and a whole real plan."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from controller.approval import gate
from controller.approval.folder import approvals_folder
from controller.jobs.digests import workspace_digest
from tests.everyday_changes import change, lock
from tests.signing_office import CHANGE, NOW, Office, changed_bytes, copied, enter_people, make_key, office
from tests.small_commands import ROOT, SMALL, truc
from tests.test_controller_planning import close_permit

OFTEN = NOW.replace(hour=21)
"""Before the window: when people sign."""


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "now_here", lambda: OFTEN)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.delenv("SSH_ASKPASS", raising=False)


def approve(own: Office, *words: str | Path, key: str | Path | None = None) -> tuple[int, str]:
    """Return exit code and output of `truc approve` of an office's plan; `key`: a person's, or a file."""
    named = () if key is None else ("--key", own.keys / key)
    return truc("approve", own.plan, "--base", own.base, "-w", own.after, *named, *words)


def test_one_signs_and_it_is_told_who_has(tmp_path: Path) -> None:
    own = copied(tmp_path)
    code, told = approve(own, "--check")
    assert code == 4
    assert "TR932" in told
    assert told.splitlines()[-1] == "NOT APPROVED"
    code, told = approve(own, key="an")
    assert (code, told.splitlines()[-1]) == (0, "approved")
    assert "an (Phạm Văn An, dept_ict) signed as approver at 2026-11-25 14:30 UTC" in told
    assert approve(own, "--check")[0] == 0
    assert len(list(approvals_folder(own.plan).iterdir())) == 2
    assert approve(own, key="an")[0] == 0, "a second time it is signed already"
    assert len(list(approvals_folder(own.plan).iterdir())) == 2


def test_it_speaks_vietnamese_and_json(tmp_path: Path) -> None:
    own = copied(tmp_path)
    assert approve(own, "--check", "--lang", "vi")[1].splitlines()[-1] == "CHƯA ĐƯỢC DUYỆT"
    code, told = approve(own, "--json", key="an")
    messages = [json.loads(line) for line in told.splitlines()]
    assert code == 0
    assert messages[0]["format"] == "truc/approval-report/1"
    assert [item["type"] for item in messages[1:]] == ["domain", "signature", "summary"]
    assert messages[-1] == {
        "type": "summary", "ok": True, "signatures": 1, "missing": 0, "broken_glass": 0, "unreviewed": 0, "waived": False,
    }  # fmt: skip
    code, told = approve(copied_again(own, tmp_path), "--json", "--check")
    assert code == 4
    assert [json.loads(line)["type"] for line in told.splitlines()[1:]] == ["domain", "finding", "summary"]


def copied_again(own: Office, folder: Path) -> Office:
    """Return the same office with another plan's file that nobody has signed."""
    plan = folder / "other.json"
    shutil.copyfile(own.plan, plan)
    return Office(keys=own.keys, base=own.base, after=own.after, plan=plan)


def test_an_emergency_is_signed_by_one_and_reviewed_by_another(tmp_path: Path) -> None:
    own = copied(tmp_path)
    assert approve(own, "--role", "break_glass", key="an")[0] == 1, "without a reason"
    assert not approvals_folder(own.plan).exists()
    code, told = approve(own, "--role", "break_glass", "--reason", "đứt cáp trục", key="an")
    assert (code, told.splitlines()[-1]) == (0, "approved by breaking the glass")
    assert "TR937" in told
    assert approve(own, "--role", "reviewer", key="binh")[0] == 1, "a role that she has not"
    code, told = approve(own, "--role", "reviewer", key="chi")
    assert code == 0
    assert "TR937" not in told
    assert approve(own, "--check")[0] == 0
    code, told = approve(own, "--role", "reviewer", key="chi")
    assert code == 1
    assert "no signature waits for a review" in told


@pytest.mark.parametrize(
    ("key", "code"), [("dung", "TR931"), ("dung-2", "TR931"), ("em", "TR930"), ("stranger", "TR928")]
)
def test_who_may_not_sign_is_told_before_anything_is_written(tmp_path: Path, key: str, code: str) -> None:
    own = copied(tmp_path)
    path = make_key(tmp_path, key) if key == "stranger" else own.keys / key
    ended, told = approve(own, key=path)
    assert ended == 1
    assert f" {code} " in told
    assert not approvals_folder(own.plan).exists()


def test_a_plan_that_nobody_may_carry_out_is_signed_by_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = copied(tmp_path)
    monkeypatch.setattr(gate, "now_here", lambda: OFTEN + timedelta(days=1))
    ended, told = approve(own, key="an")
    assert ended == 1
    assert "TR923" in told
    own.plan.write_bytes(changed_bytes(declared=False))
    monkeypatch.setattr(gate, "now_here", lambda: OFTEN)
    assert "TR936" in approve(own, key="an")[1]
    own.plan.write_bytes(own.plan.read_bytes().replace(b"2026-12-01", b"2026-12-31"))
    assert "TR911" in approve(own, key="an")[1]
    assert not approvals_folder(own.plan).exists()


def with_new_key(folder: Path, passphrase: str) -> Office:
    """Return an office in which An's key has a passphrase; its plan is made from it."""
    keys, base, after = folder / "keys", folder / "base", folder / "after"
    shutil.copytree(office().keys, keys)
    for name in ("an", "an.pub"):
        (keys / name).unlink()
    make_key(keys, "an", passphrase=passphrase)
    for whole, copy in ((office().base, base), (office().after, after)):
        shutil.copytree(whole, copy)
        enter_people(copy, keys)
    plan = folder / "plan.json"
    digests = {"base": workspace_digest(base), "workspace": workspace_digest(after)}
    plan.write_bytes(changed_bytes(**digests))
    return Office(keys=keys, base=base, after=after, plan=plan)


@contextmanager
def agent(folder: Path) -> Iterator[dict[str, str]]:
    """Run an agent of our own; give what has to be in the environment for it."""
    socket = folder / "agent"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            if socket.exists():
                break
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(0.05)
        yield {
            **os.environ,
            "SSH_AUTH_SOCK": str(socket),
            "SSH_ASKPASS": str(folder / "ask"),
            "SSH_ASKPASS_REQUIRE": "force",
        }
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(10)


def answer(folder: Path, passphrase: str) -> Path:
    """Write a program that gives a passphrase when ssh-keygen or ssh-add asks for one."""
    ask = folder / "ask"
    ask.write_text(f"#!/bin/sh\necho '{passphrase}'\n", encoding="utf-8")
    ask.chmod(0o700)
    return ask


def test_a_passphrase_is_asked_by_openssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = with_new_key(tmp_path, "mở khóa")
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    monkeypatch.setenv("SSH_ASKPASS", str(answer(tmp_path, "wrong")))
    ended, told = approve(own, key="an")
    assert ended == 1
    assert "TR939" in told
    assert "passphrase" in told
    assert not approvals_folder(own.plan).exists()
    answer(tmp_path, "mở khóa")
    assert approve(own, key="an")[0] == 0
    for path in approvals_folder(own.plan).iterdir():
        assert "mở khóa".encode() not in path.read_bytes()


def test_an_agent_signs_with_a_key_of_which_only_the_public_file_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = with_new_key(tmp_path, "trong tác nhân")
    with agent(tmp_path) as environment:
        answer(tmp_path, "trong tác nhân")
        subprocess.run(["ssh-add", "-q", str(own.keys / "an")], env=environment, check=True, capture_output=True)
        (own.keys / "an").unlink()
        monkeypatch.setenv("SSH_AUTH_SOCK", environment["SSH_AUTH_SOCK"])
        assert approve(own, key="an.pub")[0] == 0
        shutil.rmtree(approvals_folder(own.plan))
        answer(tmp_path, "khóa lại")
        subprocess.run(["ssh-add", "-x"], env=environment, check=True, capture_output=True)
        ended, told = approve(own, key="an.pub")
        assert ended == 1
        assert "TR939" in told
    ended, told = approve(own, key="an.pub")
    assert ended == 1
    assert "there is no private key to it" in told
    assert not approvals_folder(own.plan).exists()


@pytest.mark.parametrize("what", ["missing", "no key", "empty"])
def test_what_is_no_key_is_told(tmp_path: Path, what: str) -> None:
    own = copied(tmp_path)
    path = tmp_path / "key"
    if what != "missing":
        path.write_text("" if what == "empty" else "no key at all\n", encoding="utf-8")
    ended, told = approve(own, key=path)
    assert ended == 1
    assert "TR939" in told
    assert ("no such file" if what == "missing" else "it is no key") in told


def test_without_ssh_keygen_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = copied(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    ended, told = approve(own, key="an")
    assert ended == 1
    assert "there is no ssh-keygen" in told


def test_without_the_library_it_is_said_what_to_install(tmp_path: Path) -> None:
    own = copied(tmp_path)
    (tmp_path / "sshsig").mkdir()
    (tmp_path / "sshsig" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'sshsig'\", name='sshsig')\n", encoding="utf-8"
    )
    start = "import sys; sys.argv[0] = 'truc'; from controller.cli import main; main()"
    words = ["approve", str(own.plan), "--base", str(own.base), "-w", str(own.after), "--check"]
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    ended = subprocess.run(
        [sys.executable, "-c", start, *words],
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "TR939" in ended.stderr
    assert "package sshsig is not installed" in ended.stderr


@pytest.mark.slow
def test_a_real_plan_from_change_request_to_approved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A route that no second judge saw, through the backbone: two sign, one waives, and the author does not count."""
    base, after, plan = tmp_path / "base", tmp_path / "after", tmp_path / "plan.json"
    shutil.copytree(SMALL, base)
    enter_people(base, office().keys)
    lock(base)
    shutil.copytree(base, after)
    close_permit(after)
    (after / "changes").mkdir()
    request = after / "changes" / "council.yaml"
    request.write_text(CHANGE, encoding="utf-8")
    made, told = truc("plan", "--base", base, "-w", after, "--change", request, "--serial", "7", "-o", plan)
    assert made == 2, told
    assert "TR973" in told, "no device has shown these texts"
    own = Office(keys=office().keys, base=base, after=after, plan=plan)
    ended, told = approve(own, "--check", "--json")
    codes = [json.loads(line)["code"] for line in told.splitlines() if '"finding"' in line]
    assert (ended, codes) == (4, ["TR932", "TR938"])
    assert approve(own, key="binh")[0] == 0
    assert approve(own, key="dung")[0] == 1
    assert approve(own, "--role", "waiver", "--reason", "máy chủ Batfish đang bảo trì", key="binh")[0] == 0
    assert approve(own, "--check")[0] == 4
    ended, told = approve(own, key="chi")
    assert (ended, told.splitlines()[-1]) == (0, "approved")
    monkeypatch.setattr(gate, "now_here", lambda: datetime.fromisoformat("2026-11-26T01:00:00+07:00"))
    standing = gate.approval_of(own.request(), gate.now_here(), using=True)
    assert standing.approved
    assert {item.statement.principal for item in standing.signatures} == {"binh", "chi"}
    change(after / "intents" / "government.yaml", "title:", "title: ")
    assert "TR921" in approve(own, "--check")[1]
