"""`truc netbox bootstrap`: what a NetBox has to have, made once, with what was there before in a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from controller.commands.addresses.netbox_request import NetBoxRequest, code_of, start, sum_up
from controller.jobs.files import write_text
from controller.output.choices import NetBoxAction
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message
from controller.output.terminal import Output
from intents.finding import Finding, FindingsError, Where, make_finding
from intents.reader.source_text import read_text
from intents.reason import because
from ipam.netbox.bootstrap import Lack, check_ready, lacks, supply
from ipam.netbox.server import MOST_BYTES, Server


def bootstrap(output: Output, request: NetBoxRequest, server: Server) -> ExitCode:
    """Show what is lacking; make it if that is asked for (FindingsError, OSError)."""
    lacking = lacks(server)
    if request.yes and lacking:
        if request.backup is None:
            raise FindingsError([make_finding("TR999", Where(), reason=because("netbox_no_backup"))])
        write_text(request.backup, _backup_of(server, lacking, _kept(server, request.backup)))
        supply(server, lacking)
        check_ready(server)
    start(output, server, NetBoxAction.BOOTSTRAP)
    for lack in lacking:
        name = f"{lack.need.path}{lack.need.name}"
        if output.json:
            print_message(output, {"type": "need", "name": name, "is_there": lack.found is not None})
        else:
            output.line(f"  {'+' if lack.found is None else '~'} {name}")
    made = sum(lack.found is None for lack in lacking)
    sum_up(output, request, made=made, changed=len(lacking) - made)
    return code_of(request, len(lacking))


def _kept(server: Server, path: Path) -> Mapping[str, list[object]]:
    """Return what a backup holds already: a run that was cut short, or one of last year, has changed what it says; FindingsError
    for a file that is none of this NetBox (OSError)."""
    content = read_text(path, str(path), MOST_BYTES)
    if isinstance(content, Finding) and not path.exists() and not path.is_symlink():
        return {"changed": [], "made": []}
    try:
        found = json.loads("" if isinstance(content, Finding) else content)
        if found["url"] == server.url:
            return {name: list(found[name]) for name in ("changed", "made")}
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise FindingsError([make_finding("TR999", Where(), reason=because("netbox_backup_other", path=str(path)))])


def _backup_of(server: Server, lacking: Iterable[Lack], kept: Mapping[str, list[object]]) -> str:
    """Return everything that is there and will be changed, and the names of what will be made, after what was kept before."""
    changed: list[object] = [{"path": lack.need.path, "was": lack.found} for lack in lacking if lack.found is not None]
    made: list[object] = [f"{lack.need.path}{lack.need.name}" for lack in lacking if lack.found is None]
    content = {
        "url": server.url,
        "changed": [*kept["changed"], *(one for one in changed if one not in kept["changed"])],
        "made": [*kept["made"], *(one for one in made if one not in kept["made"])],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
