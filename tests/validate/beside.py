"""Two tables of prof-record and other profilers side by side, each attached to the same programs.

The first has a row for each program and profiler:

- samples that have a function of the program, and those that the profiler says it failed to take;
- the part of all these with a whole stack: from the outermost function down, with all calls of a recursion;
- the part with a pair of caller and callee that the program cannot have;
- the part that is counted to another of the three functions than the truth has it in (and what chance
  alone moves), and the largest error of a share in standard errors.

The second is of a program with a fixed amount of work, 60 functions deep, alone and with each profiler in
turns. The program says what it waited for a processor: without that, its time says little of what else the
machine does.
"""
import collections
import math
import os
import re
import statistics
import subprocess
import tempfile
import time

from peers import peers

ATTACH = 1.5  # seconds that a profiler has before the measured work begins
TICK = os.sysconf("SC_CLK_TCK")
DEPTHS = {6, 61, 401}  # calls of recurse() on a stack that has work()


def attached(peer, pid, folder):
    out = open(os.path.join(folder, "said"), "w+")
    return subprocess.Popen(peer.command(str(pid), os.path.join(folder, "out")), stdin=subprocess.DEVNULL, stdout=out,
                            stderr=subprocess.STDOUT), out


def ended(process, said):
    """Waits for a profiler: the CPU time that it and its helpers used, and what it said."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    said.seek(0)
    return usage.ru_utime + usage.ru_stime, said.read()


def profile(peer, run, folder):
    """The truth of a run, the profiler's stacks of it, and how many samples it failed to take."""
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as program:
        profiler, out = attached(peer, program.pid, folder)
        lines = program.stdout.read().splitlines()
    _, said = ended(profiler, out)
    truth = {name: float(seconds) for name, seconds in (line.split() for line in lines if line.startswith("work_"))}
    try:
        return truth, list(peer.stacks(os.path.join(folder, "out"))), peer.failures(said)
    except OSError:
        return truth, [], 0


def whole(language, stack):
    recursion = "work" not in stack or stack.count("recurse") in DEPTHS | {0}
    return recursion and any(name in language.roots for name in stack)


def row(language, peer, run, impossible, works):
    with tempfile.TemporaryDirectory() as folder:
        truth, stacks, lost = profile(peer, run, folder)
    n, good, bad, counted = lost, 0, 0, collections.Counter()
    for stack, samples in stacks:
        stack = [language.part(name) for name in stack]
        if not set(stack) & set(language.callers):
            continue
        n += samples
        if impossible(language, stack):
            bad += samples
        elif whole(language, stack):
            good += samples
        for w in works:
            counted[w] += samples * (w in stack or w + "_made" in stack)
    all, total = sum(counted.values()), sum(truth.values())
    if not all or not total:
        return f"{n} | none | | |"
    p = {w: truth.get(w, 0) / total for w in works}
    off = sum(abs(counted[w] / all - p[w]) for w in works) / 2
    chance = sum(math.sqrt(2 / math.pi * p[w] * (1 - p[w]) / all) for w in works) / 2
    worst = max(abs(counted[w] / all - p[w]) / math.sqrt(p[w] * (1 - p[w]) / all) for w in works)
    return (f"{n} | {100 * good / n:.1f} % | {100 * bad / n:.1f} % | {100 * off:.1f} % ({100 * chance:.1f} %) | "
            f"{worst:.1f}")


def used(pid):
    """CPU seconds of a process and of its children that have ended, until now."""
    with open(f"/proc/{pid}/stat") as f:
        return sum(int(n) for n in f.read().rpartition(")")[2].split()[11:15]) / TICK


def fixed(peer, run, folder):
    """One run of the fixed work: its CPU time, its time, that without waiting; the profiler's CPU time."""
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        if peer:
            profiler, out = attached(peer, program.pid, folder)
        time.sleep(ATTACH)
        begun = used(profiler.pid) if peer else 0
        took = program.communicate("go\n")[0]
    cpu, wall, waited = (float(s) for s in re.search(r"took ([\d.]+) ([\d.]+) ([\d.]+)", took).groups())
    result = {"cpu": cpu, "wall": wall, "unwaited": wall - waited}
    if peer:
        all, _ = ended(profiler, out)
        result.update(start=begun, rest=all - begun)
    return result


def interval(values):
    """The median, and the ranks around it that hold the true one in at least 95 % of cases."""
    values, n, k = sorted(values), len(values), 1
    while 1 - 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2 ** n >= 0.95:
        k += 1
    return f"{statistics.median(values):.3f} ({values[k - 1]:.3f} to {values[n - k]:.3f})"


def cost(who, run, rounds):
    alone, again = "alone", "alone, once more"
    ways = {alone: None, again: None, **{peer.name: peer for peer in who}}
    runs = collections.defaultdict(list)
    for turn in range(rounds):
        names = list(ways)
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            with tempfile.TemporaryDirectory() as folder:
                runs[name].append(fixed(ways[name], run, folder))
    print("| beside it | CPU time | time without waiting | time | profiler's CPU: at start | and then |")
    print("|---|--:|--:|--:|--:|--:|")
    for name in ways:
        if name == alone:
            seconds = [f"{statistics.median(r[key] for r in runs[name]):.2f} s" for key in ("cpu", "unwaited", "wall")]
            print(f"| {name} | {' | '.join(seconds)} | | |")
            continue
        ratios = [interval([r[key] / a[key] for r, a in zip(runs[name], runs[alone])]) for key in ("cpu", "unwaited", "wall")]
        own = [f"{statistics.median(r[key] for r in runs[name]):.2f} s" if ways[name] else "" for key in ("start", "rest")]
        print(f"| {name} | {' | '.join(ratios + own)} |", flush=True)


def main(language, args, interpreter, name, impossible, works):
    version = tuple(int(n) for n in re.search(r"(\d+)\.(\d+)", name).groups())
    who = peers(args.prof_record, args.hz, language.name, interpreter, version)
    if args.programs:
        print("| interpreter | program | profiler | samples | whole stacks | impossible | counted wrong (chance) | s.e. |")
        print("|---|---|---|--:|--:|--:|--:|--:|")
    for program in args.programs.split(",") if args.programs else ():
        for peer in who:
            run = [*interpreter, language.script, program, str(args.seconds)]
            print(f"| {name} | {program} | {peer.name} | {row(language, peer, run, impossible, works)} |", flush=True)
    if args.peers:
        print(f"\n{name}, {args.peers} rounds; load {os.getloadavg()[0]:.0f}:\n")
        cost(who, [*interpreter, os.path.join(os.path.dirname(language.script), "fixed" + os.path.splitext(language.script)[1])],
             args.peers)
