#!/bin/sh
# ab.sh BUILD TIMES [SCRATCH]: figure 8 through the whole pipe, as Markdown. A server that
# has one function made slower is recorded by `prof-record --ab` beside itself as it was,
# and `prof-diff --check` says what it finds; each TIMES times. Figure 8's share and
# change are what prof-diff itself reports.
set -eu
LC_ALL=C
export LC_ALL
build=$(cd "$1" && pwd)
times=$2
top=$(cd "$(dirname "$0")/../.." && pwd)
dir=${3:-$(mktemp -d)}
mkdir -p "$dir"
cd "$dir"
PATH=$build:$PATH
${CC:-cc} -O2 -g -fno-omit-frame-pointer -fno-optimize-sibling-calls -o server \
	"$top/tests/validate/server.c"

cell() { # JSON-KEY: of the row of $function's own time
	sed -n "s/.*\"function\":\"$function\",\"kind\":\"self\".*\"$1\":\([-0-9.e+]*\).*/\1/p" report.json
}

echo '| slower | by | status 1 | named first | mean change seen |'
echo '|---|--:|--:|--:|--:|'
for how in none-0 hash-10 hash-20 hash-50 lex-10 encode-50; do
	function=${how%-*}
	i=0
	failed=0
	first=0
	: >changes
	while [ $i -lt "$times" ]; do
		rm -rf runs
		prof-record -q --ab './server 36000 >/dev/null' \
			"./server 36000 $function ${how#*-} >/dev/null" --runs 10 -F 3999 -o runs 2>log ||
			{ cat log >&2; exit 2; }
		status=0
		prof-diff --check runs/base -- runs/new --report json -o report.json || status=$?
		[ $status -le 1 ] || exit 2
		failed=$((failed + status))
		row=$(grep -m 1 '{"verdict"' report.json | grep -c "\"function\":\"$function\"" || :)
		[ $status -eq 0 ] || first=$((first + row))
		cell change >>changes
		i=$((i + 1))
	done
	echo "| $function | +${how#*-}% | $failed of $times | $first |" \
		"$(awk '{ sum += $1 } END { if (NR) printf "%+.1f%%", 100 * sum / NR }' changes) |"
done
