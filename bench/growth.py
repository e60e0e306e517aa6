"""How each stage grows with the number of rules, ports and prefixes: one exponent a stage, from ten times as much work.

Each case makes the small example larger in one way; a stage costs n to the power of what is printed (1 is linear; ten times as
much may cost twelve times as much: 1.08). Each size is a process of its own. Run: `python -m bench.growth [CASE …]
[--sizes N N] [--limit SECONDS]`.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from intents.checks.selection import check_intents
from intents.compiler import compile_policy
from intents.finding import FindingsError, Severity
from intents.registry import as_at
from intents.workspace import load_intents
from verification.judge import judge_and_replay

SMALL = Path(__file__).parent.parent / "examples" / "small"
ON = date(2026, 11, 24)
STAGES = ("read", "validate", "expand", "compile", "verify")
HEAD = '      request_ref: "45/CV-SKHCN (hư cấu)"\n      decision_ref: "120/QĐ-UBND (hư cấu)"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way to grow: what writes it, the two sizes that are compared, and what it is."""

    write: Callable[[Path, int], None]
    sizes: tuple[int, int]
    what: str


def _add_intents(folder: Path, texts: Iterator[str]) -> None:
    for number, some in enumerate(iter(lambda: tuple(islice(texts, 1000)), ())):
        (folder / "intents" / f"growth-{number}.yaml").write_text("intents:\n" + "".join(some), encoding="utf-8")


def _permit(number: int, source: str, target: str, service: str) -> str:
    return (
        f"  - permit:\n      id: growth-{number}\n      title: G\n      domain: dept_ict\n{HEAD}"
        f"      from: [{{names: [{source}]}}]\n      to: [{{names: [{target}]}}]\n      service: {service}\n"
    )


def write_ports(folder: Path, count: int) -> None:
    """One permit of so many single ports."""
    ports = ", ".join(str(2 * number + 1) for number in range(count))
    _add_intents(folder, iter([_permit(0, "so-tai-chinh", "so-khcn", f"{{tcp: [{ports}]}}")]))


def write_rules(folder: Path, count: int) -> None:
    """So many permits of the same two ends, each of one port."""
    permits = (_permit(number, "so-tai-chinh", "so-khcn", f"{{tcp: [{2 * number + 1}]}}") for number in range(count))
    _add_intents(folder, permits)


def write_services(folder: Path, count: int) -> None:
    """So many permits between two ends, one way and the other in turn, each of 20 ports that no other has."""
    ends = ("so-tai-chinh", "so-khcn")
    ports = [range(40 * number + 1, 40 * number + 41, 2) for number in range(count)]
    services = [f"{{tcp: [{', '.join(map(str, some))}]}}" for some in ports]
    turns = enumerate(services)
    _add_intents(folder, (_permit(number, ends[number % 2], ends[1 - number % 2], some) for number, some in turns))


def write_prefixes(folder: Path, count: int) -> None:
    """An outside network of so many prefixes."""
    prefixes = ", ".join(
        f"{11 + number // 32768}.{number // 128 % 256}.{number % 128 * 2}.0/24" for number in range(count)
    )
    path = folder / "outside_networks.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[198.51.100.0/26, 2001:db8:ffff::/48]", f"[{prefixes}]"), encoding="utf-8")


CASES: Mapping[str, Case] = {
    "ports": Case(write=write_ports, sizes=(25, 250), what="single ports of one permit"),
    "services": Case(write=write_services, sizes=(2, 20), what="permits both ways, each of 20 single ports of its own"),
    "rules": Case(write=write_rules, sizes=(20, 200), what="permits of the same two ends, judged"),
    "many rules": Case(write=write_rules, sizes=(500, 5000), what="the same, up to what a device holds"),
    "prefixes": Case(write=write_prefixes, sizes=(25, 250), what="prefixes of one outside network"),
}


def measure(folder: Path) -> dict[str, float | str]:
    """Return seconds by stage and the most bytes ever held, of one workspace in this process; a stage may refuse it."""
    gc.disable()
    stages = _stages(folder)
    seconds: dict[str, float | str] = {}
    said = ""
    for name in STAGES:
        started = time.process_time()
        try:
            said = said or next(stages)
        except FindingsError as error:
            said = ", ".join(sorted({item.code for item in error.findings if item.severity is Severity.ERROR}))
        seconds[name] = time.process_time() - started
    return seconds | {"bytes": _most_held(), "outcome": said}


def _most_held() -> int:
    """Return the most bytes that this process ever held; getrusage would count what stood before exec, too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024


def _stages(folder: Path) -> Iterator[str]:
    """Go through the stages one by one; the last one says which verdicts there are."""
    loaded = load_intents(folder)
    yield ""
    check_intents(loaded.intents, loaded.registry)
    wanted = want(folder, ON)
    yield ""
    compile_policy(loaded.intents, as_at(loaded.registry, ON), ON)
    yield ""
    compiled = compile_network(address(wanted))
    yield ""
    judgement = judge_and_replay(give(compiled, {name: item.text for name, item in compiled.configs.items()}))
    yield ", ".join(sorted({type(answer.verdict).__name__ for answer in judgement.answers}))


def measure_apart(case: Case, size: int, limit: int) -> dict[str, float | str] | None:
    """Measure one size in a process of its own; None if it does not end in time."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "w"
        shutil.copytree(SMALL, folder)
        case.write(folder, size)
        command = [sys.executable, "-m", "bench.growth", "--one", str(folder)]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=limit, check=True)
        except subprocess.TimeoutExpired:
            return None
        found: dict[str, float | str] = json.loads(done.stdout)
        return found


def exponent(few: float, many: float, factor: float) -> str:
    """Return the power of the size that a cost grows with; "-" where there is too little to tell."""
    return "-" if many < 0.05 else f"{math.log(max(many, 1e-9) / max(few, 1e-3), factor):.2f}"


def rows_of(name: str, sizes: tuple[int, ...], limit: int) -> Iterator[str]:
    """Yield the lines of a case: what each size costs, and the exponents."""
    case, last = CASES[name], None
    for size in sizes or case.sizes:
        found = measure_apart(case, size, limit)
        if found is None:
            yield f"| {name} | {size:,} | more than {limit} s |"
            return
        seconds = [float(found[stage]) for stage in STAGES]
        cells = " | ".join(f"{value:.2f}" for value in seconds)
        yield f"| {name} | {size:,} | {cells} | {float(found['bytes']) / 2**20:,.0f} | {found['outcome']} |"
        if last is not None:
            powers = [exponent(few, many, size / last[0]) for few, many in zip(last[1], seconds, strict=True)]
            yield f"| {name} | exponent | {' | '.join(powers)} | | |"
        last = (size, seconds)


def main() -> None:
    """Print the table, or measure one workspace."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--sizes", nargs="*", type=int, default=[])
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--one", type=Path)
    words = parser.parse_args()
    if words.one is not None:
        print(json.dumps(measure(words.one)))
        return
    print(f"| case | size | {' | '.join(STAGES)} | MiB | outcome |")
    print("|---|---|" + "---|" * (len(STAGES) + 2))
    for name in words.cases or CASES:
        for row in rows_of(name, tuple(words.sizes), words.limit):
            print(row, flush=True)


if __name__ == "__main__":
    main()
