#!/bin/sh
# Contexts of threads as labels: those that a thread had at the sample, and no other's.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
exits 0 'what it is built with' prof-record --version -v
grep -q 'read by BPF' out || {
	skip_rest "$(tail -1 out)"
}
target traces -rdynamic
library() { # NAME FLAG...
	to=$1
	shift
	$CC -O1 -g -DLIBRARY -shared -fPIC "$@" -o "$to" "$top/tests/targets/traces.c"
}
library general.so
library descriptor.so -mtls-dialect=gnu2
library large.so -mtls-dialect=gnu2 -DBIG=100000
library initial.so -ftls-model=initial-exec
$CC -O1 -g -fno-inline -DNO_VARIABLE -o late "$top/tests/targets/traces.c" -lpthread -ldl
a=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb

# percent FILE FUNCTION TRACE: samples in the function that have the trace, "-" for none
percent() {
	prof-fold -q --root trace_id "$1" | awk -v f=";$2;" -v trace="$3" '
	index(";" $0, f) || index($0, substr(f, 1, length(f) - 1) " ") {
		all += $NF
		id = $1
		sub(/;.*/, "", id)
		if (id == trace || (trace == "-" && id !~ /^(a+|b+|c+)$/))
			some += $NF
	}
	END { printf "%.1f\n", all ? 100 * some / all : -1 }'
}
# agrees FILE NAME: no function has the trace of another
agrees() {
	for wrong in "work_a $b" "work_b $a" "work_none $a" "work_none $b" "work_invalid $a" "work_invalid $b"; do
		percent "$1" "${wrong% *}" "${wrong#* }"
	done | grep -v '^0\.0$' >wrong
	is "$(cat wrong)" '' "$2: no sample has another's trace"
}
# whole FILE LEAST NAME: most samples of both functions have their trace
whole() {
	for f in "work_a $a" "work_b $b"; do
		percent "$1" "${f% *}" "${f#* }"
	done | awk -v least="$2" '{ if ($1 + 0 < least) bad = 1 } END { exit bad }'
	ok $? "$3: work has its trace" "$(percent "$1" work_a $a), $(percent "$1" work_b $b)"
}

# A process that runs already
./traces 1500 &
pid=$!
until grep -q OTEL_CTX "/proc/$pid/maps" || ! kill -0 $pid; do :; done
prof-record -v -F 499 -d 600ms -p $pid -o p.pb.gz 2>err
if grep -q 'trace ids were not read: that needs\|trace ids were not read: the kernel' err; then
	kill $pid
	skip_rest "$(grep 'were not read' err)"
fi
wait $pid
agrees p.pb.gz 'a program'
whole p.pb.gz 99 'from the first sample on'
is "$(percent p.pb.gz work_none -) $(percent p.pb.gz work_invalid -)" '100.0 100.0' \
	'without a context there is no trace, nor with one that is in change'
prof-query -q --trace $a -t folded p.pb.gz >a.folded
at_least "$(share a.folded 'work_a')" 99 "--trace finds a trace's samples"
prof-merge -q -t folded p.pb.gz >all.folded
awk '{ n += $NF } END { print n }' a.folded >a.total
awk -v a="$(cat a.total)" '{ n += $NF } END { exit !(a > 0.3 * n && a < 0.5 * n) }' all.folded
ok $? 'which are four in ten' "$(cat a.total)"
is "$(prof-query -q --values=http.route p.pb.gz; prof-query -q --values=step p.pb.gz)" "/pay
charge" 'attributes: of a key that occurs twice, the last'
is "$(prof-query -q --tag http.route=/pay -t folded p.pb.gz | grep -vc work_b)" 0 'are of their function'
is "$(prof-query -q --values=span_id p.pb.gz | sort | tr '\n' ' ')" 'a1a1a1a1a1a1a1a1 b1b1b1b1b1b1b1b1 ' 'spans'
grep -q 'contexts of threads: [1-9][0-9]* samples, [1-9][0-9]* not valid, 0 not readable, [1-9]' err
ok $? 'samples without a valid one are counted, and attributes without a key' "$(cat err)"

# Libraries: each way to reach a variable
for library in general descriptor large initial; do
	prof-record -q -F 499 -o $library.pb.gz -- ./late 500 ./$library.so 2>err
	agrees $library.pb.gz "$library, opened late"
	whole $library.pb.gz 30 "$library, opened late"
done
for library in general descriptor initial; do
	LD_PRELOAD=./$library.so prof-record -q -F 499 -o $library.pb.gz -- ./late 500 ./$library.so 2>err
	agrees $library.pb.gz "$library, mapped at the start"
	whole $library.pb.gz 30 "$library, mapped at the start"
done

# Changes
LATE=1 prof-record -q -F 499 -o key.pb.gz -- ./traces 1000
is "$(prof-query -q --values=step key.pb.gz)" charge 'a key that is published later'
CHILD=1 prof-record -q -F 499 -o child.pb.gz -- ./traces
is "$(percent child.pb.gz work_child $a)" 0.0 'a child that publishes no context has not that of its parent'
[ "$(percent child.pb.gz work_parent $a | cut -d . -f 1)" -gt 10 ]
ok $? 'which has one' "$(percent child.pb.gz work_parent $a)"
SCHEMA=go_pprof_labels_v1 prof-record -v -F 499 -o other.pb.gz -- ./traces 300 2>err
is "$(prof-query -q --values=trace_id other.pb.gz)" '' 'contexts of another schema are not read'
prof-record -q -F 499 --label-by comm -o comm.pb.gz -- ./traces 300
is "$(prof-query -q --values=trace_id comm.pb.gz)" '' '--label-by without trace leaves them out'
prof-record -q -F 499 -l step=mine --label-by trace -o mine.pb.gz -- ./traces 1000
is "$(prof-query -q --values=step mine.pb.gz)" mine 'a label that is given counts before an attribute'
finish
