#!/bin/sh
# tests/bench/listen.sh BUILD: what prof-listen takes: profiles of 40 kB (.pb.gz) into a
# store, over 1,000 connections, with slow clients beside them, and with a kill -9 in the middle.
# SECONDS_EACH=600 runs each figure for ten minutes.
set -eu
build=$(cd "$1" && pwd)
seconds=${SECONDS_EACH:-20}
connections=${CONNECTIONS:-1000}
rate=${RATE:-1000}
top=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$build:$PATH
LC_ALL=C
export PATH LC_ALL
mkdir -p "$build/bench"
cd "$build/bench"
# shellcheck disable=SC3045
ulimit -n 8192

[ -d listen-day ] || {
	echo 'making profiles' >&2
	gzip -dc "$top/tests/data/clang.perf.gz" | prof-fold >clang.folded
	rm -rf listen-day.part
	mkdir listen-day.part
	"$build/tests/bench/day" 5 1 listen-day.part <clang.folded
	mv listen-day.part listen-day
}
# Two of 48 kB to one of 25 kB.
set -- listen-day/svc-2/*.pb.gz listen-day/svc-4/*.pb.gz listen-day/svc-2/*.pb.gz
echo "$# profiles, $(($(cat "$@" | wc -c) / $#)) bytes each"

# cpu PID: seconds of CPU that a process and its children have taken
cpu() {
	{
		cat "/proc/$1/stat"
		for child in $(ps -o pid= --ppid "$1"); do cat "/proc/$child/stat"; done
	} | awk -v hz="$(getconf CLK_TCK)" '{ sum += $14 + $15 + $16 + $17 } END { printf "%.2f", sum / hz }'
}

# watch PID: write the most memory that it and its children have at a time to ./memory, in MB;
# of pages that they share, each has its part
watch() {
	while kill -0 "$1" 2>/dev/null; do
		for process in "$1" $(ps -o pid= --ppid "$1"); do
			cat "/proc/$process/smaps_rollup" 2>/dev/null || true
		done | awk '/^Pss:/ { sum += $2 } END { printf "%.0f\n", sum / 1024 }'
		sleep 0.3
	done | sort -n | tail -n 1 >memory
}

begin_server() {
	# A compaction that the last server began may still write.
	until rm -rf listen-store 2>/dev/null; do sleep 0.1; done
	rm -f listen.log
	prof-listen --listen 127.0.0.1:0 --store listen-store 2>listen.log &
	server=$!
	until grep -qs listening listen.log; do sleep 0.1; done
	port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' listen.log)
	sleep 0.5
}

# run_load CONNECTIONS RATE FILE...
run_load() {
	clients=$1
	per_second=$2
	shift 2
	"$build/tests/bench/load" "$port" '/ingest?name=api&format=pprof' "$clients" "$per_second" \
		"$seconds" "$@" >load.out
	read -r good bad took p50 p99 longest unanswered <load.out
}

stored() { prof-store stat listen-store -t tsv | awk -F '\t' '$1 == "profiles" { print $2 }'; }

# figure NAME CONNECTIONS RATE FILE...
figure() {
	name=$1
	shift
	begin_server
	watch $server &
	watcher=$!
	run_load "$@"
	used=$(cpu $server)
	kill $server
	wait $server
	wait $watcher
	peak=$(cat memory)
	kept=$(stored)
	[ "$kept" -eq "$good" ] || [ "$unanswered" -gt 0 ] || echo "WRONG: $kept in the store"
	awk -v name="$name" -v good="$good" -v bad="$bad" -v took="$took" -v p50="$p50" -v p99="$p99" \
		-v longest="$longest" -v used="$used" -v peak="$peak" -v kept="$kept" 'BEGIN {
		printf "| %s | %.0f/s | %s | %s, %s, %s ms | %.2f ms | %s MB | %s of %s |\n", name,
			good / took, bad, p50, p99, longest, used * 1000 / good, peak, kept, good }'
}

# killed CONNECTIONS RATE FILE...: is what was acknowledged before kill -9 there? What has no answer
# may be there, too.
killed() {
	begin_server
	readers=$(ps -o pid= --ppid "$server")
	(sleep "$(awk -v s="$seconds" 'BEGIN { print s / 2 }')" && kill -9 "$server") &
	run_load "$@"
	wait "$server" 2>/dev/null || true
	for reader in $readers; do
		while kill -0 "$reader" 2>/dev/null; do sleep 0.1; done
	done
	kept=$(stored)
	prof-store verify -q listen-store || echo 'the store is damaged'
	verdict='nothing is lost'
	[ "$kept" -ge "$good" ] && [ "$kept" -le $((good + unanswered)) ] || verdict=WRONG
	echo
	echo "kill -9 after $took s: $good acknowledged, $unanswered without an answer, $kept in the store: $verdict"
}

echo '| | taken | refused | p50, p99, longest | CPU a profile | memory, of all processes at a time | in the store, of acknowledged |'
echo '|---|---|---|---|---|---|---|'
figure "$connections connections, $rate/s" "$connections" "$rate" "$@"
figure "the same, and 50 slow clients" "$connections+50" "$rate" "$@"
figure "$connections connections, as fast as it goes" "$connections" 0 "$@"
figure '8 connections, as fast as it goes' 8 0 "$@"
killed "$connections" "$rate" "$@"
