"""A workspace that was judged, and what stands in it now -> the same judged again, by what has changed alone.

The one idea: a `Resident` is a value that has everything of its judgement in it; the next one is made of it and of the files, and
comes out equal to what `truc verify` says of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from controller.jobs.compile import compile_workspace
from controller.jobs.evidence import ReadTexts, give
from controller.jobs.judging import judged_of
from controller.jobs.pipeline import Compiled, today
from controller.jobs.seen_files import SeenFiles
from controller.jobs.verify import VerifyReport, report_of, texts_to_judge
from controller.jobs.workers import make_workers
from controller.output.terminal import Output
from verification.engine.delta import delta
from verification.engine.engine import Proven, prove, reprove
from verification.evidence.evidence import Given
from verification.judge import replay


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest:
    """What is watched. `configs`: a folder of texts, None for the compiled ones; `on`: the day, None for the workspace's own, or
    else for today, whatever day that has become."""

    folder: Path
    on: date | None = None
    configs: Path | None = None
    with_failures: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What is known of a workspace without reading it: its files, those of the texts that are judged, and which day it is."""

    workspace: SeenFiles
    texts: SeenFiles
    day: date

    def changed(self, before: Glance) -> tuple[Path, ...]:
        """Return the files that have changed."""
        return tuple(sorted({*self.workspace.changed(before.workspace), *self.texts.changed(before.texts)}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A workspace as it was judged; `seen`: before it was read."""

    seen: Glance
    read: ReadTexts
    proven: Proven
    report: VerifyReport


def judge_again(request: WatchRequest, seen: Glance, before: Resident | None, output: Output) -> Resident:
    """Return a workspace judged as it stands now; FindingsError, OSError. `before`: the same judged some time ago."""
    compiled = _compiled(request, seen, before, output)
    texts, warnings = texts_to_judge(compiled, request.configs)
    output.progress("read", 0, 0)
    given = give(compiled, texts, None if before is None else before.read)
    output.progress("judge", 0, 0)
    proven = _proven(request, given, before, output)
    judged = judged_of(replay(proven.judgement, given), given)
    return Resident(
        seen=seen,
        read=ReadTexts(compiled=compiled, texts=texts, given=given),
        proven=proven,
        report=report_of(compiled, texts, judged, with_failures=request.with_failures, warnings=warnings),
    )


def _compiled(request: WatchRequest, seen: Glance, before: Resident | None, output: Output) -> Compiled:
    """Return the workspace compiled, anew if a file of it, or the day, is another one."""
    if before is not None and (before.seen.workspace, before.seen.day) == (seen.workspace, seen.day):
        return before.read.compiled
    return compile_workspace(request.folder, request.on, output)


def _proven(request: WatchRequest, given: Given, before: Resident | None, output: Output) -> Proven:
    if before is None:
        return prove(given, with_failures=request.with_failures, progress=output.progress, workers=make_workers())
    changed = delta(before.read.given, given)
    return reprove(before.proven, changed, progress=output.progress, workers=make_workers())


def day_of(request: WatchRequest) -> date:
    """Return the day on which a workspace is looked at, if it names none itself."""
    return request.on or today()
