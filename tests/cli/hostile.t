#!/bin/sh
# Damaged copies of every golden input, under the address and undefined behaviour
# sanitizers: an error with a place or a profile that holds together, no crash.
top=$(cd "$(dirname "$0")/../.." && pwd)
replay=${REPLAY:-$top/build-address-undefined/tests/fuzz/replay-read}
if [ ! -x "$replay" ]; then
	echo '1..0 # SKIP built with sanitizers only by make check'
	exit
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$top/tests/golden" || exit 1
# Of the large one only the beginning, plain and packed.
gzip -dc perf-script/clang.in | head -c 20000 >"$tmp/clang"
gzip -c "$tmp/clang" >"$tmp/clang.gz"
for case in */*.in; do
	[ "$case" = perf-script/clang.in ] || set -- "$@" "$case"
done
"$replay" "$@" ../data/spans.json "$tmp/clang" "$tmp/clang.gz"
