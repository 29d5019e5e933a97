#!/bin/sh
# Damaged blocks and logs, under the address and undefined behaviour sanitizers: their sections
# are changed after they are unpacked, where no checksum finds it.
top=$(cd "$(dirname "$0")/../.." && pwd)
replay=${REPLAY_STORE:-$top/build-address-undefined/tests/fuzz/replay-store}
if [ ! -x "$replay" ]; then
	echo '1..0 # SKIP built with sanitizers only by make check'
	exit
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
: >"$tmp/empty"
STORE_SEED=$tmp/seed "$replay" "$tmp/empty" >/dev/null
"$replay" "$tmp/seed"
