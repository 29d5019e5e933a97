#!/bin/sh
# tests/bench/page.sh PAGE.html NODES [ROUNDS]: how large an HTML page is, and how fast in
# headless Chromium: the median of all rounds, in ms. Its times are real, not the virtual
# ones of the tests.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
page=$1
nodes=$2
rounds=${3:-5}
tmp=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
	echo 'there is no chromium: make deps-dev'
	exit 0
}

{
	grep -v '^<meta http-equiv="Content-Security-Policy"' "$page" | sed '/^<\/body>$/,$d'
	echo '<script>'
	cat "$top/tests/bench/page.js"
	echo '</script></body></html>'
} >"$tmp/page.html"
for round in $(seq "$rounds"); do
	"$chromium" --headless --no-sandbox --disable-gpu --no-first-run --remote-debugging-port=0 \
		--user-data-dir="$tmp/$round" --window-size=1300,850 --enable-logging=stderr \
		"file://$tmp/page.html" >/dev/null 2>"$tmp/log" &
	pid=$!
	for wait in $(seq 300); do
		if grep -q '"bench done"' "$tmp/log"; then
			break
		fi
		[ "$wait" -lt 300 ] || echo 'the page did not answer' >&2
		sleep 0.1
	done
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	pid=
	sed -n 's/.*"bench \([a-z]* [0-9.]*\)", source.*/\1/p' "$tmp/log" >>"$tmp/all"
done
median() {
	sed -n "s/^$1 //p" "$tmp/all" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
worst() {
	sed -n "s/^$1 //p" "$tmp/all" | sort -n | tail -n 1
}
echo
echo "| page of $nodes nodes in Chromium | median ms | worst ms |"
echo "|---|---|---|"
for what in open script zoom search; do
	echo "| $what | $(median $what) | $(worst $what) |"
done
awk -v size="$(wc -c <"$page")" -v nodes="$nodes" \
	'BEGIN { printf "| size: %d bytes, %.1f a node | | |\n", size, size / nodes }'
