"""What the columns of an answer look like.

Turns a row into the first column that is missing or of another shape. The one idea: rows are looked at once, where they come in;
whoever reads them afterwards meets no surprise, and a broken answer is told as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address
from typing import Any

from intents.prefix import Family, parse_interface, parse_prefix
from verification.batfish.flow import protocol_number

LONGEST = 40
"""Characters of a protocol's name, and more."""
MOST_PROTOCOL = 255
Shape = Callable[[Any], bool]
"""Says whether a plain JSON value is as it should be."""


def shapes_of(question: str, columns: Iterable[str]) -> Mapping[str, Shape]:
    """Return the shapes of columns of an answer, sorted by name; unknown columns have any shape."""
    return {name: _SHAPES.get(f"{question} {name}") or _SHAPES.get(name, _anything) for name in sorted(columns)}


def wrong_column(row: Any, shapes: Mapping[str, Shape]) -> str:
    """Return the first column that a row lacks or that is not of its shape, "" if all are right."""
    for name, shape in shapes.items():
        if not isinstance(row, Mapping) or name not in row or not shape(row[name]):
            return name
    return ""


def _anything(_: Any) -> bool:
    return True


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return type(value) is int and value >= 0  # a bool is none


def _upto(most: int) -> Shape:
    return lambda value: _number(value) and value <= most


def _maybe(shape: Shape) -> Shape:
    return lambda value: value is None or shape(value)


def _either(one: Shape, other: Shape) -> Shape:
    return lambda value: one(value) or other(value)


def _each(shape: Shape) -> Shape:
    return lambda value: isinstance(value, (list, tuple)) and all(map(shape, value))


def _with(**shapes: Shape) -> Shape:
    """Return the shape of a mapping with these names at least."""
    return lambda value: isinstance(value, Mapping) and all(shape(value.get(name)) for name, shape in shapes.items())


def _parsed(parse: Callable[[str], object]) -> Shape:
    def is_parsed(value: Any) -> bool:
        if not isinstance(value, str):
            return False
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return is_parsed


def _of_ipv4(family: Family) -> None:
    if family is not Family.V4:
        raise ValueError("not IPv4")


@lru_cache(maxsize=1 << 16)  # a thousand sites have millions of routes to thousands of prefixes
def _parse_prefix(text: str) -> None:
    _of_ipv4(parse_prefix(text).family)


def _parse_interface(text: str) -> None:
    _of_ipv4(parse_interface(text)[0])


def _protocol(value: Any) -> bool:
    return (_text(value) or _number(value)) and len(str(value)) < LONGEST and protocol_number(value) <= MOST_PROTOCOL


_ADDRESS = _parsed(IPv4Address)
_PREFIX, _INTERFACE = _parsed(_parse_prefix), _parsed(_parse_interface)
_PORT, _MESSAGE = _maybe(_upto(65535)), _maybe(_upto(255))
_NODE = _with(name=_text)
_PLACES = _with(filename=_text, lines=_maybe(_each(_number)))
_FLOW = _with(
    srcIp=_ADDRESS,
    dstIp=_ADDRESS,
    ipProtocol=_protocol,
    ingressNode=_text,
    ingressInterface=_maybe(_text),
    **dict.fromkeys(("srcPort", "dstPort"), _PORT),
    **dict.fromkeys(("icmpType", "icmpVar", "icmpCode"), _MESSAGE),
)
_EXIT = _maybe(_either(_text, _with(interface=_text)))
_STEP = _with(detail=_maybe(_with(outputInterface=_EXIT)))
_HOP = _with(node=_NODE, steps=_maybe(_each(_STEP)))
_TRACES = _maybe(_each(_with(disposition=_text, hops=_maybe(_each(_HOP)))))

_SHAPES: Mapping[str, Shape] = {
    "Action": _text,
    "Active": lambda value: isinstance(value, bool),
    "All_Prefixes": _maybe(_each(_INTERFACE)),
    "Context": _maybe(_text),
    "Details": _maybe(_text),
    "Encapsulation_VLAN": _maybe(_number),
    "Established_Status": _text,
    "File_Name": _text,
    "Filter_Name": _text,
    "Flow": _FLOW,
    "Incoming_Filter_Name": _maybe(_text),
    "Interface": _with(hostname=_text, interface=_text),
    "Line_Text": _maybe(_text),
    "Lines": _maybe(_PLACES),
    "Local_IP": _maybe(_text),
    "Network": _PREFIX,
    "Next_Hop": _maybe(_with(ip=_maybe(_text), interface=_maybe(_text), vrf=_maybe(_text))),
    "Node": _NODE,
    "Nodes": _maybe(_each(_text)),
    "fileParseStatus Nodes": _maybe(_each(_NODE)),
    "Outgoing_Filter_Name": _maybe(_text),
    "Protocol": _text,
    "Ref_Name": _text,
    "Reference_Traces": _TRACES,
    "Remote_IP": _maybe(_either(_text, _with(value=_text))),
    "Snapshot_Action": _text,
    "Snapshot_Line_Content": _maybe(_text),
    "Snapshot_Traces": _TRACES,
    "Source_Lines": _maybe(_each(_PLACES)),
    "Sources": _each(_text),
    "Status": _text,
    "Struct_Type": _maybe(_text),
    "Traces": _TRACES,
    "Unreachable_Line": _text,
    "VRF": _maybe(_text),
}
