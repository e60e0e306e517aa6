"""What a real Batfish server answered about the golden cases: both judges agree, and nothing incomplete is agreement."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import pytest

from controller.jobs.evidence import give
from intents.reason import describe_reason
from tests.batfish_cases import CASES, MISREAD, RECORDED, given_of, judged, texts_of
from tests.record_batfish import differences, violated_kinds
from tests.small_builds import compiled
from verification.batfish.opinions import ask_batfish
from verification.batfish.protocol import BatfishError, Parameters, Row, Snapshot, Trouble
from verification.batfish.reachability import Asker
from verification.batfish.recording import RecordedBatfish
from verification.batfish.replay import Replays
from verification.batfish.routes import engine_tables
from verification.batfish.snapshot import network_snapshot
from verification.batfish.tables import gather_facts
from verification.evidence.evidence import Given, gather
from verification.judge import AskSecond, consult, judge_and_replay
from verification.questions.counterexample import past
from verification.questions.judgement import Judgement
from verification.verdicts.bounds import Bounds
from verification.verdicts.gate import combine_verdicts
from verification.verdicts.opinions import LineDifference, Opinions, Unseen
from verification.verdicts.question import QuestionKind, traits_of
from verification.verdicts.verdict import Disputed, Holds, NotModelled, Replay, Violated

Rows = tuple[Row, ...]


@cache
def recorded() -> RecordedBatfish:
    return RecordedBatfish(RECORDED)


class Tampered:
    """The recorded server, but one question's answer is another one."""

    def __init__(self, question: str, change: Callable[[Rows], Rows]) -> None:
        self.version = recorded().version
        self.recorded = recorded().recorded
        self._question = question
        self._change = change

    def upload(self, snapshot: Snapshot) -> None:
        recorded().upload(snapshot)

    def ask(self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None) -> Rows:
        rows = recorded().ask(question, parameters, snapshot, reference)
        return self._change(rows) if question == self._question else rows

    def discard(self, name: str) -> None:
        recorded().discard(name)


@cache
def opinions(name: str) -> Opinions:
    return ask_batfish(recorded(), given_of(name), judged(name))


def ask_tampered(question: str, change: Callable[[Rows], Rows]) -> Opinions:
    return ask_batfish(Tampered(question, change), given_of("right"), judged("right"))


@pytest.mark.parametrize("name", CASES)
def test_both_judges_say_the_same_of_every_question(name: str) -> None:
    assert differences(name, opinions(name)) == []
    assert violated_kinds(name, opinions(name)) == CASES[name].violated


def test_the_right_network_holds_for_both() -> None:
    judgement = consult(judged("right"), given_of("right"), asked_before("right"))
    assert all(isinstance(item.verdict, Holds) for item in judgement.answers)
    both = [item for item in judgement.answers if len(item.opinions) == 2]
    assert both == [item for item in judgement.answers if traits_of(item.question.kind).unseen is None]
    assert all(item.verdict.judges == ("batfish", "engine") for item in both if isinstance(item.verdict, Holds))
    assert judgement.second is not None
    assert (judgement.second.devices, judgement.second.sessions) == (10, 126)
    assert {str(item.scope) for item in judgement.alone} == {"ipv6", "fragments", "failures", "logins", "route-filters"}


def asked_before(name: str) -> AskSecond:
    """Return a second judge that says what it said of a case."""

    def ask(*_: object) -> Opinions:
        return opinions(name)

    return ask


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.violated])
def test_what_batfish_shows_of_a_packet_walk_shows_too(name: str) -> None:
    blind = judged("right")  # an engine that saw nothing
    combined = consult(blind, given_of(name), asked_before(name))
    for answer, opinion in zip(combined.answers, opinions(name).opinions, strict=True):
        shown = None if opinion is None else opinion.verdict
        if isinstance(shown, Violated) and shown.claim is not None:
            assert isinstance(answer.verdict, Violated), answer
            assert answer.verdict.replay is Replay.AGREES
        elif isinstance(shown, Violated):
            assert isinstance(answer.verdict, Disputed)


@pytest.mark.parametrize("name", MISREAD)
def test_a_form_that_batfish_misreads_never_opens_the_gate(name: str) -> None:
    engine = judged(name)
    combined = consult(engine, given_of(name), asked_before(name))
    open_questions = [item for item in engine.answers if not isinstance(item.verdict, Holds)]
    disputed = [item for item in combined.answers if isinstance(item.verdict, Disputed)]
    assert open_questions or disputed
    assert not any(
        isinstance(after.verdict, Holds)
        for before, after in zip(engine.answers, combined.answers, strict=True)
        if not isinstance(before.verdict, Holds)
    )


@pytest.mark.parametrize("name", MISREAD)
def test_no_device_is_ever_given_a_form_that_batfish_misreads(name: str) -> None:
    found = re.compile(MISREAD[name].pattern, flags=re.MULTILINE)
    assert any(found.search(text) for text in texts_of(name).values())
    assert not any(found.search(text) for text in texts_of("right").values())


def without(count: int) -> Callable[[Rows], Rows]:
    return lambda rows: rows[count:]


def nothing(_: Rows) -> Rows:
    return ()


def without_routes_of_one(rows: Rows) -> Rows:
    return tuple(row for row in rows if row["Node"]["name"] != "agg-1")


def without_one_interface_owner(rows: Rows) -> Rows:
    return tuple(row for row in rows if row["Interface"]["hostname"] != "agg-1")


def failed_file(rows: Rows) -> Rows:
    return ({**rows[0], "Status": "FAILED"}, *rows[1:])


def file_without_node(rows: Rows) -> Rows:
    return ({**rows[0], "Nodes": []}, *rows[1:])


INCOMPLETE = {
    "no file is read": ("fileParseStatus", nothing),
    "one file is missing": ("fileParseStatus", without(1)),
    "one file failed": ("fileParseStatus", failed_file),
    "one file has no node": ("fileParseStatus", file_without_node),
    "no interface": ("interfaceProperties", nothing),
    "a device without interfaces": ("interfaceProperties", without_one_interface_owner),
    "no session": ("bgpSessionStatus", nothing),
    "no route": ("routes", nothing),
    "a device without routes": ("routes", without_routes_of_one),
    "no list to compare": ("resolveFilterSpecifier", nothing),
    "a list that was not read back": ("resolveFilterSpecifier", without(1)),
}


@pytest.mark.parametrize("name", INCOMPLETE)
def test_an_answer_that_is_not_whole_is_no_opinion(name: str) -> None:
    with pytest.raises(BatfishError) as caught:
        ask_tampered(*INCOMPLETE[name])
    assert caught.value.trouble is Trouble.INCOMPLETE


def lines_of(name: str, found: Opinions) -> tuple[LineDifference, ...]:
    """Return where the judges differ about lines, as the gate finds it."""
    return consult(judged(name), given_of(name), lambda *_: found).lists.differences


UNREACHED = "no packet reaches some lines"


@pytest.mark.parametrize("name", CASES)
def test_both_judges_call_the_same_lines_unreachable(name: str) -> None:
    assert [item for item in lines_of(name, opinions(name)) if item.unseen is None] == []
    assert opinions(name).lines.lists


def test_a_difference_about_a_line_is_explained_by_what_batfish_does_not_see() -> None:
    (fragment,) = lines_of(UNREACHED, opinions(UNREACHED))
    assert (fragment.judge, fragment.unseen) == ("batfish", Unseen.FRAGMENTS)
    assert fragment.place.text.endswith("fragments")
    assert len(opinions(UNREACHED).lines.lines) == 4
    (chained,) = lines_of("two filters are chained", opinions("two filters are chained"))
    assert (chained.judge, chained.unseen) == ("engine", Unseen.LIST)


def test_lines_that_batfish_leaves_out_are_a_difference_without_a_reason() -> None:
    asked = Tampered("filterLineReachability", nothing)
    found = ask_batfish(asked, given_of(UNREACHED), judged(UNREACHED))
    assert {(item.judge, item.unseen) for item in lines_of(UNREACHED, found)} == {("engine", None)}
    judgement = consult(judged(UNREACHED), given_of(UNREACHED), lambda *_: found)
    assert len(judgement.lists.disputed) == 3
    assert all(isinstance(item.verdict, Holds) for item in judgement.answers)


def test_a_list_that_guards_the_device_itself_must_be_there_too() -> None:
    (guard,) = {
        item.acl for item in given_of("right").network.devices["cpe-tan-cuong"].control_filters if not item.vrf
    } & {name for _, name in opinions("right").lines.lists}
    with pytest.raises(BatfishError, match=f"list {guard} of \\S+ was sent, but is not in the answer"):
        ask_tampered("resolveFilterSpecifier", lambda rows: tuple(row for row in rows if row["Filter_Name"] != guard))


def test_a_line_that_batfish_did_not_read_takes_every_claim_away() -> None:
    unread = {
        "Nodes": None,
        "Source_Lines": [{"filename": "configs/agg-1.cfg", "lines": [5]}],
        "Type": "Parse warning",
        "Details": "This syntax is unrecognized",
        "Line_Text": "something new",
    }
    found = ask_tampered("initIssues", lambda rows: (*rows, unread))
    verdicts = [item.verdict for item in found.opinions if item is not None]
    assert all(isinstance(item, NotModelled) for item in verdicts)
    (first,) = {item.reason for item in verdicts if isinstance(item, NotModelled)}
    assert "agg-1:5" in describe_reason(first, "en")
    combined = combine_verdicts(Holds(judges=("engine",)), verdicts[0], lambda _: False)
    assert not isinstance(combined, Holds)


def test_an_undefined_name_takes_every_claim_away() -> None:
    row = {"File_Name": "configs/agg-1.cfg", "Struct_Type": "route-map", "Ref_Name": "X", "Context": "c", "Lines": {}}
    found = ask_tampered("undefinedReferences", lambda rows: (*rows, row))
    assert not any(isinstance(item.verdict, Holds) for item in found.opinions if item is not None)


def test_answers_of_other_texts_are_refused() -> None:
    given = given_of("right")
    texts = {**given.texts, "agg-1": (*given.texts["agg-1"], "! another comment")}
    with pytest.raises(BatfishError) as caught:
        ask_batfish(recorded(), replace(given, texts=texts), judged("right"))
    assert caught.value.trouble is Trouble.RECORDING


@pytest.mark.parametrize("name", [name for name in CASES if name != "right"])
def test_batfish_sees_the_same_happen_to_every_packet_of_the_engine(name: str) -> None:
    told = [item.replays for item in opinions(name).opinions if item is not None and item.replays is not None]
    assert all(told)
    without_packet = {"a default route appears", "a LAN is switched off"}  # no packet shows it, or none can start
    assert bool(told) is (bool(CASES[name].violated) and name not in without_packet)


def test_a_packet_that_batfish_sees_otherwise_is_told_so() -> None:
    name = "an entry of a source fence is gone"
    flipped = {"PERMIT": "DENY", "DENY": "PERMIT"}

    def change(rows: Rows) -> Rows:
        return tuple({**row, "Action": flipped[row["Action"]]} for row in rows)

    found = ask_batfish(Tampered("testFilters", change), given_of(name), judged(name))
    assert {item.replays for item in found.opinions if item is not None} == {None, False}
    combined = consult(judged(name), given_of(name), lambda *_: found)
    assert any(isinstance(item.verdict, Violated) for item in combined.answers)


def test_an_answer_that_says_nothing_of_a_packet_is_no_answer() -> None:
    name = "an entry of a source fence is gone"
    with pytest.raises(BatfishError) as caught:
        ask_batfish(Tampered("testFilters", nothing), given_of(name), judged(name))
    assert caught.value.trouble is Trouble.INCOMPLETE


def test_a_counterexample_with_port_zero_is_not_put_to_batfish() -> None:
    name = "an entry of a source fence is gone"
    evidence = given_of(name)
    snapshot = network_snapshot(evidence)
    facts = gather_facts(recorded(), snapshot, evidence)
    replays = Replays(Asker(recorded(), snapshot, gather(evidence), facts))
    violated = next(
        item.verdict
        for item, opinion in zip(judged(name).answers, opinions(name).opinions, strict=True)
        if isinstance(item.verdict, Violated) and opinion is not None and opinion.replays
    )
    assert violated.flow is not None
    assert replays.shows(violated) is True
    assert replays.shows(replace(violated, flow=replace(violated.flow, destination_port=0))) is None


LAN_ROUTE = re.compile(r"10\.196\.0\.64/26")


def first_learned(rows: Rows) -> int:
    """Return the number of a learned route to a LAN, in the backbone."""
    return next(
        number
        for number, row in enumerate(rows)
        if row["Protocol"] == "bgp" and LAN_ROUTE.match(str(row["Network"])) and row["Node"]["name"] == "core-1"
    )


def missing(rows: Rows) -> Rows:
    number = first_learned(rows)
    return (*rows[:number], *rows[number + 1 :])


def elsewhere(rows: Rows) -> Rows:
    number = first_learned(rows)
    hop = {"type": "ip", "ip": "10.192.255.1"}
    return (*rows[:number], {**rows[number], "Next_Hop": hop}, *rows[number + 1 :])


def besides(rows: Rows) -> Rows:
    number = first_learned(rows)
    return (*rows, {**rows[number], "Network": "10.196.0.64/27"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (missing, "the engine has a route to 10.196.0.64/26, Batfish has none"),
        (elsewhere, "for the engine, to 10.192.255.1 for Batfish"),
        (besides, "Batfish has a route to 10.196.0.64/27, the engine has none"),
    ],
)
def test_routes_that_differ_are_disputed(change: Callable[[Rows], Rows], said: str) -> None:
    def ask(given: Given, judgement: Judgement) -> Opinions:
        return ask_batfish(Tampered("routes", change), given, judgement)

    judgement = consult(judged("right"), given_of("right"), ask)
    (answer,) = (item for item in judgement.answers if item.question.kind is QuestionKind.ROUTES)
    assert isinstance(answer.verdict, Disputed)
    assert said in describe_reason(answer.verdict.other.said, "en")


def test_every_route_of_the_network_is_compared() -> None:
    tables = dict(engine_tables(gather(given_of("right"))))
    assert sum(len(table) for table in tables.values()) == 427
    assert all(ways for table in tables.values() for ways in table.values())


class Renaming:
    """The recorded server, as it answers where ports are called HundredGigE: by another name than the device's."""

    def __init__(self, renamed: Given) -> None:
        self.version = recorded().version
        self.recorded = recorded().recorded
        self._names = {network_snapshot(renamed).name: network_snapshot(given_of("right"))}

    def upload(self, snapshot: Snapshot) -> None:
        recorded().upload(self._names.get(snapshot.name, snapshot))

    def ask(self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None) -> Rows:
        asked = json.dumps(parameters)
        assert "HundredGigE" not in asked
        plain = json.loads(asked.replace("HundredGigabitEthernet", "TenGigabitEthernet"))
        rows = recorded().ask(question, plain, self._names.get(snapshot.name, snapshot), reference)
        return tuple(json.loads(json.dumps(rows).replace("TenGigabitEthernet", "HundredGigabitEthernet")))

    def discard(self, name: str) -> None:
        recorded().discard(name)


def test_a_port_that_batfish_calls_otherwise_is_found_all_the_same() -> None:
    texts = {name: text.replace("TenGigabitEthernet", "HundredGigE") for name, text in texts_of("right").items()}
    given = give(compiled(), texts)

    def name(port: str) -> str:
        return port.replace("TenGigabitEthernet", "HundredGigE")

    links = tuple(
        replace(item, a_interface=name(item.a_interface), b_interface=name(item.b_interface))
        for item in given.network.links
    )
    ports = tuple(replace(item, interface=name(item.interface)) for item in given.network.ports)
    bounds = Bounds(declared=tuple(replace(item, ports=ports) for item in given.bounds.declared))
    given = replace(given, network=replace(given.network, links=links, ports=ports), bounds=bounds)
    edges = network_snapshot(given).files["batfish/layer1_topology.json"]
    assert "HundredGigabitEthernet" in edges
    assert "HundredGigE" not in edges
    judgement = consult(judge_and_replay(given), given, partial(ask_batfish, Renaming(given)))
    assert [item for item in judgement.answers if not isinstance(item.verdict, Holds)] == []
    seen = [traits_of(item.question.kind).unseen is None for item in judgement.answers]
    assert [len(item.opinions) == 2 for item in judgement.answers] == seen


class PastThePoint(Tampered):
    """The recorded server, but a CPE has the LAN of a system, too: what it is asked about packets that end there."""

    def __init__(self) -> None:
        super().__init__("routes", self._with_lan)
        self.asked: list[Parameters] = []

    def _with_lan(self, rows: Rows) -> Rows:
        lan = next(row for row in rows if row["Protocol"] == "connected" and row["Network"] == "10.193.0.64/26")
        return (*rows, {**lan, "Node": {"id": f"node-{CPE}", "name": CPE}, "VRF": "A-19"})

    def ask(self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None) -> Rows:
        constraints = parameters.get("pathConstraints")
        if question == "reachability" and isinstance(constraints, dict) and "endLocation" in constraints:
            self.asked.append(constraints)
            return (
                {"Flow": PAST, "Traces": [{"disposition": "DELIVERED_TO_SUBNET", "hops": [{"node": {"name": CPE}}]}]},
            )
        try:
            return super().ask(question, parameters, snapshot, reference)
        except BatfishError:
            return ()  # of other questions that come up, nothing is said here


CPE = "cpe-gia-sang"
PAST = {
    "srcIp": "10.196.0.66", "dstIp": "10.193.0.66", "ipProtocol": "TCP", "srcPort": 40000, "dstPort": 443, "tcpFlagsSyn": 1,
    "ingressNode": CPE, "ingressInterface": "GigabitEthernet0/0/1.103",
}  # fmt: skip


def test_batfish_is_asked_about_a_way_past_a_control_point_where_its_own_tables_have_one() -> None:
    session = PastThePoint()
    found = ask_batfish(session, given_of("right"), judged("right"))
    said = {
        str(answer.question.subject): opinion.verdict
        for answer, opinion in zip(judged("right").answers, found.opinions, strict=True)
        if answer.question.kind is QuestionKind.LEVEL and opinion is not None
    }
    wrong = {subject for subject, verdict in said.items() if isinstance(verdict, Violated)}
    assert wrong == {subject for subject in said if "'edoc'" in subject}
    assert wrong
    assert {(item["endLocation"], item["forbiddenLocations"]) for item in session.asked} == {(CPE, "dc-edge-1")}
    verdict = said[min(wrong)]
    assert isinstance(verdict, Violated)
    assert verdict.claim == past(["dc-edge-1"])


def test_the_recorded_server_needs_no_packet_where_all_stands_on_its_control_point() -> None:
    levels = [
        opinion.verdict
        for answer, opinion in zip(judged("right").answers, opinions("right").opinions, strict=True)
        if answer.question.kind is QuestionKind.LEVEL and opinion is not None
    ]
    assert len(levels) == 6
    assert all(isinstance(verdict, Holds) for verdict in levels)
