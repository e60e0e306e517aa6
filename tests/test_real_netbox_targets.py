"""Route distinguishers and route targets at a NetBox that nobody here wrote: said, kept apart, and never written over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.jobs.files import Placing
from intents.finding import FindingsError
from ipam.address_plan import AddressPlan, NumberKind
from ipam.netbox.netbox_store import NetBoxStore
from ipam.netbox.reading import read_netbox
from ipam.netbox.route_targets import read_targets, target_changes, wanted_targets
from ipam.netbox.server import Server
from tests.netbox_plans import PLAN, WRITER
from tests.netbox_server import NetBox, why_not
from tests.test_real_netbox_plan import codes, prepared, server_of

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

VRFS, ASN = "/api/ipam/vrfs/", 64512
FEW = replace(
    PLAN,
    pools=tuple(pool for pool in PLAN.pools if str(pool.use) == "root"),
    prefixes=(),
    numbers=tuple(one for one in PLAN.numbers if one.kind is NumberKind.VRF),
)


def save(server: Server, plan: AddressPlan, asn: int = ASN) -> None:
    store = NetBoxStore(server=server, target_asn=asn)
    with Placing() as placing:
        store.save(plan, store.load(), placing)
        placing.put()


def said(netbox: NetBox) -> dict[str, tuple[str, list[str], list[str], str]]:
    """Return what each VRF of ours says, by its entry."""
    found: dict[str, tuple[str, list[str], list[str], str]] = {}
    for one in netbox.admin.get(VRFS, tag="truc", limit=100)["results"]:
        imports, exports = ([target["name"] for target in one[f"{way}_targets"]] for way in ("import", "export"))
        custom = one["custom_fields"]
        found[custom["truc_entry"]] = (one["rd"], imports, exports, custom["truc_targets"])
    return found


def wanted(plan: AddressPlan, asn: int = ASN) -> dict[str, tuple[str, list[str], list[str], str]]:
    return {entry: (text, [text], [text], text) for entry, text in wanted_targets(plan, asn).items()}


def one_of(netbox: NetBox) -> dict[str, Any]:
    found: dict[str, Any] = netbox.admin.get(VRFS, tag="truc", limit=100)["results"][0]
    return found


def test_each_vrf_says_its_own_and_what_the_numbers_become(netbox: NetBox) -> None:
    prepared(netbox)
    server = server_of(netbox, netbox.admin.account("writer", *WRITER).token)
    save(server, FEW)
    assert said(netbox) == wanted(FEW)
    before = netbox.admin.get("/api/core/object-changes/")["count"]
    save(server, FEW)
    assert netbox.admin.get("/api/core/object-changes/")["count"] == before
    # Numbers that are exchanged, and another ASN: nothing is in its own way.
    one, two, *rest = FEW.numbers
    exchanged = replace(FEW, numbers=(replace(one, value=two.value), replace(two, value=one.value), *rest))
    save(server, exchanged)
    assert said(netbox) == wanted(exchanged)
    save(server, exchanged, 65000)
    assert said(netbox) == wanted(exchanged, 65000)
    # A VRF that goes leaves its number to the next one.
    save(server, replace(exchanged, numbers=(replace(two, value=one.value, since=rest[0].since), *rest)), 65000)
    assert netbox.admin.get(VRFS)["count"] == len(FEW.numbers) - 1


def test_what_people_do_to_them_is_told_and_left(netbox: NetBox) -> None:
    server = prepared(netbox)
    save(server, FEW)
    admin, vrf = netbox.admin, one_of(netbox)
    other = admin.make("/api/ipam/route-targets/", {"name": "64512:9999"})
    bodies: tuple[Any, ...] = (
        *({"rd": "64512:9999"}, {"import_targets": [other["id"]]}, {"rd": None}, {"import_targets": []}),
        *({"import_targets": [], "export_targets": []}, {"rd": None, "export_targets": []}),
    )
    for body in bodies:
        assert admin.ask("PATCH", f"{VRFS}{vrf['id']}/", body).code == 200
        before = said(netbox)
        with pytest.raises(FindingsError) as caught:
            save(server, FEW)
        assert (codes(caught), said(netbox)) == (["TR996"], before)
        # So it is where the VRF ends.
        with pytest.raises(FindingsError) as caught:
            save(server, replace(FEW, numbers=()))
        assert (codes(caught), said(netbox)) == (["TR996"], before)
        put = {
            "rd": vrf["rd"],
            **{name: [one["id"] for one in vrf[name]] for name in ("import_targets", "export_targets")},
        }
        assert admin.ask("PATCH", f"{VRFS}{vrf['id']}/", put).code == 200
        save(server, FEW)
    # One of theirs that has what is ours is told before anything is written.
    more = replace(FEW, numbers=(*FEW.numbers[1:], replace(FEW.numbers[0], value=777)))
    admin.make(VRFS, {"name": "của họ", "rd": f"{ASN}:777"})
    before = said(netbox)
    with pytest.raises(FindingsError) as caught:
        save(server, more)
    assert (codes(caught), said(netbox)) == (["TR915"], before)


def test_a_run_that_ended_in_between_is_gone_on_with(netbox: NetBox) -> None:
    server = prepared(netbox)
    with Placing() as placing:
        store = NetBoxStore(server=server)
        store.save(FEW, store.load(), placing)
        placing.put()
    state, reading = read_targets(server), read_netbox(server)
    changes = target_changes(reading, state, wanted_targets(FEW, ASN))
    assert (len(changes.lacking), [one.code for one in changes.told(server.url)]) == (len(FEW.numbers), ["TR816"])
    # Written but for truc's word of it, and let go of but not written yet.
    first, second, *_ = netbox.admin.get(VRFS, tag="truc", limit=100)["results"]
    text = wanted_targets(FEW, ASN)[first["custom_fields"]["truc_entry"]]
    target = netbox.admin.make("/api/ipam/route-targets/", {"name": text})
    body = {"rd": text, "import_targets": [target["id"]], "export_targets": [target["id"]]}
    assert netbox.admin.ask("PATCH", f"{VRFS}{first['id']}/", body).code == 200
    assert second["rd"] is None
    save(server, FEW)
    assert said(netbox) == wanted(FEW)
