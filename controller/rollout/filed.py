"""The file of a plan -> the plan as it is filed: what is signed, carried out and audited.

The one idea: a plan is its bytes. Only the bytes that `plan_bytes` writes are a plan; one byte more, less or other makes them
none, whatever they would mean. What the file does not hold (whole texts, secrets) whoever carries it out works out anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from controller.output.canonical_json import (
    Plain,
    canonical_digest,
    canonical_file,
    list_in,
    object_in,
    text_in,
    truth_in,
)
from controller.rollout.plan import PLAN_FORMAT, Wave
from intents.change_request import Window
from intents.finding import FindingsError, Where, make_finding
from intents.reason import Reason, because
from routing.vendors.change import EditKind, WayBack

MOST_BYTES = 1 << 30
"""The largest file that is read: a typed line takes some 200 bytes, so a change of all of 11,000 sites some 600 MB."""
_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledEdit:
    """An edit as it is filed; the line of one `with_secret` is shown without it."""

    kind: EditKind
    section: tuple[str, ...]
    line: str
    with_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledDevice:
    """What is done on one device: digests of its texts before and after, the edits there and back."""

    device: str
    platform: str
    running: str
    standing: str
    edits: tuple[FiledEdit, ...]
    back: tuple[FiledEdit, ...]
    notices: tuple[str, ...]
    way_back: WayBack


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledRequest:
    """The change request that a plan was held against; `author`, `agreement_ref`: "" if it does not say."""

    name: str
    title: str
    owner: str
    author: str
    agreement_ref: str
    request_ref: str
    decision_ref: str
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledPlan:
    """A plan as it is filed. `base`, `workspace`: digests of what it was made from; `digest`: what is signed; `request`: None if
    nobody declared the change; `complete`: whether what it does is what was declared."""

    digest: str
    base: str
    workspace: str
    running: str
    made_on: date
    expires_on: date
    serial: str
    devices: tuple[FiledDevice, ...]
    waves: tuple[Wave, ...]
    arrivals: Mapping[str, str]
    departures: tuple[str, ...]
    interrupted: tuple[str, ...]
    complete: bool
    request: FiledRequest | None
    body: Mapping[str, Plain]
    """All that the file holds, but the digest: the proof as well."""


def load_plan(path: Path) -> FiledPlan:
    """Return the plan that a file holds; OSError, and FindingsError for one that holds none."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise _no_plan(path, because("plan_file_too_long", most=MOST_BYTES))
    return read_plan(data, path)


def read_plan(data: bytes, path: Path) -> FiledPlan:
    """Return the plan that some bytes are; FindingsError, which names the file, for any others."""
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _no_plan(path, because("plan_file_no_json")) from error
    if not isinstance(whole, dict) or whole.get("format") != PLAN_FORMAT:
        raise _no_plan(path, because("plan_file_format", format=PLAN_FORMAT))
    digest = whole.pop("digest", None)
    if digest is None or digest != _digest(whole) or canonical_file(whole) != data:
        raise FindingsError([make_finding("TR911", Where(file=str(path)), file=path)])
    try:
        return _plan(whole, digest)
    except (KeyError, TypeError, ValueError) as error:
        raise _no_plan(path, because("plan_file_shape")) from error


def _digest(body: dict[str, Plain]) -> str | None:
    """Return the digest of what was read; None for what no canonical JSON holds."""
    try:
        return canonical_digest(body)
    except (ValueError, TypeError, RecursionError):
        return None


def _no_plan(path: Path, reason: Reason) -> FindingsError:
    return FindingsError([make_finding("TR910", Where(file=str(path)), file=path, reason=reason)])


def _plan(body: dict[str, Plain], digest: str) -> FiledPlan:
    """Return the plan; KeyError, TypeError or ValueError if a part is missing or of another kind."""
    return FiledPlan(
        digest=digest,
        base=text_in(body["base"]),
        workspace=text_in(body["workspace"]),
        running=text_in(body["running"]),
        made_on=date.fromisoformat(text_in(body["made_on"])),
        expires_on=date.fromisoformat(text_in(body["expires_on"])),
        serial=text_in(body["serial"]),
        devices=_row(body["devices"], _device),
        waves=_row(body["waves"], _wave),
        arrivals={name: text_in(text) for name, text in object_in(body["arrivals"]).items()},
        departures=_row(body["departures"], text_in),
        interrupted=_row(body["interrupted"], text_in),
        complete=truth_in(body["declared"]),
        request=None if body["change"] is None else _request(body["change"]),
        body=body,
    )


def _device(part: Plain) -> FiledDevice:
    given = object_in(part)
    return FiledDevice(
        device=text_in(given["device"]),
        platform=text_in(given["platform"]),
        running=text_in(given["running"]),
        standing=text_in(given["standing"]),
        edits=_row(given["edits"], _edit),
        back=_row(given["back"], _edit),
        notices=_row(given["notices"], text_in),
        way_back=WayBack(text_in(given["way_back"])),
    )


def _edit(part: Plain) -> FiledEdit:
    given = object_in(part)
    return FiledEdit(
        kind=EditKind(text_in(given["kind"])),
        section=_row(given["section"], text_in),
        line=text_in(given["line"]),
        with_secret=truth_in(given.get("secret", False)),
    )


def _wave(part: Plain) -> Wave:
    given = object_in(part)
    return Wave(devices=_row(given["devices"], text_in), canary=truth_in(given["canary"]))


def _request(part: Plain) -> FiledRequest:
    given = object_in(part)
    window = object_in(given["window"])
    return FiledRequest(
        name=text_in(given["name"]),
        title=text_in(given["title"]),
        owner=text_in(given["owner"]),
        author=text_in(given["author"]),
        agreement_ref=text_in(given["agreement_ref"]),
        request_ref=text_in(given["request_ref"]),
        decision_ref=text_in(given["decision_ref"]),
        window=Window(
            start=datetime.fromisoformat(text_in(window["from"])), end=datetime.fromisoformat(text_in(window["to"]))
        ),
    )


def _row(part: Plain, read: Callable[[Plain], _Part]) -> tuple[_Part, ...]:
    return tuple(map(read, list_in(part)))
