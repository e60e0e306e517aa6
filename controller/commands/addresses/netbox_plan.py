"""`truc netbox check`, `export` and `import`: the address plan of a workspace beside that of a NetBox.

The one idea: every action first shows what it would do; only `--yes` does it.
"""

from __future__ import annotations

from pathlib import Path
from shlex import quote

from controller.boundary import parse_day
from controller.commands.addresses.netbox_alone import alone_there
from controller.commands.addresses.netbox_request import NetBoxRequest, code_of, start, sum_up, tell_lines
from controller.jobs.files import Placing
from controller.jobs.pipeline import LOCKFILE, address, store_of, want
from controller.output.choices import NetBoxAction
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message
from controller.output.terminal import Output
from controller.reports.findings import tell_findings
from intents.finding import Finding, FindingsError, Where, has_errors, make_finding, raise_errors, sort_findings
from ipam.netbox.bootstrap import check_ready
from ipam.netbox.branches import open_branches
from ipam.netbox.changes import changes_to
from ipam.netbox.comparing import EntryDifference, compare
from ipam.netbox.netbox_store import NetBoxStore
from ipam.netbox.reading import Reading, kept_plan, read_netbox
from ipam.netbox.server import Server
from ipam.store.plan_store import KeptPlan


def check(output: Output, request: NetBoxRequest, server: Server) -> ExitCode:
    """Tell what differs: 2 if anything does, 3 if what NetBox says contradicts itself; FindingsError."""
    addressed = address(want(request.folder, parse_day(request.on)))
    output.note_day(addressed.wanted.on, stands_still=addressed.wanted.stands_still)
    reading = _read(output, server)
    branches = open_branches(server)
    drifted = kept_plan(reading).findings
    changes = changes_to(reading, addressed.previous.plan)
    differences = compare(reading, addressed.previous.plan)
    start(output, server, NetBoxAction.CHECK)
    tell_lines(output, differences)
    tell_findings(output, Path(), sort_findings((*drifted, *changes.warnings)))
    if not output.json and addressed.address_plan != addressed.previous.plan:
        output.say("netbox_compile_first", folder=quote(str(request.folder)))
    if not output.json and branches:
        output.say("netbox_branches", count=branches)
    _end_check(output, reading, differences, drifted, branches)
    if has_errors(drifted):
        return ExitCode.INCONCLUSIVE
    return ExitCode.CHANGES if differences else ExitCode.FINE


def _end_check(
    output: Output,
    reading: Reading,
    differences: tuple[EntryDifference, ...],
    drifted: tuple[Finding, ...],
    branches: int,
) -> None:
    ours, others = len(reading.rows), len(reading.foreign)
    if output.json:
        counts = {"differences": len(differences), "drifted": len(drifted), "ours": ours, "others": others}
        counts["branches"] = branches
        print_message(output, {"type": "summary", "ok": not differences and not drifted, **counts})
        return
    output.say("netbox_read", ours=ours, others=others, differences=len(differences), drifted=len(drifted))
    output.say("next_netbox_drift" if drifted else "next_netbox_differs" if differences else "next_netbox_same")


def export_plan(output: Output, request: NetBoxRequest, server: Server) -> ExitCode:
    """Write the lockfile's plan to a NetBox; FindingsError."""
    kept = _lockfile(request)
    check_ready(server)
    reading = _read(output, server)
    changes = changes_to(reading, kept.plan)
    raise_errors(changes.conflicts)
    if request.yes and changes.count:
        with alone_there(output, server, request.folder, "netbox export") as lease, Placing() as placing:
            store = NetBoxStore(
                server=server,
                known=reading,
                progress=lambda done: output.progress("netbox_write", done, changes.count),
                before=lease.renew,
            )
            store.save(kept.plan, kept_plan(reading), placing)
            placing.put()
    start(output, server, NetBoxAction.EXPORT)
    tell_lines(output, compare(reading, kept.plan))
    tell_findings(output, Path(), sort_findings(changes.warnings))
    sum_up(output, request, made=len(changes.made), changed=len(changes.changed), gone=len(changes.gone))
    return code_of(request, changes.count)


def import_plan_from(output: Output, request: NetBoxRequest, server: Server) -> ExitCode:
    """Write a NetBox's plan to the lockfile; FindingsError, OSError."""
    store = store_of(request.folder)
    kept = store.load()
    reading = _read(output, server)
    found = kept_plan(reading)
    if not found.is_there:
        raise FindingsError([make_finding("TR917", Where(file=server.url))])
    raise_errors(found.findings)
    differences = compare(reading, kept.plan)
    if request.yes:
        with Placing() as placing:
            store.save(found.plan, kept, placing)
            placing.put()
    start(output, server, NetBoxAction.IMPORT)
    tell_lines(output, differences)
    made, gone = (sum(one.lockfile == "" for one in differences), sum(one.netbox == "" for one in differences))
    sum_up(output, request, made=made, changed=len(differences) - made - gone, gone=gone)
    return code_of(request, len(differences))


def _lockfile(request: NetBoxRequest) -> KeptPlan:
    """Return the plan that is exported; FindingsError if it can't be read, or there is none: nothing is emptied by mistake."""
    kept = store_of(request.folder).load()
    raise_errors(kept.findings)
    if not kept.is_there:
        raise FindingsError([make_finding("TR918", Where(file=LOCKFILE))])
    return kept


def _read(output: Output, server: Server) -> Reading:
    output.stage = "netbox_read"
    return read_netbox(server, lambda count: output.progress("netbox_read", count, count))
