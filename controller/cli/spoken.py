"""The command line in the reader's language: the help, and what is wrong with the words of a line.

The one idea: English stands in the code, beside each option; another language is a book from these very sentences to its own
(`help.vi.toml`), and a sentence that is in no book stays as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from controller.cli.usage import refuse, refuse_command, refuse_environment
from controller.output.words import Language, load_words, named_language

TRUC_LANG = "TRUC_LANG"
LINE = "truc.line"
"""Where the words of the whole line are kept in a context."""
_HEADINGS = ("Usage:", "Arguments:", "Options:", "Commands:", "[required]", "[default: ", "env var: ", "; default: ")


def language_of(words: Sequence[str]) -> Language:
    """Return the language that words of a command line ask for, else the environment's, else English."""
    named = os.environ.get(TRUC_LANG, "")
    for word, following in zip(words, (*words[1:], ""), strict=False):
        if word == "--lang":
            named = following
        elif word.startswith("--lang="):
            named = word.partition("=")[2]
    return named_language(named) or Language.EN


def settle_language(words: Sequence[str]) -> None:
    """Put a locale of the environment as the language that it names; a word that names none, and that nothing on the line
    replaces, is told with the name of its variable."""
    named = os.environ.get(TRUC_LANG, "")
    language = named_language(named)
    if language is not None:
        os.environ[TRUC_LANG] = language.value
    elif named and not any(word.partition("=")[0] == "--lang" for word in words):
        refuse_environment(TRUC_LANG, named, tuple(Language), words)


def spoken(language: Language, text: str) -> str:
    """Return a sentence of the help in a language."""
    return text if language is Language.EN else load_words(language, "help").get(text, text)


class SpokenCommand(TyperCommand):
    """A command whose help is in the reader's language."""

    def get_help(self, ctx: Any) -> str:
        """Return the help, its sentences and headings from the book of the language."""
        language = language_of(ctx.meta.get(LINE, ()))
        with _translated((self, *self.params), language):
            return _with_headings(super().get_help(ctx), language)


class SpokenGroup(TyperGroup):
    """All commands: keeps the words of the line, and tells what is wrong with them as a finding."""

    def get_help(self, ctx: Any) -> str:
        """Return the help, its sentences and headings from the book of the language."""
        language = language_of(ctx.meta.get(LINE, ()))
        with _translated((self, *self.params, *self.commands.values()), language):
            return _with_headings(super().get_help(ctx), language)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words before the command."""
        ctx.meta[LINE] = tuple(args)
        if not args and not ctx.resilient_parsing:
            typer.echo(self.get_help(ctx), err=True)
            raise typer.Exit(1)
        settle_language(args)
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            refuse(error, ctx.meta[LINE], language_of(ctx.meta[LINE]))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is named."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            refuse_command(args[0], self.commands, ctx.meta[LINE], language_of(ctx.meta[LINE]))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is named."""
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            refuse(error, ctx.meta[LINE], language_of(ctx.meta[LINE]))


@contextmanager
def _translated(things: Sequence[Any], language: Language) -> Iterator[None]:
    """Let commands and options speak a language, and English again afterwards."""
    said = [(thing, name, getattr(thing, name, None)) for thing in things for name in ("help", "epilog")]
    try:
        for thing, name, text in said:
            if text:
                setattr(thing, name, spoken(language, text))
        yield
    finally:
        for thing, name, text in said:
            if text:
                setattr(thing, name, text)


def _with_headings(text: str, language: Language) -> str:
    for heading in _HEADINGS:
        text = text.replace(heading, spoken(language, heading))
    return text.replace("Show this message and exit.", spoken(language, "Show this message and exit."))
