#!/bin/sh
# Damaged images of memory with frames of Python, Ruby and PHP, under the address and undefined
# behaviour sanitizers.
top=$(cd "$(dirname "$0")/../.." && pwd)
replay=${REPLAY_INTERP:-$top/build-address-undefined/tests/fuzz/replay-interp}
if [ ! -x "$replay" ]; then
	echo '1..0 # SKIP built with sanitizers only by make check'
	exit
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$top/tests/fuzz/interp-seeds" "$tmp" || exit 1
cd "$tmp" && "$replay" ./*
