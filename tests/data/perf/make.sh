#!/bin/sh
# Make the recording anew: a program that needs no library, recorded by perf with two
# events and copies of its stack. What perf adds about the machine is cut off.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=/tmp/chain
mkdir "$dir"
cd "$dir"
gcc -O2 -g0 -fno-omit-frame-pointer -fasynchronous-unwind-tables -fno-optimize-sibling-calls \
	-fno-stack-protector -ffreestanding -nostdlib -static -Wl,--build-id -Wl,--eh-frame-hdr \
	-Wl,-z,max-page-size=4096 -s -o chain "$here/chain.c"
perf record -q -o all.data -e cpu-clock:u -e page-faults:u -F 499 --call-graph dwarf,512 ./chain
# The header: offset and size of the data at byte 40, the bits of what follows it at 72.
end=$(od -A n -t u8 -j 40 -N 16 all.data | awk '{ print $1 + $2 }')
head -c "$end" all.data >"$here/recorded.data"
dd if=/dev/zero of="$here/recorded.data" bs=1 seek=72 count=32 conv=notrunc 2>/dev/null
cp chain "$here"
rm -r "$dir"
