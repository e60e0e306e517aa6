"""What the journal says of a plan's addresses: reserved, in use once their device is confirmed, free once it is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.apply import rollout_run
from controller.apply.addresses import Addresses, addresses_given, settle_addresses
from controller.apply.logbook import Logbook
from controller.fleet.readings import Stop
from controller.journal.history import history
from controller.journal.reading import read_journal
from controller.journal.records import Activated, Aim, Confirmed, Record, Reserved, RolloutOutcome, WaveBegun
from controller.journal.state import AddressUse
from tests.applied import Night, night, scene
from tests.device_faults import Fault, Planned


def uses(found: Night) -> dict[str, AddressUse]:
    return {name: item.use for name, item in found.state().addresses.items()}


def test_only_what_a_plan_gives_is_reserved_and_with_its_length() -> None:
    given = addresses_given(scene().planned)
    for name, device in scene().planned.items():
        for address in given.get(name, ()):
            value, _, length = address.partition("/")
            assert value in device.there.standing
            assert value not in device.there.running
            assert int(length) > 0
    assert given
    assert addresses_given(scene("close a permit").planned) == {}


def test_addresses_are_used_once_their_device_is_confirmed_and_free_once_it_is_back(tmp_path: Path) -> None:
    with night(scene(), tmp_path) as found:
        assert found.run() is RolloutOutcome.APPLIED
        assert set(uses(found).values()) == {AddressUse.ACTIVE}
        order = [type(item) for item in found.heard if isinstance(item, Reserved | WaveBegun | Confirmed | Activated)]
        assert order.index(Reserved) < order.index(WaveBegun) < order.index(Confirmed) < order.index(Activated)
        assert order.count(Activated) == order.count(Reserved) == len(uses(found))
        found.run(Aim.BACK)
        assert set(uses(found).values()) == {AddressUse.FREE}
        assert found.run(Aim.FORWARD) is RolloutOutcome.APPLIED
        assert set(uses(found).values()) == {AddressUse.ACTIVE}


def test_a_device_that_goes_back_gives_its_addresses_back(tmp_path: Path) -> None:
    with night(scene(), tmp_path) as found:
        name = next(iter(addresses_given(scene().planned)))
        found.device(name).faults.append(Planned(fault=Fault.REFUSE_LINE, nth=12))
        assert found.run() is not RolloutOutcome.APPLIED
        assert found.stands()[name] == "running"
        assert uses(found)[name] is AddressUse.FREE


def test_a_run_that_ends_between_the_two_is_made_good_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    ended: list[Record] = []

    def crash(record: Record, _stop: Stop) -> None:
        if isinstance(record, Confirmed) and record.device in addresses_given(scene().planned):
            ended.append(record)
            raise Crash

    def settle(log: Logbook, given: Addresses) -> None:
        if not ended:  # who is gone writes nothing, whatever its other threads saw
            settle_addresses(log, given)

    with night(scene(), tmp_path) as found:
        with monkeypatch.context() as patch:
            patch.setattr(rollout_run, "settle_addresses", settle)
            with pytest.raises(Crash):
                found.run(during=crash)
        assert AddressUse.RESERVED in uses(found).values()
        assert found.run(Aim.FORWARD) is RolloutOutcome.APPLIED
        assert set(uses(found).values()) == {AddressUse.ACTIVE}
        standing = history([link.record for link in read_journal(found.journal).chain.links if link.record]).standing
        given = addresses_given(scene().planned)
        for name, item in standing.items():
            assert (item.addresses.addresses if item.addresses else ()) == given.get(name, ())
