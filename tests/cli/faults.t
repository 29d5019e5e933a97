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
echo old >result
FAIL=fsync:1 LD_PRELOAD=$shim prof-merge app.pb.gz -o result 2>err
is $? 2 'bytes that do not reach the disk are an error'
says 'result: cannot write: Input/output error' 'that says so'
is "$(cat result)" old 'and the old file stays'
rm -f result
FAIL=access:1 FAIL_LOG=$tmp/reached LD_PRELOAD=$shim prof-merge app.pb.gz -o result
is $? 0 'without /proc a file is written'
prof-merge app.pb.gz -o again
cmp result again
ok $? 'and is the same'
is "$(stat -c %a result)" "$(stat -c %a again)" 'with the same mode'
(
	trap '' XFSZ
	ulimit -f 0
	FAIL=access:1 LD_PRELOAD=$shim exec prof-merge app.pb.gz -o another
) 2>/dev/null
is "$? $(echo another*)" '2 another*' 'and one that cannot be written whole is removed'
finish
