"""NETCONF by ncclient with a pinned key: one operation, whose answer holds the configuration as text.

The one idea: ncclient waits without an end for a channel and thirty seconds for a login, and reads the user's known_hosts, which
says nothing of our devices; the session here is bounded by the line's deadline and knows the one key. Its handlers for some
platforms take any key, so none of them is used.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ncclient.devices.default import DefaultDeviceHandler  # type: ignore[import-untyped]  # it has no types
from ncclient.manager import Manager  # type: ignore[import-untyped]  # as above
from ncclient.operations import RPCError, TimeoutExpiredError  # type: ignore[import-untyped]  # as above
from ncclient.transport import SSHSession  # type: ignore[import-untyped]  # as above
from ncclient.transport.errors import (  # type: ignore[import-untyped]  # as above
    AuthenticationError,
    SSHUnknownHostError,
    TransportError,
)
from ncclient.xml_ import BASE_NS_1_0, to_ele  # type: ignore[import-untyped]  # as above

from controller.fleet.credentials import Credentials
from controller.fleet.lines import Line, gone, key_differs, way_of
from controller.fleet.readings import HostKey, ReadingError, ReadingTrouble
from intents.reason import because
from routing.vendors.showing import Showing

CONNECTION = "truc_netconf"
"""What Nornir knows these connections by."""


class _PlainXml(DefaultDeviceHandler):  # type: ignore[misc, no-any-unimported]  # as above
    """The default handler, but for prefixes, which not every device takes in an operation."""

    def get_xml_base_namespace_dict(self) -> dict[None, str]:
        """Return the namespace of operations, without a prefix."""
        return {None: BASE_NS_1_0}


class _BoundedSession(SSHSession):  # type: ignore[misc, no-any-unimported]  # as above
    """A session whose login and channel end with the line."""

    def __init__(self, line: Line) -> None:
        super().__init__(_PlainXml({}))
        self._line = line

    def load_known_hosts(self, filename: str | None = None) -> None:
        """Load nothing: the key is pinned."""

    def _auth(self, *words: Any) -> None:
        self._transport.auth_timeout = self._transport.channel_timeout = self._line.left
        super()._auth(*words)


class RefusedOperationError(Exception):
    """A device has answered an operation with an error: its tag (RFC 6241, appendix A), and nothing of its words."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class NetconfSession:
    """A session that has said hello."""

    def __init__(self, session: _BoundedSession, line: Line) -> None:
        self._session = session
        self._line = line
        self._manager = Manager(session, session._device_handler, timeout=line.left)  # noqa: SLF001 (ours, made above)
        self._manager.huge_tree = True

    def ask(self, showing: Showing) -> str:
        """Return the configuration as text. ReadingError."""
        assert showing.netconf is not None
        operation, holder = showing.netconf
        return text_in(self.rpc(operation), holder)

    def offers(self, capability: str) -> bool:
        """Return whether the device has said in its hello that it has a capability, by its whole name."""
        return capability in set(self._manager.server_capabilities)

    def rpc(self, operation: str) -> str:
        """Return the reply to an operation that only reads, as XML. ReadingError."""
        try:
            return self.do(operation)
        except RefusedOperationError as error:
            raise ReadingError(ReadingTrouble.UNEXPECTED, because("reading_refused")) from error

    def do(self, operation: str) -> str:
        """Return the reply to any operation, as XML. ReadingError, RefusedOperationError."""
        self._manager.timeout = self._line.left
        try:
            reply = self._manager.dispatch(to_ele(operation))
        except RPCError as error:
            raise RefusedOperationError(str(error.tag or "")) from error
        except TimeoutExpiredError as error:
            raise ReadingError(ReadingTrouble.TIMEOUT) from error
        except (TransportError, EOFError, OSError) as error:
            raise gone(self._line) from error
        return str(reply.xml)


def names_in(xml: str) -> frozenset[str]:
    """Return the names of all elements of a reply, without their namespaces."""
    return frozenset(str(part.tag).rpartition("}")[2] for part in to_ele(xml).iter("{*}*"))


def text_in(xml: str, holder: str) -> str:
    """Return what an element of a reply holds; ReadingError unless there is exactly one."""
    found = list(to_ele(xml).iter("{*}" + holder))
    if len(found) != 1:
        raise ReadingError(ReadingTrouble.UNEXPECTED, because("reading_no_text"))
    return str("".join(found[0].itertext())).replace("\r\n", "\n").removeprefix("\n")


class PinnedSessions:
    """Nornir's way to NETCONF; `extras` hold the line, the pinned key and the credentials."""

    connection: NetconfSession

    def open(self, *_: Any, **given: Any) -> None:
        """Log in and say hello. ReadingError."""
        line, pinned, credentials = way_of(given["extras"])
        self._session = _BoundedSession(line)
        try:
            _connect(self._session, line, pinned, credentials)
        except BaseException:
            self.close()
            raise
        self.connection = NetconfSession(self._session, line)

    def close(self) -> None:
        """Let the session go, without a good-bye that a broken device would not answer."""
        with suppress(Exception):
            if self._session.transport is not None:
                self._session.close()


def _connect(session: _BoundedSession, line: Line, pinned: HostKey, credentials: Credentials) -> None:
    try:
        session.connect(
            host=line.reach.address,
            port=line.reach.port,
            timeout=line.left,
            username=credentials.user,
            password=credentials.password.reveal(),
            hostkey_b64=pinned.base64,
            allow_agent=False,
            look_for_keys=False,
            sock=line.open(),
        )
    except SSHUnknownHostError as error:
        raise key_differs(session.transport.get_remote_server_key(), line) from error
    except AuthenticationError as error:
        raise gone(line, ReadingTrouble.LOGIN) from error
    except (TransportError, EOFError, OSError) as error:
        raise gone(line) from error
