#!/bin/sh
# prof-record on programs whose profile is known.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target spin

# A command
exits 0 'records a command' prof-record -F 499 -o a.pb.gz -- ./spin 0.6
is "$(cat out)" spinning 'what the command writes stays its own'
says 'samples of (cpu-clock|cycles), 0 lost' 'says what it did'
prof-fold a.pb.gz >a.folded
at_least "$(share a.folded '^spin;')" 99 'rooted in the name of the process'
at_least "$(share a.folded ';_start;.*;main;work;(first|second)')" 95 'stacks are whole, and named'
first=$(share a.folded ';work;first')
[ "$first" -ge 65 ] && [ "$first" -le 85 ]
ok $? 'and say where time goes' "first: $first %, not 75 %"
is "$(share a.folded truncated)" 0 'nothing is truncated'
ms=$(awk '{ all += $NF } END { printf "%d\n", all / 1000000 }' a.folded)
[ "$ms" -ge 480 ] && [ "$ms" -le 720 ]
ok $? 'samples add up to the CPU time that was used' "$ms ms, not 600"

# Facts
prof-query --summary a.pb.gz >summary
for fact in lost=0 truncated=0 cpu_time_ns= wall_ns= max_rss= 'command=./spin 0.6' exit_status=0 \
	events=cpu host= kernel= run=; do
	grep -q "^comment *$fact" summary
	ok $? "a fact: $fact" "$(cat summary)"
done

# The exit status is the command's
exits 7 'exit status of the command' prof-record -q -o x.pb.gz -- sh -c 'exit 7'
# shellcheck disable=SC2016
exits 143 'of a signal' prof-record -q -o x.pb.gz -- sh -c 'kill $$'
exits 127 'no such command' prof-record -o no.pb.gz -- ./there-is-none
[ ! -e no.pb.gz ]
ok $? 'leaves no file'
exits 126 'not a program' prof-record -o no.pb.gz -- "$top/Makefile"
exits 125 'no such directory to write to' prof-record -o no/x.pb.gz -- ./spin 0.1
exits 125 'a full disk' prof-record -o /dev/full -- ./spin 0.1
exits 2 'nothing to sample' prof-record
exits 2 'two things to sample' prof-record -a -- ./spin
exits 2 'no such process' prof-record -p 4194304 -o x.pb.gz
says 'no such process' 'which is reported'

# Standard output is the profile's alone
prof-record -q -t folded -- ./spin 0.2 >out 2>err
is "$(grep -c spinning out),$(grep -c spinning err)" 0,1 'a command writes beside the profile'
is "$(grep -vc '^spin;' out)" 0 'as text, stacks begin with its name'
prof-record -q -- ./spin 0.2 2>err | prof-query --types >out
grep -q 'cpu:nanoseconds' out
ok $? 'pprof into a pipe' "$(cat out)"

# Names now or later
exits 0 'addresses only' prof-record -q --no-symbols -o raw.pb.gz -- ./spin 0.3
is "$(prof-fold raw.pb.gz | grep -c 'main;work')" 0 'have no names'
prof-fold --symbolize raw.pb.gz >named 2>err
at_least "$(share named 'main;work;(first|second)')" 95 'but get them later'

# Labels
prof-record -q -l service_name=shop -l region=eu --label-by comm,tid,cpu,thread -o l.pb.gz -- ./spin 0.2
for label in service_name region comm tid cpu thread; do
	prof-query --labels l.pb.gz | grep -q "$label"
	ok $? "label $label" "$(prof-query --labels l.pb.gz)"
done
exits 2 'a label without a value' prof-record -l region -- ./spin 0.1
exits 2 'a label that is not known' prof-record --label-by colour -- ./spin 0.1

# Threads and children
prof-record -q -F 299 --label-by tid -o t.pb.gz -- ./spin 0.2 4
at_least "$(prof-query --values tid t.pb.gz | wc -l)" 4 'all threads of a command'
prof-fold t.pb.gz >t.folded
at_least "$(share t.folded '(clone|start_thread|thread_start|libc).*;thread;work')" 90 \
	'stacks of threads are whole' "$(cat t.folded)"
prof-record -q -F 299 --label-by pid -o c.pb.gz -- ./spin 0.2 0 3
at_least "$(prof-query --values pid c.pb.gz | wc -l)" 3 'all children of a command'

# A process that runs
./spin 30 >/dev/null &
pid=$!
sleep 0.2
exits 0 'attaches' prof-record -p $pid -d 400ms -F 299 -o p.pb.gz
prof-fold p.pb.gz >p.folded
at_least "$(share p.folded 'main;work')" 95 'and finds whole stacks'
at_least "$(prof-query --summary p.pb.gz | sed -n 's/^comment *cpu_time_ns=\([0-9]*\)[0-9]\{6\}$/\1/p')" \
	20 'and knows its CPU time'
exits 0 'everything' prof-record -a -d 300ms -F 299 -o all.pb.gz
at_least "$(prof-fold all.pb.gz | grep -c '^spin;')" 1 'has it, too'
exits 0 'by name' prof-record --comm '^spi' -d 300ms -F 299 -o comm.pb.gz
is "$(prof-fold comm.pb.gz | grep -vc '^spin;')" 0 'has nothing else'
exits 0 'by user' prof-record -u "$(id -un)" -C 0 -d 200ms -o user.pb.gz
exits 2 'no such CPU' prof-record -C 1023 -d 1s -o x.pb.gz
says 'CPU 1023 is not online' 'is named'
exits 2 'no such user' prof-record -u nobody-of-that-name -d 1s
kill $pid

# Windows
prof-record -q -F 299 --every 200ms -o w.pb.gz -- ./spin 0.7
at_least "$(od -An -v -tx1 w.pb.gz | tr -d ' \n' | grep -o 1f8b0800 | wc -l)" 3 'a stream of windows'
prof-record -q -F 299 --every 200ms -o 'w-%n.pb.gz' -- ./spin 0.7
at_least "$(find . -name 'w-*.pb.gz' | wc -l)" 3 'a file for each window'
prof-record -q -F 299 --every 200ms -o 'same-%Y.pb.gz' -- ./spin 0.7
at_least "$(find . -name 'same-*' | wc -l)" 3 'also where their names are the same'
for f in w-*.pb.gz; do
	prof-query --types "$f" >out 2>&1
	ok $? "$f can be read" "$(cat out)"
done
./spin 30 >/dev/null &
pid=$!
prof-record -q -p $pid --every 100ms -o k.pb.gz &
recorder=$!
wait_for k.pb.gz
kill -9 $recorder
wait $recorder 2>/dev/null
exits 0 'windows that were complete outlive kill -9' prof-query --top k.pb.gz
prof-record -q -p $pid -o u.pb.gz &
recorder=$!
sleep 1
kill -USR1 $recorder
wait_for u.pb.gz
[ -s u.pb.gz ]
ok $? 'SIGUSR1 ends a window'
kill -INT $recorder
wait $recorder
is $? 0 'SIGINT ends the recording'
exits 0 'and all is written' prof-query --top u.pb.gz
kill $pid
prof-record -q -o term.pb.gz -- ./spin 30 >/dev/null &
recorder=$!
sleep 1
kill -TERM $recorder
wait $recorder
is $? 143 'SIGTERM reaches the command'
exits 0 'and what was gathered is written' prof-query --top term.pb.gz

# A reader that goes away
prof-record -a --every 50ms -d 5s 2>err | head -c 1 >/dev/null
says 'standard output: cannot write' 'a closed pipe ends it, with a word'

# Events
exits 0 'several events' prof-record -q -e cpu,page-faults,context-switches -o e.pb.gz -- ./spin 0.2
is "$(prof-query --types e.pb.gz | wc -l)" 4 'are sample types of one profile'
at_least "$(prof-fold --type page-faults e.pb.gz | wc -l)" 1 'with stacks of their own'
exits 125 'no such event' prof-record -e nonsense -- ./spin 0.1
says nonsense 'is named'
if [ -r /sys/kernel/tracing/events/sched/sched_switch/id ]; then
	exits 0 'a tracepoint' prof-record -q -e sched:sched_switch -o tp.pb.gz -- sleep 0.1
	at_least "$(prof-fold tp.pb.gz | wc -l)" 1 'has stacks'
else
	skip 'tracefs is not there' 'a tracepoint'
fi
exits 0 'without the kernel' prof-record -q --no-kernel -F 999 -o nk.pb.gz -- ./spin 0.2
is "$(prof-fold --kernel nk.pb.gz | grep -c '_\[k\]')" 0 'none of it is left'

# An ordinary user
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 755 . && mkdir mine && chmod 777 mine
	cp "$(command -v prof-record)" spin mine/
	as_nobody() { (cd mine && setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"); }
	if [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -le 2 ]; then
		exits 0 'an ordinary user records a program' \
			as_nobody ./prof-record -F 299 -o own.pb.gz -- ./spin 0.3
		prof-fold mine/own.pb.gz >own.folded
		at_least "$(share own.folded '_start;.*main;work')" 90 'with whole stacks'
		# Who is watched may put a pipe where its program was.
		cp spin mine/piped
		(cd mine && exec setpriv --reuid=65534 --regid=65534 --clear-groups ./piped 30 >/dev/null) &
		pid=$!
		sleep 0.3
		rm mine/piped
		mkfifo mine/piped
		exits 0 'a program whose place a pipe has taken is not waited for' \
			as_nobody timeout 10 ./prof-record -p $pid -d 300ms -o piped.pb.gz
		kill $pid
	else
		skip 'perf_event_paranoid is above 2' 'an ordinary user'
	fi
	if [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -ge 1 ]; then
		exits 2 'but not the machine' as_nobody ./prof-record -a -d 1s -o all.pb.gz
		says 'perf_event_paranoid.*CAP_PERFMON' 'and is told what is missing'
		says 'setcap' 'and what to do'
		exits 125 '--require-kernel fails rather than leave it out' \
			as_nobody ./prof-record --require-kernel -o own.pb.gz -- ./spin 0.1
	fi
else
	skip 'not root' 'an ordinary user'
fi

# A control group
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
group=$groups/prof-test-$$
if [ -n "$groups" ] && mkdir "$group" 2>/dev/null; then
	sh -c "echo \$\$ >$group/cgroup.procs && exec ./spin 30" >/dev/null &
	pid=$!
	sleep 0.3
	exits 0 'a control group' prof-record -G "$group" -d 400ms -F 299 --label-by cgroup -o g.pb.gz
	prof-fold g.pb.gz >g.folded
	at_least "$(share g.folded 'main;work')" 95 'has what runs in it'
	is "$(prof-query --values cgroup g.pb.gz)" "/prof-test-$$" 'and its name'
	kill $pid
	wait $pid 2>/dev/null
	rmdir "$group"
else
	skip 'no control groups here' 'a control group'
fi
exits 2 'no control group' prof-record -G "$top" -d 100ms -o x.pb.gz
says 'control group' 'is reported'

# Two commands in turns
exits 0 'two commands in turns' prof-record --ab './spin 0.05' './spin 0.06' --runs 2 -o runs
is "$(cd runs && find . -type f | sort | tr '\n' ' ')" \
	'./base/001.pb.gz ./base/002.pb.gz ./new/001.pb.gz ./new/002.pb.gz ' 'a profile for each run'
starts() { prof-query --summary "runs/$1" | sed -n 's/^from *//p;s/^comment *round=//p' | tr '\n' ' '; }
is "$(prof-query --summary runs/new/002.pb.gz | grep -cE 'round=2|side=new')" 2 'that knows what it is'
exits 125 'not over older ones' prof-record --ab true true -o runs
says 'not empty' 'is reported'
exits 125 'a command that fails ends it' prof-record --ab true 'exit 3' --runs 1 -o other
says 'new command exited with 3' 'and is named'
exits 2 'no directory' prof-record --ab true true
exits 0 'until there are enough runs' prof-record -F 999 --ab './spin 0.1' './spin 0.15' \
	--until-power 100%@70%share --runs 30 -o enough
at_least "$(find enough/base -type f | wc -l)" 5 'at least five'
[ "$(find enough/base -type f | wc -l)" -lt 30 ]
ok $? 'and not all'
exits 1 'in which the difference is found' prof-diff --check enough/base -- enough/new
finish
