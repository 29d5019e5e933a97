#!/bin/sh
# prof-fold --symbolize and prof-record with a binary that is made to do harm: it costs its
# own names and no others, and the process that reads it has no rights.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/lib.sh"
cat >app.c <<'END_C'
#include <stdlib.h>
#include <time.h>
volatile int total;
__attribute__((noinline)) void work(void)
{
	for (int i = 0; i < 100000; i++)
		total += i;
}
int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 0.5;

	while (clock() < seconds * CLOCKS_PER_SEC)
		work();
	return 0;
}
END_C
if ! gcc -O2 -g -no-pie -fno-pie -o app app.c ||
	! gcc -O2 -g0 -o full app.c "$top/tests/targets/bomb.s" || ! cp --sparse=always full bomb
then
	skip 'needs gcc' 'a binary that does harm'
	finish
fi

frame() {
	printf '%s 1 1.0: 1 cycles:\n\t%s [unknown] (%s)\n\n' "${3##*/}" "$1" "$3"
}
for name in bomb app; do
	frame "$(nm $name | awk '$3 == "main" { print $1 }')" x "$tmp/$name"
done >both.perf

exits 0 'a binary that takes minutes to read' prof-fold --symbolize both.perf
is "$(cat out)" 'app;main 1
bomb;[bomb] 1' 'costs its own names only'
says "^prof-fold: $tmp/bomb: its names are left out: reading its symbols took more than 1 s of CPU time\$" \
	'and the user reads why'

# Look at the child while it works.
if [ "$(id -u)" -eq 0 ]; then
	prof-fold --symbolize both.perf >out 2>err 7<app.c &
	parent=$!
	child=
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		child=$(cat "/proc/$parent/task/$parent/children" 2>/dev/null)
		child=${child% }
		[ -n "$child" ] && grep -q 'NoNewPrivs:.1' "/proc/$child/status" 2>/dev/null && break
		sleep 0.02
	done
	cat "/proc/$child/status" >status 2>&1
	ls "/proc/$child/fd" >fds 2>&1
	wait "$parent"
	is "$(awk '/^Uid:/ { print $2, $3, $4 }' status)" '65534 65534 65534' 'the child is user nobody'
	is "$(awk '/^Cap(Inh|Prm|Eff|Amb):/ { print $2 }' status | sort -u)" 0000000000000000 \
		'it has no capabilities'
	is "$(tr '\n' ' ' <fds)" '0 1 2 3 4 5 ' 'and no descriptors but its channel and the two files'
else
	skip 'for root' 'the child is user nobody'
fi

# Recordings
if ! prof-record -q -d 10ms -o /dev/null -- true 2>err; then
	skip "$(head -1 err)" 'a recording'
	finish
fi
exits 0 'a recording of it' prof-record -F 499 -o rec.pb.gz -- ./bomb 0.6
is "$(grep -c "^prof-record: $tmp/bomb: its names are left out: .* 1 s of CPU time\$" err)" 1 \
	'the user reads why, once'
prof-fold rec.pb.gz >rec.folded
[ "$(awk '{ n += $NF } END { print n }' rec.folded)" -gt 400000000 ]
ok $? 'the recording is complete' "$(cat err)"
grep -q '__libc_start_' rec.folded
ok $? 'and other binaries have their names' "$(head -3 rec.folded)"

exits 0 'in windows' prof-record -F 499 --every 200ms -o 'w-%n.pb.gz' -- ./bomb 1.5
is "$(grep -c 'its names are left out' err)" 1 'the user reads why, once'
windows=0
named=0
for f in w-*.pb.gz; do
	windows=$((windows + 1))
	prof-fold "$f" | grep -q '__libc_start_' && named=$((named + 1))
done
[ $windows -gt 1 ] && [ $named -ge $((windows - 1)) ]
ok $? 'and all windows have names' "$named of $windows"
finish
