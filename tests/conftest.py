"""How every test runs: the same examples each time, and no test left out in silence."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every machine, whatever its speed; nothing is remembered between runs.
settings.register_profile(
    "same", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


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
