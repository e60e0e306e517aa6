"""Every kind of name that a Junos text refers by has a fact for "stands nowhere" and for "is empty", and a test of each.

What doesn't commit is unknown; what an empty thing means is read, and test_verification_junos_routes asks both meanings.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from routing.vendors.junos import VENDOR
from tests.test_docs_platform_facts import facts

_LINK = "set interfaces ge-0/0/1 unit 0 family inet address 10.0.0.1/24\n"
_PEER = "set routing-options autonomous-system 65001\nset protocols bgp group G neighbor 10.0.0.2 peer-as 65002\n"
_TERM = "set policy-options policy-statement P term a "


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A kind of name, whether it stands nowhere or is empty, the fact that says what then, and what is unknown of a text."""

    kind: str
    state: str
    fact: str
    text: str
    unknown: tuple[str, ...] = ()


CELLS = (
    Cell(
        kind="policy-statement",
        state="missing",
        fact="JUN-REF-02",
        text=_LINK + _PEER + "set protocols bgp group G import GONE\n",
        unknown=("protocols bgp group G import GONE",),
    ),
    Cell(
        kind="policy-statement",
        state="missing at the forwarding table",
        fact="JUN-REF-02",
        text="set routing-options forwarding-table export GONE\n",
        unknown=("routing-options forwarding-table export GONE",),
    ),
    Cell(
        kind="policy-statement",
        state="empty",
        fact="JUN-REF-13",
        text=_LINK + _PEER + "set protocols bgp group G import P\nset policy-options policy-statement P\n",
    ),
    Cell(
        kind="prefix-list",
        state="missing in a policy",
        fact="JUN-REF-03",
        text=_TERM + "from prefix-list GONE\n",
        unknown=(_TERM[4:] + "from prefix-list GONE",),
    ),
    Cell(
        kind="prefix-list",
        state="missing in a filter",
        fact="JUN-REF-03",
        text="set firewall family inet filter F term a from source-prefix-list GONE\n",
        unknown=("firewall family inet filter F term a from source-prefix-list GONE",),
    ),
    Cell(
        kind="prefix-list",
        state="empty in a policy",
        fact="JUN-REF-01",
        text="set policy-options prefix-list L\n" + _TERM + "from prefix-list L\n" + _TERM + "then reject\n",
    ),
    Cell(
        kind="prefix-list",
        state="empty in a filter",
        fact="JUN-REF-04",
        text="set policy-options prefix-list L\nset firewall family inet filter F term a from source-prefix-list L\n",
        unknown=("firewall family inet filter F term a from source-prefix-list L",),
    ),
    Cell(
        kind="community",
        state="missing",
        fact="JUN-REF-05",
        text=_TERM + "then community add GONE\n",
        unknown=(_TERM[4:] + "then community add GONE",),
    ),
    Cell(
        kind="community",
        state="empty",
        fact="JUN-REF-14",
        text="set policy-options community C\n" + _TERM + "from community C\n",
        unknown=("policy-options community C", _TERM[4:] + "from community C"),
    ),
    Cell(
        kind="as-path",
        state="missing",
        fact="JUN-REF-05",
        text=_TERM + "from as-path GONE\n",
        unknown=(_TERM[4:] + "from as-path GONE",),
    ),
    Cell(
        kind="as-path",
        state="empty",
        fact="JUN-POL-11",
        text='set policy-options as-path A "()"\n' + _TERM + "from as-path A\n",
    ),
    Cell(
        kind="filter",
        state="missing",
        fact="JUN-REF-06",
        text=_LINK + "set interfaces ge-0/0/1 unit 0 family inet filter input GONE\n",
        unknown=("interfaces ge-0/0/1 unit 0 family inet filter input GONE",),
    ),
    Cell(
        kind="filter",
        state="of the other family",
        fact="JUN-REF-06",
        text=_LINK
        + "set interfaces ge-0/0/1 unit 0 family inet filter input F\n"
        + "set firewall family inet6 filter F term a then accept\n",
        unknown=("interfaces ge-0/0/1 unit 0 family inet filter input F",),
    ),
    Cell(
        kind="filter",
        state="that decides nothing",
        fact="JUN-REF-09",
        text=_LINK
        + "set interfaces ge-0/0/1 unit 0 family inet filter input F\n"
        + "set firewall family inet filter F term a then next term\n",
    ),
    Cell(
        kind="filter",
        state="without a term",
        fact="JUN-REF-09",
        text="set firewall family inet filter F\n",
        unknown=("firewall family inet filter F",),
    ),
    Cell(
        kind="apply-groups",
        state="missing",
        fact="JUN-REF-07",
        text="set apply-groups GONE\n",
        unknown=("apply-groups GONE",),
    ),
    Cell(
        kind="apply-groups-except",
        state="missing",
        fact="JUN-REF-15",
        text=_LINK + "set interfaces ge-0/0/1 apply-groups-except GONE\n",
        unknown=("interfaces ge-0/0/1 apply-groups-except GONE",),
    ),
    Cell(kind="apply-groups", state="empty", fact="JUN-REF-15", text="set groups G\nset apply-groups G\n"),
    Cell(
        kind="routing-instance",
        state="with an interface that is missing",
        fact="JUN-REF-08",
        text="set routing-instances V instance-type virtual-router\nset routing-instances V interface ge-0/0/9.0\n",
        unknown=("routing-instances V interface ge-0/0/9.0",),
    ),
    Cell(
        kind="routing-instance",
        state="without a type",
        fact="JUN-UP-09",
        text="set routing-instances V\n",
        unknown=("routing-instances V",),
    ),
    Cell(
        kind="class",
        state="missing",
        fact="JUN-REF-12",
        text="set system login user a class GONE\n",
        unknown=("system login user a class GONE",),
    ),
)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.kind} {cell.state}")
def test_a_name_that_stands_nowhere_or_is_empty_means_what_its_fact_says(cell: Cell) -> None:
    assert cell.fact in {item["id"] for item in facts() if "today" not in item}
    device = VENDOR.read("r1", cell.text).device
    assert tuple(item.path[0] for item in device.unknown) == tuple(sorted(cell.unknown))


def test_a_filter_that_decides_nothing_still_denies() -> None:
    cell = next(item for item in CELLS if item.state == "that decides nothing")
    (acl,) = VENDOR.read("r1", cell.text).device.acls
    assert [entry.action.value for entry in acl.entries] == ["deny"]
