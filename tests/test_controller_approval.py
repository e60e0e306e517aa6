"""A plan is approved by as many persons of each domain as its risk demands, none of whom wrote it, and by nobody else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.approval.folder import approvals_folder, file_statement, read_filed
from controller.approval.gate import ApprovalRequest, approval_of, load_case
from controller.approval.judging import judge_approval
from controller.approval.plan_checks import is_newer
from controller.approval.standing import ApprovalCase
from controller.approval.statement import ApprovalStatement, digest_of_statement, read_statement, statement_bytes
from controller.jobs.digests import workspace_digest
from controller.output.canonical_json import Plain
from intents.approval import ApproverRole, Risk
from intents.finding import FindingsError, Severity
from intents.registry import Domain, Validity
from tests.approval_cases import APPROVALS, by, case, demanding, plan_case
from tests.signing_office import AUTHOR, NOW, PEOPLE, changed_bytes, copied, filed, office, signed, stated

ROLES = {name: frozenset(ApproverRole(role) for role in roles.split(";")) for name, (_, _, roles) in PEOPLE.items()}
Draw = tuple[str, ApproverRole, bool]


def errors(standing: object) -> list[str]:
    return [item.code for item in standing.findings if item.severity is Severity.ERROR]  # type: ignore[attr-defined] # a standing


def codes(given_case: ApprovalCase, *who: str, now: datetime = NOW, using: bool = True) -> list[str]:
    """Return the codes of the errors of a case that some people have signed."""
    return errors(judge_approval(given_case, [by(name)(given_case) for name in who], now, using=using))


def test_one_of_the_domain_is_enough_for_a_routine_change() -> None:
    assert case().touched.risks == {Risk.ROUTINE}
    assert codes(case(), "an") == []
    assert codes(case()) == ["TR932"]


def test_two_persons_are_needed_where_the_backbone_is_touched() -> None:
    assert codes(demanding(), "an") == ["TR932"]
    assert codes(demanding(), "an", "binh") == []


def test_signatures_of_one_person_count_once() -> None:
    """An entry for a second key makes nobody two persons."""
    twice = replace(demanding(), plan=plan_case(change=changed(author="nobody-here")).plan)
    assert codes(twice, "dung", "dung-2") == ["TR932"]
    assert codes(twice, "dung", "an") == []


def changed(**fields: str) -> dict[str, Plain]:
    change: dict[str, Plain] = json.loads(office().plan.read_bytes())["change"]
    return {**change, **fields}


@given(
    drawn=st.lists(
        st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from(ApproverRole), st.booleans()), max_size=6
    ),
    risk=st.sampled_from([Risk.ROUTINE, Risk.BACKBONE]),
    party=st.booleans(),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=150, deadline=None)
def test_it_is_approved_exactly_when_enough_others_have_signed(
    drawn: list[Draw], risk: Risk, order: object, *, party: bool
) -> None:
    """Counted anew, by a dull count of persons, in any order."""
    of_plan = demanding(risk, party=party)
    made = {
        (name, role): signed(stated(of_plan.plan, name, role=role, reason="lũ" if reason else ""))
        for name, role, reason in drawn
    }
    reasons = {(name, role): reason for name, role, reason in drawn}
    statements = list(made.values())
    order.shuffle(statements)  # type: ignore[attr-defined] # a Random
    standing = judge_approval(of_plan, statements, NOW)
    valid = {
        (name, role)
        for name, role in made
        if PEOPLE[name][0] != PEOPLE[AUTHOR][0]
        and name != "em"
        and role in ROLES[name]
        and (reasons[name, role] or role not in (ApproverRole.BREAK_GLASS, ApproverRole.WAIVER))
    }
    signed_by = {
        domain: {PEOPLE[name][0] for name, role in valid if role == "approver" and PEOPLE[name][1] == domain}
        for domain in ("dept_ict", "party_office")
    }
    broken = any(role == "break_glass" for _, role in valid)
    enough = broken or len(signed_by["dept_ict"]) >= (1 if risk is Risk.ROUTINE else 2)
    assert standing.approved == (enough and (not party or bool(signed_by["party_office"])))
    assert {(item.statement.principal, item.statement.role) for item in standing.signatures} == valid


def test_breaking_the_glass_stands_in_for_all_but_the_party_and_stays_flagged() -> None:
    of_plan = demanding()
    broken = signed(stated(of_plan.plan, "an", role=ApproverRole.BREAK_GLASS, reason="đứt cáp trục"))
    standing = judge_approval(of_plan, [broken], NOW)
    assert standing.approved
    assert [item.code for item in standing.findings] == ["TR937"]
    assert [item.statement.principal for item in standing.unreviewed] == ["an"]
    assert errors(judge_approval(demanding(party=True), [broken], NOW)) == ["TR933"]
    statement = read_statement(broken.content)
    assert statement is not None
    review = signed(stated(of_plan.plan, "chi", role=ApproverRole.REVIEWER, reviews=digest_of_statement(statement)))
    reviewed = judge_approval(of_plan, [broken, review], NOW)
    assert (reviewed.approved, reviewed.unreviewed, reviewed.findings) == (True, (), ())
    other = signed(stated(of_plan.plan, "chi", role=ApproverRole.REVIEWER, reviews="sha256:0"))
    assert judge_approval(of_plan, [broken, other], NOW).unreviewed


def test_a_plan_that_no_second_judge_saw_needs_a_waiver_with_a_reason() -> None:
    alone = plan_case(second_judge=None)
    assert codes(alone, "an") == ["TR938"]
    waiver = signed(stated(alone.plan, "binh", role=ApproverRole.WAIVER, reason="máy chủ đang bảo trì"))
    assert judge_approval(alone, [by("an")(alone), waiver], NOW).approved
    bare = signed(stated(alone.plan, "binh", role=ApproverRole.WAIVER))
    assert errors(judge_approval(alone, [by("an")(alone), bare], NOW)) == ["TR937", "TR938"]


@pytest.mark.parametrize(
    ("moment", "using", "code"),
    [
        ("2026-11-25T22:00:00+07:00", True, None),
        ("2026-11-26T04:00:00+07:00", True, None),
        ("2026-11-25T21:59:59+07:00", True, "TR923"),
        ("2026-11-25T14:59:59+00:00", True, "TR923"),  # the same moment, on a machine that is set to UTC
        ("2026-11-25T15:30:00+00:00", True, None),
        ("2026-11-25T22:30:00+00:00", True, "TR923"),
        ("2026-11-25T21:59:59+07:00", False, None),
        ("2026-11-26T04:00:01+07:00", True, "TR923"),
        ("2026-11-26T04:00:01+07:00", False, "TR923"),
        ("2026-12-02T00:00:00+07:00", False, "TR922"),
        ("2026-11-23T23:59:59+07:00", False, "TR922"),
    ],
)
def test_a_plan_is_carried_out_in_its_window_and_its_days(moment: str, code: str | None, *, using: bool) -> None:
    found = errors(judge_approval(case(), [by("an")(case())], datetime.fromisoformat(moment), using=using))
    assert code in found if code else found == []


@pytest.mark.parametrize(
    ("moment", "good"),
    [
        ("2026-11-25T22:34:59+07:00", True),
        ("2026-11-25T22:35:01+07:00", False),
        ("2026-11-24T00:00:00+07:00", True),
        ("2026-11-23T23:59:59+07:00", False),
    ],
)
def test_a_signature_is_neither_from_the_future_nor_older_than_the_plan(moment: str, *, good: bool) -> None:
    statement = stated(case().plan, "an", moment=datetime.fromisoformat(moment))
    found = errors(judge_approval(case(), [signed(statement)], NOW))
    assert found == ([] if good else ["TR930", "TR932"])


def test_a_signature_grows_too_old() -> None:
    rules = case().rules
    hasty = replace(case(), rules=replace(rules, settings=replace(rules.settings, days=1)))
    old = signed(stated(hasty.plan, "an", moment=NOW - timedelta(days=1, seconds=1)))
    assert errors(judge_approval(hasty, [old], NOW)) == ["TR930", "TR932"]
    fresh = signed(stated(hasty.plan, "an", moment=NOW - timedelta(days=1)))
    assert errors(judge_approval(hasty, [fresh], NOW)) == []


def test_office_and_key_must_hold_when_signing_and_when_it_is_used() -> None:
    rules = case().rules
    for validity, good in (
        (Validity(start=date(2026, 11, 25)), True),
        (Validity(end=date(2026, 11, 25)), True),
        (Validity(start=date(2026, 11, 26)), False),
        (Validity(end=date(2026, 11, 24)), False),
    ):
        an = replace(rules.approvers["an"], validity=validity)
        of_day = replace(case(), rules=replace(rules, approvers={**rules.approvers, "an": an}))
        assert (codes(of_day, "an") == []) is good
    key = next(item for item in rules.keys if item.principal == "an")
    for before, good in ((NOW + timedelta(seconds=1), True), (NOW, False)):
        ends = replace(key, valid_before=before)
        of_key = replace(case(), rules=replace(rules, keys=(ends,)))
        assert (codes(of_key, "an") == []) is good


def test_a_key_for_another_namespace_signs_no_plan() -> None:
    rules = case().rules
    keys = tuple(replace(item, namespaces=("git",)) for item in rules.keys)
    assert codes(replace(case(), rules=replace(rules, keys=keys)), "an") == ["TR926", "TR932"]


def test_who_signs_under_anothers_name_is_unknown() -> None:
    borrowed = signed(stated(case().plan, "an"), "binh")
    assert errors(judge_approval(case(), [borrowed], NOW)) == ["TR928", "TR932"]


@pytest.mark.parametrize("field", ["serial", "author", "decision_ref"])
def test_a_statement_that_says_otherwise_than_the_plan_is_none(field: str) -> None:
    other = signed(stated(case().plan, "an", **{field: "khác"}))
    assert errors(judge_approval(case(), [other], NOW)) == ["TR927", "TR932"]


def test_what_somebody_tampered_with_keeps_an_approved_plan_back_and_what_lapsed_does_not() -> None:
    good = by("an")(case())
    bad = replace(good, file="z.json", signature=good.signature.replace(b"A", b"B", 1))
    assert errors(judge_approval(case(), [good, bad], NOW)) == ["TR927"]
    lapsed = judge_approval(case(), [good, by("em")(case()), by("dung-2")(case())], NOW)
    assert lapsed.approved
    assert [item.code for item in lapsed.findings] == ["TR931", "TR930"]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"declared": False}, "TR936"),
        ({"change": None}, "TR936"),
        ({"proof": None}, "TR936"),
        ({"proof": {"premises": [], "states": [], "ways_in": {"lost": []}}}, "TR936"),
        ({"proof": {"premises": [], "states": [{"wrong": 1}], "ways_in": {"lost": []}}}, "TR936"),
        ({"proof": {"premises": [{}], "states": [{"wrong": 0}], "ways_in": {"lost": []}}}, "TR936"),
        ({"proof": {"premises": [], "states": [{"wrong": 0}], "ways_in": {"lost": [{}]}}}, "TR936"),
    ],
)
def test_a_plan_that_is_not_whole_is_signed_by_nobody(parts: dict[str, Plain], code: str) -> None:
    found = plan_case(**parts)
    assert code in errors(judge_approval(found, [], NOW))


def touched_of(folder: Path, **parts: Plain) -> ApprovalCase:
    own = copied(folder)
    own.plan.write_bytes(changed_bytes(**parts))
    return load_case(own.request(), NOW)


def device(name: str, platform: str, *lines: str) -> Plain:
    edits: list[Plain] = [{"kind": "create", "section": [], "line": line} for line in lines]
    return {
        "device": name, "platform": platform, "running": "sha256:1", "standing": "sha256:2", "edits": edits, "back": [],
        "notices": [], "way_back": "revert timer",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "risks"),
    [
        ({}, {"routine"}),
        ({"opens": [{"from": "ubnd-gia-sang-cq", "to": "system-edoc"}]}, {"access"}),
        ({"devices": [device("core-1", "cisco_ios", "ip access-list extended A")]}, {"backbone"}),
        ({"devices": [device("cpe-gia-sang", "cisco_ios", "no ip ssh version 2")]}, {"backbone"}),
        ({"devices": [device("cpe-tan-cuong", "junos", "delete system services ssh")]}, {"backbone"}),
        ({"devices": [device("cpe-tan-cuong", "junos", "set interfaces ge-0/0/1 unit 5 vlan-id 5")]}, {"routine"}),
        ({"interrupted": ["cpe-so-khcn"]}, {"interruption"}),
    ],
)
def test_risk_is_told_from_the_plan(tmp_path: Path, parts: dict[str, Plain], risks: set[str]) -> None:
    assert touched_of(tmp_path, **parts).touched.risks == risks


@pytest.mark.parametrize(
    ("line", "platform"),
    [
        ("no route-map TRUC-RM4-1", "cisco_ios"),
        ("ip prefix-list TRUC-PL-1 seq 5 permit 10.0.0.0/8", "cisco_ios"),
        ("router bgp 4200000001", "cisco_ios"),
        ("ip route vrf A 0.0.0.0 0.0.0.0 Null0", "cisco_ios"),
        ("set policy-options policy-statement TRUC-RM4-1 term 1 then accept", "junos"),
        ("delete routing-instances A-1 protocols bgp group g", "junos"),
        ("ip access-list extended A", ""),
        ("set firewall family inet filter A term 1 then accept", ""),
    ],
)
def test_routing_policy_asks_for_an_agreement(tmp_path: Path, line: str, platform: str) -> None:
    kind = platform or ("junos" if line.startswith("set ") else "cisco_ios")
    name = "cpe-tan-cuong" if kind == "junos" else "cpe-gia-sang"
    found = touched_of(tmp_path, devices=[device(name, kind, line)], change=changed(agreement_ref=""))
    assert found.touched.routing == ((name,) if platform else ())
    assert ("TR934" in errors(judge_approval(found, [], NOW))) is bool(platform)


def test_the_party_is_asked_where_its_own_is_touched(tmp_path: Path) -> None:
    party: list[dict[str, Plain]] = [
        {"opens": [{"from": "dang-uy-gia-sang-cq", "to": "system-party-edoc"}]},
        {"closes": [{"from": "system-party-edoc", "to": "dang-uy-gia-sang-cq"}]},
        {"interrupted": ["cpe-gia-sang"]},
    ]
    for parts in party:
        found = touched_of(tmp_path, **parts)
        assert Domain.PARTY_OFFICE in found.touched.domains, parts
        assert "TR933" in codes(found, "an", "binh")
        assert "TR933" not in codes(found, "an", "binh", "giang")
    assert Domain.PARTY_OFFICE not in case().touched.domains


def test_intents_of_another_domain_bring_that_domain(tmp_path: Path) -> None:
    """A changed intent counts, whether or not the change request names it."""
    own = copied(tmp_path)
    after = tmp_path / "after"
    shutil.copytree(own.after, after)
    path = after / "intents" / "party.yaml"
    text = path.read_text(encoding="utf-8")
    head = "      domain: party_office\n"
    path.write_text(text.replace(head, f"{head}      valid_to: 2026-11-01\n", 1), encoding="utf-8")
    own.plan.write_bytes(changed_bytes(workspace=workspace_digest(after)))
    found = load_case(ApprovalRequest(plan=own.plan, base=own.base, workspace=after), NOW)
    assert "party-edoc-communes" in found.touched.domains[Domain.PARTY_OFFICE]


def test_level_1_and_devices_of_nobody_are_refused(tmp_path: Path) -> None:
    found = touched_of(tmp_path, devices=[device("cpe-la", "cisco_ios", "ip access-list extended A")])
    assert found.touched.strangers == ("cpe-la",)
    assert "TR935" in codes(found, "an")


@pytest.mark.parametrize(
    ("serial", "than", "newer"),
    [
        ("2026-8", "2026-7", True),
        ("2026-10", "2026-9", True),
        ("2026-7", "2026-7", False),
        ("2026-9", "2026-10", False),
        ("", "1", False),
        ("1", "", False),
        ("b", "a", True),
        ("2", "a", True),
    ],
)
def test_serials_are_ordered_as_people_read_them(serial: str, than: str, *, newer: bool) -> None:
    assert is_newer(serial, than) is newer


def test_a_newer_plan_of_the_same_base_supersedes_once_it_is_signed(tmp_path: Path) -> None:
    own = copied(tmp_path)
    filed(own.plan, stated(case().plan, "an"))
    newer = tmp_path / "newer.json"
    newer.write_bytes(changed_bytes(serial="2026-10"))
    assert approval_of(own.request(), NOW, using=True).approved
    other = plan_case(serial="2026-10").plan
    filed(newer, stated(other, "an", role=ApproverRole.WAIVER))
    assert approval_of(own.request(), NOW, using=True).approved, "a statement that does not count supersedes nothing"
    filed(newer, stated(other, "an"))
    assert errors(approval_of(own.request(), NOW, using=True)) == ["TR924"]
    assert approval_of(replace(own.request(), plan=newer), NOW, using=True).approved


def test_a_further_list_revokes_and_nothing_else(tmp_path: Path) -> None:
    own = copied(tmp_path)
    filed(own.plan, stated(case().plan, "an"))
    key = next(item for item in case().rules.keys if item.principal == "an")
    for line in (key.fingerprint, (own.keys / "an.pub").read_text(encoding="utf-8").strip()):
        more = tmp_path / "stolen"
        more.write_text(f"# found\n{line}\n", encoding="utf-8")
        found = approval_of(replace(own.request(), revoked=more), NOW, using=True)
        assert errors(found) == ["TR932", "TR929"]
    assert approval_of(own.request(), NOW, using=True).approved


@pytest.mark.parametrize("file", ["approvers.csv", "allowed_signers", "settings.yaml", "devices.csv"])
def test_one_byte_of_the_rules_flipped_and_nothing_is_approved(tmp_path: Path, file: str) -> None:
    own = copied(tmp_path)
    filed(own.plan, stated(case().plan, "an"))
    base = tmp_path / "base"
    shutil.copytree(own.base, base)
    content = bytearray((base / file).read_bytes())
    for at in range(0, len(content), max(1, len(content) // 40)):
        flipped = bytearray(content)
        flipped[at] ^= 1
        (base / file).write_bytes(flipped)
        with pytest.raises(FindingsError) as caught:
            approval_of(replace(own.request(), base=base), NOW, using=True)
        assert [item.code for item in caught.value.findings] == ["TR921"]


def test_revoked_keys_of_the_base_are_part_of_what_the_plan_was_made_from(tmp_path: Path) -> None:
    own = copied(tmp_path)
    base = tmp_path / "base"
    shutil.copytree(own.base, base)
    (base / "revoked_keys").write_text("", encoding="utf-8")
    with pytest.raises(FindingsError):
        approval_of(replace(own.request(), base=base), NOW, using=True)


def test_a_statement_is_filed_once_and_never_overwritten(tmp_path: Path) -> None:
    own = copied(tmp_path)
    statement = stated(case().plan, "an")
    path = filed(own.plan, statement)
    with pytest.raises(FileExistsError):
        file_statement(own.plan, statement, b"other")
    (found,) = read_filed(own.plan)
    assert found.content == statement_bytes(statement) == path.read_bytes()
    assert found.signature == signed(statement).signature
    assert sorted(item.suffix for item in approvals_folder(own.plan).iterdir()) == [".json", ".sig"]


@given(
    texts=st.lists(st.text(max_size=20), min_size=6, max_size=6),
    role=st.sampled_from(ApproverRole),
    moment=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2199, 1, 1)),  # noqa: DTZ001 -- UTC is put in below
)
@settings(max_examples=100)
def test_a_statement_is_read_as_it_was_written(texts: Sequence[str], role: ApproverRole, moment: datetime) -> None:
    plan, serial, author, decision, principal, reason = texts
    statement = ApprovalStatement(
        plan=plan, serial=serial, author=author, decision_ref=decision, principal=principal, role=role, reason=reason,
        moment=moment.replace(microsecond=0, tzinfo=NOW.tzinfo),
    )  # fmt: skip
    found = read_statement(statement_bytes(statement))
    assert found is not None
    assert found == replace(statement, moment=found.moment)
    assert found.moment == statement.moment


def test_every_message_of_approving_has_a_case() -> None:
    assert {name.partition("-")[0] for name in APPROVALS} == {f"TR{number}" for number in range(920, 940)}
