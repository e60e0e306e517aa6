"""What was judged, so that it can be recognised again: digests of every text and of the address plan, dates, versions.

The one idea: a board approves texts, not a tool; whoever has the files can compute each digest of this page with `sha256sum`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from controller.board.judges import name_judge
from controller.board.words import Both, both
from controller.jobs.pipeline import LOCKFILE
from controller.jobs.verify import VerifyReport
from controller.reports.mutations import MutationRun
from intents.rule_packs import load_rules
from ipam.store.lockfile import print_plan
from verification.mutation.score import Score
from verification.mutation.second_score import SecondScore
from verification.verdicts.opinions import SecondJudge


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What a page says besides its report: the workspace's name, the day it was made, truc's version, and the seeded faults
    that were asked for with what became of them (None if they were not tried), in the second judge's eyes too."""

    workspace: str
    made_on: date
    version: str
    run: MutationRun | None = None
    score: Score | None = None
    second: SecondScore | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDigest:
    """The digest of one device's text, and whether that text is what truc compiles."""

    file: str
    digest: str
    compiled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that the verdicts are about."""

    province: str
    workspace: str
    on: str
    made_on: str
    version: str
    packs: tuple[tuple[str, str], ...]
    texts: tuple[TextDigest, ...]
    said_of_texts: Both
    digest: str
    plan_digest: str
    said_of_plan: Both
    second: SecondJudge | None
    second_name: Both


def inputs_of(report: VerifyReport, edition: Edition) -> Inputs:
    """Return what was judged."""
    addressed, second = report.compiled.addressed, report.judgement.second
    texts = text_digests(report)
    differing = sum(not item.compiled for item in texts)
    key = "texts_other" if differing else "texts_compiled"
    return Inputs(
        province=addressed.wanted.settings.province,
        workspace=edition.workspace,
        on=addressed.wanted.on.isoformat(),
        made_on=edition.made_on.isoformat(),
        version=edition.version,
        packs=packs_on(addressed.wanted.on),
        texts=texts,
        said_of_texts=both(key, count=len(texts), **({"differing": differing} if differing else {})),
        digest=digest_of("".join(f"{item.digest}  {item.file}\n" for item in texts)),
        plan_digest=digest_of(print_plan(addressed.address_plan)),
        said_of_plan=_said_of_plan(report),
        second=second,
        second_name=Both(vi="") if second is None else name_judge(second.name),
    )


def text_digests(report: VerifyReport) -> tuple[TextDigest, ...]:
    """Return the digest of every text by file, sorted as `sha256sum *` lists them in the C locale."""
    configs = report.compiled.configs
    found = (
        TextDigest(
            file=report.file_name(device),
            digest=digest_of(text),
            compiled=device in configs and configs[device].text == text,
        )
        for device, text in report.texts.items()
    )
    return tuple(sorted(found, key=lambda item: item.file.encode("utf-8", "surrogateescape")))


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text as it stands in a file, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def packs_on(on: date) -> tuple[tuple[str, str], ...]:
    """Return name and title of every rule pack that is in force on a day."""
    rules = load_rules()
    return tuple((name, rules.titles[name]) for name, validity in rules.packs.items() if validity.holds(on))


def _said_of_plan(report: VerifyReport) -> Both:
    """Say how the plan that was judged is related to the lockfile."""
    codes = {(item.code, item.severity) for item in report.findings if item.code == "TR809"}
    if not codes:
        return both("lockfile_same", file=LOCKFILE)
    written = any(severity == "warning" for _, severity in codes)
    return both("lockfile_other" if written else "lockfile_none", file=LOCKFILE)
