#!/bin/sh
# A store whose writers and compactions are killed at every call, and whose bytes change:
# nothing that was acknowledged is lost, nothing partial is read.
. "$(dirname "$0")/../lib.sh"

shim=$BUILD/tests/die_at.so
if [ ! -f "$shim" ] || sanitized; then
	echo '1..0 # SKIP the shim does not go with sanitizers'
	exit
fi
noon=1795867200

at() {
	printf '%s\n' "$2" | prof-merge -t pprof | "$BUILD/tests/stamp" "time=$1"
}

at $noon 'main;a 1' >1.pb.gz
at $((noon + 10)) 'main;b 10' >2.pb.gz
at $((noon + 86400)) 'main;c 100' >3.pb.gz
total() { prof-query -q -t folded "$1" | awk '{ n += $NF } END { print n + 0 }'; }

# dies COMMAND...: run it with S, a copy of base, until the call at which it is to die
# does not come; check after each time.
dies() {
	name=$1
	check=$2
	shift 2
	for half in '' ${halves-:half}; do
		i=0
		wrong=
		while [ "$i" -lt 400 ]; do
			i=$((i + 1))
			rm -rf S reached
			cp -r base S
			DIE=$i$half DIE_LOG=$tmp/reached LD_PRELOAD=$shim "$@" >/dev/null 2>&1
			status=$?
			[ -e reached ] || break
			"$check" "$i" "$status"
		done
		[ -z "$wrong" ] && [ "$i" -gt 5 ] && [ "$i" -lt 400 ]
		ok $? "$name killed at each call$half" "after $i calls:$wrong"
	done
}

# What was there stays, and what was added is there or is not.
check_added() {
	for when in before after; do
		now=$(total S)
		case $now in
		101 | 111) ;;
		*) wrong="$wrong $1: $when compaction $now;" ;;
		esac
		prof-store verify S >/dev/null 2>err || wrong="$wrong $1: $(cat err);"
		[ $when = after ] || prof-store compact S 2>>err || wrong="$wrong $1: $(cat err);"
		[ $when = before ] || [ "$now" = "$last" ] || wrong="$wrong $1: $last, then $now;"
		last=$now
	done
	leftovers "$1"
}

leftovers() {
	for file in S/tmp-* S/compact.lock S/*.log; do
		[ -e "$file" ] && wrong="$wrong $1: $file is left;"
	done
}

check_compacted() {
	[ "$(total S)" = 111 ] || wrong="$wrong $1: $(total S);"
	prof-store verify S >/dev/null 2>err || wrong="$wrong $1: $(cat err);"
	prof-store compact S 2>err || wrong="$wrong $1: $(cat err);"
	[ "$(total S)" = 111 ] || wrong="$wrong $1: after the next one $(total S);"
	leftovers "$1"
}

# fails "WHAT..." NAME CHECK COMMAND...: the same, but the power fails, and what was not synced
# is lost: data, names or both (tests/lose_unsynced.h).
fails() {
	power_loses=$1
	power_name=$2
	power_check=$3
	shift 3
	halves=
	for LOSE in $power_loses; do
		export LOSE LOSE_DIR="$tmp/kept"
		dies "$power_name, power fails ($LOSE)," "$power_check" "$@"
		rm -rf S
		cp -r base S
		LD_PRELOAD=$shim "$@" >/dev/null 2>err
		is "$?/$(total S)" 0/111 "$power_name is safe when it was done ($LOSE)"
	done
	unset LOSE LOSE_DIR halves
}

mkdir base && rmdir base
prof-store add -q base --resolution 0 1.pb.gz 3.pb.gz
dies 'an add to a log' check_added prof-store add S 2.pb.gz
prof-store compact base
dies 'an add that begins a log' check_added prof-store add S 2.pb.gz
fails both 'an add' check_added prof-store add S 2.pb.gz
prof-store add -q base 2.pb.gz
dies 'a compaction of a log and blocks' check_compacted prof-store compact S
fails 'data both' 'a compaction' check_compacted prof-store compact S
rm -rf base
prof-store add -q base --resolution 0 1.pb.gz
prof-store add -q base 2.pb.gz 3.pb.gz
dies 'a compaction of a log' check_compacted prof-store compact S

# import adds what is not there: a second one completes the first, and nothing is there twice.
check_imported() {
	now=$(total S)
	[ "$now" = 101 ] || [ "$now" = 111 ] || wrong="$wrong $1: $now;"
	prof-store import S 1.pb.gz 2.pb.gz 3.pb.gz 2>err || wrong="$wrong $1: $(cat err);"
	[ "$(total S)" = 111 ] || wrong="$wrong $1: repeated, $(total S);"
	prof-store verify S >/dev/null 2>err || wrong="$wrong $1: $(cat err);"
}
rm -rf base
prof-store add -q base --resolution 0 1.pb.gz
prof-store add -q base 3.pb.gz
dies 'an import' check_imported prof-store import S 1.pb.gz 2.pb.gz 3.pb.gz
prof-store compact base
dies 'an import into blocks' check_imported prof-store import S 1.pb.gz 2.pb.gz 3.pb.gz

# gc: of what is to stay, all stays; of what is to go, nothing comes back. A block that a kept one
# has replaced, as a killed compaction or a copy leaves it, is there, too.
check_gc() {
	now=$(total S)
	case $now in
	111 | 100) ;;
	*) wrong="$wrong $1: $now;" ;;
	esac
	prof-store verify S >/dev/null 2>err || wrong="$wrong $1: $(cat err);"
	prof-store gc S --keep 30d 2>err || wrong="$wrong $1: $(cat err);"
	[ "$(total S)" = 100 ] || wrong="$wrong $1: after the next one $(total S);"
	leftovers "$1"
}
today=$(date +%s)
at $((today - 40 * 86400)) 'main;a 1' >old1.pb.gz
at $((today - 40 * 86400)) 'main;b 10' >old2.pb.gz
at $((today - 86400)) 'main;c 100' >young.pb.gz
rm -rf base
prof-store add -q base --resolution 0 old1.pb.gz
prof-store compact base
mkdir replaced
cp base/*.block replaced
prof-store add -q base old2.pb.gz
prof-store compact base
cp -n replaced/*.block base
prof-store add -q base young.pb.gz
dies 'gc' check_gc prof-store gc S --keep 30d
LOSE=both LOSE_DIR="$tmp/kept" halves=
export LOSE LOSE_DIR
dies 'gc, power fails,' check_gc prof-store gc S --keep 30d
unset LOSE LOSE_DIR halves

# relabel replaces block by block.
rm -rf base
prof-store add -q base --resolution 0 1.pb.gz 2.pb.gz 3.pb.gz -l service_name=api
prof-store compact base
dies 'relabelling' check_compacted prof-store relabel S --rename service_name=app
rm -rf base
prof-store add -q base --resolution 0 1.pb.gz
prof-store add -q base 2.pb.gz 3.pb.gz

# A full disk
rm -rf S && cp -r base S
FAIL=write:1 LD_PRELOAD=$BUILD/tests/fail_io.so prof-store add S 2.pb.gz 2>err
is $? 2 'a write that fails is an error'
is "$(total S)" 111 'and adds nothing'
FAIL=short:1 LD_PRELOAD=$BUILD/tests/fail_io.so prof-store add S 2.pb.gz 2>err
is "$(total S)" 121 'a short write goes on'
FAIL=fsync:1 LD_PRELOAD=$BUILD/tests/fail_io.so prof-store add S 2.pb.gz 2>err
is $? 2 'bytes that do not reach the disk are an error'

# flips FILE COUNT: change one bit after the other, and look whether verify finds it
flips() {
	size=$(stat -c %s "$1")
	cp "$1" good
	missed=
	quiet=
	i=0
	while [ "$i" -lt "$2" ]; do
		at=$((size * i / $2))
		byte=$(od -An -tu1 -j "$at" -N 1 good | tr -d ' ')
		flipped=$((byte ^ (1 << (i % 8))))
		# shellcheck disable=SC2059 # the format is the byte
		printf "\\$(printf %o $flipped)" | dd of="$1" bs=1 seek="$at" conv=notrunc 2>/dev/null
		prof-store verify S >out 2>err
		[ $? -eq 2 ] || missed="$missed $at"
		i=$((i + 1))
		cp good "$1"
	done
	ok $((${#missed} > 0)) "verify finds each changed bit of a $3" "not at:$missed"
}

rm -rf S && cp -r base S
prof-store compact S
block=$(echo S/1-20261129*.block)
flips "$block" 120 block
printf 'X' | dd of="$block" bs=1 seek=30 conv=notrunc 2>/dev/null
exits 2 'verify ends with 2, too' prof-store verify S
says "$(basename "$block"): byte [0-9]+: .* checksum" 'names block and offset'
prof-query -t folded S >out 2>err
is $? 2 'a query of a damaged block ends with 2'
says "$(basename "$block"): byte [0-9]+: .* checksum" 'names block and offset'
is "$(awk '{ n += $NF } END { print n }' out)" 11 'and goes on with the others'

rm -rf S && cp -r base S
log=$(echo S/*.log)
prof-query -q -t folded S >want
# The head of the file and records, and their bodies; the last may look cut short.
size=$(stat -c %s "$log")
cp "$log" whole
head -c $((size / 2)) whole >"$log"
prof-store verify S >out 2>err
is $? 0 'a record that is cut short is no damage'
says 'cut short' 'but a note'
cp whole "$log"
flips "$log" 60 log

# What can be read of a damaged log becomes a block, and the loss is reported, once.
flip() {
	byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$(printf %o $((byte ^ 8)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
for at in 3 $((size - 20)); do
	rm -rf S && cp -r base S
	flip "$log" $at
	prof-query -q -t folded S >want 2>/dev/null
	exits 2 "compaction of a log that is damaged at byte $at ends with 2" prof-store compact S
	says "$(basename "$log"): [0-9]+ of $size bytes are lost" 'says how much is lost'
	prof-query -t folded S >out 2>err
	is "$?/$(cat err)" 0/ 'the next query meets no damage'
	same out want 'and has what could be read before'
	exits 0 'the store is good' prof-store verify S
	says 'damaged log' 'but a note tells of the log that is kept'
	cmp -s "$log.damaged" "$log" 2>/dev/null
	is "$(echo S/*.log*)" "$log.damaged" 'it is there'
done
prof-store gc S --keep 0s
is "$(echo S/*.damaged)" 'S/*.damaged' 'until it is too old'

# A damaged block stays, and is in nobody's way.
rm -rf S
for second in 0 10 20 30; do
	at $((noon + second)) 'main;a 1' >x.pb.gz
	prof-store add -q S --resolution 0 x.pb.gz
	prof-store compact S
	mv S/*.block .
done
mv ./*.block S
flip "$(find S -name '*.block' | head -n 1)" 30
exits 2 'compaction of a damaged block ends with 2' prof-store compact S
is "$(find S -name '*.block' | wc -l)" 2 'the others become one'
is "$(total S 2>/dev/null)" 3 'which has all that can be read'
# The lock of a compaction that was killed: its process number may be another's by now.
host=$(uname -n | cut -c 1-40 | tr -c 'a-zA-Z0-9.\n' _)
numbers=$(readlink /proc/self/ns/pid 2>/dev/null | tr -dc 0-9)
start=$(sed 's/.*) //' /proc/$$/stat 2>/dev/null | cut -d ' ' -f 20)
# locked TEXT [TIME]: how many logs a compaction leaves if there is this lock, of that time
locked() {
	rm -rf S
	prof-store add -q --no-compact S --resolution 0 1.pb.gz
	echo "$1" >S/compact.lock
	[ -z "${2-}" ] || touch -d "$2" S/compact.lock
	prof-store compact S >out 2>err
	find S -name '*.log' | wc -l
}
is "$(locked "$host $$")" 1 'a compaction that runs is left alone'
is "$(locked "$host 99999999")" 0 'a lock of a process that is gone is none'
if [ -n "$start" ] && [ -n "$numbers" ]; then
	is "$(locked "$host $$ $start $numbers")" 1 'of one that runs, it is'
	is "$(locked "$host $$ $((start - 1)) $numbers")" 0 'unless its number was that of another before'
	is "$(locked "$host 99999999 $start $((numbers + 1))")" 1 'numbers of another container say nothing'
	is "$(locked "$host $$ $start $((numbers + 1))" '13 hours ago')" 0 'until half a day has gone by'
else
	skip 'there is no /proc' 'process numbers that are used again'
fi
is "$(locked 'another 1')" 1 'another machine may be compacting'
is "$(locked 'another 1' '13 hours ago')" 0 'but not for half a day'
finish
