"""Holds profiles of interpreted programs against what the programs know of themselves.

LANGUAGE/measure.py describes a language, and calls main():

	measure.py PROF_RECORD [--seconds N] [--hz N] [--programs A,B] [--peers ROUNDS] "INTERPRETER [OPTION]"...

A row for each interpreter and program: the largest distance of a function's share from the truth, in
standard errors of a sample of that size (below 3.5: what sampling allows); the part of samples with
the evaluator that have all functions; caller pairs that the program cannot have. With --peers, the
tables of beside.py instead, without the first where there are no programs, without the second where
ROUNDS is 0.
"""
import argparse
import collections
import dataclasses
import math
import re
import subprocess
import sys
import tempfile

import beside

WORKS = ("work_a", "work_b", "work_c")


@dataclasses.dataclass
class Language:
    name: str  # as in the notes of prof-record
    script: str  # the file with the programs
    programs: str  # their names, with commas between
    callers: dict  # who may call whom; what is not listed may not
    version: list  # arguments with which the interpreter prints its version
    roots: set  # functions that no other calls, or that other threads begin with
    seconds: float = 2  # of CPU time
    part: object = staticmethod(lambda name: name)  # the part of a frame's name that `callers` has

    def names(self):
        return set(self.callers) | set().union(*self.callers.values())


def record(language, args, interpreter, program, folder):
    run = [args.prof_record, "-v", "-F", str(args.hz), "-t", "folded", "-o", folder + "/out", "--"]
    run += [*interpreter.split(), language.script, program, str(args.seconds)]
    done = subprocess.run(run, capture_output=True, text=True)
    truth = dict(line.split() for line in done.stdout.splitlines() if line.startswith("work_"))
    whole = re.search(language.name + r": (\d+) samples, ([\d.]+)% with all functions(.*)", done.stderr)
    stacks = []
    with open(folder + "/out") as f:
        for line in f:
            stack, value = line.rstrip("\n").rsplit(" ", 1)
            stacks.append(([language.part(name) for name in stack.split(";")], round(int(value) * args.hz / 1e9)))
    if not any(set(stack) & set(WORKS) for stack, samples in stacks):
        print(done.stderr, file=sys.stderr)
    return {name: float(seconds) for name, seconds in truth.items()}, whole, stacks


def impossible(language, stack):
    """Pairs that cannot be: of functions of the program, with what native code lies between."""
    found, caller, names = [], None, language.names()
    for name in stack:
        if name in language.callers and caller is not None and caller not in language.callers[name]:
            found.append((caller, name))
        if name in names:
            caller = name
    return found


def judge(language, args, interpreter, program):
    with tempfile.TemporaryDirectory() as folder:
        truth, whole, stacks = record(language, args, interpreter, program, folder)
    n, wrong = collections.Counter(), collections.Counter()
    for stack, samples in stacks:
        for w in WORKS:
            if w in stack or w + "_made" in stack:
                n[w] += samples
        for pair in impossible(language, stack):
            wrong[pair] += samples
    all, total, worst = sum(n.values()), sum(truth.values()), 0.0
    for w in WORKS if all else ():
        p = truth.get(w, 0) / total
        if not 0 < p < 1:
            continue
        worst = max(worst, abs(n[w] / all - p) / math.sqrt(p * (1 - p) / all))
    return all, worst, whole, wrong


def options(language):
    p = argparse.ArgumentParser()
    p.add_argument("prof_record")
    p.add_argument("--seconds", type=float, default=language.seconds)
    p.add_argument("--hz", type=int, help="default: 999, and 99 with --peers")
    p.add_argument("--programs", default=language.programs)
    p.add_argument("--peers", type=int, metavar="ROUNDS")
    p.add_argument("interpreter", nargs="+")
    args = p.parse_args()
    args.hz = args.hz or (999 if args.peers is None else 99)
    return args


def name_of(language, words):
    """Language, version and options of an interpreter."""
    asked = subprocess.run([*words, *language.version], capture_output=True, text=True)
    version = re.search(r"\d+\.\d+\.\d+", asked.stdout).group(0)
    return " ".join([language.name, version, *words[1:]])


def main(language):
    args, bad = options(language), 0
    if args.peers is not None:
        for interpreter in args.interpreter:
            words = interpreter.split()
            beside.main(language, args, words, name_of(language, words), impossible, WORKS)
        return False
    print("| interpreter | program | samples | largest error (s.e.) | with all functions | impossible pairs |")
    print("|---|---|--:|--:|--:|--:|")
    for interpreter in args.interpreter:
        name = name_of(language, interpreter.split())
        for program in args.programs.split(","):
            n, worst, whole, wrong = judge(language, args, interpreter, program)
            share = float(whole.group(2)) if whole else 0
            bad += not n or worst > 3.5 or share < 99 or bool(wrong)
            print(f"| {name} | {program} | {n} | {worst:.1f} | {share:.1f} % | {sum(wrong.values())} |", flush=True)
            if wrong or share < 99:
                print(dict(wrong), whole and whole.group(0), file=sys.stderr)
    return bad > 0
