"""Run Apache Otava on the series that "changes series" prints, beside tests/validate/otava.c.

Each line of standard input: the row's name, where the step is, how near to it a change is
found, what otava.c finds, and the shares; with tabs between. Prints a table.
"""

import sys
from importlib.metadata import version

from otava.analysis import compute_change_points


def real_points(values):
    points, _ = compute_change_points(values, window_len=50, max_pvalue=0.001, min_magnitude=0.0)
    return [int(p.index) for p in points]


def main():
    rows = {}
    for line in sys.stdin:
        name, at, near, ours, values = line.rstrip("\n").split("\t")
        at, near = int(at), int(near)
        ours = [int(i) for i in ours.split()]
        real = real_points([float(v) for v in values.split()])
        row = rows.setdefault(name, {"n": 0, "points": 0, "common": 0, "real": 0, "ours": 0, "more": 0})
        row["n"] += 1
        row["points"] += len(real)
        row["common"] += len(set(real) & set(ours))
        row["real"] += near > 0 and any(abs(i - at) <= near for i in real)
        row["ours"] += near > 0 and any(abs(i - at) <= near for i in ours)
        row["more"] += sum(abs(i - at) > near or near == 0 for i in real)
    print(f"Otava {version('apache-otava')} on the same series, a function each, of one or two days:\n")
    print("| series | number | found by Otava | by otava.c | points of Otava's | of these, also otava.c's | not at the step |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, row in rows.items():
        print(f"| {name} | {row['n']} | {row['real']} | {row['ours']} | {row['points']} | {row['common']} | {row['more']} |")


if __name__ == "__main__":
    main()
