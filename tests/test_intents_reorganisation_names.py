"""What things are called after a reorganisation, and how files come to say so."""

from __future__ import annotations

from datetime import date

import pytest

from intents.finding import NOWHERE
from intents.registry import AdministrativeUnit, UnitKey, UnitType, Validity
from intents.reorganisation.naming import free_name, name_after, plain_name, title_after
from intents.reorganisation.succession import short_name
from intents.reorganisation.yaml_names import NewNames, rename_in_yaml


def unit(code: str, name: str) -> AdministrativeUnit:
    return AdministrativeUnit(
        key=UnitKey(f"{code}@2025-07-01"), code=code, name=name, type=UnitType.WARD, parent=None, root_block="a",
        validity=Validity(start=date(2025, 7, 1)), where=NOWHERE,
    )  # fmt: skip


CAM_GIA, GIA_SANG = unit("05467", "Phường Cam Giá"), unit("05467", "Phường Gia Sàng")


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Xã Văn Lăng", "xa-van-lang"), ("Thị trấn Đu", "thi-tran-du"), ("Phường  Ba-Hàng", "phuong-ba-hang")],
)
def test_a_name_in_plain_letters(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("name", "taken", "found"),
    [
        ("ubnd-phuong-cam-gia", (), "ubnd-phuong-gia-sang"),
        ("ubnd-phuong-cam-gia-05467", (), "ubnd-phuong-gia-sang"),
        ("ubnd-phuong-cam-gia", ("ubnd-phuong-gia-sang",), "ubnd-phuong-gia-sang-05467"),
        (
            "ubnd-phuong-cam-gia",
            ("ubnd-phuong-gia-sang", "ubnd-phuong-gia-sang-05467"),
            "ubnd-phuong-cam-gia",
        ),
        ("ubnd-phuong-cam-giang", (), "ubnd-phuong-cam-giang"),
        ("tram-y-te", (), "tram-y-te"),
    ],
)
def test_an_identifier_follows_its_unit_where_that_is_in_it_and_free(
    name: str, taken: tuple[str, ...], found: str
) -> None:
    assert name_after(name, CAM_GIA, GIA_SANG, taken) == found


def test_a_title_keeps_all_but_the_unit() -> None:
    assert title_after("Đảng ủy phường Cam Giá", CAM_GIA, GIA_SANG) == "Đảng ủy phường Gia Sàng"
    assert title_after("Phường Cam Giá, cơ sở 2", CAM_GIA, GIA_SANG) == "Phường Gia Sàng, cơ sở 2"
    assert title_after("Trạm Y tế", CAM_GIA, GIA_SANG) == "Trạm Y tế"


def test_a_new_name_is_free_and_not_too_long() -> None:
    assert free_name("a", "05467", {"a-05467"}) == "a-05467-2"
    assert len(free_name("a" * 48, "05467", set())) == 48


def test_the_type_is_what_a_name_begins_with() -> None:
    assert short_name("Thị trấn Chợ Rã") == (UnitType.TOWNSHIP, "Chợ Rã")
    assert short_name("Chợ Rã") == (None, "Chợ Rã")


NAMES = NewNames(
    organisations={"old": "new", "other": "new"},
    units={UnitKey("1@2020-01-01"): (UnitKey("2@2025-07-01"),), UnitKey("3@2020-01-01"): ()},
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from: [{names: [old, x]}] # [old]\n", "from: [{names: [new, x]}] # [old]\n"),
        ("from: [{names: [old, other, x]}]\n", "from: [{names: [new, x]}]\n"),
        ("names:\n  - old  # the first\n  - other\n  - x\n", "names:\n  - new  # the first\n  - x\n"),
        ("names: ['old', \"x\"]\n", "names: [new, x]\n"),
        ("names:\n  - 'old'\n", "names:\n  - 'new'\n"),
        ("except: [old]\nlogin_from: [other]\nowner: old\n", "except: [new]\nlogin_from: [new]\nowner: new\n"),
        ("id: old\ntitle: old\nsystems: [old]\n", "id: old\ntitle: old\nsystems: [old]\n"),
        ('below: "1@2020-01-01"\n', 'below: "2@2025-07-01"\n'),
        ("names: [\n", "names: [\n"),
    ],
)
def test_names_are_replaced_where_they_name_somebody(text: str, found: str) -> None:
    assert rename_in_yaml(text, "a.yaml", NAMES) == (found, ())


def test_a_unit_without_one_successor_is_told_and_stays() -> None:
    text, findings = rename_in_yaml("below: 3@2020-01-01\n", "a.yaml", NAMES)
    assert text == "below: 3@2020-01-01\n"
    assert [item.code for item in findings] == ["TR257"]
