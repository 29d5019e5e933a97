"""Kinds of calls in Python: chains.py KIND. All CPU time goes to burn(), which counts it by the chain
of functions that called it, as the interpreter itself tells. At the end each process writes the counts
to $TRUTH.PID, a line of JSON each; the program runs until it has used $CPU seconds. chains_check.py
holds a profile against them."""
import atexit
import collections
import functools
import gc
import json
import os
import signal
import sys
import threading
import time

D = os.environ["TRUTH"]
spent = collections.Counter()


def burn(rounds=8):
    t = time.thread_time()
    f = sys._getframe(0)
    c = []
    while f:
        co = f.f_code
        c.append(getattr(co, 'co_qualname', co.co_name))
        f = f.f_back
    x = 0
    for i in range(rounds * 1000):
        x += i * i
    spent[';'.join(reversed(c))] += time.thread_time() - t
    return x


def done():
    with open('%s.%d' % (D, os.getpid()), 'a') as f:
        for k, v in list(spent.items()):
            f.write(json.dumps([k, v]) + '\n')
    spent.clear()


atexit.register(done)
limit = float(os.environ['CPU'])


def more():
    return time.process_time() < limit

def k_decorators():
    def deco(f):
        @functools.wraps(f)
        def wrapper(*a, **k):
            burn(3)
            return f(*a, **k)
        return wrapper
    @deco
    @deco
    def target():
        burn(6)
    p = functools.partial(target)
    class Callable:
        def __call__(self): return p()
    c = Callable()
    while more():
        c()
        functools.partial(c.__call__)()
        functools.reduce(lambda a, b: (burn(2), p())[0], [1, 2, 3])


def k_del():
    class Node:
        def __del__(self): burn(4)
    while more():
        a, b = Node(), Node()
        a.b = b; b.a = a
        del a, b
        gc.collect()
        burn(3)
        n = Node(); n = None


def k_signals():
    def handler(*_): burn(5)
    signal.signal(signal.SIGPROF, handler)
    signal.setitimer(signal.ITIMER_PROF, 0.005, 0.005)
    def work():
        while more(): burn(10)
    work()
    signal.setitimer(signal.ITIMER_PROF, 0)


def k_settrace():
    def tracer(frame, event, arg):
        if frame.f_code.co_name == 'traced':
            if event == 'line': burn(2)
            return tracer
    def traced():
        burn(4)
        x = 1
        burn(4)
    while more():
        sys.settrace(tracer)
        traced()
        sys.settrace(None)
        burn(3)


def k_setprofile():
    def prof(frame, event, arg):
        if frame.f_code.co_name == 'profiled' and event in ('call', 'return'):
            burn(3)
    def profiled():
        return len([1])
    while more():
        sys.setprofile(prof)
        profiled()
        sys.setprofile(None)
        burn(3)


def k_ctypes():
    import ctypes
    CB = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    libc = ctypes.CDLL(None)
    def compare(a, b):
        burn(3)
        return (a[0] > b[0]) - (a[0] < b[0])
    cb = CB(compare)
    def inner(a, b):
        libc.qsort((ctypes.c_int * 3)(3, 1, 2), 3, 4, cb)
        return compare(a, b)
    cb2 = CB(inner)
    while more():
        libc.qsort((ctypes.c_int * 3)(3, 1, 2), 3, 4, cb2)
        burn(2)


def k_longnames():
    name = 'f' + 'x' * 490
    ns = {'burn': burn}
    exec('def %s():\n burn(5)\n' % name, ns)
    exec('class K%s:\n def m(self):\n  burn(4)\n  %s()\n' % ('y' * 480, name), ns)
    k = ns['K' + 'y' * 480]()
    while more():
        k.m(); burn(2)


def k_unicode():
    ns = {'burn': burn}
    exec('def größe_é():\n burn(5)\n 中文函数()\ndef 中文函数():\n burn(4)\n 𝔘𝔫𝔦()\ndef 𝔘𝔫𝔦(): burn(3)\ndef ÿ(): burn(3)\ndef 𐌰𐌱(): burn(2)', ns)
    while more():
        ns['größe_é'](); ns['ÿ'](); ns['𐌰𐌱']()


def k_comprehensions():
    while more():
        [burn(2) for _ in range(2)]
        {burn(2) for _ in range(2)}
        {i: burn(2) for i in range(2)}
        list(burn(2) for _ in range(2))
        [[burn(1) for _ in range(2)] for _ in range(2)]
        (lambda: [burn(2) for _ in range(2)])()
        sorted([3, 1, 2], key=lambda v: burn(1) * 0 + v)
        max(map(lambda v: burn(1) * 0 + v, filter(lambda v: burn(1) or True, [1, 2])))


def k_slots():
    class N:
        def __init__(self, d): self.d = d
        def __add__(self, o):
            burn(2)
            return self if self.d == 0 else N(self.d - 1) + o
        def __getattr__(self, n):
            burn(2)
            if self.d: return getattr(N(self.d - 1), n)
            return 7
        def __eq__(self, o):
            burn(2)
            return self.d == 0 or N(self.d - 1) == o
        def __hash__(self):
            burn(1)
            return 1
        def __repr__(self):
            burn(1)
            return 'N(%r)' % (N(self.d - 1) if self.d else 0)
        def __contains__(self, x):
            burn(1)
            return x in N(self.d - 1) if self.d else True
        def __iter__(self):
            burn(1)
            yield from (N(self.d - 1) if self.d else ())
        def __getitem__(self, i):
            burn(1)
            return N(self.d - 1)[i] if self.d else 1
        def __enter__(self): burn(1); return self
        def __exit__(self, *a): burn(1)
        @property
        def p(self):
            burn(1)
            return N(self.d - 1).p if self.d else 1
        @staticmethod
        def s(): burn(1)
        @classmethod
        def c(cls): burn(1); cls.s()
    class Meta(type):
        def __call__(cls, *a):
            burn(1)
            return super().__call__(*a)
        def __instancecheck__(cls, o): burn(1); return True
    class WithMeta(metaclass=Meta):
        def __new__(cls): burn(1); return super().__new__(cls)
        def __init__(self): burn(1)
        def __set_name__(self, *a): burn(1)
    while more():
        N(4) + 1; N(4).zzz; N(3) == 1; {N(3): 1}; repr(N(3)); 1 in N(3); list(N(4)); N(3)[0]; N(3).p; N.c()
        with N(1): burn(1)
        isinstance(1, WithMeta); WithMeta()
        type('T', (), {'x': WithMeta()})


def k_exec():
    src = 'def made():\n    burn(3)\nmade()\nburn(2)\n'
    n = 0
    while more():
        n += 1
        exec(src, {'burn': burn})
        eval('burn(2) + (lambda: burn(1))()')
        exec(compile('def made_%d():\n burn(2)\nmade_%d()' % (n, n), '<s%d>' % n, 'exec'), {'burn': burn})
        exec('burn(1)')


def k_async():
    import asyncio
    async def agen():
        for i in range(3):
            burn(2)
            yield i
            await asyncio.sleep(0)
    async def deep(n):
        if n: await deep(n - 1)
        else:
            burn(3); await asyncio.sleep(0); burn(2)
    async def ctx():
        class C:
            async def __aenter__(self): burn(1); await asyncio.sleep(0); burn(1)
            async def __aexit__(self, *a): burn(1)
        async with C(): burn(1)
    async def main():
        while more():
            async for x in agen(): burn(1)
            burn(1)
            [y async for y in agen()]
            await deep(6)
            await ctx()
            if hasattr(asyncio, 'TaskGroup'):
                async with asyncio.TaskGroup() as g:
                    g.create_task(deep(3)); g.create_task(ctx())
            await asyncio.gather(deep(1), deep(2))
            await asyncio.wait_for(deep(2), 5)
            asyncio.get_running_loop().call_soon(burn)
            if hasattr(asyncio, 'to_thread'): await asyncio.to_thread(burn)
    asyncio.run(main())


def k_generators():
    def inner(n):
        for i in range(n):
            burn(2)
            x = yield i
            burn(1)
    def outer(n):
        try: yield from inner(n)
        finally: burn(1)
    def tree(n):
        if n:
            yield from tree(n - 1)
            yield n
            burn(1)
    while more():
        list(outer(3))
        g = outer(3); next(g)
        try: g.throw(ValueError)
        except ValueError: burn(1)
        g = outer(3); next(g); g.send(3); g.close()
        list(zip(outer(2), map(lambda v: burn(1), outer(2))))
        list(tree(8))


def k_threads_exit():
    def short(): burn(6)
    while more():
        ts = [threading.Thread(target=short) for _ in range(8)]
        [t.start() for t in ts]; burn(2); [t.join() for t in ts]
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(3) as e: list(e.map(burn, [3, 4, 5]))
        t = threading.Timer(0, burn); t.start(); t.join()


def k_exceptions():
    def rec(n):
        try:
            if n == 0: raise KeyError(1)
            rec(n - 1)
        except KeyError as e:
            burn(1)
            raise
        finally:
            burn(1)
    while more():
        try: rec(5)
        except KeyError: burn(2)
        try:
            try: 1 / 0
            except ZeroDivisionError as e: burn(1); raise ValueError from e
        except ValueError: burn(1)


def k_churn():
    n = 0
    while more():
        n += 1
        ns = {'burn': burn}
        exec('def %s():\n burn(1)\ndef %s():\n burn(1)\n' % ('f%d' % n, 'g%d' % (n % 7)), ns)
        ns['f%d' % n](); ns['g%d' % (n % 7)]()
        del ns


def k_recursion():
    sys.setrecursionlimit(20000)
    def r(n):
        if n: return r(n - 1)
        burn(200)
    def m(n):
        return max(map(m, [n - 1])) if n else burn(100)
    while more():
        r(900); m(300)


def k_match():
    ns = {'burn': burn}
    exec('''
class P:
    __match_args__ = ('x', 'y')
    def __init__(s): s.x = 1
    @property
    def y(s):
        burn(2)
        return 2


def m(v):
    match v:
        case P(1, 3): burn(1)
        case P(1, 2) if burn(1): burn(3)
        case {'a': 1}: burn(2)
        case [1, *r]: burn(1)
''', ns)
    while more():
        ns['m'](ns['P']()); ns['m']({'a': 1}); ns['m']([1, 2])


def k_greenlet():
    import greenlet
    def a():
        while True: burn(2); b2.switch(); deep(10)
    def b():
        while True: burn(3); a2.switch(); main.switch()
    def deep(n):
        if n: return deep(n - 1)
        burn(2); main.switch()
    main = greenlet.getcurrent()
    a2, b2 = greenlet.greenlet(a), greenlet.greenlet(b)
    while more():
        a2.switch(); burn(1); b2.switch()


def k_numpy():
    import numpy as np
    f = np.frompyfunc(lambda a, b: burn(1) or a, 2, 1)
    v = np.vectorize(lambda a: float(burn(1) * 0))
    while more():
        f(np.arange(3), np.arange(3)); v(np.arange(3.)); np.apply_along_axis(lambda a: burn(1), 0, np.ones((2, 2)))


def k_mp():
    import multiprocessing as mp
    m = sys.argv[2] if len(sys.argv) > 2 else 'fork'
    c = mp.get_context(m)
    ps = [c.Process(target=child, args=(i,)) for i in range(3)]
    [p.start() for p in ps]; [p.join() for p in ps]
    with c.Pool(2) as pool:
        pool.map(child2, range(4))
        pool.close(); pool.join()


def child(i):
    t = time.process_time()
    while time.process_time() - t < 0.25: burn(4 + i)
    done()


def child2(i):
    t = time.process_time()
    while time.process_time() - t < 0.1: burn(4)
    done()


def k_trio():
    import trio
    async def w(n):
        for _ in range(3): burn(n); await trio.sleep(0)
    async def main():
        while more():
            async with trio.open_nursery() as n: n.start_soon(w, 1); n.start_soon(w, 2)
            await trio.to_thread.run_sync(burn)
    trio.run(main)


def k_uvloop():
    import uvloop, asyncio
    async def w(n):
        for _ in range(3): burn(n); await asyncio.sleep(0)
    async def main():
        while more():
            await asyncio.gather(w(1), w(2)); asyncio.get_running_loop().call_soon(burn, 2)
    uvloop.run(main())


def k_gevent():
    import gevent
    def w(n):
        for _ in range(3): burn(n); gevent.sleep(0)
    while more(): gevent.joinall([gevent.spawn(w, i) for i in (1, 2, 3)])


def k_weird():
    import contextlib, copy, json as j, re, weakref, contextvars, itertools
    @contextlib.contextmanager
    def cm(): burn(1); yield; burn(1)
    class R:
        def __reduce__(self): burn(1); return (R, ())
        def __getstate__(self): burn(1); return {}
        def __lt__(self, o): burn(1); return False
        def __bool__(self): burn(1); return True
        def __format__(self, s): burn(1); return 'x'
        def __index__(self): burn(1); return 1
        def __init_subclass__(cls): burn(1)
        def __del__(self): pass
    def default(o): burn(1); return 1
    while more():
        with cm(): burn(1)
        copy.deepcopy(R()); j.dumps({'a': R()}, default=default)
        re.sub('a', lambda m: str(burn(1) * 0), 'aab')
        r = R(); weakref.finalize(r, burn, 1); del r
        contextvars.copy_context().run(burn, 1)
        list(itertools.starmap(burn, [(1,), (2,)])); sorted([R(), R()]); bool(R()); f'{R()}'; [1, 2][R()]
        type('S', (R,), {})
        any(burn(1) * 0 for _ in range(3))
        functools.lru_cache(lambda: burn(1))()
        functools.cmp_to_key(lambda a, b: burn(1) * 0)(1) < functools.cmp_to_key(lambda a, b: burn(1) * 0)(2)
        __import__('string').Formatter().vformat('{0}', [R()], {})


if __name__ == '__main__':
    globals()['k_' + sys.argv[1]]()
