#!/bin/sh
# tests/bench/run.sh BUILD [TASK...]: speed and memory beside other tools that do the
# same work, in interleaved runs. Inputs are made from the project's own data. Peers
# are looked for in build/peers/bin (make bench-peers) and on PATH.
set -eu
build=$(cd "$1" && pwd)
shift
tasks=${*:-fold-repeated fold-unique flame flame-names html search merge windows top formats start record finish}
top=$(cd "$(dirname "$0")/../.." && pwd)
in=$build/bench
rounds=${ROUNDS:-5}
PATH=$build:$top/build/peers/bin:$PATH
export PATH
LC_ALL=C
export LC_ALL
# It needs none of the inputs.
[ "$tasks" != alloc ] || exec "$top/tests/bench/alloc.sh" "$build"
mkdir -p "$in"
cd "$in"

# make_input FILE COMMAND: once
make_input() {
	[ -s "$1" ] || {
		echo "making $1" >&2
		sh -c "$2" >"$1.part"
		mv "$1.part" "$1"
	}
}

have() {
	command -v "$1" >/dev/null
}

# row TASK COMMAND... with "NAME: command" arguments, ours first
row() {
	compare 1 '' "$@"
}

# The same by CPU time, which counts for tools that start several processes or a machine.
cpu_row() {
	compare 4 ' of CPU' "$@"
}

# compare FIELD UNIT TASK COMMAND...: FIELD of what measure prints is the time to compare
compare() {
	field=$1
	unit=$2
	task=$3
	shift 3
	names=
	for arg; do
		names="$names ${arg%%: *}"
		set -- "$@" "${arg#*: }"
		shift
	done
	"$build/tests/bench/measure" "$rounds" "$@" |
		awk -v task="$task" -v names="$names" -v field="$field" -v unit="$unit" '
		BEGIN { split(names, name, " ") }
		NR == 1 { ours = $field; memory = $3 }
		{ printf "| %s | %s | %.3f%s | %.3f | %.1f | %.1f | %.2f |\n", NR == 1 ? task : "",
			name[NR], $field, unit, $2, $3 / 1024, $field / ours, $3 / memory }'
}

gzip -dc "$top/tests/data/clang.perf.gz" >clang.perf
prof-fold clang.perf >clang.folded
make_input c.folded "'$build/tests/bench/generate' folded 300000 3 <clang.folded | prof-fold"
[ "$tasks" = formats ] || {
	make_input a.perf 'for i in $(seq 53); do cat clang.perf; done'
	make_input b.perf "'$build/tests/bench/generate' perf 300M <clang.perf"
	make_input d.pb.gz "'$build/tests/bench/generate' folded 300000 4 <clang.folded |
		prof-merge -t pprof -z gzip"
	make_input n.folded "'$build/tests/bench/generate' long-names 300000 20000"
	[ -d w ] || {
		mkdir w.part
		"$build/tests/bench/generate" windows 360 w.part/ <clang.folded
		mv w.part w
	}
}
sixteen=$(yes d.pb.gz | head -n 16 | tr '\n' ' ')

echo "| task | tool | median s | least s | peak MB | times our time | times our memory |"
echo "|---|---|---|---|---|---|---|"
for task in $tasks; do
	case $task in
	fold-repeated)
		set -- 'prof-fold: prof-fold a.perf'
		have inferno-collapse-perf &&
			set -- "$@" 'inferno: inferno-collapse-perf --nthreads 1 a.perf'
		have stackcollapse-perf.pl && set -- "$@" 'FlameGraph: stackcollapse-perf.pl a.perf'
		row "fold 313 MB of perf script, repeated stacks" "$@" 'floor:wc-l: wc -l a.perf'
		;;
	fold-unique)
		set -- 'prof-fold: prof-fold b.perf'
		have inferno-collapse-perf &&
			set -- "$@" 'inferno: inferno-collapse-perf --nthreads 1 b.perf'
		have stackcollapse-perf.pl && set -- "$@" 'FlameGraph: stackcollapse-perf.pl b.perf'
		row "fold 315 MB of perf script, mostly unique stacks" "$@" 'floor:wc-l: wc -l b.perf'
		;;
	flame)
		set -- 'prof-flame: prof-flame c.folded'
		have inferno-flamegraph && set -- "$@" 'inferno: inferno-flamegraph c.folded'
		have flamegraph.pl && set -- "$@" 'FlameGraph: flamegraph.pl c.folded'
		row 'draw 300,000 folded stacks' "$@" 'floor:cat: cat c.folded'
		;;
	flame-names)
		set -- 'prof-flame: prof-flame n.folded'
		have inferno-flamegraph && set -- "$@" 'inferno: inferno-flamegraph n.folded'
		row 'draw 300,000 folded stacks of long C++ names' "$@" 'floor:cat: cat n.folded'
		;;
	html)
		row 'page of 300,000 folded stacks, beside the svg' 'html: prof-flame -t html c.folded' \
			'svg: prof-flame c.folded'
		prof-flame -t html -o c.html c.folded
		"$top/tests/bench/browser.sh" c.html "$rounds"
		;;
	search)
		# About 20,000 boxes that are wide enough to be drawn.
		{ cat clang.folded; head -n 720 clang.folded | sed 's/^[^;]*/more/'; } | prof-flame -o search.svg
		"$top/tests/bench/browser.sh" search.svg "$rounds"
		;;
	windows)
		set -- 'prof-merge: prof-merge w/*.pb.gz'
		have pprof && set -- "$@" 'pprof: pprof -proto w/*.pb.gz'
		row 'merge 360 windows of 10 s' "$@" 'floor:gzip-dc: gzip -dc w/*.pb.gz'
		;;
	merge)
		set -- "prof-merge: prof-merge $sixteen"
		have pprof && set -- "$@" "pprof: pprof -proto $sixteen"
		row 'merge 16 profiles of 300,000 samples' "$@" "floor:gzip-dc: gzip -dc $sixteen"
		;;
	top)
		set -- 'prof-query: prof-query --top d.pb.gz'
		have pprof && set -- "$@" 'pprof: pprof -top d.pb.gz'
		row 'top of 300,000 samples' "$@" 'floor:gzip-dc: gzip -dc d.pb.gz'
		;;
	record)
		# What runs while the machine is recorded, and what recorders take themselves.
		perf=
		have perf && perf='perf record -F 99 -g --call-graph dwarf -a -o perf.data'
		set -- 'prof-record -a -o record.pb.gz' ${perf:+"$perf"} 'prof-record -a --stack fp -o fp.pb.gz'
		echo
		echo "| recorder at 99 Hz, all CPUs busy | slowdown % (95% interval) | own CPU, % of a busy CPU | peak MB |"
		echo "|---|---|---|---|"
		"$build/tests/bench/overhead" "${SLICES:-12}" 3 "$@" | while read -r s sl sh o ol oh mb; do
			echo "| \`$1\` | $s ($sl to $sh) | $o ($ol to $oh) | $mb |"
			shift
		done
		;;
	finish)
		# From the end of a recording to a profile with names.
		compiler=$(command -v clang++ || command -v g++)
		finishing() {
			prof-record -v -F 999 -o finish.pb.gz -- "$compiler" -O2 -c -o /dev/null \
				"$top/tests/targets/words.cpp" 2>&1 | sed -n 's/.*: \([0-9.]*\) s from.*/\1/p'
		}
		for i in $(seq "$rounds"); do finishing; done | sort -n | awk -v n="$rounds" '
			NR == int((n + 1) / 2) { print "| finish: a compiler at 999 Hz | prof-record | " $1 " | | | | |" }'
		if have perf; then
			perf record -q -F 999 --call-graph dwarf -o finish.data -- "$compiler" -O2 -c -o /dev/null \
				"$top/tests/targets/words.cpp" 2>/dev/null
			# Once: it takes minutes.
			rounds=1
			row 'finish: the same, with perf script' 'inlined: perf script -i finish.data' \
				'no-inline: perf script --no-inline -i finish.data'
			rounds=${ROUNDS:-5}
		fi
		;;
	formats)
		# Peers: jfrconv of async-profiler, perf and inferno, and speedscope-import.js.
		make_input f.jfr 'for i in $(seq 300); do gzip -dc '"'$top'"'/tests/golden/jfr/jdk.in; done'
		set -- 'prof-merge: prof-merge f.jfr'
		have jfrconv && set -- "$@" 'jfrconv: jfrconv -o pprof f.jfr f.pprof'
		cpu_row "pprof of $(wc -c <f.jfr) bytes of JFR" "$@"
		for format in cpuprofile speedscope; do
			make_input f.$format "head -n 40000 c.folded | prof-fold -t perf-script |
				sed 's/unit = count/unit = nanoseconds/' | prof-fold --root none -t $format"
			set -- "prof-merge: prof-merge f.$format"
			have speedscope-import && set -- "$@" "speedscope: speedscope-import f.$format"
			cpu_row "read $(wc -c <f.$format) bytes of $format" "$@"
		done
		if have perf; then
			compiler=$(command -v clang++ || command -v g++)
			# Without build ids, perf script aborts if something else recorded with them.
			[ -s f.data ] || perf record -q --buildid-mmap -F 25000 -e cpu-clock:u --call-graph fp -o f.data -- \
				"$compiler" -O2 -c -o /dev/null "$top/tests/targets/words.cpp"
			set -- 'prof-fold: prof-fold f.data'
			have inferno-collapse-perf &&
				set -- "$@" 'perf-inferno: perf script -i f.data | inferno-collapse-perf'
			cpu_row "fold $(wc -c <f.data) bytes of perf.data" "$@"
		fi
		;;
	start)
		printf 'a;b 1\n' >one.folded
		set -- 'prof-query: prof-query --top one.folded' 'prof-fold: prof-fold one.folded'
		row 'start: one stack' "$@" 'floor:true: /bin/true'
		;;
	esac
done
echo
echo "$rounds rounds, in turn; $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo |
	head -n 1), Linux $(uname -r)"
for f in a.perf b.perf c.folded n.folded d.pb.gz f.jfr f.data; do
	[ -s $f ] || continue
	echo "$f: $(wc -c <$f) bytes"
done
[ "$tasks" = formats ] && exit
echo "d.pb.gz unpacked: $(gzip -dc d.pb.gz | wc -c) bytes"
echo "w/*.pb.gz unpacked: $(cat w/*.pb.gz | gzip -dc | wc -c) bytes"
