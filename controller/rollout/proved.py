"""A filed plan -> what was proved of it, in numbers, and what was not.

The one idea: a plan's file holds its proof; whoever states something of the plan takes it from there, and from nowhere else.
"""

from __future__ import annotations

from controller.output.canonical_json import Plain
from controller.rollout.filed import FiledPlan


def judges_of(plan: FiledPlan, version: str) -> list[Plain]:
    """Return who has judged: truc in this version, and the second judge if one did."""
    second = plan.body.get("second_judge")
    return [{"name": "truc", "version": version}, *([] if second is None else [second])]


def verdicts_of(plan: FiledPlan) -> dict[str, Plain]:
    """Return how many questions of how many states were asked, and how many held."""
    states = [state for state in _list(_object(plan.body.get("proof")).get("states")) if isinstance(state, dict)]
    asked, wrong = (sum(_count(state.get(name)) for state in states) for name in ("questions", "wrong"))
    return {"states": len(states), "asked": asked, "held": asked - wrong}


def not_modelled(plan: FiledPlan) -> dict[str, Plain]:
    """Return what the plan itself says that nobody has judged, or that was taken for granted."""
    ways_in = _object(_object(plan.body.get("proof")).get("ways_in"))
    return {
        "second_judge": plan.body.get("second_judge") is None,
        "returns_not_proved": _list(_object(ways_in.get("returns")).get("not_proved")),
        "ways_in_rest_on": _list(ways_in.get("rests_on")),
    }


def _object(part: Plain) -> dict[str, Plain]:
    return part if isinstance(part, dict) else {}


def _list(part: Plain) -> list[Plain]:
    return part if isinstance(part, list) else []


def _count(part: Plain) -> int:
    return part if isinstance(part, int) else 0
