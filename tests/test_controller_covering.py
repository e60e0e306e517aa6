"""No secret of a device's text is told: not in the terminal, not in JSON, JUnit or the board's page."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.reports.redaction import REDACTED, redact_line
from tests.small_builds import compiled
from tests.small_commands import ON, SMALL, truc

PLANTED = {
    "agg-1": "frob password 7 hunter2\nsnmp-server community hunter2 RO\nusername evil secret 9 hunter2\n",
    "agg-2": (
        "set system frob password hunter2\nset system login user evil authentication encrypted-password hunter2\n"
        'set system tacplus-server 192.0.2.1 secret "$9$hunter2"\nset protocols bgp frob authentication-key hunter2\n'
    ),
}


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("username admin privilege 15 secret 9 $9$FnB5vUVnGqPZ$HxQ", "HxQ"),
        (" key 7 0822455D0A16", "0822455D0A16"),
        ("snmp-server community hunter2 RO", "hunter2"),
        ("snmp-server user u g v3 auth sha hunter2 priv aes 128 hunter3", "hunter"),
        ('set system root-authentication encrypted-password "$6$abc$hunter2"', "hunter2"),
        ("set snmp community hunter2 authorization read-only", "hunter2"),
        ("ntp authentication-key 1 md5 hunter2", "hunter2"),
        ("frobnicate \u202ekey hunter2", "hunter2"),
    ],
)
def test_a_secret_in_a_line_is_covered(line: str, secret: str) -> None:
    shown = redact_line("", line)
    assert secret not in shown
    assert REDACTED in shown


@pytest.mark.parametrize(
    "line", [" 1 permit ip any any", "set community TRUC-65000", "neighbor 10.0.0.1 activate", "monkey 5"]
)
def test_a_line_without_a_secret_is_shown_whole(line: str) -> None:
    assert redact_line("", line) == line


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    """Return a folder of texts with secrets in lines that nobody understands."""
    folder = tmp_path / "configs"
    folder.mkdir()
    for name, config in compiled().configs.items():
        (folder / config.file_name).write_text(config.text + PLANTED.get(name, ""), encoding="utf-8")
    return folder


def test_no_form_of_the_report_gives_a_secret_away(tmp_path: Path, configs: Path) -> None:
    page, junit = tmp_path / "page.html", tmp_path / "junit.xml"
    common = ("verify", "-w", SMALL, "--on", ON, "--configs", configs, "--no-failures")
    code, text = truc(*common, "--html", page, "--junit", junit)
    json_code, json = truc(*common, "--json")
    assert (code, json_code) == (1, 1)  # SNMP answers a community
    for told in (text, json, page.read_text(encoding="utf-8"), junit.read_text(encoding="utf-8")):
        assert "hunter2" not in told
        assert f"frob password {REDACTED}" in told
    assert "agg-2.conf:" in text
