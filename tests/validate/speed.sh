#!/bin/sh
# speed.sh BUILD: figure 9, as Markdown. Ten runs a side of 50,000 stacks of 5,000
# functions; and where there is a pprof, its difference of the same runs merged.
set -eu
LC_ALL=C
export LC_ALL
build=$(cd "$1" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
PATH=$build:$build/tests:$PATH

awk 'BEGIN {
	srand(1)
	for (i = 0; i < 50000; i++) {
		line = "main"
		for (depth = 8 + int(rand() * 16); depth; depth--)
			line = line ";function_" int(5000 * rand() ^ 2)
		print line, 1 + int(40 * rand() ^ 4)
	}
}' >stacks
for side in base new; do
	mkdir $side
	for i in 0 1 2 3 4 5 6 7 8 9; do
		awk -v seed="$i$side" 'BEGIN { srand(length(seed) * 100 + seed) } {
			count = int($NF * (0.5 + rand()) + rand())
			$NF = count
			if (count)
				print
		}' stacks | make_run cpu_time_ns=60000000000 host=h "round=$i" \
			"time=$((i * 10 + ${#side}))" >$side/$i.pb.gz
	done
	prof-merge $side/*.pb.gz -o $side.pb.gz
done

# The least CPU time of three runs, in seconds, with what its children take
cpu() {
	for _ in 1 2 3; do
		sh -c "$1 >out 2>err; times" | tail -1
	done | awk -F '[ms ]+' '{ t = $1 * 60 + $2 + $3 * 60 + $4; if (NR == 1 || t < least) least = t }
		END { printf "%.2f", least }'
}

set -- 'prof-diff --report text base -- new' 'prof-diff base.pb.gz new.pb.gz | cat'
if command -v pprof >/dev/null; then
	set -- "$@" 'pprof -top -diff_base base.pb.gz new.pb.gz'
fi
"$build/tests/bench/measure" 3 "$@" >measured
echo '| command | wall seconds | CPU seconds | MB |'
echo '|---|--:|--:|--:|'
while read -r _ least kb _; do
	echo "| \`$(echo "$1" | sed 's/|/\\|/')\` | $least | $(cpu "$1") | $((kb / 1024)) |"
	shift
done <measured
command -v pprof >/dev/null || echo '| there is no pprof here | | | |'
