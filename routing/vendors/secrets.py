"""What a secret looks like, on any platform: words that announce one, and words that are one by their shape.

Turns a word or a text for people into the spans that nobody may see, and spans into a text without them. The one idea:
a span never holds white space, quotes around a value, or anything else that tells a reader how a line is split, so that
a text keeps its lines, its words and its meaning. In doubt a word is a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

HIDDEN = "HIDDEN"
_LONG = 20  # characters from which a word without sense is a key, not a name
_NONSENSE = 12

# A reference to a secret (`{{secret:NAME}}`) says where one is kept.
_REFERENCE = re.compile(r"\{\{secret:([\w.-]{1,64})\}\}")

# Parts of words that announce a secret wherever they stand; Vietnamese ones also without their marks, or as raw bytes.
_MARKED = r"(?:[a\u1ea9\u1ead]|[^\sa-z])[^\sa-z]{0,3}"
_VIETNAMESE = (
    rf"m{_MARKED}t[ \t_-]{{0,3}}kh{_MARKED}u(?![a-z])|b(?:[i\u00ed]|[^\sa-z])[^\sa-z]{{0,3}}m{_MARKED}t(?![a-z])"
)
_STRONG = rf"passw|passphrase|passcode|secret|credential|key-?string|(?<![a-z])psk|pre-?shared|api-?key|{_VIETNAMESE}"
# Whole words that may announce one; not in a compound such as `key-account` or `pass-through`.
_WEAK = r"pass|pwd|pw|pins?|keys?|tokens?|hash|communit(?:y|ies)|creds?|mk"
_SUSPICIOUS = re.compile(rf"{_STRONG}|(?<![a-z])(?:{_WEAK})(?![-_]?[a-z])|-----begin", re.IGNORECASE)
_STARTS_IN_VIETNAMESE = re.compile(rf"[\"'(]?(?:{_VIETNAMESE})", re.IGNORECASE)
_ASSIGNED = re.compile(
    rf"(?:(?:{_STRONG}|(?<![a-z])(?:{_WEAK}))[\w.-]{{0,24}}[\"']?[:=]+[\"']?)(?=[^\s\"':=])", re.IGNORECASE
)

_ENDING = re.compile(
    r"[\w.-]*(?:passw(?:or)?ds?|passphrase|passcode|secrets?)|(?:[\w.-]*[-_.])?(?:keys?|pwd|pw|psk|tokens?|pins?|hash"
    r"|credentials?|key-?string)",
    re.IGNORECASE,
)
_PUNCTUATION = "\"':=,;"

_CRYPT = re.compile(r"\$[A-Za-z0-9-]{1,10}\$[^\s$]")
_ADDRESS = re.compile(
    r"(?:[0-9A-Fa-f]{0,4}:){2,9}[0-9A-Fa-f]{0,4}(?:[0-9.]{7,15})?(?:/\d{1,3})?|(?!\d+\Z)[\d.:/,*-]{1,64}"
)
_NAMED_BY_CONTENT = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}(?:[-_][A-Za-z0-9]{1,16}){0,4}[-_][0-9a-f]{8,16}")
_PIECE = re.compile(r"[A-Za-z0-9]+")
_NUMBERED = re.compile(r"[A-Z]?[a-z]*(?:[A-Z][a-z]+)*\d{0,10}|[A-Z]+\d{0,10}|\d{1,19}[A-Za-z]{0,2}")
_LOGIN = re.compile(r"(?!mailto:|sips?:)[\w.-]{1,64}:(?=[^\s/@])")


class Span(NamedTuple):
    """A part of a text that nobody may see, from `start` to `end` (excluded); `shape` says which dummy fits there."""

    start: int
    end: int
    shape: str = ""


def replace_spans(text: str, spans: Iterable[Span], dummy: Callable[[str, str], str]) -> str:
    """Return the text with `dummy(part, shape)` in the place of every span; spans are in order and apart."""
    pieces: list[str] = []
    done = 0
    for start, end, shape in spans:
        pieces += (text[done:start], dummy(text[start:end], shape))
        done = end
    return "".join((*pieces, text[done:]))


def is_reference(word: str) -> bool:
    """Return whether a word says where a secret is kept, instead of saying it."""
    return _REFERENCE.fullmatch(word) is not None


def names_in(line: str) -> tuple[str, ...]:
    """Return the names of the secrets in a line, each once."""
    return tuple(dict.fromkeys(_REFERENCE.findall(line)))


def announces(word: str) -> bool:
    """Return whether a word of a command says that a secret follows: `password`, `server-key`, `"token:`."""
    bare = word.strip(_PUNCTUATION)
    return _ENDING.fullmatch(bare) is not None and not looks_secret(bare)


def is_suspicious(text: str) -> bool:
    """Return whether a text for people speaks of a secret."""
    return _SUSPICIOUS.search(text) is not None


def announces_in_vietnamese(text: str) -> bool:
    """Return whether a text starts with Vietnamese words that announce a secret."""
    return _STARTS_IN_VIETNAMESE.match(text) is not None


def looks_secret(word: str) -> bool:
    """Return whether a word is a secret by its shape: a crypt hash, or long and without the regularity of a name."""
    if "$" in word and _CRYPT.search(word) is not None:
        return True
    if len(word) < _LONG or _ADDRESS.fullmatch(word) or _NAMED_BY_CONTENT.fullmatch(word):
        return False
    nonsense = 0
    for match in _PIECE.finditer(word):
        nonsense += 0 if _is_regular(match.group()) else len(match.group())
    return nonsense >= _NONSENSE


def _is_regular(piece: str) -> bool:
    """Return whether a run of letters and digits may be part of a name: words, perhaps with a number at an end."""
    if _NUMBERED.fullmatch(piece) is None:
        return False
    capitals = sum(map(str.isupper, piece))
    return capitals == len(piece.rstrip("0123456789")) or capitals * 5 <= len(piece) * 2


def word_spans(word: str, at: int) -> Iterator[Span]:
    """Yield what is secret in a word that stands at `at`: all of it, or its part after `password=` or in `user:X@host`."""
    if is_reference(word):
        return
    assigned = _ASSIGNED.search(word) if "=" in word or ":" in word else None
    if assigned is not None:
        yield trimmed(word, at, assigned.end())
    elif (login := _login(word)) is not None:
        yield Span(at + login[0], at + login[1])
    elif looks_secret(word):
        yield trimmed(word, at)


def trimmed(word: str, at: int, start: int = 0) -> Span:
    """Return the span of a word, or of what follows `start` in it, without quotes at its ends."""
    end = len(word)
    while start < end - 1 and word[start] in "\"'":
        start += 1
    while end - 1 > start and word[end - 1] in "\"'":
        end -= 1
    return Span(at + start, at + end)


def _login(word: str) -> tuple[int, int] | None:
    """Return where the password of `ftp://user:password@host`, or of the same without a scheme, stands."""
    at = word.rfind("@")
    if at < 0:
        return None
    scheme = word.find("://")
    if 0 <= scheme < at:
        start = word.find(":", scheme + 3, at) + 1
        return (start, at) if scheme + 3 < start < at else None
    found = _LOGIN.match(word.lstrip("\"'("))
    start = 0 if found is None else len(word) - len(word.lstrip("\"'(")) + found.end()
    return (start, at) if 0 < start < at else None


def people_spans(words: Iterable[tuple[str, int]], suspicious: bool) -> Iterator[Span]:
    """Yield what is secret in a text for people, given as words with their places: all of it if it is suspicious."""
    for word, at in words:
        if not suspicious:
            yield from word_spans(word, at)
        elif not is_reference(word):
            yield trimmed(word, at)
