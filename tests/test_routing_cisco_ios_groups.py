"""A neighbour that takes settings from a peer group or from templates is the neighbour that says them itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.vendors.cisco_ios import VENDOR

MEMBER = "10.0.0.2"
SESSION = ("remote-as 65001", "password 7 00", "shutdown", "ttl-security hops 1", "version 4")
INBOUND = ("route-map IN in", "prefix-list P in", "allowas-in 2", "maximum-prefix 10", "soft-reconfiguration inbound")
OTHER = {"route-map IN in": "route-map X in", "allowas-in 2": "allowas-in 5", "maximum-prefix 10": "maximum-prefix 7"}
"""What a group may say otherwise: the member's line counts."""
OUTBOUND = ("route-map OUT out", "prefix-list Q out", "send-community both")

Lines = list[str]


@st.composite
def shared_out(draw: st.DrawFn) -> tuple[Lines, Lines]:
    """Return what the group and what the member says; together they say the remote AS."""
    group: Lines = list(draw(st.sets(st.sampled_from(OUTBOUND))))
    member: Lines = []
    for line in ("remote-as 65001", *draw(st.sets(st.sampled_from((*SESSION[1:], *INBOUND))))):
        own = draw(st.booleans())
        if own:
            member.append(line)
        if not own or (line in OTHER and draw(st.booleans())):
            group.append(OTHER[line] if own else line)
    return sorted(group), sorted(member, key=said_order)


def said_order(line: str) -> tuple[bool, str]:
    """Return the sort key of lines of a neighbour: what makes it comes first (IOS-BGP-02)."""
    return not line.startswith("remote-as"), line


def in_force(group: Lines, member: Lines) -> Lines:
    """Return what holds for the member, said in the order of no group."""
    taken = {other: line for line, other in OTHER.items()}
    return sorted({*member, *(line for line in group if taken.get(line) not in member)}, key=said_order)


def lines_of(name: str, lines: Lines, indent: str) -> str:
    return "".join(f"{indent}neighbor {name} {line}\n" for line in lines)


def parted(lines: Lines) -> tuple[Lines, Lines]:
    """Return the lines of the session and those of the policy."""
    return [line for line in lines if line in SESSION], [line for line in lines if line not in SESSION]


def said_flat(lines: Lines) -> str:
    session, policy = parted(lines)
    return (
        f"router bgp 65000\n{lines_of(MEMBER, session, ' ')} address-family ipv4\n  neighbor {MEMBER} activate\n"
        f"{lines_of(MEMBER, policy, '  ')}"
    )


def bgp_of(text: str) -> object:
    found = VENDOR.read("r1", text).device
    assert found.unknown == (), found.unknown
    return found.bgp


@settings(max_examples=150, deadline=None)
@given(shared_out())
def test_a_group_says_what_its_member_could_say(parts: tuple[Lines, Lines]) -> None:
    (group_session, group_policy), (session, policy) = map(parted, parts)
    made = [line for line in session if line.startswith("remote-as")]
    text = (
        f"router bgp 65000\n neighbor G peer-group\n{lines_of('G', group_session, ' ')}"
        f"{lines_of(MEMBER, made, ' ')} neighbor {MEMBER} peer-group G\n{lines_of(MEMBER, session[len(made) :], ' ')}"
        " address-family ipv4\n"
        f"{lines_of('G', group_policy, '  ')}  neighbor {MEMBER} activate\n{lines_of(MEMBER, policy, '  ')}"
    )
    assert bgp_of(text) == bgp_of(said_flat(in_force(*parts)))


@settings(max_examples=150, deadline=None)
@given(shared_out())
def test_a_group_of_a_vrf_says_what_its_member_could_say(parts: tuple[Lines, Lines]) -> None:
    vrf = "vrf definition A\n rd 1:1\n address-family ipv4\nrouter bgp 65000\n address-family ipv4 vrf A\n"
    group, member = parts
    made = [line for line in member if line.startswith("remote-as")]
    grouped = (
        f"{vrf}  neighbor G peer-group\n{lines_of('G', group, '  ')}{lines_of(MEMBER, made, '  ')}"
        f"  neighbor {MEMBER} peer-group G\n{lines_of(MEMBER, member[len(made) :], '  ')}"
    )
    assert bgp_of(grouped) == bgp_of(f"{vrf}{lines_of(MEMBER, in_force(*parts), '  ')}")


@settings(max_examples=150, deadline=None)
@given(shared_out())
def test_templates_say_what_a_neighbour_could_say(parts: tuple[Lines, Lines]) -> None:
    (base_session, base_policy), (session, policy) = map(parted, parts)
    made = [line for line in session if line.startswith("remote-as")]
    below = ["".join(f"  {line}\n" for line in lines) for lines in (base_session, base_policy)]
    text = (
        f"router bgp 65000\n template peer-session S\n{below[0]} exit-peer-session\n template peer-policy P\n{below[1]}"
        f" exit-peer-policy\n{lines_of(MEMBER, made, ' ')} neighbor {MEMBER} inherit peer-session S\n"
        f"{lines_of(MEMBER, session[len(made) :], ' ')} address-family ipv4\n  neighbor {MEMBER} activate\n"
        f"{lines_of(MEMBER, policy, '  ')}  neighbor {MEMBER} inherit peer-policy P\n"
    )
    assert bgp_of(text) == bgp_of(said_flat(in_force(*parts)))
