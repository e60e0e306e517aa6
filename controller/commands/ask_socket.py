"""Answers about the last judgement over a local socket: one JSON request a line, of processes of the same user alone.

The one idea: whoever watches puts each judgement, a value, in one place; threads that answer take it from there and share nothing
else.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from socketserver import BaseServer, StreamRequestHandler, ThreadingUnixStreamServer

from controller.output.json_lines import Message
from controller.reports.ask import ASK_FORMAT, LastJudgement, answer_request

LONGEST = 4096
"""Bytes of one request."""
MOST = 16
"""Who may ask at once."""
IDLE = 600.0
"""Seconds after which a silent client is hung up on."""


class Board:
    """Where the last judgement stands, set by one thread and read by others; and how many may still ask."""

    def __init__(self) -> None:
        self.last = LastJudgement()
        self.free = threading.BoundedSemaphore(MOST)


@contextmanager
def answering(path: Path | None, board: Board) -> Iterator[None]:
    """Answer at a socket as long as the context lasts (`path` None: nowhere); OSError if it can't be made there.

    A socket that nobody listens at any more is replaced.
    """
    if path is None:
        yield
        return
    _make_room(path)
    before = os.umask(0o177)
    try:
        server = _Server(path, board)
    except OSError as error:  # it names no file itself
        raise OSError(error.errno or errno.EINVAL, error.strerror or str(error), str(path)) from error
    finally:
        os.umask(before)
    worker = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    worker.start()
    try:
        yield
    finally:
        server.shutdown()
        worker.join()
        server.server_close()
        path.unlink(missing_ok=True)


def _make_room(path: Path) -> None:
    """Take away a socket that nobody listens at; OSError if somebody does, or if it is something else."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)) != errno.ECONNREFUSED:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), str(path))
    path.unlink()


class _Server(ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, path: Path, board: Board) -> None:
        super().__init__(str(path), partial(_Conversation, board))
        self._board = board

    def verify_request(self, request: object, client_address: object) -> bool:  # noqa: ARG002 - its name is given
        """Return whether somebody may ask: a process of the same user, and not too many at once."""
        return isinstance(request, socket.socket) and _is_own(request) and self._board.free.acquire(blocking=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that has gone, or was silent for too long."""


class _Conversation(StreamRequestHandler):
    """One client, from its first request to its last."""

    timeout = IDLE

    def __init__(self, board: Board, request: socket.socket, client: object, server: BaseServer) -> None:
        self._board = board
        super().__init__(request, client, server)

    def handle(self) -> None:
        """Answer line by line, after the line that names the format; a line that is too long is answered and ends it."""
        try:
            self._say({"format": ASK_FORMAT})
            while line := self.rfile.readline(LONGEST + 1):
                is_short = len(line) <= LONGEST
                text = line.decode("utf-8", errors="replace") if is_short else ""
                for message in answer_request(text, self._board.last):
                    self._say(message)
                if not is_short:
                    return
        finally:
            self._board.free.release()

    def _say(self, message: Message) -> None:
        self.wfile.write(json.dumps(message).encode() + b"\n")


def _is_own(connection: socket.socket) -> bool:
    """Return whether the same user is at the other end; where the system can't say, the mode of the socket keeps others out."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(user == os.geteuid())
