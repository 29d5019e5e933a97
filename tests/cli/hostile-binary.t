#!/bin/sh
# Damaged binaries, perf maps and jitdumps under the address and undefined behaviour
# sanitizers: addresses have names or none, and nothing crashes or takes for ever.
top=$(cd "$(dirname "$0")/../.." && pwd)
replay=${REPLAY_SYMBOL:-$top/build-address-undefined/tests/fuzz/replay-symbol}
if [ ! -x "$replay" ]; then
	echo '1..0 # SKIP built with sanitizers only by make check'
	exit
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$top/tests/fuzz/symbol-seeds" "$tmp" || exit 1
cd "$tmp" && "$replay" ./*
