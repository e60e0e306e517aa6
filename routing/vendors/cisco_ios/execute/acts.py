"""What the lines of the table do, by the names that the table uses.

The one idea: a form without a name here only puts its line or takes it; whatever else follows from a line has its function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from intents.reason import because
from routing.model import LinePath
from routing.vendors.cisco_ios.execute.families import stop_ipv6
from routing.vendors.cisco_ios.execute.lists import (
    add_rule,
    add_static,
    open_clause,
    open_lines,
    open_list,
    put_alone,
    put_in_vrf,
    remove_rule,
    remove_whole,
)
from routing.vendors.cisco_ios.execute.peering import (
    of_family,
    open_bgp,
    open_family,
    remove_neighbor,
    set_neighbor,
    set_router_id,
    unset_session,
)
from routing.vendors.cisco_ios.execute.ports import (
    add_address4,
    add_address6,
    default_interface,
    leave_vrf,
    open_interface,
    open_port,
    remove_address4,
    remove_addresses4,
    remove_addresses6,
    remove_interface,
    remove_tag,
    set_tag,
    set_vrf,
)
from routing.vendors.cisco_ios.execute.state import LineOutcome, TypedLine, put_line, take_line
from routing.vendors.cisco_ios.execute.vrfs import new_vrf, remove_family, remove_vrf, set_rd, set_target
from routing.vendors.cisco_ios.harmless import is_harmless
from routing.vendors.execution import Unmodelled

Act = Callable[[TypedLine], LineOutcome]


def _unsure(turn: TypedLine) -> LineOutcome:
    """Leave everything as it is: the line is known, what it does is not."""
    return LineOutcome(turn.state, (Unmodelled(because("effect_not_known", line=turn.match.text)),))


ACTS: Mapping[str, Act] = {
    "rd": set_rd, "no_vrf_family": remove_family, "target": set_target, "new_vrf": new_vrf,
    "no_vrf_definition": remove_vrf, "encapsulation": set_tag, "no_encapsulation": remove_tag, "vrf": set_vrf,
    "no_vrf": leave_vrf, "address4": add_address4, "no_address4": remove_address4, "no_addresses4": remove_addresses4,
    "address6": add_address6, "no_addresses6": remove_addresses6, "no_shutdown": open_port, "interface": open_interface,
    "no_interface": remove_interface, "default_interface": default_interface, "router_id": set_router_id,
    "bgp": open_bgp, "bgp_family": open_family, "ipv4": lambda turn: of_family(turn, "ipv4"),
    "ipv6": lambda turn: of_family(turn, "ipv6"), "neighbor": set_neighbor, "no_neighbor": remove_neighbor,
    "no_session": unset_session, "alone": put_alone, "static": add_static, "whole": remove_whole,
    "access_list": open_list, "rule": add_rule, "rule_away": remove_rule, "clause": open_clause, "vty": open_lines,
    "in_vrf": put_in_vrf, "no_ipv6": stop_ipv6, "unsure": _unsure,
}  # fmt: skip


def _path(turn: TypedLine) -> LinePath:
    return (*(step.header for step in turn.state.mode or ()), turn.match.text)


def act(turn: TypedLine) -> LineOutcome:
    """Do what a line does."""
    form = turn.match.form
    if form.loose and form.taking is None and not is_harmless(_path(turn)):
        return _unsure(turn)
    if form.act:
        return ACTS[form.act](turn)
    return put_line(turn) if form.taking is None else take_line(turn)
