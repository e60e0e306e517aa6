"""No word of a device's text, a secret least of all, gets into the cache; and what quotes is quoted again all the same."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from controller.cache.digest import code_texts
from controller.cache.words import words_of
from controller.jobs.judging import Extent, Judged, judging_key, words_at_hand
from controller.jobs.verify import verify
from controller.output.terminal import Output
from controller.output.words import Language
from tests.batfish_cases import CASES, GIA_SANG, LAN_IN, texts_of
from tests.small_builds import compiled
from tests.test_controller_cache_verify import noted, plain_texts
from verification.verdicts.verdict import NotModelled, Violated

SECRETS = ("zqhunter7", "Zq-9x!wuD#uk", "0822455D0A1649", "$9$zqPf0IRhyW8x$LkVwYgq", "4471908", "mậtkhẩuzq")
IOS = (
    *("snmp-server community @ RO", "username evil privilege 15 secret 9 @", "username evil password 7 @"),
    *("enable secret 9 @", "tacacs-server host 192.0.2.1 key 7 @", "ntp authentication-key 1 md5 @"),
    *(
        "frob password @",
        "key chain k\n key 1\n  key-string @",
        "snmp-server user u g v3 auth sha @ priv aes 128 @",
    ),
    *("crypto isakmp key @ address 192.0.2.1", "@", "router bgp 65000\n neighbor 192.0.2.9 password @"),
    *("interface Loopback77\n description @\n ip ospf authentication-key @", "banner motd ^@^"),
)
JUNOS = (
    *("set snmp community @ authorization read-only", "set system root-authentication encrypted-password @"),
    *(
        "set system login user evil authentication encrypted-password @",
        "set system tacplus-server 192.0.2.1 secret @",
    ),
    *("set protocols bgp group g authentication-key @", "set system ntp authentication-key 1 value @"),
    *("set system frob password @", "set security ike policy p pre-shared-key ascii-text @", "@"),
    *(
        "set interfaces lo0 unit 77 description @",
        "set protocols ospf area 0 interface lo0.77 authentication simple-password @",
    ),
    *(
        'set system radius-server 192.0.2.2 secret "@"',
        "set snmp v3 usm local-engine user u authentication-sha authentication-key @",
    ),
)


def planted(number: int) -> dict[str, str]:
    """Return the texts of the small example with a secret in lines of every kind on every device, other kinds first each time."""
    return {
        name: plain_texts()[name]
        + "".join(f"{line}\n".replace("@", SECRETS[number]) for line in turned(name, 3 * number))
        for name in plain_texts()
    }


def turned(device: str, places: int) -> tuple[str, ...]:
    lines = IOS if compiled().configs[device].file_name.endswith(".cfg") else JUNOS
    return lines[places % len(lines) :] + lines[: places % len(lines)]


def unpacked(path: Path) -> bytes:
    """Return what a file of the cache says, its digest and names included."""
    data = path.read_bytes()
    start = data.index(b"\n") + 1 + 32
    return data[:start] + zlib.decompress(data[start:]) + data + path.name.encode()


def forms(secret: str) -> Iterator[bytes]:
    """Yield a secret, and the parts of it that are long enough to be told from others, as they are often hidden."""
    for part in {secret, *re.findall(r"\w{4,}", secret)}:
        for data in (part.encode(), part[::-1].encode(), part.encode("utf-16-le"), json.dumps(part)[1:-1].encode()):
            yield data
            yield data.hex().encode()
            yield data.hex().upper().encode()
            for skipped in range(3):  # wherever it stands among what is written so
                yield base64.b64encode(b"\0" * skipped + data)[4 if skipped else 0 :].rstrip(b"=")[:-1]


@cache
def ours() -> frozenset[str]:
    return frozenset(words_of(code_texts()))


def quoted(judged: Judged) -> Iterator[str]:
    """Yield the lines that a judgement calls guilty, and those that nobody understands."""
    for answer in judged.judgement.answers:
        if isinstance(answer.verdict, Violated | NotModelled):
            yield from (item.text for item in answer.verdict.culprits)
    yield from (item.text for item in judged.unknown)


@pytest.mark.parametrize("number", range(len(SECRETS)))
def test_no_secret_of_a_text_is_kept(tmp_path: Path, number: int) -> None:
    store, notes = noted(tmp_path)
    texts = planted(number)
    first, again, alone = (
        verify(compiled(), texts, Output(Language.EN), extent=Extent(failures=False), store=used)
        for used in (store, store, None)
    )
    assert repr((first.judgement, first.unknown)) == repr((again.judgement, again.unknown))
    assert repr((first.judgement, first.unknown)) == repr((alone.judgement, alone.unknown))
    assert not notes
    key, words = judging_key(compiled(), texts, Extent(failures=False)), words_at_hand(compiled(), texts)
    found = store.find(Judged, key, words)
    assert found is not None
    assert sum(SECRETS[number] in line for line in quoted(found)) >= len(texts) * min(len(IOS), len(JUNOS)) // 2
    (path,) = store.folder.iterdir()
    said = unpacked(path)
    for form in forms(SECRETS[number]):
        assert form not in said, form


def named(name: str) -> dict[str, str]:
    """Return the texts of a case, with a secret for the name of a list."""
    texts = texts_of(name)
    return {**texts, GIA_SANG: texts[GIA_SANG].replace(LAN_IN, SECRETS[0])}


@pytest.mark.parametrize("name", CASES)
def test_what_is_violated_is_kept_without_its_lines(tmp_path: Path, name: str) -> None:
    store, notes = noted(tmp_path)
    texts = named(name)
    first, again = (
        verify(compiled(), texts, Output(Language.EN), extent=Extent(failures=False), store=store) for _ in range(2)
    )
    assert not notes
    assert repr(first.judgement) == repr(again.judgement)
    (path,) = store.folder.iterdir()
    for form in forms(SECRETS[0]):
        assert form not in unpacked(path)
    data = path.read_bytes()
    kind, key, plain = json.loads(zlib.decompress(data[data.index(b"\n") + 33 :]))
    assert (kind, key) == ("Judged", judging_key(compiled(), texts, Extent(failures=False)))
    said = json.dumps(plain)
    assert {word for word in words_of([said]) if not word.isdecimal()} <= ours()
    assert not any(f'"{name}"' in said for name in texts)


@pytest.mark.parametrize("name", ["an entry of a source fence is gone", "an entry names another port"])
def test_there_are_guilty_lines_with_a_secret_in_them(name: str) -> None:
    found = verify(compiled(), named(name), Output(Language.EN), extent=Extent(failures=False)).judgement
    verdicts = [answer.verdict for answer in found.answers if isinstance(answer.verdict, Violated)]
    assert any(SECRETS[0] in item.text for verdict in verdicts for item in verdict.culprits)
