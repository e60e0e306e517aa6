"""The operations that Junos adds to NETCONF, on a made-up device: load, get, commit and lock of a configuration as text.

The one idea: they are other words for what RFC 6241 has, with minutes instead of seconds (Juniper, NETCONF XML Management
Protocol Developer Guide: load-configuration, get-configuration, commit-configuration). What the operational ones answer, the test
gives in `Device.tables`, by the command of the same meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from tests.device_junos_config import JunosConfig
from tests.device_state import Config, Device, RefusedError

OK = "<ok/>"
VERSION = "23.4R2.13"


def junos(config: Config) -> JunosConfig:
    assert isinstance(config, JunosConfig)
    return config


def whole_set(config: JunosConfig) -> str:
    """Return a whole configuration as `display set` prints it, the version first."""
    return f"set version {VERSION}\n{config.set_text()}"


def whole_braces(config: JunosConfig) -> str:
    return f"## Last commit: 2026-11-30 08:00:00 ICT by truc\nversion {VERSION};\n{config.brace_text()}"


def check(device: Device) -> None:
    """Refuse a candidate that a commit would refuse."""
    said = junos(device.candidate or device.running).check()
    if said:
        raise RefusedError("operation-failed", "\n".join([*said, "error: configuration check-out failed"]))


def _load(device: Device, session: int, operation: ET.Element) -> str:
    candidate = junos(device.open_candidate(session)).copy()
    if operation.get("rollback") is not None:
        candidate = junos(earlier(device, int(operation.get("rollback", "0")))).copy()
    else:
        how = operation.get("action", "merge")
        text = "".join(child.text or "" for child in operation)
        if operation.get("format", "xml") == "xml" and how != "set":
            raise RefusedError("operation-not-supported", "the made-up Junos takes text and set, no XML")
        candidate.load(text, how)
    device.candidate = candidate
    device.log.append("discarded" if operation.get("rollback") == "0" else "loaded")
    return f"<load-configuration-results>{OK}</load-configuration-results>"


def earlier(device: Device, number: int) -> Config:
    """Return what `rollback N` loads: 0 is what runs, 1 what ran before."""
    if number > len(device.older):
        raise RefusedError("invalid-value", f"rollback {number} is not there")
    return device.running if number == 0 else device.older[number - 1]


def _get(device: Device, _: int, operation: ET.Element) -> str:
    committed = operation.get("database") == "committed" or device.candidate is None
    config = junos(device.running if committed else device.candidate or device.running)
    if operation.get("format") == "set":
        return f"<configuration-set>\n{escape(whole_set(config))}</configuration-set>"
    if operation.get("format") == "text":
        return f"<configuration-text>\n{escape(whole_braces(config))}</configuration-text>"
    raise RefusedError("operation-not-supported", "the made-up Junos gives text and set, no XML")


def _commit(device: Device, session: int, operation: ET.Element) -> str:
    names = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in operation}
    check(device)
    if "check" in names:
        device.settle()
        return OK
    minutes = float(names.get("confirm-timeout") or 10)
    device.commit(session, seconds=minutes * device.minute if "confirmed" in names else None)
    return OK


def _lock(device: Device, session: int, _: ET.Element) -> str:
    device.lock("candidate", session)
    return OK


def _unlock(device: Device, session: int, _: ET.Element) -> str:
    device.unlock("candidate", session)
    return OK


def _close(device: Device, session: int, _: ET.Element) -> str:
    if device.locks.get("candidate") == session:
        device.unlock("candidate", session)
        device.candidate = None
    return OK


def _open(device: Device, session: int, operation: ET.Element) -> str:
    names = {child.tag.rpartition("}")[2] for child in operation}
    if "exclusive" in names:
        device.lock("candidate", session)
    elif "private" in names:
        raise RefusedError("operation-not-supported", "no private candidate here")
    return OK


def _table(command: str) -> Callable[[Device, int, ET.Element], str]:
    return lambda device, _session, _operation: device.table(command) or ""


OPERATIONS: dict[str, Callable[[Device, int, ET.Element], str]] = {
    "load-configuration": _load,
    "get-configuration": _get,
    "commit-configuration": _commit,
    "lock-configuration": _lock,
    "unlock-configuration": _unlock,
    "open-configuration": _open,
    "close-configuration": _close,
    "get-route-information": _table("show route"),
    "get-bgp-neighbor-information": _table("show bgp neighbor"),
    "get-interface-information": _table("show interfaces terse"),
}
