"""Marks of keys: equal for equal keys however they are veiled, and one of their own for what no text shows."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.model import KEY_NOT_SHOWN
from routing.vendors.session_keys import ios_key, junos_key

_VEIL = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
keys = st.text(string.ascii_letters + string.digits + "!#%&*+-./:;<=>?@[]^_{|}~", min_size=1, max_size=40).filter(
    lambda key: "HIDDEN" not in key and key[:3] not in ("$8$", "$9$")
)


def veiled(key: str, salt: int) -> str:
    """Return a key as `service password-encryption` prints it."""
    return f"{salt:02}" + "".join(
        f"{ord(letter) ^ ord(_VEIL[(salt + place) % len(_VEIL)]):02X}" for place, letter in enumerate(key)
    )


@given(keys, st.integers(0, 15), st.integers(0, 15))
def test_one_key_has_one_mark_on_both_platforms(key: str, salt: int, other: int) -> None:
    marks = {ios_key(None, key), ios_key("0", key), ios_key("7", veiled(key, salt)), ios_key("7", veiled(key, other))}
    assert marks == {junos_key(key)} != {KEY_NOT_SHOWN}


@given(keys, keys)
def test_two_keys_have_two_marks(one: str, other: str) -> None:
    assert (ios_key(None, one) == junos_key(other)) == (one == other)


@given(keys)
def test_a_mark_does_not_show_its_key(key: str) -> None:
    assert len(key) < 6 or key not in ios_key(None, key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("$9$nnet/9pOBEyrv", "abc"),
        ("$9$nnet/p01RhrKM", "123"),
        ("$9$nnet9pBcSe8xdApK8xdg4aZUi.5", "netconan"),
    ],
)
def test_a_veiled_key_of_junos_is_unveiled(text: str, key: str) -> None:
    assert junos_key(text) == junos_key(key) != KEY_NOT_SHOWN


@pytest.mark.parametrize(
    "text", ["$8$aes256-gcm$x", "$9$", "$9$x", "$9$nnet/9pOBEyr", "$9$ä", "", "HIDDEN", "{{secret:x}}"]
)
def test_what_is_no_key_of_junos_is_compared_with_nothing(text: str) -> None:
    assert junos_key(text) == KEY_NOT_SHOWN


@pytest.mark.parametrize(
    ("kind", "text"),
    [("6", "abc"), ("5", "abc"), ("7", "00"), ("7", "9922455D0A16"), ("7", "0822455D0A1"), ("7", "0809656A2D3C2B")],
)
def test_what_is_no_key_of_ios_is_compared_with_nothing(kind: str, text: str) -> None:
    assert ios_key(kind, text) == KEY_NOT_SHOWN


def test_a_key_that_is_too_long_is_compared_with_nothing() -> None:
    assert ios_key(None, "a" * 8, 8) == junos_key("a" * 8, 8) != KEY_NOT_SHOWN
    assert ios_key(None, "a" * 9, 8) == junos_key("a" * 9, 8) == KEY_NOT_SHOWN
