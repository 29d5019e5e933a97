"""Holds profiles of Python programs against what the programs know of themselves.

	measure.py PROF_RECORD [--seconds N] [--hz N] [--programs A,B] PYTHON...

A row for each interpreter and program: the largest distance of a function's share from the truth, in
standard errors of a sample of that size (below 3.5: what sampling allows); the part of samples with
the evaluator that have all functions; caller pairs that the program cannot have.
"""
import argparse
import collections
import math
import re
import subprocess
import sys
import tempfile

WORKS = ("work_a", "work_b", "work_c")
# Who may call whom, in shares.py, by the last part of qualified names. What is not listed may not.
CALLERS = {
    "burn": {"work"},
    "work": {"work_a", "work_b", "work_c", "work_a_made", "work_b_made", "work_c_made"},
    "work_a": {"plain", "then_a", "generate", "by_key", "raise_deep", "run", "part"},
    "work_b": {"plain", "then_b", "generators", "by_match", "raise_deep", "run", "part"},
    "work_c": {"plain", "then_c", "delegate", "__lt__", "exceptions", "run", "part"},
    "work_a_made": {"<module>"},
    "work_b_made": {"<module>"},
    "work_c_made": {"<module>"},
    "recurse": {"recurse", "deep"},
    "then_a": {"recurse"},
    "then_b": {"recurse"},
    "then_c": {"recurse"},
    "generate": {"delegate"},
    "delegate": {"generators"},
    "by_key": {"callbacks"},
    "by_match": {"sub"},
    "__lt__": {"callbacks"},
    "raise_deep": {"raise_deep", "exceptions"},
    "part": {"_run"},
    "plain": {"<module>", "child"},
    "child": {"run"},
}
TOP = {"deep", "generators", "callbacks", "exceptions", "churn", "threads", "forks", "coroutines"}
CALLERS.update({name: {"<module>"} for name in TOP})
NATIVE = re.compile(r"^(_?Py|_?_?[a-z0-9]+_)")


def record(args, python, program, folder):
    run = [args.prof_record, "-v", "-F", str(args.hz), "-t", "folded", "-o", folder + "/out"]
    run += ["--", python, __file__.replace("measure.py", "shares.py"), program, str(args.seconds)]
    done = subprocess.run(run, capture_output=True, text=True)
    truth = dict(line.split() for line in done.stdout.splitlines() if line.startswith("work_"))
    whole = re.search(r"Python: (\d+) samples, ([\d.]+)% with all functions(.*)", done.stderr)
    stacks = []
    with open(folder + "/out") as f:
        for line in f:
            stack, n = line.rstrip("\n").rsplit(" ", 1)
            stacks.append((stack.split(";"), int(n)))
    return {k: float(v) for k, v in truth.items()}, whole, stacks


def last_part(name):
    return name.rsplit(".", 1)[-1] if not name.startswith("<") else name


def impossible(stack):
    """Pairs that cannot be: of functions of the program, with what native code lies between."""
    found = []
    caller = None
    for frame in stack:
        name = last_part(frame)
        known = name in CALLERS
        if known and caller is not None and caller not in CALLERS[name]:
            found.append((caller, name))
        if known or name in ("<module>", "run", "sub", "_run"):
            caller = name
    return found


def judge(args, python, program, folder):
    truth, whole, stacks = record(args, python, program, folder)
    period = 1e9 / args.hz
    n = collections.Counter()
    wrong = collections.Counter()
    for stack, value in stacks:
        samples = round(value / period)
        names = {last_part(f) for f in stack}
        for w in WORKS:
            if w in names or w + "_made" in names:
                n[w] += samples
        for pair in impossible(stack):
            wrong[pair] += samples
    all, total = sum(n.values()), sum(truth.values())
    worst = 0.0
    for w in WORKS:
        p = truth.get(w, 0) / total
        worst = max(worst, abs(n[w] / all - p) / math.sqrt(p * (1 - p) / all))
    return all, worst, whole, wrong


def main():
    p = argparse.ArgumentParser()
    p.add_argument("prof_record")
    p.add_argument("--seconds", type=float, default=3)
    p.add_argument("--hz", type=int, default=499)
    p.add_argument("--programs", default="plain,deep,generators,callbacks,exceptions,churn,threads,forks,coroutines")
    p.add_argument("python", nargs="+")
    args = p.parse_args()
    bad = 0
    print("| interpreter | program | samples | largest error (s.e.) | with all functions | impossible pairs |")
    print("|---|---|--:|--:|--:|--:|")
    for python in args.python:
        version = subprocess.run([python, "-V"], capture_output=True, text=True).stdout.strip()
        for program in args.programs.split(","):
            with tempfile.TemporaryDirectory() as folder:
                n, worst, whole, wrong = judge(args, python, program, folder)
            share = float(whole.group(2)) if whole else 0
            bad += worst > 3.5 or share < 99 or bool(wrong)
            print(f"| {version} | {program} | {n} | {worst:.1f} | {share:.1f} % | {sum(wrong.values())} |", flush=True)
            if wrong or share < 99:
                print(dict(wrong), whole and whole.group(0), file=sys.stderr)
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
