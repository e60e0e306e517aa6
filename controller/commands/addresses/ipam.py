"""`truc ipam`: how full the pools are, and an existing address plan taken over from a table."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

from controller.boundary import check_folder, parse_day
from controller.commands.show import ShownTable, print_table
from controller.jobs.alone import alone_in
from controller.jobs.changes import compare_plans, total_of
from controller.jobs.files import Placing
from controller.jobs.pipeline import LOCKFILE, address, store_of, want
from controller.output.choices import IpamAction
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.reports.findings import tell_findings
from intents.finding import FindingsError, Where, make_finding, raise_errors
from intents.prefix import Family
from ipam.pools import make_pools
from ipam.store.import_csv import ImportTarget, import_plan
from ipam.utilisation import Utilisation, utilisation

IMPORT_FORMAT = "truc/ipam-import/1"


def ipam(output: Output, folder: Path, on: str | None, action: IpamAction, table: Path | None) -> ExitCode:
    """Show utilisation, or import a table into the lockfile; FindingsError, OSError."""
    check_folder(folder)
    match action:
        case IpamAction.SHOW:
            return _show(output, folder, on)
        case IpamAction.IMPORT:
            if table is None:
                raise FindingsError([make_finding("TR812", Where())])
            with alone_in(folder):
                return _import(output, folder, on, table)


def _show(output: Output, folder: Path, on: str | None) -> ExitCode:
    addressed = address(want(folder, parse_day(on)))
    output.note_day(addressed.wanted.on, stands_still=addressed.wanted.stands_still)
    rows = tuple(_row(item) for item in utilisation(addressed.address_plan))
    columns = ("pool", "prefix", "unit", "used", "quarantined", "free", "free_percent", "largest")
    print_table(output, "pools", ShownTable(columns=columns, rows=rows, numbers=(3, 4, 5, 6)))
    if not output.json:
        output.say("next_ipam_show")
    return ExitCode.FINE


def _row(item: Utilisation) -> tuple[str, ...]:
    """Return a pool's row: in addresses for IPv4, for IPv6 in prefixes of the length that it gives out."""
    pool = item.pool
    length = pool.prefix.family.bits if pool.prefix.family is Family.V4 else pool.slot
    unit = 1 << (pool.prefix.family.bits - length)
    return (
        pool.name,
        str(pool.prefix),
        f"/{length}",
        f"{item.used // unit:,}",
        f"{item.quarantined // unit:,}",
        f"{item.free // unit:,}",
        f"{item.free_percent:.1f}",
        str(item.largest_free or "-"),
    )


def _import(output: Output, folder: Path, on: str | None, table: Path) -> ExitCode:
    """Take over every line of a table, or none."""
    wanted = want(folder, parse_day(on))
    output.note_day(wanted.on, stands_still=wanted.stands_still)
    store = store_of(folder)
    previous = store.load()
    raise_errors(previous.findings)
    pools, pool_findings = make_pools(wanted.settings.pools, previous.plan, wanted.on)
    raise_errors(pool_findings)
    target = ImportTarget(
        registry=wanted.registry, inventory=wanted.inventory, pools=pools, previous=previous.plan, on=wanted.on
    )
    plan, imported = import_plan(table, str(table), target)
    findings = raise_errors((*pool_findings, *imported))
    with Placing() as placing:
        store.save(plan, previous, placing)
        placing.put()
    count = total_of(compare_plans(previous.plan, plan)).new
    if output.json:
        start_messages(output, IMPORT_FORMAT)
        tell_findings(output, Path(), findings)
        print_message(output, {"type": "summary", "ok": True, "entries": count})
    else:
        tell_findings(output, Path(), findings)
        output.say("imported", count=count, lockfile=folder / LOCKFILE)
        output.say("next_import", folder=quote(str(folder)))
    return ExitCode.FINE
