"""Whatever text is put into whatever field of a workspace: it is refused at its place, or changes no line that means anything."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pytest

from controller.jobs.pipeline import Compiled, address, compile_network, want
from controller.rollout.change_request import load_change_request
from intents.finding import FindingsError, Severity
from intents.messages import LANGUAGES, describe
from intents.reader.conversions import NAME
from intents.reader.source_text import FORBIDDEN_IN_VALUE
from routing.model import Device
from routing.vendors import VENDORS
from tests.hostile_fields import CHANGES, INTENTS, Field, inject, place_of, rich_workspace, text_fields, write_file

HOSTILE = {
    "line feed": "a\nshutdown",
    "carriage return": "a\r\nshutdown",
    "tab": "a\tb",
    "zero": "a\x00b",
    "delimiter of a banner": "a^Cb",
    "semicolon": "a; delete",
    "quote": 'a" b',
    "opening brace": "a { b",
    "hash": "a # b",
    "exclamation mark": "a ! b",
    "backslash": "a\\",
    "comment": "a /* b",
    "question mark": "a ? b",
    "secret": "{{secret:enable}}",
    "variable": "$(hostname)",
    "bidirectional": "a\u202eb",
    "zero width": "a\u200bb",
    "line separator": "a\u2028b",
    "blank that does not break": "a\u00a0b",
    "Cyrillic": "\u0430bc",
    "fullwidth": "\uff41bc",
    "overlong": "x" * 5000,
    "empty": "",
    "any": "any",
    "negation": "no shutdown",
    "loopback": "127.0.0.1",
    "loopback of IPv6": "::1",
    "multicast": "224.0.0.1",
    "link-local": "fe80::1",
    "everything": "0.0.0.0/0",
}
FIELDS = text_fields()
SHARE = 1 if "TRUC_LAWS" in os.environ else 3
"""Each text is tried in every third field, the next one in those beside them, so that each field sees ten; by `make laws` all."""
OF_INTENTS = ("line feed", "semicolon", "bidirectional", "secret")
"""What is tried in files of intents, whose many fields are read by few functions."""


@cache
def base() -> Mapping[str, object]:
    return rich_workspace()


def texts_of(compiled: Compiled) -> dict[str, tuple[str, str]]:
    """Return platform and text of every device."""
    return {name: (config.platform, config.text) for name, config in compiled.configs.items()}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rich")
    for file, content in base().items():
        write_file(folder, file, content)
    return folder


@pytest.fixture(scope="module")
def untouched(workspace: Path) -> Compiled:
    return compile_network(address(want(workspace, None)))


def meaning(name: str, platform: str, text: str) -> Device:
    """Return the device that a text configures, without what is harmless; every line of it is understood."""
    device = VENDORS[platform].read(name, text).device
    assert device.unknown == ()
    return replace(device, harmless=())


def fields_for(name: str) -> list[Field]:
    """Return the fields that a text is tried in."""
    of_intents = [field for field in FIELDS if field.file == INTENTS]
    others = [field for field in FIELDS if field.file != INTENTS]
    found = others[list(HOSTILE).index(name) % SHARE :: SHARE]
    return found + of_intents[OF_INTENTS.index(name) % SHARE :: SHARE] if name in OF_INTENTS else found


def test_every_field_is_tried_and_by_more_than_one_text() -> None:
    tried = Counter(str(field) for name in HOSTILE for field in fields_for(name))
    assert tried.keys() == {str(field) for field in FIELDS}
    assert min(tried[str(field)] for field in FIELDS if field.file != INTENTS) >= len(HOSTILE) // SHARE


def test_every_field_has_a_value_to_replace() -> None:
    assert [str(field) for field in FIELDS if place_of(field, base()) is None] == []
    assert len(FIELDS) > 200


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_refused_at_its_place_or_changes_no_meaning(
    name: str, workspace: Path, untouched: Compiled
) -> None:
    text, admitted = HOSTILE[name], dict(base())
    for field in fields_for(name):
        place = place_of(field, base())
        assert place is not None
        file, way = place
        write_file(workspace, file, inject(base()[file], way, text))
        read = partial(load_change_request, workspace / file, [untouched], workspace)
        if is_admitted(read if field.file == CHANGES else partial(want, workspace, None), f"{field}, {name}"):
            admitted[file] = inject(admitted[file], way, text)
        write_file(workspace, file, base()[file])
    try:
        for file, content in admitted.items():
            write_file(workspace, file, content)
        check_texts(workspace, texts_of(untouched), text)
    finally:
        for file, content in base().items():
            write_file(workspace, file, content)


def is_admitted(read: Callable[[], object], what: str) -> bool:
    """Return whether a file is taken as it is; what is refused is told at a place, in both languages."""
    try:
        read()
    except FindingsError as error:
        errors = [item for item in error.findings if item.severity is Severity.ERROR]
        assert any(item.where.file and item.where.line for item in errors), what
        for item in errors[:2]:
            for language in LANGUAGES:
                told = describe(item, language).split("\n")
                assert not any(FORBIDDEN_IN_VALUE.search(line) for line in told), what
        return False
    return True


def check_texts(workspace: Path, untouched: dict[str, tuple[str, str]], text: str) -> None:
    """Hold the texts with a text in all fields that admit it against those without: the same, or the same in meaning."""
    try:
        found = texts_of(compile_network(address(want(workspace, None))))
    except FindingsError:
        assert NAME.fullmatch(text)  # several things have the same name then
        return
    for device, (platform, content) in found.items():
        now = meaning(device, platform, content)
        if not NAME.fullmatch(text):
            assert now == meaning(device, platform, untouched[device][1])
