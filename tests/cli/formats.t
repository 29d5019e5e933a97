#!/bin/sh
# What others' tools write in odd ways: right, or an error, but never wrong in silence.
. "$(dirname "$0")/../lib.sh"

# A CR that ends only some lines
printf 'main;a 1\rmain;b 2\nmain;c 3\n' >mixed.folded
exits 2 'a CR within a line' prof-fold mixed.folded
says 'mixed.folded:1: expected .frame;frame COUNT.' 'is not part of a name'

# Lines that end in CR LF
for case in heaptrack/app phpspy/stacks perf-script/fields-address callgrind/tree dtrace/stacks; do
	sed "s/\$/$(printf '\\r')/" "$top/tests/golden/$case.in" >crlf
	prof-fold crlf >out 2>err
	same out "$top/tests/golden/$case.out" "$case with CR LF"
done

# A file of valgrind that is cut short
sed '/^totals:/d' "$top/tests/golden/callgrind/tree.in" >short
exits 0 'callgrind: cut short' prof-fold short
says "short: does not end in the line 'totals:': it may be cut short" 'callgrind: that is said'
sed '/^summary:/d' "$top/tests/golden/callgrind/cachegrind.in" | prof-fold >out 2>err
says "does not end in the line 'summary:'" 'cachegrind: that is said'

# The memory map of gperftools, likewise
head -c 482 "$top/tests/golden/gperftools/le64.in" | prof-fold >out 2>err
says 'the last line has no end: the input may be cut short' 'gperftools: a map that is cut short'

# A base of which nothing is left
printf 'old 0\n' >zero.folded
printf 'main;new 3\n' >new.folded
is "$(prof-diff zero.folded new.folded)" 'main;new 0 3' 'a comparison with nothing is one'
for format in pprof otlp otlp-json; do
	prof-diff zero.folded new.folded | prof-fold -t $format >sides
	is "$(prof-fold sides)" 'main;new 0 3' "and stays one by way of $format"
done

# Notes are about what is written, after fractions were rounded.
printf 'main;a 0.3\nmain;b 0.3\n' >fractions.folded
exits 0 'fractions' prof-fold fractions.folded
is "$(cat out)" 'main;a 1' 'their sum is rounded'
says '^prof-fold: 1 value below 1 is rounded to 0; the total is kept$' 'which is said'
is "$(wc -l <err)" 1 'and not that all are 0'

# callgrind, as xdebug writes it, has costs below 0: of memory that was freed.
printf 'main;a -5\nmain;b 5\nmain;b;c;d -7\n' >freed.folded
prof-fold -t callgrind freed.folded >graph
is "$(prof-fold -q graph)" "$(cat freed.folded)" 'callgrind: costs below 0 keep their callers'
printf 'main;a 3 5\n' | prof-fold -t callgrind >out 2>err
is "$?: $(grep -c 'a differential profile cannot be written as callgrind' err)" '2: 1' \
	'callgrind: a base does not count'

# Cost centres in sources of other kinds than .hs
sed 's/Parse\.hs:9/Parse.y:9/' "$top/tests/golden/ghc-prof/ticks.in" >grammar.prof
is "$(prof-fold --lines grammar.prof | grep -c 'Parse.parse:9 ')" 1 'ghc-prof: the line of a grammar'

# Two in one file: both are read, or it is an error.
for case in legacy-pprof/go-mutex legacy-pprof/java-contention legacy-pprof/java-heap; do
	cat "$top/tests/golden/$case.in" "$top/tests/golden/$case.in" >two
	prof-fold two | awk '{ s += $NF } END { print s / 2 }' >out
	is "$(cat out)" "$(awk '{ s += $NF } END { print s + 0 }' "$top/tests/golden/$case.out")" \
		"$case twice"
done
for case in gperftools/be32 gperftools/le64 gprof/flat gprof/graph heaptrack/app ljp/traces \
	macos-sample/sample perf-data/dwarf tachyon/wall; do
	cat "$top/tests/golden/$case.in" "$top/tests/golden/$case.in" >two
	exits 2 "$case twice" prof-fold two
	says 'another profile follows' 'is not one'
done

# The same as two gzip members: each case is twice itself, or an error, or a note says more. Twice
# a fraction or a differential is not twice what is printed of it.
for path in "$top"/tests/golden/*/*.in; do
	case=$(basename "$(dirname "$path")")/$(basename "$path" .in)
	case $case in folded/diff | folded/fractions | */clang) continue ;; esac
	[ -f "${path%.in}.err" ] && continue
	gzip -dc <"$path" 2>/dev/null >one || cp "$path" one
	gzip -c one >one.gz
	cat one.gz one.gz >two
	prof-fold two >out 2>err || continue
	[ -s err ] && continue
	is "$(awk '{ s += $NF } END { printf "%.0f", s / 2 }' out)" \
		"$(awk '{ s += $NF } END { printf "%.0f", s }' "${path%.in}.out")" "$case as two members"
done

# Text of others that holds no profile to read: what to do instead
refuse() { # TEXT ADVICE
	# shellcheck disable=SC2059 # it has \\n and \\t
	printf "$1" >refused
	exits 2 "refused: $2" prof-fold refused
	says "$2" 'with advice'
}
refuse '# To display the perf.data header info, please use --header\n 50.00%% a 5\n' 'perf script'
refuse 'Sampling at 49 Hertz of all threads\n    main\n        2\n' 'its option -f'
refuse 'Tracing off-CPU time (us) of all threads\n    main\n        2\n' 'its option -f'
refuse 'JAVA PROFILE 1.0.1, created Mon May  1\n\nTHREAD START\n' 'JFR or async-profiler'
refuse '{\n  "total_num_allocations": 352,\n  "total_bytes_allocated": 474453\n}\n' 'memray transform csv'
refuse '{"threadDump": {"processId": "5", "threadContainers": []}}\n' 'Thread.dump_to_file'
refuse '{"type": "attached_probes", "data": {"probes": 1}}\n' 'without -f'
refuse '{"start_time": 1.5, "root_frame": {"function": "f"}}\n' 'pyinstrument -r speedscope'

# Ends of what has not begun take no time for each event that is open.
awk 'BEGIN {
	for (i = 0; i < 20000; i++)
		printf "%s{\"ph\":\"B\",\"ts\":%d,\"name\":\"f%d\"}", i ? "," : "[", i, i
	for (i = 0; i < 1000000; i++)
		printf ",{\"ph\":\"E\",\"ts\":%d,\"name\":\"g\"}", i + 20000
	print "]"
}' >ends.json
# shellcheck disable=SC3045 # every shell here has it
(ulimit -t 15 && exec prof-fold ends.json >out 2>err)
is $? 0 'many ends without a begin'
says 'end what has not begun: 1000000' 'and their number'

# Names of Java's threads may hold quotes; a virtual thread and its carrier are two.
for case in java-virtual java-thread-info; do
	prof-query --values=thread -t tsv "$top/tests/golden/stack-dump/$case.in" | cut -f 1 | sort
done >out
printf '%s\n' 'ForkJoinPool-1-worker-1' 'RMI TCP Connection - idle' 'Reference Handler' 'main' \
	'pool "a" 1' 'virtual thread #31' 'worker "b"' | sort >want
grep -vE '^(value|thread|label)$' out | sort >names
same want names 'the names of threads'

finish
