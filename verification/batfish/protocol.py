"""What it takes to ask Batfish: snapshots named by what is in them, questions with plain parameters, rows as answers, and every
way in which this can fail.

The one idea: whoever asks knows only `BatfishSession`; whether a live server answers or a recording does makes no difference.
Rows and parameters are plain JSON values, so that a recording is a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from intents.reason import Reason, because, describe_reason
from verification.batfish.answer_schema import shapes_of, wrong_column

Row = Mapping[str, Any]
"""One row of an answer, by Batfish's column names."""
Parameters = Mapping[str, Any]

_FORMAT = "truc/snapshot/1"


class Trouble(StrEnum):
    """Why Batfish gave no opinion."""

    MISSING = "missing"
    """The client library is not installed."""
    UNREACHABLE = "unreachable"
    VERSION = "version"
    """The server does not speak the version of the interface that we do, or serves no questions."""
    TIMEOUT = "timeout"
    LOST = "lost"
    """The server stopped answering in the middle."""
    REFUSED = "refused"
    """The server says that it can't: a full disk, a question that fails."""
    INCOMPLETE = "incomplete"
    """The answer leaves out something that was sent, or is empty where it can't be."""
    RECORDING = "recording"
    """There is no recorded answer for what is to be judged."""


class BatfishError(Exception):
    """Batfish gave no opinion; `detail` says what was seen."""

    def __init__(self, trouble: Trouble, detail: Reason) -> None:
        super().__init__(trouble, detail)
        self.trouble = trouble
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.trouble}: {describe_reason(self.detail, 'en')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Files by path as Batfish wants them; `name` is a digest of all of them."""

    name: str
    files: Mapping[str, str]


def name_snapshot(kind: str, files: Mapping[str, str]) -> Snapshot:
    """Return files as a snapshot, named by kind and SHA-256 of paths and contents."""
    digest = hashlib.sha256(_FORMAT.encode())
    for path, text in sorted(files.items()):
        data = text.encode("utf-8", errors="surrogateescape")
        digest.update(f"{path}\0{len(data)}\0".encode())
        digest.update(data)
    return Snapshot(name=f"{kind}-{digest.hexdigest()}", files=files)


class BatfishSession(Protocol):
    """A server that answers. `version` of the server; `recorded` is the day of a recording, "" if it is live."""

    version: str
    recorded: str

    def upload(self, snapshot: Snapshot) -> None:
        """Give the server a snapshot; does nothing if it has it. BatfishError."""
        ...

    def ask(
        self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None
    ) -> tuple[Row, ...]:
        """Return all rows of an answer; `reference` for questions that compare two snapshots. BatfishError."""
        ...

    def discard(self, name: str) -> None:
        """Forget a snapshot that nobody will ask about again. BatfishError."""
        ...


Columns = Mapping[str, frozenset[str]]
"""Questions, and the columns of each answer that are read."""

COLUMNS: Columns = {
    "bgpSessionStatus": frozenset({"Established_Status", "Local_IP", "Node", "Remote_IP", "VRF"}),
    "detectLoops": frozenset({"Flow", "Traces"}),
    "differentialReachability": frozenset({"Flow", "Reference_Traces", "Snapshot_Traces"}),
    "fileParseStatus": frozenset({"File_Name", "Nodes", "Status"}),
    "filterLineReachability": frozenset({"Sources", "Unreachable_Line"}),
    "initIssues": frozenset({"Details", "Line_Text", "Nodes", "Source_Lines"}),
    "interfaceProperties": frozenset(
        {
            "Active",
            "All_Prefixes",
            "Encapsulation_VLAN",
            "Incoming_Filter_Name",
            "Interface",
            "Outgoing_Filter_Name",
            "VRF",
        }
    ),
    "multipathConsistency": frozenset({"Flow", "Traces"}),
    "reachability": frozenset({"Flow", "Traces"}),
    "resolveFilterSpecifier": frozenset({"Filter_Name", "Node"}),
    "routes": frozenset({"Network", "Next_Hop", "Node", "Protocol", "VRF"}),
    "searchFilters": frozenset({"Filter_Name", "Flow", "Node", "Snapshot_Action", "Snapshot_Line_Content"}),
    "testFilters": frozenset({"Action", "Filter_Name", "Node"}),
    "undefinedReferences": frozenset({"Context", "File_Name", "Lines", "Ref_Name", "Struct_Type"}),
}
"""Every question that is asked to judge a network; whoever asks others says what is read of those."""


def whole_rows(question: str, rows: Iterable[Any], columns: Columns = COLUMNS) -> tuple[Row, ...]:
    """Return the rows of an answer with the columns that are read; BatfishError if one is missing in any, or is not what it
    should be."""
    shapes = shapes_of(question, columns[question])
    found = []
    for row in rows:
        wrong = wrong_column(row, shapes)
        if wrong:
            if isinstance(row, Mapping) and wrong in row:
                odd = because("row_is_odd", question=question, column=wrong, shown=str(row[wrong])[:100])
                raise BatfishError(Trouble.INCOMPLETE, odd)
            raise BatfishError(Trouble.INCOMPLETE, because("row_lacks", question=question, column=wrong))
        found.append({name: row[name] for name in shapes})
    return tuple(found)


def question_key(question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None) -> str:
    """Return what names a question in a recording: the digest of everything that its answer depends on."""
    asked = [question, parameters, snapshot.name, reference.name if reference is not None else ""]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
