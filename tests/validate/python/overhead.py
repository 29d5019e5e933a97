"""What recording costs a Python program, and how many of its stacks are whole.

	overhead.py PROF_RECORD PYTHON ROUNDS [PY_SPY]

A program with a fixed amount of work, 60 functions deep, runs alone, recorded without and with Python's
functions, and by py-spy, in turns; it prints its own CPU time and how long it took.
"""
import statistics
import subprocess
import sys
import tempfile

WORK = """
import time
def leaf(n):
    x = 1
    for i in range(n): x = (x * 31 + i) & 0xFFFFFFFF
    return x
def recurse(d, n):
    return recurse(d - 1, n) if d else leaf(n)
cpu, wall = time.process_time(), time.monotonic()
for _ in range(400): recurse(60, 20000)
print("took", time.process_time() - cpu, time.monotonic() - wall)
"""


def whole_stacks(path):
    """Of the samples in leaf(), the part with all 61 calls of recurse()."""
    whole = all = 0
    with open(path) as f:
        for line in f:
            stack, n = line.rsplit(" ", 1)
            if "leaf" not in stack:
                continue
            all += int(n)
            if stack.count("recurse") == 61 and "<module>" in stack:
                whole += int(n)
    return whole / all if all else 0


def main():
    record, python, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    spy = sys.argv[4] if len(sys.argv) > 4 else None
    with tempfile.TemporaryDirectory() as folder:
        out = folder + "/out"
        with open(folder + "/work.py", "w") as f:
            f.write(WORK)
        ways = {
            "alone": [],
            "prof-record --no-interpreters": [record, "-q", "--no-interpreters", "-t", "folded", "-o", out, "--"],
            "prof-record": [record, "-q", "-t", "folded", "-o", out, "--"],
        }
        if spy:
            ways["py-spy"] = [spy, "record", "-r", "99", "-f", "raw", "-o", out, "--"]
            ways["py-spy --native"] = [spy, "record", "--native", "-r", "99", "-f", "raw", "-o", out, "--"]
        cpu, wall, whole = {}, {}, {}
        for _ in range(rounds):
            for name, way in ways.items():
                run = subprocess.run(way + [python, folder + "/work.py"], capture_output=True, text=True)
                took = [line.split() for line in run.stdout.splitlines() if line.startswith("took")]
                if not took:
                    continue
                cpu.setdefault(name, []).append(float(took[0][1]))
                wall.setdefault(name, []).append(float(took[0][2]))
                if way:
                    whole.setdefault(name, []).append(whole_stacks(out))
        print("| recorded by | CPU time, least | to alone | wall time, least | to alone | whole stacks |")
        print("|---|--:|--:|--:|--:|--:|")
        for name in ways:
            if name not in cpu:
                print(f"| {name} | failed | | | | |")
                continue
            c, w = min(cpu[name]), min(wall[name])
            part = f"{100 * statistics.mean(whole[name]):.1f} %" if name in whole else ""
            print(f"| {name} | {c:.3f} s | {c / min(cpu['alone']):.3f} | {w:.3f} s | {w / min(wall['alone']):.3f} | {part} |")


if __name__ == "__main__":
    main()
