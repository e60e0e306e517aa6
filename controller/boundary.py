"""Where a command meets the world: whatever ends it becomes words and an exit code.

The one idea: a mistake of the user's is told as findings, a failure of the surroundings as one finding, an interruption as
itself; and what nobody thought of, a fault of ours, as a finding too, with what was being done and where to look.
"""

from __future__ import annotations

import gc
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from controller.journal.holder import LockedError
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output, OutputError, abandon_output
from controller.reports.findings import tell_failure
from intents.finding import Finding, FindingsError, Where, make_finding
from intents.messages import describe

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
"""Days that a command works on."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOME = Path(__file__).resolve().parent.parent
_MOST_SAID = 200


@contextmanager
def batch_run() -> Iterator[None]:
    """Collect no garbage while one job runs: it makes millions of values, and looking for cycles costs a third of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def run(output: Output, folder: Path, action: Callable[[], ExitCode], *, debug: bool = False) -> ExitCode:
    """Return the exit code of an action on a workspace; what stops it has been told. `debug`: with the whole way to it."""
    try:
        with batch_run():
            code = action()
        output.close()
    except LockedError as error:
        _told(output, folder, error.findings)
        return ExitCode.LOCKED
    except FindingsError as error:
        return _told(output, folder, error.findings)
    except KeyboardInterrupt:
        output.error(output.words("interrupted"))
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return _left_alone(output)
    except OSError as error:
        _show_way(output, error, debug=debug)
        return _told(output, folder, [refusal(error)])
    except MemoryError:
        return _told(output, folder, [make_finding("TR894", Where(), doing=_doing(output))])
    except Exception as error:  # noqa: BLE001 (the one place where a fault of ours becomes words)
        _show_way(output, error, debug=debug)
        return _told(output, folder, [unexpected_end(output, error)])
    return code


def _told(output: Output, folder: Path, findings: Iterable[Finding]) -> ExitCode:
    """Tell what ended a command; where even that can't be written, on standard error at least."""
    kept = tuple(findings)
    try:
        output.flush()
        tell_failure(output, folder, kept)
        output.flush()
    except OSError:
        abandon_output()
        for finding in kept:
            output.error(describe(finding, output.language))
    return ExitCode.ERROR


def _left_alone(output: Output) -> ExitCode:
    """End quietly when a reader has gone (`| head`), unless files that were asked for are still to be written."""
    abandon_output()
    if output.owed:
        files = ", ".join(str(path) for path in output.owed)
        output.error(describe(make_finding("TR893", Where(), files=files), output.language))
    return ExitCode.ERROR


def refusal(refused: OSError) -> Finding:
    """Return what the system refused."""
    reason = refused.strerror or type(refused).__name__
    if isinstance(refused, OutputError):
        return make_finding("TR898", Where(), reason=reason)
    return make_finding("TR803", Where(file=str(refused.filename or "")), reason=reason)


def unexpected_end(output: Output, error: Exception) -> Finding:
    """Return what nobody thought of: what it was, what was being done, and the last place of ours on the way to it."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if _HOME in Path(frame.filename).parents]
    place = f"{Path(ours[-1].filename).relative_to(_HOME)}:{ours[-1].lineno}" if ours else "-"
    said = str(error).partition("\n")[0][:_MOST_SAID] or "-"
    return make_finding("TR890", Where(), kind=type(error).__name__, doing=_doing(output), said=said, place=place)


def _doing(output: Output) -> str:
    return output.words(f"stage_{output.stage}" if output.stage else "stage_start")


def _show_way(output: Output, error: BaseException, *, debug: bool) -> None:
    if debug:
        output.error("".join(traceback.format_exception(error)).rstrip())


def check_folder(folder: Path) -> None:
    """FindingsError unless a workspace folder is there."""
    if not folder.is_dir():
        raise FindingsError([make_finding("TR801", Where(file=str(folder)), folder=folder)])


def parse_day(text: str | None) -> date | None:
    """Return the day of `--on`; FindingsError if it is none."""
    if text is None:
        return None
    try:
        # Python reads other ISO forms too (20260131, 2026-W05-6), but not in every version alike.
        day = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as error:
        raise FindingsError([make_finding("TR807", Where(), text=text)]) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise FindingsError([make_finding("TR895", Where(), text=text, first=FIRST_DAY, last=LAST_DAY)])
    return day
