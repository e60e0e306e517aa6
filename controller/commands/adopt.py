"""`truc adopt`: what a network that truc never wrote holds, and a workspace that would say the same, to be reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from controller.adopt.adoption import Adoption, adopt_folder
from controller.adopt.against import TakeOver, take_over
from controller.boundary import check_folder, parse_day
from controller.commands.init import place_files
from controller.jobs.compile import compile_workspace
from controller.jobs.files import naming
from controller.jobs.targets import Target, check_targets
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.adopt import print_adoption, print_adoption_end, print_adoption_json
from intents.finding import FindingsError, Where, make_finding


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptRequest:
    """What `truc adopt` was asked: texts, VRFs that stay another's, where to write, and a workspace to hold them against."""

    texts: Path
    platform: str | None = None
    leave: tuple[str, ...] = ()
    out: Path | None = None
    against: Path | None = None
    on: str | None = None


def adopt_command(output: Output, request: AdoptRequest) -> ExitCode:
    """Say what is proposed, and write it into a new folder if one is named; FindingsError, OSError. No device is asked.

    CHANGES if taking over would open or cut something (`against`); INCONCLUSIVE if something was left out or is open.
    """
    if request.against is not None:
        check_folder(request.against)
    _check_out(request)
    adoption = adopt_folder(request.texts, request.platform, request.leave, output)
    taken = None
    if request.against is not None:
        taken = take_over(adoption, compile_workspace(request.against, parse_day(request.on), output), output)
    written = None
    if request.out is not None:
        with naming(request.out):
            files = {Path(name): text.encode() for name, text in adoption.written().items()}
            place_files(files, request.out)
        written = request.out
    if output.json:
        print_adoption_json(output, adoption, taken, written)
    else:
        print_adoption(output, adoption, taken)
        print_adoption_end(output, adoption, taken, written)
    return _code(adoption, taken)


def _check_out(request: AdoptRequest) -> None:
    """FindingsError if the folder to write has something in it, or lies where it may not; OSError."""
    out = request.out
    if out is None:
        return
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FindingsError([make_finding("TR802", Where(file=str(out)), folder=out)])
    target = Target(option="-o", path=out, is_folder=True)
    check_targets([target], request.against, [request.texts])


def _code(adoption: Adoption, taken: TakeOver | None) -> ExitCode:
    if taken is not None and taken.change.changes:
        return ExitCode.CHANGES
    is_open = adoption.is_open or (taken is not None and not taken.is_same)
    return ExitCode.INCONCLUSIVE if is_open else ExitCode.FINE
