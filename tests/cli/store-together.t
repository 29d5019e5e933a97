#!/bin/sh
# Writers, readers and compactions at once: every profile is accounted for.
. "$(dirname "$0")/../lib.sh"

noon=1795867200
writers=6
each=12

i=0
while [ "$i" -lt "$each" ]; do
	printf 'main;f%d 1\n' "$i" | prof-merge -t pprof |
		"$BUILD/tests/stamp" "time=$((noon + i * 10))" >"$i.pb.gz"
	i=$((i + 1))
done
prof-store add -q --resolution 0 S 0.pb.gz -l writer=first
: >failed
: >acked

writer() {
	k=0
	while [ "$k" -lt "$each" ]; do
		prof-store add -q S "$k.pb.gz" -l "service_name=w$1" 2>>failed || echo "add $?" >>failed
		echo x >>acked
		k=$((k + 1))
	done
}

# A reader never sees less than was acknowledged before it began, nor more than there is.
reader() {
	while [ ! -e stop ]; do
		least=$(wc -l <acked)
		n=$(prof-query -q S -t folded 2>>failed | awk '{ n += $NF } END { print n + 0 }')
		[ "$n" -gt "$least" ] && [ "$n" -le $((writers * each + 1)) ] ||
			echo "read $n after $least" >>failed
	done
}

compactor() {
	while [ ! -e stop ]; do
		prof-store compact -q S 2>>failed || echo "compact $?" >>failed
	done
}

reader &
one=$!
reader &
two=$!
compactor &
three=$!
compactor &
four=$!
all=
w=0
while [ "$w" -lt "$writers" ]; do
	writer "$w" &
	all="$all $!"
	w=$((w + 1))
done
# shellcheck disable=SC2086 # the numbers are words
wait $all
: >stop
wait "$one" "$two" "$three" "$four"
is "$(cat failed)" '' 'nobody failed, and readers saw what was acknowledged'
prof-store compact S
is "$(prof-store stat S -t tsv | grep '^profiles')" "profiles	$((writers * each + 1))" \
	'every profile is there, once'
exits 0 'the store is good' prof-store verify S
is "$(prof-query S --series-list -t tsv | tail -n +2 | sort | cut -f 2 | tr '\n' ' ')" \
	'service_name=w0 service_name=w1 service_name=w2 service_name=w3 service_name=w4 service_name=w5 writer=first ' \
	'and every series'
finish
