#!/bin/sh
# prof-record where things go wrong: it counts what it loses, and ends well.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target spin

# fact FILE KEY: the sum over all windows
fact() { prof-query --summary "$1" | sed -n "s/^comment *$2=//p" | head -1; }
# memory_is_small NAME: the MB that the line at the end names
memory_limit=64
sanitized && memory_limit=256
memory_is_small() {
	memory=$(sed -n 's/.*, \([0-9]*\) MB at most.*/\1/p' err)
	[ "$memory" -le $memory_limit ]
	ok $? "$1" "$memory MB"
}

# nothing_is_lost FILE NAME
nothing_is_lost() {
	if sanitized; then
		skip 'sanitizers make the recorder too slow for that' "$2"
	elif [ "$(fact "$1" lost)" != 0 ] && is_overloaded; then
		skip 'the machine is too busy: some were lost' "$2"
	else
		is "$(fact "$1" lost)" 0 "$2"
	fi
}

# A fork storm
cat >storm.c <<'END'
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	volatile unsigned long sink = 0;

	for (int i = argc > 1 ? atoi(argv[1]) : 0; i > 0; i--) {
		if (fork() == 0) {
			for (int j = 0; j < 100000; j++)
				sink += (unsigned long)j;
			_exit(0);
		}
		if (i % 8 == 0)
			while (wait(NULL) > 0)
				;
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
END
$CC -O1 -g -o storm storm.c
exits 0 'ten thousand processes' prof-record -F 999 -o storm.pb.gz -- ./storm 10000
nothing_is_lost storm.pb.gz 'none is lost'
prof-fold storm.pb.gz >storm.folded
at_least "$(share storm.folded '^storm;')" 99 'all are named'
[ "$(share storm.folded truncated)" -le 10 ]
ok $? 'few end before they can be looked at' "$(share storm.folded truncated) %"
memory_is_small 'memory stays small'

# Many shared objects
echo 'int f(void) { return 1; }' >so.c
$CC -shared -fPIC -o so.so so.c
mkdir so
i=0
while [ $i -lt 1000 ]; do
	cp so.so so/$i.so
	i=$((i + 1))
done
cat >many.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>
static volatile unsigned long sink;
int main(void)
{
	char name[64];

	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "./so/%d.so", i);
		if (!dlopen(name, RTLD_NOW))
			return 1;
	}
	for (clock_t end = clock() + CLOCKS_PER_SEC / 3; clock() < end;)
		sink++;
	return 0;
}
END
$CC -O1 -g -o many many.c -ldl
exits 0 'a thousand shared objects' prof-record -F 499 -o many.pb.gz -- ./many
prof-fold many.pb.gz >many.folded
at_least "$(share many.folded '_start;.*main')" 95 'do not keep stacks from being whole'
memory_is_small 'nor memory small'

# Many threads, known before and started later
./spin 0.02 500 >/dev/null &
exits 0 'five hundred threads' prof-record -F 499 --label-by tid -o threads.pb.gz -- ./spin 0.01 500
nothing_is_lost threads.pb.gz 'none is lost'
seen=$(prof-query --values tid threads.pb.gz | wc -l)
if [ "$seen" -lt 250 ] && [ "$(fact threads.pb.gz lost)" != 0 ] && is_overloaded; then
	skip 'the machine is too busy: some were lost' 'most of them are seen'
else
	at_least "$seen" 250 'most of them are seen'
fi
wait

# As much as there is
exits 0 'four thousand times a second' prof-record -F 4000 -o fast.pb.gz -- ./spin 0.7
nothing_is_lost fast.pb.gz 'loses nothing'

# A reader that is slow: what does not fit is lost, and counted
(prof-record -F 2000 --every 100ms -- ./spin 2 2>err; echo $? >status) | (sleep 3; cat >slow.pb.gz)
is "$(cat status)" 0 'a slow reader'
exits 0 'gets what was written' prof-query --top slow.pb.gz
exits 125 'a full disk' prof-record --every 100ms -o /dev/full -- ./spin 0.3
says 'No space left on device' 'is named'

# The target is killed
./spin 30 >/dev/null &
pid=$!
# It ran for 0.2 s since the recording began.
ticks() { awk '{ sub(/.*[)] /, ""); print $12 }' /proc/$pid/stat; }
mkfifo control ack
(
	started
	until=$(($(ticks) + 20))
	while [ "$(ticks)" -lt $until ]; do
		sleep 0.1
	done
	kill -9 $pid
) &
exits 0 'a target that is killed ends the recording' prof-record -p $pid -F 299 --control fifo:control,ack -o killed.pb.gz
prof-fold killed.pb.gz >killed.folded
at_least "$(share killed.folded 'main;work')" 90 'what was gathered is written'

# A target that somebody else traces
if command -v strace >/dev/null; then
	./spin 30 >/dev/null &
	pid=$!
	strace -qq -e trace=none -p $pid 2>/dev/null &
	tracer=$!
	sleep 0.3
	exits 0 'a target under ptrace' prof-record -p $pid -d 300ms -F 299 -o traced.pb.gz
	prof-fold traced.pb.gz >traced.folded
	at_least "$(share traced.folded 'main;work')" 90 'is recorded all the same'
	kill $tracer $pid 2>/dev/null
else
	skip 'there is no strace: make deps-dev' 'a target under ptrace'
fi

# A binary that is replaced while it runs
cp spin replaced
./replaced 30 >/dev/null &
pid=$!
sleep 0.2
rm replaced
cp "$(command -v prof-fold)" replaced
exits 0 'a binary that was replaced' prof-record -p $pid -d 400ms -F 299 -o replaced.pb.gz
prof-fold replaced.pb.gz >replaced.folded
at_least "$(share replaced.folded '_start;.*main;work;(first|second)')" 95 'is read as it runs' \
	"$(cat replaced.folded)"
kill $pid

# The same on an overlay, where inodes are those of its layers
mkdir low up work merged
cp spin low/upgraded
if unshare -m mount -t overlay overlay -o lowerdir=low,upperdir=up,workdir=work merged 2>/dev/null; then
	cat >upgrade <<-'END'
		mount -t overlay overlay -o lowerdir=low,upperdir=up,workdir=work merged || exit
		merged/upgraded 30 >/dev/null &
		sleep 0.2
		cp "$1" merged/other && mv merged/other merged/upgraded
		echo $! >upgraded.pid
		wait
	END
	unshare -m sh ./upgrade "$(command -v prof-fold)" &
	wait_for upgraded.pid
	pid=$(cat upgraded.pid)
	exits 0 'a binary of an overlay that was upgraded' prof-record -p "$pid" -d 400ms -F 299 -o upgraded.pb.gz
	prof-fold upgraded.pb.gz >upgraded.folded
	at_least "$(share upgraded.folded '_start;.*main;work;(first|second)')" 95 'is read as it runs, too' \
		"$(cat upgraded.folded)"
	kill "$pid"
else
	skip 'no overlay can be mounted here' 'a binary of an overlay that was upgraded'
fi

# Few open files: names are found with them, and if not, that is said
$CC -O1 -g -fno-inline -o spin "$top/tests/targets/spin.c"
# shellcheck disable=SC3045 # dash, bash and busybox know -n
(ulimit -n 24 && prof-record -q -F 499 -o few.pb.gz -- ./spin 0.3)
prof-fold few.pb.gz >few.folded
at_least "$(share few.folded 'main')" 90 'names with 24 open files' "$(cat few.folded)"
# shellcheck disable=SC3045
(ulimit -n 12 && prof-record -F 499 -o few.pb.gz -- ./spin 0.3) 2>err
says 'too many open files|Too many open files' 'with 12 open files it is said'

# In a time namespace, times of records and of windows are of different clocks
if unshare -T --monotonic 5000 true 2>/dev/null; then
	exits 125 'a time namespace' unshare -T --monotonic 5000 prof-record -o time.pb.gz -- ./spin 0.1
	says 'time namespace' 'is said'
	exits 0 'one whose clock is the same' unshare -T --boottime 5000 prof-record -o time.pb.gz -- ./spin 0.1
else
	skip 'no time namespaces' 'a time namespace'
fi

# A /proc of another PID namespace has the numbers of other processes
if unshare -pf true 2>/dev/null; then
	exits 125 'the /proc of another PID namespace' unshare -pf prof-record -o other.pb.gz -- ./spin 0.1
	says '/proc shows the processes of another PID namespace' 'and it is said'
else
	skip 'no PID namespaces' 'the /proc of another PID namespace'
fi
finish
