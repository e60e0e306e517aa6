"""Where a command meets the world: whatever ends it becomes words and an exit code.

The one idea: a mistake of the user's is told as findings, a failure of the surroundings as one finding, an interruption as
itself; anything else is our bug and crashes.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output, abandon_output
from controller.reports.findings import tell_failure
from intents.finding import FindingsError, Where, make_finding
from intents.messages import describe


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


def run(output: Output, folder: Path, action: Callable[[], ExitCode]) -> ExitCode:
    """Return the exit code of an action on a workspace; what stops it has been told."""
    try:
        with batch_run():
            code = action()
        output.close()
    except FindingsError as error:
        tell_failure(output, folder, error.findings)
        return ExitCode.ERROR
    except KeyboardInterrupt:
        output.error(output.words("interrupted"))
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        abandon_output()
        return ExitCode.ERROR
    except OSError as error:
        _tell_refusal(output, folder, error)
        return ExitCode.ERROR
    return code


def _tell_refusal(output: Output, folder: Path, refused: OSError) -> None:
    """Say what the system refused; if that was our own output, on standard error at least."""
    reason = refused.strerror or type(refused).__name__
    finding = make_finding("TR803", Where(file=str(refused.filename or "")), reason=reason)
    try:
        output.flush()
        tell_failure(output, folder, [finding])
        output.flush()
    except OSError:
        abandon_output()
        output.error(describe(finding, output.language))


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
        return date.fromisoformat(text if len(text) == len("2026-01-31") and text.count("-") == 2 else "")
    except ValueError as error:
        raise FindingsError([make_finding("TR807", Where(), text=text)]) from error
