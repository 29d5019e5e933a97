#!/bin/sh
# Recordings of perf record: their binaries are found and named, or it is reported that they are
# not; files and pipes; all commands take them; and what perf script makes of them.
. "$(dirname "$0")/../lib.sh"
names_addresses || {
	echo "1..0 # SKIP $(head -n 1 err)"
	exit 0
}
golden=$top/tests/golden/perf-data
HOME=$tmp/home
export HOME
unset PERF_BUILDID_DIR

# fold WANT NAME FILE...
fold() {
	expected=$1
	title=$2
	shift 2
	exits 0 "$title" prof-fold "$@"
	is "$(cat out)" "$expected" "$title: its stacks"
}

# The cache of perf has binaries by build id. What is there under one counts if it has it.
id=$(od -An -v -tx1 "$data/perf-data/spin" | tr -d ' \n' | sed -n 's/.*040000001400000003000000474e5500\(.\{40\}\).*/\1/p')
rest=${id#??}
cached=$HOME/.debug/.build-id/${id%"$rest"}/$rest
mkdir -p "$cached"
cp "$data/perf-data/spin" "$cached/elf"
frames="spin's_child;_start;run;burn 4000000
spin;_start;run;burn 3000000
spin;_start;run;even;even;even;even;even;burn 6000000"
fold "$frames" 'a recording whose binary is found' "$golden/frames.in"
is "$(cat err)" '' 'leaves nothing to be said'
fold "spin's_child;_start;run;child;burn 4000000
spin;_start;run;even;even;even;even;even;even;burn 6000000
spin;_start;run;odd;burn 2000000" 'copies of stacks are unwound' "$golden/dwarf.in"
is "$(cat err)" '' 'to their ends'
cp "$(command -v prof-fold)" "$cached/elf"
exits 0 'another build in its place' prof-fold "$golden/frames.in"
is "$(grep -c _start out)" 0 'gives no names'
says '1 binary is not here, or of another build: /tmp/example/spin' 'that is reported'
says '8 of 8 addresses have no name' 'and counted'
cp "$data/perf-data/spin" "$cached/elf"
cache=$HOME/.debug
PERF_BUILDID_DIR=$cache HOME=/nowhere prof-fold "$golden/frames.in" >out
is "$(cat out)" "$frames" 'the cache may be elsewhere'

# Files come through pipes, too, and packed.
prof-fold <"$golden/frames.in" >out
is "$(cat out)" "$frames" 'from standard input'
# shellcheck disable=SC2002
cat "$golden/frames.in" | prof-fold >out
is "$(cat out)" "$frames" 'through a pipe'
gzip -c "$golden/frames.in" | prof-fold >out
is "$(cat out)" "$frames" 'packed'

# All commands.
prof-merge -t pprof "$golden/frames.in" "$golden/dwarf.in" -o both.pb.gz
fold "spin's_child;_start;run;burn 4000000
spin's_child;_start;run;child;burn 4000000
spin;_start;run;burn 3000000
spin;_start;run;even;even;even;even;even;burn 6000000
spin;_start;run;even;even;even;even;even;even;burn 6000000
spin;_start;run;odd;burn 2000000" 'merged and written as pprof' both.pb.gz
exits 0 'prof-query' prof-query --top=1 "$golden/frames.in"
is "$(grep -c burn out)" 1 'finds its functions'
exits 0 'prof-flame' prof-flame "$golden/frames.in"
is "$(grep -c '<svg' out)" 1 'draws it'
exits 0 'prof-diff' prof-diff "$golden/frames.in" "$golden/dwarf.in"
exits 0 'several threads' prof-merge -j 4 -t folded "$golden/frames.in" "$golden/frames.in" \
	"$golden/frames.in" "$golden/frames.in"
is "$(grep -c ';burn ' out)" 2 'name what they read'
exits 0 'facts' prof-query --raw "$golden/frames.in"
is "$(grep -c 'host=lab3\|kernel=6.18.44-generic\|command=/usr/bin/perf record' out)" 3 \
	'are those of the header'

# Events.
fold "spin's_child;[spin] 4000000
spin;[[kernel.kallsyms]] 2000000
spin;[spin] 8000000" 'another event' -q --type task-clock "$golden/events.in"
exits 0 'all of them' prof-fold --type all -t pprof "$golden/events.in" -o all.pb.gz
exits 0 'survive' prof-fold --type task-clock all.pb.gz
is "$(awk '{ n += $NF } END { print n }' out)" 14000000 'with their values'

# What is cut short.
exits 2 'a file that is cut short' prof-fold "$golden/cut-short.in"
exits 2 'a pipe that is cut short' prof-fold "$golden/pipe-cut-short.in"
exits 2 'leniently, if no sample is left' prof-fold --lenient "$golden/pipe-cut-short.in"
says 'holds no samples' 'that is reported'
exits 0 'features that are missing, leniently' prof-fold --lenient "$golden/cut-short.in"
says 'skipped 1 malformed record' 'are counted'
head -c 2000 "$golden/frames.in" >cut.data
exits 2 'records that are cut short' prof-fold cut.data
says 'cut.data: byte 2000: records should go on to byte 2184' 'are reported'
exits 0 'leniently' prof-fold --lenient cut.data
is "$(awk '{ n += $NF } END { print (n > 0) }' out)" 1 'what is there is read'

# A recording that was killed has no build ids, and no name of the machine.
cp "$data/perf-data/spin" busy
if command -v perf >/dev/null && ./busy && lsattr -v busy >/dev/null 2>&1; then
	perf record -q -e cpu-clock -F 999 -g -m 4 -o killed.data sh -c 'while :; do ./busy; done' >/dev/null 2>&1 &
	recorder=$!
	for i in $(seq 100); do
		sleep 0.1
		[ "$(stat -c %s killed.data 2>/dev/null || echo 0)" -lt 40000 ] || break
	done
	group=$(children $recorder)
	kill -9 $recorder
	# shellcheck disable=SC2086 # a list of numbers
	kill -9 $group
	exits 0 'a recording that was killed' prof-fold killed.data
	is "$(grep -c ';run;burn' out | sed 's/^[1-9].*/some/')" some 'has names'
	cp "$data/perf-data/spin" other
	touch -d '1 hour ago' killed.data
	exits 0 'if a file has changed since' prof-fold killed.data
	is "$(grep -c ';run;burn' out)" 0 'it has none'
	touch killed.data
	rm busy && mv other busy
	exits 0 'if another one is in its place' prof-fold killed.data
	is "$(grep -c ';run;burn' out)" 0 'it has none, either'
else
	skip 'no perf, or no generations of inodes' 'a recording that was killed'
fi

# A directory, as perf record --threads makes it.
if has_python 'a directory'; then
	"$top/tests/perf-directory" "$golden/frames.in" threads.data
	fold "$frames" 'a directory' threads.data
	is "$(cat err)" '' 'is read whole'
	fold "$frames" 'the file in it that has the header' threads.data/data
	mkdir alone
	cp threads.data/data alone
	exits 2 'that file alone' prof-fold alone
	says "is a part of a recording in a directory .*'data.0' is not beside it" 'is refused'
	mv threads.data/data.0 threads.data/data.2
	mv threads.data/data.1 threads.data/data.0
	exits 2 'one that lacks a file in the middle' prof-fold threads.data
	says "'data.1' is not beside it, but 'data.2' is" 'is refused'
	mv threads.data/data.0 threads.data/data.1
	mv threads.data/data.2 threads.data/data.0
	head -c 600 threads.data/data.1 >short
	cat short >threads.data/data.1
	exits 2 'a file in it that is cut short' prof-fold threads.data
	says 'threads.data/data.1: byte 552: a record of 72 bytes goes beyond the end: 48 are left' 'is named'
	exits 0 'leniently' prof-fold --lenient threads.data
	is "$(awk '{ n += $NF } END { print n }' out)" 12000000 'the other records are read'
fi

# perf script has the last word, where perf can record.
spin=$data/perf-data/spin
if ! perf record -q -N -e cpu-clock:u -c 1000000 -g -o fp.data "$spin" >/dev/null 2>&1; then
	skip 'perf cannot record here' 'as perf script'
	finish
fi
perf record -q -N -e cpu-clock:u -c 1000000 --call-graph dwarf -o dwarf.data "$spin" 2>/dev/null
perf record -q -N -e cpu-clock:u -c 1000000 -g -z -o - "$spin" 2>/dev/null >pipe.data
perf record -q -N -e cpu-clock:u,task-clock:u -F 2000 -o flat.data "$spin" 2>/dev/null
perf record -q -N -e cpu-clock:u -c 1000000 -g --threads -o threads.data "$spin" 2>/dev/null ||
	rm -rf threads.data
for name in fp dwarf pipe flat threads; do
	[ -e $name.data ] || {
		skip 'perf cannot record with several threads' "$name, as perf script"
		continue
	}
	perf script -i $name.data 2>/dev/null </dev/null | prof-fold -q >want
	exits 0 "$name" prof-fold -q $name.data
	same out want "$name, as perf script"
done
finish
