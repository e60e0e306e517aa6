"""A plan that is filed and read again is the plan; any other bytes are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.output.canonical_json import canonical_file
from controller.rollout.filed import FiledEdit, read_plan
from controller.rollout.plan import digest_of_plan, plan_bytes
from intents.finding import FindingsError
from tests.test_controller_planning import planned

FILE = Path("plan.json")
UNREAD = ("closes", "headroom", "opens", "proof", "second_judge")
"""Parts that nothing but the page of a plan reads."""
READ = (
    *("arrivals", "base", "change", "declared", "departures", "devices", "expires_on"),
    *("interrupted", "made_on", "running", "serial", "waves", "workspace"),
)
PARTS = (*UNREAD, *READ)


@cache
def filed() -> bytes:
    return plan_bytes(planned("add a site"))


def test_a_plan_is_read_as_it_was_written() -> None:
    plan, found = planned("add a site"), read_plan(filed(), FILE)
    assert found.digest == digest_of_plan(plan)
    assert (found.waves, found.arrivals, found.departures) == (plan.waves, plan.arrivals, plan.departures)
    assert (found.made_on, found.expires_on) == (plan.origin.made_on, plan.origin.expires_on)
    assert [(one.device, one.running, one.standing) for one in found.devices] == [
        (one.device, one.running_digest, one.standing_digest) for one in plan.changes
    ]
    for one, change in zip(found.devices, plan.changes, strict=True):
        shown = [edit for edit in one.edits if not edit.with_secret]
        assert set(shown) <= {
            FiledEdit(kind=edit.kind, section=edit.section, line=edit.line, with_secret=False) for edit in change.edits
        }
        assert len(one.edits) == len(change.edits)


@given(data=st.data())
@settings(max_examples=400)
def test_one_byte_flipped_is_no_plan(data: st.DataObject) -> None:
    content = bytearray(filed())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(FindingsError):
        read_plan(bytes(content), FILE)


@pytest.mark.long
def test_each_byte_flipped_is_no_plan() -> None:
    content = filed()
    for at, byte in enumerate(content):
        with pytest.raises(FindingsError):
            read_plan(content[:at] + bytes([byte ^ (1 << at % 8)]) + content[at + 1 :], FILE)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "TR910"),
        (b"[]\n", "TR910"),
        (b"[" * 100_000, "TR910"),
        (b"\xff", "TR910"),
        (b'{"format":"truc/plan/2"}\n', "TR910"),
        (b'{"format":"truc/plan/1"}\n', "TR911"),
        (b'{"format":"truc/plan/1","n":1e400}\n', "TR911"),
        (b'{"format":"truc/plan/1","n":NaN}\n', "TR911"),
        (b'{"digest":null,"format":"truc/plan/1","n":NaN}\n', "TR911"),
        (canonical_file({"format": "truc/plan/1"}), "TR910"),
    ],
)
def test_what_is_no_plan_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(FindingsError) as caught:
        read_plan(content, FILE)
    assert [finding.code for finding in caught.value.findings] == [code]


@pytest.mark.parametrize("change", [lambda content: content + b" ", lambda content: content.rstrip(b"\n")])
def test_one_byte_more_or_less_is_no_plan(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(FindingsError) as caught:
        read_plan(change(filed()), FILE)
    assert [finding.code for finding in caught.value.findings] == ["TR911"]


def test_every_part_is_tried() -> None:
    assert set(PARTS) == json.loads(filed()).keys() - {"digest", "format"}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_another_kind_is_refused_though_the_digest_fits(part: str) -> None:
    body = json.loads(filed())
    del body["digest"]
    odd = canonical_file({**body, part: 7})
    assert json.loads(odd)["digest"] != json.loads(filed())["digest"]
    if part in UNREAD:
        assert read_plan(odd, FILE).body[part] == 7
        return
    with pytest.raises(FindingsError):
        read_plan(odd, FILE)


def test_the_same_parts_in_another_order_are_no_plan() -> None:
    whole = json.loads(filed())
    turned = json.dumps(dict(reversed(whole.items())), separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    assert rfc8785.dumps(json.loads(turned)) + b"\n" == filed()
    with pytest.raises(FindingsError):
        read_plan(turned, FILE)
