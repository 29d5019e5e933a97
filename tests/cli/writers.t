#!/bin/sh
# Formats that can only be written: what others' readers, or their rules, make of them.
. "$(dirname "$0")/../lib.sh"

# A row a sample, for databases.
cat >types.folded <<'END'
main;a;b 3
main;a 2
END
prof-fold -t rows types.folded >rows.tsv
is "$(head -n 1 rows.tsv | tr '\t' ' ')" 'time duration stack samples_count' 'rows: names of columns'
is "$(awk -F '\t' 'NR > 1 { print $3, $4 }' rows.tsv)" 'main;a;b 3
main;a 2' 'rows: a row a sample'
prof-merge -t pprof "$top"/tests/golden/otlp/current.in -o labels.pb.gz
prof-fold -t rows labels.pb.gz >rows.tsv
is "$(awk -F '\t' 'NR > 1 { print NF }' rows.tsv | sort -u)" "$(head -n 1 rows.tsv | awk -F '\t' '{ print NF }')" \
	'rows: all rows have all cells'
is "$(awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "thread") t = i }
	NR == 2 { print $1, $3, $t }' rows.tsv)" '1700000000000000000 main;work;inlined worker' \
	'rows: times and labels'
printf 'a\\b;c 1\n' | prof-fold -t rows | tail -n 1 | cut -f 3 >out
is "$(cat out)" 'a\\b;c' 'rows: escapes'

# Boxes of each depth: those of a parent's children begin where it does.
prof-fold -t flamebearer types.folded >flame.json
is "$(cat flame.json)" '{"version":1,"flamebearer":{"names":["total","main","a","b"],"levels":[[0,5,0,0],[0,5,0,1],[0,5,2,2],[0,3,3,3]],"numTicks":5,"maxSelf":3},"metadata":{"format":"single","sampleRate":1,"units":"objects","name":"samples","spyName":"prof"}}' \
	'flamebearer: one profile'
printf 'a;b 3 5\na;c 2 0\na;d 0 1\n' | prof-fold -t flamebearer >flame.json
is "$(grep -o '"levels":.*]]' flame.json)" \
	'"levels":[[0,5,0,0,6,0,0],[0,5,0,0,6,0,1],[0,3,3,0,5,5,2,0,2,2,0,0,0,3,0,0,0,0,1,1,4]]' \
	'flamebearer: two sides'
is "$(grep -o '"format":"double".*' flame.json | grep -o '"leftTicks":5,"rightTicks":6')" \
	'"leftTicks":5,"rightTicks":6' 'flamebearer: totals of both sides'
printf 'a;b -3\n' | prof-fold -t flamebearer >out 2>err
is $? 2 'flamebearer: no values below 0'

# A summary, with what it leaves out.
awk 'BEGIN { for (i = 1; i <= 40; i++) print "main;f" i "|g", i }' | prof-fold -t markdown >out
is "$(grep -c '^| [1-9]' out)" 30 'markdown: the first functions'
is "$(grep '^| 40 ' out)" '| 40 | 4.9 % | 40 | 4.9 % | `f40\|g` |' 'markdown: a bar in a name'
is "$(grep '^Left out: .* functions' out)" \
	'Left out: 11 functions, with 55 of self value, 6.7 %.' 'markdown: the other functions'
is "$(sed -n '/^```/,/^```/p' out | grep -c '%')" 33 'markdown: the tree to 1 %'

prof-merge -t markdown "$top/tests/golden/pprof/go-cpu.in" >out
is "$(grep 'other sample types' out)" '- other sample types, which --type selects: `samples`' \
	'markdown: the types that it leaves out'

# A function's lines are counted from where it begins; inlined calls stand below theirs.
cat >inlined.json <<'END'
{"dictionary":{"stringTable":["","samples","count","main","work","step"],
"functionTable":[{},{"nameStrindex":3,"startLine":1},{"nameStrindex":4,"startLine":10},{"nameStrindex":5,"startLine":30}],
"locationTable":[{},{"lines":[{"functionIndex":1,"line":"4"}]},
{"address":"16","lines":[{"functionIndex":3,"line":"32"},{"functionIndex":2,"line":"14"}]},
{"lines":[{"functionIndex":2,"line":"17"}]},{"lines":[{"functionIndex":2}]}],
"stackTable":[{},{"locationIndices":[2,1]},{"locationIndices":[3,1]},{"locationIndices":[4,1]}]},
"resourceProfiles":[{"scopeProfiles":[{"profiles":[{"sampleType":{"typeStrindex":1,"unitStrindex":2},
"samples":[{"stackIndex":1,"values":["40"]},{"stackIndex":2,"values":["2"]},{"stackIndex":3,"values":["1"]}]}]}]}]}
END
prof-fold -t autofdo inlined.json >sample.txt
is "$(cat sample.txt)" 'work:42:0
 7: 2
 4: step:40
  2: 40
# without a line, and left out: 1 of 43' 'autofdo: lines and inlined calls'
printf 'a;b 3 5\n' | prof-fold -t autofdo >out 2>err
is "$?: $(grep -c 'a differential profile cannot be written as autofdo' err)" '2: 1' \
	'autofdo: a base does not count as if it had been sampled'
if command -v llvm-profdata >/dev/null; then
	llvm-profdata merge --sample -text sample.txt -o again 2>err
	is "$(cat again)" "$(grep -v '^#' sample.txt)" 'autofdo: LLVM reads it'
else
	skip 'no llvm-profdata' 'autofdo: LLVM reads it'
fi

# perf script's text: our reader gets back what was written, and others' regular expressions
# find the same stacks.
cat >calls.folded <<'END'
main;work(int);operator() (x) 3
main;a->b;c +0x10 5
END
prof-fold -t perf-script calls.folded >calls.perf
prof-fold calls.perf >out
sort calls.folded | cmp -s - out
is $? 0 'perf-script: names come back whole'
prof-merge -t perf-script "$top/tests/golden/pprof/go-cpu.in" >go.perf
is "$(prof-query --types go.perf | awk '{ print $2, $4 }')" \
	"$(prof-query --types "$top/tests/golden/pprof/go-cpu.in" | awk '{ print $2, $4 }')" \
	'perf-script: types, units and the default'
perl -ne 'if (/^(\S.+?)\s+(\d+)\/*(\d+)*\s+/) { ($n) = /:\s*(\d+)*\s+\S+:\s*$/; @s = () }
	elsif (/^\s*(\w+)\s*(.+) \((.*)\)/) { unshift @s, $2 }
	elsif (/^$/) { print join(";", @s), " $n\n" }' calls.perf | sort >out
sort calls.folded | cmp -s - out
is $? 0 'perf-script: as a script of FlameGraph sees it'
printf ' # x  1  42     0.5:          3 cpu:\n\t     1 a (b)\n' | prof-merge -t perf-script >out
is "$(prof-fold --root comm out)" '#_x__1;a 3' 'perf-script: a command that looks like a comment'
printf 'a;b -3\n' | prof-fold -t perf-script >out 2>err
is $? 2 'perf-script: no values below 0'

# speedscope's importer opens what is written for it, with any names, and has the same totals.
cat >odd.json <<'END'
{"dictionary":{"stringTable":["","cpu","nanoseconds","new\nline;semicolon","\"quoted\" \\back\\","<b>\u0001\u2028","samples","count"],
"functionTable":[{},{"nameStrindex":3,"filenameStrindex":4},{"nameStrindex":4},{"nameStrindex":5}],
"locationTable":[{},{"lines":[{"functionIndex":1,"line":"4"}]},{"lines":[{"functionIndex":2}]},{"lines":[{"functionIndex":3}]}],
"stackTable":[{},{"locationIndices":[2,1]},{"locationIndices":[3,3,1]}]},
"resourceProfiles":[{"scopeProfiles":[{"profiles":[{"sampleType":{"typeStrindex":1,"unitStrindex":2},
"samples":[{"stackIndex":1,"values":["4000000000"]},{"stackIndex":2,"values":["250000000"]}]},
{"sampleType":{"typeStrindex":6,"unitStrindex":7},"samples":[{"stackIndex":1,"values":["16"]},{"stackIndex":2,"values":["1"]}]}]}]}]}
END
importer=$top/build/peers/bin/speedscope-import
if [ -x "$importer" ]; then
	prof-merge -t speedscope odd.json >odd.speedscope.json
	is "$("$importer" odd.speedscope.json | sed 's/.*: //' | sort -n)" "17
4250000000" 'speedscope: its importer has the totals'
	prof-fold --type cpu -t cpuprofile odd.json >odd.cpuprofile
	is "$("$importer" odd.cpuprofile | sed 's/.*: //')" 4250000 'cpuprofile: so it has, in us'
else
	skip "no $importer: make bench-peers" "speedscope's importer reads what is written"
fi
finish
