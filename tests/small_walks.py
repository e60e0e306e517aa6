"""How a single packet fares in a small network, as short as tests want to say it."""

from __future__ import annotations

from routing.model import Network
from verification.reference.walk import walk
from verification.verdicts.failure import NO_FAILURE, Failure
from verification.verdicts.flow import Disposition, Flow, Trace


def ways(net: Network, flow: Flow, failure: Failure = NO_FAILURE) -> list[tuple[str, ...]]:
    """The devices on each way that delivers the packet."""
    return [tuple(hop.device for hop in trace.hops) for trace in walk(net, flow, failure) if trace.delivered]


def only(net: Network, flow: Flow, failure: Failure = NO_FAILURE) -> Trace:
    """The trace of a packet that has a single way."""
    (trace,) = walk(net, flow, failure)
    return trace


def end(net: Network, flow: Flow, failure: Failure = NO_FAILURE) -> Disposition:
    """The end of a packet that has a single way."""
    return only(net, flow, failure).disposition
