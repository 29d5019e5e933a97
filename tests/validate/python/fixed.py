"""A fixed amount of work, 60 functions deep, after a line on standard input.

It prints "took CPU TIME WAITED", in seconds: what it waited for a processor is Linux's count.
"""
import sys
import time


def waited():
    with open("/proc/self/schedstat") as f:
        return int(f.read().split()[1]) / 1e9


def leaf(n):
    x = 1
    for i in range(n):
        x = (x * 31 + i) & 0xFFFFFFFF
    return x


def recurse(depth, n):
    return recurse(depth - 1, n) if depth else leaf(n)


sys.stdin.readline()
cpu, wall, wait = time.process_time(), time.monotonic(), waited()
for _ in range(2000):
    recurse(60, 20000)
print("took", time.process_time() - cpu, time.monotonic() - wall, waited() - wait)
