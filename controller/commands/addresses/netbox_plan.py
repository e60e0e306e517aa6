"""`truc netbox check`, `export` and `import`: address plan and tables of a workspace beside those of a NetBox.

The one idea: every action first shows what it would do; only `--yes` does it, and then all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote

from controller.boundary import parse_day
from controller.commands.addresses.netbox_alone import alone_there
from controller.commands.addresses.netbox_request import NetBoxRequest, code_of, start, sum_up, tell_lines
from controller.commands.addresses.netbox_tables import FoundTables, find_tables, put_tables
from controller.jobs.files import Placing
from controller.jobs.pipeline import LOCKFILE, address, store_of, want
from controller.output.choices import NetBoxAction
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message
from controller.output.terminal import Output
from controller.reports.findings import tell_findings
from intents.finding import Finding, FindingsError, Where, has_errors, make_finding, raise_errors, sort_findings
from intents.reason import because
from intents.workspace import load_settings
from ipam.netbox.bootstrap import check_ready, look
from ipam.netbox.branches import open_branches
from ipam.netbox.changes import NetBoxChanges, changes_to, open_pools
from ipam.netbox.comparing import EntryDifference, compare, not_whole
from ipam.netbox.dependents import spare_what_is_named
from ipam.netbox.netbox_store import NetBoxStore
from ipam.netbox.reading import ALL_READS, Reading, Since, kept_plan, place_of, read_netbox
from ipam.netbox.route_targets import TargetChanges, read_targets, target_changes, wanted_targets
from ipam.netbox.server import Server
from ipam.store.plan_store import KeptPlan
from ipam.store.table_files import check_tables


def check(output: Output, request: NetBoxRequest, server: Server) -> ExitCode:
    """Tell what differs: 2 if anything does, 3 if what NetBox says contradicts itself; FindingsError."""
    addressed = address(want(request.folder, parse_day(request.on)))
    output.note_day(addressed.wanted.on, stands_still=addressed.wanted.stands_still)
    prepared = look(server)
    reading = _read(output, server, prepared.since)
    branches = open_branches(server)
    tables = find_tables(request.folder, reading)
    asn = addressed.wanted.settings.route_target_asn
    targets = target_changes(reading, read_targets(server), wanted_targets(addressed.previous.plan, asn))
    changes = changes_to(reading, addressed.previous.plan, tables.files.lines())
    found = (*kept_plan(reading).findings, *tables.findings)
    drifted = (*prepared.astray(reading), *_but_of_offers(found, reading, changes), *targets.conflicts)
    differences = (*compare(reading, addressed.previous.plan), *_kept_differences(tables))
    opened = (*open_pools(reading, changes), *targets.told(server.url))
    start(output, server, NetBoxAction.CHECK)
    tell_lines(output, differences)
    tell_findings(output, Path(), sort_findings((*drifted, *opened, *changes.warnings)))
    if not output.json and not tables.kept.is_there:
        output.say("netbox_no_tables")
    if not output.json and addressed.address_plan != addressed.previous.plan:
        output.say("netbox_compile_first", folder=quote(str(request.folder)))
    if not output.json and branches:
        output.say("netbox_branches", count=branches)
    _end_check(output, reading, differences, drifted, opened, branches)
    if has_errors(drifted):
        return ExitCode.INCONCLUSIVE
    return ExitCode.CHANGES if differences or opened else ExitCode.FINE


def _but_of_offers(found: Iterable[Finding], reading: Reading, changes: NetBoxChanges) -> Iterator[Finding]:
    """Yield what is not about an object without an entry which an export takes over, for a person gave it our tag."""
    rows = [change.row for change in changes.changed if change.row is not None and change.row.is_offered]
    offers = {place_of(reading.shown, row) for row in rows if not row.thing.entry}
    yield from (one for one in found if one.code != "TR996" or one.where.file not in offers)


def _kept_differences(tables: FoundTables) -> tuple[EntryDifference, ...]:
    """Return the lines in which tables differ, none where the NetBox does not keep them yet."""
    return tables.differences if tables.kept.is_there else ()


def _end_check(
    output: Output,
    reading: Reading,
    differences: tuple[EntryDifference, ...],
    drifted: tuple[Finding, ...],
    opened: tuple[Finding, ...],
    branches: int,
) -> None:
    ours, others = len(reading.rows), len(reading.foreign)
    if output.json:
        counts = {"differences": len(differences), "drifted": len(drifted), "ours": ours, "others": others}
        counts["branches"] = branches
        print_message(output, {"type": "summary", "ok": not (differences or drifted or opened), **counts})
        return
    output.say("netbox_read", ours=ours, others=others, differences=len(differences), drifted=len(drifted))
    output.say(
        "next_netbox_drift" if drifted else "next_netbox_differs" if differences or opened else "next_netbox_same"
    )


def export_plan(output: Output, request: NetBoxRequest, server: Server) -> ExitCode:
    """Write the lockfile's plan and the tables to a NetBox; FindingsError."""
    kept = _lockfile(request)
    raise_errors(check_tables(request.folder))
    reading = _read(output, server, check_ready(server))
    tables = find_tables(request.folder, reading)
    lines = tables.files.lines()
    changes = changes_to(reading, kept.plan, lines)
    raise_errors(changes.conflicts)
    changes = spare_what_is_named(server, reading, changes)
    raise_errors(changes.conflicts)
    settings = load_settings(request.folder)
    asn = None if settings is None else settings.route_target_asn
    targets = _targets(server, reading, kept, asn)
    if request.yes and (changes.count or targets.lacking):
        with alone_there(output, server, request.folder, "netbox export") as lease, Placing() as placing:
            store = NetBoxStore(
                server=server,
                known=reading,
                tables=lines,
                target_asn=asn,
                progress=lambda done: output.progress("netbox_write", done, changes.count),
                before=lease.renew,
            )
            store.save(kept.plan, kept_plan(reading), placing)
            placing.put()
    start(output, server, NetBoxAction.EXPORT)
    tell_lines(output, (*compare(reading, kept.plan), *tables.differences))
    tell_findings(output, Path(), sort_findings(changes.warnings))
    changed = len(changes.changed) + len(changes.emptied) + len(changes.handed) + len(targets.lacking)
    sum_up(output, request, made=len(changes.made), changed=changed, gone=len(changes.gone))
    return code_of(request, changes.count + len(targets.lacking))


def _targets(server: Server, reading: Reading, kept: KeptPlan, asn: int | None) -> TargetChanges:
    """Return what VRFs that are there lack of route distinguishers and targets, nothing without an ASN; FindingsError (TR915,
    TR996)."""
    if asn is None:
        return TargetChanges()
    targets = target_changes(reading, read_targets(server), wanted_targets(kept.plan, asn))
    raise_errors(targets.conflicts)
    return targets


def import_plan_from(output: Output, request: NetBoxRequest, server: Server) -> ExitCode:
    """Write a NetBox's plan to the lockfile, and what it says of the tables into them; FindingsError, OSError."""
    store = store_of(request.folder)
    kept = store.load()
    prepared = look(server)
    reading = _read(output, server, prepared.since)
    raise_errors(tuple(prepared.astray(reading)))
    found, tables = kept_plan(reading), find_tables(request.folder, reading)
    raise_errors((*found.findings, *tables.findings))
    if not found.is_there and not tables.kept.is_there:
        raise FindingsError([make_finding("TR917", Where(file=server.url), reason=because("netbox_nothing"))])
    raise_errors(tuple(not_whole(reading, kept.plan)) if found.is_there else ())
    differences = (*(compare(reading, kept.plan) if found.is_there else ()), *_kept_differences(tables))
    if request.yes:
        with Placing() as placing:
            if found.is_there:
                store.save(found.plan, kept, placing)
            put_tables(request.folder, tables, placing)
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


def _read(output: Output, server: Server, since: Since) -> Reading:
    output.stage = "netbox_read"
    return read_netbox(server, lambda count: output.progress("netbox_read", count, count), ALL_READS, since)
