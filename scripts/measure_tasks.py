"""Do the operator's tasks in a real browser and write their figures into docs/explanation/tasks.md.

Runs the browser tests that are tasks, several times each, and puts the medians between the marks.
A script has no hands, so a person's time is estimated by the keystroke-level model (Card, Moran and
Newell, The keystroke-level model for user performance time with interactive systems, CACM 1980):
for every click 1.1 s to point, 0.2 s to press and 1.35 s to think, 0.28 s for a key, and what the
pages took is added.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "tasks.md"
POINT, PRESS, THINK, KEY = 1.1, 0.2, 1.35, 0.28
"""Seconds of the keystroke-level model."""

EVERY_PAGE_LEFT_OUT = ("--deselect", "tests/browser/test_every_page.py")

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def run_once(folder: Path) -> dict[str, dict[str, float]]:
    """Run the tasks once; return clicks, keys and seconds by name."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser", *EVERY_PAGE_LEFT_OUT]
    environment = os.environ | {"COTERIE_TASKS": str(folder)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
    said = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return {one["name"]: one for one in said}


def by_hand(task: dict[str, float], waited: float) -> float:
    """Estimate the seconds that a practised person needs."""
    return task["clicks"] * (POINT + PRESS + THINK) + task["keys"] * KEY + waited


def table(rounds: list[dict[str, dict[str, float]]]) -> str:
    """Write a row a task."""
    lines = ["| task | clicks | keys | pages took, s | by hand, s |", "|---|---|---|---|---|"]
    estimates = []
    for name, task in sorted(rounds[0].items()):
        waited = statistics.median(one[name]["seconds"] for one in rounds)
        estimates.append(by_hand(task, waited))
        lines.append(
            f"| {name} | {task['clicks']} | {task['keys']} | {waited:.1f} | {estimates[-1]:.0f} |"
        )
    clicks = statistics.median(task["clicks"] for task in rounds[0].values())
    lines.append(f"| **median** | **{clicks:g}** | | | **{statistics.median(estimates):.0f}** |")
    return "\n".join(lines)


def main() -> None:
    """Write the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=3)
    rounds = []
    for _ in range(asked.parse_args().rounds):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(run_once(Path(folder)))
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(rounds)}\n\n{END}{after}")


if __name__ == "__main__":
    main()
