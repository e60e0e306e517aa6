"""What people, files and devices say, as a terminal gets it: nothing of it steers the terminal, and no line is made up by it."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.output.json_lines import print_message
from controller.output.terminal import Output
from controller.output.words import Language, load_words

STEERING = "\x1b\x9b\r\x08\x7f\u202e\u2066\u200b\u2028"
said = st.text(st.one_of(st.characters(), st.sampled_from(STEERING + "\n\t")), max_size=30)
SENTENCES = [
    (language, key, names)
    for language in Language
    for key, sentence in sorted(load_words(language).items())
    if (names := sorted({name for _, name, spec, _ in Formatter().parse(sentence) if name and not spec}))
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(write: Callable[[Output], object], stream: io.StringIO | None = None) -> str:
    """Return what comes of writing something; with a stream, there."""
    out = stream or io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        write(Output(Language.EN))
    return out.getvalue()


def is_plain(text: str) -> bool:
    """Return whether nothing but letters, blanks, tabs and ends of lines stands in a text."""
    return not any(
        letter in STEERING or (unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t") for letter in text
    )


@given(st.sampled_from(SENTENCES), said)
def test_no_value_of_any_sentence_steers_a_terminal_or_makes_a_line_up(
    sentence: tuple[Language, str, list[str]], value: str
) -> None:
    language, key, names = sentence
    lines = load_words(language)[key].count("\n") + 1

    def write(output: Output) -> None:
        output.language = language
        output.say(key, **dict.fromkeys(names, value))

    text = shown(write)
    assert is_plain(text), text
    assert text.count("\n") == lines, text


@given(said)
def test_no_line_of_any_kind_steers_a_terminal(value: str) -> None:
    for write in (lambda output: output.line(value), lambda output: output.error(value)):
        text = shown(write)
        assert is_plain(text)
        assert text.count("\n") == value.count("\n") + 1
    text = shown(lambda output: output.table(["a", "b"], [[value, "x"], ["y", value]]))
    assert (is_plain(text), text.count("\n")) == (True, 3)


@given(st.dictionaries(said, said, max_size=3))
def test_a_message_is_one_plain_line_that_says_the_same(message: dict[str, str]) -> None:
    text = shown(lambda output: print_message(output, message))
    assert (is_plain(text), text.count("\n")) == (True, 1)
    assert json.loads(text) == message


def test_only_our_own_colours_are_colours_and_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def write(output: Output) -> None:
        output.line(output.paint("fine", "good") + "\x1b[2J\x1b[5m")

    assert shown(write, Terminal()) == "\x1b[32mfine\x1b[0m<U+001B>[2J<U+001B>[5m\n"
    assert shown(lambda output: output.line("\x1b[32mfine")) == "<U+001B>[32mfine\n"
