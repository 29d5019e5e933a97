#!/bin/sh
# tests/bench/browser.sh FILE [ROUNDS]: how fast a page or a picture is in headless Chromium: the
# median and the worst of all rounds, in ms. Its times are real, not the virtual ones of the tests.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
file=$1
rounds=${2:-5}
tmp=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
	echo 'there is no chromium: make deps-dev'
	exit 0
}

case $file in
*.svg)
	{
		sed '$d' "$file"
		echo '<script><![CDATA['
		cat "$top/tests/bench/picture.js"
		echo ']]></script></svg>'
	} >"$tmp/it.svg"
	;;
*)
	{
		grep -v '^<meta http-equiv="Content-Security-Policy"' "$file" | sed '/^<\/body>$/,$d'
		echo '<script>'
		cat "$top/tests/bench/page.js"
		echo '</script></body></html>'
	} >"$tmp/it.html"
	;;
esac
for round in $(seq "$rounds"); do
	"$chromium" --headless --no-sandbox --disable-gpu --no-first-run --remote-debugging-port=0 \
		--user-data-dir="$tmp/$round" --window-size=1800,850 --enable-logging=stderr \
		"file://$(echo "$tmp"/it.*)" >/dev/null 2>"$tmp/log" &
	pid=$!
	for wait in $(seq 300); do
		if grep -q '"bench done"' "$tmp/log"; then
			break
		fi
		[ "$wait" -lt 300 ] || echo 'the browser did not answer' >&2
		sleep 0.1
	done
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	pid=
	sed -n 's/.*"bench \([a-z]* [0-9.]*\)", source.*/\1/p' "$tmp/log" >>"$tmp/all"
done
boxes=$(sed -n 's/^size //p' "$tmp/all" | head -n 1)
nodes=$(sed -n 's/.*"nodes":\([0-9]*\).*/\1/p' "$file" | head -n 1)
echo
echo "| ${file##*.} of $nodes nodes in Chromium${boxes:+, $boxes boxes} | median ms | worst ms |"
echo "|---|---|---|"
for what in open script zoom search; do
	sed -n "s/^$what //p" "$tmp/all" | sort -n | awk -v what=$what \
		'{ v[NR] = $1 } END { if (NR) print "| " what " | " v[int((NR + 1) / 2)] " | " v[NR] " |" }'
done
awk -v size="$(wc -c <"$file")" -v nodes="$nodes" \
	'BEGIN { printf "| size: %d bytes, %.1f a node | | |\n", size, size / nodes }'
