"""A signed statement of an applied plan: written of what an audit finds nothing wrong with, and checked with the keys alone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from controller.approval import gate
from controller.approval.attesting import NAMESPACE, attest, read_keys
from controller.approval.signing import sign
from controller.commands.rollout.attest import check_attestation, signature_file
from controller.journal.records import Ended, Record
from controller.journal.statements import STATEMENT_TYPE, StatementKind, read_statement, statement_bytes
from controller.output.canonical_json import canonical_bytes
from intents.approval import ApproverRole
from intents.finding import FindingsError
from tests.audited_approvals import BEGAN, LATER, Night, night
from tests.journal_cases import journal_bytes
from tests.journal_runs import digest
from tests.signing_office import office, public_of
from tests.small_commands import truc


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "now_here", lambda: LATER)


def signers(folder: Path, *lines: str) -> Path:
    """Write a list of who may sign statements: Chi, or what is given."""
    path = folder / "auditors"
    given = lines or (f'chi namespaces="{NAMESPACE}" {public_of(office().keys / "chi")}',)
    path.write_text("".join(f"{line}\n" for line in given), encoding="utf-8")
    return path


def attested(of: Night, *words: str | Path, key: str | None = "chi") -> tuple[int, str, Path]:
    """Return exit code and output of writing a statement, and where it is."""
    out = of.journal.with_name("applied.json")
    by = () if key is None else ("--key", of.office.keys / key)
    given = ("--plan", of.office.plan, "--base", of.office.base, "-w", of.office.after)
    code, told = truc("audit", of.journal, *given, "--attest", out, *by, *words)
    return code, told, out


def check(out: Path, keys: Path, *words: str | Path) -> tuple[int, str]:
    return truc("audit", "--statement", out, "--signers", keys, *words)


def test_a_statement_is_checked_with_nothing_but_itself_and_the_keys(tmp_path: Path) -> None:
    of = night(tmp_path).sign("an").carry_out()
    code, told, out = attested(of)
    assert (code, str(out) in told) == (0, True), told
    alone = tmp_path / "elsewhere"
    alone.mkdir()
    for file in (out, signature_file(out)):
        file.rename(alone / file.name)
    of.journal.unlink()
    of.office.plan.unlink()
    code, told = check(alone / out.name, signers(tmp_path))
    assert (code, digest("new") in told, "signed by chi" in told) == (0, True, True)
    code, told = check(alone / out.name, signers(tmp_path), "--json")
    assert (code, json.loads(told.splitlines()[-1])["principal"]) == (0, "chi")


def test_what_it_states_is_what_the_plan_and_the_journal_say(tmp_path: Path) -> None:
    of = (
        night(tmp_path, second_judge=None)
        .sign("an")
        .sign("binh", role=ApproverRole.WAIVER, reason="bảo trì")
        .carry_out()
    )
    code, told, out = attested(of, "--json")
    assert code == 0
    head = json.loads(told.splitlines()[-1])["head"]
    stated = json.loads(out.read_bytes())
    assert stated["_type"] == STATEMENT_TYPE
    assert stated["predicateType"] == StatementKind.APPLIED
    new = digest("new").removeprefix("sha256:")
    assert stated["subject"] == [{"name": "cpe-gia-sang", "digest": {"sha256": new}}]
    said = stated["predicate"]
    assert (said["plan"], said["base"], said["workspace"]) == (of.plan.digest, of.plan.base, of.plan.workspace)
    assert said["approvals"] == list(of.approvals)
    assert said["not_modelled"]["second_judge"] is True
    assert said["judges"] == [{"name": "truc", "version": "1"}]
    assert (said["journal"]["head"], said["began"], said["at"]) == (
        head,
        "2026-11-25T15:30:00Z",
        "2026-12-25T15:30:00Z",
    )
    assert canonical_bytes(stated) + b"\n" == out.read_bytes()
    told = check(out, signers(tmp_path))[1]
    assert ("not judged by a second judge" in told, "judged by: truc 1\n" in told) == (True, True)
    assert "chưa có bên xét thứ hai" in check(out, signers(tmp_path), "--lang", "vi")[1]


def test_openssh_itself_verifies_it(tmp_path: Path) -> None:
    _, _, out = attested(night(tmp_path).sign("an").carry_out())
    command = ["ssh-keygen", "-Y", "verify", "-n", NAMESPACE, "-f", str(signers(tmp_path)), "-I", "chi"]
    with out.open("rb") as content:
        subprocess.run([*command, "-s", str(signature_file(out))], stdin=content, check=True, capture_output=True)


def test_somebody_may_sign_it_by_hand(tmp_path: Path) -> None:
    code, _, out = attested(night(tmp_path).sign("an").carry_out(), key=None)
    assert (code, signature_file(out).exists()) == (0, False)
    assert check(out, signers(tmp_path))[0] == 1
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(office().keys / "chi"), str(out)]
    subprocess.run(command, check=True, capture_output=True)
    assert check(out, signers(tmp_path))[0] == 0


@pytest.mark.parametrize("kind", ["statement", "signature"])
def test_each_flipped_byte_is_refused(tmp_path: Path, kind: str) -> None:
    _, _, out = attested(night(tmp_path).sign("an").carry_out())
    keys = read_keys(signers(tmp_path), None)
    path = out if kind == "statement" else signature_file(out)
    whole = path.read_bytes()
    check_attestation(out, keys)
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(FindingsError) as error:
            check_attestation(out, keys)
        assert [item.code for item in error.value.findings] == ["TR989"], at


def key_of(name: str) -> str:
    return public_of(office().keys / name)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (lambda: f"an {key_of('an')}", "is nobody's who may sign"),
        (lambda: f'chi namespaces="truc-plan@truc" {key_of("chi")}', "signs for truc-plan@truc only"),
        (lambda: f'chi valid-before="20261225Z" {key_of("chi")}', "is not valid at"),
    ],
)
def test_who_may_not_sign_states_nothing(tmp_path: Path, line: object, said: str) -> None:
    _, _, out = attested(night(tmp_path).sign("an").carry_out())
    code, told = check(out, signers(tmp_path, line()))  # type: ignore[operator] # made when keys are there
    assert (code, "TR989" in told, said in told) == (1, True, True), told


def test_a_revoked_key_states_nothing(tmp_path: Path) -> None:
    _, _, out = attested(night(tmp_path).sign("an").carry_out())
    revoked = tmp_path / "revoked"
    revoked.write_text(f"{key_of('chi')}\n", encoding="utf-8")
    code, told = check(out, signers(tmp_path), "--revoked", revoked)
    assert (code, "was revoked" in told) == (1, True)


def test_a_signature_for_plans_is_none_for_statements_and_the_other_way_round(tmp_path: Path) -> None:
    _, _, out = attested(night(tmp_path).sign("an").carry_out())
    signature_file(out).write_bytes(sign(out.read_bytes(), office().keys / "chi"))
    code, told = check(out, signers(tmp_path, f"chi {key_of('chi')}"))
    assert (code, "it was signed for truc-plan@truc" in told) == (1, True)


def test_canonical_json_of_another_shape_is_none_though_it_is_signed(tmp_path: Path) -> None:
    _, _, out = attested(night(tmp_path).sign("an").carry_out())
    whole = json.loads(out.read_bytes())
    whole["predicate"]["more"] = "x"
    content = canonical_bytes(whole) + b"\n"
    assert read_statement(content) is None
    out.write_bytes(content)
    signature_file(out).write_bytes(attest(content, office().keys / "chi"))
    assert "no statement as truc writes it" in check(out, signers(tmp_path))[1]


def test_a_statement_is_read_as_it_was_written(tmp_path: Path) -> None:
    _, _, out = attested(night(tmp_path).sign("an").carry_out())
    found = read_statement(out.read_bytes())
    assert found is not None
    assert statement_bytes(found) == out.read_bytes()
    assert read_statement(b"[]") is None
    assert read_statement(b"{}") is None


def test_nothing_is_stated_of_what_an_audit_finds_wrong(tmp_path: Path) -> None:
    code, told, out = attested(night(tmp_path).carry_out())
    assert (code, "TR945" in told, out.exists(), signature_file(out).exists()) == (1, True, False, False)


def test_nothing_is_stated_of_what_does_not_stand(tmp_path: Path) -> None:
    of = night(tmp_path).sign("an")
    records = of.records(BEGAN)
    of.journal.write_bytes(journal_bytes(before_the_end(records)))
    code, told, out = attested(of)
    assert (code, "the roll-out is not over" in told, out.exists()) == (1, True, False)


def before_the_end(records: Iterable[Record]) -> list[Record]:
    return [record for record in records if not isinstance(record, Ended)]


def test_a_statement_is_of_one_plan_with_checked_signatures_and_is_never_overwritten(tmp_path: Path) -> None:
    of = night(tmp_path).sign("an").carry_out()
    code, told = truc("audit", of.journal, "--plan", of.office.plan, "--attest", tmp_path / "out.json")
    assert (code, "give --base" in told) == (1, True)
    code, told = truc("audit", of.journal, "--base", of.office.base, "-w", of.office.after, "--attest", tmp_path / "o")
    assert (code, "0 are given" in told) == (1, True)
    assert attested(of)[0] == 0
    code, told, _ = attested(of)
    assert (code, "ever overwritten" in told) == (1, True)
    whole = of.journal.read_bytes()
    given = ("--plan", of.office.plan, "--base", of.office.base, "-w", of.office.after)
    assert truc("audit", of.journal, *given, "--attest", of.journal)[0] == 1
    assert of.journal.read_bytes() == whole


def test_what_has_to_be_named_is_asked_for(tmp_path: Path) -> None:
    code, told = truc("audit")
    assert (code, "TR858" in told, "JOURNAL" in told) == (1, True, True)
    code, told = truc("audit", "--statement", tmp_path / "none")
    assert (code, "--signers says who may sign" in told) == (1, True)
    assert truc("audit", "--statement", tmp_path / "none", "--signers", signers(tmp_path))[0] == 1
    assert truc("audit", "--statement", tmp_path / "none", "--signers", tmp_path / "no-keys")[0] == 1


def test_a_later_key_does_not_sign_for_an_earlier_day(tmp_path: Path) -> None:
    """The moment is that of the audit, which is signed too."""
    _, _, out = attested(night(tmp_path).sign("an").carry_out())
    after = LATER + timedelta(days=1)
    code, told = check(out, signers(tmp_path, f'chi valid-after="{after:%Y%m%d}Z" {key_of("chi")}'))
    assert (code, "is not valid at" in told) == (1, True)
