"""`truc netbox bootstrap`: what a NetBox has to have, made once, with what was there before in a file."""

from __future__ import annotations

import json
from collections.abc import Iterable

from controller.commands.addresses.netbox_request import NetBoxRequest, code_of, start, sum_up
from controller.jobs.files import write_text
from controller.output.choices import NetBoxAction
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message
from controller.output.terminal import Output
from intents.finding import FindingsError, Where, make_finding
from intents.reason import because
from ipam.netbox.bootstrap import Lack, check_ready, lacks, supply
from ipam.netbox.server import Server


def bootstrap(output: Output, request: NetBoxRequest, server: Server) -> ExitCode:
    """Show what is lacking; make it if that is asked for (FindingsError, OSError)."""
    lacking = lacks(server)
    if request.yes and lacking:
        if request.backup is None:
            raise FindingsError([make_finding("TR999", Where(), reason=because("netbox_no_backup"))])
        write_text(request.backup, _backup_of(server, lacking))
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


def _backup_of(server: Server, lacking: Iterable[Lack]) -> str:
    """Return everything that is there and will be changed, and the names of what will be made."""
    content = {
        "url": server.url,
        "changed": [{"path": lack.need.path, "was": lack.found} for lack in lacking if lack.found is not None],
        "made": [f"{lack.need.path}{lack.need.name}" for lack in lacking if lack.found is None],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
