"""The page for the review board: what it says, and that nothing that a workspace or a device says can do anything in it.

To accept a new golden after reading it: `python -m tests.test_controller_board_report` in the project's folder.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from controller.board import matrix as board_matrix
from controller.board import view as board_view
from controller.board import wrong as board_wrong
from controller.board.inputs import Edition, text_digests
from controller.board.judges import opinion_of
from controller.board.matrix import matrix_of
from controller.board.report import board_page
from controller.board.words import SECTIONS, both
from controller.jobs.compile import compile_workspace
from controller.jobs.judging import Extent, UnknownText
from controller.jobs.verify import VerifyReport, texts_to_judge, verify
from controller.output.terminal import Output
from controller.output.words import Language, load_words
from controller.reports.mutations import MutationRun
from controller.reports.redaction import REDACTED, redact_report, redact_score
from intents.finding import Severity, Where, make_finding
from intents.policy import Policy, Rule, SystemEndpoint, ViaAssertion
from intents.prefix import Family
from intents.reason import because
from intents.registry import SystemName
from routing.model import Ref
from tests.rule_cases import changed
from tests.small_commands import ON, ROOT, SMALL, copy_small, start_truc, truc
from verification.mutation.edits import FaultKind, TextEdit
from verification.mutation.faults import Fault
from verification.mutation.score import Outcome, Score, ScoredFault
from verification.mutation.second_score import SecondScore, SecondSight, Sight
from verification.questions.judgement import Judgement
from verification.questions.unreachable_lines import Anomaly, BoundLists, UnreachableLine
from verification.verdicts.failure import FailureKind, FailureName
from verification.verdicts.flow import TCP, Flow, flow_in_words
from verification.verdicts.opinions import BATFISH, ENGINE, Alone, LineDifference, Opinion, Scope, SecondJudge, Unseen
from verification.verdicts.question import Answer, Question, QuestionKind, Subject
from verification.verdicts.verdict import Culprit, Disputed, Holds, NotModelled, Replay, Statement, Verdict, Violated

BOARD = ROOT / "controller" / "board"
GOLDEN = Path(__file__).parent / "golden" / "board-report.html"
EDITION = Edition(workspace="small", made_on=date(2026, 9, 2), version="1.2.3")
LARGEST = 1_500_000


@cache
def judged(folder: Path = SMALL, on: str | None = ON) -> VerifyReport:
    """Return the report of an example, in the whole network only."""
    output = Output(Language.EN, json=True)
    compiled = compile_workspace(folder, None if on is None else date.fromisoformat(on), output)
    return verify(compiled, texts_to_judge(compiled, None)[0], output, extent=Extent(failures=False))


def answered(report: VerifyReport, change: Callable[[int, Answer], Answer]) -> VerifyReport:
    answers = tuple(change(index, answer) for index, answer in enumerate(report.judgement.answers))
    return replace(report, judgement=replace(report.judgement, answers=answers))


def culprit(text: str, line: int = 12, device: str = "core-1") -> Culprit:
    return Culprit(device=device, ref=("acl", "TRUC-IN4"), line=line, text=text)


FLOW = Flow(
    family=Family.V4,
    source=0x0AC00002,
    destination=0x0AC10005,
    protocol=TCP,
    source_port=40000,
    destination_port=443,
    tcp_flags=2,
    start_device="cpe-gia-sang",
    start_interface="GigabitEthernet0/0/1.104",
)
HOLDS = Holds(judges=(ENGINE,))
VIOLATED = Violated(
    reason=because("source_fence_admits", flow=flow_in_words(FLOW)),
    flow=FLOW,
    path=("cpe-gia-sang", "agg-1", "core-1"),
    culprits=(culprit("1 permit ip any any"), culprit("", line=0)),
    intents=("edoc-all",),
    failure=FailureName(FailureKind.LINK, "core-1-core-2"),
    replay=Replay.AGREES,
)
DISPUTED = Disputed(
    one=Statement(judges=(ENGINE,), said=because("delivered_to", destination="edoc")),
    other=Statement(judges=("walk",), said=because("not_so", flow=flow_in_words(FLOW))),
)
NOT_KNOWN = because("unknown_line", device="core-1", line=12, text="frobnicate", reason=because("not_modelled"))
OPEN = NotModelled(reason=because("unknown_lines", lines=(NOT_KNOWN,)), culprits=(culprit("frobnicate"),))


def two_judges(report: VerifyReport) -> VerifyReport:
    """Return a report with all four verdicts, with the opinions of two judges on what both of them see."""
    both_hold = (Opinion(judge=ENGINE, verdict=HOLDS), Opinion(judge=BATFISH, verdict=Holds(judges=(BATFISH,))))
    differ = (both_hold[0], Opinion(judge=BATFISH, verdict=Violated(reason=because("trace_ends", end="NO_ROUTE"))))
    verdicts: dict[int, tuple[Verdict, tuple[Opinion, ...]]] = {
        0: (VIOLATED, tuple(Opinion(judge=name, verdict=VIOLATED) for name in (ENGINE, BATFISH))),
        1: (DISPUTED, differ),
        2: (OPEN, ()),
        3: (OPEN, ()),
    }

    def change(index: int, answer: Answer) -> Answer:
        agreed = Holds(judges=(BATFISH, ENGINE)), both_hold
        verdict, opinions = verdicts.get(index, agreed if index < 20 else (answer.verdict, ()))
        return replace(answer, verdict=verdict, opinions=opinions)

    second = SecondJudge(
        name=BATFISH,
        version="2025.07.07",
        snapshot="5a" * 32,
        recorded="2026-08-31",
        devices=10,
        sessions=24,
        routes=1234,
        questions=20,
        flows=248,
    )
    alone = tuple(Alone(scope=scope, judge=ENGINE, count=40 + number) for number, scope in enumerate(Scope))
    found = answered(report, change)
    unknown = (UnknownText(device="core-1", line=12, text="frobnicate", reason=because("not_modelled")),)
    return replace(found, judgement=replace(found.judgement, second=second, alone=alone), unknown=unknown)


class Reader(HTMLParser):
    """Reads a page as strictly as a page that we write ourselves can be read: every tag that opens is closed."""

    VOID = frozenset({"meta"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.said: list[str] = []
        self.style = ""
        self.declaration = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_decl(self, decl: str) -> None:
        self.declaration = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag in ("td", "th", "dt", "dd", "li", "p"):
            self.said.append(" ")
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in ("td", "th"):
            self.said.append(" ")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.style += data
        else:
            self.said.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.said).replace("\N{NO-BREAK SPACE}", " "))


def check_page(page: str) -> Reader:
    """Return the page as read; it must be whole, load nothing and run nothing."""
    page.encode("utf-8")
    found = Reader(page)
    assert found.declaration == "DOCTYPE html"
    allowed = "html head meta title style body header main section nav article h1 h2 h3 h4 p span b code ul ol li dl dt dd div"
    table = "table thead tbody tr th td details summary a"
    assert set(found.tags) <= {*allowed.split(), *table.split()}
    names = {name for _, name, _ in found.attributes}
    known = "lang charset http-equiv content name class id href scope colspan role tabindex aria-label aria-labelledby"
    assert names <= set(known.split())
    targets = {value for _, name, value in found.attributes if name == "id"}
    links = [value for _, name, value in found.attributes if name in ("href", "aria-labelledby")]
    assert links
    assert {value.removeprefix("#") for value in links} <= targets
    assert all(re.fullmatch(r"[a-z0-9_ -]+", value) for _, name, value in found.attributes if name == "class")
    assert not re.search(r"url\(|@import|expression", found.style)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", page)
    return found


# the page


def golden_text(page: str) -> str:
    """Return a page without its style sheet and digests, which say nothing that is not tested by itself."""
    page = re.sub(r"<style>.*</style>", "<style>…</style>", page, flags=re.DOTALL)
    return re.sub(r"\b[0-9a-f]{64}\b|sha256-[^']+", "…", page)


def test_the_page_of_the_small_example() -> None:
    page = board_page(judged(), EDITION)
    assert golden_text(page) == GOLDEN.read_text(encoding="utf-8")


def test_the_page_is_whole_and_loads_nothing() -> None:
    found = check_page(board_page(judged(), EDITION))
    policy = next(value for _, name, value in found.attributes if name == "content" and "src" in value)
    digest = b64encode(sha256(found.style.encode("utf-8")).digest()).decode("ascii")
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert [found.tags[f"h{level}"] for level in (1, 2)] == [1, 13]


def test_equal_reports_are_equal_bytes() -> None:
    assert board_page(two_judges(judged()), EDITION) == board_page(two_judges(judged()), EDITION)


def test_with_the_engine_alone_the_page_says_so() -> None:
    text = check_page(board_page(judged(), EDITION)).text
    assert "Mọi câu hỏi đều đúng Every question holds" in text
    assert "Engine only: there was no second judge." in text
    assert "Single failures were not judged" in text
    assert "bên xét thứ hai second judge" in text


def test_two_judges_and_all_four_verdicts() -> None:
    page = board_page(two_judges(judged()), EDITION)
    text = check_page(page).text
    questions = len(judged().judgement.answers)
    assert f"Có vi phạm: 1 trên {questions} câu hỏi Violated: 1 of {questions} questions" in text
    assert "Judges: truc's engine, Batfish." in text
    assert "Engine only" not in text
    for said in (
        "Batfish, phiên bản 2025.07.07",
        "5a" * 32,
        "2026-08-31",
        "10 devices, 24 BGP sessions, 1 234 routes",
        "tcp 10.192.0.2:40000 -> 10.193.0.5:443 [SYN] from cpe-gia-sang GigabitEthernet0/0/1.104",
        "core-1.cfg:12: 1 permit ip any any",
        "không có dòng nào nói điều đó (acl TRUC-IN4)",
        "walk, one packet at a time, agrees",
        "engine: delivered to edoc",
        "engine: chuyển tới edoc",
        "walk: not so for tcp",
        "walk: không phải vậy với tcp",
        "ends NO_ROUTE",
        "kết thúc NO_ROUTE",
        "link/core-1-core-2",
        "kênh truyền core-1-core-2",
        "Lines that no reader understands (1)",
        "core-1.cfg:12: frobnicate",
    ):
        assert said in text, said
    assert text.count("core-1:12: 'frobnicate': not modelled and not") == 1  # two questions, one reason, one card
    for key, words in load_words(Language.EN, "board").items():
        assert not key.startswith("scope_") or words in text
    assert all(f" {40 + number} " in text for number in range(len(Scope)))


def test_what_is_wrong_is_marked_in_the_matrix_and_comes_first_among_the_intents() -> None:
    report = two_judges(judged())
    marks = [mark for part in matrix_of(report).parts for row in part.rows for cell in row.cells for mark in cell]
    assert Counter(mark.verdict for mark in marks) == {
        "violated": 1,
        "disputed": 1,
        "not_modelled": 2,
        "hold": len(report.compiled.addressed.wanted.policy.rules) - 4,
    }
    worst = [row.gate[0][0] for row in board_view.page_of(report, EDITION).intents]
    assert worst == sorted(worst, key=["violated", "disputed", "not_modelled", "hold"].index)
    assert worst[0] == "violated"


def _enters(question: Question, system: str) -> bool:
    subject = question.subject
    return (
        isinstance(subject, ViaAssertion)
        and bool(subject.levels)
        and subject.destination == SystemEndpoint(system=SystemName(system))
    )


def test_ways_into_a_higher_level_are_marked_with_their_verdict_or_as_not_proved(tmp_path: Path) -> None:
    point = '    control_points: [dc-edge-1]\n    assessment_ref: "13/BC'
    waived = (
        "nl-1,A18,system-data-warehouse,Đang lắp đặt (hư cấu),provincial_pc,21/QĐ-UBND (hư cấu),2026-01-01,2026-12-31\n"
    )
    changes = (("systems.yaml", point, '    assessment_ref: "13/BC'), ("exceptions.csv", "", waived))
    report = answered(
        judged(changed(tmp_path, *changes, source=SMALL)),
        lambda _, answer: replace(answer, verdict=VIOLATED) if _enters(answer.question, "edoc") else answer,
    )
    found = {
        (column.name, level, row.level, mark.upwards)
        for part in matrix_of(report).parts
        for row in part.rows
        for column, level, cell in zip(part.columns, part.levels, row.cells, strict=True)
        for mark in cell
        if not mark.forbids
    }
    upwards = {(name, level, low, said) for name, level, low, said in found if said}
    assert upwards == {
        ("edoc", 3, 1, "violated"),
        ("data-warehouse", 3, 1, "unproved"),
        ("party-edoc", 3, 1, "hold"),
        ("budget", 4, 1, "hold"),
    }
    assert all(low >= level or not level or not low for _, level, low, said in found if not said)
    page = check_page(board_page(report, EDITION)).text
    assert "1 are entered from a lower security level and name no control point" in page
    assert "↑?" in page


def test_a_judge_that_did_not_look_is_not_shown_as_agreeing() -> None:
    question = Question(kind=QuestionKind.WALL, subject="a")
    alone = Answer(question=question, verdict=HOLDS)
    seen = replace(alone, opinions=(Opinion(judge=BATFISH, verdict=VIOLATED),))
    assert [opinion_of(alone, judge) for judge in (ENGINE, BATFISH)] == ["hold", "unseen"]
    assert [opinion_of(seen, judge) for judge in (ENGINE, BATFISH)] == ["unseen", "violated"]


def test_inconclusive_is_neither_good_nor_bad() -> None:
    report = answered(judged(), lambda index, answer: answer if index else replace(answer, verdict=OPEN))
    page = board_page(report, EDITION)
    assert '<section class="verdict inconclusive">' in page
    assert "Chưa kết luận được: 1 trên" in check_page(page).text


@pytest.mark.long
def test_organisations_that_may_do_the_same_share_a_row() -> None:
    parts = matrix_of(judged(ROOT / "examples" / "thai-nguyen", None)).parts
    rows = [row for part in parts for row in part.rows]
    assert max(len(row.sources) for row in rows) >= 20
    assert all(len(part.columns) <= board_matrix.MOST_COLUMNS for part in parts)
    assert all(any(row.cells) and len(row.cells) == len(part.columns) for part in parts for row in part.rows)
    marks = sum(len(row.sources) * len(cell) for row in rows for cell in row.cells)
    assert marks == len(judged(ROOT / "examples" / "thai-nguyen", None).compiled.addressed.wanted.policy.rules)


@pytest.mark.long
def test_the_page_of_a_province_is_small() -> None:
    page = board_page(judged(ROOT / "examples" / "thai-nguyen", None), EDITION)
    check_page(page)
    assert len(page.encode("utf-8")) < LARGEST


def empty(report: VerifyReport) -> VerifyReport:
    """Return a report about nothing at all."""
    compiled = report.compiled
    wanted = replace(compiled.addressed.wanted, intents=(), policy=Policy())
    nothing = Judgement(answers=(), devices=0, states=0, flows=0)
    addressed = replace(compiled.addressed, wanted=wanted)
    return replace(
        report, compiled=replace(compiled, addressed=addressed), judgement=nothing, texts={}, residue=(), findings=()
    )


def test_a_page_about_nothing_is_whole() -> None:
    text = check_page(board_page(empty(judged()), EDITION)).text
    assert "No intent permits anything: all is denied." in text
    assert "The workspace has no intents." in text


def test_long_lists_are_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, most in (
        (board_wrong, "MOST_CARDS", 3),
        (board_wrong, "MOST_UNKNOWN", 2),
        (board_wrong, "MOST_LINES", 1),
        (board_matrix, "MOST_ROWS", 4),
        (board_view, "MOST_ROWS", 5),
    ):
        monkeypatch.setattr(module, name, most)
    report = answered(judged(), lambda _, answer: replace(answer, verdict=VIOLATED))
    unknown = tuple(
        UnknownText(device="core-1", line=line, text="frobnicate", reason=because("not_modelled")) for line in range(9)
    )
    page = board_page(replace(report, unknown=unknown), EDITION)
    text = check_page(page).text
    assert page.count('<article class="card violated">') == 3
    assert f"{len(report.judgement.answers) - 3} more are not printed here" in text
    assert "7 more are not printed here" in text
    assert "and 1 more lines" in text
    assert text.count("more are not printed here; `truc verify --json` has all of them.") == 5


@pytest.mark.long
def test_a_page_on_which_all_is_wrong_stays_small() -> None:
    report = answered(
        judged(ROOT / "examples" / "thai-nguyen", None), lambda _, answer: replace(answer, verdict=VIOLATED)
    )
    assert len(board_page(report, EDITION).encode("utf-8")) < LARGEST


# seeded faults


def tried(*outcomes: Outcome, text: str = " 10 permit icmp any any") -> Edition:
    edits = (TextEdit(line=10, before=(text,), after=()),)
    fault = Fault(device="core-1", kind=FaultKind.DELETED_LINE, edits=edits)
    found = tuple(ScoredFault(fault=fault, outcome=outcome, detail=because("note_harmless")) for outcome in outcomes)
    return replace(EDITION, run=MutationRun(count=len(outcomes), seed=7), score=Score(faults=found))


def test_seeded_faults_are_counted_and_a_missed_one_is_named() -> None:
    text = check_page(board_page(judged(), tried(Outcome.SEEN, Outcome.SEEN, Outcome.MISSED))).text
    assert "3 of them were drawn over these very texts (seed 7)" in text
    assert "Missed faults: 1." in text
    assert "core-1:10 deleted line: -« 10 permit icmp any any»" in text
    assert "No fault was missed." in check_page(board_page(judged(), tried(Outcome.SEEN))).text


def second_tried(*sights: tuple[Sight, tuple[Scope, ...]], text: str = " 10 permit icmp any any") -> Edition:
    """Return an edition whose faults the engine saw all, and the second judge as told."""
    edition = tried(*(Outcome.SEEN for _ in sights), text=text)
    assert edition.score is not None
    found = tuple(
        SecondSight(fault=fault, sight=sight, scopes=scopes)
        for fault, (sight, scopes) in zip(edition.score.faults, sights, strict=True)
    )
    return replace(edition, second=SecondScore(faults=found))


def test_what_the_second_judge_saw_of_the_faults_stands_beside_by_kind_and_reason() -> None:
    sights = ((Sight.SEEN, ()), (Sight.SEEN, ()), (Sight.REFUSED, ()), (Sight.ALONE, (Scope.IPV6, Scope.FAILURES)))
    text = check_page(board_page(judged(), second_tried(*sights))).text
    assert "The 4 faults that truc's engine saw were put to the second judge, too." in text
    assert "The second judge missed no fault that it can see." in text
    assert "deleted line 2 1 1 0 tổng total 2 1 1 0" in text
    assert "IPv6: the second judge has no IPv6 data plane 1" in text
    assert "the second judge looks at the whole network only 1" in text
    assert "put to the second judge" not in check_page(board_page(judged(), tried(Outcome.SEEN))).text


def test_a_fault_that_the_second_judge_missed_is_named() -> None:
    text = check_page(board_page(judged(), second_tried((Sight.MISSED, ())))).text
    assert "The second judge missed faults that it can see: 1." in text
    assert "missed by Batfish: core-1:10 xóa dòng" in text
    assert "core-1:10 deleted line" in text


# lines that no packet reaches


def with_lists(report: VerifyReport, lists: BoundLists) -> VerifyReport:
    return replace(report, judgement=replace(report.judgement, lists=lists))


def bound_lists(
    *anomalies: Anomaly, unseen: Unseen | None = None, text: str = "20 deny tcp any any eq 22"
) -> BoundLists:
    """Return lists with a line of each anomaly at two places, and a difference about the first."""
    places = (culprit(text, 20), culprit(text, 30, "agg-1"))
    covers = tuple(culprit(text.replace("20 deny", "10 permit"), line) for line in (10, 11, 12, 13))
    lines = tuple(
        UnreachableLine(
            family=Family.V4, anomaly=anomaly, places=places, covers=() if anomaly is Anomaly.EMPTY else covers
        )
        for anomaly in anomalies
    )
    difference = LineDifference(place=places[0], judge=BATFISH, unseen=unseen)
    return BoundLists(lists=7, skipped=1, unreachable=lines, differences=(difference,))


def test_lines_that_no_packet_reaches_have_a_section_and_change_no_verdict() -> None:
    assert "None: every line of 102 different access lists is reached" in check_page(board_page(judged(), EDITION)).text
    report = with_lists(judged(), bound_lists(*Anomaly, unseen=Unseen.FRAGMENTS))
    page = board_page(report, EDITION)
    text = check_page(page).text
    assert "Looked at: 7 different access lists" in text
    assert "core-1.cfg:20: 20 deny tcp any any eq 22 (cũng có trong 1 danh sách khác) (also in 1 more lists)" in text
    assert "shadowed: the contrary is done before it core-1.cfg:10: 10 permit tcp any any eq 22" in text
    assert "redundant: the same is done before it" in text
    assert "empty: it matches nothing" in text
    assert "và 1 dòng khác and 1 more lines" in text
    assert "1 access lists were not looked at line by line" in text
    assert "non-initial fragments decide, which the second judge does not see" in text
    assert page.count('class="hides"') == 1
    assert (report.exit_code, report.worst) == (0, "hold")


def test_judges_who_differ_about_a_line_leave_the_verdict_inconclusive() -> None:
    report = with_lists(judged(), bound_lists(Anomaly.SHADOWED))
    text = check_page(board_page(report, EDITION)).text
    assert "Inconclusive: the judges differ about 1 lines of access lists" in text
    assert "nothing explains it: one of the judges misreads the list" in text
    assert (report.exit_code, report.worst) == (3, "disputed")
    wrong = answered(report, lambda index, answer: answer if index else replace(answer, verdict=VIOLATED))
    assert (wrong.exit_code, wrong.worst) == (1, "violated")


def test_the_page_says_why_no_faults_were_tried() -> None:
    assert "Not asked for" in check_page(board_page(judged(), EDITION)).text
    skipped = replace(EDITION, run=MutationRun(count=3, seed=1))
    assert (
        "faults are only seeded in texts whose every question holds" in check_page(board_page(judged(), skipped)).text
    )


# hostile text

PAYLOAD = (
    "<script>alert(1)</script>\"><img src=x onerror=alert(2)>' onload=x \u202egnol\u2066\x1b[31m\x00\udc80\x85"
    "&lt;b&gt; {{ 7 * 7 }} {% raw %} </style> <!-- ]]>\t\r\n"
)


def hostile(report: VerifyReport) -> tuple[VerifyReport, Edition]:
    """Return a report and an edition in which every text that somebody else may have written ends in the payload."""
    report = two_judges(report)
    wanted = report.compiled.addressed.wanted
    registry = replace(
        wanted.registry,
        organisations={
            key: replace(item, title=item.title + PAYLOAD) for key, item in wanted.registry.organisations.items()
        },
        systems={key: replace(item, title=item.title + PAYLOAD) for key, item in wanted.registry.systems.items()},
        purposes={key: replace(item, title=item.title + PAYLOAD) for key, item in wanted.registry.purposes.items()},
        outside_networks={
            key: replace(item, title=item.title + PAYLOAD) for key, item in wanted.registry.outside_networks.items()
        },
    )
    intents = tuple(
        replace(
            intent,
            head=replace(
                intent.head,
                title=intent.head.title + PAYLOAD,
                request_ref=intent.head.request_ref + PAYLOAD,
                decision_ref=intent.head.decision_ref + PAYLOAD,
                where=Where(file=f"intents/{PAYLOAD}.yaml", line=3),
            ),
        )
        for intent in wanted.intents
    )
    wanted = replace(
        wanted,
        registry=registry,
        intents=intents,
        settings=replace(wanted.settings, province=wanted.settings.province + PAYLOAD),
    )
    addressed = replace(report.compiled.addressed, wanted=wanted)
    ref: Ref = ("acl", PAYLOAD)
    culprits = (culprit(PAYLOAD), Culprit(device="core-1" + PAYLOAD, ref=ref))
    violated = replace(
        VIOLATED,
        reason=because("service_open", service=PAYLOAD, device=PAYLOAD),
        path=(PAYLOAD, because("trace_ends", end=PAYLOAD)),
        culprits=culprits,
        failure=FailureName(FailureKind.LINK, PAYLOAD),
        intents=(PAYLOAD,),
    )
    hostile_said = Statement(judges=(PAYLOAD,), said=because("os_said", said=PAYLOAD))
    verdicts: tuple[Verdict, ...] = (
        violated,
        Disputed(one=hostile_said, other=hostile_said),
        NotModelled(reason=because("os_said", said=PAYLOAD), culprits=culprits),
    )

    def change(index: int, answer: Answer) -> Answer:
        question = replace(answer.question, subject=hostile_subject(answer.question.subject))
        opinions = (Opinion(judge=PAYLOAD, verdict=violated),)
        return replace(answer, question=question, verdict=verdicts[index % 3], opinions=opinions)

    found = answered(report, change)
    second = found.judgement.second
    assert second is not None
    judge = replace(second, name=PAYLOAD, version=PAYLOAD, snapshot=PAYLOAD, recorded=PAYLOAD)
    alone = (Alone(scope=Scope.IPV6, judge=PAYLOAD, count=1),)
    finding = make_finding(
        "TR304", Where(file=PAYLOAD, line=1), severity=Severity.WARNING, intent=PAYLOAD, end="", on=""
    )
    found = replace(
        found,
        compiled=replace(found.compiled, addressed=addressed),
        judgement=replace(
            found.judgement, second=judge, alone=alone, lists=bound_lists(Anomaly.SHADOWED, text=PAYLOAD)
        ),
        texts={**found.texts, "evil" + PAYLOAD: PAYLOAD},
        unknown=(UnknownText(device=PAYLOAD, line=1, text=PAYLOAD, reason=because("os_said", said=PAYLOAD)),),
        findings=(finding,),
    )
    edition = second_tried((Sight.MISSED, ()), text=PAYLOAD)
    return found, replace(edition, workspace=PAYLOAD, version=PAYLOAD)


def hostile_subject(subject: Subject) -> Subject:
    evil = SystemEndpoint(system=SystemName(PAYLOAD))
    match subject:
        case Rule():
            return replace(subject, source=evil)
        case ViaAssertion():
            return replace(subject, source=evil, devices=(PAYLOAD,))
        case str():
            return subject + PAYLOAD
        case None:
            return None


def test_nothing_that_others_wrote_is_live() -> None:
    page = board_page(*hostile(judged()))
    found = check_page(page)
    assert "script" not in found.tags
    assert "img" not in found.tags
    shown = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>' onload=x <U+202E>gnol<U+2066><U+001B>[31m<U+0000><U+DC80>"
    assert found.text.count(shown) > 300
    assert found.text.count("&lt;b&gt; {{ 7 * 7 }} {% raw %} </style> <!-- ]]>") > 300
    assert "alert(3)" not in page


def test_a_text_without_end_is_cut() -> None:
    report = answered(judged(), lambda index, answer: replace(answer, verdict=OPEN if index else endless()))
    page = board_page(report, EDITION)
    check_page(page)
    assert len(page) < 200_000


def endless() -> Violated:
    return replace(VIOLATED, reason=because("os_said", said="x" * 10_000_000))


def test_no_secret_reaches_the_page_by_any_way() -> None:
    line = "username evil secret 9 hunter2"
    said = because("unknown_line", device="core-1", line=12, text=line, reason=because("not_modelled"))
    guilty = culprit(line)
    verdict = NotModelled(reason=said, culprits=(guilty,))
    verdicts: tuple[Verdict, ...] = (verdict, replace(VIOLATED, reason=said, culprits=(guilty, guilty)))
    opinions = (Opinion(judge=ENGINE, verdict=verdict),)
    report = answered(
        judged(), lambda index, answer: replace(answer, verdict=verdicts[index % 2], opinions=opinions if index else ())
    )
    report = replace(
        report,
        unknown=(UnknownText(device="core-1", line=12, text=line, reason=because("os_said", said=f"what is {line}")),),
    )
    report = redact_report(report)
    edition = tried(Outcome.MISSED, text=line)
    assert edition.score is not None
    page = board_page(report, replace(edition, score=redact_score(report, edition.score)))
    assert "hunter2" not in page
    assert page.count(f"username evil secret {REDACTED}") > 5


def test_the_template_trusts_nothing() -> None:
    for path in BOARD.glob("*.jinja"):
        assert not re.search(r"\|\s*safe|autoescape|Markup", path.read_text(encoding="utf-8"))


# words


def board_keys() -> Iterator[str]:
    """Yield the keys of words that the templates and the modules of the pages name, as patterns where they are put together."""
    for path in (*BOARD.glob("*.py"), *BOARD.glob("*.jinja")):
        text = path.read_text(encoding="utf-8")
        yield from (re.escape(key) for key in re.findall(r'"([a-z][a-z_0-9]+)"', text))
        yield from (f"{re.escape(start)}.+" for start in re.findall(r'"([a-z_]+_)" ~', text))
        yield from (f"{re.escape(start)}.+" for start in re.findall(r'f"([a-z_]+_)\{', text))


def test_both_languages_have_the_same_words_and_each_is_used() -> None:
    english, vietnamese = load_words(Language.EN, "board"), load_words(Language.VI, "board")
    assert english.keys() == vietnamese.keys()
    used = re.compile("|".join(board_keys()))
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", vietnamese[key])), key
        assert used.fullmatch(key), key


def test_a_sentence_that_points_to_a_section_names_it() -> None:
    """The numbers are those of the headings, whatever is put before them."""
    for language in Language:
        for key, text in load_words(language, "board").items():
            assert not re.search(r"(?:section|sections|mục) [0-9]", text), key
            assert set(re.findall(r"\{section_(\w+)\}", text)) <= set(SECTIONS), key
    page = check_page(board_page(every_kind(judged()), EDITION)).text
    headings = [f"{number} {both(f'section_{name}').vi}" for number, name in enumerate(SECTIONS, start=1)]
    squeezed = " ".join(page.split())
    assert all(heading in squeezed for heading in headings)
    assert f"section {SECTIONS.index('inputs') + 1}." in both("next_hold").en
    assert f"section {SECTIONS.index('findings') + 1}." in both("warnings", count=1).en


def test_the_page_never_calls_anything_safe() -> None:
    for language in Language:
        assert not [
            text for text in load_words(language, "board").values() if re.search(r"\bsafe|an toàn", text, re.IGNORECASE)
        ]


def test_every_kind_category_tier_and_scope_has_words() -> None:
    check_page(board_page(every_kind(judged()), EDITION))


def every_kind(report: VerifyReport) -> VerifyReport:
    """Return a report with a question of every kind that no intent asks."""
    more = tuple(
        replace(answer, question=replace(answer.question, intents=()))
        for kind in QuestionKind
        if kind not in (QuestionKind.SESSION, QuestionKind.FORBIDDEN)
        for answer in [next(item for item in report.judgement.answers if item.question.kind is kind)]
    )
    return replace(report, judgement=replace(report.judgement, answers=(*report.judgement.answers, *more)))


# the command


def test_verify_writes_the_page_beside_its_report(tmp_path: Path) -> None:
    file = tmp_path / "báo cáo.html"
    code, text = truc("verify", "-w", SMALL, "--on", ON, "--no-failures", "--html", file)
    assert code == 0
    assert f"wrote {file}" in text
    said = check_page(file.read_text(encoding="utf-8")).text
    assert date.today().isoformat() in said  # noqa: DTZ011 -- the day here, as on the cover
    assert "Không gian làm việc Workspace small" in said


def test_json_and_page_come_together(tmp_path: Path) -> None:
    words = ("verify", "-w", SMALL, "--on", ON, "--no-failures", "--json")
    code, text = truc(*words, "--html", tmp_path / "page.html")
    assert (code, text) == truc(*words)
    check_page((tmp_path / "page.html").read_text(encoding="utf-8"))


def test_faults_that_were_tried_are_on_the_page(tmp_path: Path) -> None:
    truc("verify", "-w", SMALL, "--on", ON, "--no-failures", "--mutations", "2", "--html", tmp_path / "page.html")
    assert "2 of them were drawn" in check_page((tmp_path / "page.html").read_text(encoding="utf-8")).text


def test_a_place_that_cannot_be_written_is_told_with_its_path(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "page.html"
    code, text = truc("verify", "-w", SMALL, "--on", ON, "--no-failures", "--html", file)
    assert code == 1
    assert re.search(rf"error TR848 {re.escape(str(file))}", text)


def test_the_page_is_the_same_whatever_the_seed_of_hashes(tmp_path: Path) -> None:
    pages = set()
    for seed in ("0", "7"):
        words = ("verify", "-w", SMALL, "--on", ON, "--no-failures", "--html", tmp_path / "page.html")
        assert start_truc(*words, environment={"PYTHONHASHSEED": seed, "LC_ALL": "C"}).returncode == 0
        pages.add((tmp_path / "page.html").read_bytes())
    assert len(pages) == 1


def test_texts_of_a_folder_are_compared_with_the_compiled_ones(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace, "--on", ON)
    texts = shutil.copytree(workspace / "out" / "configs", tmp_path / "texts")
    with (texts / "cpe-gia-sang.cfg").open("a", encoding="utf-8") as file:
        file.write("frobnicate <b>all</b>\n")
    words = (
        "verify",
        "-w",
        workspace,
        "--on",
        ON,
        "--no-failures",
        "--configs",
        texts,
        "--html",
        tmp_path / "page.html",
    )
    assert truc(*words)[0] == 3
    text = check_page((tmp_path / "page.html").read_text(encoding="utf-8")).text
    assert "10 devices; 1 texts are not those that truc compiles" in text
    assert "cpe-gia-sang.cfg ≠" in text
    assert "frobnicate <b>all</b>" in text
    assert "the same as truc.lock.csv in the workspace" in text


def test_digests_are_those_of_sha256sum(tmp_path: Path) -> None:
    workspace = copy_small(tmp_path)
    truc("compile", "-w", workspace, "--on", ON)
    folder = workspace / "out" / "configs"
    listed = "".join(
        f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir(), key=lambda path: path.name.encode("utf-8"))
    )
    assert "".join(f"{item.digest}  {item.file}\n" for item in text_digests(judged())) == listed
    said = check_page(board_page(judged(), EDITION)).text
    assert sha256(listed.encode("utf-8")).hexdigest() in said
    assert sha256((workspace / "truc.lock.csv").read_bytes()).hexdigest() in said


def test_only_who_wants_a_page_loads_what_makes_it() -> None:
    code = "import sys, controller.cli, controller.commands.verify; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    GOLDEN.write_text(golden_text(board_page(judged(), EDITION)), encoding="utf-8")
