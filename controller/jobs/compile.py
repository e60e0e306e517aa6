"""A workspace -> its lockfile and a folder of texts, written whole or not at all.

The one idea: everything is computed and compared before a byte is written, and written beside its place before anything is
renamed; the lockfile's rename goes first, because an address that stands in a text must never be given out again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from controller.jobs.changes import PlanChange, TextChange, compare_plans, compare_pools, compare_texts
from controller.jobs.files import Placing, naming, recover_folder
from controller.jobs.pipeline import LOCKFILE, Compiled, address, compile_network, want
from controller.jobs.provenance import PROVENANCE_FORMAT, provenance
from controller.output.terminal import Output
from intents.finding import FindingsError, Where, make_finding
from ipam.lockfile import print_plan

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
    output.progress("want", 0, 0)
    wanted = want(folder, on)
    output.note_day(wanted.on, stands_still=wanted.stands_still)
    output.progress("address", 0, 0)
    addressed = address(wanted)
    output.progress("build", 0, 0)
    return compile_network(addressed)


def compare(compiled: Compiled, out: Path) -> CompileReport:
    """Return what writing a compilation would change; FindingsError if `out` holds what truc did not write."""
    addressed = compiled.addressed
    old = read_out(out)
    return CompileReport(
        compiled=compiled,
        out=out,
        plan=compare_plans(addressed.carried, addressed.address_plan),
        pools=compare_pools(addressed.previous, addressed.address_plan),
        texts=compare_texts(old or {}, {item.file_name: item.text for item in compiled.configs.values()}),
        is_first=not (addressed.wanted.folder / LOCKFILE).exists(),
        wrote_before=old is not None,
    )


def read_out(out: Path) -> Mapping[str, str] | None:
    """Return the texts in an output folder by file name, None if nothing was written there yet.

    FindingsError if it holds anything that truc did not write: it is replaced as a whole.
    """
    if not out.exists():
        return None
    if not out.is_dir():
        raise FindingsError([make_finding("TR811", Where(file=str(out)), other=out.name)])
    foreign = sorted(
        path.name for path in out.iterdir() if path.name not in (CONFIGS, PROVENANCE) or not _is_ours(path)
    )
    if foreign:
        raise FindingsError([make_finding("TR811", Where(file=str(out)), other=foreign[0])])
    configs = out / CONFIGS
    if not configs.exists():
        return None
    return {path.name: path.read_text(encoding="utf-8", errors="surrogateescape") for path in sorted(configs.iterdir())}


def _is_ours(path: Path) -> bool:
    if path.name == CONFIGS:
        return path.is_dir() and all(item.suffix in _SUFFIXES and item.is_file() for item in path.iterdir())
    with path.open(encoding="utf-8", errors="replace") as file:
        return PROVENANCE_FORMAT in file.read(200)


def write(report: CompileReport) -> None:
    """Write the lockfile, then the texts and their side table; if one can't be written, neither is (OSError)."""
    addressed = report.compiled.addressed
    texts = {f"{CONFIGS}/{item.file_name}": item.text for item in report.compiled.configs.values()}
    texts[PROVENANCE] = json.dumps(provenance(report.compiled), ensure_ascii=False, separators=(",", ":")) + "\n"
    with Placing() as placing:
        if report.is_first or report.renamed or report.plan or any(report.pools):
            placing.file(addressed.wanted.folder / LOCKFILE, print_plan(addressed.address_plan).encode("utf-8"))
        placing.folder(report.out, texts)
        placing.put()


def recover(out: Path) -> None:
    """Put back what an interrupted run left aside, before anything is compared with it."""
    with naming(out):
        recover_folder(out)
