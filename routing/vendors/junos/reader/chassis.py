"""Which ports a card has, where a line says how many: an interface beyond them is no port (JUN-IF-05)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from intents.reason import because
from routing.vendors.junos.reader.reading import JunosReading
from routing.vendors.junos.tree import JunosStatement

_NUMBER = re.compile(r"chassis fpc (\d+) pic (\d+) number-of-ports (\d+)")
_PORT = re.compile(r"[a-z]+-(\d+)/(\d+)/(\d+)")


def check_ports(statements: Iterable[JunosStatement], interfaces: Iterable[str], reading: JunosReading) -> None:
    """Record numbers of ports that leave an interface of the text without one; the numbers of ports begin with 0."""
    ports = {
        (int(found[1]), int(found[2]), int(found[3])) for name in interfaces if (found := _PORT.match(name)) is not None
    }
    for statement in statements:
        said = _NUMBER.fullmatch(statement.text)
        if said is None or statement.fault is not None:
            continue
        beyond = sorted(port for port in ports if port[:2] == (int(said[1]), int(said[2])) and port[2] >= int(said[3]))
        if beyond:
            reading.unknown(statement, because("port_beyond_number", port="/".join(map(str, beyond[0]))))
        elif not int(said[3]):
            reading.unknown(statement, because("statement_not_modelled"))
