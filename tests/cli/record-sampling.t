#!/bin/sh
# What prof-record samples stands for the CPU time that was used, and what it cannot see it names.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target spin
target tasks

# number FILE FACT; total FILE: ns of CPU time that samples stand for
number() { prof-query --summary "$1" | sed -n "s/^comment *$2=//p"; }
total() { prof-fold --type cpu "$1" | awk '{ ns += $NF } END { printf "%.0f\n", ns }'; }
# agrees FILE HZ NAME: samples and CPU time, but for chance (5 sigma) and 5 %
agrees() {
	awk -v ns="$(total "$1")" -v cpu="$(number "$1" cpu_time_ns)" -v hz="$2" 'BEGIN {
		n = cpu * hz / 1e9; d = (ns - cpu) * hz / 1e9; if (d < 0) d = -d
		printf "%.0f samples of %.0f\n", ns * hz / 1e9, n
		exit !(n > 0 && d <= 5 * sqrt(n) + n / 20 + 1)
	}' >agreement
	ok $? "$3" "$(cat agreement err)"
}

# Tasks that live for less than a period
exits 0 'four hundred short processes' prof-record -o p.pb.gz -- ./tasks process 400
agrees p.pb.gz 99 'have the samples that they deserve'
exits 0 'two hundred short threads' prof-record -o t.pb.gz -- ./tasks thread 200
agrees t.pb.gz 99 'have them, too'
says 'covering [0-9]+% of' 'and the last line says so'
prof-fold t.pb.gz >t.folded
at_least "$(share t.folded '^tasks;.*work')" 90 'with whole stacks'
./spin 0.5 200 >/dev/null &
pid=$!
exits 0 'two hundred threads of a process for a second' prof-record -p $pid -d 1s -o many.pb.gz
agrees many.pb.gz 99 'have them'
kill $pid
# A program with a timer of the recorder's frequency, which works in half of each period
target rhythm
set -- ./rhythm 1003009 2
chrt -f 1 true 2>/dev/null && set -- chrt -f 1 "$@"
exits 0 'work in step with the sampling' prof-record -F 997 -o rhythm.pb.gz -- "$@"
agrees rhythm.pb.gz 997 'has the samples that it deserves'
prof-fold rhythm.pb.gz >rhythm.folded
first=$(share rhythm.folded ';first')
at_least "$first" 35 'of its first function' "$(cat rhythm.folded)"
at_least "$(share rhythm.folded ';second')" 35 'and of its second'
# Threads that come and go: which record of the process comes first is chance
./tasks churn 4 &
pid=$!
sleep 0.2
for run in 1 2 3 4 5 6; do
	prof-record -q -p $pid -F 499 -d 300ms -o "churn$run.pb.gz"
	prof-fold "churn$run.pb.gz"
done >churn.folded 2>err
kill $pid
at_least "$(share churn.folded '^tasks;.*(thread|clone|libc).*;renew')" 95 'threads that come and go have whole stacks' \
	"$(cat err; head -5 churn.folded)"
# A command that stops the recorder, and fills the buffers with records of mappings
cat >maps.c <<'END'
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
int main(int argc, char **argv)
{
	int fd = open(argv[0], O_RDONLY);

	for (long n = argc > 1 ? atol(argv[1]) : 0; n > 0; n--)
		munmap(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0), 4096);
	return 0;
}
END
$CC -O1 -o maps maps.c
exits 0 'more mappings than the buffers hold' prof-record -F 20 -o maps.pb.gz -- \
	sh -c 'kill -STOP $PPID; ./maps 300000; kill -CONT $PPID'
says '[0-9]{4,} records of mappings, processes or threads were lost as well' 'what was lost has its kind'
lost=$(number maps.pb.gz lost)
[ "$lost" -lt $(($(number maps.pb.gz lost_records) / 50)) ]
ok $? 'and does not count as samples' "$lost lost; $(cat err)"

# Others do not count
./spin 30 >/dev/null &
other=$!
prof-record -q -F 499 -o own.pb.gz -- ./spin 0.3 >out 2>err
prof-fold own.pb.gz >own.folded
is "$(grep -vc '^spin;' own.folded)" 0 'nothing of other processes is in it'
agrees_own=$(awk '{ ns += $NF } END { printf "%d\n", ns / 1000000 }' own.folded)
[ "$agrees_own" -ge 200 ] && [ "$agrees_own" -le 400 ]
ok $? 'nor of another one of that name' "$agrees_own ms, not 300"

# Several processes, of which one is not there
exits 0 'one of two is not there' prof-record -p $other,4194303 -d 300ms -F 299 -o two.pb.gz
says 'there is no such process: 4194303$' 'is reported, with its number'
exits 2 'none is there' prof-record -p 4194303,4194302 -o none.pb.gz
says 'there is no such process: 4194303, 4194302' 'and both numbers'
# The sideband is on all CPUs
cpus=$(getconf _NPROCESSORS_ONLN)
if [ "$cpus" -gt 1 ] && command -v taskset >/dev/null; then
	exits 0 'a program that starts on another CPU than it is sampled on' \
		prof-record -C 0 -F 299 -o c.pb.gz -- taskset 2 sh -c 'taskset -p 1 $$ >/dev/null; exec ./spin 0.4'
	prof-fold c.pb.gz >c.folded
	at_least "$(share c.folded '^spin;.*main;work')" 95 'has whole stacks'
	exits 0 'a CPU that is named twice' prof-record -C 0,0 -F 299 -o c.pb.gz -- taskset 1 ./spin 0.4
	agrees c.pb.gz 299 'counts once'
else
	skip 'one CPU' 'a program that starts on another CPU'
fi
kill $other

# Ends
cat >zombie.c <<'END'
#include <unistd.h>
#include <stdio.h>
int main(void)
{
	int pid = fork();

	if (!pid) {
		sleep(1);
		_exit(0);
	}
	printf("%d\n", pid);
	fflush(stdout);
	sleep(30);
	return 0;
}
END
$CC -o zombie zombie.c
./zombie >zombie.pid &
parent=$!
wait_for zombie.pid
exits 0 'a zombie ends the recording' timeout 20 prof-record -p "$(cat zombie.pid)" -o z.pb.gz
kill $parent
# The parent waits for it, so that its time cannot be read later
sh -c './spin 0.8 2 >/dev/null & echo $! >ends.pid; wait' &
wait_for ends.pid
exits 0 'a process that ends' prof-record -p "$(cat ends.pid)" -F 499 -o ends.pb.gz
agrees ends.pb.gz 499 'has its CPU time'

# The recorder sleeps while nothing changes
./spin 30 >/dev/null &
pid=$!
prof-record -q -p $pid -d 4s -o calm.pb.gz &
recorder=$!
wakes() { sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' /proc/$recorder/status; }
sleep 1.5
wakes=-$(wakes)
sleep 2
wakes=$((wakes + $(wakes)))
wait $recorder
[ "$wakes" -gt 0 ] && [ "$wakes" -lt 35 ]
ok $? 'a recorder of what does not change wakes up rarely' "$wakes times in 2 s"
kill $pid

# A program whose unwind tables have 20 MB, of which each sample reads another part
if [ "$(uname -m)" = x86_64 ] && ! sanitized; then
	{
		printf '.globl first\n.balign 32\nfirst: .rept 10000\n.cfi_startproc\npush %%rbp\n.cfi_def_cfa_offset 16\n'
		for i in 1 2 3 4 5 6 7 8; do
			printf '.cfi_escape 0'
			printf ',0%.0s' $(seq 255)
			echo
		done
		printf 'mov $4000, %%ecx\n1: dec %%ecx\njne 1b\npop %%rbp\n.cfi_def_cfa_offset 8\nret\n'
		printf '.cfi_endproc\n.balign 32\n.endr\n.section .note.GNU-stack,"",@progbits\n'
	} >many.s
	cat >anywhere.c <<'END'
#include <time.h>
extern char first[];
int main(void)
{
	for (unsigned x = 1; clock() < CLOCKS_PER_SEC; x = x * 1664525 + 1013904223)
		((void (*)(void))(first + 32 * ((x >> 8) % 10000)))();
	return 0;
}
END
	$CC -O1 -o anywhere anywhere.c many.s
	exits 0 'a program with large tables' prof-record -F 1999 -o large.pb.gz -- ./anywhere
	mb=$(sed -n 's/.*, \([0-9]*\) MB at most$/\1/p' err)
	[ "${mb:-99}" -le 20 ]
	ok $? 'is not kept in memory' "$mb MB: $(cat err)"
else
	skip 'not built plainly for x86-64' 'a program with large tables'
fi

# Occurrences
cat >faults.c <<'END'
#include <sys/mman.h>
__attribute__((noinline)) static void touch_a(char *p, long n) { for (long i = 0; i < n; i++) p[i * 4096] = 1; }
__attribute__((noinline)) static void touch_b(char *p, long n) { for (long i = 0; i < n; i++) p[i * 4096] = 1; }
int main(void)
{
	char *p = mmap(0, 2500 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(p, 2500 * 4096, MADV_NOHUGEPAGE);
	touch_a(p, 500);
	touch_b(p + 500 * 4096, 2000);
	return 0;
}
END
$CC -O1 -g -o faults faults.c
# faults_in FILE FUNCTION: page faults in it
faults_in() { prof-fold "$1" | awk -v f="$2" 'index($0, f) { n += $NF } END { print n + 0 }'; }
exits 0 'page faults' prof-record -e page-faults -o pf.pb.gz -- ./faults
if [ "$(number pf.pb.gz lost)" -eq 0 ]; then
	is "$(faults_in pf.pb.gz touch_a),$(faults_in pf.pb.gz touch_b)" 500,2000 'are counted one by one'
else
	skip 'some were lost' 'are counted one by one'
fi
exits 0 'every tenth' prof-record -e page-faults -c 10 -o pf10.pb.gz -- ./faults
tenths=$(faults_in pf10.pb.gz touch_b)
[ "$tenths" = 2000 ] || { prof-query --summary pf10.pb.gz; prof-fold pf10.pb.gz; } | sed 's/^/# /'
is "$tenths" 2000 'is worth ten'
exits 0 'a period in nanoseconds' prof-record -c 2000000 -o c.pb.gz -- ./spin 0.4
agrees c.pb.gz 500 'of CPU time'
exits 2 'a period and a frequency' prof-record -c 10 -F 99 -- true
exits 2 'no period' prof-record -c 0 -- true
exits 0 'only what happens in the kernel' prof-record -q -e cpu:k -F 999 -o k.pb.gz -- \
	dd if=/dev/zero of=/dev/null bs=1M count=2000
prof-fold --kernel k.pb.gz >k.folded
at_least "$(share k.folded '_.k. ')" 100 'has the kernel in each stack'

# Frequencies
exits 0 'more than the kernel keeps up with' prof-record -F 1000000 -o f.pb.gz -- ./spin 0.1
says '^prof-record: -F 1000000 is more than this kernel keeps up with' 'is reported'
[ "$(prof-query --summary f.pb.gz | sed -n 's/^samples *//p')" -gt 0 ]
ok $? 'and sampled at what it can'
exits 0 'as many as there can be' prof-record -F max -o f.pb.gz -- ./spin 0.2
at_least "$(total f.pb.gz)" 100000000 'are worth what they stand for'

# Why there are no samples
exits 0 'a command that waits' prof-record -o w.pb.gz -- sleep 0.5
says 'the command waited: [0-9.e-]* s of CPU time in' 'is reported to wait'
exits 0 'one that ends at once' prof-record -o w.pb.gz -- true
says '(used only|the command waited: ) ?[0-9.e-]* s of CPU time.*; -F' 'is told which -F would do'
exits 0 'one that leaves a daemon' prof-record -o w.pb.gz -- sh -c './spin 5 >/dev/null 2>&1 & echo $! >daemon.pid'
says 'has started still run' 'is told of it'
kill "$(cat daemon.pid)"
sleep 30 &
pid=$!
exits 0 'a process that sleeps' prof-record -p $pid -d 200ms -o w.pb.gz
says 'what was to be sampled waited: ' 'waited'
kill -STOP $pid
exits 0 'one that is stopped' prof-record -p $pid -d 200ms -o w.pb.gz
says 'is stopped' 'is reported'
kill -KILL $pid
exits 0 'what did not occur' prof-record -e major-faults,page-faults:p -p $$ -d 100ms -o w.pb.gz
says 'major-faults did not occur; page-faults:p did not occur' 'is named'
exits 0 'no time in the kernel' prof-record -e cpu:k -F 1 -o w.pb.gz -- ./spin 0.1
says 'too little of cpu:k for a sample' 'is too little'
if [ "$cpus" -gt 1 ] && command -v taskset >/dev/null; then
	exits 0 'a command on another CPU than is sampled' prof-record -C 0 -F 499 -o w.pb.gz -- taskset 2 ./spin 0.3
	says 'only CPUs 0 are sampled .-C., and others ran the rest' 'is said to run there'
else
	skip 'one CPU' 'a command on another CPU than is sampled'
fi
exits 0 'no such name' prof-record -a --comm '^there-is-none$' -d 100ms -o w.pb.gz
says 'no process that was chosen ran' 'is reported'

# An ordinary user
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null && [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -eq 2 ]; then
	chmod 755 . && mkdir mine && chmod 777 mine
	cp "$(command -v prof-record)" spin tasks mine/
	as_nobody() { (cd mine && setpriv --reuid=65534 --regid=65534 --clear-groups "$@"); }
	exits 0 'short tasks of an ordinary user' as_nobody ./prof-record -o s.pb.gz -- ./tasks process 200
	says 'run for less than a period .*; -F [0-9]+ would' 'are reported as missing'
	cp spin mine/unreadable && chmod 711 mine/unreadable
	exits 0 'a program that may not be read' as_nobody ./prof-record -o s.pb.gz -- ./unreadable 0.3
	says 'its file may not be read' 'is named'
	cp spin mine/setuid && chmod 4755 mine/setuid
	exits 0 'a program that is setuid' as_nobody ./prof-record -o s.pb.gz -- ./setuid 0.3
	says '(setuid)' 'is named'
	sleep 30 &
	pid=$!
	exits 2 'a process of somebody else' as_nobody ./prof-record -p $pid -d 1s -o s.pb.gz
	says "$pid belongs to another user" 'is named'
	kill $pid
	# Threads that are born while they are attached to
	(cd mine && exec setpriv --reuid=65534 --regid=65534 --clear-groups ./tasks churn 100) &
	pid=$!
	sleep 0.3
	exits 0 'threads that come while they are attached to' \
		as_nobody ./prof-record -F 999 -p $pid -d 2s -o churn.pb.gz
	[ "$(total mine/churn.pb.gz)" -le $(($(number mine/churn.pb.gz cpu_time_ns) * 105 / 100)) ]
	ok $? 'do not count twice' "$(total mine/churn.pb.gz) ns of $(number mine/churn.pb.gz cpu_time_ns)"
	kill $pid
else
	skip 'not root, or another perf_event_paranoid' 'an ordinary user'
fi

# Sizes, labels and limits
exits 0 'the largest copy of the stack' prof-record --stack-size 64K -q -o s.pb.gz -- ./spin 0.1
exits 2 'a larger one' prof-record --stack-size 65K -- true
prof-record -q -F 499 -o l.pb.gz -- ./spin 0.2 >out 2>err
is "$(prof-query --values thread l.pb.gz)" spin 'the name of a thread is a label'
soft=$(awk '/open files/ { print $4 }' /proc/self/limits)
show="awk '/open files/ { print \$4 }' /proc/self/limits >>limits"
exits 0 'two commands in turns' prof-record -q --ab "$show" "$show" --runs 1 -o ab
is "$(sort -u limits)" "$soft" 'have the limits that we were started with'
if ! sanitized; then
	exits 125 'no memory' sh -c 'ulimit -v 22000; exec prof-record -o m.pb.gz -F 9999 -- ./spin 0.3'
fi
prof-record --self-test >out 2>err &
pid=$!
sleep 1.5
children=$(children $pid | tr '\n' ' ')
workers=$(echo "$children" | wc -w)
kill -KILL $pid
wait $pid 2>/dev/null
sleep 0.3
at_least "$workers" 1 'a self-test keeps CPUs busy'
# shellcheck disable=SC2086
is "$(for child in $children; do grep -s 'State:.*[RS] ' /proc/$child/status; done)" '' 'and leaves no orphans when it is killed'
finish
