"""A workspace whose address plan is kept in a NetBox: compiled from what is there, its new entries placed there first.

The one idea: everything is worked out and written beside its place before NetBox is written to, and files are renamed after
that. So what stands in a text has its place in NetBox, and what ends in between is gone on with by the next run. The lockfile is
what this workspace knows of NetBox's plan: every other command works from it, offline.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from controller.commands.addresses.netbox_alone import alone_there
from controller.commands.addresses.netbox_request import NetBoxRequest, server_of
from controller.jobs.compile import CompileReport, compare, compile_wanted, recover, write
from controller.jobs.pipeline import Compiled, Wanted, store_of
from controller.output.terminal import Output
from intents.finding import FindingsError, Where, make_finding, raise_errors
from intents.reason import because
from ipam.address_plan import AddressPlan
from ipam.netbox.allocating import AllocatingStore, TakenMeanwhileError, taken_of
from ipam.netbox.bootstrap import check_ready
from ipam.netbox.changes import changes_to
from ipam.netbox.known import check_known
from ipam.netbox.lease import WriteLease
from ipam.netbox.mapping import things_of
from ipam.netbox.reading import Reading, Since, kept_plan, made_anew, read_netbox, read_on
from ipam.netbox.server import Server, shown_address
from ipam.pools import make_pools
from ipam.renames import rename_plan
from ipam.store.plan_store import KeptPlan

ROUNDS = 5
"""Times that new entries are placed until nobody took the same at the same moment."""
ADDRESS, TOKEN, AUTHORITY = "TRUC_NETBOX_URL", "TRUC_NETBOX_TOKEN", "TRUC_NETBOX_CA"
"""Variables that say which NetBox a token may go to, where that token is kept, and whose certificates are trusted."""


def server_for(wanted: Wanted) -> Server:
    """Return the NetBox that a workspace names; FindingsError if whoever runs this does not name the same.

    A workspace comes from others: it must not decide where a person's token is sent.
    """
    named, meant = os.environ.get(ADDRESS, "").rstrip("/"), wanted.settings.netbox
    if named != meant:
        reason = because("netbox_other", wanted=meant, named=shown_address(named) or "-")
        raise FindingsError([make_finding("TR999", Where(), reason=reason)])
    authority = os.environ.get(AUTHORITY)
    return server_of(
        NetBoxRequest(
            folder=wanted.folder,
            url=meant,
            token=os.environ.get(TOKEN) or "env:TRUC_NETBOX",
            ca=Path(authority) if authority else None,
        )
    )


def compile_in_netbox(output: Output, wanted: Wanted, out: Path, *, check: bool) -> CompileReport:
    """Compile, and write NetBox, lockfile and texts unless it is only a `check`; FindingsError, OSError."""
    server = server_for(wanted)
    known = store_of(wanted.folder).load()
    raise_errors(known.findings)
    since = check_ready(server)
    if check:
        found = _read(output, server, None, since)
        compiled = _compiled(output, wanted, known, found)
        raise_errors(changes_to(found, compiled.addressed.address_plan).conflicts)
        return compare(compiled, out, writing=False)
    with alone_there(output, server, wanted.folder, "compile") as lease:
        reading: Reading | None = None
        for _ in range(ROUNDS):
            reading = _read(output, server, reading, since)
            report = _placed(output, _compiled(output, wanted, known, reading), out)
            with suppress(TakenMeanwhileError):
                store = _store(output, wanted, known, reading, lease)
                write(report, store, known)
                return replace(report, foreign=(*report.foreign, *store.let_go.values()))
    raise FindingsError([make_finding("TR908", Where(file=server.url), times=ROUNDS)])


def _placed(output: Output, compiled: Compiled, out: Path) -> CompileReport:
    output.stage = "netbox_write"
    recover(out)
    return compare(compiled, out, writing=True)


def _store(output: Output, wanted: Wanted, known: KeptPlan, reading: Reading, lease: WriteLease) -> AllocatingStore:
    entries = {thing.entry for thing in things_of(known.plan)}
    return AllocatingStore(
        reading=reading,
        lease=lease,
        registry=wanted.registry,
        news=lambda entry: entry not in entries,
        target_asn=wanted.settings.route_target_asn,
        progress=lambda done: output.progress("netbox_write", done, 0),
    )


def _compiled(output: Output, wanted: Wanted, known: KeptPlan, reading: Reading) -> Compiled:
    """Return what is made of NetBox's plan; FindingsError if that is none, or not the one that is known here."""
    raise_errors(tuple(made_anew(reading)))
    kept = kept_plan(reading, frozenset(row.key for row in reading.rows if row.is_offered))
    raise_errors(kept.findings)
    if not kept.is_there and known.plan != AddressPlan():
        raise FindingsError([make_finding("TR917", Where(file=reading.shown), reason=because("netbox_nothing"))])
    pools, _ = make_pools(wanted.settings.pools, kept.plan, wanted.on)
    compiled = compile_wanted(wanted, output, kept, taken_of(reading, pools))
    addressed = compiled.addressed
    seen, _, _ = rename_plan(known.plan, wanted.registry, wanted.inventory)
    check_known(reading, addressed.carried, seen, addressed.address_plan, wanted.on)
    return compiled


def _read(output: Output, server: Server, before: Reading | None, since: Since) -> Reading:
    output.stage = "netbox_read"

    def progress(count: int) -> None:
        output.progress("netbox_read", count, count)

    return read_netbox(server, progress, since=since) if before is None else read_on(server, before, progress)
