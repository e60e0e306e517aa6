"""Texts expected and texts found -> the devices that drift, with what that does: told by the judge on the texts as found.

The one idea: a device whose text says the same costs nothing but reading; only what means something else is judged, over one
proof of the expected network, each device's difference by itself and all of them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from controller.cache.digest import code_digest, digest_of
from controller.cache.store import Store
from controller.drift.texts import DriftTexts
from controller.jobs.evidence import ReadTexts, give, platforms_of
from controller.jobs.judging import Extent, declared_parts, words_at_hand
from controller.jobs.pipeline import Compiled
from controller.jobs.workers import make_workers
from controller.output.terminal import Output
from routing.model import LinePath
from routing.vendors import VENDORS
from verification.drift.attribution import attribute
from verification.drift.classes import rank_of
from verification.drift.difference import JudgedText, TextDifference, difference_of
from verification.drift.effects import DriftEffect, Effects, admission_effects, effects_between
from verification.drift.found import DeviceDrift, Drifts, class_of_device
from verification.engine.delta import delta
from verification.engine.engine import Proven, prove, reprove
from verification.sample import dispute, sample

MOST_ALONE = 24
"""Devices that are judged by themselves; where more differ, what the others do is told of all together."""


def find_drift(compiled: Compiled, texts: DriftTexts, output: Output, extent: Extent, store: Store | None) -> Drifts:
    """Return the devices that drift, worked out now or kept from an earlier run. `store`: where that is kept, if anywhere."""
    if store is None:
        return _found_now(compiled, texts, output, extent)
    by_role = texts.by_role()
    foreign = {name: config.foreign for name, config in sorted(compiled.configs.items())}
    key = digest_of(
        code_digest(), declared_parts(compiled), extent.failures, texts.approved, foreign, dict(sorted(by_role.items()))
    )
    words = words_at_hand(compiled, by_role)
    kept = store.find(Drifts, key, words)
    if kept is None:
        kept = _found_now(compiled, texts, output, extent)
        store.keep(key, kept, words)
    return kept


def _found_now(compiled: Compiled, texts: DriftTexts, output: Output, extent: Extent) -> Drifts:
    output.progress("read", 0, 0)
    differing, in_progress = _compare(compiled, texts)
    base = {**texts.expected, **{name: texts.found[name] for name in in_progress}}
    judged = [name for name, difference in sorted(differing.items()) if difference.judged]
    court = _Court(compiled, base, output, extent) if judged else None
    if court is not None:
        judged = _absorb(court, texts, differing, judged)
    effects = _judge(court, texts, judged) if court is not None and judged else _Judged()
    found = []
    for name, difference in sorted(differing.items()):
        own = (*effects.by_device.get(name, ()), *admission_effects(difference))
        drift_class = class_of_device(difference, own, sure=name in effects.sure)
        if drift_class is not None:
            found.append(
                DeviceDrift(
                    device=name,
                    drift_class=drift_class,
                    missing=difference.missing,
                    added=difference.added,
                    effects=own,
                )
            )
    return Drifts(
        found=tuple(sorted(found, key=lambda item: (rank_of(item.drift_class), item.device))),
        in_progress=in_progress,
        judged=len(judged),
        alone=min(len(judged), MOST_ALONE),
        doubts=effects.together.doubts,
    )


def _compare(compiled: Compiled, texts: DriftTexts) -> tuple[dict[str, TextDifference], tuple[str, ...]]:
    """Return in what devices differ, and which stand at a text of a change in progress."""
    differing: dict[str, TextDifference] = {}
    in_progress = []
    for name, platform in sorted(platforms_of(compiled).items()):
        found, foreign = texts.found.get(name), compiled.configs[name].foreign
        if found is None or found == texts.expected[name]:
            continue
        difference = _difference(platform, name, texts.expected[name], found, foreign)
        if difference is None:
            continue
        if any(
            found == text or _difference(platform, name, text, found, foreign) is None
            for text in texts.accepted.get(name, ())
        ):
            in_progress.append(name)
        else:
            differing[name] = difference
    return differing, tuple(in_progress)


def _difference(
    platform: str, name: str, expected: str, found: str, foreign: tuple[LinePath, ...]
) -> TextDifference | None:
    vendor = VENDORS[platform]
    one, other = (JudgedText(text=text, read=vendor.read(name, text)) for text in (expected, found))
    return difference_of(vendor, one, other, foreign)


class _Court:
    """One proof of the network as it should be, and judgements of it with other texts."""

    def __init__(self, compiled: Compiled, base: Mapping[str, str], output: Output, extent: Extent) -> None:
        self._compiled, self._output = compiled, output
        given = give(compiled, base)
        output.progress("judge", 0, 0)
        proven = prove(given, with_failures=extent.failures, progress=output.progress, workers=make_workers())
        self._stand(dict(base), proven)

    def _stand(self, texts: Mapping[str, str], proven: Proven) -> None:
        self.proven = proven
        self._read = ReadTexts(compiled=self._compiled, texts=texts, given=proven.given)

    def effects(self, texts: Mapping[str, str], *, go_on: bool = False, sampled: bool = False) -> Effects:
        """Return what some devices' texts do to the network. `go_on`: with no effect, it is the network as it should be from now
        on; `sampled`: what holds in it is held against packets that `walk` follows."""
        whole = {**self._read.texts, **texts}
        given = give(self._compiled, whole, self._read)
        changed = delta(self.proven.given, given)
        after = reprove(self.proven, changed, progress=self._output.progress, workers=make_workers())
        if sampled:
            after = replace(after, judgement=dispute(after.judgement, sample(given)))
        effects = effects_between(self.proven, after)
        if go_on and effects.sure and not effects.found:
            self._stand(whole, after)
        return effects


def _absorb(court: _Court, texts: DriftTexts, differing: dict[str, TextDifference], judged: list[str]) -> list[str]:
    """Return the devices that are judged, but for those whose differing lines are not ours and do nothing."""
    foreign = [name for name in judged if differing[name].foreign and not differing[name].unknown]
    if not foreign:
        return judged
    effects = court.effects({name: texts.found[name] for name in foreign}, go_on=True)
    if effects.found or not effects.sure:
        return judged
    for name in foreign:
        del differing[name]
    return [name for name in judged if name in differing]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Effects by device, those of all devices together, and the devices of which every effect was seen."""

    by_device: Mapping[str, tuple[DriftEffect, ...]] = field(default_factory=dict)
    sure: frozenset[str] = frozenset()
    together: Effects = field(default_factory=Effects)


def _judge(court: _Court, texts: DriftTexts, judged: list[str]) -> _Judged:
    together = court.effects({name: texts.found[name] for name in judged}, sampled=True)
    alone = {judged[0]: together}
    if len(judged) > 1:
        alone = {name: court.effects({name: texts.found[name]}) for name in judged[:MOST_ALONE]}
    ports = court.proven.given.network.ports
    found = attribute({name: item.found for name, item in alone.items()}, together.found, judged, ports)
    sure = frozenset(name for name in judged if alone.get(name, together).sure)
    return _Judged(by_device=found, sure=sure, together=together)
