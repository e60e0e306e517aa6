"""No secret leaves the machine: canaries of every kind in every place, and everything else stays as it is.

The rows are in tests/readers/secrets: lines with secrets (`cisco_ios.txt`, `junos.txt`), and lines that only look as if
(`..._kept.txt`). A canary is made up for each place; no six characters of it, nor of what it encodes, may be left.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from controller.pipeline import address, compile_network, want
from routing.model import Device
from routing.vendors import VENDORS
from routing.vendors.vendor import ReadDevice
from tests import strategies_cisco_ios, strategies_junos

ROOT = Path(__file__).parent
ROWS_FOLDER = ROOT / "readers" / "secrets"
EXAMPLES = ROOT.parent / "examples"
PLATFORMS = ("cisco_ios", "junos")
PIECE = 6

Hide = Callable[[str], str]


# --- rows and canaries -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Lines of a platform with marks «KIND» where secrets stand."""

    platform: str
    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A made-up secret: as it stands in a text, and what it says if that is encoded."""

    text: str
    says: str = ""

    def pieces(self) -> set[str]:
        """Return every run of six characters of its words, in small letters."""
        words = [*self.text.lower().split(), *self.says.lower().split()]
        return {word[at : at + PIECE] for word in words for at in range(max(1, len(word) - PIECE + 1))}


def read_rows(platform: str) -> list[Row]:
    text = (ROWS_FOLDER / f"{platform}.txt").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("==="))
    blocks = filter(None, (block.strip("\n") for block in re.split(r"\n\n+", lines)))
    return [Row(platform=platform, number=number, text=block) for number, block in enumerate(blocks)]


ROWS = [row for platform in PLATFORMS for row in read_rows(platform)]
KEPT = [
    (platform, line)
    for platform in PLATFORMS
    for line in (ROWS_FOLDER / f"{platform}_kept.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("===")
]
_LETTERS = "bcdfghjklmnpqrstvwxz"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_CRYPT = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TYPE_7 = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"


def type_7(word: str, salt: int) -> str:
    """Return a word in the reversible encoding of IOS (type 7)."""
    return f"{salt:02d}" + "".join(f"{ord(c) ^ _TYPE_7[(salt + i) % 53]:02X}" for i, c in enumerate(word))


def type_7_decoded(word: str) -> str:
    salt, pairs = int(word[:2]), bytes.fromhex(word[2:])
    return "".join(chr(byte ^ _TYPE_7[(salt + i) % 53]) for i, byte in enumerate(pairs))


def canary(kind: str, source: random.Random) -> Canary:  # noqa: C901, PLR0912 - a table of shapes
    """Return a made-up secret of a kind."""

    def draw(alphabet: str, length: int) -> str:
        return "".join(source.choice(alphabet) for _ in range(length))

    word = draw(_LETTERS, 11)
    match kind:
        case "word":
            return Canary(text=word)
        case "wrapped":
            return Canary(text=draw(_LETTERS, 5) + draw("0123456789", 5))
        case "urlword":
            return Canary(text=f"{word}/{draw(_LETTERS, 7)}@{draw(_LETTERS, 7)}")
        case "phrase":
            return Canary(text=f"{word} {draw(_LETTERS, 9)} {draw(_LETTERS, 8)}")
        case "digits":
            return Canary(text="7" + draw("123456789", 7))
        case "type7":
            return Canary(text=type_7(word, source.randrange(16)), says=word)
        case "hex":
            return Canary(text=draw("0123456789ABCDEF", 32) + "A7")
        case "hexline":
            return Canary(text=" ".join(draw("0123456789ABCDEF", 8) for _ in range(3)))
        case "base64":
            return Canary(text=draw(_BASE64, 43) + "=")
        case "base64line":
            return Canary(text="q7" + draw(_BASE64, 62))
        case "type5":
            return Canary(text=f"$1${draw(_CRYPT, 4)}${draw(_CRYPT, 22)}")
        case "type6":
            return Canary(text=draw("ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghi", 30))
        case "type8" | "type9":
            return Canary(text=f"${kind[-1]}${draw(_CRYPT, 14)}${draw(_CRYPT, 43)}")
        case "crypt":
            return Canary(text=f"$6${draw(_CRYPT, 8)}${draw(_CRYPT, 86)}")
        case "junos9":
            return Canary(text="$9$" + draw(_CRYPT.replace("E", ""), 24))
    raise AssertionError(kind)


def plant(row: Row, make: Callable[[str], Canary]) -> tuple[str, list[Canary]]:
    """Return the text of a row with canaries in the places of its marks."""
    found: list[Canary] = []

    def put(mark: re.Match[str]) -> str:
        found.append(make(mark[1]))
        return found[-1].text

    return re.sub("«([a-z0-9]+)»", put, row.text), found


def planted(row: Row, seed: int = 0) -> tuple[str, list[Canary]]:
    source = random.Random(f"{row.platform} {row.number} {seed}")  # noqa: S311
    return plant(row, lambda kind: canary(kind, source))


def leaks(hide: Hide, text: str, canaries: list[Canary]) -> list[str]:
    """Return the pieces of canaries that are left in a text, encoded or not."""
    output = hide(text)
    words = re.findall(r"\b[01]\d(?:[0-9A-Fa-f]{2})+\b", output)
    seen = "\n".join((output, *map(type_7_decoded, words))).lower()
    return [piece for one in canaries for piece in sorted(one.pieces()) if piece in seen]


def hide_of(platform: str) -> Hide:
    return VENDORS[platform].hide_secrets


def name_of(row: Row) -> str:
    return f"{row.platform}-{row.number}"


# --- canaries ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_no_piece_of_a_secret_is_left(row: Row) -> None:
    for seed in range(3):
        text, canaries = planted(row, seed)
        assert leaks(hide_of(row.platform), text, canaries) == []


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_a_text_shown_as_it_is_leaks(row: Row) -> None:
    text, canaries = planted(row)
    assert canaries
    assert leaks(lambda text: text, text, canaries) != []


def test_there_are_rows_for_every_platform() -> None:
    assert all(sum(row.platform == platform for row in ROWS) > 120 for platform in PLATFORMS)
    assert set(PLATFORMS) == set(VENDORS)


# Characters that a word of a password may have without being split or quoted by either platform.
PASSWORDS = st.text("abcXYZ0189!%&*+,-./<=>?@^_~", min_size=6, max_size=24).filter(
    lambda word: not word.startswith(("!", "-", "/", "<", "=", "^")) and "*/" not in word and len(set(word)) > 3
)
WORD_ROWS = [row for row in ROWS if "«word»" in row.text and "://" not in row.text]


@given(st.sampled_from(WORD_ROWS), PASSWORDS, st.randoms(use_true_random=False))
def test_any_password_is_hidden_in_any_place(row: Row, password: str, source: random.Random) -> None:
    text, canaries = plant(row, lambda kind: Canary(text=password) if kind == "word" else canary(kind, source))
    hidden = hide_of(row.platform)(row.text)
    assert [piece for piece in leaks(hide_of(row.platform), text, canaries) if piece not in hidden.lower()] == []


@pytest.mark.parametrize(("platform", "line"), KEPT)
def test_what_only_looks_like_a_secret_stays(platform: str, line: str) -> None:
    assert hide_of(platform)(line) == line
    assert hide_of(platform)(f"{line}\n{line}\n") == f"{line}\n{line}\n"
    if line.startswith("set "):
        braces = line.removeprefix("set ") + ";"
        assert hide_of(platform)(braces) == braces


# --- what is judged ----------------------------------------------------------------------------------------------------


def judged(device: Device) -> Device:
    """Return a device without what is for people only, and without harmless and unknown lines."""
    return replace(
        device,
        interfaces=tuple(replace(one, description=one.description and "") for one in device.interfaces),
        vrfs=tuple(replace(one, description=one.description and "") for one in device.vrfs),
        bgp=tuple(
            replace(one, neighbors=tuple(replace(near, description=near.description and "") for near in one.neighbors))
            for one in device.bgp
        ),
        harmless=(),
        unknown=(),
    )


def check_same(platform: str, text: str) -> str:
    """Check that a text says the same without its secrets; return it."""
    hidden = hide_of(platform)(text)
    before, after = (VENDORS[platform].read("r1", one) for one in (text, hidden))
    assert hidden.count("\n") == text.count("\n")
    assert judged(after.device) == judged(before.device)
    if platform == "cisco_ios":
        assert after.unknown_lines == before.unknown_lines
    else:  # what repeats an unknown line word by word is not listed again, and may differ from it now
        assert set(after.unknown_lines) >= set(before.unknown_lines)
        assert bool(after.unknown_lines) == bool(before.unknown_lines)
    assert judged_lines(after) == judged_lines(before)
    assert hide_of(platform)(hidden) == hidden
    return hidden


def judged_lines(read: ReadDevice) -> dict[str, int]:
    return {str(ref): line for ref, line in read.lines.items()}


@cache
def example_texts(name: str) -> tuple[tuple[str, str], ...]:
    configs = compile_network(address(want(EXAMPLES / name, None))).configs
    return tuple((config.platform, config.text) for _, config in sorted(configs.items()))


def test_the_texts_that_we_write_hold_no_secret() -> None:
    for platform, text in example_texts("small"):
        assert check_same(platform, text) == text


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_a_row_says_the_same_without_its_secrets(row: Row) -> None:
    for seed in range(2):
        check_same(row.platform, planted(row, seed)[0])


def test_rows_among_the_lines_of_a_device_are_hidden_and_nothing_else_changes() -> None:
    for platform, text in example_texts("small"):
        own = [planted(row) for row in ROWS if row.platform == platform and "{" not in row.text]
        lines = text.split("\n")
        for at, (extra, _) in enumerate(own):
            lines.insert(len(lines) * at // len(own), extra)
        mixed = "\n".join(lines)
        assert leaks(hide_of(platform), mixed, [one for _, canaries in own for one in canaries]) == []
        check_same(platform, mixed)


def snippets(platform: str) -> list[str]:
    """Return the texts of the readers' own tests."""
    found = []
    for path in sorted((ROOT / "readers" / platform).iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".yaml":
            found += [str(case["text"]) for case in yaml.safe_load(text)["snippets"] if "text" in case]
        else:
            found += [block.split("\n---\n")[0] for block in re.split(r"^===.*\n", text, flags=re.MULTILINE)]
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_snippets_of_the_readers_say_the_same(platform: str) -> None:
    found = snippets(platform)
    assert len(found) > 100
    for text in found:
        check_same(platform, text)


KEYWORDS = st.sampled_from(
    [
        "password",
        "secret",
        "key",
        "community",
        "token",
        "hash",
        "psk",
        "description",
        "remark",
        "snmp-server",
        "enable",
        "username",
        "authentication-key",
        "key-string",
        "message",
        "no",
        "set",
        "permit",
        "name",
        "group",
        "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "aB3xK9mQ2pL7vR4tZ8wN",
        "$9$abcdef",
        "pass",
        "sec",
        "key-account",
        "passw",
        "interface",
        "vrf",
        "password-server",
        "PASSWORD",
        "HIDDEN",
        "HIDDEN-1",
    ]
)


def renamed(text: str, draw: st.DataObject, names: set[str]) -> str:
    """Return a text in which some names are words that look secret, or announce a secret."""
    free = sorted(names)
    chosen = draw.draw(st.dictionaries(st.sampled_from(free), KEYWORDS, max_size=len(free))) if free else {}
    if len(set(chosen.values())) < len(chosen):
        return text
    for old, new in chosen.items():
        text = re.sub(rf"(?<![\w.-]){re.escape(old)}(?![\w.-])", new.replace("\\", ""), text)
    return text


def names_of(device: Device) -> set[str]:
    named = (*device.acls, *device.policies, *device.vrfs)
    return {one.name.split()[-1] for one in named if re.fullmatch(r"[\w-]{1,20}", one.name.split()[-1])}


@given(strategies_cisco_ios.devices(), st.data())
def test_names_are_no_secrets_on_ios(device: Device, data: st.DataObject) -> None:
    text = "\n".join(line.text for line in VENDORS["cisco_ios"].render(device))
    check_same("cisco_ios", text)
    check_same("cisco_ios", renamed(text, data, names_of(device)))


@given(strategies_junos.devices(), st.data())
def test_names_are_no_secrets_on_junos(device: Device, data: st.DataObject) -> None:
    text = "\n".join(line.text for line in VENDORS["junos"].render(device))
    check_same("junos", text)
    check_same("junos", renamed(text, data, names_of(device)))
