"""An office that signs: keys made by ssh-keygen, a base workspace that knows them, and a plan with its change request.

The one idea: everything is made once a run, with OpenSSH's own programs; what a test changes it changes in a copy.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from controller.approval.folder import file_statement
from controller.approval.gate import ApprovalRequest
from controller.approval.signing import sign
from controller.approval.statement import NAMESPACE, ApprovalStatement, FiledStatement, statement_bytes
from controller.jobs.digests import workspace_digest
from controller.output.canonical_json import Plain, canonical_file
from controller.rollout.filed import FiledPlan, read_plan
from controller.rollout.plan import PLAN_FORMAT
from intents.approval import ApproverRole
from tests.test_controller_planning import SMALL, close_permit

ON = "2026-11-24"
NOW = datetime.fromisoformat("2026-11-25T22:30:00+07:00")
"""A moment at which the plan may be carried out."""
PEOPLE: Mapping[str, tuple[str, str, str]] = {
    "an": ("Phạm Văn An", "dept_ict", "approver;break_glass;waiver"),
    "binh": ("Lê Thị Bình", "dept_ict", "approver;waiver"),
    "chi": ("Đỗ Thị Chi", "dept_ict", "approver;reviewer"),
    "dung": ("Vũ Tiến Dũng", "dept_ict", "approver;break_glass;waiver;reviewer"),
    "dung-2": ("Vũ Tiến Dũng", "dept_ict", "approver"),
    "em": ("Hoàng Văn Em", "dept_ict", "approver"),
    "giang": ("Ngô Thị Giang", "party_office", "approver"),
}
"""Who is in approvers.csv. Dũng has two keys and writes the change; Em's key has ended."""
AUTHOR = "dung"
CHANGE = f"""\
change:
  title: Hội đồng nhân dân thôi dùng hệ thống văn bản
  request_ref: 61/CV-SKHCN (hư cấu)
  decision_ref: 140/QĐ-UBND (hư cấu)
  owner: dept_ict
  author: {AUTHOR}
  agreement_ref: 12/TT-CBĐTW (hư cấu)
  window: {{from: 2026-11-25 22:00, to: 2026-11-26 04:00}}
  intents: [edoc-all]
  closes:
    - from: [{{categories: [elected_body], tiers: [commune], purpose: government}}]
      to: [{{systems: [edoc]}}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Where everything is: `keys` has one private key a person; `plan` is the file of a plan from `base` to `after`."""

    keys: Path
    base: Path
    after: Path
    plan: Path

    def request(self) -> ApprovalRequest:
        return ApprovalRequest(plan=self.plan, base=self.base, workspace=self.after)


def make_key(folder: Path, name: str, kind: str = "ed25519", passphrase: str = "") -> Path:
    """Make a key pair; return the private one's file."""
    path = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", name, "-f", str(path)], check=True, capture_output=True
    )
    return path


def public_of(key: Path) -> str:
    """Return kind and blob of a key's public half."""
    return " ".join(key.with_name(f"{key.name}.pub").read_text(encoding="utf-8").split()[:2])


def enter_people(folder: Path, keys: Path) -> None:
    """Write who may approve, with which keys, into a workspace."""
    rows = "".join(f"{name},{one},{domain},{roles},2025-07-01,\n" for name, (one, domain, roles) in PEOPLE.items())
    (folder / "approvers.csv").write_text(
        f"principal,person,domain,roles,valid_from,valid_to\n{rows}", encoding="utf-8"
    )
    times = {"em": ',valid-before="20261125Z"'}
    lines = (
        f'{name} namespaces="{NAMESPACE}"{times.get(name, "")} {public_of(keys / name)} {name}\n' for name in PEOPLE
    )
    (folder / "allowed_signers").write_text("".join(lines), encoding="utf-8")


@cache
def office() -> Office:
    made = Path(mkdtemp(prefix="truc-office-"))
    keys, base, after = made / "keys", made / "base", made / "after"
    keys.mkdir()
    for name in PEOPLE:
        make_key(keys, name)
    shutil.copytree(SMALL, base)
    enter_people(base, keys)
    shutil.copytree(base, after)
    close_permit(after)
    (after / "changes").mkdir()
    (after / "changes" / "council.yaml").write_text(CHANGE, encoding="utf-8")
    file = made / "plan.json"
    file.write_bytes(canonical_file(_body(workspace_digest(base), workspace_digest(after))))
    return Office(keys=keys, base=base, after=after, plan=file)


def _body(base: str, after: str) -> dict[str, Plain]:
    """Return what a plan's file holds, cut down to what is asked of it; test_controller_approve_command makes a whole one."""
    edit: Plain = {"kind": "create", "section": [], "line": "ip prefix-list TRUC-PL-1 seq 5 permit 10.196.0.0/18 le 26"}
    device: Plain = {
        "device": "cpe-gia-sang", "platform": "cisco_ios", "running": "sha256:1", "standing": "sha256:2", "edits": [edit],
        "back": [], "notices": [], "way_back": "revert timer",
    }  # fmt: skip
    change: Plain = {
        "name": "council", "title": "Hội đồng nhân dân thôi dùng hệ thống văn bản", "owner": "dept_ict", "author": AUTHOR,
        "agreement_ref": "12/TT-CBĐTW (hư cấu)", "request_ref": "61/CV-SKHCN (hư cấu)",
        "decision_ref": "140/QĐ-UBND (hư cấu)", "intents": ["edoc-all"],
        "window": {"from": "2026-11-25 22:00", "to": "2026-11-26 04:00"}, "interruptions": [],
    }  # fmt: skip
    proof: Plain = {"premises": [], "states": [{"name": "end", "wrong": 0}], "ways_in": {"lost": []}}
    judge: Plain = {"name": "Batfish", "version": "1", "snapshot": "sha256:3", "recorded": None, "questions": 9}
    return {
        "format": PLAN_FORMAT, "base": base, "workspace": after, "running": "intended", "made_on": ON,
        "expires_on": "2026-12-01", "serial": "2026-7", "devices": [device],
        "waves": [{"devices": ["cpe-gia-sang"], "canary": True}], "arrivals": {}, "departures": [], "interrupted": [],
        "declared": True, "change": change, "opens": [], "closes": [{"from": "hdnd-gia-sang-cq", "to": "system-edoc"}],
        "proof": proof, "headroom": [], "second_judge": judge,
    }  # fmt: skip


def copied(folder: Path) -> Office:
    """Return the office with a plan of its own, which nobody has signed."""
    whole = office()
    plan = folder / "plan.json"
    shutil.copyfile(whole.plan, plan)
    return Office(keys=whole.keys, base=whole.base, after=whole.after, plan=plan)


def changed_plan(**parts: Plain) -> FiledPlan:
    """Return the plan with some parts of its file replaced, under a digest that fits."""
    return read_plan(changed_bytes(**parts), Path("plan.json"))


def changed_bytes(**parts: Plain) -> bytes:
    body: dict[str, Plain] = json.loads(office().plan.read_bytes())
    del body["digest"]
    return canonical_file({**body, **parts})


def stated(plan: FiledPlan, principal: str, **fields: object) -> ApprovalStatement:
    """Return a statement that a person would make of a plan an hour before NOW, but for some fields."""
    assert plan.request is not None
    given: dict[str, object] = {
        "plan": plan.digest,
        "serial": plan.serial,
        "author": plan.request.author,
        "decision_ref": plan.request.decision_ref,
        "principal": principal,
        "role": ApproverRole.APPROVER,
        "reason": "",
        "moment": NOW.replace(hour=21),
        **fields,
    }
    return ApprovalStatement(**given)  # type: ignore[arg-type] # the fields of a statement, by name


@cache
def signed(statement: ApprovalStatement, key: str = "") -> FiledStatement:
    """Return a statement with the signature of its principal, or of another key of the office."""
    content = statement_bytes(statement)
    name = key or statement.principal
    signature = sign(content, office().keys / name)
    return FiledStatement(file=f"{statement.principal}-{statement.role}.json", content=content, signature=signature)


def filed(plan: Path, statement: ApprovalStatement) -> Path:
    """Put a signed statement beside a plan's file."""
    return file_statement(plan, statement, signed(statement).signature)
