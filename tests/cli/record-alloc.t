#!/bin/sh
# What programs allocate and have in use: against programs that tell themselves how much, where.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target allocates -w
echo 'void *malloc(unsigned long); void *in_dlopened(unsigned long n) { return malloc(n); }' >lib.c
$CC -shared -fPIC -g -O1 -o lib.so lib.c

# amounts PROFILE TYPE FUNCTION: the sum of what it and its callees have
amounts() {
	prof-query --type "$2" "$1" -t folded 2>/dev/null |
		awk -v f=";$3;" '{ n = $NF; sub(/ [0-9]+$/, ""); gsub(/\([^;]*\)/, "") }
			index(";" $0 ";", f) { sum += n } END { printf "%d", sum }'
}
# as_told PROFILE LINES: it has exactly what the program has told
as_told() {
	while read -r function objects bytes used used_bytes; do
		[ -n "$used_bytes" ] || continue
		[ "$function" != small_ones ] || continue
		is "$(amounts "$1" alloc_objects "$function") $(amounts "$1" alloc_space "$function"), in use $(
			amounts "$1" inuse_objects "$function") $(amounts "$1" inuse_space "$function")" \
			"$objects $bytes, in use $used $used_bytes" "$function: $objects allocations, $used in use"
	done <"$2"
}
# near GOT EXPECTED PERCENT NAME
near() {
	awk -v a="$1" -v b="$2" -v p="$3" 'BEGIN { d = a - b; if (d < 0) d = -d; exit !(d <= p * b / 100) }'
	ok $? "$4" "$1, not $2"
}
total() { prof-query --type "$2" "$1" -t folded 2>/dev/null | awk '{ n += $NF } END { printf "%d\n", n }'; }

# Every way to allocate; each block is 64 times the period, so each is a sample.
exits 0 'a command that allocates' prof-record --alloc --alloc-period 1K -o a.pb.gz -- sh -c './allocates ./lib.so >told'
says 'about [0-9.]+MB in [0-9]+ allocations allocated; at the end, ' 'the last line says how much'
as_told a.pb.gz told
# 500 bytes are a sample in two of five cases: 1,600 samples, known within 2 %.
near "$(amounts a.pb.gz alloc_space small_ones)" 2000000 10 'small ones: their bytes'
near "$(amounts a.pb.gz inuse_objects small_ones)" 2000 14 'and how many are in use'
is "$(prof-query --types a.pb.gz | awk '{ printf "%s ", $2 }')" \
	'alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes ' 'the types of Go, in that order'
is "$(prof-query --types a.pb.gz | awk '/default/ { print $3 }')" 'memory:inuse_space:bytes:space:bytes' 'what is in use is the default'
prof-query --top a.pb.gz >top 2>/dev/null
grep -q 'do_realloc' top
ok $? 'leaks are at the top' "$(cat top)"
is "$(prof-query --summary a.pb.gz | grep -c 'lost=0')" 1 'nothing is lost'

# Ends
exits 3 'a command that exits in the middle' prof-record --alloc -c 1024 -o e.pb.gz -- ./allocates ./lib.so exit
cp out told
as_told e.pb.gz told
exits 137 'one that is killed' prof-record --alloc -c 1024 -o k.pb.gz -- ./allocates ./lib.so kill
cp out told
as_told k.pb.gz told
exits 3 'one that becomes another program' prof-record --alloc -c 1024 -o x.pb.gz -- ./allocates ./lib.so exec
is "$(amounts x.pb.gz alloc_objects do_malloc) $(amounts x.pb.gz inuse_objects do_malloc)" '20 5' \
	'has nothing of the first in use'

# C++
if command -v g++ >/dev/null; then
	g++ -std=c++17 -O1 -g -fno-inline -o allocatexx "$top/tests/targets/allocates.cpp"
	exits 0 'new and delete' prof-record --alloc -c 1024 -o n.pb.gz -- ./allocatexx
	cp out told
	as_told n.pb.gz told
	is "$(amounts n.pb.gz inuse_space container)" 0 'containers free what they have'
else
	skip 'there is no g++' 'new and delete'
fi
for name in jemalloc.so.2 tcmalloc_minimal.so.4; do
	if sanitized; then
		skip 'sanitizers want to be loaded first' "$name"
		continue
	fi
	for dir in /usr/lib/x86_64-linux-gnu /usr/lib/aarch64-linux-gnu /usr/lib64 /usr/lib ${ALLOCATORS-}; do
		[ -e "$dir/lib$name" ] || continue
		[ -x allocatexx ] || continue
		LD_PRELOAD=$dir/lib$name exits 0 "$name" prof-record --alloc -c 1024 -o j.pb.gz -- ./allocatexx
		cp out told
		as_told j.pb.gz told
		continue 2
	done
	skip 'it is not installed' "$name"
done

# A process that may have no file for its records runs on, and is missed.
exits 0 'a limit of file sizes' prof-record --alloc -o limit.pb.gz -- sh -c '(ulimit -f 0; exec ./allocates ./lib.so >/dev/null)'
says '[1-9] process(es are| is) left out: the limit of file sizes' 'ends nobody, and the last lines say who is left out'

# A process that has loaded the library, and waits to be asked
LD_PRELOAD=$BUILD/libprof-alloc.so ./allocates serve >ready &
pid=$!
wait_for ready
exits 0 'a process that runs' prof-record --alloc -c 1024 -p $pid --every 200ms -d 600ms -o p-%n.pb.gz
at_least "$(amounts p-0.pb.gz alloc_objects serve)" 40 'allocates'
for window in 0 1; do
	used=$(amounts p-$window.pb.gz inuse_objects serve)
	[ "$used" -eq 4 ] || [ "$used" -eq 5 ]
	ok $? 'and has four blocks in use at the end of a window' "$used"
done
exits 0 'once more' prof-record --alloc -c 1024 -p $pid -d 100ms -o p.pb.gz
at_least "$(amounts p.pb.gz alloc_objects serve)" 10 'is as good'
kill $pid
LD_PRELOAD=$BUILD/libprof-alloc.so ./allocates serve fork >forked &
parent=$!
wait_for forked
pid=$(awk '{ print $2 }' forked)
exits 0 'a child of one that has it' prof-record --alloc -c 1024 -p "$pid" -d 100ms -o f.pb.gz
at_least "$(amounts f.pb.gz alloc_objects serve)" 10 'has it, too'
exits 0 'with its parent' prof-record --alloc -c 1024 -p $parent --children -d 100ms -o f.pb.gz
at_least "$(amounts f.pb.gz alloc_objects serve)" 10 'is there as well'
kill "$pid"
./allocates serve >ready &
pid=$!
exits 2 'a process without it' prof-record --alloc -p $pid -d 100ms -o q.pb.gz
says 'start it with LD_PRELOAD=libprof-alloc.so' 'is reported'
kill $pid

# Probes for other tools, while nothing is recorded
library=$BUILD/libprof-alloc.so
# probe NAME: the offsets in the file of a probe and of its semaphore
probe() {
	readelf -lnW "$library" | awk -v name="$1" '
		function number(hex, i, n) {
			for (i = 3; i <= length(hex); i++)
				n = 16 * n + index("0123456789abcdef", substr(hex, i, 1)) - 1
			return n
		}
		function offset(at, i) {
			for (i = 0; i < loads; i++)
				if (at >= start[i] && at < start[i] + size[i])
					return at - start[i] + from[i]
		}
		$1 == "LOAD" { from[loads] = number($2); start[loads] = number($3); size[loads++] = number($5) }
		$1 == "Name:" { found = $2 == name }
		found && $1 == "Location:" { gsub(/,/, ""); print offset(number($2)), offset(number($6)) }'
}
cat >many.c <<'END'
#include <stdlib.h>
int main(void)
{
	for (int i = 0; i < 4000000; i++) {
		void *p = malloc(250);
		__asm__ volatile("" : : "r"(p) : "memory");
		free(p);
	}
	return 0;
}
END
$CC -O1 -o many many.c
if [ "$(uname -m)" = x86_64 ] && [ -r /sys/bus/event_source/devices/uprobe/type ] && ! sanitized; then
	$CC -O1 -o probes "$top/tests/targets/probes.c"
	# shellcheck disable=SC2046 # two numbers each
	exits 0 'a tool that listens to probes' ./probes "$library" $(probe alloc) $(probe free) \
		env LD_PRELOAD="$library" ./many
	# 1 GB, of which 1907 samples are expected: within 5 sigma. env(1) allocates a little, too.
	awk '{ exit !($3 > 0.88e9 && $3 < 1.12e9 && $2 / $1 > 240 && $2 / $1 < 400) }' out
	ok $? 'is told of 1 GB' "$(cat out)"
	awk '{ exit !($4 >= $1 - 20 && $4 <= $1 && $5 == 0) }' out
	ok $? 'and of each that is freed' "$(cat out)"
else
	skip 'there are no uprobes, or other arguments' 'a tool that listens to probes'
fi

# Options
exits 2 'all that runs' prof-record --alloc -a -d 1s -o c.pb.gz
says 'needs a command, or processes' 'is too much'
exits 2 'a period of nothing' prof-record --alloc-period 1K -o c.pb.gz -- true
exits 0 'allocations and time' prof-record --alloc -e cpu -F 999 -o both.pb.gz -- ./allocates ./lib.so
is "$(prof-query --types both.pb.gz | awk '{ printf "%s ", $2 }')" \
	'samples/count cpu/nanoseconds alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes ' 'are in one profile'
finish
