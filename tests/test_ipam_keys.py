"""Keys of the address plan: a text has one value, a value one text, and no two of them sort otherwise than their texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intents.registry import AttachmentName, OrganisationName, OutsideName, PurposeName, SystemName
from ipam.address_plan import NumberKind, fits
from ipam.keys import (
    INFRASTRUCTURE,
    PROVINCE,
    AttachmentOwner,
    ChannelScope,
    DeviceOwner,
    LanKey,
    LanScope,
    LinkKey,
    LoopbackKey,
    NumberKey,
    OrganisationParty,
    OutsideKey,
    OutsideParty,
    Party,
    PrefixKey,
    PurposeOnDevice,
    PurposeOwner,
    Scope,
    SystemParty,
    parse_number_key,
    parse_party,
    parse_prefix_key,
    parse_scope,
)

NAMES = st.text(st.characters(exclude_characters="/"), min_size=1, max_size=6) | st.sampled_from(
    ["lan", "link", "attachment", "purpose", "device", "0", "a-b", "a b", "a,b", 'a"b', "a\nb"]
)
INTERFACES = st.text(min_size=1, max_size=8) | st.sampled_from(["GigabitEthernet0/0/1", "ge-0/0/1", "/", "//x"])
ATTACHMENTS, PURPOSES = NAMES.map(AttachmentName), NAMES.map(PurposeName)
OWNERS = st.builds(AttachmentOwner, ATTACHMENTS) | st.builds(PurposeOwner, PURPOSES)
VLAN_KEYS = st.builds(LanKey, ATTACHMENTS) | st.builds(LinkKey, NAMES, OWNERS)
PREFIX_KEYS = VLAN_KEYS | st.builds(LoopbackKey, NAMES) | st.builds(OutsideKey, ATTACHMENTS, st.integers(0))
NUMBER_KEYS = VLAN_KEYS | OWNERS | st.builds(PurposeOnDevice, PURPOSES, NAMES) | st.builds(DeviceOwner, NAMES)
SCOPES = st.just(PROVINCE) | st.builds(LanScope, NAMES, INTERFACES) | st.builds(ChannelScope, NAMES)
PARTIES = (
    st.just(INFRASTRUCTURE)
    | st.builds(OrganisationParty, NAMES.map(OrganisationName))
    | st.builds(SystemParty, NAMES.map(SystemName))
    | st.builds(OutsideParty, NAMES.map(OutsideName))
)
KINDS: dict[str, tuple[Callable[[str], object], st.SearchStrategy[object], object]] = {
    "prefix": (parse_prefix_key, PREFIX_KEYS, PrefixKey),
    "number": (parse_number_key, NUMBER_KEYS, NumberKey),
    "scope": (parse_scope, SCOPES, Scope),
    "party": (parse_party, PARTIES, Party),
}
EACH = pytest.mark.parametrize("kind", KINDS)
WORDS = st.sampled_from(
    ["lan", "link", "loopback", "outside", "attachment", "purpose", "device", "channel", "organisation", "system", "", "0",
     "00", "٣", "-1", "1000000", "a"]
)  # fmt: skip
TEXTS = st.text(max_size=12) | st.lists(WORDS, max_size=5).map("/".join)


@EACH
@given(data=st.data())
def test_what_is_printed_is_read_back(kind: str, data: st.DataObject) -> None:
    parse, values, _ = KINDS[kind]
    value = data.draw(values)
    assert parse(str(value)) == value


@EACH
@given(text=TEXTS)
@example(text="")
@example(text="outside/a/" + "9" * 5000)
def test_a_text_is_refused_or_printed_as_it_was_read(kind: str, text: str) -> None:
    parse, _, union = KINDS[kind]
    try:
        value = parse(text)
    except ValueError:
        return
    assert str(value) == text
    assert type(value) in get_args(union)


@given(st.lists(PREFIX_KEYS | NUMBER_KEYS, max_size=6))
def test_keys_sort_as_their_texts(keys: list[PrefixKey | NumberKey]) -> None:
    assert [str(key) for key in sorted(keys)] == sorted(map(str, keys))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("prefix", "lan"), ("prefix", "lan/"), ("prefix", "lan/a/b"), ("prefix", "LAN/a"), ("prefix", "link/c"),
        ("prefix", "link/c/attachment"), ("prefix", "link/c/device/d"), ("prefix", "link//purpose/p"),
        ("prefix", "link/c/purpose/p/d"), ("prefix", "loopback/d/0"), ("prefix", "outside/a"), ("prefix", "outside/a/01"),
        ("prefix", "outside/a/x"), ("prefix", "attachment/a"), ("number", "loopback/d"), ("number", "outside/a/0"),
        ("number", "purpose/p/d/e"), ("number", "attachment/a/d"), ("number", ""), ("scope", "lan/d"), ("scope", "lan//i"),
        ("scope", "lan/d/"), ("scope", "channel/"), ("scope", "channel/c/d"), ("scope", "province"), ("party", "organisation"),
        ("party", "organisation/"), ("party", "unit/u"), ("party", "system/a/b"),
        ("prefix", "outside/a/-1"),
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        KINDS[kind][0](text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lan/cpe-1/GigabitEthernet0/0/1", LanScope("cpe-1", "GigabitEthernet0/0/1")),
        ("lan/cpe-1//", LanScope("cpe-1", "/")),
        ("", PROVINCE),
    ],
)
def test_an_interface_may_have_a_slash_in_its_name(text: str, value: Scope) -> None:
    assert parse_scope(text) == value


@pytest.mark.parametrize(
    "make",
    [
        LanKey, lambda name: LinkKey(name, PurposeOwner(PurposeName("p"))), LoopbackKey,
        lambda name: OutsideKey(name, 0), AttachmentOwner, PurposeOwner,
        lambda name: PurposeOnDevice(name, "d"), lambda name: PurposeOnDevice(PurposeName("p"), name),
        DeviceOwner, lambda name: LanScope(name, "i"), ChannelScope,
        OrganisationParty, SystemParty, OutsideParty,
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["", "a/b", "/"])
def test_no_key_is_made_of_a_name_that_would_be_cut_elsewhere(make: Callable[[str], object], name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        make(name)


@given(st.sampled_from(NumberKind), SCOPES, NUMBER_KEYS)
def test_a_number_of_a_kind_has_scopes_and_keys_of_its_own(kind: NumberKind, scope: Scope, key: NumberKey) -> None:
    """The same, said by the texts that lockfiles have."""
    words = str(key).split("/")
    expected = {
        NumberKind.VRF: str(scope) == "" and words[0] in ("attachment", "purpose") and len(words) == 2,
        NumberKind.ASN: str(scope) == ""
        and (len(words), words[0]) in ((2, "attachment"), (2, "device"), (3, "purpose")),
        NumberKind.VLAN: (str(scope).startswith("lan/") and words[0] == "lan")
        or (words[0] == "link" and str(scope) == f"channel/{words[1]}"),
    }
    assert fits(kind, scope, key) is expected[kind]
