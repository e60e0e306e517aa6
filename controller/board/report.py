"""A report -> the page that a change-review board reads: one HTML file that needs nothing else and runs nothing.

The one idea: whatever a workspace or a device says is hostile until it is printed. Every value that the template prints is
cleaned of characters that hide or reorder others, cut if it is endless, and escaped, in one place that no template can
leave out; and the page's own policy lets a browser load nothing and use this one style sheet only.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from controller.board.drift import DriftView, drift_view
from controller.board.inputs import Edition
from controller.board.view import BoardPage, page_of
from controller.board.words import SECTIONS, both, spaced
from controller.drift.report import DriftReport
from controller.jobs.verify import VerifyReport
from intents.messages import printable

TEMPLATE = "report.html.jinja"
DRIFT_TEMPLATE = "drift.html.jinja"
STYLE = "report.css"
LONGEST = 1_000
"""Characters of one value; nothing that a person reads is longer."""


def board_page(report: VerifyReport, edition: Edition) -> str:
    """Return the page; equal reports and editions give equal bytes."""
    return _page(TEMPLATE, page_of(report, edition))


def drift_page(report: DriftReport) -> str:
    """Return the page about drifts; equal reports give equal bytes."""
    return _page(DRIFT_TEMPLATE, drift_view(report))


def _page(template: str, page: BoardPage | DriftView) -> str:
    environment = page_environment()
    environment.globals["sections"] = SECTIONS
    style = environment.get_template(STYLE).render()
    return environment.get_template(template).render(page=page, style_hash=csp_hash(style)) + "\n"


def page_environment() -> SandboxedEnvironment:
    """Return what pages are made with: every value cleaned and escaped, words by their key."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown_value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["t"] = both
    return environment


def csp_hash(style: str) -> str:
    """Return what a Content-Security-Policy calls a style sheet by (CSP Level 3, 2.3.1)."""
    return f"sha256-{b64encode(sha256(style.encode('utf-8')).digest()).decode('ascii')}"


def shown_value(value: object) -> object:
    """Return a value as the page prints it: numbers with blanks, texts clean and of bounded length.

    What the template has made itself (it has `__html__`) was cleaned when it was made.
    """
    if hasattr(value, "__html__"):
        return value
    if isinstance(value, int):
        return spaced(value)
    text = printable(str(value))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
