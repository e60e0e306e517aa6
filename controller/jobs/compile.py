"""A workspace -> its lockfile and a folder of texts, written whole or not at all.

The one idea: everything is computed and compared before a byte is written, and written beside its place before anything is
renamed; the lockfile's rename goes first, because an address that stands in a text must never be given out again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from controller.jobs.changes import PlanChange, TextChange, compare_plans, compare_pools, compare_texts
from controller.jobs.files import Placing, naming, recover_folder
from controller.jobs.pipeline import Compiled, Wanted, address, compile_network, store_of, want
from controller.jobs.provenance import PROVENANCE_FORMAT, provenance
from controller.output.terminal import Output
from intents.finding import Finding, FindingsError, Severity, Where, make_finding
from ipam.space import NOTHING_TAKEN, TakenSpace
from ipam.store.plan_store import KeptPlan, PlanStore

CONFIGS = "configs"
PROVENANCE = "provenance.json"
_SUFFIXES = (".cfg", ".conf")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileReport:
    """What compiling changes. `is_first`: no lockfile was there; `wrote_before`: texts were there to compare with."""

    compiled: Compiled
    out: Path
    plan: tuple[PlanChange, ...]
    pools: tuple[int, int, int]
    texts: tuple[TextChange, ...]
    is_first: bool
    wrote_before: bool
    foreign: tuple[Finding, ...] = ()
    """Warnings about what stands in `out` that truc did not write."""

    @property
    def renamed(self) -> int:
        """Return how many things the lockfile knew by another name."""
        return self.compiled.addressed.renamed

    @property
    def changes(self) -> bool:
        """Return whether anything that was written before changes; texts that never were written are no change."""
        return bool(self.is_first or self.renamed or self.plan or any(self.pools) or (self.wrote_before and self.texts))


def compile_workspace(folder: Path, on: date | None, output: Output) -> Compiled:
    """Return a workspace compiled in memory; FindingsError. Writes nothing."""
    return compile_wanted(want_in(folder, on, output), output)


def want_in(folder: Path, on: date | None, output: Output) -> Wanted:
    """Return what a workspace asks for; FindingsError."""
    output.progress("want", 0, 0)
    wanted = want(folder, on)
    output.note_day(wanted.on, stands_still=wanted.stands_still)
    return wanted


def compile_wanted(
    wanted: Wanted, output: Output, kept: KeptPlan | None = None, taken: TakenSpace = NOTHING_TAKEN
) -> Compiled:
    """Return what is wanted compiled in memory, from the plan that is kept; FindingsError. Writes nothing."""
    output.progress("address", 0, 0)
    addressed = address(wanted, kept, taken)
    output.progress("build", 0, 0)
    return compile_network(addressed)


def compare(compiled: Compiled, out: Path, *, writing: bool) -> CompileReport:
    """Return what writing a compilation would change; where `out` holds what truc did not write, FindingsError if `writing`."""
    addressed = compiled.addressed
    found = _foreign_in(out)
    if found and writing:
        raise FindingsError(found)
    old = _read_out(out)
    return CompileReport(
        compiled=compiled,
        out=out,
        plan=compare_plans(addressed.carried, addressed.address_plan),
        pools=compare_pools(addressed.previous.plan, addressed.address_plan),
        texts=compare_texts(old or {}, {item.file_name: item.text for item in compiled.configs.values()}),
        is_first=not addressed.previous.is_there,
        wrote_before=old is not None,
        foreign=tuple(replace(item, severity=Severity.WARNING) for item in found),
    )


def _read_out(out: Path) -> Mapping[str, str] | None:
    """Return the texts in an output folder by file name, None if nothing was written there yet."""
    configs = out / CONFIGS
    if not configs.is_dir():
        return None
    return {
        path.name: path.read_text(encoding="utf-8", errors="surrogateescape")
        for path in sorted(configs.iterdir())
        if _is_text(path)
    }


def _foreign_in(out: Path) -> tuple[Finding, ...]:
    """Return an error about the first thing in an output folder that truc did not write: it is replaced as a whole."""
    if not out.exists():
        return ()
    foreign = sorted(_foreign_names(out)) if out.is_dir() else [out.name]
    return (make_finding("TR811", Where(file=str(out)), other=foreign[0]),) if foreign else ()


def _foreign_names(out: Path) -> Iterator[str]:
    for path in out.iterdir():
        if path.name == CONFIGS and path.is_dir():
            yield from (f"{CONFIGS}/{item.name}" for item in path.iterdir() if not _is_text(item))
        elif path.name != PROVENANCE or not _is_provenance(path):
            yield path.name


def _is_text(path: Path) -> bool:
    return path.suffix in _SUFFIXES and path.is_file()


def _is_provenance(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        return PROVENANCE_FORMAT in file.read(200)


def write(report: CompileReport, also: PlanStore | None = None, known: KeptPlan | None = None) -> None:
    """Save the plan, then write the texts and their side table; if one can't be written, neither is (OSError), nor if the plan
    that they were made from is not kept any more (FindingsError).

    Where a plan is kept elsewhere (`also`), the lockfile is what is `known` of it here.
    """
    addressed = report.compiled.addressed
    texts = {f"{CONFIGS}/{item.file_name}": item.text for item in report.compiled.configs.values()}
    texts[PROVENANCE] = json.dumps(provenance(report.compiled), ensure_ascii=False, separators=(",", ":")) + "\n"
    with Placing() as placing:
        store_of(addressed.wanted.folder).save(addressed.address_plan, known or addressed.previous, placing)
        if also is not None:
            also.save(addressed.address_plan, addressed.previous, placing)
        placing.folder(report.out, texts)
        placing.put()


def recover(out: Path) -> None:
    """Put back what an interrupted run left aside, before anything is compared with it."""
    with naming(out):
        recover_folder(out)
