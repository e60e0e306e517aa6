"""An SSH client that knows one key.

The one idea: the key is compared before anything is authenticated, and what kept us from logging in is told apart where paramiko
says it.
"""

from __future__ import annotations

import base64
from typing import Any

import paramiko  # type: ignore[import-untyped]  # it has no types

from controller.fleet.lines import Line, gone, key_differs
from controller.fleet.readings import HostKey, ReadingTrouble


class PinnedClient(paramiko.SSHClient):  # type: ignore[misc, no-any-unimported]  # as above
    """An SSH client that knows one key, and says in a word of ours what kept it from logging in."""

    def __init__(self, pinned: HostKey, line: Line) -> None:
        super().__init__()
        self._line = line
        reach = line.reach
        name = reach.address if reach.port == paramiko.config.SSH_PORT else f"[{reach.address}]:{reach.port}"
        key = paramiko.PKey.from_type_string(pinned.type, base64.b64decode(pinned.base64))
        self.get_host_keys().add(name, key.get_name(), key)

    def connect(self, *words: Any, **options: Any) -> None:
        """Connect and log in; ReadingError, and nothing is left of the connection."""
        try:
            super().connect(*words, **options)
        except BaseException as error:
            self._line.hang_up()
            self.close()
            match error:
                case paramiko.BadHostKeyException():
                    raise key_differs(error.key, self._line) from error
                case paramiko.AuthenticationException():
                    raise gone(self._line, ReadingTrouble.LOGIN) from error
                case paramiko.SSHException() | EOFError() | OSError():
                    raise gone(self._line) from error
                case _:
                    raise
