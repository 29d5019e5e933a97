#!/bin/sh
# Windows of a recording add up to the whole, however long their reader takes.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target spin
target tasks

# Labels of this size fill a pipe with the first window: the writer waits for its reader.
wide=$(head -c 90000 /dev/urandom | base64 | tr -d "\n")
sum() { prof-query --summary "$1" | sed -n "s/^comment *$2=//p" | awk '{ n += $1 } END { printf "%.0f\n", n }'; }
total() { prof-fold --type cpu "$1" | awk '{ ns += $NF } END { printf "%.0f\n", ns }'; }
used_ms() { awk -v hz="$(getconf CLK_TCK)" '{ print 1000 * ($14 + $15) / hz }' "/proc/$1/stat"; }

for hz in 99 9999; do
	./spin 60 >/dev/null &
	pid=$!
	sleep 0.2
	before=$(used_ms $pid)
	begun=$(date +%s%N)
	(prof-record -F $hz -p $pid --every 200ms -d 3s -l "wide=$wide" 2>err) | (sleep 2; cat >all)
	after=$(used_ms $pid)
	took=$(($(date +%s%N) - begun))
	kill $pid
	is "$(grep -c 'samples of' err)" 1 "$hz Hz: a reader that blocks for two seconds"
	wall=$(sum all wall_ns)
	# The recording ends after its duration, when the loop comes to it: late on a busy machine.
	[ "$wall" -ge 3000000000 ] && [ "$wall" -le "$took" ]
	ok $? 'the wall time of all windows is that of the recording' "$wall of $took"
	cpu=$(sum all cpu_time_ns)
	awk -v got="$cpu" -v most="$before $after" 'BEGIN { split(most, m); got /= 1e6; all = m[2] - m[1]
		exit !(got <= all * 1.05 + 30 && got >= all * 0.8 - 60) }'
	ok $? 'so is the CPU time' "$cpu ns; from $before to $after ms"
	awk -v ns="$(total all)" -v lost="$(sum all lost)" -v cpu="$cpu" -v hz=$hz 'BEGIN {
		n = cpu * hz / 1e9; d = ns * hz / 1e9 + lost - n; if (d < 0) d = -d
		printf "%.0f ns sampled, %d lost, %.0f ns used\n", ns, lost, cpu
		exit !(n > 0 && d <= 5 * sqrt(n) + n / 20 + 1) }' >agreement
	ok $? 'and the samples are those of that time' "$(cat agreement)"
	# 9,999 stacks of 32 KB a second are more than a busy machine copies; what is lost is counted.
	[ $hz -gt 99 ] ||
		awk -v ns="$(total all)" -v lost="$(sum all lost)" -v hz=$hz 'BEGIN { exit !(lost <= ns * hz / 1e11) }'
	ok $? 'hardly any is lost' "$(sum all lost)"
done

# A command: the last window has what the others have not
exits 0 'windows of a command' prof-record -F 499 --every 100ms -o 'w-%n.pb.gz' -- ./tasks process 200
sum=0
for file in w-*.pb.gz; do
	sum=$((sum + $(sum "$file" cpu_time_ns)))
done
says 'covering' 'have its CPU time'
all=$(sed -n 's/.*% of \([0-9.]*\) s of CPU time.*/\1/p' err | head -1)
awk -v sum=$sum -v all="$all" 'BEGIN { r = sum / 1e9 / all; exit !(r > 0.98 && r < 1.02) }'
ok $? 'which adds up' "$sum ns, $all s"
at_least "$(find . -name 'w-*.pb.gz' | wc -l)" 3 'over several windows'
# What has been named is not named again: CPU time of naming, by -v
prof-record -v -F 999 --every 300ms -d 900ms -o names.pb.gz -- ./spin 1 2>err >/dev/null
sed -n 's/.*names of .* new: \([0-9.]*\) ms.*/\1/p' err >ms
awk 'NR == 1 { first = $1 } NR > 1 { rest[NR] = $1 } END { for (i in rest) if (!n++ || rest[i] > worst) worst = rest[i]
	exit !(n > 1 && worst <= first / 3) }' ms
ok $? 'names are found once' "$(cat err)"
# A reader that blocks: what is lost is counted, and has a reason; the windows still add up
cat >shapes.c <<'END'
#include <time.h>
static volatile unsigned sink, random = 1;
#define F(n) __attribute__((noipa)) static void f##n(int);
F(0) F(1) F(2) F(3)
static void (*const f[])(int) = { f0, f1, f2, f3 };
#undef F
#define F(n) __attribute__((noipa)) static void f##n(int depth) \
{ random = random * 1103515245 + 12345; if (depth) f[random >> 16 & 3](depth - 1); \
	else for (int i = 0; i < 20000; i++) sink += i; sink++; }
F(0) F(1) F(2) F(3)
int main(void)
{
	while (clock() < 3 * CLOCKS_PER_SEC)
		f0(20);
	return 0;
}
END
$CC -O2 -o shapes shapes.c
prof-record --every 200ms -F 9999 --stack-size 60000 -- sh -c './shapes; echo >ended' 2>err | { wait_for ended; cat; } >blocked.pb
prof-merge blocked.pb >merged.pb
ns=$(total merged.pb)
lost=$(prof-query --summary merged.pb | sed -n 's/^comment *lost=//p')
all=$(sed -n 's/.*% of \([0-9.]*\) s of CPU time.*/\1/p' err | head -1)
# Each CPU's period is within 3 % of the nominal one: what is lost has an unknown one.
awk -v ns="$ns" -v lost="$lost" -v all="$all" 'BEGIN { r = (ns / 1e9 + lost / 9999) / all; exit !(all > 2 && r > 0.95 && r < 1.05) }'
ok $? 'samples and losses add up though the reader blocks' "$ns ns, $lost lost, $all s"
if [ "$lost" -gt 1000 ]; then
	# On a busy machine the recorder itself may have been late, by a tenth or more.
	says 'samples were lost( while the output waited|: their buffers were full)' 'and it is said why'
else
	skip 'nothing was lost' 'and it is said why'
fi
finish
