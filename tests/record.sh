# Sourced by the tests of prof-record: skips all of them where not everything can be
# recorded, and builds the programs that are recorded.

. "$top/tests/lib.sh"

if ! prof-record -q --require-kernel -a -d 10ms -o /dev/null 2>err; then
	echo "1..0 # SKIP $(head -1 err)"
	exit 0
fi
CC=${CC:-gcc}

# target NAME [FLAG...]: ./NAME from tests/targets/NAME.c
target() {
	target_name=$1
	shift
	$CC -O1 -g -fno-inline -o "$target_name" "$@" "$top/tests/targets/$target_name.c" -lpthread
}

# share FILE PATTERN: how much of a folded profile matches, in percent
share() {
	awk -v re="$2" '{ all += $NF } $0 ~ re { some += $NF }
		END { printf "%d\n", all ? 100 * some / all + 0.5 : 0 }' "$1"
}

# wait_for FILE: until it is there, for ten seconds
wait_for() {
	tries=0
	while [ ! -s "$1" ] && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
}

# at_least NUMBER LEAST NAME
at_least() {
	[ "$1" -ge "$2" ]
	ok $? "$3" "$1, not at least $2"
}

# is_overloaded: do several programs wait for each CPU? Then nobody may empty the rings for seconds.
is_overloaded() { awk -v cpus="$(nproc)" '{ exit !($1 > 4 * cpus) }' /proc/loadavg; }

# started: ./control and ./ack are those of a recording (--control fifo:control,ack), which has begun
started() {
	echo ping >control
	timeout 20 head -n 1 ack >/dev/null
}
