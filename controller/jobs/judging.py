"""Texts of a workspace -> what the engine says of them, worked out now or kept from an earlier run.

The one idea: what is kept hangs on everything that it was worked out of, the code included; so what is found under the same key
is what would come out again, and whether it was found shows in nothing but the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from controller.cache.digest import code_digest, digest_of
from controller.cache.store import Store
from controller.jobs.pipeline import Compiled
from controller.jobs.workers import make_workers
from controller.output.terminal import Output
from intents.reason import Reason
from verification.evidence.evidence import Given
from verification.judge import judge_and_replay
from verification.questions.judgement import Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownText:
    """A line that no reader understands: device, number (0 if it has none), text and the reader's reason."""

    device: str
    line: int
    text: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the engine says of texts (counterexamples replayed, what holds sampled), and the lines that it does not understand."""

    judgement: Judgement
    unknown: tuple[UnknownText, ...]


def judging_key(compiled: Compiled, texts: Mapping[str, str], *, with_failures: bool) -> str:
    """Return the digest of all that a judgement is worked out of: the code, what is declared, the day and every text; OSError."""
    addressed = compiled.addressed
    wanted = addressed.wanted
    declared = (wanted.policy, wanted.registry, wanted.inventory, wanted.settings, addressed.address_plan, wanted.on)
    return digest_of(code_digest(), declared, with_failures, dict(sorted(texts.items())))


def judge_texts(
    compiled: Compiled,
    texts: Mapping[str, str],
    given: Callable[[], Given],
    output: Output,
    *,
    with_failures: bool,
    store: Store | None,
) -> Judged:
    """Return what the engine says of texts; `given`: reads them, if that is needed. `store`: where that is kept, if anywhere."""
    key = None if store is None else judging_key(compiled, texts, with_failures=with_failures)
    kept = None if store is None or key is None else store.find(Judged, key)
    if kept is not None:
        return kept
    read = given()
    output.progress("judge", 0, 0)
    judgement = judge_and_replay(read, with_failures=with_failures, progress=output.progress, workers=make_workers())
    judged = judged_of(judgement, read)
    if store is not None and key is not None:
        store.keep(key, judged)
    return judged


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
