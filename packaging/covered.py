"""What part of the lines of every room the tests run, as Markdown, and the files below a share; read from `.coverage`.

python packaging/covered.py [--below 90] [--data-file .coverage]
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from textwrap import shorten

from coverage import Coverage
from coverage.exceptions import NoSource


def main() -> None:
    """Count by room, then name the files below the share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--below", type=float, default=90.0, help="percent")
    parser.add_argument("--data-file", default=".coverage")
    chosen = parser.parse_args()
    measured = Coverage(data_file=chosen.data_file)
    measured.load()
    lines: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    low = []
    for name in sorted(f for f in measured.get_data().measured_files() if f.endswith(".py")):  # templates run too
        try:
            _, statements, _, missed, ranges = measured.analysis2(name)
        except NoSource:
            continue  # what a test wrote and ran
        parts = Path(name).parts
        inside = parts[len(parts) - parts[::-1].index("detente") :]
        room = inside[0] if len(inside) > 1 else "(beside the rooms)"
        lines[room] += len(statements)
        missing[room] += len(missed)
        if statements and 100 * len(missed) / len(statements) > 100 - chosen.below:
            low.append((100 * (1 - len(missed) / len(statements)), "/".join(inside), shorten(ranges, 150)))
    print("| room | lines | run, % |\n|---|---|---|")
    for room, count in sorted(lines.items()):
        print(f"| `{room}` | {count:,} | {100 * (1 - missing[room] / max(count, 1)):.1f} |")
    print(f"| all | {lines.total():,} | {100 * (1 - missing.total() / max(lines.total(), 1)):.1f} |")
    for share, name, where in sorted(low):
        print(f"{share:5.1f} % {name}: {where}")


if __name__ == "__main__":
    main()
