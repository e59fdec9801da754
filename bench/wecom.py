"""How many callbacks of WeCom a second a house carries: ``python bench/wecom.py --customers 2000``.

Customers of a simulated WeCom scan codes of 20 guides all at once. Measured is what follows, over
HTTP both ways and on one machine with the simulator beside the house in one process: until every
callback is taken at the door (opened, kept, answered), and until every customer is a profile that
was read at the platform, tagged, bound to her guide and welcomed.

What is needed: 600,000 joins a month are each an added customer and a joined group, and the
busiest moment is taken as 20 times the average: 9.3 callbacks a second.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from coterie.commands.demonstrating import Town
from coterie.scenarios.wecom.laying import ACTOR, hire, lay, tag_of
from coterie.scenarios.wecom.plan import Plan

MONTH = 30 * 86_400
JOINS, CALLBACKS_A_JOIN, PEAK = 600_000, 2, 20
NEEDED = JOINS * CALLBACKS_A_JOIN * PEAK / MONTH


def measure(customers: int) -> dict[str, Any]:
    """Let so many scan, half of them join a group, and time what follows."""
    plan = Plan(customers=customers, joining=customers // 2)
    with tempfile.TemporaryDirectory() as folder, Town(Path(folder) / "house", plan) as town:
        hire(town.player, plan)
        laid = lay(town.app, town.stage, town.player, plan)
        people = town.player.people([f"Customer {number}" for number in range(customers)])
        wecom, codes = town.wecom, town.wecom.codes()
        for number, person in enumerate(people):
            guide = plan.guide_of(number)
            store = plan.store_of(number)
            wecom.scan(codes[laid.common[store] if guide is None else laid.own[guide]], person)
        for number in plan.joins():
            wecom.join(codes[laid.groups[plan.store_of(number)]], people[number])
        waiting, began = wecom.pending, time.perf_counter()
        wecom.deliver()
        taken = time.perf_counter()
        town.stage.settle()
        ended = time.perf_counter()
        told = _count(town, plan, people)
        calls = wecom.count("api")
    return {
        "customers": customers,
        "callbacks": waiting,
        "at_the_door_a_second": round(waiting / (taken - began), 1),
        "through_a_second": round(waiting / (ended - began), 1),
        "needed_a_second": round(NEEDED, 1),
        "seconds": round(ended - began, 1),
        "api_calls": calls,
        **told,
    }


def _count(town: Town, plan: Plan, people: list[str]) -> dict[str, int]:
    """Count what became of them; what is wrong shows."""
    app = town.app
    with app.db.read(ACTOR, town.stage.now) as work:
        profiles = app.mirror.profiles_of(work, people)
        known = app.profiles.known(work, set(profiles.values()))
        owners = app.guides.bindings.owners(work, set(profiles.values()))
        welcomes = app.scanning.welcomes.figures(work).counts
    tagged = [
        tag_of(plan.store_of(number)) in known[profiles[one]].tags
        for number, one in enumerate(people)
        if one in profiles
    ]
    return {
        "profiles": len(set(profiles.values())),
        "tagged": sum(tagged),
        "bound": len(owners),
        "welcomed": welcomes.get("sent", 0),
    }


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=2_000)
    print(json.dumps(measure(asked.parse_args().customers), indent=2))
