"""Prepare the database that every test NetBox starts with: `python -m tests.netbox_dump`, in the project's folder.

The one idea: NetBox's own migrations fill an empty PostgreSQL (five minutes of one core), its one user is made, and what is there
is written down as SQL that any PostgreSQL from 15 on reads; then it is restored, and NetBox asked whether a migration is missing.
Make it anew when requirements/netbox-server.txt names another NetBox, with the oldest PostgreSQL that is to read it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.netbox_server import ADMIN, BESIDE, DATABASE, DUMP, configure, draw_secrets, restore
from tests.netbox_services import VENV, Postgres, own_folder, postgres, valkey, why_no_services

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "netbox-server.txt"
_SEED = f"""
from users.models import Token, User
user = User.objects.create(username={ADMIN!r}, is_superuser=True)
Token.objects.create(user=user, version=2)
"""
_MIGRATES = 3600.0
"""Most seconds that the migrations may take."""


def beside(dump: bytes) -> dict[str, str]:
    """Return what is written beside a dump: which NetBox it is of, of which lock, and that it is this dump."""
    return {
        "netbox": pinned(),
        "requirements": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "dump": hashlib.sha256(dump).hexdigest(),
    }


def pinned() -> str:
    """Return the version of NetBox that the lock names."""
    found = re.search(r"^netbox==(\S+)", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert found is not None, LOCK
    return found[1]


def portable(sql: str) -> str:
    """Return a dump without the two words by which a newer psql guards itself, which an older one does not know."""
    return re.sub(r"^\\(un)?restrict .*\n", "", sql, flags=re.MULTILINE)


def compressed(sql: str) -> bytes:
    return gzip.compress(sql.encode(), 9, mtime=0)


def netbox(env: dict[str, str], *arguments: str) -> None:
    """Run NetBox's own command; CalledProcessError if it fails, which `migrate --check` does when a migration is missing."""
    subprocess.run([VENV / "bin" / "netbox", *arguments], check=True, env=env, cwd=env["HOME"], timeout=_MIGRATES)


def make(database: Postgres, env: dict[str, str]) -> bytes:
    """Migrate an empty database, make its user and return the dump."""
    database.do(f"CREATE DATABASE {DATABASE}")
    netbox(env, "migrate", "--no-input", "-v", "0")
    netbox(env, "shell", "-c", _SEED)
    return compressed(portable(database.run("pg_dump", "--no-owner", "--no-privileges", DATABASE)))


def check(database: Postgres, env: dict[str, str]) -> None:
    """Restore the dump that was written and have NetBox say that nothing is missing."""
    restore(database, draw_secrets())
    netbox(env, "migrate", "--check")


def main() -> None:
    if reason := why_no_services():
        sys.exit(reason)
    began = time.monotonic()
    with own_folder() as folder, valkey(folder) as store, postgres(folder) as database:
        env = configure(folder, database, store, draw_secrets().pepper)
        dump = make(database, env)
        DUMP.write_bytes(dump)
        BESIDE.write_text(json.dumps(beside(dump), indent=2) + "\n", encoding="utf-8")
        check(database, env)
    print(f"wrote {DUMP} ({len(dump)} bytes) in {time.monotonic() - began:.0f} s")  # noqa: T201 (a program)


if __name__ == "__main__":
    main()
