#!/bin/sh
# tests/validate/store.sh BUILD SECONDS: a store under load. Ten writers, ten readers, a compactor
# and gc at once for that long, with clocks that jump and profiles of other years, and every
# profile accounted for: those that are too old for gc have a writer of their own. Then 100,000
# series, and labels of 1 MB. Exits 1 if anything is wrong.
set -eu
build=$(cd "$1" && pwd)
seconds=${2:-600}
PATH=$build:$PATH
LC_ALL=C
export PATH LC_ALL
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$dir"
noon=1795867200

# hold WHAT FOUND EXPECTED
hold() {
	if [ "$2" = "$3" ]; then
		echo "$1: $2"
	else
		echo "$1: $2, expected $3"
		echo "$1" >>failed
	fi
}
total() { prof-query -q -t folded "$@" | awk '{ n += $NF } END { printf "%.0f\n", n }'; }

: >failed
year=$((365 * 86400))
for k in 0 1 2 3 4 5 6 7 8 9; do
	case $k in
	8) at=$((noon - year)) ;;
	9) at=$((noon + 10 * year)) ;;
	*) at=$((noon + k * 20000)) ;;
	esac
	printf 'main;f%d 1\n' "$k" | prof-merge -t pprof | "$build/tests/stamp" "time=$at" >"$k.pb.gz"
done
prof-store add -q --resolution 0 S 0.pb.gz -l writer=first
printf 'main;gone 1\n' | prof-merge -t pprof |
	"$build/tests/stamp" "time=$((noon - 6 * year))" >gone.pb.gz

# A writer tells what it began to add, and what was acknowledged. Its clock jumps.
writer() {
	k=0
	while [ ! -e stop ]; do
		echo x >>"begun.$1"
		case $((k % 4)) in
		0) off=0 ;;
		1) off=-7200 ;;
		2) off=3600 ;;
		3) off=-90000 ;;
		esac
		if CLOCK_OFF=$off LD_PRELOAD=$build/tests/clock.so \
			prof-store add -q S "$((k % 10)).pb.gz" -l "writer=w$1" 2>>failed; then
			echo x >>"acked.$1"
		else
			echo "add: status $?" >>failed
		fi
		k=$((k + 1))
	done
}

# What a reader sees was begun before it ends, and has all that was acknowledged before it began.
reader() {
	while [ ! -e stop ]; do
		least=$(cat acked.* | wc -l)
		n=$(total S '{writer!="gone"}' 2>>failed)
		most=$(cat begun.* | wc -l)
		[ "$n" -gt "$least" ] && [ "$n" -le $((most + 1)) ] ||
			echo "a reader saw $n of $least to $most and 1" >>failed
		echo x >>"read.$1"
	done
}

compactor() {
	while [ ! -e stop ]; do
		prof-store compact -q S 2>>failed || echo "compact: status $?" >>failed
		echo x >>compacted
	done
}

# Profiles of six years ago, and what removes them: nothing else may go.
old_writer() {
	while [ ! -e stop ]; do
		prof-store add -q S gone.pb.gz -l writer=gone 2>>failed || echo "add: status $?" >>failed
		echo x >>gone
	done
}

collector() {
	while [ ! -e stop ]; do
		prof-store gc -q S --keep 2000d 2>>failed || echo "gc: status $?" >>failed
		echo x >>collected
		sleep 0.2
	done
}

all=
: >compacted
: >collected
: >gone
for w in 0 1 2 3 4 5 6 7 8 9; do
	: >"begun.$w"
	: >"read.$w"
	: >"acked.$w"
done
for w in 0 1 2 3 4 5 6 7 8 9; do
	writer "$w" &
	all="$all $!"
	reader "$w" &
	all="$all $!"
done
compactor &
all="$all $!"
old_writer &
all="$all $!"
collector &
all="$all $!"
sleep "$seconds"
: >stop
# shellcheck disable=SC2086 # the numbers are words
wait $all
acked=$(cat acked.* | wc -l)
echo "$seconds s: $acked profiles added, $(cat read.* | wc -l) times read, $(wc -l <compacted) compactions, \
$(wc -l <collected) gc of $(wc -l <gone) old profiles"
hold 'complaints' "$(wc -l <failed)" 0
head -n 20 failed
hold 'profiles in the store' "$(total S '{writer!="gone"}')" $((acked + 1))
prof-store gc -q S --keep 2000d
hold 'after gc' "$(total S)" $((acked + 1))
prof-store compact -q S
hold 'and after a compaction' "$(total S)" $((acked + 1))
hold 'as stat counts' "$(prof-store stat S -t tsv | awk '$1 == "profiles" { print $2 }')" $((acked + 1))
for w in 0 1 2 3 4 5 6 7 8 9; do
	[ "$(total S "{writer=\"w$w\"}")" = "$(wc -l <"acked.$w")" ] || echo "writer $w" >>failed
done
prof-store verify -q S || echo 'verify' >>failed

# 100,000 series
gzip -dc "$top/tests/data/clang.perf.gz" | prof-fold >clang.folded
"$build/tests/bench/grow" 1 100000 86400 many <clang.folded
hold 'series' "$(prof-query -q many --series-list -t tsv | sed 1d | wc -l)" 100000
hold 'values of a label' "$(prof-query -q many --values pod -t tsv | sed 1d | wc -l)" 100000
hold 'samples of one series' "$(total many '{pod="pod-77777"}')" $((20 * 10000000))
hold 'and of all' "$(total many)" $((100000 * 20 * 10000000))
prof-store verify -q many || echo 'verify many' >>failed

# Labels of 1 MB: more than an argument may have, so they come in profiles.
python3 - "$noon" <<'END'
import sys

def number(n):
    out = b""
    while n >= 128:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])

def field(tag, value):
    if isinstance(value, int):
        return number(tag << 3) + number(value)
    return number(tag << 3 | 2) + number(len(value)) + value

for k in range(8):
    texts = [b"", b"cpu", b"nanoseconds", b"main", b"pod", bytes([97 + k]) * (1 << 20)]
    label = field(1, 4) + field(2, 5)
    profile = field(1, field(1, 1) + field(2, 2))
    profile += field(2, field(1, 1) + field(2, k + 1) + field(3, label))
    profile += field(4, field(1, 1) + field(4, field(1, 1))) + field(5, field(1, 1) + field(2, 3))
    profile += b"".join(field(6, t) for t in texts)
    profile += field(9, int(sys.argv[1]) * 10**9)
    open("long-%d.pb" % k, "wb").write(profile)
END
prof-store add -q --resolution 0 --max-label 2M L long-?.pb
for when in 'in a log' 'in a block'; do
	hold "labels of 1 MB, $when" "$(prof-query -q L --values pod -t tsv | sed 1d | cut -f 1 |
		awk 'length($0) == 1048576' | wc -l)" 8
	hold "sum of all, $when" "$(total L)" 36
	prof-store compact -q L
done
prof-store add -q L long-0.pb 2>/dev/null && echo 'a label above --max-label was stored' >>failed
prof-store verify -q L || echo 'verify L' >>failed
[ ! -s failed ] || {
	echo 'these are wrong:'
	sort failed | uniq -c | head -n 30
	exit 1
}
