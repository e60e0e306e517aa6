"""The statements under `protocols ospf` and `protocols ospf3`, kept by area and interface until the whole text is known.

The one idea: what a statement means where another one says otherwise is decided later; here only its form is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from intents.prefix import Family, parse_address
from intents.reason import Reason, because, unclear
from routing.vendors.junos.names import number
from routing.vendors.junos.reader.reading import Leaf, Leaves
from routing.vendors.junos.tree import JunosStatement
from routing.vendors.session_keys import junos_key

PROTOCOLS = {"ospf": Family.V4, "ospf3": Family.V6}
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_BANDWIDTH = re.compile(r"(\d{1,15})([kmg]?)\Z")


@dataclass(slots=True)
class OspfLines:
    """The statements of one family of an instance: single values, export policies, and leaves by area and interface."""

    first: JunosStatement | None = None
    leaves: Leaves = field(default_factory=Leaves)
    exports: list[Leaf] = field(default_factory=list)
    interfaces: dict[tuple[int, str], Leaves] = field(default_factory=dict)

    def take(self, rest: list[str], statement: JunosStatement) -> Reason | None:
        """Take one statement; return why it isn't understood, or None."""
        self.first = self.first or statement
        match rest:
            case []:
                pass
            case ["reference-bandwidth", text]:
                self.leaves.put("reference-bandwidth", str(_kilobits(text)), statement)
            case ["export", name]:
                self.exports.append(Leaf(name, statement))
            case ["area", area]:
                self.leaves.put(f"area {_area(area)}", "", statement)
            case ["area", area, "interface", name, *more] if name != "all":
                key = (_area(area), name if "." in name else f"{name}.0")
                return _take_interface(self.interfaces.setdefault(key, Leaves()), more, statement)
            case _:
                return because("this_not_modelled", statement=f"ospf {rest[0]}")
        return None


def _area(text: str) -> int:
    return parse_address(text).value if "." in text else number(text, 0, 0xFFFFFFFF)


def _kilobits(text: str) -> int:
    found = _BANDWIDTH.match(text)
    if found is None:
        raise unclear("no_number_given")
    return int(found.group(1)) * _UNITS[found.group(2)] // 1000


def _take_interface(leaves: Leaves, more: list[str], statement: JunosStatement) -> Reason | None:
    if not leaves:
        leaves.put("there", "", statement)  # OSPF runs there, whatever else the statement says
    match more:
        case []:
            pass
        case ["passive"]:
            leaves.put("passive", "", statement)
        case ["interface-type", "p2p"]:
            leaves.put("interface-type", "p2p", statement)
        case ["metric" | "hello-interval" | "dead-interval" as what, text]:
            leaves.put(what, str(number(text, 1, 65535)), statement)
        case ["authentication", "simple-password", text]:
            leaves.put("authentication", f"simple {junos_key(text, longest=8)}", statement)
        case ["authentication", "md5", key, "key", text] if "authentication" not in leaves:
            mark = junos_key(text, longest=16)
            leaves.put("authentication", f"message-digest {number(key, 1, 255)} {mark}", statement)
        case ["priority", text]:
            leaves.put("priority", str(number(text, 0, 255)), statement)
        case _:
            return because("this_not_modelled", statement=f"ospf interface {more[0]}")
    return None
