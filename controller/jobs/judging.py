"""Texts of a workspace -> what the engine says of them, worked out now or kept from an earlier run.

The one idea: what is kept hangs on everything that it was worked out of, the code included; so what is found under the same key
is what would come out again, and whether it was found shows in nothing but the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from controller.cache.digest import code_digest, code_texts, digest_of, strings_of
from controller.cache.store import Store
from controller.cache.words import Words
from controller.jobs.pipeline import Compiled
from controller.jobs.workers import make_workers
from controller.output.terminal import Output
from intents.reason import Reason, load_reasons, parameters_of_reason
from verification.coverage.lines import Coverage, coverage_of
from verification.engine.engine import prove
from verification.evidence.evidence import Given
from verification.judge import replay
from verification.questions.judgement import Judgement
from verification.verdicts.opinions import ENGINE, WALK


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownText:
    """A line that no reader understands: device, number (0 if it has none), text and the reader's reason."""

    device: str
    line: int
    text: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the engine says of texts (counterexamples replayed, what holds sampled), the lines that it does not understand, and
    what its questions rest on, if that was asked and something was answered."""

    judgement: Judgement
    unknown: tuple[UnknownText, ...]
    coverage: Coverage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far texts are judged: under every single failure as well, and with the lines that questions rest on."""

    failures: bool = True
    coverage: bool = False


def judging_key(compiled: Compiled, texts: Mapping[str, str], extent: Extent) -> str:
    """Return the digest of all that a judgement is worked out of: the code, what is declared, the day and every text; OSError."""
    return digest_of(
        code_digest(), declared_parts(compiled), extent.failures, extent.coverage, dict(sorted(texts.items()))
    )


def words_at_hand(compiled: Compiled, texts: Mapping[str, str]) -> Words:
    """Return the strings that are known to whoever has these texts and all that is declared: what two runs with one key have."""
    sentences = load_reasons("en")
    parameters = {name for sentence in sentences.values() for name in parameters_of_reason(sentence)}
    return Words(
        own={"", ENGINE, WALK, *sentences, *parameters},
        declared=strings_of(declared_parts(compiled)),
        texts=tuple(text for _, text in sorted(texts.items())),
        code=code_texts,
    )


def declared_parts(compiled: Compiled) -> tuple[object, ...]:
    """Return all that is declared, by which texts are judged."""
    addressed = compiled.addressed
    wanted = addressed.wanted
    return (wanted.policy, wanted.registry, wanted.inventory, wanted.settings, addressed.address_plan, wanted.on)


def judge_texts(
    compiled: Compiled,
    texts: Mapping[str, str],
    given: Callable[[], Given],
    output: Output,
    extent: Extent,
    store: Store | None,
) -> Judged:
    """Return what the engine says of texts; `given`: reads them, if that is needed. `store`: where that is kept, if anywhere."""
    if store is None:
        return _judged_now(given(), output, extent)
    key, words = judging_key(compiled, texts, extent), words_at_hand(compiled, texts)
    kept = store.find(Judged, key, words)
    if kept is not None:
        return kept
    judged = _judged_now(given(), output, extent)
    store.keep(key, judged, words)
    return judged


def _judged_now(given: Given, output: Output, extent: Extent) -> Judged:
    output.progress("judge", 0, 0)
    proven = prove(given, with_failures=extent.failures, progress=output.progress, workers=make_workers())
    coverage = coverage_of(proven) if extent.coverage else None
    return replace(judged_of(replay(proven.judgement, given), given), coverage=coverage)


def judged_of(judgement: Judgement, given: Given) -> Judged:
    """Return what the engine says beside the lines that it does not understand."""
    return Judged(judgement=judgement, unknown=unknown_texts(given))


def unknown_texts(given: Given) -> tuple[UnknownText, ...]:
    """Return every line that no reader understands, by device and line."""
    found = []
    for name, device in sorted(given.network.devices.items()):
        numbers = given.unknown_lines.get(name, ())
        for index, item in enumerate(device.unknown):
            number = numbers[index] if index < len(numbers) else 0
            found.append(UnknownText(device=name, line=number, text=" / ".join(item.path), reason=item.reason))
    return tuple(sorted(found, key=lambda item: (item.device, item.line, item.text)))
