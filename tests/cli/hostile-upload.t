#!/bin/sh
# Damaged requests to prof-listen, under the address and undefined behaviour sanitizers.
top=$(cd "$(dirname "$0")/../.." && pwd)
replay=${REPLAY_UPLOAD:-$top/build-address-undefined/tests/fuzz/replay-upload}
if [ ! -x "$replay" ]; then
	echo '1..0 # SKIP built with sanitizers only by make check'
	exit
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$top/tests/fuzz/upload-seeds" "$tmp"
"$replay" "$tmp"/*
