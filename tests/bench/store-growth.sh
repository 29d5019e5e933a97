#!/bin/sh
# tests/bench/store-growth.sh BUILD: does a question cost more as the store grows? CPU time in
# milliseconds of commands on stores of more days and more series (tests/bench/grow.c).
set -eu
build=$(cd "$1" && pwd)
rounds=${ROUNDS:-5}
stores=${STORES:-1:1 1:20 1:200 1:2000 7:20 30:20 365:20 30:200}
top=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$build:$PATH
LC_ALL=C
export PATH LC_ALL
mkdir -p "$build/bench"
cd "$build/bench"
now=1795910400 # when the last day is over

gzip -dc "$top/tests/data/clang.perf.gz" | prof-fold >clang.folded

# ms COMMAND
ms() { "$build/tests/bench/measure" "$rounds" "$1" | awk '{ printf "%.1f", $4 * 1000 }'; }

# one profile, to add
printf 'main;a 1\nmain;b 2\n' | prof-merge -t pprof -o one.pb.gz

echo '| days | series | profiles | MB | --version | last hour of one series | day of one, by hour | label values | types | list of series | series by label, all | sum of all | add of one |'
echo '|---|---|---|---|---|---|---|---|---|---|---|---|---|'
for store in $stores; do
	days=${store%:*}
	series=${store#*:}
	dir=grown-$days-$series
	if [ ! -d "$dir" ]; then
		rm -rf grown.part
		"$build/tests/bench/grow" "$days" "$series" 3600 grown.part <clang.folded
		mv grown.part "$dir"
	fi
	rm -rf added
	cp -r "$dir" added
	printf '| %s | %s | %s | %s |' "$days" "$series" \
		"$(prof-store stat "$dir" -t tsv | awk '$1 == "profiles" { print $2 }')" \
		"$(du -sb "$dir" | awk '{ printf "%.1f", $1 / 1e6 }')"
	for command in 'prof-query --version' \
		"prof-query -q $dir '{pod=\"pod-0\"}' --since @$((now - 3600)) -t folded" \
		"prof-query -q $dir '{pod=\"pod-0\"}' --since @$((now - 86400)) --series --step 1h" \
		"prof-query -q $dir --values pod" "prof-query -q $dir --types" \
		"prof-query -q $dir --series-list" \
		"prof-query -q $dir --series --step 1d --by service_name" \
		"prof-query -q $dir -t folded" "prof-store add -q added one.pb.gz"; do
		printf ' %s |' "$(ms "$command")"
	done
	echo
done
rm -rf added
