"""Statements under `system` and `snmp`, as ways into the device.

The one idea: a service listens as soon as a line names it or sets one of its options; who may use it is said elsewhere, and only
what surely keeps nobody out is on the harmless list. A user whose class stands nowhere doesn't commit (JUN-REF-12), and one whose
class permits nothing may log in and do nothing (JUN-UP-03).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from intents.reason import Reason, because
from routing.model import Login, LoginService
from routing.refs import login_ref
from routing.vendors.junos.harmless import is_harmless
from routing.vendors.junos.reader.reading import JunosReading
from routing.vendors.junos.tree import INACTIVE, JunosStatement, words

LOGINS = (
    ("system services ssh", LoginService.SSH),
    ("system services netconf ssh", LoginService.NETCONF),
    ("system services telnet", LoginService.TELNET),
    ("system services web-management http", LoginService.HTTP),
    ("system services web-management https", LoginService.HTTP),
    ("snmp", LoginService.SNMP),
)
_SNMP_OPENS = ("snmp community ", "snmp v3 ")
_CLASSES = frozenset({"operator", "read-only", "super-user", "superuser", "unauthorized"})
"""The classes that every device has."""


@dataclass(slots=True)
class Logins:
    """Services that listen, the classes that are defined, and the users of each class."""

    services: set[LoginService] = field(default_factory=set)
    classes: dict[str, bool] = field(default_factory=dict)
    """By name: whether it permits anything."""
    defined: dict[str, JunosStatement] = field(default_factory=dict)
    users: list[tuple[str, JunosStatement]] = field(default_factory=list)
    names: dict[str, JunosStatement] = field(default_factory=dict)
    """The users of whom something is said, with the first statement about each."""
    classed: set[str] = field(default_factory=set)
    """The users of whom a class is said."""

    def take(self, statement: JunosStatement, name: str, reading: JunosReading) -> Reason | None:
        """Take a statement of the device of this name; return why it shapes nothing, or None."""
        text = statement.text
        if text.startswith(INACTIVE):
            return because("inactive")
        if text == f"system host-name {name}":
            reading.says(statement)
            return None
        if text.startswith("system host-name "):
            return because("other_hostname")
        service = opened(text)
        if service is not None:
            self.services.add(service)
            reading.lines.setdefault(login_ref(service.value), statement.line)
            if any(text == start for start, _ in LOGINS):
                reading.says(statement)
                return None
        if text.startswith("system login "):
            self._take_login(words(text), statement)
        return because("statement_not_modelled")

    def _take_login(self, parts: list[str], statement: JunosStatement) -> None:
        match parts[2:]:
            case ["class", name, *rest]:
                self.defined.setdefault(name, statement)
                self.classes[name] = self.classes.get(name, False) or rest[:1] == ["permissions"]
            case ["user", user, "class", name]:
                self.names.setdefault(user, statement)
                self.classed.add(user)
                self.users.append((name, statement))
            case ["user", user, *_]:
                self.names.setdefault(user, statement)
            case _:
                pass

    def finish(self, reading: JunosReading) -> tuple[Login, ...]:
        """Return the logins by service, and record users of classes that stand nowhere."""
        for name in self.defined.keys() & _CLASSES:  # the device makes another one of it (JUN-UP-21)
            reading.unknown(self.defined[name], because("class_of_the_device", name=name))
        for name in self.names.keys() - self.classed:
            reading.unknown(self.names[name], because("user_without_class", name=name))
        for name, statement in self.users:
            if name not in self.classes.keys() | _CLASSES:
                reading.unknown(statement, because("class_undefined", name=name))
            elif not self.classes.get(name, True):
                reading.unknown(statement, because("class_permits_nothing", name=name))
        return tuple(Login(service=service) for service in sorted(self.services))


def opened(text: str) -> LoginService | None:
    """Return the service that a statement opens, by naming it or by setting an option of it; None if it opens none."""
    for start, service in LOGINS:
        if text == start:
            return service
        if text.startswith(f"{start} ") and is_harmless(text) and (start != "snmp" or text.startswith(_SNMP_OPENS)):
            return service
    return None
