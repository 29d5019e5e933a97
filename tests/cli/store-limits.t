#!/bin/sh
# Profiles and places that are not as usual: other times, long labels, disks that are full or
# only read.
. "$(dirname "$0")/../lib.sh"

noon=1795867200
day=86400

at() {
	printf '%s\n' "$2" | prof-merge -t pprof | "$BUILD/tests/stamp" "time=$1"
}
total() { prof-query -q -t folded "$@" | awk '{ n += $NF } END { print n + 0 }'; }

# Times
at $((noon - 365 * day)) 'a 1' >old.pb.gz
at $((noon + 3650 * day)) 'a 10' >future.pb.gz
at 86400 'a 100' >first.pb.gz
at $noon 'a 1000' >now.pb.gz
exits 0 'profiles of a year ago, of 1970 and of years to come are stored' \
	prof-store add S --resolution 0 old.pb.gz future.pb.gz first.pb.gz now.pb.gz
is "$(total S)" 1111 'and read from a log'
prof-store compact S
is "$(total S)/$(find S -name '*.block' | wc -l)" 1111/4 'and from a block for each day'
is "$(total S --since @$((noon - 366 * day)) --until @$((noon - 364 * day)))" 1 'by time'
exits 0 'such a store is good' prof-store verify S
printf 'a 1\n' | prof-merge -t pprof | "$BUILD/tests/stamp" time=-5 >before.pb.gz
exits 2 'a time before 1970 is refused' prof-store add S before.pb.gz
says 'before 1970' 'and it says so'

# The clock jumped back: the log was begun in the future.
rm -rf S
prof-store add -q S --resolution 0 now.pb.gz
log=$(echo S/*.log)
mv "$log" "$(echo "$log" | sed 's|/0-[0-9T]*Z|/0-20990101T000000Z|')"
exits 0 'a log that was begun in the future' prof-store add S now.pb.gz
is "$(find S -name '*.log' | wc -l)" 2 'is not gone on with'
is "$(total S)" 2000 'and is read'
prof-store compact S
is "$(total S)/$(find S -name '*.log' | wc -l)" 2000/0 'and compacted'

# It jumps back a day between two adds, and forth again.
clock=$BUILD/tests/clock.so
if [ -f "$clock" ] && ! sanitized; then
	rm -rf S
	prof-store add -q S --resolution 0 now.pb.gz
	for off in -86400 86400 0; do
		CLOCK_OFF=$off LD_PRELOAD=$clock prof-store add -q S now.pb.gz
		CLOCK_OFF=$off LD_PRELOAD=$clock prof-store compact S
	done
	is "$(total S)/$(find S -name '*.log' | wc -l)" 4000/0 'a clock that jumps by days loses nothing'
else
	skip 'the shim does not go with sanitizers' 'a clock that jumps by days'
fi

# Two machines whose blocks have the same number.
rm -rf S T
prof-store add -q S --resolution 0 now.pb.gz && prof-store compact S
prof-store add -q T --resolution 0 old.pb.gz && prof-store compact T
id=$(find S -name '*.block' | sed 's/.*-//')
block=$(find T -name '*.block')
cp "$block" "S/$(basename "${block%-*}")-$id"
is "$(total S)" 1001 'two blocks of the same number are both read'
prof-store compact S
is "$(total S)" 1001 'and compacted'
exits 0 'such a store is good' prof-store verify S

# Labels
long=$(head -c 100000 /dev/zero | tr '\0' x)
exits 2 'a label of 100 kB is refused' prof-store add L now.pb.gz -l "service_name=$long"
says 'more than --max-label' 'by name of the limit'
exits 0 'which can be changed' \
	prof-store add L now.pb.gz --resolution 0 -l "service_name=$long" --max-label 2M
prof-store compact L
is "$(prof-query L --values service_name -t tsv | tail -n 1 | cut -f 1 | wc -c)" 100001 \
	'and it comes out whole'
# Disks
mkdir base && rmdir base
prof-store add -q base --resolution 0 now.pb.gz
prof-store add -q base old.pb.gz
i=1
while [ $i -le 8 ]; do
	rm -rf S && cp -r base S
	FAIL=write:$i LD_PRELOAD=$BUILD/tests/fail_io.so prof-store compact S >/dev/null 2>err
	status=$?
	[ $status -eq 0 ] || nfailed=$((${nfailed:-0} + 1))
	[ "$(total S)" = 1001 ] && { [ $status -eq 0 ] || grep -q 'No space\|Input/output' err; } ||
		bad="${bad-} $i: $status $(total S) $(cat err)"
	i=$((i + 1))
done
sanitized || is "${bad-}/$((${nfailed-0} > 4))" /1 'a compaction that cannot write loses nothing, and says so'
if [ "$(id -u)" -eq 0 ] && ! command -v setpriv >/dev/null; then
	skip 'needs setpriv (make deps-dev)' 'a store that may only be read'
else
	chmod 755 "$tmp" && chmod -R a+rX base && chmod a-w base
	nobody() {
		if [ "$(id -u)" -eq 0 ]; then
			setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
		else
			"$@"
		fi
	}
	cp "$BUILD/prof-store" "$BUILD/prof-query" "$tmp"
	is "$(nobody "$tmp/prof-query" -q base -t folded)" 'a 1001' 'a store that may only be read is read'
	nobody "$tmp/prof-store" add base now.pb.gz >out 2>err
	is $? 2 'adding to it is an error'
	says 'Permission denied' 'that says why'
	echo 'a 1' | nobody "$tmp/prof-store" add base 2>err
	is "$(grep -c stored err)" 0 'and no profile is said to be stored'
	nobody "$tmp/prof-store" compact base >out 2>err
	is $? 2 'compacting it, too'
	is "$(total base)" 1001 'and nothing is lost'
	chmod u+w base
fi

# A million rows of one series in one log: compaction holds the log, and one chunk of its block.
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "main;f%d;g%d %d\n", i % 100, i, 1 + i * i % 97 }' |
	prof-merge -t pprof >rows.pb.gz
i=0
while [ $((i += 1)) -le 60 ]; do
	"$BUILD/tests/stamp" time=$((noon + i)) <rows.pb.gz
done >rows.stream
prof-store add -q --no-compact rows rows.stream
exits 0 'compaction of a million rows needs no more than 80 MB' \
	prof-store compact --max-memory 80M rows
is "$(prof-store stat rows -t tsv | grep -E '^(logs|rows|profiles)')" 'logs	0
profiles	60
rows	1200000' 'and keeps all of them'
# gc makes room on a disk that is full.
cat >full.sh <<'END'
mount -t tmpfs -o size=200k tmpfs disk || exit 77
prof-store add -q --resolution 0 disk/S old.pb.gz new.pb.gz && prof-store compact -q disk/S || exit 78
prof-store add -q --no-compact disk/S new.pb.gz
dd if=/dev/zero of=disk/fill bs=1k 2>/dev/null
prof-store gc disk/S --keep 30d 2>err
echo "status $?, blocks $(ls disk/S | grep -c '[.]block$'), left $(ls disk/S | grep -c 'tmp-\|compact.lock')"
prof-query -q disk/S -t folded
rm disk/fill
prof-store gc disk/S --keep 30d && prof-store verify -q disk/S && prof-query -q disk/S -t folded
END
mkdir -p disk
printf 'main;old 3\n' | prof-merge -t pprof | "$BUILD/tests/stamp" time=1600000000 >old.pb.gz
printf 'main;new 4\n' | prof-merge -t pprof | "$BUILD/tests/stamp" "time=$(date +%s)" >new.pb.gz
if unshare -rm true 2>/dev/null; then
	unshare -rm sh full.sh >out 2>err.full
else
	(exit 77)
fi
case $? in
77) skip 'no file system of its own can be mounted' 'gc on a full disk' ;;
*) is "$(sed 's/^status [02],/status,/' out)" 'status, blocks 1, left 0
main;new 8
main;new 8' 'gc on a full disk removes old blocks' ;;
esac

finish
