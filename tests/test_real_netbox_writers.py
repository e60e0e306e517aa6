"""Many who write to a NetBox at once: nothing overlaps, nothing is lost or left over, and nothing of others' is touched."""

from __future__ import annotations

import pytest

from tests.netbox_server import NetBox, why_not
from tests.netbox_writers import Crowd, crowd_in
from tests.test_real_netbox_plan import prepared

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

FEW = Crowd(runs=4, attachments=2, scripts=4, prefixes=4, pause=4.0)
MANY = Crowd(runs=48, attachments=26, scripts=16, prefixes=10, pause=96.0)


@pytest.mark.parametrize("crowd", [FEW, pytest.param(MANY, marks=pytest.mark.long)], ids=["few", "many"])
def test_all_who_write_at_once_get_places_of_their_own(netbox: NetBox, crowd: Crowd) -> None:
    prepared(netbox)
    found = crowd_in(netbox, crowd)
    assert (found.overlaps, found.missing, found.leaked, found.moved, found.given) == ((), (), (), (), ())
    assert len(found.notes) >= crowd.runs * crowd.attachments * 4
    assert max(found.notes.values()) == 1


def test_there_are_64_writers_and_10000_allocations() -> None:
    assert (MANY.runs + MANY.scripts, MANY.allocations) == (64, 10144)
