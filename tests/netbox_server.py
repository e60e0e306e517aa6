"""A NetBox, as its makers publish it, on loopback: started from a prepared dump, empty again whenever somebody asks.

The one idea: migrating an empty database takes minutes, so it was done once (tests/netbox_dump.py), and its result is restored
into a template, of which the database in use is a copy: made at the start, and anew by `NetBox.reset` under the running server.
Keys, tokens and passwords are drawn at each start.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import secrets
import signal
import socket
import string
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.netbox_api import Api, UnansweredError
from tests.netbox_services import (
    ROLE,
    VENV,
    NotStartedError,
    Postgres,
    own_folder,
    postgres,
    process,
    say,
    tail,
    valkey,
    why_no_services,
)

HOST = "127.0.0.1"
DUMP = Path(__file__).parent / "data" / "netbox" / "dump.sql.gz"
BESIDE = DUMP.with_name("dump.json")
"""Which NetBox the dump belongs to, and what was installed when it was made."""
ADMIN = "admin"
TEMPLATE, DATABASE = "prepared", "netbox"
_LETTERS = string.ascii_letters + string.digits
_UP = 90.0
"""Most seconds until NetBox answers: importing it takes six when nothing else runs."""
# NetBox's own WSGI application, and what a web server in front of it does: its style sheets and scripts.
_APPLICATION = """from django.contrib.staticfiles.handlers import StaticFilesHandler
from netbox.wsgi import application as netbox

application = StaticFilesHandler(netbox)
"""


@cache
def why_not() -> str:
    """Return why no NetBox can be started here, "" if one can."""
    pinned = json.loads(BESIDE.read_text(encoding="utf-8"))["netbox"]
    reason = why_no_services()
    if not reason and not any(VENV.glob(f"lib/python3.*/site-packages/netbox-{pinned}.dist-info")):
        return f"no NetBox {pinned} in .venv-netbox (sh scripts/env.sh netbox makes it)"
    return reason


@dataclass(frozen=True)
class Secrets:
    """What a start draws: the administrator's password and token, and what NetBox keeps both by."""

    password: str
    key: str
    secret: str
    pepper: str

    @property
    def token(self) -> str:
        return f"nbt_{self.key}.{self.secret}"


def draw_secrets() -> Secrets:
    return Secrets(password=_drawn(16), key=_drawn(12), secret=_drawn(40), pepper=_drawn(60))


def _drawn(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass(frozen=True)
class NetBox:
    """A NetBox that is up and empty: where it is, and its administrator's password and token."""

    url: str
    password: str
    token: str
    folder: Path
    database: Postgres
    cache: Path

    @property
    def admin(self) -> Api:
        return Api(self.url, self.token)

    def reset(self, state: str = TEMPLATE) -> None:
        """Have the empty database again, or what was kept as a state; the next request goes to it."""
        copy_database(self.database, state, DATABASE)
        say(self.cache, "FLUSHALL")

    def keep(self, state: str) -> None:
        """Keep what is there under a name, to be had again by `reset`."""
        copy_database(self.database, DATABASE, state)


def copy_database(database: Postgres, source: str, copy: str) -> None:
    """Have a second database with the same content; whoever is connected to either is cut off."""
    database.do(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{source}'",  # noqa: S608 (named here)
        f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)",
        f"CREATE DATABASE {copy} TEMPLATE {source}",
    )


# What NetBox is told.


def configure(folder: Path, database: Postgres, store: Path, pepper: str) -> dict[str, str]:
    """Write NetBox's configuration into a folder; returns the environment in which its programs find it."""
    settings = {
        "ALLOWED_HOSTS": [HOST],
        "DATABASES": {
            "default": {
                "NAME": DATABASE,
                "USER": ROLE,
                "HOST": str(database.folder),
                "CONN_MAX_AGE": 300,
                "CONN_HEALTH_CHECKS": True,  # or what asks first after a reset gets an error
            }
        },
        "REDIS": {"tasks": {"URL": f"unix://{store}?db=0"}, "caching": {"URL": f"unix://{store}?db=1"}},
        "SECRET_KEY": _drawn(60),
        "API_TOKEN_PEPPERS": {1: pepper},
        "TIME_ZONE": "Asia/Ho_Chi_Minh",  # as the offices that truc is for have it; the API says moments in it
        # It asks nobody outside.
        "CENSUS_REPORTING_ENABLED": False,
        "ISOLATED_DEPLOYMENT": True,
        "RELEASE_CHECK_URL": None,
    }
    conf = folder / "conf"
    conf.mkdir(mode=0o700)
    (conf / "__init__.py").touch()
    text = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    (conf / "configuration.py").write_text(text, encoding="utf-8")
    (conf / "served.py").write_text(_APPLICATION, encoding="utf-8")
    path = f"{VENV / 'bin'}:/usr/bin:/bin"
    return {"NETBOX_ROOT": str(folder), "HOME": str(folder), "PATH": path, "LANG": "C.UTF-8", "PYTHONUTF8": "1"}


def restore(database: Postgres, drawn: Secrets) -> None:
    """Make the template from the dump, with the secrets of this start; and the first copy."""
    database.do(f"CREATE DATABASE {TEMPLATE}")
    database.load(gzip.decompress(DUMP.read_bytes()), TEMPLATE)
    digest = hmac.new(drawn.pepper.encode(), drawn.secret.encode(), hashlib.sha256).hexdigest()
    database.do(
        f"UPDATE users_token SET key = '{drawn.key}', hmac_digest = '{digest}'",  # noqa: S608 (drawn here, letters and digits)
        f"UPDATE users_user SET password = '{_as_django_keeps(drawn.password)}'",  # noqa: S608 (as above)
        database=TEMPLATE,
    )
    copy_database(database, TEMPLATE, DATABASE)


def _as_django_keeps(password: str) -> str:
    salt, rounds = _drawn(22), 1000
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), rounds)
    return f"pbkdf2_sha256${rounds}${salt}${base64.b64encode(digest).decode()}"


# The server.


@contextmanager
def netbox_server(port: int = 0) -> Iterator[NetBox]:
    """Have a NetBox up until the block ends; on a free port if none is given."""
    reason = why_not()
    if reason:
        raise NotStartedError(reason)
    drawn = draw_secrets()
    with own_folder() as folder, valkey(folder) as store, postgres(folder) as database:
        env = configure(folder, database, store, drawn.pepper)
        restore(database, drawn)
        with _gunicorn(folder, env, port) as url:
            found = NetBox(url, drawn.password, drawn.token, folder, database, store)
            _await(found)
            yield found


@contextmanager
def _gunicorn(folder: Path, env: dict[str, str], port: int) -> Iterator[str]:
    """Run gunicorn on a socket that is open already: who asks early waits, and no other takes the port."""
    with closing(socket.create_server((HOST, port), backlog=256)) as door:
        command: list[str | Path] = [
            VENV / "bin" / "gunicorn",
            *("--bind", f"fd://{door.fileno()}", "--pythonpath", folder / "conf", "--preload"),
            *("--workers", "2", "--threads", "3", "--timeout", "120", "--no-control-socket"),
            *("--worker-tmp-dir", folder),
            "served:application",
        ]
        url = f"http://{HOST}:{door.getsockname()[1]}"
        # It takes its time over an ordinary end, and there is nothing to keep.
        log = folder / "gunicorn.log"
        with process(command, log, ends_by=signal.SIGKILL, cwd=folder, env=env, keeps=[door.fileno()]):
            door.close()
            yield url


def _await(server: NetBox) -> None:
    try:
        status = Api(server.url, server.token, seconds=_UP).ask("GET", "/api/status/")
    except UnansweredError as error:
        raise NotStartedError(f"NetBox: {error}\n{tail(server.folder / 'gunicorn.log')}") from error
    if status.code != 200:
        raise NotStartedError(f"NetBox answers {status.code}: {status.body}\n{tail(server.folder / 'gunicorn.log')}")
