"""What is kept of a judgement is read again as it was, or not at all; and everything that it hangs on is in its digest."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from random import Random
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.cache.codec import decode, encode
from controller.cache.digest import PACKAGES, code_digest, code_texts, digest_of, strings_of
from controller.cache.words import CodecError, Plain, Words, words_of
from controller.jobs.judging import Judged, UnknownText
from intents.policy import Rule, ViaAssertion
from intents.prefix import Family, Prefix
from intents.reason import Reason, because
from intents.service import EVERY_SERVICE, ServiceSet
from tests.small_builds import compiled
from tests.small_commands import ROOT
from verification.questions.judgement import Judgement
from verification.questions.unreachable_lines import BoundLists, UnreachableLine
from verification.verdicts.flow import Flow
from verification.verdicts.question import About, Answer, Question, QuestionKind, Subject, traits_of
from verification.verdicts.verdict import Holds

SUBJECTS: dict[About, st.SearchStrategy[Subject]] = {
    About.PERMIT: st.from_type(Rule),
    About.FORBID: st.from_type(Rule),
    About.VIA: st.from_type(ViaAssertion),
    About.ASCENT: st.from_type(ViaAssertion),
    About.ATTACHMENT: st.text(),
    About.DEVICE: st.text(),
    About.NETWORK: st.none(),
}


@st.composite
def questions(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(QuestionKind))
    return Question(kind=kind, subject=draw(SUBJECTS[traits_of(kind).about]), intents=tuple(draw(st.lists(st.text()))))


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    numbers = [draw(st.integers(0, 255)) for _ in range(6)]
    return Flow(
        family=draw(st.sampled_from(Family)),
        source=numbers[0],
        destination=numbers[1],
        protocol=numbers[2],
        source_port=numbers[3],
        tcp_flags=numbers[4],
        icmp_type=numbers[5],
        fragment=draw(st.booleans()),
        start_device=draw(st.text()),
        start_interface="x",
    )


REASONS: st.SearchStrategy[Reason] = st.deferred(
    lambda: st.builds(
        Reason,
        st.text(),
        st.lists(st.tuples(st.text(), st.one_of(st.text(), REASONS, st.lists(REASONS).map(tuple))), max_size=2).map(
            tuple
        ),
    )
)
st.register_type_strategy(Question, questions())
st.register_type_strategy(Flow, flows())
st.register_type_strategy(Reason, REASONS)
st.register_type_strategy(ServiceSet, st.sampled_from([ServiceSet(), EVERY_SERVICE]))


PARTS: st.SearchStrategy[object] = st.one_of(
    st.from_type(Answer), st.from_type(UnreachableLine), st.from_type(UnknownText)
)


def words(*, own: tuple[str, ...] = (), declared: tuple[str, ...] = (), texts: tuple[str, ...] = ()) -> Words:
    return Words(own=own, declared=declared, texts=texts, code=code_texts)


@settings(max_examples=150)
@given(PARTS, st.randoms(use_true_random=False))
def test_every_part_of_a_judgement_is_read_as_it_was_written(part: object, chance: Random) -> None:
    strings = strings_of(part)
    drawn = [chance.randrange(3) for _ in strings]
    kinds = [tuple(text for text, kind in zip(strings, drawn, strict=True) if kind == number) for number in range(3)]
    here = words(own=kinds[0], declared=kinds[1], texts=tuple(f"before {text} after" for text in kinds[2]))
    written = json.dumps(encode(part, here))
    found = decode(type(part), json.loads(written), here)
    assert found == part
    assert repr(found) == repr(part)


JUDGED = Judged(
    judgement=Judgement(answers=(), devices=3, states=1, flows=2, lists=BoundLists(lists=4)),
    unknown=(),
)


def places(plain: Plain, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    found = [path]
    if isinstance(plain, list):
        found += [place for index, item in enumerate(plain) for place in places(item, (*path, index))]
    return found


def with_part(plain: Plain, path: tuple[int, ...], part: Plain) -> Plain:
    if not path:
        return part
    assert isinstance(plain, list)
    return [with_part(item, path[1:], part) if index == path[0] else item for index, item in enumerate(plain)]


@pytest.mark.parametrize("path", places(encode(JUDGED, words()))[1:])
@pytest.mark.parametrize("part", [None, True, 1, 1.0, "x", [], [[]], ["Holds", []]], ids=repr)
def test_what_does_not_fit_its_place_is_refused(path: tuple[int, ...], part: Plain) -> None:
    plain = encode(JUDGED, words())
    changed = with_part(plain, path, part)
    try:
        found = decode(Judged, changed, words())
    except CodecError:
        return
    assert encode(found, words()) == changed
    assert (found == JUDGED) is (changed == plain)


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (Question, ["session", ["str", "cpe-1"], [], 0]),
        (Question, ["no such kind", ["NoneType", None], [], 0]),
        (Question, [["session"], ["NoneType", None], [], 0]),
        (Question, ["routes", ["Policy", None], [], 0]),
        (Question, ["routes", ["NoneType", None], [], True]),
        (Holds, [["engine"], 1, 2]),
        (Holds, [["engine"]]),
        (Holds, [{"engine": 1}, 1]),
        (Flow, [4, -1, 0, 6, 0, 0, 0, 0, 0, False, "a", "b"]),
        (Flow, [4.0, 1, 0, 6, 0, 0, 0, 0, 0, False, "a", "b"]),
    ],
)
def test_what_no_constructor_takes_is_refused(kind: type, plain: Plain) -> None:
    with pytest.raises(CodecError):
        decode(kind, plain, words(own=("engine", "a", "b", "cpe-1")))


def test_a_value_of_another_type_than_its_hint_is_not_written() -> None:
    wrong = replace(JUDGED, judgement=replace(JUDGED.judgement, devices="3"))  # type: ignore[arg-type]  # meant
    with pytest.raises(CodecError):
        encode(wrong, words())


@dataclass(frozen=True)
class _Open:
    held: object


def test_a_hint_without_a_form_is_our_fault() -> None:
    with pytest.raises(TypeError):
        encode(_Open(3), words())


class _Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class _One:
    held: object


@dataclass(frozen=True)
class _Other:
    held: object


DIFFERENT: list[object] = [
    *(None, True, 1, "1", 1.0, "", "red", _Colour.RED, date(2026, 1, 1), "2026-01-01", False),
    *((), ((),), ("a", "b"), ("ab",), ("a", ("b",)), frozenset({"a", "b"}), frozenset({("a", "b")})),
    *({"a": "b"}, {"b": "a"}, {"a": ("b",)}, {}, _One("a"), _Other("a"), _One(("a",)), _One(None)),
    *(Prefix(Family.V4, 1, 2), (Family.V4, 1, 2), (4, 1, 2), "(", "str 1:a", ("str 1:a", "")),
]


def test_what_differs_in_value_order_or_class_has_another_digest() -> None:
    digests = {digest_of(value) for value in DIFFERENT}
    assert len(digests) == len(DIFFERENT)
    assert digest_of("a", "b") not in {digest_of("ab"), digest_of(("a", "b")), digest_of("b", "a")}
    assert digest_of({"a": 1, "b": 2}) == digest_of(MappingProxyType({"a": 1, "b": 2}))


@pytest.mark.parametrize("value", [object(), [], Path(), {1}, b"a", _One])
def test_what_has_no_digest_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        digest_of(value)


def test_sources_of_a_policy_count_though_they_are_no_part_of_its_equality() -> None:
    policy = compiled().addressed.wanted.policy
    assert replace(policy, sources={}) == policy
    assert digest_of(replace(policy, sources={})) != digest_of(policy)


PRINT = """
from pathlib import Path
from controller.jobs.judging import Extent, judging_key
from controller.jobs.pipeline import address, compile_network, want
done = compile_network(address(want(Path("examples/small"), None)))
print(judging_key(done, {name: item.text for name, item in done.configs.items()}, Extent()))
"""


def test_the_key_is_the_same_in_every_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", PRINT],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(found) == 1


def key_of_tree(home: Path) -> str:
    """Return the key of the small example, as the code in a folder makes it."""
    command = [sys.executable, "-c", PRINT.replace("examples/small", str(ROOT / "examples" / "small"))]
    surroundings = {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=home, env=surroundings, capture_output=True, text=True, check=True).stdout


def test_a_key_hangs_on_the_code_and_on_the_platform_facts(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    keys = [key_of_tree(ROOT), key_of_tree(tmp_path)]
    for name in ("routing/vendors/platform_facts.toml", "verification/questions/fences.py"):
        path = tmp_path / name
        path.write_text(path.read_text(encoding="utf-8") + "# another\n", encoding="utf-8")
        keys.append(key_of_tree(tmp_path))
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def house(folder: Path, changes: Mapping[str, bytes]) -> str:
    files = {"intents/a.py": b"x = 1\n", "routing/rules/b.toml": b"y = 2\n", "controller/c.py": b"", **changes}
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return code_digest(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"intents/a.py": b"x = 2\n"},
        {"routing/rules/b.toml": b"y = 3\n"},
        {"controller/c.py": b"\n"},
        {"verification/d.py": b""},
    ],
    ids=repr,
)
def test_a_change_of_the_code_is_another_code(tmp_path: Path, changes: Mapping[str, bytes]) -> None:
    plain = house(tmp_path / "one", {})
    assert house(tmp_path / "other", changes) != plain
    assert house(tmp_path / "same", {"intents/__pycache__/a.pyc": b"z", "docs/e.md": b"e"}) == plain


def test_all_reasons_are_read() -> None:
    here = words(own=("inner", "outer", "a", "one", "many"))
    inner = because("inner", a=1)
    holder = Question(kind=QuestionKind.ROUTES, subject=None)
    assert decode(Question, encode(holder, here), here) == holder
    outer = because("outer", one=inner, many=(inner, inner))
    assert decode(Reason, encode(outer, here), here) == outer


TEXT = "snmp-server community hunter2 RO\n key 7 0822455D0A16\n tag 77\n"


@pytest.mark.parametrize(
    "quoted",
    [
        *("hunter2", "'hunter2'", "community hunter2", "snmp-server community hunter2 RO / key 7 0822455D0A16"),
        *("0822455D0A16;", "77", "tag=77", "RO hunter2\n", "", "10.0.0.1/24 of 2001:db8::1"),
    ],
)
def test_no_word_of_a_text_is_written(quoted: str) -> None:
    here = words(texts=(TEXT, "core-1 10.0"), declared=("intent one",))
    written = here.write(quoted)
    assert here.read(written) == quoted
    assert isinstance(written, list)
    assert not {word for word in written if isinstance(word, str)} & words_of((TEXT, "core-1 10.0")).keys()


def test_a_declared_name_is_its_number() -> None:
    here = words(texts=(TEXT,), declared=("one", "đường trục 1", "one"))
    assert [here.write(text) for text in ("one", "đường trục 1")] == [0, 1]
    assert here.read(1) == "đường trục 1"


@pytest.mark.parametrize("text", ["hunter", "Hunter2", "xhunter2", "unter2", "\uff48unter2", "deadbeef", "12345678901"])
def test_what_is_neither_in_a_text_nor_ours_is_refused(text: str) -> None:
    with pytest.raises(CodecError) as raised:
        words(texts=(TEXT,)).write(f"line {text}")
    assert text not in str(raised.value)


@pytest.mark.parametrize(
    "plain", ["hunter2", -1, 10_000, True, None, 1.0, [-1], [10_000], [True], ["hunter2"], [[0]]], ids=repr
)
def test_what_stands_for_no_string_is_refused(plain: Plain) -> None:
    with pytest.raises(CodecError):
        words(texts=(TEXT,), declared=("a",)).read(plain)


def test_strings_of_a_value_come_in_one_order() -> None:
    policy = compiled().addressed.wanted.policy
    assert strings_of(policy) == strings_of(replace(policy))
    assert strings_of(("b", {"a": _Other(("c", None, 1))}, frozenset({"z", "y"})), "b") == ("b", "a", "c", "y", "z")
    with pytest.raises(TypeError):
        strings_of(object())
