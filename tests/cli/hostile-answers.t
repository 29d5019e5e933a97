#!/bin/sh
# Damaged answers of servers, under the address and undefined behaviour sanitizers.
top=$(cd "$(dirname "$0")/../.." && pwd)
replay=${REPLAY_ANSWERS:-$top/build-address-undefined/tests/fuzz/replay-answers}
if [ ! -x "$replay" ]; then
	echo '1..0 # SKIP built with sanitizers only by make check'
	exit
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$top/tests/fuzz/answers-seeds" "$tmp"
"$replay" "$tmp"/*
