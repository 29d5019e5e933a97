#!/bin/sh
# Functions of Python in stacks, read by BPF at each sample: named, in their places, and none
# where another was.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/interpreted.sh"

command -v python3 >/dev/null || {
	echo '1..0 # SKIP there is no python3'
	exit 0
}
needs_bpf

cat >app.py <<'P'
import sys, threading, time, multiprocessing

def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(50))

class Worker:
    def run(self, seconds):
        spin(seconds)

def key(x):
    spin(0.01)
    return -x

def generator(seconds):
    yield spin(seconds)

def recurse(n):
    return recurse(n - 1) if n else spin(0.1)

def in_thread():
    spin(0.1)

def in_child():
    spin(0.1)

def main():
    Worker().run(0.1)
    sorted(range(10), key=key)
    list(generator(0.1))
    recurse(50)
    t = threading.Thread(target=in_thread)
    t.start()
    t.join()
    p = multiprocessing.get_context("fork").Process(target=in_child)
    p.start()
    p.join()

main()
P
prof-record -v -F 499 -o app.pb.gz -- python3 app.py 2>err </dev/null
was_read err
cp err report
prof-merge -t folded app.pb.gz >all.folded

python_frames='spin|Worker\.run|run|key|generator|recurse|in_thread|in_child|main|<module>|Thread\.run|Process\.run|BaseProcess\.run'
only_known "$python_frames" all.folded | sed 's/; [0-9]*$//' | sort -u >pythons
# has TEXT NAME: some stack has these frames next to each other, but for native ones
has() {
	grep -q -- "$1\$" pythons
	ok $? "$2" "$(cat pythons)"
}
grep -q '_PyEval_EvalFrameDefault;.*spin' all.folded
ok $((1 - $?)) 'the evaluator is not shown' "$(grep -m1 '_PyEval_EvalFrameDefault;.*spin' all.folded)"
if grep -q 'Worker\.run' all.folded; then
	has ';<module>;main;Worker.run;spin' 'a method, with its class'
else
	has ';<module>;main;run;spin' 'a method (before 3.11: without its class)'
fi
has ';<module>;main;key;spin' 'a function that C calls'
grep -Eq 'main;(.*;)?[^;]*(sort|0x)[^;]*;(.*;)?key;' all.folded
ok $? 'with C between it and its caller' "$(grep -m1 key all.folded)"
has ';main;generator;spin' 'a generator'
is "$(grep -o 'recurse;' pythons | wc -l)" 51 'each call of a recursion'
has 'in_thread;spin' 'a thread'
has 'in_child;spin' 'a process that was forked'
! grep -q 'in_child;.*in_thread\|key;.*recurse\|spin;.*main' all.folded
ok $? 'no function calls one that it does not'
nearly_whole Python report 'nearly all samples have all functions'
lines_within app.py 3 6 spin app.pb.gz

# Types of frames, and the lock
is "$(prof-query -q -t folded --show '\[cpython\]' app.pb.gz | tr ';' '\n' | grep -c '_PyEval\|^_start\|^clone')" 0 \
	'--show selects the functions of Python'
prof-query -q -t folded --show '\[cpython\]' app.pb.gz | grep -q 'recurse;spin'
ok $? 'which are there'
cat >lock.py <<'P'
import hashlib, sys, threading, time
data = b"x" * (1 << 20)

def with_lock(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(50))

def without_lock(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        hashlib.sha256(data)

def both():
    for i in range(5):
        with_lock(0.05)
        without_lock(0.05)

t = [threading.Thread(target=both) for i in range(2)]
[x.start() for x in t]
[x.join() for x in t]
P
version=$(python3 -c 'import sys; print(sys.version_info[1])')
prof-record -q -F 499 -o lock.pb.gz -- python3 lock.py 2>err </dev/null
held() { # FUNCTION GIL: percent of its samples
	prof-fold -q --root gil lock.pb.gz | awk -v f=";$1;" -v gil="$2;" 'index($0, f) {
		all += $NF
		if (index($0, gil) == 1)
			some += $NF
	} END { printf "%d\n", all ? 100 * some / all : -1 }'
}
if [ "$version" -le 13 ]; then
	[ "$(held with_lock holds)" -ge 85 ]
	ok $? 'gil=holds where Python runs' "$(held with_lock holds)"
	[ "$(held without_lock none)" -ge 80 ]
	ok $? 'gil=none where C runs without the lock' "$(held without_lock none)"
else
	is "$(prof-query -q --values=gil lock.pb.gz)" '' 'no label gil from 3.14 on'
fi

# Options
cat >small.py <<'P'
import time
def spin():
    end = time.thread_time() + 0.15
    while time.thread_time() < end:
        sum(range(50))
spin()
P
prof-record -F 499 --evaluators -t folded -o shown.folded -- python3 small.py 2>err </dev/null
grep -q 'spin;_PyEval_EvalFrameDefault' shown.folded
ok $? '--evaluators shows the evaluator under the function that it runs' "$(head -3 shown.folded)"
prof-record -F 499 --no-interpreters -t folded -o native.folded -- python3 small.py 2>err </dev/null
! grep -q ';spin' native.folded
ok $? '--no-interpreters leaves functions out'

# Functions that are made and dropped, at the same addresses
cat >churn.py <<'P'
import time
end = time.thread_time() + 0.3
n = 0
while time.thread_time() < end:
    n += 1
    exec(compile(f"def f{n % 7}():\n x = 0\n for i in range(3000): x += i\nf{n % 7}()\n", f"file{n % 7}", "exec"))
P
prof-record -F 999 -o churn.pb.gz -- python3 churn.py 2>err </dev/null
prof-merge -t folded churn.pb.gz | grep -o '<module>;.*f[0-6]' | sed 's/.*;//' | sort -u >functions
is "$(grep -c '^f[0-6]$' functions)" 7 'functions that follow each other in one place are told apart'

# More calls than can be read, most of them through C: both stacks are cut off
cat >via_c.py <<'P'
import sys, threading, time

def via_c(n):
    return list(map(via_c, [n - 1])) if n else spin(0.3)

def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass

sys.setrecursionlimit(10000)
threading.stack_size(512 << 20)
t = threading.Thread(target=via_c, args=(1500,))
t.start()
t.join()
P
prof-record -F 499 -v -t folded -o via_c.folded -- python3 via_c.py 2>err </dev/null
if grep -q RecursionError err; then
	skip 'this Python allows fewer calls' 'a recursion through C'
else
	awk '/;spin/ { all++; n = gsub(/;via_c/, ""); deep += n > 900 && /\[truncated\]/ }
		END { exit !all || deep < all * 0.9 }' via_c.folded
	ok $? 'a recursion through C has the innermost calls' "$(cut -c1-200 via_c.folded | head -3; cat err)"
fi

# A process that runs already; and one that leaves early, in the middle of everything
python3 -c '
import time
def busy():
    open("ready", "w").close()
    while True: sum(range(100))
busy()' &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -e ready ] && break
	sleep 0.1
done
prof-record -F 299 -d 0.3 -t folded -p $pid 2>err >attached
kill $pid
grep -q '<module>;busy' attached
ok $? '-p: a process that runs' "$(head -5 attached; cat err)"
cat >short.py <<'P'
import os, sys
for i in range(40):
    pid = os.fork()
    if not pid:
        sum(range(20000))
        os.execv(sys.executable, [sys.executable, "-S", "-c", "pass"]) if i % 8 == 0 else os._exit(0)
    os.waitpid(pid, 0)
P
exits 0 'processes that fork, exec and exit while they are read' \
	prof-record -F 1999 -t folded -o short.folded -- python3 short.py
[ -s short.folded ]
ok $? 'are recorded'

# Children of a process that only waits for them, and has no sample of its own
cat >waits.py <<'P'
import os, sys, time
def work():
    end = time.thread_time() + 0.02
    while time.thread_time() < end:
        sum(range(50))
while True:
    pid = os.fork()
    if not pid:
        work()
        os._exit(0)
    os.waitpid(pid, 0)
P
python3 waits.py &
pid=$!
sleep 0.3
prof-record -v -F 99 -d 2 -t folded -p $pid --children -o waits.folded 2>report
kill $pid
nearly_whole Python report 'all children of a process that waits'

# Greenlets share one native stack.
for greenlets in python3 /usr/bin/python3; do
	$greenlets -c 'import greenlet' 2>err && break
done
cat >greenlets.py <<'P'
import greenlet, time

def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(50))

def inside():
    while True:
        spin(0.01)
        greenlet.getcurrent().parent.switch()

def outside():
    g = greenlet.greenlet(inside)
    for i in range(30):
        g.switch()

outside()
P
if $greenlets -c 'import greenlet' 2>err; then
	prof-record -v -F 997 -t folded -o greenlets.folded -- "$greenlets" greenlets.py 2>report </dev/null
	only_known '_start|<module>|outside|inside|spin|_PyEval_EvalFrameDefault' greenlets.folded | sed 's/ [0-9]*$//' |
		sort -u >greenlets
	grep -q '^;inside;spin;' greenlets
	ok $? 'a greenlet' "$(cat greenlets report)"
	is "$(grep 'inside' greenlets | grep -v '^;inside;')$(grep 'inside.*EvalFrame' greenlets)" '' \
		'has no functions of others, and all of its own'
else
	skip 'there is no greenlet' 'a greenlet'
fi

# A thread with a state in each of two interpreters, as in servers of several applications; and one that
# runs a state which another thread has made
cat >two.py <<'P'
import ctypes, sys
states = ctypes.CDLL(sys.argv[1])
CODE = b"""
import time
def %s(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(50))
def application():
    %s(0.3)
application()
"""
def main():
    for name, foreign in ((b"of_own_state", 0), (b"of_foreign_state", 1)):
        if states.run_in_thread(CODE % (name, name), foreign):
            sys.exit("%s did not run" % name)
main()
P
if [ "$version" -lt 10 ]; then
	skip 'until 3.9, which interpreter a thread runs is not known' 'several interpreters'
else
	prof-record -v -F 499 -t folded -o two.folded -- python3 two.py "$BUILD/tests/two_states.so" 2>report </dev/null
	only_known '<module>|main|application|of_own_state|of_foreign_state' two.folded |
		awk '{ n[$1] += $2 } END { for (i in n) print i, n[i] / 1e9 }' >two
	for name in of_own_state of_foreign_state; do # of 0.3 s
		awk -v is=";<module>;application;$name;" '$1 == is { s = $2 } END { exit s < 0.2 }' two
		ok $? "several interpreters: $name" "$(cat two report)"
	done
	! grep -q 'main.*application' two
	ok $? 'which no function of the first one calls' "$(cat two)"
fi

# Where threads wait
cat >wait.py <<'P'
import time
def sleeper():
    for i in range(10): # an interpreter is known after the first samples
        time.sleep(0.03)
sleeper()
P
prof-record --off-cpu -t folded -o wait.folded -- python3 wait.py 2>err </dev/null
grep -q '<module>;sleeper;' wait.folded
ok $? '--off-cpu: who waits' "$(cat wait.folded; cat err)"

finish
