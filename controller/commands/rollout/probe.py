"""`truc probe`: a few real packets beside the proof of a plan, before it is carried out or behind it.

The one idea: what the packets should do is what was proved; that one of them does otherwise makes neither the proof nor the
device right, and is for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from controller.apply.opening import check_workspaces
from controller.boundary import check_folder
from controller.jobs.compile import compile_workspace
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.probes.look import judge_look
from controller.probes.rounds import ProbeTable, read_rounds
from controller.reports.findings import count_findings, tell_findings
from controller.reports.rollout.probes import count_probes, print_probes
from controller.rollout.filed import load_plan
from intents.finding import Severity

PROBE_FORMAT = "truc/probe/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRequest:
    """What is asked for. `behind`: whether the plan is carried out already."""

    plan: Path
    base: Path
    workspace: Path
    table: ProbeTable
    behind: bool


def probe_command(output: Output, request: ProbeRequest) -> ExitCode:
    """Send the probes and say what became of them; FindingsError, OSError."""
    for folder in (request.base, request.workspace):
        check_folder(folder)
    plan = load_plan(request.plan)
    check_workspaces(plan, request.base, request.workspace)
    before, after = (compile_workspace(folder, plan.made_on, output) for folder in (request.base, request.workspace))
    rounds, warnings = read_rounds(request.table, (before.addressed, after.addressed))
    if output.json:
        start_messages(output, PROBE_FORMAT, plan=plan.digest, behind=request.behind)
    results = rounds.look(behind=request.behind)
    found = tuple(judge_look(results))
    tell_findings(output, request.workspace, (*warnings, *found))
    print_probes(output, results)
    counts = count_probes(results, found)
    is_wrong = any(item.severity is Severity.ERROR for item in found)
    if output.json:
        body = {"ok": bool(results) and not found, **counts, **count_findings((*warnings, *found))}
        print_message(output, {"type": "summary", **body})
    elif not results:
        output.say("probe_none")
    else:
        output.say("apply_probed", **counts)
        output.say("next_probe_wrong" if found else "next_probe_fine")
    if is_wrong:
        return ExitCode.ERROR
    return ExitCode.FINE if results and not found else ExitCode.INCONCLUSIVE
