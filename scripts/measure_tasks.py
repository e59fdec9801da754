"""Do the operator's tasks in a real browser and write their figures into docs/explanation/tasks.md.

Runs the browser tests that are tasks, several times each, and puts the medians between the marks.
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
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def run_once(folder: Path) -> dict[str, tuple[int, float]]:
    """Run the tasks once; return clicks and seconds by name."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "browser", "-k", "task", "tests/browser"]
    environment = os.environ | {"COTERIE_TASKS": str(folder)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
    figures = {}
    for path in sorted(folder.glob("*.json")):
        said = json.loads(path.read_text())
        figures[said["name"]] = (said["clicks"], said["seconds"])
    return figures


def table(rounds: list[dict[str, tuple[int, float]]]) -> str:
    """Write a row a task."""
    lines = ["| task | clicks | seconds by script |", "|---|---|---|"]
    clicks = []
    for name in sorted(rounds[0]):
        clicks.append(rounds[0][name][0])
        seconds = statistics.median(one[name][1] for one in rounds)
        lines.append(f"| {name} | {rounds[0][name][0]} | {seconds:.1f} |")
    lines.append(f"| **median** | **{statistics.median(clicks):g}** | |")
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
