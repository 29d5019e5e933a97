#!/bin/sh
# Writing callgrind's format: what functions cost themselves survives for every profile,
# stacks where each function has one caller; and callgrind_annotate reads it.
. "$(dirname "$0")/../lib.sh"

leaves() { prof-fold --root none --reverse --max-depth 1 "$@" 2>/dev/null | LC_ALL=C sort; }

for path in "$top"/tests/golden/*/*.in; do
	case=${path%.in}
	[ -f "$case.err" ] && continue
	name=$(basename "$(dirname "$path")")/$(basename "$case")
	case $name in
	folded/diff | folded/tab | speedscope/names) continue ;; # base sides, blanks around names: lost
	esac
	prof-merge -q -t callgrind "$path" >graph || exit
	leaves "$path" >want
	leaves graph >got
	same got want "$name: self costs by way of callgrind"
done

tree=$top/tests/golden/callgrind/tree
prof-merge -t callgrind "$tree.in" >graph
exits 0 'a tree that was written' prof-fold graph
same out "$tree.out" 'has its stacks again'
is "$(cat err)" '' 'and nothing is estimated'
prof-query --raw graph | grep -c '^sample' >got
is "$(cat got)" "$(prof-query --raw "$tree.in" | grep -c '^sample')" 'lines survive'

# A function that calls itself: each call costs once.
printf 'main;f;g;f;g 7\nmain;f 3\n' | prof-fold -t callgrind >graph
grep -A 4 'cfn=(2)' graph | grep -c '^0 10$' >got
is "$(cat got)" 1 'a call of what recurs'
is "$(leaves graph)" 'f 3
g 7' 'costs what its stacks cost, once'

if command -v callgrind_annotate >/dev/null; then
	prof-merge -t callgrind "$tree.in" >graph
	exits 0 'callgrind_annotate' callgrind_annotate --auto=no graph
	grep -Eq '^ *760 .*110 .*PROGRAM TOTALS' out
	ok $? 'reads the totals' "$(cat out)"
	grep -Eq '^ *580 .*101 .*parse\.c:parse \[/usr/bin/app\]' out
	ok $? 'and functions' "$(cat out)"
else
	skip 'there is no callgrind_annotate (valgrind)' 'callgrind_annotate'
fi
finish
