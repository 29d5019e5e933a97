#!/bin/sh
# Where threads wait: against programs that say themselves for how long they wait, and where.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target waits

# waited PROFILE FUNCTION [SELECTOR]: ms in which it waited
waited() {
	prof-query --type off_cpu "${3-}" "$1" -t folded 2>/dev/null |
		awk -v f=";$2;" 'index($0, f) { ns += $NF } END { printf "%.1f\n", ns / 1e6 }'
}
# times_waited PROFILE TID: how often it waited, but for a CPU
times_waited() {
	prof-query --type off_cpu_count --tag "tid=^$2\$" '{wait!="runnable"}' "$1" -t folded 2>/dev/null |
		awk '{ n += $NF } END { print n + 0 }'
}
# near GOT EXPECTED NAME [MORE]: within 1 % and 2 ms, and MORE ms
near() {
	awk -v a="$1" -v b="$2" -v more="${4-0}" 'BEGIN {
		d = a - b; if (d < 0) d = -d; exit !(d <= b / 100 + 2 + more)
	}'
	ok $? "$3" "$1, not $2 (${4-0})"
}
# between GOT LEAST MOST NAME: with 1 % and 2 ms on either side
between() {
	awk -v a="$1" -v least="$2" -v most="$3" 'BEGIN {
		exit !(a >= least * 0.99 - 2 && a <= most * 1.01 + 2)
	}'
	ok $? "$4" "$1, not from $2 to $3"
}
# of_thread PROFILE TYPE TID: ms
of_thread() {
	prof-query --type "$2" --tag "tid=^$3\$" "$1" -t folded 2>/dev/null |
		awk '{ ns += $NF } END { printf "%.1f\n", ns / 1e6 }'
}
wall_ms() { fact "$1" wall_ns | awk '{ print $1 / 1e6 }'; }
total() { prof-query --type "$2" "$1" -t folded 2>/dev/null | awk '{ ns += $NF } END { printf "%.1f\n", ns / 1e6 }'; }
fact() { prof-query --summary "$1" | sed -n "s/^comment *$2=//p"; }

# A command, running and waiting
head -c 4000000 /dev/urandom >blob
sync blob
exits 0 'a command that waits' prof-record --wall --fact work=7 --label-by comm,tid -o w.pb.gz -- \
	sh -c 'exec ./waits blob >waits.txt'
says '[0-9]+ waits, together [0-9.]+ s' 'the last lines say how much'
# Where other programs take the CPUs, it waits for those, too: while it looks at the clock; and
# where they make so many switches that some are not sampled, the time of those may count in
# another function.
busy=$(waited w.pb.gz 'timed;waited')
busy=$(awk -v busy="$busy" -v ns="$(fact w.pb.gz waits_shared_out_ns)" 'BEGIN { print busy + ns / 1e6 }')
while read -r function reason ns n; do
	ms=$(awk -v ns="$ns" 'BEGIN { printf "%.1f\n", ns / 1e6 }')
	case $function in
	cpu) cpu=$ms ;;
	all) all=$ms times=$n ;;
	do_disk)
		near "$(waited w.pb.gz "$function")" "$ms" "$function waits for $ms ms" "$busy"
		# Nothing but the disk makes it wait, though it may wait longer for a CPU after.
		if [ "$n" -ge 1 ]; then
			[ "$(waited w.pb.gz "$function" "{wait=\"$reason\"}")" != 0.0 ]
			ok $? 'some of it for the disk' "$n waits"
		else
			skip 'the disk is too fast, or does no O_DIRECT' 'some of it for the disk'
		fi
		;;
	*)
		near "$(waited w.pb.gz "$function")" "$ms" "$function waits for $ms ms" "$busy"
		near "$(waited w.pb.gz "$function" "{wait=~\"$reason|runnable\"}")" "$ms" "for $reason, or a CPU" "$busy"
		at_least "$(waited w.pb.gz "$function" "{wait=\"$reason\"}" | awk -v more="$busy" '{ print int($1 + more) }')" 80 "most of it for $reason"
		;;
	esac
done <waits.txt
main=$(prof-query --focus do_sleep --values tid w.pb.gz 2>/dev/null | awk '$1 ~ /^[0-9]+$/ { print $1; exit }')
# It waits for a CPU before main() looks at the clock, too, and after.
between "$(of_thread w.pb.gz wall "$main")" "$all" "$(wall_ms w.pb.gz)" "the main thread's time is all there: $all ms"
near "$(awk -v w="$(of_thread w.pb.gz wall "$main")" -v o="$(of_thread w.pb.gz off_cpu "$main")" 'BEGIN { print w - o }')" \
	"$cpu" "what it did not wait for it ran: $cpu ms"
near "$(times_waited w.pb.gz "$main")" "$times" "it waited as often as the kernel says: $times times"
is "$(fact w.pb.gz work)" 7 'a fact of the user is in the profile'
prof-query --types w.pb.gz >types 2>err
is "$(awk '{ printf "%s ", $2 }' types)" 'samples/count cpu/nanoseconds off_cpu_count/count off_cpu/nanoseconds wall/nanoseconds ' \
	'the sample types'

# Windows: threads that wait all the time, since before the recording
./waits stay >ready &
pid=$!
wait_for ready
sleep 0.3
exits 0 'a process that waits' prof-record --off-cpu --every 200ms -d 1s -p $pid -o s.pb.gz
prof-merge -q s.pb.gz -o sum.pb.gz 2>/dev/null
near "$(total sum.pb.gz off_cpu)" "$(wall_ms sum.pb.gz)" 'waits all the time'
is "$(prof-query --type off_cpu_count sum.pb.gz -t folded 2>/dev/null | awk '{ n += $NF } END { print n }')" 1 'once'
at_least "$(prof-merge -q s.pb.gz -t pprof --by wait -o by-%v.pb.gz 2>/dev/null; waited sum.pb.gz do_pipe '{wait="pipe"}' | cut -d. -f1)" \
	900 'in a pipe, with the stack of before the recording'
exits 0 'only long waits' prof-record --off-cpu --min-wait 1h -d 300ms -p $pid -o none.pb.gz
says '1 shorter waits were left out|0 waits' 'are none'
kill $pid

# Locks: which, and who holds it
target contend
exits 0 'threads that wait for locks' prof-record --lock --label-by thread,tid -o l.pb.gz -- sh -c 'exec ./contend >locks'
mutex=$(awk '$1 == "mutex" { print $2 }' locks)
of_lock="wait=\"lock\", lock=\"$mutex\""
at_least "$(waited l.pb.gz want "{$of_lock}" | cut -d. -f1)" 900 'three wait for the mutex, 300 ms each'
is "$(prof-query --values lock --focus want '{wait="lock"}' l.pb.gz 2>/dev/null | grep -c 0x)" 1 'for no other'
# Who holds it is read while they wait; that takes a moment.
at_least "$(waited l.pb.gz want "{$of_lock, holder=\"keeper\"}" | cut -d. -f1)" 900 'which the thread "keeper" holds'
keeper=$(prof-query --focus keep --values tid l.pb.gz 2>/dev/null | awk '$1 ~ /^[0-9]+$/ { print $1; exit }')
is "$(prof-query --focus want --values holder_tid l.pb.gz 2>/dev/null | awk '$1 ~ /^[0-9]+$/ { print $1 }')" "$keeper" 'by its number, too'
condition=$(prof-query --focus wait_for_nobody --values lock '{wait="lock"}' l.pb.gz 2>/dev/null | grep -o '0x[0-9a-f]*' | head -n 1)
inside=$(awk -v at="$condition" '$1 == "condition" { print $2, $3, at }' locks)
# shellcheck disable=SC2086 # three words
set -- $inside
[ $((${3-0})) -ge $(($1)) ] && [ $((${3-0})) -lt $(($1 + $2)) ]
ok $? 'a condition variable is waited for' "$inside"
is "$(prof-query --focus wait_for_nobody '{holder!=""}' l.pb.gz -t folded 2>/dev/null)" '' 'which nobody holds'
is "$(prof-query '{wait!="lock", lock!=""}' l.pb.gz -t folded 2>/dev/null)" '' 'what waits for something else has no lock'
again=$(awk '$1 == "again" { print $2 }' locks)
# holders FUNCTION: who holds what it waits for at that address, by name
holders() {
	prof-query --focus "$1" --values holder "{wait=\"lock\", lock=\"$again\"}" l.pb.gz 2>/dev/null |
		awk '$1 != "-" && $1 != "" { printf "%s ", $1 }'
}
is "$(holders ask_first)$(holders ask_second)" 'first second ' 'a lock at the address of another one has its own holder'
exits 2 'locks without names' prof-record --lock --no-symbols -o n.pb.gz -- true

# Options
exits 2 'waits of some CPUs' prof-record --off-cpu -C 0 -a -d 1s -o c.pb.gz
says 'need all CPUs' 'are unknown'
exits 2 'running and waiting without running' prof-record --wall -e page-faults -a -d 1s -o c.pb.gz
exits 2 'a shortest wait without waits' prof-record --min-wait 1ms -a -d 1s -o c.pb.gz
exits 2 'a fact without a value' prof-record --fact work -- true
exits 0 'waits and an event besides' prof-record --off-cpu -e page-faults -o two.pb.gz -- sleep 0.05
at_least "$(total two.pb.gz off_cpu | cut -d. -f1)" 49 'has both'

# Where only those wait who wait a lot: vfork(), whose return address is in a register; ld.so
cat >vfork.c <<'END'
#include <unistd.h>
static void spawn(void)
{
	if (!vfork()) {
		usleep(200000);
		_exit(0);
	}
}
int main(void)
{
	spawn();
	return 0;
}
END
$CC -O1 -fno-inline -g -o vfork vfork.c
exits 0 'a program that calls vfork' prof-record --off-cpu -o v.pb.gz -- ./vfork
at_least "$(waited v.pb.gz 'main;spawn' '{wait="child"}' | cut -d. -f1)" 199 'waits for its child, with its stack'
exits 0 'short programs' prof-record --off-cpu -o t.pb.gz -- \
	sh -c 'i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i + 1)); done'
is "$(fact t.pb.gz truncated_no_tables)" '' 'have whole stacks in ld.so'

# A storm of switches
cat >storm.c <<'END'
#include <pthread.h>
#include <time.h>
#include <stdio.h>
#include <unistd.h>
static int there[2], back[2];
static void *echo(void *x)
{
	char c;
	while (read(there[0], &c, 1) == 1 && write(back[1], &c, 1) == 1)
		;
	return x;
}
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + 1e-9 * t.tv_nsec; }
int main(void)
{
	pthread_t t;
	char c = 0;
	double end = now() + 1.5;
	if (pipe(there) || pipe(back) || pthread_create(&t, NULL, echo, NULL))
		return 1;
	for (int n = 0; n < 5000 || now() < end; n++)
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			return 1;
	return 0;
}
END
$CC -O1 -o storm storm.c -lpthread
exits 0 'a storm of switches' prof-record --wall --label-by tid -o storm.pb.gz -- ./storm
says 'have no stack of their own' 'is sampled, which is reported'
at_least "$(fact storm.pb.gz waits)" 5000 'all of them are counted'
sum=$(total storm.pb.gz wall)
if [ "$(fact storm.pb.gz lost)" -eq 0 ]; then
	# Each thread lives for 1.5 s; and for what the start and the end of the program take.
	between "$sum" 3000 "$(wall_ms storm.pb.gz | awk '{ print 2 * $1 }')" 'and all of the time of both threads is there'
else
	skip 'the machine is too busy: some were lost' 'and all of the time of both threads is there'
fi

# A 32-bit thread that waits all the time: it is looked at, as it has no switch
if "$top/tests/data/i386/chain"; then
	"$top/tests/data/i386/chain" wait &
	pid=$!
	sleep 0.3
	prof-record -q --off-cpu -d 300ms -o 32.pb.gz -p $pid
	prof-fold --type off_cpu 32.pb.gz >32.folded
	at_least "$(share 32.folded '^chain;_start;run;waits')" 100 'a 32-bit thread that waits' "$(cat 32.folded)"
	kill $pid
else
	skip 'no 32-bit programs here' 'a 32-bit thread that waits'
fi
finish
