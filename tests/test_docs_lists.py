"""docs/en/workspace.md and docs/vi/workspace.md list every closed list, as the code has it.

To write the lists anew, in the project's folder: `python -m tests.test_docs_lists`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.commands.closed_lists import CLOSED_LISTS
from intents.messages import LANGUAGES

ROOT = Path(__file__).parent.parent
START, END = "<!-- closed lists -->", "<!-- end of closed lists -->"
HEADINGS = {"en": "| list | field | values |", "vi": "| danh sách | trường | giá trị |"}

# Where each list is chosen from, as people find it.
FIELDS = {
    "unit_type": "`type`, units.csv",
    "event_kind": "`kind`, unit_events.csv",
    "category": "`category`, organisations.csv; `home_of`, purposes.yaml; `categories`, intents; `dedicated`, settings.yaml",
    "tier": "`tier`, organisations.csv; `tiers`, intents; `dedicated`, settings.yaml",
    "domain": "`domain`, organisations.csv, devices.csv, intents; `domains`, intents; `owner`, settings.yaml",
    "site_kind": "`kind`, sites.csv",
    "legal_service": "`legal_service`, attachments.csv",
    "connection": "`connection`, attachments.csv",
    "role": "`role`, devices.csv",
    "platform": "`platform`, devices.csv",
    "medium": "`medium`, channels.csv",
    "application_class": "`application_class`, systems.yaml, intents",
    "mcu_owner": "`mcu_owner`, intents",
    "pool_use": "`use`, settings.yaml",
    "intent_kind": "kind of an intent, intents/*.yaml",
    "selector": "fields of a selector, intents/*.yaml",
}


NAMES = {
    "en": {
        "unit_type": "type of a unit", "event_kind": "event of a unit",
        "category": "category of an organisation", "tier": "tier", "domain": "ownership domain",
        "site_kind": "kind of a site", "legal_service": "legal service", "connection": "connection", "role": "role of a device",
        "platform": "platform", "medium": "medium of a channel", "application_class": "application class",
        "mcu_owner": "owner of an MCU",
        "pool_use": "use of a pool", "intent_kind": "kind of an intent", "selector": "condition of a selector",
    },
    "vi": {
        "unit_type": "loại đơn vị", "event_kind": "sự kiện của đơn vị",
        "category": "nhóm cơ quan, tổ chức", "tier": "cấp", "domain": "bên quản lý",
        "site_kind": "loại địa điểm", "legal_service": "loại dịch vụ theo quy định", "connection": "cách đấu nối",
        "role": "vai trò thiết bị", "platform": "nền tảng", "medium": "phương tiện của kênh",
        "application_class": "lớp ứng dụng", "mcu_owner": "chủ MCU", "pool_use": "dùng vùng địa chỉ để",
        "intent_kind": "loại ý định",
        "selector": "điều kiện chọn",
    },
}  # fmt: skip


def page_of(language: str) -> Path:
    return ROOT / "docs" / language / "workspace.md"


def lists_table(language: str) -> str:
    """Return the table of all closed lists."""
    rows = [
        f"| {NAMES[language][name]} | {FIELDS[name]} | {', '.join(f'`{value}`' for value in values)} |"
        for name, values in CLOSED_LISTS.items()
    ]
    return "\n".join((HEADINGS[language], "|---|---|---|", *rows))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_lists_every_closed_list(language: str) -> None:
    page = page_of(language).read_text(encoding="utf-8")
    assert page.split(START)[1].split(END)[0].strip() == lists_table(language)


def test_every_list_has_its_fields_and_names() -> None:
    assert set(FIELDS) == set(CLOSED_LISTS)
    assert all(set(NAMES[language]) == set(CLOSED_LISTS) for language in LANGUAGES)


if __name__ == "__main__":
    for one in LANGUAGES:
        text = page_of(one).read_text(encoding="utf-8")
        before, after = text.split(START)[0], text.split(END)[1]
        page_of(one).write_text(f"{before}{START}\n\n{lists_table(one)}\n\n{END}{after}", encoding="utf-8")
