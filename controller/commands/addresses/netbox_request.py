"""What is asked of which NetBox, and how every action of `truc netbox` tells what it found.

The one idea: whatever NetBox says is data: it is shown as a lockfile line is, with what hides or reorders characters spelt out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.fleet.credentials import parse_reference, resolve_token
from controller.output.choices import NetBoxAction
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from intents.finding import FindingsError, Where, make_finding
from intents.messages import printable
from intents.reason import because, reason_of
from ipam.netbox.comparing import EntryDifference, LineTurn
from ipam.netbox.server import Server, ServerAddress

NETBOX_FORMAT = "truc/netbox/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetBoxRequest:
    """What is asked of which NetBox: `token` says where its token is kept; `yes`: do it; `backup`: where `bootstrap` puts what it
    found."""

    folder: Path
    url: str | None
    token: str
    ca: Path | None = None
    on: str | None = None
    yes: bool = False
    backup: Path | None = None


def server_of(request: NetBoxRequest) -> Server:
    """Return the NetBox that is asked; FindingsError if it is not said which, or there is no token for it."""
    if not request.url:
        raise FindingsError([make_finding("TR999", Where(), reason=because("netbox_which"))])
    try:
        reference = parse_reference(request.token)
    except ValueError as error:
        raise FindingsError([make_finding("TR999", Where(), reason=reason_of(error))]) from None
    return Server(ServerAddress(url=request.url, ca=request.ca), resolve_token(reference).reveal())


def start(output: Output, server: Server, action: NetBoxAction) -> None:
    """Write the first message."""
    if output.json:
        start_messages(output, NETBOX_FORMAT, action=str(action), url=server.url)


_TURNS: Mapping[LineTurn, str] = {
    LineTurn.ONLY_LOCKFILE: "netbox_only_lockfile",
    LineTurn.ONLY_NETBOX: "netbox_only_netbox",
    LineTurn.EDITED: "netbox_edited",
    LineTurn.BEHIND: "netbox_behind",
}


def tell_lines(output: Output, differences: Iterable[EntryDifference]) -> None:
    """Write every line that differs."""
    for one in differences:
        if output.json:
            known = {"turn": str(one.turn), "lockfile": one.lockfile, "netbox": one.netbox}
            print_message(output, {"type": "line", **known})
        else:
            lines = {"lockfile": printable(one.lockfile), "netbox": printable(one.netbox)}
            output.line(output.words(_TURNS[one.turn], **lines))


def sum_up(output: Output, request: NetBoxRequest, *, made: int, changed: int, gone: int = 0) -> None:
    """Write how much was done or would be, and what to do next."""
    if output.json:
        counts = {"made": made, "changed": changed, "gone": gone}
        print_message(output, {"type": "summary", "ok": True, "done": request.yes, **counts})
        return
    output.say("netbox_done" if request.yes else "netbox_would", made=made, changed=changed, gone=gone)
    if not request.yes:
        output.say("next_netbox_yes" if made + changed + gone else "next_netbox_nothing")


def code_of(request: NetBoxRequest, count: int) -> ExitCode:
    """Return 2 if something would change and was not done."""
    return ExitCode.CHANGES if count and not request.yes else ExitCode.FINE
