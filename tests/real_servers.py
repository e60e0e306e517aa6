"""Servers that nobody here wrote, on loopback: OpenSSH in front of netconfd, or of FRR's vtysh.

The one idea: what such a server needs of a machine (accounts, /run, a home, a host name) is put before it in namespaces of its
own, so that nothing of the machine is changed; and whatever runs in them ends with the one process that was started.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import asyncssh

from controller.fleet.credentials import Credentials, Secret, parse_reference
from controller.fleet.readings import DeviceReach, DeviceTransport, HostKey

HOST = "127.0.0.1"
REFERENCE = parse_reference("env:TRUC_DEVICES")
CREDENTIALS = {REFERENCE: Credentials(user="truc", password=Secret("truc"))}
_SHADOW = (
    "truc:$6$bYDtRzN.FkhoOqFt$v0hM9BaM0qgs5qKzCIdn.oGD8SUVpAXR1mbjps7aq7L.I.SPIHX.3/EOk8hFPAh5DWn/uDaQT5DS42/HTFU8u0"
    ":20000:0:99999:7:::\n"
)
"""The account's password is the one above."""
_SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/lib/frr"])
_UP = 20.0
"""Most seconds until a server is up."""


@cache
def why_not(*programs: str) -> str:
    """Return why servers cannot run here, "" if they can."""
    if os.geteuid() != 0:
        return "only root may start servers in namespaces of their own"
    missing = [program for program in (*programs, "sshd", "unshare", "mount") if program_path(program) is None]
    if missing:
        return f"not installed: {', '.join(sorted(missing))}"
    tried = subprocess.run([*_unshared(), "mount", "-t", "tmpfs", "none", "/run"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "namespaces cannot be made here"


def program_path(name: str) -> str | None:
    return shutil.which(name, path=_SBIN)


def _unshared() -> list[str]:
    return ["unshare", "--mount", "--pid", "--uts", "--kill-child", "--mount-proc"]


@dataclass(frozen=True)
class RealServer:
    """A server that is up: where it is, its folder, and the process that it ends with."""

    reach: DeviceReach
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def attempts(self) -> int:
        """How often anybody has tried to authenticate, as OpenSSH tells it."""
        log = self.folder / "sshd.log"  # the server makes it with the first line that it writes
        return log.read_text(encoding="utf-8").count("userauth-request for user") if log.exists() else 0

    def inside(self, *command: str) -> str:
        """Run a command in the namespaces of the server and return what it prints."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        target = children.read_text(encoding="ascii").split()[0]
        entered = ["nsenter", "--target", target, "--mount", "--pid", "--uts", *command]
        return subprocess.run(entered, capture_output=True, check=True, text=True, timeout=10).stdout


def another_key() -> HostKey:
    """Return a host key that no server has."""
    return _key_of(asyncssh.generate_private_key("ssh-ed25519"))


def _key_of(key: asyncssh.SSHKey) -> HostKey:
    kind, blob = key.export_public_key().decode().split()[:2]
    return HostKey(type=kind, base64=blob)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


@contextmanager
def _running(
    folder: Path, reach: DeviceReach, ssh: str, script: str, is_up: Callable[[], bool], front: str = ""
) -> Iterator[RealServer]:
    """Run a script, and sshd behind it, in namespaces of their own until the block ends. `ssh`: what sshd does with a session;
    `front`: what runs in its place, and starts it for each connection (`sshd -i`)."""
    config = folder / "sshd_config"
    alone = f"{program_path('sshd')} -D -E {folder}/sshd.log -f {config}"
    config.write_text(
        f"Port {reach.port}\nListenAddress {HOST}\nHostKey {folder}/key\nPidFile none\nUsePAM no\nUseDNS no\n"
        "PermitRootLogin yes\nPasswordAuthentication yes\nStrictModes no\nLogLevel DEBUG1\nMaxStartups 50\nPrintMotd no\n"
        f"PrintLastLog no\n{ssh}\n",
        encoding="utf-8",
    )
    users = Path("/etc/passwd").read_text(encoding="utf-8").splitlines()
    others = [line for line in users if line.split(":")[2] != "0"]
    (folder / "passwd").write_text("\n".join([f"truc:x:0:0::{folder}:/bin/sh", *others, ""]), encoding="utf-8")
    (folder / "shadow").write_text(_SHADOW, encoding="utf-8")
    (folder / "run.sh").write_text(
        f"set -e\nmount --bind {folder}/passwd /etc/passwd\nmount --bind {folder}/shadow /etc/shadow\n"
        f"mount -t tmpfs none /run\nmkdir /run/sshd\ncd {folder}\n"
        f"{script}\nexec {front or alone}\n",
        encoding="utf-8",
    )
    with (folder / "out.log").open("wb") as out:
        environment = {"PATH": _SBIN, "HOME": str(folder), "LANG": "C.UTF-8"}
        process = subprocess.Popen([*_unshared(), "sh", f"{folder}/run.sh"], stdout=out, stderr=out, env=environment)
        try:
            _await(lambda: is_up() and _listens(reach.port), process, folder)
            yield RealServer(reach=reach, folder=folder, process=process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(10)


def _await(is_up: Callable[[], bool], process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + _UP
    while not is_up():
        said = (folder / "out.log").read_text(encoding="utf-8", errors="replace")
        assert process.poll() is None, said
        assert time.monotonic() < until, said
        time.sleep(0.02)


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def _reach(folder: Path, name: str, platform: str, transport: DeviceTransport) -> DeviceReach:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(folder / "key")
    (folder / "key").chmod(0o600)
    return DeviceReach(
        device=name,
        platform=platform,
        address=HOST,
        port=_free_port(),
        transport=transport,
        host_key=_key_of(key),
        credentials=REFERENCE,
    )


# NETCONF.

LINES = "urn:example:device-lines"
_YANG = f"""module device-lines {{
  namespace "{LINES}";
  prefix lines;
  revision 2026-11-30;
  container lines {{ list line {{ key text; leaf text {{ type string; }} }} }}
}}
"""
_MODULES = ":".join(f"/usr/share/yuma/modules/{name}" for name in ("netconfcentral", "ietf-derived", "yuma123", "ietf"))


@contextmanager
def netconf_server(folder: Path, name: str, platform: str, text: str) -> Iterator[RealServer]:
    """Have a netconfd up that holds the lines of a text, one entry of a list each."""
    reach = _reach(folder, name, platform, DeviceTransport.NETCONF)
    lines = "".join(f"<line><text>{line}</text></line>" for line in text.splitlines())
    (folder / "startup.xml").write_text(
        f'<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><lines xmlns="{LINES}">{lines}</lines></config>',
        encoding="utf-8",
    )
    (folder / "device-lines.yang").write_text(_YANG, encoding="utf-8")
    daemon = [
        "netconfd",
        f"--startup={folder}/startup.xml",
        "--superuser=truc",
        "--target=candidate",
        f"--port={reach.port}",
        f"--ncxserver-sockname={folder}/ncx.sock",
        f"--modpath={folder}:{_MODULES}",
        "--module=device-lines",
        "--indent=0",
        "--log-level=error",
    ]
    subsystem = f"{program_path('netconf-subsystem')} --ncxserver-sockname={reach.port}@{folder}/ncx.sock"
    script = f"{shlex.join(daemon)} >netconfd.log 2>&1 &"
    is_up = (folder / "ncx.sock").exists
    with _running(folder, reach, f'Subsystem netconf "{subsystem}"', script, is_up) as server:
        yield server


# A command line.

_VTYSH = """#!/bin/sh
export VTYSH_PAGER=cat INPUTRC=/run/frr/inputrc
exec vtysh -H /dev/null --vty_socket /run/frr --config_dir /run/frr/etc
"""


@contextmanager
def line_server(folder: Path, name: str, platform: str, text: str) -> Iterator[RealServer]:
    """Have FRR's zebra and staticd up in a network of their own, with a text, and vtysh in front of them."""
    reach = _reach(folder, name, platform, DeviceTransport.CLI)
    (folder / "frr.conf").write_text(text, encoding="utf-8")
    (folder / "shell").write_text(_VTYSH, encoding="utf-8")
    (folder / "shell").chmod(0o755)
    daemons = "\n".join(
        f"ip netns exec r {program_path(daemon)} -d -u frr -g frr --vty_socket /run/frr -z /run/frr/zserv.api"
        f" -A 127.0.0.1 -i /run/frr/{daemon}.pid -f /run/frr/etc/{daemon}.conf >>{folder}/frr.log 2>&1"
        for daemon in ("zebra", "staticd")
    )
    script = f"""echo {name} >/proc/sys/kernel/hostname
mkdir -p /run/frr/etc
cp frr.conf /run/frr/etc/frr.conf
echo 'service integrated-vtysh-config' >/run/frr/etc/vtysh.conf
echo 'set enable-bracketed-paste off' >/run/frr/inputrc
touch /run/frr/etc/zebra.conf /run/frr/etc/staticd.conf
chown -R frr:frr /run/frr
ip netns add r
ip -n r link set lo up
ip -n r link add r0 type veth peer name r1
ip -n r link set r1 up
ip -n r addr add 10.60.0.1/24 dev r0
ip -n r link set r0 up
{daemons}
vtysh -H /dev/null --vty_socket /run/frr --config_dir /run/frr/etc -b
touch {folder}/up"""
    with _running(folder, reach, f"ForceCommand {folder}/shell", script, (folder / "up").exists) as server:
        yield server


# A host in a network of its own.

_FRONT = """import ctypes, os, socket, subprocess, sys
front = socket.create_server(("127.0.0.1", int(sys.argv[1])))  # in the network of whoever started it; so are its connections
network = os.open("/run/netns/r", os.O_RDONLY)
if ctypes.CDLL(None, use_errno=True).setns(network, 0):
    raise OSError(ctypes.get_errno(), "setns")
places = [item.rsplit(":", 1) for item in sys.argv[3:]]
beside = [socket.create_server((at, int(port)), family=socket.AF_INET6 if ":" in at else socket.AF_INET) for at, port in places]
while True:
    taken, _ = front.accept()
    subprocess.Popen([*sys.argv[2].split(), "-i"], stdin=taken, stdout=taken, close_fds=True)
    taken.close()
"""


@contextmanager
def probe_server(folder: Path, network: Sequence[str], listens: Sequence[str], ssh: str = "") -> Iterator[RealServer]:
    """Have a host up in a network of its own, which one can log in to over loopback. `network`: what `ip` is told to make
    it, r by name; `listens`: ADDRESS:PORT on which something answers there."""
    reach = _reach(folder, "probe", "", DeviceTransport.CLI)
    (folder / "front.py").write_text(_FRONT, encoding="utf-8")
    made = "\n".join(f"ip {line}" for line in network)
    script = f"ip netns add r\nip -n r link set lo up\n{made}\ntouch {folder}/up"
    sshd = f"{program_path('sshd')} -E {folder}/sshd.log -f {folder}/sshd_config"
    front = shlex.join([sys.executable, f"{folder}/front.py", str(reach.port), sshd, *listens])
    with _running(folder, reach, ssh, script, (folder / "up").exists, front) as server:
        yield server
