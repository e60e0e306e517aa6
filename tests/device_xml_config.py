"""A configuration in XML as a made-up NETCONF server keeps it, whatever its models are, and what an edit does to it.

The one idea: RFC 6241 (section 7.2) says what each operation does; an entry of a list is found by its child `name` or `id`, which
is what the models of interfaces, routing and access lists have as keys.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from tests.device_state import Config, RefusedError

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
_OPERATION = f"{{{BASE}}}operation"
KEYS = ("name", "id")


class XmlConfig:
    """The children of `<config>`."""

    def __init__(self, root: ET.Element | None = None) -> None:
        self.root = ET.Element("config") if root is None else root

    def copy(self) -> XmlConfig:
        return XmlConfig(copy.deepcopy(self.root))

    def blocks(self) -> tuple[str, ...]:
        return tuple(f"{self.text_of(child)}\n" for child in self.root)

    @staticmethod
    def text_of(element: ET.Element) -> str:
        twin = copy.deepcopy(element)
        ET.indent(twin)
        return ET.tostring(twin, encoding="unicode").strip()

    def inner(self) -> str:
        return "".join(ET.tostring(child, encoding="unicode") for child in self.root)

    def way_back(self, _: Config) -> Iterator[tuple[Config, str]]:
        """Go back in one step."""
        yield from ()

    def edit(self, change: ET.Element, default: str) -> None:
        """Do what the children of an edit's `<config>` say."""
        if default == "replace":
            self.root = ET.Element("config")
        for child in change:
            _edit(self.root, child, "none" if default == "none" else "merge")


def _key(element: ET.Element) -> tuple[str, str]:
    for name in KEYS:
        found = next((child for child in element if child.tag.rpartition("}")[2] == name), None)
        if found is not None:
            return element.tag, (found.text or "").strip()
    return element.tag, ""


def _edit(parent: ET.Element, change: ET.Element, operation: str) -> None:
    operation = change.get(_OPERATION, operation)
    found = next((child for child in parent if _key(child) == _key(change)), None)
    match operation:
        case "delete" | "remove":
            if found is not None:
                parent.remove(found)
            elif operation == "delete":
                raise RefusedError("data-missing", f"{change.tag} is not there")
        case "create" if found is not None:
            raise RefusedError("data-exists", f"{change.tag} is there already")
        case "none" if found is None:
            raise RefusedError("data-missing", f"{change.tag} is not there")
        case "replace" | "create":
            fresh = ET.SubElement(parent, change.tag)
            if found is not None:
                parent.remove(fresh)
                parent[list(parent).index(found)] = fresh
            _fill(fresh, change, "merge")
        case _:
            if found is None:
                found = ET.SubElement(parent, change.tag)
            _fill(found, change, operation)


def _fill(element: ET.Element, change: ET.Element, operation: str) -> None:
    if len(change) == 0:
        element.text = change.text
    for child in change:
        _edit(element, child, operation)
