"""An office that runs `truc netbox` at a real NetBox, behind a proxy that may make things go wrong.

The one idea: databases are kept, one that is prepared and one that says a small plan, so that a test begins with either at once;
what NetBox says is read by the administrator and without truc (tests/netbox_said.py).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from intents.prefix import Family
from ipam.address_plan import AddressPlan, NumberKind
from ipam.keys import LanKey, LanScope, LoopbackKey
from ipam.netbox import server as netbox_server
from ipam.store.lockfile import print_plan
from ipam.store.table_files import TABLES
from tests.netbox_plans import PLAN, WRITER
from tests.netbox_proxy import FAULTS, HUGE, Fault, Proxy, first, proxy_before
from tests.netbox_said import lines_of, said, twice
from tests.netbox_server import NetBox
from tests.small_commands import ROOT, START, truc

_POOLS = ("root-v4", "communes-gov-v4", "loopbacks-v4")
LESS = AddressPlan(
    pools=tuple(pool for pool in PLAN.pools if pool.name in _POOLS),
    prefixes=tuple(
        entry
        for entry in PLAN.prefixes
        if isinstance(entry.key, LanKey | LoopbackKey) and entry.prefix.family is Family.V4
    ),
    numbers=(
        *PLAN.numbers[:1],
        *(entry for entry in PLAN.numbers if isinstance(entry.scope, LanScope) or entry.kind is NumberKind.VRF),
    ),
)
"""A plan with an object of each kind, and few of them: what is written in a moment."""
LATER = replace(
    LESS,
    prefixes=tuple(replace(entry, registration_ref="9/CV") for entry in LESS.prefixes[1:]),
    numbers=(*LESS.numbers, PLAN.numbers[1]),
)
"""The plan some time later: something is new, something other, something gone."""
SECONDS = 3.0
"""How long an answer is waited for where none comes."""


@dataclass(frozen=True)
class Office:
    """A NetBox behind a proxy, and an office's workspace, with the token of somebody who may do just what is needed."""

    netbox: NetBox
    proxy: Proxy
    folder: Path
    token: str
    token_number: int

    def ask(self, *words: str | Path) -> tuple[int, str]:
        """Run a command of `truc netbox`."""
        code, text = truc("netbox", *words, "-w", self.folder, environment=self._environment())
        assert self.token not in text
        assert self.token.rpartition(".")[2] not in text
        return code, text

    def _environment(self) -> dict[str, str]:
        return {"TRUC_NETBOX_URL": self.proxy.url, "TRUC_NETBOX": self.token}

    def export(self) -> str:
        """Return how an export ends: "ok", or the codes of its findings."""
        code, text = self.ask("export", "--yes")
        return "ok" if code == 0 else "+".join(sorted(set(re.findall(r"\bTR\d{3}\b", text))))

    def begin(self, *words: str | Path) -> subprocess.Popen[bytes]:
        """Start a command of `truc netbox` as a process of its own."""
        known = {name: os.environ[name] for name in ("PATH", "XDG_CACHE_HOME")}
        settings = {**known, "PYTHONPATH": str(ROOT), **self._environment()}
        command = [sys.executable, "-c", START, "netbox", *(str(word) for word in words), "-w", str(self.folder)]
        return subprocess.Popen(
            command, cwd=self.folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def keep(self, plan: AddressPlan) -> str:
        """Have a plan in the lockfile; returns its text."""
        text = print_plan(plan)
        (self.folder / "truc.lock.csv").write_text(text, encoding="utf-8")
        return text

    def revoke(self) -> None:
        """Take the token away, as an administrator does."""
        assert self.netbox.admin.ask("DELETE", f"/api/users/tokens/{self.token_number}/").code in (204, 404)

    def fault(self, name: str) -> Fault:
        return first(self.revoke) if name == "revoked" else FAULTS[name]


def put_tables(folder: Path) -> None:
    """Have tables in a folder that say nothing."""
    for file, columns in TABLES.items():
        (folder / file).write_text(",".join(columns) + "\n", encoding="utf-8")


@contextmanager
def office_of(netbox: NetBox, folder: Path) -> Iterator[Office]:
    """Have an office at a NetBox that is new to it ("empty"), prepared ("ready"), or says the small plan ("exported")."""
    writer = netbox.admin.account("office", *WRITER)
    netbox.keep("empty")
    key = writer.token.removeprefix("nbt_").partition(".")[0]
    (number,) = [one["id"] for one in netbox.admin.get("/api/users/tokens/")["results"] if one["key"] == key]
    with proxy_before(netbox.url) as proxy:
        found = Office(netbox, proxy, folder, writer.token, number)
        administrator = replace(found, token=netbox.token)
        assert administrator.ask("bootstrap", "--yes", "--backup", folder / "before.json")[0] == 0
        netbox.keep("ready")
        put_tables(folder)
        text = found.keep(LESS)
        assert found.export() == "ok"
        assert said(netbox.admin) == lines_of(text)
        netbox.keep("exported")
        yield found


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nothing long, and find less too much."""
    monkeypatch.setattr(netbox_server, "_PAUSE", 0.0)
    monkeypatch.setattr(netbox_server, "MOST_BYTES", HUGE - 1)


@contextmanager
def impatient() -> Iterator[None]:
    """Wait for no answer for long: on a busy machine any may take that long, so only where none comes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(netbox_server, "_SECONDS", SECONDS)
        yield


def says(office: Office, plan: AddressPlan) -> None:
    """AssertionError unless NetBox says a plan, all of it and nothing twice."""
    admin = office.netbox.admin
    assert said(admin) == lines_of(print_plan(plan))
    assert twice(admin) == []
