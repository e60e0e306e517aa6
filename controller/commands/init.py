"""`truc init`: a new workspace, copied from the small example or, with `--empty`, one's own.

The one idea: it is made whole beside its place and then moved there, so that a failure leaves nothing behind. What keeps the
example as it was one day (`default_on`) is left out: a workspace that is used lives today.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

from controller.boundary import parse_day
from controller.commands.blank import blank_files
from controller.jobs.files import naming, real_path
from controller.jobs.pipeline import today_of
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from intents.finding import FindingsError, Where, make_finding
from intents.messages import printable

INIT_FORMAT = "truc/init/1"
SETTINGS = "settings.yaml"
_LEFT_OUT = frozenset({"out", "__pycache__"})


def init_workspace(output: Output, folder: Path, on: str | None = None, *, empty: bool = False) -> ExitCode:
    """Make a workspace in a folder that is empty or not there; `on` is the day of an empty one. FindingsError, OSError."""
    day = today_of(None, parse_day(on))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FindingsError([make_finding("TR802", Where(file=str(folder)), folder=folder)])
    files = blank_files(output.language, day) if empty else template_files(template_folder())
    with naming(folder):
        place_files(files, folder)
    if output.json:
        start_messages(output, INIT_FORMAT)
        print_message(output, {"type": "summary", "ok": True, "folder": str(folder), "files": len(files)})
    else:
        output.say("initialised_empty" if empty else "initialised_copy", folder=folder, files=len(files))
        output.say("next_init_empty" if empty else "next_init_copy", folder=printable(quote(str(folder))))
    return ExitCode.FINE


def template_folder() -> Path:
    """Return the folder of the small example: part of the installed package, or of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "template"
    return installed if installed.is_dir() else package.parent / "examples" / "small"


def template_files(template: Path) -> dict[Path, bytes]:
    """Return the contents of a template's files (not their modes) by their path in it, no day standing for today (OSError)."""
    files = (path for path in sorted(template.rglob("*")) if path.is_file() and not _is_left_out(path, template))
    return {
        path.relative_to(template): _without_day(path.read_bytes()) if path.name == SETTINGS else path.read_bytes()
        for path in files
    }


def _without_day(settings: bytes) -> bytes:
    """Return the settings without the day that stands for today."""
    lines = settings.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"default_on:"))


def place_files(files: Mapping[Path, bytes], folder: Path) -> None:
    """Write files into a folder that is empty or not there: all of them or none (OSError)."""
    # Inside a folder that is there already: it may be a mount point, or its parent not ours to write.
    beside = folder if folder.exists() else real_path(folder).parent
    beside.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".truc-init.", dir=beside))
    try:
        for path, content in files.items():
            target = temporary / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        _move_in(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _is_left_out(path: Path, template: Path) -> bool:
    return any(part in _LEFT_OUT or part.startswith(".") for part in path.relative_to(template).parts)


def _move_in(temporary: Path, folder: Path) -> None:
    """Rename the copy to its place; into a folder that is there already (perhaps somebody's current one), entry by entry."""
    if not folder.exists():
        temporary.chmod(0o755)
        temporary.rename(folder)
        return
    moved: list[Path] = []
    try:
        for path in sorted(temporary.iterdir()):
            path.rename(folder / path.name)
            moved.append(folder / path.name)
    except BaseException:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise
