"""Whatever drift is put into a text is found, in the class that it has by construction, and told as what it is."""

from __future__ import annotations

import os
from random import Random

import pytest

from tests.drift_injections import INJECTIONS, drifts_of
from verification.drift.classes import DriftClass
from verification.verdicts.verdict import Replay

EACH = 50 if "TRUC_LAWS" in os.environ else 12
"""Drifts of each class: 300 of all by `make laws`."""
OPEN = (DriftClass.OPENS_FORBIDDEN, DriftClass.OPENS_UNDECLARED)


@pytest.mark.slow
@pytest.mark.property
@pytest.mark.parametrize("drift_class", list(DriftClass))
def test_every_drift_is_found_in_its_class_and_told_as_what_it_is(drift_class: DriftClass) -> None:
    for seed in range(EACH):
        injection = INJECTIONS[drift_class](Random(seed))  # noqa: S311 - drawn again each time, no secret
        found = drifts_of(injection.texts)
        told = {item.device: item.drift_class for item in found.found}
        assert told == dict.fromkeys(sorted(injection.texts), drift_class), (seed, injection.what, told)
        for drift in found.found:
            assert injection.shows(drift), (seed, injection.what, drift)
            if drift_class in OPEN:
                assert any(
                    item.drift_class is drift_class and item.replay is Replay.AGREES for item in drift.effects
                ), (seed, injection.what)
