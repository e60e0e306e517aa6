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
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.jobs.pipeline import address, compile_network, want
from routing.model import BgpNeighbor, Device
from routing.vendors import VENDORS
from routing.vendors.vendor import ReadDevice
from tests import strategies_cisco_ios, strategies_junos
from tests.timing import cost

ROOT = Path(__file__).parent
ROWS_FOLDER = ROOT / "readers" / "secrets"
EXAMPLES = ROOT.parent / "examples"
PLATFORMS = tuple(VENDORS)
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


_HEX, _WORD = "0123456789ABCDEF", (_LETTERS, 11)
# What a secret of each kind is made of: fixed text, and characters drawn from an alphabet.
SHAPES: dict[str, tuple[str | tuple[str, int], ...]] = {
    "word": (_WORD,),
    "wrapped": ((_LETTERS, 5), ("0123456789", 5)),
    "urlword": (_WORD, "/", (_LETTERS, 7), "@", (_LETTERS, 7)),
    "phrase": (_WORD, " ", (_LETTERS, 9), " ", (_LETTERS, 8)),
    "digits": ("7", ("123456789", 7)),
    "hex": ((_HEX, 32), "A7"),
    "hexline": ((_HEX, 8), " ", (_HEX, 8), " ", (_HEX, 8)),
    "base64": ((_BASE64, 43), "="),
    "base64line": ("q7", (_BASE64, 62)),
    "type5": ("$1$", (_CRYPT, 4), "$", (_CRYPT, 22)),
    "type6": (("ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghi", 30),),
    "type8": ("$8$", (_CRYPT, 14), "$", (_CRYPT, 43)),
    "type9": ("$9$", (_CRYPT, 14), "$", (_CRYPT, 43)),
    "crypt": ("$6$", (_CRYPT, 8), "$", (_CRYPT, 86)),
    "junos9": ("$9$", (_CRYPT.replace("E", ""), 24)),
}


def canary(kind: str, source: random.Random) -> Canary:
    """Return a made-up secret of a kind."""

    def draw(kind: str) -> str:
        parts = SHAPES[kind]
        return "".join(p if isinstance(p, str) else "".join(source.choices(p[0], k=p[1])) for p in parts)

    if kind == "type7":
        word = draw("word")
        return Canary(text=type_7(word, source.randrange(16)), says=word)
    return Canary(text=draw(kind))


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


def capitals(text: str) -> str:
    return "".join(part if part.startswith("«") else part.upper() for part in re.split("(«[a-z0-9]+»)", text))


def wide(space: str) -> Hide:
    """Return the function that puts other space between the words of a text."""
    return lambda text: re.sub(r"(?<=\S) ", space, text)


@pytest.mark.parametrize("row", ROWS, ids=name_of)
@pytest.mark.parametrize("spell", [capitals, wide("\t"), wide("   "), lambda text: text.replace("\n", "\r\n")])
def test_however_a_row_is_spelt(row: Row, spell: Hide) -> None:
    if "banner" in row.text and "\n   " in row.text and spell("a b\n") in ("A B\n", "a\tb\n"):
        return  # a device shows no banner so, and without one its lines are commands
    text, canaries = planted(replace(row, text=spell(row.text)))
    assert leaks(hide_of(row.platform), text, canaries) == []


def test_there_are_rows_for_every_platform() -> None:
    assert all(sum(row.platform == platform for row in ROWS) > 120 for platform in PLATFORMS)


# Characters that a word of a password may have without being split or quoted by either platform.
PASSWORDS = st.text("abcXYZ0189!%&*+,-./<=>?@^_~", min_size=6, max_size=24).filter(
    lambda word: not word.startswith(("!", "-", "/", "<", "=", "^")) and "*/" not in word and len(set(word)) > 3
)
WORD_ROWS = [row for row in ROWS if "«word»" in row.text and "://" not in row.text]


@settings(max_examples=500)
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


def without_key(neighbor: BgpNeighbor) -> BgpNeighbor:
    """Return a neighbour without remarks and marks of keys: another key has another mark."""
    guards = tuple(guard.split()[0] for guard in neighbor.guards)
    return replace(neighbor, description=neighbor.description and "", guards=guards)


def judged(device: Device) -> Device:
    """Return a device without what is for people only, and without harmless and unknown lines."""
    return replace(
        device,
        interfaces=tuple(replace(one, description=one.description and "") for one in device.interfaces),
        vrfs=tuple(replace(one, description=one.description and "") for one in device.vrfs),
        bgp=tuple(replace(one, neighbors=tuple(without_key(near) for near in one.neighbors)) for one in device.bgp),
        ospf=tuple(
            replace(one, interfaces=tuple(replace(item, authentication="") for item in one.interfaces))
            for one in device.ospf
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


KEYWORDS = st.sampled_from([
    "password", "secret", "key", "community", "token", "hash", "psk", "description", "remark", "snmp-server",
    "enable", "username", "authentication-key", "key-string", "message", "no", "set", "permit", "name", "group",
    "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "aB3xK9mQ2pL7vR4tZ8wN", "$9$abcdef", "pass", "sec", "key-account", "passw",
    "interface", "vrf", "password-server", "PASSWORD", "HIDDEN", "HIDDEN-1",
])  # fmt: skip


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
    named = [one.name for kind in (device.acls, device.policies, device.vrfs) for one in kind]
    return {name.split()[-1] for name in named if re.fullmatch(r"[\w-]{1,20}", name.split()[-1])}


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


# --- hostile texts -----------------------------------------------------------------------------------------------------

WORDS = (
    "password", "secret", "key", "community", "token", "hash", "description", "remark", "snmp-server", "enable",
    "username", "authentication-key", "key-string", "message", "auth", "sha", "priv", "md5", "set", "deactivate",
    "inactive:", "apply-groups", "groups", "<*>", "banner", "motd", "^C", "#", "!", "exit", "quit", "end",
    "shutdown", "7", "0", "9", "1", "12345", "$9$abc", "$1$a$b", "0822455D0A16", "aB3xK9mQ2pL7vR4tZ8wN", "pw:",
    "pw=foo", "ftp://u:p@h", "HIDDEN", "HIDDEN-1", "XXXXXX", "{{secret:x}}", "mat", "khau", "-----BEGIN",
    "-----END-----", "deadbeef", "a\\", "\\", '"', '"x', 'x"', "[", "]", "{", "}", ";", "/*", "*/", "\x7f", "\x00",
    "\udcff", "a\xa0b", "interface", "line", "vty", "snmp", "system", "certificate", "ipsec", "spi", "standby",
    "authentication", "text", "no", "match", "permit",
)  # fmt: skip
LINES = {
    "cisco_ios": (
        "interface GigabitEthernet0/0/1", "ip access-list extended A", " 10 permit ip any any", "router bgp 65000",
        " neighbor 10.0.0.1 remote-as 65001", "line vty 0 4", " transport input ssh", " access-class A in", "key chain K",
        "snmp-server community X RO A", "ip prefix-list P seq 5 permit 10.0.0.0/8", "route-map M permit 10", " key 1",
        " match ip address prefix-list P", " set community 1:2", "banner motd ^C", "^C", "banner login H", "end", "!", "",
        "crypto pki certificate chain T", " certificate ca 01", "  30820330 0A", "  quit", "username u secret 9 X",
    ),
    "junos": (
        "set snmp community X authorization read-only", "deactivate snmp community X", "set system services ssh", "}", "",
        "set firewall family inet filter F term T then accept", "set policy-options community C members 1:2", "/* X", "*/",
        "set protocols bgp group g neighbor 10.0.0.2 peer-as 65001", "set routing-options autonomous-system 65000", "# X",
        'set system login message "X', 'Y"', "set groups G snmp community X authorization read-only", "set apply-groups G",
        "snmp {", "community X {", "authorization read-only;", "routing-options { autonomous-system 65000; }", "/* X */",
        'protocols { bgp { group g { neighbor 10.0.0.2 { peer-as 65001; authentication-key "X"; } } } }', "apply-groups G;",
    ),
}  # fmt: skip
"""Lines to damage; of a platform that is not here, those that look as if they held secrets."""


@st.composite
def hostile_lines(draw: st.DrawFn, platform: str) -> str:
    """Return a line of a platform with words put in, words alone, or anything at all."""
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return draw(st.text("ab1 $#\"'{}[];/*^!\\\t\r\x00\xa0\udc80", max_size=12))
    lines = LINES.get(platform) or tuple(line for owner, line in KEPT if owner == platform)
    words = draw(st.sampled_from(lines)).split(" ") if kind > 1 else []
    for word in draw(st.lists(st.sampled_from(WORDS), max_size=3 if kind > 1 else 6)):
        words.insert(draw(st.integers(0, len(words))), word)
    return " ".join(words)


@settings(max_examples=600)
@given(st.data())
@pytest.mark.parametrize("platform", PLATFORMS)
def test_hostile_texts_say_the_same_without_their_secrets(platform: str, data: st.DataObject) -> None:
    check_same(platform, "\n".join(data.draw(st.lists(hostile_lines(platform), max_size=6))))


@given(
    st.binary(max_size=200),
    st.sampled_from(PLATFORMS),
    st.sampled_from(["", "banner motd #", 'set x secret "', "snmp {"]),
)
def test_bytes_that_are_no_text_are_kept_apart(garbage: bytes, platform: str, start: str) -> None:
    check_same(platform, start + garbage.decode("utf-8", errors="surrogateescape"))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "unit", ["password ", "aB3", '\\"', '"a" ', "/*", "{ secret ", "[", "ftp://u:p", "key=", "mat kh", "-", "a@b:", "!"]
)
def test_time_grows_with_the_text_only(platform: str, unit: str) -> None:
    """Half a megabyte in one line takes well under a second; were it quadratic, it would take minutes."""
    text = "set x secret " + unit * (500_000 // len(unit))
    assert cost(lambda: hide_of(platform)(text), times=1) < 20


def test_a_long_line_stays_too_long_and_a_short_one_does_not_become_so() -> None:
    check_same("cisco_ios", f"line vty 0 4\n password {'x' * 5000}\n")
    check_same("cisco_ios", f"line vty 0 4\n description {'pw a' * 1020}\n")
    check_same("cisco_ios", f"interface Loopback0\n description {'key 9 a ' * 500}\n")


# --- single statements -------------------------------------------------------------------------------------------------


def test_a_deactivated_community_is_not_taken_for_the_active_one() -> None:
    text = (
        "set snmp community old authorization read-only\ndeactivate snmp community old\nset snmp community new view V\n"
    )
    assert check_same("junos", text) == text.replace("old", "HIDDEN-1").replace("new", "HIDDEN-2")


def test_new_numbers_go_on_behind_those_that_are_there() -> None:
    text = "set snmp community a view V\nset snmp community HIDDEN-7 view V\n"
    assert check_same("junos", text) == text.replace(" a ", " HIDDEN-8 ")


def test_a_dummy_does_not_end_a_banner_that_is_open() -> None:
    text = "banner login H\nusername u password 0 hunter22\n"
    assert check_same("cisco_ios", text) == "banner login H\nusername u password 0 XXXXXX\n"


def test_a_secret_that_a_terminal_wrapped_is_hidden_but_a_command_after_it_is_not() -> None:
    hide = hide_of("cisco_ios")
    assert hide("username u password 7 0822\n455D0A16\n") == "username u password 7 0809656A2D3C2B\nHIDDEN\n"
    text = "username u password 7 0809656A2D3C2B\narchive\nshutdown\nnetconf-yang\n"
    assert hide(text) == text


def test_a_single_line_is_hidden_as_it_is_in_its_text() -> None:
    for platform in PLATFORMS:
        for row in ROWS:
            text, canaries = planted(row)
            if row.platform == platform and "\n" not in text:
                assert leaks(hide_of(platform), text, canaries) == []
    assert hide_of("cisco_ios")(" neighbor 192.0.2.1 password 7 0822455D0A16") == (
        " neighbor 192.0.2.1 password 7 0809656A2D3C2B"
    )


def test_line_ends_are_kept() -> None:
    assert hide_of("cisco_ios")("enable secret 0 x\r\n!\r\n") == "enable secret 0 HIDDEN\r\n!\r\n"
    assert hide_of("junos")("set system proxy password x\r\n") == "set system proxy password HIDDEN-1\r\n"


def test_the_dummy_of_type_7_can_be_decoded() -> None:
    hidden = hide_of("cisco_ios")("enable password 7 0822455D0A16")
    assert type_7_decoded(hidden.split()[-1]) == "HIDDEN"
