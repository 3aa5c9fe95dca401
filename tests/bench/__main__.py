"""`make bench`: the site beside its own limits, all on this machine, each measured in turns with what it is
compared with. Prints a table and ends with 1 when a goal is missed. ARGS names parts to measure alone.

BENCH_SECONDS (2) is how long a turn takes, BENCH_INQUIRIES (1000000) how many the desk has to cope with.
"""

import sys
import tempfile
from pathlib import Path

from tests.bench import desk, first_view, growing, load, reading, starting, writing
from tests.bench.goals import Goal, table

PARTS = {
    "reading": reading.measure,
    "writing": writing.measure,
    "first-view": first_view.measure,
    "growing": growing.measure,
    "starting": starting.measure,
    "desk": desk.measure,
}


def main(names: list[str]) -> int:
    if unknown := set(names) - set(PARTS):
        print(f"There is no part {unknown.pop()!r}. The parts are: {', '.join(PARTS)}.")
        return 2
    print(f"Load comes from {load.GENERATOR}.", flush=True)
    goals: list[Goal] = []
    for name in names or PARTS:
        print(f"\n{name}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            found = PARTS[name](Path(folder))
        print(table(found), flush=True)
        goals += found
    missed = [goal.what for goal in goals if not goal.is_met]
    print(f"\nMissed: {'; '.join(missed)}." if missed else "\nEvery goal is met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
