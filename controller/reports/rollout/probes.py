"""What became of probes -> lines that people read, messages that scripts read.

The one idea: each packet has a line with what should become of it beside what did; a sign says whether they agree.
"""

from __future__ import annotations

from collections.abc import Sequence

from controller.journal.probe_results import ProbeResult, ProbeWish
from controller.output.json_lines import print_message
from controller.output.terminal import Output
from controller.probes.look import ENDS, is_as_wished
from intents.finding import Finding, Severity


def print_probes(output: Output, results: Sequence[ProbeResult]) -> None:
    """Print one line, or one message, for each probe."""
    for item in results:
        if output.json:
            body = {"host": item.host, "target": item.target, "port": item.port, "changes": item.changes}
            print_message(output, {"type": "probe", **body, "wish": str(item.wish), "end": str(item.end)})
            continue
        wish = "probe_wish_arrive" if item.wish is ProbeWish.ARRIVE else "probe_wish_stay_out"
        output.say(
            "probe_line",
            mark="=" if is_as_wished(item) else "!",
            host=item.host,
            target=item.target,
            port=item.port,
            wish=output.words(wish),
            end=output.in_words(ENDS[item.end]),
        )


def count_probes(results: Sequence[ProbeResult], findings: Sequence[Finding]) -> dict[str, int]:
    """Return how many probes went as they should, how many did not, and how many say nothing."""
    wrong = sum(item.severity is Severity.ERROR for item in findings)
    silent = len(findings) - wrong
    return {"fine": len(results) - wrong - silent, "wrong": wrong, "silent": silent}
