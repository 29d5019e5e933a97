"""Holds profiles of Ruby programs against what the programs know of themselves.

	measure.py PROF_RECORD [--seconds N] [--hz N] [--programs A,B] "RUBY [OPTION]"...

The rows are those of python/measure.py.
"""
import argparse
import collections
import math
import os
import re
import subprocess
import sys
import tempfile

WORKS = ("work_a", "work_b", "work_c")
# Who may call whom, in shares.rb. What is not listed may not.
CALLERS = {
    "burn": {"work"},
    "work": {"work_a", "work_b", "work_c", "work_a_made", "work_b_made", "work_c_made"},
    "work_a": {"plain", "block in deep", "block in callbacks", "block (2 levels) in fibers", "raise_deep", "block (2 levels) in threads"},
    "work_b": {"plain", "block in deep", "block in callbacks", "block in fibers", "raise_deep", "ensure in raise_deep", "block (2 levels) in threads"},
    "work_c": {"plain", "block in deep", "<=>", "fibers", "rescue in exceptions", "block (2 levels) in threads"},
    "work_a_made": {"block in churn"},
    "work_b_made": {"block in churn"},
    "work_c_made": {"block in churn"},
    "recurse": {"recurse", "deep"},
    "block in deep": {"recurse"},
    "block in callbacks": {"callbacks"},
    "<=>": {"callbacks"},
    "block in fibers": {"fibers"},
    "raise_deep": {"raise_deep", "exceptions"},
    "rescue in exceptions": {"exceptions"},
    "block in churn": {"churn", "block in churn"},  # code that is evaluated is called as what evaluates it
    "plain": {"<main>", "block (2 levels) in forks"},
}
for top in ("deep", "callbacks", "fibers", "exceptions", "churn", "threads", "forks"):
    CALLERS[top] = {"<main>"}
NAMES = set(CALLERS) | set().union(*CALLERS.values())


def impossible(stack):
    """Pairs that cannot be: of functions of the program, with what native code lies between."""
    found, caller = [], None
    for name in stack:
        if name in CALLERS and caller is not None and caller not in CALLERS[name]:
            found.append((caller, name))
        if name in NAMES:
            caller = name
    return found


def judge(args, ruby, program, folder):
    run = [args.prof_record, "-v", "-F", str(args.hz), "-t", "folded", "-o", folder + "/out", "--", *ruby.split()]
    run += [os.path.join(os.path.dirname(os.path.abspath(__file__)), "shares.rb"), program, str(args.seconds)]
    done = subprocess.run(run, capture_output=True, text=True)
    truth = {k: float(v) for k, v in (line.split() for line in done.stdout.splitlines() if line.startswith("work_"))}
    whole = re.search(r"Ruby: (\d+) samples, ([\d.]+)% with all functions(.*)", done.stderr)
    n, wrong = collections.Counter(), collections.Counter()
    for line in open(folder + "/out"):
        stack, value = line.rstrip("\n").rsplit(" ", 1)
        stack, samples = stack.split(";"), round(int(value) * args.hz / 1e9)
        for w in WORKS:
            if w in stack or w + "_made" in stack:
                n[w] += samples
        for pair in impossible(stack):
            wrong[pair] += samples
    all, total, worst = sum(n.values()), sum(truth.values()), 0.0
    for w in WORKS:
        p = truth.get(w, 0) / total
        worst = max(worst, abs(n[w] / all - p) / math.sqrt(p * (1 - p) / all))
    return all, worst, whole, wrong


def main():
    p = argparse.ArgumentParser()
    p.add_argument("prof_record")
    p.add_argument("--seconds", type=float, default=2)
    p.add_argument("--hz", type=int, default=999)
    p.add_argument("--programs", default="plain,deep,callbacks,fibers,exceptions,churn,threads,forks")
    p.add_argument("ruby", nargs="+")
    args = p.parse_args()
    bad = 0
    print("| interpreter | program | samples | largest error (s.e.) | with all functions | impossible pairs |")
    print("|---|---|--:|--:|--:|--:|")
    for ruby in args.ruby:
        version = subprocess.run([*ruby.split(), "-e", "print RUBY_VERSION"], capture_output=True, text=True).stdout
        name = " ".join([f"Ruby {version}", *ruby.split()[1:]])
        for program in args.programs.split(","):
            with tempfile.TemporaryDirectory() as folder:
                n, worst, whole, wrong = judge(args, ruby, program, folder)
            share = float(whole.group(2)) if whole else 0
            bad += worst > 3.5 or share < 99 or bool(wrong)
            print(f"| {name} | {program} | {n} | {worst:.1f} | {share:.1f} % | {sum(wrong.values())} |", flush=True)
            if wrong or share < 99:
                print(dict(wrong), whole and whole.group(0), file=sys.stderr)
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
