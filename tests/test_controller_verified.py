"""A statement of a plan that was proved and not carried out: what it says, and that it is checked with keys alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from controller.approval.attesting import read_keys
from controller.commands.rollout.attest import check_attestation, signature_file
from controller.journal.statements import StatementKind
from controller.output.exit_codes import ExitCode
from controller.rollout.filed import load_plan
from intents.finding import FindingsError
from tests.applied import scene
from tests.signing_office import office
from tests.small_commands import check_messages, truc
from tests.test_controller_applied import check, signers


def planned(folder: Path, *more: str) -> tuple[int, str, Path, Path]:
    """Plan an everyday change with a statement; return the exit code, what was said, the plan and the statement."""
    base, after = scene("renumber a LAN").folders
    plan, out = folder / "plan.json", folder / "verified.json"
    words = ("plan", "--base", base, "-w", after, "--undeclared", "-o", plan, "--attest", out, *more)
    return (*truc(*words), plan, out)


def test_a_proved_plan_is_stated_and_checked_alone(tmp_path: Path) -> None:
    code, said, file, out = planned(tmp_path, "--key", str(office().keys / "chi"), "--mutations", "12", "--serial", "7")
    assert (code, str(out) in said) == (ExitCode.CHANGES, True), said
    plan = load_plan(file)
    statement, signer = check_attestation(out, read_keys(signers(tmp_path), None))
    assert (statement.kind, signer.principal) == (StatementKind.VERIFIED, "chi")
    assert statement.subjects == {device.device: device.standing for device in plan.devices}
    stated = statement.predicate
    assert (stated["plan"], stated["base"], stated["serial"]) == (plan.digest, plan.base, "7")
    verdicts, coverage, faults = (dict(stated[name]) for name in ("verdicts", "coverage", "mutations"))  # type: ignore[arg-type]
    assert verdicts["asked"] == verdicts["held"] > 1000
    assert 0 < coverage["covered"] <= coverage["modelled"]
    assert sum(count for name, count in faults.items() if name != "seed") == 12
    assert faults["missed"] == 0
    assert stated["not_modelled"]["second_judge"] is True  # type: ignore[index,call-overload]
    file.unlink()
    code, said = check(out, signers(tmp_path))
    assert (code, plan.digest in said, "was proved" in said, "faults put into" in said) == (0, True, True, True)
    code, said = check(out, signers(tmp_path), "--json")
    assert (code, json.loads(said.splitlines()[-1])["kind"]) == (0, "verified")
    check_messages(said)
    # Another kind of statement under the same signature is none.
    out.write_bytes(out.read_bytes().replace(b"verified-plan", b"applied-plan"))
    with pytest.raises(FindingsError):
        check_attestation(out, read_keys(signers(tmp_path), None))


def test_what_was_not_measured_is_no_number(tmp_path: Path) -> None:
    code, _, _, out = planned(tmp_path)
    assert (code, signature_file(out).exists()) == (ExitCode.CHANGES, False)
    assert json.loads(out.read_bytes())["predicate"]["mutations"] is None
    before = out.read_bytes()
    code, said, _, _ = planned(tmp_path)
    assert (code, "TR989" in said, out.read_bytes() == before) == (ExitCode.ERROR, True, True)


def test_nothing_is_stated_of_what_is_refused(tmp_path: Path) -> None:
    base, after = scene("renumber a LAN").folders
    out = tmp_path / "verified.json"
    code, _ = truc("plan", "--base", base, "-w", after, "-o", tmp_path / "plan.json", "--attest", out)
    assert (code, out.exists()) == (ExitCode.ERROR, False)
