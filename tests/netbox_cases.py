"""What is said of a NetBox that can't be asked, or whose plan is not the lockfile's: a case for each message.

The one idea: what needs no server is brought about; what only a server can bring about is told in its words alone, and
tests/test_real_netbox_plan.py has a server do it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from controller.commands.addresses.netbox_request import NetBoxRequest, server_of
from intents.finding import Finding, Severity, Where, make_finding
from intents.reason import Reason, because
from ipam.netbox.reading import read_netbox

Produce = Callable[[Path], object]
URL = "https://ipam.example.vn"


def said(code: str, place: str = "", **values: str | int | Reason) -> Produce:
    named = tuple((name, one if isinstance(one, Reason) else str(one)) for name, one in sorted(values.items()))
    finding = Finding(code=code, severity=Severity.ERROR, where=Where(file=f"{URL}{place}"), values=named)
    return lambda _: (finding,)


def asked(token: str | None, url: str | None = URL, *, kept: str = "") -> Produce:
    """Return the case of somebody who asks with a token, or with what is `kept` in a file of theirs."""

    def ask(folder: Path) -> tuple[Finding, ...]:
        path = folder / "token"
        path.touch(mode=0o600)
        path.write_text(f"{kept}\n", encoding="utf-8")
        read_netbox(server_of(NetBoxRequest(folder=folder, url=url, token=token or f"file:{path}")))
        return ()

    return ask


_OBJECT = {"entry": "prefix lan/x 10.0.0.0/26", "field": "status", "text": "reserved"}
_REFUSED = because("netbox_answered", status=400, said='{"vid": ["VID must be in ranges 1-4094"]}')

NETBOX: Mapping[str, Produce] = {
    "TR814-open": said("TR814", count=2, first="10.196.0.0/15"),
    "TR815-let-go": said("TR815", "/ipam/vlans/7/", entry="vlan lan/x lan/y", first=f"{URL}/dcim/interfaces/12/"),
    "TR816-no-distinguisher": said("TR816", count=3, first="vrf attachment/x"),
    "TR867-half-a-line": said(
        "TR867", "/dcim/sites/7/", entry="site tram-y-te", file="sites.csv", fields="truc_site_kind"
    ),
    "TR868-changed": lambda _: (make_finding("TR868", Where(file="sites.csv"), file="sites.csv"),),
    "TR902-held": said("TR902", holder="truc compile, an@quan-tri", seconds=600),
    "TR903-lost": said("TR903"),
    "TR904-edited": said("TR904", reason=because("netbox_edited"), count=1, first="prefix,lan/x,10.0.0.0/26"),
    "TR904-elsewhere": said("TR904", reason=because("netbox_elsewhere"), count=9, first="number,vrf,,x,7"),
    "TR904-missing": said("TR904", reason=because("netbox_missing"), count=1, first="prefix,lan/x,10.0.0.0/26"),
    "TR905-in-use": said("TR905", "/ipam/ip-addresses/7/", pool="root-v4", count=3, first="10.196.0.7/26"),
    "TR908-again": said("TR908", times=5),
    "TR913-lost": said("TR913", "/api/ipam/prefixes/", done=200, reason=because("os_said", said="timed out")),
    "TR914-otherwise": said("TR914", count=1),
    "TR915-in-the-way": said("TR915", "/tenancy/tenants/7/", text="so-khcn", entry="organisation so-khcn"),
    "TR916-refused": said("TR916", "/api/ipam/vlans/", done=100, reason=_REFUSED),
    "TR917-nothing-there": said("TR917", reason=because("netbox_nothing")),
    "TR917-not-whole": said("TR917", reason=because("netbox_not_whole", count=335, first="prefix,lan/x,10.196.0.0/26")),
    "TR917-cut-off": said("TR917", reason=because("netbox_unfinished", count=2, first="cable core-1-agg-1")),
    "TR918-no-lockfile": lambda _: (make_finding("TR918", Where(file="truc.lock.csv")),),
    "TR919-not-set": asked("env:TRUC_NO_SUCH_TOKEN"),
    "TR919-two-words": asked(None, kept="admin secret"),
    "TR951-changed": said("TR951", "/api/ipam/prefixes/", done=0, count=100),
    "TR993-no-tls": asked(None, "http://ipam.example.vn", kept="nbt_abc.def"),
    "TR993-no-query": asked(None, "https://ipam.example.vn/?token=password", kept="nbt_abc.def"),
    "TR993-no-address": asked(None, "https://admin:password@ipam.example.vn", kept="nbt_abc.def"),
    "TR993-too-old": said("TR993", reason=because("netbox_version", version="4.5.9")),
    "TR993-no-conditions": said("TR993", reason=because("netbox_no_conditions")),
    "TR994-restless": said("TR994", times=4),
    "TR995-not-prepared": said("TR995", reason=because("netbox_lacks", count=25, first="extras/tags/truc")),
    "TR995-made-anew": said("TR995", reason=because("netbox_made_anew", count=2, first="truc_since")),
    "TR996-contradiction": said("TR996", "/ipam/prefixes/7/", other="active", **_OBJECT),
    "TR997-of-others": said(
        "TR997", "/ipam/prefixes/8/", prefix="10.196.0.0/24", pool="root-v4", count=4, first="lan/x"
    ),
    "TR998-edited": said("TR998", "/ipam/prefixes/7/", **_OBJECT),
    "TR999-which": asked("env:TRUC_NETBOX", None),
    "TR999-another": said("TR999", reason=because("netbox_other", wanted=URL, named="http://127.0.0.1:8000")),
    "TR999-the-token-itself": asked("nbt_abc.def"),
    "TR999-no-backup-of-this": lambda _: (
        make_finding("TR999", Where(), reason=because("netbox_backup_other", path="truc.lock.csv")),
    ),
    "TR999-no-backup": lambda _: (make_finding("TR999", Where(), reason=because("netbox_no_backup")),),
}
