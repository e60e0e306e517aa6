"""A live Batfish server as a `BatfishSession`; the only module that imports its client library.

The one idea: every call has a deadline and ends in rows or in a `BatfishError`; a snapshot is uploaded under the digest of its
content, so that one which the server has already is not sent again, and old ones are deleted when a new one comes.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import tempfile
import threading
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pybatfish.client.options import Options

# The client makes its connections when it is imported; as it is set, a dead server is noticed only after five minutes.
Options.max_retries_to_connect_to_coordinator = 3
Options.max_initial_tries_to_connect_to_coordinator = 3
Options.request_backoff_factor = 0.2

from pybatfish.client.session import Session  # noqa: E402
from pybatfish.datamodel.flow import HeaderConstraints, MatchTcpFlags, PathConstraints, TcpFlags  # noqa: E402
from pybatfish.exception import BatfishException  # noqa: E402

from intents.reason import Reason, because  # noqa: E402
from verification.batfish.protocol import (  # noqa: E402
    COLUMNS,
    BatfishError,
    Columns,
    Parameters,
    Row,
    Snapshot,
    Trouble,
    whole_rows,
)

API = "2."
"""The versions of the server's interface that this module speaks."""
NETWORK = "truc"
KEPT = 8
"""How many snapshots of ours a server keeps at least: the newest; older ones are deleted after an upload."""
SPARED = 3600.0
"""Seconds that a snapshot is kept however many there are: somebody may be asking about it."""
_REUSE = {"parsereuse": True}
"""A server that was started with this option may use again what it read of identical files."""
_FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr")
_LEFT_LOG = re.compile(r"Work terminated abnormally\nwork_item: [^\n]*\n\nFull log written to ([^\n]+)\nlog: ")
"""How the client says where it left a log; what the server says comes after it."""
_WHY = re.compile(r"[\w.$]*\w(?:Exception|Error)\b[^\"\n]*|No space left[^\"\n]*")

_Found = TypeVar("_Found")


class LiveBatfish:
    """A server on `host`:`port`; `deadline` in seconds for any single call; `columns`: what is asked, and what is read."""

    recorded = ""

    def __init__(self, host: str, port: int, deadline: float, columns: Columns = COLUMNS) -> None:
        logging.getLogger("pybatfish").setLevel(logging.ERROR)
        self._where = f"{host}:{port}"
        self._deadline = deadline
        self._columns = columns
        try:
            self._session = self._within(lambda: Session(host=host, port=port, timeout=deadline))
            versions = self._within(self._session.get_component_versions)
        except BatfishError as error:
            trouble = Trouble.UNREACHABLE if error.trouble is Trouble.LOST else error.trouble
            raise BatfishError(trouble, error.detail) from error
        self.version = str(versions.get("Batfish", "?"))
        self._check_fits(versions)
        self._within(lambda: self._session.set_network(NETWORK))
        self._known = set(self._within(self._session.list_snapshots))

    def _check_fits(self, versions: Mapping[str, str]) -> None:
        speaks = str(versions.get("api_version", ""))
        if not speaks.startswith(API):
            raise BatfishError(
                Trouble.VERSION, because("server_speaks", where=self._where, found=speaks or "?", wanted=API)
            )
        offered = set(dir(self._session.q))
        missing = sorted(self._columns.keys() - offered)
        if missing:
            raise BatfishError(
                Trouble.VERSION, because("server_lacks", where=self._where, questions=", ".join(missing))
            )

    def upload(self, snapshot: Snapshot) -> None:
        """Send a snapshot unless the server has it, and delete the oldest of ours beyond `KEPT`. BatfishError."""
        if snapshot.name in self._known and self._is_whole(snapshot):
            return
        packed: Any = _pack(snapshot)
        self._within(lambda: self._session.init_snapshot(packed, name=snapshot.name, overwrite=True, extra_args=_REUSE))
        self._known.add(snapshot.name)
        self._forget(snapshot.name)

    def _is_whole(self, snapshot: Snapshot) -> bool:
        """Return whether the server finished reading a snapshot that it has."""
        for item in self._snapshots():
            if item.get("name") == snapshot.name:
                status = _within_mapping(item, "metadata", "initializationMetadata", "currentStatus")
                return status in {"PARSED", "DATAPLANING", "DATAPLANED"}
        return False

    def _forget(self, newest: str) -> None:
        """Delete snapshots of ours that are beyond the `KEPT` newest and older than `SPARED`: nobody asks about those now."""
        dated = sorted(
            (_within_mapping(item, "metadata", "creationTimestamp"), str(item.get("name")))
            for item in self._snapshots()
        )
        latest = max((made for made, name in dated if name == newest), default="")
        for made, name in dated[: max(0, len(dated) - KEPT)]:
            if _seconds_between(made, latest) > SPARED:
                with contextlib.suppress(
                    BatfishError
                ):  # somebody else deleted it first; what is asked next tells the rest
                    self.discard(name)

    def discard(self, name: str) -> None:
        """Delete a snapshot that nobody will ask about again. BatfishError."""
        self._within(lambda: self._session.delete_snapshot(name))
        self._known.discard(name)

    def _snapshots(self) -> list[Any]:
        return list(self._within(lambda: self._session.list_snapshots(verbose=True)))

    def ask(
        self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None
    ) -> tuple[Row, ...]:
        """Return all rows of an answer. BatfishError."""
        against = None if reference is None else reference.name

        def answer() -> Any:
            asked = getattr(self._session.q, question)(**_typed(parameters))
            return asked.answer(snapshot.name, against, include_one_table_keys=False)

        return rows_of(question, self._within(answer), self._columns)

    def _within(self, call: Callable[[], _Found]) -> _Found:
        """Return what a call returns, within the deadline; the client's own errors become ours."""
        found: list[_Found] = []
        failed: list[BaseException] = []

        def work() -> None:
            try:
                found.append(call())
            except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at in the caller's thread
                failed.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(self._deadline)
        if thread.is_alive():
            raise BatfishError(
                Trouble.TIMEOUT, because("server_silent", where=self._where, seconds=f"{self._deadline:g}")
            )
        if failed:
            raise self._error(failed[0]) from failed[0]
        return found[0]

    def _said(self, text: str) -> Reason:
        return because("server_said", where=self._where, said=text)

    def _error(self, error: BaseException) -> BaseException:
        text = str(error).strip().splitlines()
        shown = text[0][:300] if text else type(error).__name__
        if isinstance(error, OSError):  # what the client raises for HTTP and for connections
            response = getattr(error, "response", None)
            if response is not None:
                return BatfishError(Trouble.REFUSED, self._said(f"{shown} {response.text[:200]}".strip()))
            return BatfishError(Trouble.LOST, self._said(shown))
        if isinstance(error, BatfishException):
            return BatfishError(Trouble.REFUSED, self._said(f"{shown}{_cause(_whole_log(str(error)))}"))
        if isinstance(error, (ValueError, LookupError, TypeError, AttributeError)):
            return BatfishError(Trouble.INCOMPLETE, self._said(f"{type(error).__name__}: {shown}"))
        return error


def rows_of(question: str, answer: Any, columns: Columns = COLUMNS) -> tuple[Row, ...]:
    """Return the rows of an answer as the client gives it; BatfishError if it is no whole answer."""
    elements = answer.get("answerElements") if isinstance(answer, Mapping) else None
    status = answer.get("status") if isinstance(answer, Mapping) else None
    if not isinstance(elements, list) or len(elements) != 1 or not isinstance(elements[0], Mapping):
        elements = None
    if status != "SUCCESS" or elements is None:
        raise BatfishError(Trouble.INCOMPLETE, because("answer_no_table", question=question, status=str(status)))
    said = str(elements[0].get("answer", ""))
    if said.startswith("All sources have empty"):  # no packet of the kind asked about can start there
        return ()
    rows = elements[0].get("rows")
    if not isinstance(rows, list):
        raise BatfishError(
            Trouble.INCOMPLETE, because("answer_no_rows", question=question, shown=str(elements[0])[:300])
        )
    return whole_rows(question, rows, columns)


def _seconds_between(earlier: str, later: str) -> float:
    """Return the seconds between two of the server's timestamps (RFC 3339), 0 if one of them is none."""
    try:
        return (datetime.fromisoformat(later[:19]) - datetime.fromisoformat(earlier[:19])).total_seconds()
    except ValueError:
        return 0.0


def _within_mapping(found: Any, *names: str) -> str:
    """Return what stands in mappings inside mappings, "" if any is missing: another client may be deleting a snapshot."""
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return str(found or "")


def _whole_log(text: str) -> str:
    """Return what an error says with all of the server's log: the client leaves a long one in a file, which is taken away."""
    found = _LEFT_LOG.match(text)
    path = Path(found.group(1)) if found is not None else None
    if path is None or path.parent != Path(tempfile.gettempdir()):
        return text
    try:
        log = path.read_text(encoding="utf-8", errors="replace")
        path.unlink()
    except OSError:
        return text
    return f"{text}\n{log}"


def _cause(log: str) -> str:
    """Return the first thing in a server's log that says why, if there is any."""
    found = _WHY.search(log)
    return "" if found is None else f": {found.group(0).strip()[:300]}"


def _pack(snapshot: Snapshot) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, text in sorted(snapshot.files.items()):
            entry = zipfile.ZipInfo(f"{snapshot.name}/{path}", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, text.encode("utf-8", errors="replace"))
    packed.seek(0)
    return packed


def _typed(parameters: Parameters) -> dict[str, Any]:
    """Return parameters as the client wants them: constraints are values of its own types."""
    found = dict(parameters)
    if "headers" in found:
        headers = dict(found["headers"])
        if "tcpFlags" in headers:
            headers["tcpFlags"] = [_flags(item) for item in headers["tcpFlags"]]
        found["headers"] = HeaderConstraints(**headers)
    if "pathConstraints" in found:
        found["pathConstraints"] = PathConstraints(**found["pathConstraints"])
    return found


def _flags(wanted: Mapping[str, bool]) -> Any:
    """Return a condition on TCP flags: those named must be as given, the others are free."""
    used = {f"use{name.capitalize()}": name in wanted for name in _FLAGS}
    return MatchTcpFlags(tcpFlags=TcpFlags(**wanted), **used)
