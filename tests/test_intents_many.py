"""Many of a kind: findings, ports, rules and prefixes cost near as much more as there are more of them, and no meaning."""

from __future__ import annotations

import gzip
import pickle
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.growth import CASES
from intents.finding import (
    MOST_IN_A_FILE,
    MOST_OF_A_CODE,
    MOST_OF_A_KIND,
    FindingList,
    FindingsError,
    Severity,
    Where,
    make_finding,
    sort_findings,
)
from intents.prefix import Family, Prefix, PrefixIndex, prefix_of
from intents.reader.parser_context import NameKind
from intents.reader.source_text import read_text
from intents.registry import PurposeName
from intents.service import ServiceSet, Transport, service_set, united
from intents.service_index import ServiceIndex
from intents.workspace import load_intents
from ipam.address_plan import AddressPlan, EntryState, PrefixEntry
from ipam.keys import LinkKey, PurposeOwner
from ipam.renames import likely_renames
from tests.small_commands import copy_small, start_truc
from tests.timing import cost
from verification.batfish import recording
from verification.batfish.recording import unpack

LIMIT_BYTES = 300 << 20

ranges = st.builds(
    lambda transport, low, more: (transport, low, low + more),
    st.sampled_from([Transport.TCP, Transport.UDP]),
    st.integers(0, 40),
    st.integers(0, 9),
)
services = st.lists(ranges, max_size=8).map(service_set)
prefixes = st.builds(
    lambda value, length: prefix_of(Family.V4, value << 24, length), st.integers(0, 255), st.integers(0, 8)
)


def ports(found: ServiceSet) -> set[tuple[Transport, int]]:
    return {(transport, port) for transport, low, high in found.ranges for port in range(low, high + 1)}


@given(services, services)
def test_sets_of_services_are_sets(one: ServiceSet, other: ServiceSet) -> None:
    assert ports(one - other) == ports(one) - ports(other)
    assert (one - other) == service_set((one - other).ranges)
    assert ports(one & other) == ports(one) & ports(other)
    assert one.covers(other) == (ports(one) >= ports(other))
    assert united([one, other]) == one | other
    again = pickle.loads(pickle.dumps(one))  # noqa: S301 (made here)
    assert (again, hash(again)) == (one, hash(one))


@given(st.lists(services, max_size=8), services)
def test_an_index_finds_the_sets_that_share_a_port(every: list[ServiceSet], asked: ServiceSet) -> None:
    index = ServiceIndex(dict(enumerate(every)))
    assert sorted(index.meeting(asked)) == [number for number, item in enumerate(every) if ports(item) & ports(asked)]


@given(st.lists(prefixes, max_size=12), prefixes)
def test_an_index_finds_the_nearest_prefix_around_another(every: list[Prefix], asked: Prefix) -> None:
    around = sorted((item for item in every if item.covers(asked)), key=lambda item: item.length)
    outer = [item for item in around if item != asked]
    index = PrefixIndex(every)
    assert index.nearest(asked) == (around[-1] if around else None)
    assert index.above(asked) == (outer[-1] if outer else None)


def test_of_many_findings_the_first_are_kept_and_the_rest_is_counted() -> None:
    found = FindingList(make_finding("TR202", Where(file="a.csv", line=line), name="x") for line in range(1, 1001))
    found.append(make_finding("TR202", Where(file="b.csv", line=1), name="x"))
    found.append(make_finding("TR203", Where(file="a.csv", line=1), severity=Severity.WARNING))
    told = list(found)
    assert len(found) == 1002
    assert [item.where.line for item in told[:MOST_OF_A_KIND]] == list(range(1, MOST_OF_A_KIND + 1))
    assert [(item.code, item.severity, dict(item.values).get("count")) for item in told[MOST_OF_A_KIND:]] == [
        ("TR202", Severity.ERROR, None), ("TR203", Severity.WARNING, None), ("TR192", Severity.ERROR, "950"),
    ]  # fmt: skip
    assert told[-1].where == Where(file="a.csv", line=MOST_OF_A_KIND + 1)
    assert sort_findings(sort_findings(found)) == sort_findings(found)


def test_of_many_findings_in_many_files_the_first_are_kept_and_the_rest_is_counted() -> None:
    found = FindingList(make_finding("TR720", Where(file=f"{number:05}")) for number in range(1_000))
    found.extend(make_finding("TR721", Where(file=f"{number:05}")) for number in range(3))
    told = list(found)
    assert len(found) == 1_003
    assert [item.code for item in told] == ["TR720"] * MOST_OF_A_CODE + ["TR721"] * 3 + ["TR192"]
    assert dict(told[-1].values) == {"count": "800", "other": "TR720", "file": "*"}
    assert sort_findings(sort_findings(found)) == sort_findings(found)


def test_channels_between_the_same_two_devices_are_compared_by_what_they_are_like() -> None:
    shared = PurposeOwner(PurposeName("shared"))

    def plan(word: str) -> AddressPlan:
        entries = (
            PrefixEntry(
                key=LinkKey(f"{word}-{number}", shared), prefix=Prefix(Family.V4, number * 2, 31), pool="p",
                state=EntryState.ACTIVE, since=date(2026, 1, 1),
            )
            for number in range(10_000)
        )  # fmt: skip
        return AddressPlan(prefixes=tuple(entries))

    places = {(NameKind.CHANNEL, f"new-{number}"): Where(file="channels.csv") for number in range(10_000)}
    old, new = plan("old"), plan("new")
    assert list(likely_renames(old, new, places)) == []
    assert cost(lambda: list(likely_renames(old, new, places)), times=1) < 5


def test_an_end_of_reading_is_said_once_and_counts_errors_alone() -> None:
    warning = make_finding("TR203", Where(file="a.csv", line=1), severity=Severity.WARNING)
    found = FindingList([warning] * (MOST_IN_A_FILE + 1))
    found.extend(make_finding("TR202", Where(file="a.csv", line=line), name="x") for line in range(MOST_IN_A_FILE))
    assert not found.ends(Where(file="a.csv", line=9))
    found.append(make_finding("TR202", Where(file="a.csv", line=8), name="x"))
    assert [found.ends(Where(file=file, line=9)) for file in ("a.csv", "a.csv", "b.csv")] == [True, True, False]
    assert [item.where.line for item in found if item.code == "TR135"] == [9]


def grown(tmp_path: Path, case: str, count: int) -> Path:
    workspace = copy_small(tmp_path)
    CASES[case].write(workspace, count)
    return workspace


@pytest.mark.parametrize(("case", "code"), [("ports", "TR190"), ("prefixes", "TR191")])
def test_too_many_of_a_kind_are_refused_at_their_place(case: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(FindingsError) as raised:
        load_intents(grown(tmp_path, case, 257))
    (finding,) = raised.value.findings
    assert (finding.code, finding.where.line > 0) == (code, True)
    assert dict(finding.values)["limit"] == "256"
    (tmp_path / "fewer").mkdir()
    assert load_intents(grown(tmp_path / "fewer", case, 256)).intents


def wrong_cells(workspace: Path) -> None:
    """A table of 5 MB in which every cell is wrong."""
    table = workspace / "attachments.csv"
    head = next(line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("name,"))
    rows = (f"N{number}," + ",".join("?" for _ in head.split(",")[1:]) for number in range(130_000))
    table.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")


def unknown_names(workspace: Path) -> None:
    """A table whose every row names a unit that is not there."""
    table = workspace / "organisations.csv"
    head = next(line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("name,"))
    row = "o-{0},O,elected_body,commune,9{0}@2025-07-01,using_org,,2025-07-01,"
    table.write_text("\n".join((head, *map(row.format, range(20_000)))) + "\n", encoding="utf-8")


def many_ports(workspace: Path) -> None:
    CASES["ports"].write(workspace, 30_000)


def many_prefixes(workspace: Path) -> None:
    CASES["prefixes"].write(workspace, 8_000)


def many_parts(workspace: Path) -> None:
    """One cell of 60 KB: thousands of labels."""
    table = workspace / "organisations.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(",van-hanh,", f",{';'.join(str(number) for number in range(10_000))},"), "utf-8")


def many_repeats(workspace: Path) -> None:
    """One intent asked for again and again."""
    permits = (PERMIT.format(kind="permit", number=number) for number in range(4_000))
    (workspace / "intents" / "again.yaml").write_text("intents:\n" + "".join(permits), encoding="utf-8")


def many_forbids(workspace: Path) -> None:
    """Permits of which each is partly forbidden by each of many forbids."""
    permits = (PERMIT.format(kind="permit", number=number) for number in range(20))
    forbids = (
        PERMIT.format(kind="forbid", number=number).replace("[80, 443]", "[80]") for number in range(1_000, 3_000)
    )
    (workspace / "intents" / "again.yaml").write_text("intents:\n" + "".join((*permits, *forbids)), encoding="utf-8")


def many_strays(workspace: Path) -> None:
    """Files of no device, none of them with more than one finding."""
    (workspace / "running").mkdir(exist_ok=True)
    for number in range(5_000):
        (workspace / "running" / f"stray-{number}.txt").touch()


PERMIT = (
    "  - {kind}:\n      id: again-{number}\n      title: G\n      domain: dept_ict\n      request_ref: 1/CV\n"
    "      decision_ref: 1/QD\n      from: [{{names: [so-tai-chinh]}}]\n      to: [{{names: [so-khcn]}}]\n"
    "      service: {{tcp: [80, 443]}}\n"
)
HOSTILE = (
    wrong_cells, unknown_names, many_ports, many_prefixes, many_parts, many_repeats, many_forbids, many_strays,
)  # fmt: skip


@pytest.mark.parametrize("write", HOSTILE)
def test_hostile_sizes_end_in_few_words_little_time_and_little_memory(
    write: Callable[[Path], None], tmp_path: Path
) -> None:
    workspace = copy_small(tmp_path)
    write(workspace)
    limits = ("sh", "-c", f'ulimit -v {2 * LIMIT_BYTES // 1024}; ulimit -t 10; exec "$@"', "sh")
    result = start_truc("validate", "-w", workspace, before=limits)
    assert result.returncode in (0, 1)
    assert b"TR8" not in result.stderr
    assert result.stderr.count(b"\n") < 3000
    assert b"Traceback" not in result.stderr


def test_a_recording_that_unpacks_to_more_than_it_may_is_read_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "answers.jsonl.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(64):
            file.write(bytes(1 << 20))
    monkeypatch.setattr(recording, "MAXIMUM_SIZE", 8 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="larger than 8 MiB"):
            unpack(path)
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


def test_a_text_is_bounded_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 1001)
    found = read_text(tmp_path / "big", "big", 1000)
    assert not isinstance(found, str)
    assert found.code == "TR102"
