#!/bin/sh
# The label `task`: that of asyncio that the thread runs at the sample, and no other.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/interpreted.sh"
needs_bpf

# As gcc compiles the BPF program, it does not read dicts of tasks.
least=11
grep -q 'tasks of asyncio: from CPython 3.14' out && least=14
# One of each version; its task is in another place in 3.11, 3.12, 3.13 and 3.14.
pythons=
versions=' '
for python in python3 python3.1[1-9] "$HOME"/.pyenv/versions/3.*/bin/python3 /usr/bin/python3.1[1-9]; do
	version=$("$python" -c 'import sys; print(sys.version_info[1])' 2>/dev/null) || continue
	case $versions in *" $version "*) continue ;; esac
	[ "$version" -lt $least ] && continue
	versions="$versions$version "
	pythons="$pythons $python"
done
[ "$pythons" ] || skip_rest "there is no CPython 3.$least or later"

# Runs for some seconds of CPU time, and tells at the end how much of it each function took.
cat >app.py <<'P'
import asyncio, collections, sys, threading, time

spent = collections.Counter()

def works_on(): return time.process_time() < float(sys.argv[1])

def burn(name, rounds):
    before = time.thread_time()
    sum(i * i for i in range(rounds * 1000))
    spent[name] += time.thread_time() - before

def work_a(): burn("work_a", 20)
def work_b(): burn("work_b", 10)
def work_default(): burn("work_default", 10)
def work_derived(): burn("work_derived", 8)
def work_callback(): burn("work_callback", 5)
def work_thread(): burn("work_thread", 8)
def work_loop(): burn("work_loop", 8)
def work_long(): burn("work_long", 8)
def work_renamed(): burn("work_renamed", 8)

class Derived(asyncio.Task):
    pass

async def inner(work):
    work()

async def run(work):
    while works_on():
        await inner(work)
        await asyncio.sleep(0)

async def renamed():
    asyncio.current_task().set_name("other name")
    await run(work_renamed)

def callback(loop):
    work_callback()
    if works_on():
        loop.call_soon(callback, loop)

async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(callback, loop)
    default = asyncio.create_task(run(work_default))
    await asyncio.gather(asyncio.create_task(run(work_a), name="alpha"),
                         asyncio.create_task(run(work_b), name="beta"),
                         asyncio.create_task(run(work_long), name="x" * 1000),
                         asyncio.create_task(renamed(), name="first name"),
                         Derived(run(work_derived), loop=loop, name="derived \u00e9\u4e2d"),
                         default)
    print("default", default.get_name(), file=sys.stderr)

async def in_loop():
    asyncio.current_task().set_name("second loop")
    await run(work_loop)

def in_thread():
    while works_on():
        work_thread()

threads = [threading.Thread(target=in_thread), threading.Thread(target=lambda: asyncio.run(in_loop()))]
for t in threads:
    t.start()
asyncio.run(main())
for t in threads:
    t.join()
for name, seconds in spent.items():
    print(name, seconds)
P
# tasks FUNCTION: labels of the samples in the function, "-" for none, but those of one in fifty
tasks() {
	prof-fold -q --root task p.pb.gz | awk -v f=";$1;" '
	index($0, f) {
		task = $0
		sub(/;.*/, "", task)
		n[task ~ /^(alpha|beta|x+|.* name|derived .*|second loop|Task-[0-9]+)$/ ? task : "-"] += $NF
		all += $NF
	}
	END {
		for (t in n)
			if (t != "-" || n[t] > all / 50)
				print t
	}'
}
# tasks_hold PYTHON: records the program.
tasks_hold() {
	prof-record -v -F 999 -o p.pb.gz -- "$1" app.py 1.5 >truth 2>err </dev/null
	was_read err
	default=$(sed -n 's/^default //p' err)
	is "$(tasks work_a)" alpha "$1: a task with a name"
	is "$(tasks work_b)" beta 'another'
	is "$(tasks work_default)" "$default" 'one without a name has its default name'
	is "$(tasks work_derived)" 'derived é中' 'one of a derived class'
	is "$(tasks work_renamed)" 'other name' 'one that gets another name'
	is "$(tasks work_long)" - 'one whose name is too long has no label'
	is "$(tasks work_callback)" - 'a callback runs in no task'
	is "$(tasks work_thread)" - 'nor does a thread without asyncio'
	is "$(tasks work_loop)" 'second loop' 'a loop in another thread'
	prof-fold -q p.pb.gz >p.folded
	only_known 'work_[a-z]*' p.folded >known
	shares_hold truth known
}
for python in $pythons; do
	tasks_hold "$python"
done
grep -q 'tasks of asyncio: [1-9][0-9]* samples, [0-9]* not valid, [0-9]* not readable, [1-9][0-9]* labels left out' err
ok $? 'the summary counts them' "$(cat err)"
prof-query -q --tag task=alpha -t folded p.pb.gz | awk '{ all += $NF } /work_a/ { n += $NF }
	END { exit !(n > 0.9 * all) }'
ok $? '--tag selects by them'
prof-record -q -F 499 --label-by comm -o comm.pb.gz -- "$python" app.py 0.5 >truth 2>err
is "$(prof-query -q --values=task comm.pb.gz 2>/dev/null)" '' '--label-by without task leaves them out'

"$python" app.py 5 >truth 2>err &
pid=$!
prof-record -q -F 499 -d 4s -p $pid -o p.pb.gz
is "$(tasks work_a)" alpha 'of a process that imports asyncio while it is recorded'
wait $pid
finish
