"""Every command's `--json`, message by message, held against the schema of its format."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from controller.output.message_schemas import message_schemas
from controller.output.terminal import Output
from controller.reports.mutations import print_second_score_json
from intents.reason import because
from tests.journal_cases import WHOLE, journal_bytes
from tests.small_builds import compiled
from tests.small_commands import ON, ROOT, check_messages, copy_small, edit, truc
from verification.mutation.faults import uniform_faults
from verification.mutation.score import Outcome, ScoredFault
from verification.mutation.second_score import SecondScore, SecondSight, Sight
from verification.verdicts.opinions import Scope

# Messages that need a second judge, or two meanings that differ; they are held to their schemas below, or in the test named here.
ELSEWHERE = {
    **{f"truc/netbox/1 {kind}": "test_real_netbox_plan" for kind in ("line", "need", "summary")},
    "truc/plan-report/1 premise": "test_controller_plan",
    **{
        f"truc/approval-report/1 {kind}": "test_controller_approve_command"
        for kind in ("domain", "signature", "summary")
    },
    **{f"truc/applied/1 {kind}": "test_controller_applied" for kind in ("device", "summary")},
    "truc/verify/1 alone": "below",
    "truc/verify/1 mutation second": "below",
    "truc/verify/1 mutations second": "below",
    "truc/verify/1 line difference": "test_controller_line_report",
    "truc/routes/1 dispute": "test_controller_captured",
    "truc/read-devices/1 device": "test_controller_fleet_command",
    "truc/read-devices/1 summary": "test_controller_fleet_command",
    **{f"truc/drift/1 {kind}": "test_controller_witness" for kind in ("witness", "down", "not witnessed")},
    **{f"truc/apply/1 {kind}": "test_controller_apply_command" for kind in ("event", "commands", "summary")},
    **{f"truc/probe/1 {kind}": "test_controller_probes" for kind in ("probe", "summary")},
    **{
        f"truc/reorganise/1 {kind}": "test_controller_reorganise"
        for kind in ("event", "fates", "prefixes", "class", "difference", "summary")
    },
    "truc/watch/1 turn": "test_controller_watch",
    "truc/watch/1 judged": "test_controller_watch",
    "truc/watch/1 refused": "test_controller_watch",
    **{
        f"truc/adopt/1 {kind}": "test_controller_adopt"
        for kind in ("file", "device", "place", "reach", "doubt", "unclear", "differing", "summary")
    },
    **{f"truc/adopt/1 {kind}": "test_controller_adopt" for kind in ("access change", "access changes")},
    **{f"truc/ask/1 {kind}": "test_controller_ask" for kind in ("question", "judged", "end", "error")},
    "truc/ask/1 summary": "nowhere: a fault of ours ends a conversation without a word",
    "truc/watch/1 summary": "nowhere: only a fault of ours ends it with one",
}

R1 = "hostname r1\ninterface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.252\nfrobnicate\n"
R2 = "hostname r2\ninterface GigabitEthernet0/1\n ip address 10.0.0.2 255.255.255.252\n"
PACKET = "icmp 10.0.0.1 > 10.0.0.2 from r1 GigabitEthernet0/1"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small example, compiled, with captured texts, broken texts and a table to import beside it."""
    folder = tmp_path_factory.mktemp("messages")
    made = copy_small(folder)
    truc("compile", "-w", made, "--on", ON)
    texts = made.parent / "texts"
    texts.mkdir()
    (texts / "r1.txt").write_text(R1, encoding="utf-8")
    (texts / "r2.txt").write_text(R2, encoding="utf-8")
    broken = made.parent / "broken"
    broken.mkdir()
    for path in (made / "out" / "configs").iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    edit(broken / "cpe-gia-sang.cfg", " 10 permit icmp", " 1 permit ip any any\n 10 permit icmp")
    with (broken / "core-1.cfg").open("a", encoding="utf-8") as file:
        file.write("frobnicate all packets\n")
    shutil.copytree(made, made.parent / "after")
    edit(made.parent / "after" / "intents" / "government.yaml", "services: [web, ping]", "services: [web]")
    few, change = broken.parent / "few", broken.parent / "change"
    shutil.copytree(broken, few)
    (few / "core-2.conf").unlink()
    change.mkdir()
    (few / "core-1.cfg").rename(change / "core-1.cfg")
    shutil.copy(change / "core-1.cfg", few)
    (folder / "journal.jsonl").write_bytes(journal_bytes(WHOLE))
    (folder / "old.csv").write_text("key,prefix,since,registration_ref\n", encoding="utf-8")
    return made


def said(*words: str | Path) -> set[str]:
    """Return the types of messages that a command prints; each is held to its schema."""
    return check_messages(truc(*words, "--json")[1])


def calls(workspace: Path) -> Mapping[str, tuple[str | Path, ...]]:
    """Return the commands by name, with words under which each says much."""
    here, beside = ("-w", workspace, "--on", ON), workspace.parent
    texts = beside / "texts"
    return {
        "init": ("init", beside / "new"),
        "validate": ("validate", *here),
        "validate nowhere": ("validate", "-w", beside / "nowhere"),
        "validate another": ("validate", "-w", beside / "old.csv"),
        "compile": ("compile", "-w", workspace, "--on", "2028-01-01", "--check"),
        "compile new": ("compile", "-w", beside / "new", "--on", ON, "--check"),
        "verify": ("verify", *here, "--no-failures", "--mutations", "2", "--coverage"),
        "verify broken": ("verify", *here, "--no-failures", "--configs", beside / "broken"),
        "verify change": (
            "verify", *here, "--no-failures", "--running", workspace / "out" / "configs", "--configs", beside / "broken"
        ),
        "plan": ("plan", "--base", workspace, "-w", beside / "after", "--on", ON),
        "audit": ("audit", beside / "journal.jsonl"),
        "history": ("history", "--journal", beside / "journal.jsonl"),
        "drift": (
            *("drift", *here, "--running", beside / "few", "--accept", beside / "change"),
            *("--approved", workspace / "out" / "configs"),
        ),
        "read": ("read", texts, "--lines"),
        "routes": ("routes", texts, "--device", "r2"),
        "routes unknown": ("routes", texts, "--device", "r1"),
        "trace": ("trace", texts, PACKET, "--anyway", "--why"),
        **{f"show {what}": ("show", what, *here) for what in ("addresses", "policy", "devices", "intents", "residue")},
        "show config": ("show", "config", "core-1", *here),
        "explain nothing": ("explain", "nobody-asked", *here),
        "explain code": ("explain", "TR307"),
        "explain intent": ("explain", "edoc-all", *here),
        "explain line": ("explain", "core-1:5", *here),
        "ipam": ("ipam", "show", *here),
        "import": ("ipam", "import", beside / "old.csv", *here),
        "tidy": ("tidy", "-w", workspace, "--check"),
        "report": ("report", "assessments", *here),
        "reports": ("report", "--list", *here),
        "due": ("due", *here),
        "rules": ("rules", *here),
        "rules status": ("rules", "--status", *here),
        "doctor": ("doctor", "-w", workspace),
    }  # fmt: skip


def types_of(name: str) -> set[str]:
    """Return the types of messages that a schema knows."""
    known = json.loads(json.dumps(message_schemas()[name]))["anyOf"]
    return {f"{name} {one['properties']['type']['const']}" for one in known if "type" in one["properties"]}


def test_every_message_of_every_command_has_a_schema_and_every_schema_a_message(workspace: Path) -> None:
    found = {kind for words in calls(workspace).values() for kind in said(*words)}
    known = {kind for name in message_schemas() for kind in types_of(name)}
    assert found - known == set()
    # A finding may stand in any format; it needs not in each of these runs.
    missing = {kind for kind in known - found if not kind.endswith(" finding")}
    assert missing == set(ELSEWHERE)
    assert any(kind.endswith(" finding") for kind in found)


@pytest.mark.long
def test_messages_about_a_second_judge_have_schemas() -> None:
    example = ROOT / "examples" / "thai-nguyen"
    answers = ROOT / "examples" / "batfish" / "thai-nguyen.jsonl.gz"
    assert "truc/verify/1 alone" in said(
        "verify", "-w", example, "--on", "2026-11-24", "--no-failures", "--replay", answers
    )


def test_messages_about_faults_that_a_second_judge_sees_have_schemas(capsys: pytest.CaptureFixture[str]) -> None:
    texts = {name: item.text for name, item in compiled().configs.items()}
    (fault,) = uniform_faults(texts, 1, seed=1)
    seen = ScoredFault(fault=fault, outcome=Outcome.SEEN, detail=because("not_modelled"))
    sights = (
        SecondSight(fault=seen, sight=Sight.SEEN, detail=because("os_said", said="x")),
        SecondSight(fault=seen, sight=Sight.ALONE, scopes=(Scope.IPV6,)),
    )
    print_second_score_json(Output("en", json=True), SecondScore(faults=sights))
    text = '{"format": "truc/verify/1", "on": "2026-09-01", "failures": true}\n' + capsys.readouterr().out
    assert check_messages(text) == {"truc/verify/1 mutation second", "truc/verify/1 mutations second"}
