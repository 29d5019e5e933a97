#!/bin/sh
# Damaged recordings of perf, under the address and undefined behaviour sanitizers.
top=$(cd "$(dirname "$0")/../.." && pwd)
replay=${REPLAY_RECORDS:-$top/build-address-undefined/tests/fuzz/replay-records}
if [ ! -x "$replay" ]; then
	echo '1..0 # SKIP built with sanitizers only by make check'
	exit
fi
"$replay" "$top/tests/data/perf/recorded.data"
