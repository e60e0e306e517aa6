"""A `ChangePlan` -> what a person reads of it, and JSON Lines, format truc/plan-report/1.

The one idea: what is not proved comes first and in full; then what opens and closes; the last line says access in numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from controller.output.json_lines import Message, because_message, finding_message, print_message, start_messages
from controller.output.terminal import Output
from controller.rollout.plan import ChangePlan, digest_of_plan, pairs
from controller.rollout.proof import JudgedState
from controller.rollout.way_in import way_in_findings
from intents.finding import Finding
from intents.messages import printable
from intents.reason import Reason
from routing.vendors import VENDORS
from routing.vendors.change import WayBack
from verification.change.access import AccessChange, Turn
from verification.verdicts.flow import describe_flow
from verification.verdicts.question import Answer
from verification.verdicts.verdict import Disputed, Holds, NotModelled, Violated

PLAN_REPORT_FORMAT = "truc/plan-report/1"
MOST_SHOWN = 20


def print_plan(output: Output, plan: ChangePlan) -> None:
    """Write the whole report but how it compares with its change request, and its end."""
    _print_request(output, plan)
    if not plan.changes and not plan.arrivals and not plan.departures:
        output.say("plan_nothing")
        return
    _print_mended(output, plan)
    _print_faults(output, plan)
    for words, found in (("plan_access_opens", plan.opens), ("plan_access_closes", plan.closes)):
        _print_access(output, words, found)
    _print_waves(output, plan)
    proof = plan.proof
    counts = {"states": len(proof.states), "stands": proof.stands}
    output.say("plan_proved", **counts, stubs=len(proof.stubs), sequence=len(proof.sequence))
    _print_judges(output, plan)
    ways = proof.ways_in
    if ways.hosts:
        hosts = ", ".join(map(str, ways.hosts))
        output.say("plan_ways_in" if not proof.ways_in_lost else "plan_ways_in_lost", hosts=hosts, positions=ways.asked)
    if ways.not_proved:
        output.say("plan_return_touches", devices=", ".join(ways.not_proved))
    unproved = sum(way_back(change.platform) is WayBack.REPLACE for change in plan.changes)
    if unproved:
        output.say("plan_way_back", devices=unproved)


def _print_judges(output: Output, plan: ChangePlan) -> None:
    second = plan.second
    if second is not None:
        output.say("plan_two_judges", name=second.name, version=second.version, questions=second.questions)
    elif plan.unheard is None:
        output.say("plan_one_judge")


def _print_request(output: Output, plan: ChangePlan) -> None:
    request = plan.declaration.request
    if request is None:
        return
    head = request.head
    output.say("plan_request", title=head.title, request=head.request_ref, decision=head.decision_ref)
    output.say("plan_window", window=request.window, intents=", ".join(name for name, _ in request.intents) or "-")
    for item in request.interruptions:
        output.say(
            "plan_interruption",
            devices=", ".join(item.devices),
            span=item.span,
            way_back=item.way_back,
            agreed_by=item.agreed_by,
        )


def print_suggestion(output: Output, lines: Sequence[str], devices: Sequence[str]) -> None:
    """Write the lines of YAML that would declare what nobody declared, and the option for trying interruptions."""
    if lines:
        output.say("plan_would_declare")
        output.line("  change:")
        for line in lines:
            output.line(f"  {printable(line)}")
    if devices:
        output.say("plan_try_interrupt", options=" ".join(f"--interrupt {device}" for device in devices))


def refusals(plan: ChangePlan) -> Iterator[Finding]:
    """Yield what a plan is refused for, or warns of, beside states of the network: an opinion that is not had, ways in that are
    lost, what is not as it is declared."""
    if plan.unheard is not None:
        yield plan.unheard
    yield from way_in_findings(plan.proof.ways_in_lost)
    yield from plan.declaration.findings


def way_back(platform: str) -> WayBack:
    """Return what a platform does by itself if a change is not confirmed."""
    return VENDORS[platform].capabilities.way_back


def print_plan_end(output: Output, plan: ChangePlan) -> None:
    """Write what the change does to access, in one line."""
    output.say("plan_summary", **summary_of(plan))


def summary_of(plan: ChangePlan) -> dict[str, int]:
    """Return a plan in numbers; pairs are counted in each direction."""
    return {
        "opens": len(list(pairs(plan.opens))),
        "closes": len(list(pairs(plan.closes))),
        "undeclared": len(list(pairs(plan.declaration.undeclared))),
        "devices": len(plan.changes),
        "lines": plan.lines,
        "interrupted": len(plan.interrupted),
    }


def _print_mended(output: Output, plan: ChangePlan) -> None:
    """Say what is wrong as the network stands, and no longer when all is done."""
    reasons = dict.fromkeys(reason_of(answer) for answer in plan.proof.mended)
    if not reasons:
        return
    output.say("plan_mended", count=len(plan.proof.mended))
    for reason in list(reasons)[:MOST_SHOWN]:
        output.line(f"  {printable(output.in_words(reason))}")
    output.line()


def _print_faults(output: Output, plan: ChangePlan) -> None:
    if plan.holds:
        return
    output.line(output.paint(output.words("plan_not_proved"), "bad"))
    if plan.unheard is not None:
        output.say("plan_unheard")
    for fault in plan.proof.faults[:MOST_SHOWN]:
        output.say("plan_premise", device=fault.device, edits=fault.edits, reason=output.in_words(fault.reason))
    told: set[Reason] = set()
    for state in plan.proof.states:
        for answer in state.wrong:
            if reason_of(answer) in told or len(told) == MOST_SHOWN:
                continue
            told.add(reason_of(answer))
            output.say(
                "plan_state", state=state_words(output, state), reason=printable(output.in_words(reason_of(answer)))
            )
    for difference in plan.access.differences[:MOST_SHOWN]:
        output.line(f"  {printable(output.in_words(difference))}")
    for doubt in plan.access.doubts[:MOST_SHOWN]:
        output.line(f"  {printable(output.in_words(doubt.reason))}")
    output.line()


def state_words(output: Output, state: JudgedState) -> str:
    """Return what a judged state is called."""
    return output.words(f"plan_state_{state.name}", device=state.device, edits=state.edits)


def reason_of(answer: Answer) -> Reason:
    """Return why an answer does not hold; ValueError for one that does."""
    match answer.verdict:
        case Violated(reason=reason) | NotModelled(reason=reason):
            return reason
        case Disputed(one=one):
            return one.in_words()
        case Holds():
            raise ValueError("nothing is wrong with an answer that holds")


def _print_access(output: Output, words: str, found: Sequence[AccessChange]) -> None:
    if not found:
        return
    seen = dict.fromkeys((item.source, item.destination) for item in found)
    output.say(words, count=len(seen))
    first = {(item.source, item.destination): item for item in reversed(found)}
    for pair in list(seen)[:MOST_SHOWN]:
        item = first[pair]
        packet = describe_flow(item.flow, output.language)
        output.say("plan_pair", source=item.source, destination=item.destination, packet=packet)
    if len(seen) > MOST_SHOWN:
        output.say("plan_more", count=len(seen) - MOST_SHOWN)


def _print_waves(output: Output, plan: ChangePlan) -> None:
    if plan.arrivals:
        output.say("plan_arrivals", devices=", ".join(plan.arrivals))
    output.say("plan_waves")
    for number, wave in enumerate(plan.waves, start=1):
        words = "plan_wave_canary" if wave.canary else "plan_wave"
        output.say(words, number=number, devices=", ".join(wave.devices))
    if plan.departures:
        output.say("plan_departures", devices=", ".join(plan.departures))


def print_plan_json(output: Output, plan: ChangePlan, findings: Sequence[Finding], suggested: Sequence[str]) -> None:
    """Write the format, findings, what is not proved, what opens and closes, the waves, what would declare it and a summary."""
    start_messages(
        output, PLAN_REPORT_FORMAT, on=plan.origin.made_on.isoformat(), expires=plan.origin.expires_on.isoformat()
    )
    for finding in findings:
        print_message(output, finding_message(finding, output.language))
    for fault in plan.proof.faults:
        print_message(
            output, {"type": "premise", "device": fault.device, "edits": fault.edits, **because_message(fault.reason)}
        )
    for state in plan.proof.states:
        wrong, amiss = (
            [dict(because_message(reason_of(answer))) for answer in answers] for answers in (state.wrong, state.amiss)
        )
        about: Message = {
            "state": state.name,
            "device": state.device,
            "edits": state.edits,
            "questions": state.questions,
        }
        print_message(output, {"type": "state", **about, "wrong": wrong, "amiss": amiss})
    undeclared = {(item.turn, item.source, item.destination) for item in plan.declaration.undeclared}
    for turn, found in ((Turn.OPENED, plan.opens), (Turn.CUT, plan.closes)):
        for source, destination in pairs(found):
            declared = (turn, source, destination) not in undeclared
            ends: Message = {"source": source, "destination": destination, "declared": declared}
            print_message(output, {"type": "pair", "turn": str(turn), **ends})
    for number, wave in enumerate(plan.waves, start=1):
        print_message(output, {"type": "wave", "number": number, "canary": wave.canary, "devices": list(wave.devices)})
    if suggested:
        print_message(output, {"type": "suggestion", "lines": list(suggested)})
    verdict: Message = {"ok": plan.holds, "declared": plan.declaration.complete, "digest": digest_of_plan(plan)}
    print_message(output, {"type": "summary", **verdict, **summary_of(plan)})
