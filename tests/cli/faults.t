#!/bin/sh
# Every read, write, close, open and allocation of a run fails once, in turn: the
# command must say so and end with 2, or have got by without it and give the same.
. "$(dirname "$0")/../lib.sh"

shim=$BUILD/tests/fail_io.so
if [ ! -f "$shim" ] || sanitized; then
	echo '1..0 # SKIP the shim does not go with sanitizers'
	exit
fi

# fails KIND MOST COMMAND...: fail each call of that kind, up to the MOST-th
fails() {
	kind=$1
	most=$2
	shift 2
	i=0
	wrong=
	"$@" >want 2>/dev/null
	while [ "$i" -lt "$most" ]; do
		i=$((i + 1))
		rm -f reached result
		FAIL=$kind:$i FAIL_LOG=$tmp/reached LD_PRELOAD=$shim "$@" >got 2>err
		status=$?
		[ -e reached ] || break
		case $status in
		0) cmp -s got want || wrong="$wrong $i: other output;" ;;
		2) grep -q '^prof-' err || wrong="$wrong $i: no message;" ;;
		*) wrong="$wrong $i: status $status;" ;;
		esac
	done
	[ -z "$wrong" ] && [ "$i" -gt 1 ]
	ok $? "$kind fails in turn: $(basename "$*")" "after $i calls:$wrong $(head -c 300 err)"
}

gzip -dc "$data/clang.perf.gz" | head -c 300000 >perf.txt
prof-merge -t pprof -o app.pb.gz perf.txt
prof-fold perf.txt >app.folded
for kind in read write short close open; do
	fails "$kind" 300 prof-fold perf.txt
	fails "$kind" 300 prof-merge app.pb.gz app.pb.gz -t pprof
done
fails malloc 400 prof-fold app.folded
fails malloc 400 prof-merge app.pb.gz -t pprof
fails malloc 400 prof-fold app.pb.gz
for kind in open write close; do
	fails "$kind" 300 prof-merge app.pb.gz -o result
done
rm -f result*
FAIL=write:1 LD_PRELOAD=$shim prof-merge app.pb.gz -o result 2>/dev/null
set -- result*
is "$1" 'result*' 'a failed write leaves no file behind'
finish
