"""How well recommendations foresee: X-Wines, leave the last out, rank all wines not yet rated.

    python bench/recommend.py [--ratings FILE] [--json]

Prints the split's definition, and HR@10, NDCG@10 and coverage of popularity, of EASE and of the
co-occurrence that takes its place above 3,000 items. No seed: nothing is drawn.
"""

import argparse
import json
import resource
import time
from importlib.resources import files
from pathlib import Path

import duckdb
import numpy as np

from coterie.scores.recommending.evaluating import evaluate
from coterie.scores.recommending.model import Evaluation, Touches

TARGET = 0.21
SHIPPED = Path(str(files("coterie.scenarios"))) / "data" / "xwines_ratings.parquet"


def read(ratings: Path) -> Touches:
    """Read who rated which wine, in order of rating id; each pair stands once in this file."""
    found = duckdb.execute(
        "SELECT user_id, wine_id, epoch_ms(ts) AS at FROM read_parquet($file) ORDER BY rating_id",
        {"file": str(ratings)},
    ).fetchnumpy()
    people, person = np.unique(found["user_id"], return_inverse=True)
    wines, wine = np.unique(found["wine_id"], return_inverse=True)
    return Touches(person, wine.astype(np.int32), found["at"], len(people), len(wines))


def main() -> None:
    """Evaluate, print, and say whether the target was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=Path, default=SHIPPED)
    parser.add_argument("--at-least", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    touches = read(asked.ratings)
    began, worked = time.perf_counter(), time.process_time()
    result = evaluate(touches, ("ease", "co_occurrence"), asked.at_least)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ok = result.qualities["ease"].hit_rate >= TARGET
    if asked.json:
        print(json.dumps({
            "split": split(result), "people": result.people, "items": result.items,
            "ratings": len(touches.item), "seconds": round(took, 2), "cpu": round(worked, 2),
            "memory_mb": round(memory), "target": TARGET, "met": ok,
            **{name: vars(one) for name, one in result.qualities.items()},
        }, indent=2))  # fmt: skip
        return
    print(split(result))
    print(f"{'':14}{'HR@10':>8}{'NDCG@10':>9}{'coverage':>10}")
    for name, one in result.qualities.items():
        print(f"{name:14}{one.hit_rate:8.4f}{one.ndcg:9.4f}{one.coverage:10.3f}")
    print(f"{took:.1f} s, {worked:.1f} s of processors, {memory:.0f} MB at the most")
    print(f"target HR@10 >= {TARGET}: {'met' if ok else 'MISSED'}")


def split(result: Evaluation) -> str:
    """Say what was left out, and what was ranked."""
    return (
        f"Split: the last rating by time (then by id) of each of the {result.people:,} people with "
        f"more than {result.at_least} ratings is left out;\nlearnt from: all other ratings, but "
        f"for anybody's last; ranked: all {result.items:,} wines that she had not rated before."
    )


if __name__ == "__main__":
    main()
