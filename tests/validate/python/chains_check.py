"""chains_check.py BIN HZ PYTHON KIND[:ARGUMENT]...: records the kinds of chains.py with BIN/prof-record,
and prints a row each: the samples in burn(); those whose functions are not exactly a chain that the
program has counted; the greatest distance of a chain's share from its CPU time, in standard errors of a
sample of that size; and the part of the samples in the evaluator with all functions."""
import collections
import glob
import json
import math
import os
import re
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
bin_dir, hz, python, kinds = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]


def record(kind, directory):
    """CPU time by chain, samples by chain, and what prof-record says."""
    profile, truth = os.path.join(directory, "p.pb.gz"), os.path.join(directory, "truth")
    run = subprocess.run([bin_dir + "/prof-record", "-v", "-F", str(hz), "-o", profile, "--", python,
                          os.path.join(here, "chains.py"), *kind.split(":")],
                         env=dict(os.environ, TRUTH=truth, CPU="0.8"), capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{kind}: {run.stderr}")
    seconds, samples = collections.Counter(), collections.Counter()
    for name in glob.glob(truth + ".*"):
        with open(name) as lines:
            for chain, spent in map(json.loads, lines):
                seconds[chain] += spent
    folded = subprocess.run([bin_dir + "/prof-query", "-q", "-t", "folded", "--show", r"\[cpython\]", profile],
                            capture_output=True, text=True, check=True).stdout
    for line in folded.splitlines():
        chain, _, value = line.rpartition(" ")
        if chain.endswith(";burn"):
            samples[chain] += int(value) * hz / 1e9
    return seconds, samples, run.stderr


def distance(seconds, samples):
    total, n = sum(seconds.values()), sum(samples[c] for c in seconds)
    shares = {c: s / total for c, s in seconds.items() if 5 < s / total * n and s < total}
    return max((abs(samples[c] / n - p) / math.sqrt(p * (1 - p) / n) for c, p in shares.items()), default=0)


print("| kind | chains | samples | of no chain | largest error (s.e.) | with all functions |")
print("|---|--:|--:|--:|--:|--:|")
for kind in kinds:
    with tempfile.TemporaryDirectory() as directory:
        seconds, samples, report = record(kind, directory)
    wrong = {c: n for c, n in samples.items() if c not in seconds}
    whole = re.search(r"Python: \d+ samples, ([0-9.]+)% with all", report)
    print(f"| {kind} | {len(seconds)} | {sum(samples.values()):.0f} | {sum(wrong.values()):.0f} "
          f"| {distance(seconds, samples):.1f} | {whole.group(1) if whole else '-'} % |", flush=True)
    for chain in sorted(wrong, key=wrong.get)[-3:]:
        print(f"{wrong[chain]:.0f} {chain}", file=sys.stderr)
