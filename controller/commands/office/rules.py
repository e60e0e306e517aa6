"""`truc rules`: what the regulation asks, where each requirement is looked at, and what is known of a workspace.

`python -m controller.commands.office.rules LANGUAGE FILE` writes the page of the documents.
"""

from __future__ import annotations

import sys
from pathlib import Path

from controller.boundary import check_folder, parse_day
from controller.office.rule_status import RuleState, rule_status
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.office.rules import print_rule, print_rules, print_status, rules_page
from intents.finding import Finding, FindingsError, Where, make_finding
from intents.reader.suggestions import suggest
from intents.rule_packs import load_rules


def rules_command(output: Output, folder: Path, on: str | None, name: str | None, *, status: bool) -> ExitCode:
    """Print the requirements, one of them, or the status of a workspace; FindingsError, OSError."""
    day = parse_day(on)
    if status:
        check_folder(folder)
        found, of_day = rule_status(folder, day)
        known = tuple(item for item in found if name is None or item.obligation.identifier == name.upper())
        if not known:
            raise FindingsError([_unknown(name or "")])
        print_status(output, known, of_day)
        return ExitCode.ERROR if any(item.state is RuleState.BROKEN for item in known) else ExitCode.FINE
    if name is None:
        print_rules(output, day)
        return ExitCode.FINE
    item = load_rules().obligations.get(name.upper())
    if item is None:
        raise FindingsError([_unknown(name)])
    print_rule(output, item, day)
    return ExitCode.FINE


def _unknown(name: str) -> Finding:
    return make_finding("TR869", Where(), name=name, suggestion=suggest(name.upper(), load_rules().obligations))


def main(arguments: list[str]) -> None:
    """Write the page of the documents in a language."""
    language, path = arguments
    Path(path).write_text(rules_page(language), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
