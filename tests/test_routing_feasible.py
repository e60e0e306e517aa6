"""What no configuration can do is said before anything is built, in the words of `tests/errors/TR604…` and `TR605…`.

To accept new texts after reading them: `python -m tests.test_routing_feasible` in the project's folder.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from controller.jobs.pipeline import address, compile_network, make_plans, want
from intents.finding import Finding, FindingsError
from intents.legal.registers import Register
from intents.messages import LANGUAGES, describe
from routing.build.feasibility import check_feasible
from tests.rule_cases import SMALL, THAI_NGUYEN, TINY, Change, changed, example
from tests.small_commands import ON, truc

ERRORS = Path(__file__).parent / "errors"
HEAD = """\
      title: Thử nghiệm
      domain: {domain}
      request_ref: "1/CV (hư cấu)"
      decision_ref: "2/QĐ-UBND (hư cấu)"
"""


def statement(kind: str, name: str, source: str, destination: str, domain: str = "party_office") -> Change:
    """A statement at the end of a file of intents."""
    text = f"  - {kind}:\n      id: {name}\n{HEAD.format(domain=domain)}      from: [{source}]\n      to: [{destination}]\n"
    return ("intents/party.yaml", "", text)


PARTY = "{categories: [party_building_body], tiers: [commune]}"
PARTY_TO_BUDGET = statement("permit", "party-budget", PARTY, "{systems: [budget], services: any}")
"""The party committees stand behind their CPE, and so does the budget system, in another purpose."""
JUNOS_EDGE: tuple[Change, ...] = (
    ("devices.csv", "dc-edge-1,edge,cisco_ios,", "dc-edge-1,edge,junos,"),
    ("devices.csv", "dept_ict,TenGigabitEthernet0/0/0,", "dept_ict,xe-0/0/0,"),
    ("channels.csv", "dc-edge-1,TenGigabitEthernet0/0/1,", "dc-edge-1,xe-0/0/1,"),
    ("channels.csv", "dc-edge-1,TenGigabitEthernet0/0/2,", "dc-edge-1,xe-0/0/2,"),
)
FAR_SERVER = ("settings.yaml", "ntp_servers: [10.193.240.10]", "ntp_servers: [10.1.1.1]")
CASES: dict[str, tuple[Change, ...]] = {
    "TR604-two-offices-of-two-purposes": (PARTY_TO_BUDGET,),
    "TR605-edge-that-cannot-leak": JUNOS_EDGE,
    "TR606-server-out-of-reach": (FAR_SERVER,),
    "TR234-no-core": (
        ("devices.csv", "core-1,core,", "core-1,aggregation,"),
        ("devices.csv", "core-2,core,", "core-2,aggregation,"),
    ),
    "TR214-site-has-ended": (("sites.csv", "network,0,2025-07-01,\npop-2", "network,0,2025-07-01,2026-06-30\npop-2"),),
}


def unregistered(folder: Path, *changes: Change) -> Path:
    """Return the small example with changes, whose papers are no matter here."""
    workspace = changed(folder, *changes, source=SMALL)
    for register in Register:
        (workspace / register).unlink()
    return workspace


def found_in(folder: Path, *changes: Change) -> tuple[Finding, ...]:
    wanted = want(unregistered(folder, *changes), None)
    return check_feasible(make_plans(address(wanted)), wanted.intents)


def outcome(name: str, folder: Path) -> str:
    """Return what compiling the changed example says, in English, then in Vietnamese."""
    try:
        said = compile_network(address(want(unregistered(folder, *CASES[name]), None))).findings
    except FindingsError as error:
        said = error.findings
    found = [item for item in said if item.code == name.partition("-")[0]]
    return "\n\n".join(describe(item, language) for language in reversed(LANGUAGES) for item in found) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_built_is_told_in_these_words(name: str, tmp_path: Path) -> None:
    text = outcome(name, tmp_path)
    assert f" {name.partition('-')[0]}" in text
    assert text == (ERRORS / name / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", [TINY, SMALL, THAI_NGUYEN], ids=lambda folder: folder.name)
def test_everything_that_the_examples_ask_for_can_be_built(folder: Path) -> None:
    wanted = example(folder)
    assert check_feasible(make_plans(address(wanted)), wanted.intents) == ()


def test_a_session_with_one_end_on_an_edge_can_be_built(tmp_path: Path) -> None:
    to_edge = statement("permit", "party-edoc", PARTY, "{systems: [edoc], services: any}")
    assert found_in(tmp_path, to_edge) == ()


def test_offices_of_one_purpose_need_no_edge(tmp_path: Path) -> None:
    council = "{categories: [elected_body], tiers: [commune]}"
    to_budget = statement("permit", "council-budget", council, "{systems: [budget], services: any}", "dept_ict")
    assert found_in(tmp_path, to_budget) == ()


def test_the_intent_is_named_by_its_place(tmp_path: Path) -> None:
    (finding,) = found_in(tmp_path, PARTY_TO_BUDGET)
    lines = (SMALL / "intents" / "party.yaml").read_text(encoding="utf-8").splitlines()
    assert finding.where.file == "intents/party.yaml"
    assert finding.where.line > len(lines)


def test_several_statements_of_one_intent_are_one_finding(tmp_path: Path) -> None:
    """Each named organisation is a rule of its own."""
    names = "{names: [dang-uy-gia-sang, dang-uy-tan-cuong]}"
    (finding,) = found_in(tmp_path, statement("permit", "two", names, "{systems: [budget], services: any}"))
    assert dict(finding.values)["statements"] == "2"


def test_what_is_wholly_forbidden_need_not_be_built(tmp_path: Path) -> None:
    all_of_today = "{names: [dang-uy-gia-sang, dang-uy-phan-dinh-phung, dang-uy-tan-cuong]}"
    forbid = statement("forbid", "no-party-budget", all_of_today, "{systems: [budget], services: any}")
    assert found_in(tmp_path, PARTY_TO_BUDGET, forbid) == ()


def test_what_is_forbidden_for_one_service_must_still_be_built_for_the_other(tmp_path: Path) -> None:
    forbid = statement("forbid", "no-party-budget", PARTY, "{systems: [budget], services: [report]}")
    assert [item.code for item in found_in(tmp_path, PARTY_TO_BUDGET, forbid)] == ["TR604"]


def test_a_party_without_any_attachment_is_no_matter_of_this_check(tmp_path: Path) -> None:
    rows = [line for line in (SMALL / "attachments.csv").read_text(encoding="utf-8").splitlines() if ",party," in line]
    gone = tuple(("attachments.csv", f"{line}\n", "# gone\n") for line in rows)
    assert len(gone) == 3
    assert found_in(tmp_path, PARTY_TO_BUDGET, *gone) == ()


@pytest.mark.parametrize("name", CASES)
def test_validate_says_what_compile_says_of_it(name: str, tmp_path: Path) -> None:
    workspace = unregistered(tmp_path, *CASES[name])
    said = [truc(command, "-w", workspace, "--on", ON)[1] for command in ("validate", "compile")]
    code = name.partition("-")[0]
    places = [sorted(line for line in text.splitlines() if f" {code} " in line) for text in said]
    assert places[0] == places[1] != []


def test_a_server_is_named_at_the_line_of_its_setting(tmp_path: Path) -> None:
    workspace = changed(tmp_path, FAR_SERVER, source=SMALL)
    (line,) = (
        number
        for number, text in enumerate((workspace / "settings.yaml").read_text(encoding="utf-8").splitlines(), start=1)
        if "10.1.1.1" in text
    )
    assert f"warning TR606 settings.yaml:{line}:" in truc("validate", "-w", workspace, "--on", ON)[1]


if __name__ == "__main__":
    for case in CASES:
        (ERRORS / case).mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            (ERRORS / case / "expected.txt").write_text(outcome(case, Path(scratch)), encoding="utf-8")
