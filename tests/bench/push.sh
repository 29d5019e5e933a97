#!/bin/sh
# tests/bench/push.sh BUILD: how many profiles a second prof-push sends to a receiver that
# does nothing with them: an hour of three services, profiles of 44 kB on average.
set -eu
build=$(cd "$1" && pwd)
rounds=${ROUNDS:-5}
top=$(cd "$(dirname "$0")/../.." && pwd)
in=$build/bench
PATH=$build:$PATH
LC_ALL=C
export PATH LC_ALL
mkdir -p "$in"
cd "$in"

[ -d day-1 ] || {
	echo 'making an hour of 5 services' >&2
	rm -rf day.part
	mkdir day.part
	gzip -dc "$top/tests/data/clang.perf.gz" | prof-fold | "$build/tests/bench/day" 5 1 day.part
	mv day.part day-1
}
files=$(echo day-1/svc-[234]/*.gz)
n=$(echo "$files" | wc -w)

rm -rf null
mkdir null
"$build/tests/http_peer" null 0 null &
peer=$!
trap 'kill $peer' EXIT
until [ -s null/port ]; do sleep 0.1; done
url=http://127.0.0.1:$(cat null/port)

# ticks: CPU time of the receiver, in hundredths of a second
ticks() { awk '{ print $14 + $15 }' /proc/$peer/stat; }

echo "| $n profiles to a null receiver | profiles/s | CPU a profile | of it the receiver's | peak MB |"
echo "|---|---|---|---|---|"
for options in '' '-z none' '--spool spool' '-t otlp'; do
	before=$(ticks)
	"$build/tests/bench/measure" "$rounds" \
		"prof-push -q $options -l service_name=s --parallel ${PARALLEL:-8} $url $files" >asked
	after=$(ticks)
	rm -rf spool
	awk -v n="$n" -v name="prof-push $options" -v ticks="$((after - before))" -v rounds="$rounds" '{
		peer = ticks / 100 / rounds
		printf "| %s | %.0f | %.2f ms | %.2f ms | %.1f |\n", name, n / $1,
			1000 * ($4 + peer) / n, 1000 * peer / n, $3 / 1024 }' asked
done
