"""Who may approve is read from a table and from OpenSSH's own files; a form that could mean two things is refused at its line."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.approval import ApproverRole, Risk, SignerKey
from intents.finding import FindingsError, Severity
from intents.parser.signers import read_revoked, read_signers
from intents.registry import Domain
from intents.workspace import LoadedIntents, load_intents
from tests.signing_office import public_of
from tests.small_commands import SMALL

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEvf082amKNmSRlXhT/StHX0Z51dbQbwrK0rX9PEOgsS"


def keys_of(folder: Path, *lines: str) -> tuple[tuple[SignerKey, ...], list[str]]:
    """Return the keys of such a file, and reason and line of each finding."""
    (folder / "allowed_signers").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    keys, findings = read_signers(folder)
    told = []
    for item in findings:
        reason = dict(item.values)["reason"]
        assert not isinstance(reason, str)
        told.append(f"{reason.key}:{item.where.line}")
    return keys, told


def test_a_line_names_who_holds_a_key_what_for_and_when(tmp_path: Path) -> None:
    (key,), told = keys_of(
        tmp_path,
        "# a comment",
        "",
        f'an namespaces="truc-plan@truc,git",valid-after="20250701Z",valid-before="202601021530Z" {KEY} An at work',
    )
    assert told == []
    assert (key.principal, key.kind, key.namespaces) == ("an", "ssh-ed25519", ("truc-plan@truc", "git"))
    assert key.valid_after == datetime(2025, 7, 1, tzinfo=UTC)
    assert key.valid_before == datetime(2026, 1, 2, 15, 30, tzinfo=UTC)
    assert not key.holds(datetime(2025, 6, 30, 23, 59, 59, tzinfo=UTC))
    assert key.holds(datetime(2025, 7, 1, tzinfo=UTC))
    assert not key.holds(datetime(2026, 1, 2, 15, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("an", "signer_line"),
        ("an ssh-ed25519", "signer_line"),
        ("an ssh-ed25519 AAAA", "signer_line"),
        (f"an {KEY.replace('ed25519 ', 'rsa ')}", "signer_line"),
        (f"an {KEY}!", "signer_line"),
        (f"* {KEY}", "signer_principal"),
        (f"an,binh {KEY}", "signer_principal"),
        (f"an@example {KEY}", "signer_principal"),
        (f'"an" {KEY}', "signer_principal"),
        (f"an cert-authority {KEY}", "signer_option"),
        (f'an no-such="x" {KEY}', "signer_option"),
        (f'an namespaces="" {KEY}', "signer_option"),
        (f'an namespaces="a",namespaces="b" {KEY}', "signer_option"),
        (f'an valid-after="20250701" {KEY}', "signer_time"),
        (f'an valid-after="20250732Z" {KEY}', "signer_time"),
        (f'an valid-before="2025Z" {KEY}', "signer_time"),
        (f'an Namespaces="git" {KEY}', "signer_line"),
    ],
)
def test_what_openssh_could_read_otherwise_is_refused_at_its_line(tmp_path: Path, line: str, reason: str) -> None:
    keys, told = keys_of(tmp_path, f"em {KEY.replace('Ogs', 'Ogz')}", line)
    assert [key.principal for key in keys] == ["em"]
    assert told == [f"{reason}:2"]


def test_a_key_belongs_to_one_person(tmp_path: Path) -> None:
    keys, told = keys_of(tmp_path, f"an {KEY}", f"binh {KEY}")
    assert [key.principal for key in keys] == ["an"]
    assert told == ["signer_key_twice:2"]


@given(text=st.text(max_size=80))
def test_any_line_is_a_key_or_told(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "allowed_signers").write_bytes(f"an {text}\n".encode("utf-8", errors="replace"))
    keys, findings = read_signers(folder)
    assert not keys
    assert findings


def test_a_line_of_many_options_is_read_quickly(tmp_path: Path) -> None:
    keys_of(tmp_path, f"an {'a-' * 20000} x", "an " + 'x="",' * 20000 + ' "')


@pytest.mark.parametrize("line", [KEY, f"{KEY} found in a train", "SHA256:" + "A" * 43])
def test_revoked_is_a_key_or_a_fingerprint(tmp_path: Path, line: str) -> None:
    path = tmp_path / "revoked_keys"
    path.write_text(f"# lost\n{line}\n", encoding="utf-8")
    revoked, findings = read_revoked(path, "revoked_keys")
    assert findings == ()
    assert len(revoked) == 1


def test_what_is_no_revoked_key_is_told_and_never_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "revoked_keys"
    for content in (b"an\n", b"SHA256:short\n", b"SSHKRL\n\x00\x00\x00\x00\x01"):
        path.write_bytes(content)
        assert read_revoked(path, "revoked_keys")[1] != ()


def test_fingerprints_are_those_of_ssh_keygen(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text(f"{KEY}\n", encoding="utf-8")
    printed = subprocess.run(
        ["ssh-keygen", "-l", "-f", "key.pub"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    (key,), _ = keys_of(tmp_path, f"an {public_of(tmp_path / 'key')}")
    assert printed.split()[1] == key.fingerprint


def loaded(folder: Path, **edits: tuple[str, str]) -> LoadedIntents:
    """Return the small example, read with replacements in some of its files."""
    shutil.copytree(SMALL, folder / "w")
    for name, (old, new) in edits.items():
        path = folder / "w" / {"table": "approvers.csv", "keys": "allowed_signers", "settings": "settings.yaml"}[name]
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    return load_intents(folder / "w")


def test_the_example_says_who_approves(tmp_path: Path) -> None:
    rules = loaded(tmp_path).approval
    assert rules is not None
    assert rules.settings.needed(Domain.DEPT_ICT, {Risk.ROUTINE}) == 1
    assert rules.settings.needed(Domain.DEPT_ICT, {Risk.ACCESS, Risk.BACKBONE}) == 2
    assert rules.settings.needed(Domain.PARTY_OFFICE, {Risk.BACKBONE}) == 1
    assert {item.principal for item in rules.keys} == set(rules.approvers)
    assert rules.approvers["pham-quang-duc"].roles == {ApproverRole.APPROVER, ApproverRole.BREAK_GLASS}


@pytest.mark.parametrize(
    ("edits", "code", "place"),
    [
        ({"table": (",party_office,", ",party,")}, "TR116", "approvers.csv:3"),
        ({"table": ("approver;waiver", "approver;boss")}, "TR116", "approvers.csv"),
        ({"table": ("tran-van-minh,", "le-thi-hoa,")}, "TR201", "approvers.csv"),
        ({"table": ("Nguyễn Thị Lan,dept_ict", "Nguyễn Thị Lan,party_office"), "keys": ("#", "#")}, "", ""),
        ({"table": ("Nguyễn Thị Lan", "Lê Thị Hòa")}, "TR920", "approvers.csv"),
        ({"keys": ("tran-van-minh ", "tran-minh ")}, "TR920", "allowed_signers"),
        ({"settings": ("routine: 1,", "")}, "TR113", "settings.yaml"),
        ({"settings": ("routine: 1,", "routine: 0,")}, "", "settings.yaml"),
        ({"settings": ("days: 14", "days: 91")}, "", "settings.yaml"),
    ],
)
def test_a_mistake_is_told_where_it_stands(
    tmp_path: Path, edits: dict[str, tuple[str, str]], code: str, place: str
) -> None:
    try:
        loaded(tmp_path, **edits)
    except FindingsError as error:
        found = [item for item in error.findings if item.severity is Severity.ERROR]
        assert place
        assert code in {"", *(item.code for item in found)}
        assert [str(item.where).startswith(place) for item in found] == [True]
    else:
        assert not place


def test_whoever_has_no_key_is_a_warning(tmp_path: Path) -> None:
    found = loaded(tmp_path, keys=("tran-van-minh ", "# tran-van-minh ")).findings
    assert [item.code for item in found if item.severity is Severity.WARNING] == ["TR920"]


def test_without_the_table_or_the_setting_nobody_approves(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "a")
    (tmp_path / "a" / "approvers.csv").unlink()
    assert load_intents(tmp_path / "a").approval is None
    (tmp_path / "b").mkdir()
    text = (SMALL / "settings.yaml").read_text(encoding="utf-8")
    assert loaded(tmp_path / "b", settings=(text[text.index("approval:") :], "")).approval is None
