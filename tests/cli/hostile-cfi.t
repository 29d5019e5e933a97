#!/bin/sh
# Damaged copies of binaries, and stacks unwound through them, under the address and
# undefined behaviour sanitizers.
top=$(cd "$(dirname "$0")/../.." && pwd)
replay=${REPLAY_CFI:-$top/build-address-undefined/tests/fuzz/replay-cfi}
if [ ! -x "$replay" ]; then
	echo '1..0 # SKIP built with sanitizers only by make check'
	exit
fi
for file in "$top"/tests/data/aarch64/chain "$top"/tests/data/i386/chain "$top"/build*/tests/fail_io.so /bin/true; do
	[ -f "$file" ] && set -- "$@" "$file"
done
"$replay" "$@"
