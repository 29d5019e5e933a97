#!/bin/sh
# record.sh BUILD OUT ROUNDS: real runs, for figures 2 and 8. In each round every
# program is recorded once, in an order that turns and is reversed from round to round,
# so that none comes always first, or always behind the same one: prof-fold on a large
# input, a Python script, and a small server as it is and with one function made slower.
# OUT/NAME/ROUND.pb.gz is a run with its exact CPU time. Needs perf, python3 and a C
# compiler; begun again, it goes on where it stopped.
set -eu
LC_ALL=C
export LC_ALL
build=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
rounds=$3
top=$(cd "$(dirname "$0")/../.." && pwd)
slowed='server server-hash5 server-hash10 server-hash20 server-hash50 server-lex5 server-encode50'

cd "$out"
mkdir -p bin
[ -x bin/prof-fold ] || cp "$build/prof-fold" bin
[ -f data ] || gzip -dc "$top/tests/data/clang.perf.gz" |
	"$build/tests/bench/generate" perf 60000000 >data
[ -x bin/server ] || ${CC:-cc} -O2 -g -fno-omit-frame-pointer -fno-optimize-sibling-calls \
	-o bin/server "$top/tests/validate/server.c"

command_of() {
	case $1 in
	fold) echo "bin/prof-fold -q $(yes data | head -30 | tr "\n" " ")" ;;
	python) echo "python3 $top/tests/validate/work.py 40" ;;
	server) echo "bin/server 36000" ;;
	server-*)
		how=${1#server-}
		function=$(echo "$how" | tr -d 0-9)
		echo "bin/server 36000 $function ${how#"$function"}" ;;
	esac
}

record() { # NAME ROUND
	file=$1/$2.pb.gz
	[ ! -f "$file" ] || return 0
	mkdir -p "$1"
	# perf 6.1 may abort while another program records with build ids, and its "perf script"
	# on what it has written: the recording is read by our own reader.
	for try in 1 2 3; do
		# shellcheck disable=SC2046
		perf record -q -B -F 3999 -g -o perf.data "$build/tests/validate/timed" facts \
			$(command_of "$1") >/dev/null 2>perf.log && break
		[ $try -lt 3 ] || { cat perf.log; exit 1; }
	done
	# shellcheck disable=SC2046
	"$build/tests/stamp" $(cat facts) host=one run=1 "round=$2" <perf.data >part
	mv part "$file"
}

# The names in the order of a round: from another one on each time, and back every other.
order() {
	echo "fold python $slowed" | awk -v i="$1" '{
		for (k = 0; k < NF; k++)
			print $(((i % 2 ? NF - 1 - k : k) + int(i / 2)) % NF + 1)
	}'
}

i=0
while [ $i -lt "$rounds" ]; do
	for name in $(order $i); do
		record "$name" "$i"
	done
	i=$((i + 1))
done
