"""Programs whose functions take known shares of CPU time; python/measure.py holds profiles against them.

	shares.py PROGRAM SECONDS

Each work function counts the time of its own thread that it used, so the truth is of the same run.
On standard output: a line "NAME SECONDS" for each, and "PAIRS caller callee ..." for those that
may call each other.
"""
import collections
import multiprocessing
import os
import re
import sys
import threading
import time

used = collections.Counter()
clock = time.thread_time


def burn(seconds):
    end = clock() + seconds
    x = 1
    while clock() < end:
        for i in range(200):
            x = (x * 31 + i) & 0xFFFFFFFF
    return x


def work(name, seconds):
    begin = clock()
    burn(seconds)
    used[name] += clock() - begin


def work_a(seconds):
    work("work_a", seconds)


def work_b(seconds):
    work("work_b", seconds)


def work_c(seconds):
    work("work_c", seconds)


def plain():
    work_a(0.006)
    work_b(0.003)
    work_c(0.001)


def recurse(n, then):
    if n == 0:
        return then()
    return recurse(n - 1, then)


def then_a():
    work_a(0.006)


def then_b():
    work_b(0.003)


def then_c():
    work_c(0.001)


def deep():
    recurse(60, then_a)
    recurse(400, then_b)
    recurse(5, then_c)


def generate(n):
    for i in range(n):
        work_a(0.002)
        yield i


def delegate(n):
    yield from generate(n)
    work_c(0.001)


def generators():
    for _ in delegate(3):
        work_b(0.001)


def by_key(x):
    work_a(0.0006)
    return -x


def by_match(match):
    work_b(0.001)
    return match.group(0).upper()


class Item:
    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        work_c(0.0001)
        return self.value < other.value


def callbacks():
    sorted(range(10), key=by_key)
    re.sub("[aeiou]", by_match, "education")
    sorted([Item(3), Item(1), Item(2), Item(5), Item(4)])


def raise_deep(n):
    if n == 0:
        work_a(0.003)
        raise ValueError(n)
    try:
        raise_deep(n - 1)
    finally:
        work_b(0.0003)


def exceptions():
    try:
        raise_deep(10)
    except ValueError:
        work_c(0.001)


made = 0


def churn():
    """Code objects that are made and dropped, at the same addresses but with other names."""
    global made
    for _ in range(10):
        made += 1
        name = "work_a" if made % 10 < 6 else "work_b" if made % 10 < 9 else "work_c"
        space = {"work": work}
        exec(compile(f"def {name}_made(s):\n\twork('{name}', s)\n{name}_made(0.001)", f"{name}.made", "exec"), space)


def threads():
    """Three threads, each with one function."""
    all = [threading.Thread(target=f, args=(s,)) for f, s in ((work_a, 0.06), (work_b, 0.03), (work_c, 0.01))]
    for t in all:
        t.start()
    for t in all:
        t.join()


def child(queue):
    used.clear()
    plain()
    queue.put(dict(used))


def forks():
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    all = [context.Process(target=child, args=(queue,)) for _ in range(2)]
    for p in all:
        p.start()
    for p in all:
        used.update(queue.get())
    for p in all:
        p.join()


def coroutines():
    import asyncio

    async def part(f, s):
        for _ in range(3):
            f(s)
            await asyncio.sleep(0)

    async def main():
        await asyncio.gather(part(work_a, 0.002), part(work_b, 0.001), part(work_c, 0.0003))

    asyncio.run(main())


programs = {f.__name__: f for f in (plain, deep, generators, callbacks, exceptions, churn, threads, forks, coroutines)}

if __name__ == "__main__":
    end = time.monotonic() + float(sys.argv[2])
    sys.setrecursionlimit(5000)
    while time.monotonic() < end:
        programs[sys.argv[1]]()
    for name in sorted(used):
        print(name, f"{used[name]:.6f}")
    sys.stdout.flush()
