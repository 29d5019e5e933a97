#!/bin/sh
# Every tests/golden/FORMAT/CASE.in, read as FORMAT and sniffed, folds to CASE.out
# with the messages of CASE.err; and what was read survives a trip through pprof.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/golden.sh"

expect() { # ./out and ./err are CASE.out and CASE.err
	same out "$case.out" "$1"
	if [ -f "$case.err" ]; then
		same err "$case.err" "$1: messages"
	else
		same err /dev/null "$1: no messages"
	fi
}

for path in "$top"/tests/golden/*/*.in; do
	format=$(basename "$(dirname "$path")")
	name=$(basename "$path" .in)
	case=${path%.in}
	golden "$format" "$name" -f "$format"
	expect "$format/$name"
	golden "$format" "$name"
	expect "$format/$name, sniffed"
	[ -f "$case.err" ] && continue
	# A column for each event stays one; default types and labels survive, too.
	for via in pprof otlp; do
		# OTLP's strings are UTF-8.
		[ $via = otlp ] && ! iconv -f UTF-8 "$case.out" >/dev/null 2>&1 && continue
		prof-merge -q -t $via "$name.in" | prof-fold >out 2>err
		expect "$format/$name, by way of $via"
	done
	# Folding what is folded changes nothing.
	prof-fold out >again 2>&1
	same again "$case.out" "$format/$name, folded again"
done
finish
