"""How every test runs: the same examples each time, no test left out in silence, and coverage of what is written down.

Coverage is not measured while properties are tried, and of every other test only in its first moments, all its rows together:
tracing makes everything three times as slow, later rows seldom reach what the first did not, and what drawn examples alone
reach is reached by nobody's intention.

TRUC_LAWS=N tries N times as many examples of every property (`make laws`); without it half of them are tried. TRUC_SEED=N
draws others of the longest laws.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from tests.netbox_server import NetBox, netbox_server

if TYPE_CHECKING:
    from tests.netbox_office import Office

# The same examples on every machine, whatever its speed; nothing is remembered between runs.
settings.register_profile(
    "same", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


FEWER, LEAST = 0.5, 10
"""The share of a property's examples that is tried without TRUC_LAWS, if it is not `counted`, and how many at least."""
TRACED = 8.0
"""Seconds of processor for which a test is traced, all its rows together."""
_LEFT: dict[str, float] = {}

# Whoever starts the tests in the background, or without a terminal, has words to end ignored, and all that they start would, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
for _number in (signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)

_CACHES = tempfile.TemporaryDirectory(prefix="truc-tests-", ignore_cleanup_errors=True)
_NUMBERS: Iterator[int] = count()


def _begin_cache() -> None:
    """Let what runs next find an empty cache: a judgement of the user's, or of another test, would hide what judging does."""
    os.environ["XDG_CACHE_HOME"] = str(Path(_CACHES.name) / str(next(_NUMBERS)))


_begin_cache()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Begin with an empty cache, fixtures included."""
    _begin_cache()


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make, not among the tests, and seldom: networks are large and short-lived."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    _CACHES.cleanup()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every property, so that a run may leave them out, and try more examples of each if that is asked for; leave what is
    long to `make laws`."""
    factor = float(os.environ.get("TRUC_LAWS", FEWER))
    if "TRUC_LAWS" not in os.environ:
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    for item in items:
        function: Any = getattr(item, "function", None)
        if not is_hypothesis_test(function):
            continue
        item.add_marker("property")
        if factor > 1 or not item.get_closest_marker("counted"):  # a test's own settings have no other name
            few: settings = function._hypothesis_internal_use_settings
            wanted = max(int(few.max_examples * factor), min(few.max_examples, LEAST))
            function._hypothesis_internal_use_settings = settings(few, max_examples=wanted)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Trace what is left of the moments in which a test is traced, all its rows together; a property is not traced at all
    (pytest-cov's own marker leaves an outer tracer in xdist's workers)."""
    tracer, name = sys.gettrace(), item.nodeid.partition("[")[0]
    if tracer is None or item.get_closest_marker("traced"):
        return (yield)
    is_property = is_hypothesis_test(getattr(item, "function", None))
    left = 0.0 if is_property else _LEFT.setdefault(name, TRACED)
    if left > 0:
        signal.signal(signal.SIGVTALRM, lambda *_: sys.settrace(None))
        signal.setitimer(signal.ITIMER_VIRTUAL, left)
    else:
        sys.settrace(None)
    try:
        return (yield)
    finally:
        _LEFT[name], _ = signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        sys.settrace(tracer)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every test that did not run to its end, and say how many there are, just above the closing line."""
    left_out = [
        (outcome, report.nodeid, skip_reason(report.longrepr))
        for outcome in ("skipped", "xfailed")
        for report in terminalreporter.stats.get(outcome, [])
    ]
    for outcome, name, reason in sorted(left_out):
        terminalreporter.write_line(f"SKIP {name} ({outcome}: {reason})")
    terminalreporter.write_line(f"tests left out: {len(left_out)}")


def skip_reason(longrepr: object) -> str:
    """Return the reason that a skipped test's report carries."""
    return str(longrepr[2]) if isinstance(longrepr, tuple) else "expected to fail"


@pytest.fixture(scope="session")
def netbox_of_worker() -> Iterator[NetBox]:
    """One NetBox for each of xdist's workers that needs one, from its first such test to the end.

    It costs ten seconds of one core. One for all workers would save them only where both need it, and would cost more: whoever
    empties or fills the database would have to lock the others out, and the workers would wait for one another in every test.
    """
    with netbox_server() as server:
        yield server


@pytest.fixture
def netbox(netbox_of_worker: NetBox) -> NetBox:
    """A NetBox as it is when it has just been installed."""
    netbox_of_worker.reset()
    return netbox_of_worker


@pytest.fixture(scope="session")
def office_of_worker(netbox_of_worker: NetBox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    from tests.netbox_office import office_of  # noqa: PLC0415 (the product, which only those who ask for this need here)

    netbox_of_worker.reset()
    with office_of(netbox_of_worker, tmp_path_factory.mktemp("office")) as found:
        yield found


@pytest.fixture
def office(office_of_worker: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office at a NetBox that is prepared, in a hurry."""
    from tests.netbox_office import hurry  # noqa: PLC0415 (as above)

    hurry(monkeypatch)
    office_of_worker.proxy.expect()
    office_of_worker.netbox.reset("ready")
    return office_of_worker
