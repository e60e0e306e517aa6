"""What IOS-XE does with one line: each fact of the area `execute`, what is refused, and what is not executed at all."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import ndiff

import pytest

from intents.reason import UnclearError, describe_reason
from routing.vendors.cisco_ios import VENDOR
from routing.vendors.cisco_ios.execute.in_force import in_force
from routing.vendors.cisco_ios.execute.lines import printed
from routing.vendors.cisco_ios.execute.load import running_state
from routing.vendors.cisco_ios.execute.run import execute
from routing.vendors.cisco_ios.execute.state import IosState
from routing.vendors.cisco_ios.execute.vrfs import settled
from routing.vendors.execution import Accepted, Answer, Notice, Refused, Unmodelled

RUNNING = """\
hostname r1
vrf definition A
 description first
 rd 1:1
 address-family ipv4
  route-target export 1:1
 exit-address-family
 address-family ipv6
 exit-address-family
vrf definition B
 rd 1:2
 address-family ipv4
 exit-address-family
vrf definition EMPTY
vrf definition LONE
 rd 1:9
 address-family ipv4
 exit-address-family
ipv6 unicast-routing
ip access-list extended FENCE
 10 permit tcp any any eq www
 20 deny ip any any
ipv6 access-list FENCE6
 sequence 10 permit ipv6 any any
ip prefix-list L seq 5 permit 10.0.0.0/8
ip prefix-list L seq 10 permit 11.0.0.0/8 le 24
ip community-list standard C permit 1:1
route-map M permit 10
 match ip address prefix-list L
 set local-preference 200
route-map M permit 20
interface GigabitEthernet0/0/0
 no ip address
interface GigabitEthernet0/0/0.10
 description to r2
 encapsulation dot1Q 10
 vrf forwarding A
 ip address 10.0.0.1 255.255.255.0
 ip address 10.0.1.1 255.255.255.0 secondary
 ipv6 address 2001:DB8::1/64
 ip access-group FENCE in
interface GigabitEthernet0/0/0.20
 encapsulation dot1Q 20
 vrf forwarding LONE
 ip address 10.9.0.1 255.255.255.0
interface GigabitEthernet0/0/1
 no ip address
 shutdown
interface Loopback0
 ip address 192.0.2.1 255.255.255.255
router bgp 65000
 bgp router-id 192.0.2.1
 no bgp default ipv4-unicast
 address-family ipv4 vrf A
  network 10.0.0.0 mask 255.255.255.0
  redistribute connected route-map M
  neighbor 10.0.0.2 remote-as 65001
  neighbor 10.0.0.2 activate
  neighbor 10.0.0.2 route-map M in
  neighbor 10.0.0.2 prefix-list L out
  maximum-paths 4
 exit-address-family
ip route vrf A 10.20.0.0 255.255.0.0 10.0.0.2
no ip http server
ip domain name example
ntp server 10.9.0.5
line vty 0 4
 access-class FENCE in vrf-also
 transport input ssh
"""
IN_A = "vrf definition A"
PORT = "interface GigabitEthernet0/0/0.10"
BGP_A = "router bgp 65000 > address-family ipv4 vrf A"
CLOSED = "% Invalid input detected at '^' marker."
INCOMPLETE = "% Incomplete command."
AF = " exit-address-family"

ACCEPTED: tuple[tuple[str, str], ...] = (
    # (lines typed, what then differs: lines gone and lines come)
    ("hostname r2", "-hostname r1 +hostname r2"),
    (f"{IN_A} > description other", "- description first + description other"),
    (f"{IN_A} > no description", "- description first"),
    (f"{IN_A} > address-family ipv4 > import map M", "+  import map M"),
    (f"{IN_A} > address-family ipv4 > route-target import 2:2", "+  route-target import 2:2"),
    (f"{IN_A} > address-family ipv4 > no route-target export 1:1", "-  route-target export 1:1"),
    ("vrf definition NEW > rd 7:7", "+vrf definition NEW + rd 7:7"),
    ("ip access-list extended NEW > permit udp any any > permit tcp any any eq 80",
     "+ip access-list extended NEW + 10 permit udp any any + 20 permit tcp any any eq www"),
    ("ip access-list extended FENCE > 15 permit icmp any any", "+ 15 permit icmp any any"),
    ("ip access-list extended FENCE > no 10", "- 10 permit tcp any any eq www"),
    ("ip access-list extended FENCE > no permit tcp any any eq 80", "- 10 permit tcp any any eq www"),
    ("ipv6 access-list FENCE6 > sequence 5 deny tcp any any", "+ sequence 5 deny tcp any any"),
    ("no ip access-list extended FENCE",
     "-ip access-list extended FENCE - 10 permit tcp any any eq www - 20 deny ip any any"),
    ("ip prefix-list L seq 7 deny 12.0.0.0/8", "+ip prefix-list L seq 7 deny 12.0.0.0/8"),
    ("ip prefix-list L deny 12.0.0.0/8", "+ip prefix-list L seq 15 deny 12.0.0.0/8"),
    ("no ip prefix-list L seq 5", "-ip prefix-list L seq 5 permit 10.0.0.0/8"),
    ("no ip prefix-list L",
     "-ip prefix-list L seq 5 permit 10.0.0.0/8 -ip prefix-list L seq 10 permit 11.0.0.0/8 le 24"),
    ("no ip community-list standard C", "-ip community-list standard C permit 1:1"),
    ("route-map M deny 5 > match community C", "+route-map M deny 5 + match community C"),
    ("no route-map M permit 20", "-route-map M permit 20"),
    ("no route-map M",
     "-route-map M permit 10 - match ip address prefix-list L - set local-preference 200 -route-map M permit 20"),
    ("route-map M permit 10 > set local-preference 50", "- set local-preference 200 + set local-preference 50"),
    (f"{PORT} > ip access-group OTHER in", "- ip access-group FENCE in + ip access-group OTHER in"),
    (f"{PORT} > ip access-group OTHER out", "+ ip access-group OTHER out"),
    (f"{PORT} > no ip access-group FENCE in", "- ip access-group FENCE in"),
    (f"{PORT} > ip address 10.0.2.1 255.255.255.0",
     "- ip address 10.0.0.1 255.255.255.0 + ip address 10.0.2.1 255.255.255.0"),
    (f"{PORT} > ipv6 address 2001:db8:1::1/64", "+ ipv6 address 2001:DB8:1::1/64"),
    (f"{PORT} > no ipv6 address 2001:db8::1/64", "- ipv6 address 2001:DB8::1/64"),
    (f"{PORT} > no ip address",
     "- ip address 10.0.0.1 255.255.255.0 - ip address 10.0.1.1 255.255.255.0 secondary + no ip address"),
    (f"{PORT} > no ip address 10.0.1.1 255.255.255.0 secondary", "- ip address 10.0.1.1 255.255.255.0 secondary"),
    (f"{PORT} > shutdown", "+ shutdown"),
    ("interface GigabitEthernet0/0/1 > no shutdown", "- shutdown"),
    ("interface GigabitEthernet0/0/2", "+interface GigabitEthernet0/0/2 + no ip address + shutdown"),
    ("interface gi0/0/0.30", "+interface GigabitEthernet0/0/0.30 + no ip address"),
    ("no interface Loopback0", "-interface Loopback0 - ip address 192.0.2.1 255.255.255.255"),
    (f"{BGP_A} > neighbor 10.0.0.2 remote-as 65009",
     "-  neighbor 10.0.0.2 remote-as 65001 +  neighbor 10.0.0.2 remote-as 65009"),
    (f"{BGP_A} > neighbor 10.0.0.2 route-map N in",
     "-  neighbor 10.0.0.2 route-map M in +  neighbor 10.0.0.2 route-map N in"),
    (f"{BGP_A} > no neighbor 10.0.0.2",
     ("-  neighbor 10.0.0.2 remote-as 65001 -  neighbor 10.0.0.2 activate -  neighbor 10.0.0.2 route-map M in"
      " -  neighbor 10.0.0.2 prefix-list L out")),
    (f"{BGP_A} > network 10.5.0.0 mask 255.255.0.0", "+  network 10.5.0.0 mask 255.255.0.0"),
    (f"{BGP_A} > no maximum-paths 4", "-  maximum-paths 4"),
    (f"{BGP_A} > no redistribute connected", "-  redistribute connected route-map M"),
    ("ip route vrf A 10.20.0.0 255.255.0.0 10.0.0.2 250",
     "-ip route vrf A 10.20.0.0 255.255.0.0 10.0.0.2 +ip route vrf A 10.20.0.0 255.255.0.0 10.0.0.2 250"),
    ("ip route vrf A 10.20.0.0 255.255.0.0 Null0", "+ip route vrf A 10.20.0.0 255.255.0.0 Null0"),
    ("no ip route vrf A 10.20.0.0 255.255.0.0", "-ip route vrf A 10.20.0.0 255.255.0.0 10.0.0.2"),
    ("ip http server", "-no ip http server +ip http server"),
    ("ip domain name other", "-ip domain name example +ip domain name other"),
    ("ntp server 10.9.0.6", "+ntp server 10.9.0.6"),
    ("no ntp server 10.9.0.5", "-ntp server 10.9.0.5"),
    ("ntp server 10.9.0.5 key 1", "-ntp server 10.9.0.5 +ntp server 10.9.0.5 key 1"),
    ("banner login ^Cgo away\nplease^C", "+banner login ^Cgo away +please^C"),
    ("line vty 0 4 > access-class OTHER in", "- access-class FENCE in vrf-also + access-class OTHER in"),
)  # fmt: skip

UNCHANGED = (
    "",
    "!",
    "hostname r1",
    "  hostname   r1",
    f"{PORT} > vrf forwarding A",
    f"{PORT} > ip address 10.0.0.1 255.255.255.0",
    f"{PORT} > no shutdown",
    "ip access-list extended FENCE > permit tcp any any eq 80",
    "ip access-list extended FENCE > 30 permit tcp any any eq www",
    "ip access-list extended FENCE > no 99",
    "ip prefix-list L seq 5 permit 10.0.0.0/8",
    "no ip prefix-list NOBODY",
    "no interface Loopback7",
    "no ip community-list standard NOBODY",
    "end > configure terminal",
)

REFUSED = (
    ("hostname", INCOMPLETE),
    (f"{PORT} > ip address", INCOMPLETE),
    (f"{PORT} > ip address 10.0.0.300 255.255.255.0", CLOSED),
    (f"{PORT} > encapsulation dot1Q 5000", CLOSED),
    (f"{PORT} > ip address 10.0.3.0 255.255.255.0", "Bad mask /24 for address 10.0.3.0"),
    (f"{PORT} > ip address 10.9.0.1 255.255.255.0", ""),  # LONE is another VRF: taken, see below
    (f"{PORT} > no ip address 10.0.0.1 255.255.255.0", "Must delete secondary before deleting primary"),
    (f"{PORT} > vrf forwarding NOBODY", "% VRF NOBODY not configured."),
    (f"{IN_A} > rd 1:7", '% Do "no rd" before configuring a new RD'),
    ("vrf definition NEW > rd 1:1", "% Cannot set RD, check if it's unique"),
    ("interface GigabitEthernet0/0/0.30 > encapsulation dot1Q 10",
     "% Configuration of multiple subinterfaces of the same main interface with the same VID (10) is not permitted."),
    ("no interface GigabitEthernet0/0/0", "% Removal of physical interfaces is not permitted"),
    ("ip access-list extended FENCE > 10 permit udp any any", "% Duplicate sequence number"),
    ("ip access-list extended FENCE > permit", INCOMPLETE),
    ("ip access-list standard FENCE",
     "% A named access list with this name already exists: ip access-list extended FENCE"),
    ("ip prefix-list L seq 5 permit 99.0.0.0/8",
     "%Insertion failed - prefix-list entry exists: ip prefix-list L seq 5 permit 10.0.0.0/8"),
    ("ip prefix-list L seq 99 permit 10.0.0.0/8",
     "%Insertion failed - prefix-list entry exists: ip prefix-list L seq 5 permit 10.0.0.0/8"),
    ("ip prefix-list L seq 99 permit 10.0.0.0/8 le 4", CLOSED),
    ("router bgp 65009", "BGP is already running; AS is 65000"),
    ("router bgp 65000 > address-family ipv6 vrf B", "% VRF B does not exist or does not have a RD"),
    (f"{BGP_A} > neighbor 10.0.0.9 activate", "% Specify remote-as or peer-group commands first"),
    (f"{BGP_A} > network 2001:db8::/64", CLOSED),
    ("ip route 10.0.0.1 255.255.0.0 10.0.0.2", "%Inconsistent address and mask"),
    ("ip route 127.0.0.0 255.0.0.0 Null0", "%Invalid destination prefix"),
    ("ip route vrf B 10.0.0.0 255.0.0.0 GigabitEthernet0/0/7.7", CLOSED),
    ("ip route vrf A 10.0.0.0 255.0.0.0 10.0.0.1", "%Invalid next hop address (it's this router)"),
    ("ip route vrf NOBODY 10.0.0.0 255.0.0.0 10.0.0.2", "% VRF NOBODY not configured."),
    ("aaa group server tacacs+ G > ip vrf forwarding NOBODY", "% VRF NOBODY not configured."),
    ("exit-address-family", CLOSED),
)  # fmt: skip

NOT_EXECUTED = (
    "frobnicate",
    "ip addres 10.0.0.1 255.255.255.0",
    "ip nat inside source list FENCE interface Loopback0 overload",
    "ip access-list extended FENCE > permit frob any any",
    f"{PORT} > ip policy route-map M",
    f"{PORT} > no ip access-group OTHER in",
    f"{PORT} > no encapsulation dot1Q 10",
    f"{PORT} > encapsulation dot1Q 11",
    "default interface GigabitEthernet0/0/0",
    "no interface Tunnel1",
    f"{IN_A} > no rd 1:1",
    f"{IN_A} > no address-family ipv4",
    "no vrf definition A",
    "route-map M deny 10",
    "route-map M permit 10 > match ip address prefix-list OTHER",
    f"{BGP_A} > no redistribute connected route-map M",
    "router bgp 65000 > bgp default ipv4-unicast",
    "router bgp 65000 > neighbor 10.0.0.2 route-map M in",
    f"{BGP_A} > neighbor 10.0.0.2 send-community",
    "line vty 0 9",
    "no line vty 0 4",
    "no ipv6 unicast-routing",
    "aaa authentication login default none",
    "banner login ^Cnever closed",
    "hostname r\u00a01",
    "show running-config",
    "do show running-config",
    "end > hostname r2",
    "end > clear ip bgp *",
    "end > clear ip bgp vrf A 10.0.0.2 soft in",
)


def typed(state: IosState, lines: str) -> tuple[IosState, tuple[Answer, ...]]:
    """Return the state after lines that all but the last one are taken, and what is said to the last."""
    said: tuple[Answer, ...] = ()
    for line in lines.split(" > "):
        assert all(isinstance(answer, Accepted | Notice) for answer in said)
        state, said = execute(state, line)
    return state, said


def running() -> IosState:
    return running_state("r1", RUNNING)


def differences(before: str, after: str) -> Iterator[str]:
    for line in ndiff(before.splitlines(), after.splitlines()):
        if line[0] in "+-":
            yield line[0] + line[2:]


def test_a_text_in_the_devices_order_is_printed_as_it_is() -> None:
    assert printed(running().root) == RUNNING


@pytest.mark.parametrize(("lines", "expected"), ACCEPTED)
def test_a_line_changes_what_it_says_and_nothing_else(lines: str, expected: str) -> None:
    state, said = typed(running(), lines)
    assert all(isinstance(answer, Accepted) for answer in said)
    found = sorted(line for line in differences(RUNNING, printed(state.root)) if line[1:] != AF)
    assert " ".join(found) == " ".join(sorted(split_differences(expected)))
    text = printed(state.root)
    unknown = VENDOR.read(VENDOR.host_name(text) or "", text).device.unknown
    assert {line.reason.key for line in unknown} <= {"login_list_undefined", "route_map_undefined"}


def split_differences(text: str) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if word[:1] in "+-" and word:
            if line:
                yield line
            line = word
        else:
            line += f" {word}"
    yield line


@pytest.mark.parametrize("lines", UNCHANGED)
def test_a_line_that_is_there_already_changes_nothing(lines: str) -> None:
    state, said = typed(running(), lines)
    assert said == (Accepted(),)
    assert printed(state.root) == RUNNING


@pytest.mark.parametrize(("lines", "words"), [item for item in REFUSED if item[1]])
def test_a_line_that_the_device_refuses_changes_nothing(lines: str, words: str) -> None:
    before = running()
    *above, last = lines.split(" > ")
    for line in above:
        before = execute(before, line).state
    state, said = execute(before, last)
    assert said == (Refused(words),)
    assert state == before


@pytest.mark.parametrize("lines", NOT_EXECUTED)
def test_a_line_whose_effect_is_not_known_is_not_executed(lines: str) -> None:
    before = running()
    *above, last = lines.split(" > ")
    for line in above:
        before = execute(before, line).state
    state, said = execute(before, last)
    (answer,) = said
    assert isinstance(answer, Unmodelled)
    assert describe_reason(answer.reason, "en") != describe_reason(answer.reason, "vi")
    assert state == before


def test_a_vrf_takes_the_addresses_of_both_families_away_and_says_so() -> None:
    state, said = typed(running(), f"{PORT} > vrf forwarding B")
    start = "% Interface GigabitEthernet0/0/0.10"
    assert said == tuple(
        Notice(f"{start} {family} disabled and address(es) removed due to enabling VRF B")
        for family in ("IPv4", "IPv6")
    )
    assert sorted(differences(RUNNING, printed(state.root))) == [
        "+ no ip address",
        "+ vrf forwarding B",
        "- ip address 10.0.0.1 255.255.255.0",
        "- ip address 10.0.1.1 255.255.255.0 secondary",
        "- ipv6 address 2001:DB8::1/64",
        "- vrf forwarding A",
    ]
    _, said = execute(state, "ipv6 address 2001:db8::1/64")
    assert said == (Refused("% GigabitEthernet0/0/0.10 is linked to a VRF. Enable IPv6 on that VRF first."),)
    _, said = typed(running(), "interface GigabitEthernet0/0/0.20 > no vrf forwarding")
    assert isinstance(said[0], Notice)
    assert said[0].text.endswith("IPv4 disabled and address(es) removed due to disabling VRF LONE")


def test_an_address_in_another_vrf_may_be_the_same_and_in_the_own_one_may_not_overlap() -> None:
    assert typed(running(), f"{PORT} > ip address 10.9.0.1 255.255.255.0")[1] == (Accepted(),)
    new = "interface GigabitEthernet0/0/0.30 > encapsulation dot1Q 30 > vrf forwarding LONE > ip address 10.9.0.9 255.255.255.128"
    assert typed(running(), new)[1] == (Refused("% 10.9.0.9 overlaps with GigabitEthernet0/0/0.20"),)
    without = "interface GigabitEthernet0/0/0.30 > ip address 10.1.0.1 255.255.255.0"
    (answer,) = typed(running(), without)[1]
    assert isinstance(answer, Refused)
    assert "IEEE 802.1Q" in answer.text


def test_a_vrf_with_interfaces_is_deleted_later() -> None:
    state, said = typed(running(), "no vrf definition LONE")
    assert said == (Notice("% IPv4 and IPv6 addresses from all interfaces in VRF LONE have been removed"),)
    assert printed(state.root) == RUNNING
    assert execute(state, "vrf definition LONE").said == (
        Refused("% Deletion of VRF LONE in progress; wait for it to complete"),
    )
    assert isinstance(execute(state, "interface GigabitEthernet0/0/0.20").said[0], Unmodelled)
    done = settled(state)
    assert sorted(differences(RUNNING, printed(done.root))) == [
        "+ no ip address",
        "- address-family ipv4",
        "- exit-address-family",
        "- ip address 10.9.0.1 255.255.255.0",
        "- rd 1:9",
        "- vrf forwarding LONE",
        "-vrf definition LONE",
    ]
    assert execute(done, "vrf definition LONE").said == (Accepted(),)


def test_a_vrf_without_interfaces_goes_at_once_and_is_told_as_any_other() -> None:
    state, said = typed(running(), "no vrf definition EMPTY")
    assert said == (Notice("% IPv4 and IPv6 addresses from all interfaces in VRF EMPTY have been removed"),)
    assert [line for line in differences(RUNNING, printed(state.root)) if line[1:] != AF] == ["-vrf definition EMPTY"]


def test_a_family_that_goes_takes_its_addresses_along() -> None:
    state, said = typed(running(), f"{IN_A} > no address-family ipv6")
    assert said == (Notice("% ipv6 addresses from all interfaces in VRF A have been removed"),)
    assert sorted(differences(RUNNING, printed(state.root))) == [
        "- address-family ipv6",
        "- exit-address-family",
        "- ipv6 address 2001:DB8::1/64",
    ]


def test_a_sub_interface_that_is_deleted_with_lines_on_it_is_not_made_again() -> None:
    state, said = typed(running(), f"no {PORT}")
    assert isinstance(said[0], Notice)
    (answer,) = execute(state, PORT).said
    assert isinstance(answer, Unmodelled)
    bare = "no description > no ip access-group FENCE in > no vrf forwarding"
    state, _ = typed(running(), f"{PORT} > {bare} > exit > no {PORT}")
    assert execute(state, PORT).said == (Accepted(),)


def test_a_static_route_that_leaves_by_it_keeps_an_interface_where_it_is() -> None:
    route = "ip route vrf A 10.30.0.0 255.255.0.0 GigabitEthernet0/0/0.10 10.0.0.2"
    for last in (f"no {PORT}", f"{PORT} > vrf forwarding B", f"default {PORT}"):
        (answer,) = typed(running(), f"{route} > {last}")[1]
        assert isinstance(answer, Unmodelled)


def test_a_logical_interface_is_made_anew_by_default() -> None:
    state, said = typed(running(), "default interface Loopback0")
    assert said == (Notice("Interface Loopback0 set to default configuration"),)
    assert sorted(differences(RUNNING, printed(state.root))) == [
        "+ no ip address",
        "- ip address 192.0.2.1 255.255.255.255",
    ]


def test_a_line_is_tried_in_its_section_then_in_global_configuration() -> None:
    state, _ = typed(running(), f"{PORT} > hostname r2")
    assert state.mode == ()
    state, _ = typed(running(), f"{BGP_A} > address-family ipv6 vrf A > exit > exit > exit")
    assert state.mode is None
    state, _ = typed(running(), "archive > log config > hidekeys > maximum 5")
    assert "archive\n log config\n  hidekeys\n maximum 5\n" in printed(state.root)


def test_the_last_line_of_a_plain_kind_is_taken_back_word_for_word() -> None:
    text = RUNNING.replace("interface Loopback0\n", "interface Loopback0\n no ip redirects\n ip policy route-map M\n")
    state = running_state("r1", text)
    state, said = typed(state, "interface Loopback0 > ip redirects")
    assert said == (Accepted(),)
    assert "ip redirects" not in printed(state.root)
    assert isinstance(execute(state, "no ip policy route-map M").said[0], Unmodelled)


def test_a_text_that_no_device_prints_is_refused() -> None:
    text = "vrf definition A\n address-family ipv4\ninterface Loopback1\n ip address 10.0.0.1 255.0.0.0\n vrf forwarding A\n"
    with pytest.raises(UnclearError, match="order"):
        running_state("r1", text)


# --- policies that wait for a soft clear -----------------------------------------------------------------------------

OLD_MAP = "route-map M-BEFORE-1 permit 10\n match ip address prefix-list L-BEFORE-2\n set local-preference 200\n"


def test_a_changed_list_acts_after_a_soft_clear_in_its_direction() -> None:
    assert in_force(running()).text == RUNNING
    state, _ = typed(running(), "ip prefix-list L seq 7 deny 12.0.0.0/8 > end")
    found = in_force(state)
    assert found.unsure == ()
    assert OLD_MAP in found.text
    assert "neighbor 10.0.0.2 route-map M-BEFORE-1 in\n  neighbor 10.0.0.2 prefix-list L-BEFORE-" in found.text
    assert "redistribute connected route-map M\n" in found.text
    state, said = execute(state, "clear bgp vpnv4 unicast vrf A 10.0.0.2 soft in")
    assert said == (Accepted(),)
    found = in_force(state)
    assert "neighbor 10.0.0.2 route-map M in\n  neighbor 10.0.0.2 prefix-list L-BEFORE-1 out" in found.text
    state = execute(state, "clear ip bgp vrf A 65001 soft out").state
    assert in_force(state).text == printed(state.root)


def test_a_map_that_is_gone_or_bound_anew_still_acts() -> None:
    state, _ = typed(running(), f"no route-map M > {BGP_A} > no neighbor 10.0.0.2 prefix-list L out")
    found = in_force(state).text
    assert "neighbor 10.0.0.2 route-map M-BEFORE-1 in\n  neighbor 10.0.0.2 prefix-list L out" in found
    assert "route-map M-BEFORE-1 permit 10\n match ip address prefix-list L\n" in found
    state, _ = typed(running(), f"{BGP_A} > neighbor 10.0.0.2 route-map NEW in > exit > exit > route-map NEW deny 10")
    found = in_force(state).text
    assert "neighbor 10.0.0.2 route-map M in" in found
    assert "NEW-BEFORE" not in found


def test_a_name_that_meant_nothing_still_means_nothing() -> None:
    state, _ = typed(
        running(), f"{BGP_A} > neighbor 10.0.0.2 route-map LATE in > end > clear bgp vpnv4 unicast vrf A * soft"
    )
    state, _ = typed(state, "configure terminal > route-map LATE permit 10")
    found = in_force(state).text
    assert "neighbor 10.0.0.2 route-map LATE-BEFORE-1 in" in found
    assert "route-map LATE-BEFORE-1 permit" not in found


@pytest.mark.parametrize("line", ["shutdown", "remote-as 65002", "local-as 65003"])
def test_a_session_that_starts_anew_has_what_stands_then(line: str) -> None:
    state, _ = typed(running(), f"no route-map M > {BGP_A} > neighbor 10.0.0.2 {line}")
    assert in_force(state).text == printed(state.root)
    state, _ = typed(running(), "no route-map M > router bgp 65000 > bgp router-id 192.0.2.9")
    assert in_force(state).text == printed(state.root)


def test_policy_that_comes_from_elsewhere_makes_it_unsure() -> None:
    text = RUNNING.replace(
        "  neighbor 10.0.0.2 activate\n", "  neighbor 10.0.0.2 activate\n  neighbor 10.0.0.2 filter-list 1 in\n"
    )
    state, _ = typed(running_state("r1", text), "no route-map M")
    assert [reason.key for reason in in_force(state).unsure] == ["policy_of_group"]
    text = RUNNING.replace(" set local-preference 200\n", " set local-preference 200\n match ip address FENCE\n")
    state, _ = typed(running_state("r1", text), "no route-map M permit 20")
    assert [reason.key for reason in in_force(state).unsure] == ["policy_by_other_list"]


def test_a_neighbour_that_nobody_made_is_not_cleared() -> None:
    (answer,) = typed(running(), "end > clear bgp vpnv4 unicast vrf A 10.0.0.9 soft in")[1]
    assert answer == Refused('% BGP: Unknown neighbor - "10.0.0.9"')


WITHOUT_IPV6 = """\
vrf definition A
 rd 1:1
 address-family ipv4
 exit-address-family
 address-family ipv6
 exit-address-family
ipv6 unicast-routing
ipv6 access-list FENCE6
 sequence 10 permit ipv6 any any
interface GigabitEthernet0/0/1
 no ip address
 ipv6 traffic-filter FENCE6 in
router bgp 65000
 address-family ipv4 vrf A
 exit-address-family
"""


@pytest.mark.parametrize(
    "line",
    [
        "interface GigabitEthernet0/0/1 > ipv6 address 2001:DB8::1/64",
        "router bgp 65000 > address-family ipv6 vrf A",
        "ipv6 route 2001:DB8:1::/64 Null0",
    ],
)
def test_ipv6_is_stopped_where_nothing_of_it_is_left(line: str) -> None:
    state = running_state("r1", WITHOUT_IPV6)
    stopped, said = execute(state, "no ipv6 unicast-routing")
    assert said == (Accepted(),)
    assert printed(stopped.root) == printed(state.root).replace("ipv6 unicast-routing\n", "")
    state, said = typed(state, line)
    assert said == (Accepted(),)
    state, said = execute(state, "no ipv6 unicast-routing")
    assert [type(answer) for answer in said] == [Unmodelled]
