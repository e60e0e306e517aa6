"""A `ChangePlan` -> the page that a board signs: one HTML file that needs nothing else and runs nothing.

The one idea: what has to be known before signing stands on the first sheet, in sentences; the plan that is signed is named by
its digest, and the page is but its reading.
"""

from __future__ import annotations

from controller.board.plan_view import plan_view
from controller.board.report import STYLE, csp_hash, page_environment
from controller.jobs.pipeline import Compiled
from controller.rollout.plan import ChangePlan

TEMPLATE = "plan.html.jinja"
OWN_STYLE = "plan.css"


def plan_page(plan: ChangePlan, ends: tuple[Compiled, Compiled], version: str) -> str:
    """Return the page; equal plans give equal bytes."""
    environment = page_environment()
    style = "".join(environment.get_template(name).render() for name in (STYLE, OWN_STYLE))
    page = plan_view(plan, ends, version)
    return environment.get_template(TEMPLATE).render(page=page, style_hash=csp_hash(style)) + "\n"
