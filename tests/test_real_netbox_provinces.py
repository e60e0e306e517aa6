"""Whatever province the tests make up: its plan goes into a NetBox, comes back byte for byte, and compiles to the same texts."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from controller.jobs.pipeline import compile_network
from ipam.netbox.changes import changes_to
from ipam.netbox.netbox_store import NetBoxStore
from ipam.netbox.reading import read_netbox
from ipam.netbox.writing import Writer
from ipam.store.lockfile import print_plan
from tests.netbox_server import NetBox, why_not
from tests.strategies import Province, address_province, provinces
from tests.test_real_netbox_plan import prepared

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

EXAMPLES = 20 if "TRUC_LAWS" in os.environ else 2


@pytest.mark.counted
@settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(province=provinces(most_sites=3))
def test_what_any_province_has_comes_back_as_it_was(netbox: NetBox, province: Province) -> None:
    netbox.reset()
    server = prepared(netbox)
    addressed = address_province(province)
    reading = read_netbox(server)
    Writer(server, reading.numbers(), lambda _: None).write(changes_to(reading, addressed.address_plan))
    kept = NetBoxStore(server=server).load()
    assert kept.findings == ()
    assert print_plan(kept.plan) == print_plan(addressed.address_plan)
    again = address_province(province, kept.plan)
    texts = [{name: item.text for name, item in compile_network(one).configs.items()} for one in (addressed, again)]
    assert texts[0] == texts[1] != {}
