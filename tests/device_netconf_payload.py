"""What travels in a made-up device's NETCONF: a configuration as its platform words it, and the parts of a message.

The one idea: XML goes as it is; IOS-XE as the command lines of Cisco's "NETCONF over SSHv2" (`cli-config-data`); Junos as the
text of `<config-text>`, and else as in `tests/device_netconf_junos.py`.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from tests.device_ios_config import IosConfig
from tests.device_ios_edit import Typing, load_text, type_line
from tests.device_junos_config import JunosConfig
from tests.device_state import Config, RefusedError
from tests.device_xml_config import XmlConfig


def read(config: Config) -> str:
    if isinstance(config, XmlConfig):
        return config.inner()
    if isinstance(config, IosConfig):
        return f"<cli-config-data-block>{escape(config.text())}</cli-config-data-block>"
    raise RefusedError(
        "operation-not-supported", "the made-up Junos has no XML: use get-configuration with text or set"
    )


def apply(config: Config, change: ET.Element, default: str) -> None:
    if isinstance(config, XmlConfig):
        config.edit(change, default)
    elif isinstance(config, JunosConfig):
        config.load(
            (change.findtext(".//{*}configuration-text") or ""), "override" if default == "replace" else default
        )
    elif isinstance(config, IosConfig):
        lines = [one.text or "" for one in change.iter() if local(one) in {"cmd", "cli-config-data-block"}]
        typing = Typing()
        if default == "replace":
            config.lines = load_text("\n".join(lines)).lines
            return
        for line in "\n".join(lines).splitlines():
            answer = type_line(config, typing, line)
            notice = not answer or "removed" in answer or "scheduled" in answer
            if not notice:
                raise RefusedError("operation-failed", f"{line}: {answer.strip()}")


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def find(element: ET.Element, name: str) -> ET.Element | None:
    return next((child for child in element if local(child) == name), None)


def text_of(element: ET.Element, name: str) -> str | None:
    found = find(element, name)
    return None if found is None else (found.text or "").strip()


def store_of(operation: ET.Element, where: str) -> str:
    found = find(operation, where)
    if found is None or len(found) == 0:
        raise RefusedError("missing-element", where)
    return local(found[0])


def error_of(error: RefusedError) -> str:
    info = f"<error-info>{error.info}</error-info>" if error.info else ""
    return (
        f"<rpc-error><error-type>application</error-type><error-tag>{error.tag}</error-tag>"
        f"<error-severity>error</error-severity><error-message>{escape(error.said)}</error-message>{info}</rpc-error>"
    )
