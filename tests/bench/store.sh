#!/bin/sh
# tests/bench/store.sh BUILD: what a store takes and answers, on a day of five services
# that tests/bench/day.c makes. HOURS=1 makes less of it.
set -eu
build=$(cd "$1" && pwd)
hours=${HOURS:-24}
rounds=${ROUNDS:-5}
top=$(cd "$(dirname "$0")/../.." && pwd)
in=$build/bench
PATH=$build:$top/build/peers/bin:$PATH
LC_ALL=C
export PATH LC_ALL
mkdir -p "$in"
cd "$in"
begin=1795824000

gzip -dc "$top/tests/data/clang.perf.gz" | prof-fold >clang.folded
[ -d "day-$hours" ] || {
	echo "making $hours hours of 5 services" >&2
	rm -rf day.part
	mkdir day.part
	"$build/tests/bench/day" 5 "$hours" day.part <clang.folded
	mv day.part "day-$hours"
}
day=day-$hours

# figure NAME VALUE
figure() { printf '| %s | %s |\n' "$1" "$2"; }

# stat_of NAME: of the store
stat_of() { prof-store stat store -t tsv | awk -F '\t' -v name="$1" '$1 == name { print $2 }'; }
bytes() { du -sb --apparent-size store | cut -f 1; }
divide() { awk -v a="$1" -v b="$2" -v d="${3:-1}" 'BEGIN { printf "%." d "f", a / b }'; }


# ask NAME COMMAND
ask() {
	"$build/tests/bench/measure" "$rounds" "$2" >asked
	awk -v name="$1" '{ printf "| %s | %.3f s, %.3f s of CPU, %.0f MB |\n", name, $1, $4, $3 / 1024 }' asked
}


packed=$(find "$day" -name '*.gz' -printf '%s\n' | awk '{ s += $1 } END { print s }')
bare=$(find "$day" -name '*.gz' -exec gzip -dc {} + | wc -c)
files=$(find "$day" -name '*.gz' | wc -l)
echo "| figure | value |"
echo "|---|---|"
figure "profiles, .pb.gz, bare" "$files, $((packed / 1000000)) MB, $((bare / 1000000)) MB"

cat >add.sh <<END
for service in 0 1 2 3 4; do
	find $day/svc-\$service -name '*.gz' | sort | tr '\n' '\0' |
		xargs -0 -n 100000 prof-store add \$1 -q store -l "service_name=svc-\$service"
done
END
rm -rf store
"$build/tests/bench/measure" 1 'sh add.sh --no-compact' >asked
read -r _ _ memory cpu <asked
figure 'CPU a profile, without compaction' "$(divide "$cpu" "$files" 5) s, $((memory / 1024)) MB"
figure 'size before compaction' "$(bytes) bytes, 1/$(divide "$packed" "$(bytes)")"
rm -rf store
"$build/tests/bench/measure" 1 'sh add.sh' >asked
read -r _ _ memory cpu <asked
figure 'CPU a profile, with compaction as due' "$(divide "$cpu" "$files" 5) s, $((memory / 1024)) MB"
figure 'size then' "$(bytes) bytes, 1/$(divide "$packed" "$(bytes)")"
"$build/tests/bench/measure" 1 'prof-store compact -q store' >asked
read -r _ _ memory cpu <asked
figure 'compaction of the rest' "$cpu s of CPU, $((memory / 1024)) MB"
figure 'size after compaction' "$(bytes) bytes, 1/$(divide "$packed" "$(bytes)")"
figure 'a profile, a row' "$(divide "$(bytes)" "$files") bytes, $(divide "$(bytes)" "$(stat_of rows)" 2) bytes"
one="store '{service_name=\"svc-0\"}'"
ask 'merge, svc-0 (12,500 stacks and rare ones)' "prof-query -q $one -t pprof -z none -o merged"
ask 'merge, all five' 'prof-query -q store -t pprof -z none -o merged'
ask 'merge, svc-0, all but 7 minutes' \
	"prof-query -q $one --since @$((begin + 420)) -t pprof -z none -o merged"
ask 'top, svc-0' "prof-query -q $one --top=20"
ask 'top of one hour, svc-0' "prof-query -q $one --top=20 --until @$((begin + 3600))"
ask 'series of 15 s, svc-0' "prof-query -q $one --series --step 15s"
ask 'series of 15 s, all by service' 'prof-query -q store --series --step 15s --by service_name'
ask 'series of 15 s of a function, svc-0' "prof-query -q $one --series --step 15s --function malloc"
ask 'list of series' 'prof-query -q store --series-list'
ask 'start of a query' 'prof-query --version'
ask 'the same as files: prof-merge of svc-0' "prof-merge -q $day/svc-0/*.pb.gz -t pprof -z none -o merged"
