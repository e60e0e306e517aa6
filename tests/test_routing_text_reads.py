"""Texts that are read: as a reader says it, each once, and with room for thousands of one device."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.text_reads import MOST, TextReads, shared
from routing.vendors import VENDORS


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str
    number: int | None
    parts: tuple[object, ...] = ()


LEAVES = st.one_of(st.integers(0, 2), st.text("ab", max_size=2), st.none(), st.frozensets(st.integers(0, 2)))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple),
        st.builds(
            Part,
            name=st.sampled_from("ab"),
            number=st.one_of(st.none(), st.integers(0, 2)),
            parts=st.lists(inner, max_size=4).map(tuple),
        ),
    ),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_what_is_shared_is_equal_to_what_is_new(known: object, new: object) -> None:
    assert shared(known, new) == new


@given(st.lists(VALUES, max_size=6), st.lists(VALUES, max_size=6), VALUES, VALUES)
def test_items_at_both_ends_are_the_same_things(
    head: list[object], tail: list[object], one: object, other: object
) -> None:
    known, new = (*head, one, *tail), (*head, other, *tail)
    found = shared(known, tuple(new))
    assert isinstance(found, tuple)
    assert all(item is was for item, was in zip(found[: len(head)], head, strict=True))
    assert all(item is was for item, was in zip(found[len(head) + 1 :], tail, strict=True))


def ios(*vlans: int) -> str:
    """A device with a sub-interface for each VLAN."""
    said = (
        f"interface GigabitEthernet0/0.{n}\n encapsulation dot1Q {n}\n ip address 10.0.{n}.1 255.255.255.0\n"
        for n in vlans
    )
    return "".join(said)


def junos(*vlans: int) -> str:
    said = (
        f"set interfaces ge-0/0/0 unit {n} vlan-id {n}\nset interfaces ge-0/0/0 unit {n} family inet address 10.0.{n}.1/24\n"
        for n in vlans
    )
    return "set interfaces ge-0/0/0 vlan-tagging\n" + "".join(said)


TEXTS = {"cisco_ios": ios, "junos": junos}


@pytest.mark.parametrize("platform", TEXTS)
def test_texts_beyond_the_most_are_read_again(platform: str) -> None:
    reads, vendor = TextReads(), VENDORS[platform]
    texts = [TEXTS[platform](*(n for n in range(1, 60) if n != gone)) for gone in range(1, MOST + 10)]
    found = [reads.read("r1", platform, text) for text in texts]
    assert found == [vendor.read("r1", text) for text in texts]
    assert reads.read("r1", platform, texts[-1]) is found[-1]
    again = reads.read("r1", platform, texts[0])
    assert again == found[0]
    assert again is not found[0]


@pytest.mark.parametrize("platform", TEXTS)
def test_a_text_that_is_asked_for_again_and_again_is_read_once(platform: str) -> None:
    reads, stays = TextReads(), TEXTS[platform](1, 2)
    first = reads.read("r1", platform, stays)
    for number in range(3, 3 * MOST):
        reads.read("r1", platform, TEXTS[platform](number))
        assert reads.read("r1", platform, stays) is first


@pytest.mark.parametrize("platform", TEXTS)
def test_devices_of_one_name_are_kept_apart_by_platform_and_name(platform: str) -> None:
    reads, text = TextReads(), TEXTS[platform](1)
    other = next(name for name in TEXTS if name != platform)
    found = [reads.read(*key, text).device for key in (("r1", platform), ("r2", platform), ("r1", other))]
    assert [(item.name, item.platform) for item in found] == [("r1", platform), ("r2", platform), ("r1", other)]


@pytest.mark.parametrize("platform", TEXTS)
def test_what_two_texts_say_alike_is_there_once(platform: str) -> None:
    reads = TextReads()
    one, other = (
        reads.read("r1", platform, TEXTS[platform](*vlans)).device
        for vlans in (range(1, 40), (*range(1, 20), *range(21, 40)))
    )
    known = {id(item) for item in one.interfaces}
    assert sum(id(item) in known for item in other.interfaces) >= len(other.interfaces) - 1 > 30
