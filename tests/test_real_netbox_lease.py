"""The right to write to a NetBox that nobody here wrote: one run has it, and who is dead loses it to one of those who wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from intents.finding import FindingsError
from ipam.netbox.bootstrap import look
from ipam.netbox.lease import LeaseHolder, leased
from ipam.netbox.server import NoAnswerError, Server, ServerAnswer
from tests.netbox_api import Permission
from tests.netbox_server import NetBox, why_not
from tests.test_real_netbox_plan import server_of

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

VRFS = "/api/ipam/vrfs/"


def holder(word: str) -> LeaseHolder:
    return LeaseHolder(word=word, shown=f"truc compile, {word}@here")


def test_of_many_one_has_it_at_a_time(netbox: NetBox) -> None:
    inside, most, turns = [0], [0], []
    lock = threading.Lock()

    def run(number: int) -> None:
        for turn in range(2):
            with leased(server_of(netbox), holder(f"w{number}"), 120):
                with lock:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                    turns.append((number, turn))
                time.sleep(0.02)  # others would come in now, if they could
                with lock:
                    inside[0] -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(8)))
    assert (most[0], len(turns)) == (1, 16)
    assert netbox.admin.get(VRFS)["count"] == 0


def test_who_waits_too_long_is_told_for_whom(netbox: NetBox) -> None:
    told: list[str] = []
    with leased(server_of(netbox), holder("an"), 0):
        with pytest.raises(FindingsError) as caught, leased(server_of(netbox), holder("binh"), 0.5, told.append):
            pass
        assert caught.value.findings[0].code == "TR902"
        assert dict(caught.value.findings[0].values)["holder"] == "truc compile, an@here"
        assert set(told) == {"truc compile, an@here"}
        # Who has its word goes on where it was killed, without waiting.
        with leased(server_of(netbox), holder("an"), 0):
            pass


def test_the_dead_lose_it_to_one_and_write_nothing_more(netbox: NetBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipam.netbox.lease.LEASE", 1.5)
    monkeypatch.setattr("ipam.netbox.lease._RENEWED", 0.0)
    have: list[int] = []

    def take(number: int) -> None:
        with leased(server_of(netbox), holder(f"w{number}"), 60) as found:
            have.append(number)
            found.renew()
            assert netbox.admin.get(VRFS, rd="truc:lock")["results"][0]["description"].startswith(f"w{number} ")

    with leased(server_of(netbox), holder("slept"), 0) as slept:
        slept.renew()
        time.sleep(2.6)  # NetBox tells whole seconds
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(take, range(4)))
        assert sorted(have) == [0, 1, 2, 3]
        with leased(server_of(netbox), holder("next"), 0):
            with pytest.raises(FindingsError) as caught:
                slept.renew()
            assert caught.value.findings[0].code == "TR903"
            slept.release()
            assert netbox.admin.get(VRFS, rd="truc:lock")["count"] == 1
    assert netbox.admin.get(VRFS)["count"] == 0


class Deaf(Server):
    """A way to a server on which what is done is never heard of."""

    def ask(self, method: str, path: str, *more: Any) -> ServerAnswer:
        answer = super().ask(method, path, *more)
        if method != "GET":
            raise NoAnswerError("cut off")
        return answer


def test_an_answer_that_is_lost_takes_nobodys_right(netbox: NetBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipam.netbox.lease._RENEWED", 0.0)
    server = server_of(netbox)
    server.__class__ = Deaf
    with leased(server, holder("an"), 0) as lease:
        lease.renew()
        assert netbox.admin.get(VRFS, rd="truc:lock")["count"] == 1
    assert netbox.admin.get(VRFS)["count"] == 0


def test_where_none_can_be_made_that_is_told_and_not_asked_for_ever(netbox: NetBox) -> None:
    needed = {"name": "owner_team", "type": "text", "object_types": ["ipam.vrf"], "required": True}
    netbox.admin.make("/api/extras/custom-fields/", needed)
    began = time.monotonic()
    with pytest.raises(FindingsError) as caught, leased(server_of(netbox), holder("an"), 600):
        pass
    assert (caught.value.findings[0].code, time.monotonic() - began < 60) == ("TR916", True)
    assert "owner_team" in str(dict(caught.value.findings[0].values)["reason"])


def test_who_may_not_write_gets_no_right(netbox: NetBox) -> None:
    reader = server_of(netbox, netbox.admin.account("reader", Permission(["ipam.vrf"], ["view"]), writes=False).token)
    with pytest.raises(FindingsError) as caught, leased(reader, holder("an"), 30):
        pass
    assert caught.value.findings[0].code == "TR916"


class Unheeding(Server):
    """Something before NetBox takes the condition of a write away."""

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> ServerAnswer:
        kept = {name: value for name, value in (headers or {}).items() if name != "If-Match"}
        return super().ask(method, path, body, kept)


class Retagging(Server):
    """Something before NetBox gives other tags than NetBox does."""

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> ServerAnswer:
        return replace(super().ask(method, path, body, headers), etag='W/"gzip"')


@pytest.mark.parametrize("kind", [Unheeding, Retagging])
def test_where_a_condition_is_not_heeded_nothing_is_written(netbox: NetBox, kind: type[Server]) -> None:
    server = server_of(netbox)
    server.__class__ = kind
    with pytest.raises(FindingsError) as caught, leased(server, holder("an"), 0):
        raise AssertionError("it has the right")
    assert ([one.code for one in caught.value.findings], netbox.admin.get(VRFS)["count"]) == (["TR993"], 0)


def test_who_is_interrupted_while_taking_the_right_gives_it_back(
    netbox: NetBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ipam.netbox.lease._check_conditions", interrupted)
    with pytest.raises(KeyboardInterrupt), leased(server_of(netbox), holder("an"), 0):
        pass
    assert netbox.admin.get(VRFS)["count"] == 0


class Older(Server):
    """A NetBox that does not know yet what truc needs."""

    said: object = "4.5.9-Docker-3.2"

    def get(self, path: str, **query: object) -> object:
        return {"netbox-version": self.said} if path == "status/" else super().get(path, **query)


@pytest.mark.parametrize(
    ("said", "is_taken"), [("4.5.9-Docker-3.2", False), ("4.10.0", True), (None, False), ("x", False)]
)
def test_a_netbox_that_is_too_old_is_told_before_anything_else(netbox: NetBox, said: object, is_taken: bool) -> None:
    server = server_of(netbox)
    server.__class__ = type("Said", (Older,), {"said": said})
    if is_taken:
        assert look(server).lacking
        return
    with pytest.raises(FindingsError) as caught:
        look(server)
    assert [one.code for one in caught.value.findings] == ["TR993"]
    assert server.requests == 0
