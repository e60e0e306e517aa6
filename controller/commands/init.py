"""`truc init`: a new workspace, copied from the small example.

The one idea: the copy is made whole beside its place and then moved there, so that a failure leaves nothing behind. What keeps
the example as it was one day (`default_on`) is left out: a workspace that is used lives today.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from shlex import quote

from controller.jobs.files import naming, real_path
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from intents.finding import FindingsError, Where, make_finding

INIT_FORMAT = "truc/init/1"
SETTINGS = "settings.yaml"
_LEFT_OUT = frozenset({"out", "__pycache__"})


def init_workspace(output: Output, folder: Path) -> ExitCode:
    """Make a workspace in a folder that is empty or not there; FindingsError, OSError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FindingsError([make_finding("TR802", Where(file=str(folder)), folder=folder)])
    with naming(folder):
        count = copy_template(template_folder(), folder)
    if output.json:
        start_messages(output, INIT_FORMAT)
        print_message(output, {"type": "summary", "ok": True, "folder": str(folder), "files": count})
    else:
        output.say("initialised", folder=folder, files=count)
        output.say("next_init", folder=quote(str(folder)))
    return ExitCode.FINE


def template_folder() -> Path:
    """Return the folder of the small example: part of the installed package, or of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "template"
    return installed if installed.is_dir() else package.parent / "examples" / "small"


def copy_template(template: Path, folder: Path) -> int:
    """Copy the contents of a template's files (not their modes) and return how many there were (OSError)."""
    # Inside a folder that is there already: it may be a mount point, or its parent not ours to write.
    beside = folder if folder.exists() else real_path(folder).parent
    beside.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".truc-init.", dir=beside))
    try:
        files = [path for path in sorted(template.rglob("*")) if path.is_file() and not _is_left_out(path, template)]
        for path in files:
            target = temporary / path.relative_to(template)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_without_day(path.read_bytes()) if path.name == SETTINGS else path.read_bytes())
        _move_in(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return len(files)


def _without_day(settings: bytes) -> bytes:
    """Return the settings without the day that stands for today."""
    lines = settings.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"default_on:"))


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
