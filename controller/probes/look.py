"""Probes -> what became of them in one look, and what is wrong with that.

The one idea: a packet that arrives though it shall not is wrong whenever it is seen; one that shall and does not is a cut only if
it did before; and silence where silence is wanted counts only beside a packet of the same host that arrived in the same look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from controller.fleet.credentials import CredentialReference, Credentials
from controller.fleet.readings import DeviceReach, ProbeEnd
from controller.journal.probe_results import ProbeResult, ProbeWish
from controller.probes.planned import PlannedProbe
from intents.finding import Finding, Severity, Where, make_finding
from intents.reason import Reason, because

Try: TypeAlias = Callable[[DeviceReach, Credentials, Iterable[tuple[str, int]], float], Sequence[ProbeEnd]]
"""Asks for connections from one host to addresses and TCP ports: `probe_from` of `controller.fleet.probing`, whose libraries may
not be installed."""
WORKERS = 20
"""Hosts that send at once."""
ENDS: Mapping[ProbeEnd, Reason] = {
    ProbeEnd.CONNECTED: because("probe_connected"),
    ProbeEnd.REFUSED: because("probe_refused"),
    ProbeEnd.LOST: because("probe_lost"),
    ProbeEnd.UNTRIED: because("probe_untried"),
}


def wished(probes: Iterable[PlannedProbe], *, behind: bool | None) -> tuple[tuple[PlannedProbe, ProbeWish], ...]:
    """Return what shall become of probes before the plan, `behind` it, or (None) in the middle, where what the plan changes may
    be either and is not asked."""
    return tuple(
        (probe, probe.after if behind else probe.before) for probe in probes if behind is not None or not probe.changes
    )


def look(
    asked: Iterable[tuple[PlannedProbe, ProbeWish]],
    credentials: Mapping[CredentialReference, Credentials],
    seconds: float,
    attempt: Try,
) -> tuple[ProbeResult, ...]:
    """Send probes, those of one host one after the other, each for so many seconds at most; results in the order given."""
    given = tuple(asked)
    by_host: dict[DeviceReach, list[int]] = {}
    for place, (probe, _) in enumerate(given):
        assert probe.host.reach is not None
        by_host.setdefault(probe.host.reach, []).append(place)

    def send(reach: DeviceReach) -> Sequence[ProbeEnd]:
        targets = [(str(given[place][0].target), given[place][0].port) for place in by_host[reach]]
        return attempt(reach, credentials[reach.credentials], targets, seconds)

    found: dict[int, ProbeEnd] = {}
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="probe") as pool:
        for reach, ends in zip(by_host, pool.map(send, by_host), strict=True):
            found |= dict(zip(by_host[reach], ends, strict=True))
    return tuple(_result(probe, wish, found[place]) for place, (probe, wish) in enumerate(given))


def _result(probe: PlannedProbe, wish: ProbeWish, end: ProbeEnd) -> ProbeResult:
    return ProbeResult(
        host=probe.host.name, target=str(probe.target), port=probe.port, wish=wish, changes=probe.changes, end=end
    )


def judge_look(results: Sequence[ProbeResult], before: Sequence[ProbeResult] | None = None) -> Iterator[Finding]:
    """Yield what is wrong: errors for packets that are let through or cut, warnings for what says nothing. `before`: what became
    of the same probes before the plan (None: nobody looked); what did not arrive then is not cut now."""
    controls = {item.host for item in results if item.wish is ProbeWish.ARRIVE and item.arrived}
    arrived = None if before is None else {_key(item) for item in before if item.arrived}
    for item in results:
        if item.wish is ProbeWish.STAY_OUT and item.arrived:
            yield _finding("TR969", item)
        elif item.end is ProbeEnd.UNTRIED:
            yield _finding("TR971", item, Severity.WARNING)
        elif item.wish is ProbeWish.STAY_OUT and item.host not in controls:
            yield _finding("TR972", item, Severity.WARNING)
        elif item.wish is ProbeWish.ARRIVE and not item.arrived:
            is_cut = arrived is None or item.changes or _key(item) in arrived
            yield _finding("TR970", item, Severity.ERROR if is_cut else Severity.WARNING)


def is_as_wished(item: ProbeResult) -> bool:
    """Return whether a probe's packets did what they should, as far as was seen."""
    return item.end is not ProbeEnd.UNTRIED and item.arrived == (item.wish is ProbeWish.ARRIVE)


def _finding(code: str, item: ProbeResult, severity: Severity = Severity.ERROR) -> Finding:
    where, end = Where(device=item.host), ENDS[item.end]
    return make_finding(code, where, severity=severity, host=item.host, target=item.target, port=item.port, end=end)


def _key(item: ProbeResult) -> tuple[str, str, int]:
    return item.host, item.target, item.port
