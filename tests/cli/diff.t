#!/bin/sh
# prof-diff: verdicts, exit statuses, operands, the differential stream.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/runs.sh"

# The stream

printf 'main;a 10\nmain;b 20\n' >base.folded
printf 'main;a 15\nmain;c 5\n' >new.folded
exits 0 'two folded inputs' prof-diff base.folded new.folded
same out - 'are two columns' <<'END'
main;a 10 15
main;b 20 0
main;c 0 5
END
exits 0 'after --' prof-diff base.folded -- new.folded
is "$(sed -n 1p out)" 'main;a 10 15' 'the same'
exits 0 'normalised' prof-diff --normalize total base.folded new.folded
is "$(sed -n 1,2p out | tr '\n' ' ')" 'main;a 7 15 main;b 13 0 ' 'the base has the sum of the new side'
exits 0 'several runs' prof-diff base.folded base.folded -- new.folded
is "$(sed -n 1p out)" 'main;a 10 15' 'are averaged'
printf 'main;f.isra.0 10\n' >clone1.folded
printf 'main;f.constprop.3 10\n' >clone2.folded
is "$(prof-diff clone1.folded clone2.folded)" 'main;f 10 10' 'clones are one function'
is "$(printf 'x 1\n' | prof-diff - new.folded | head -1)" 'main;a 0 15' 'standard input'
prof-diff base.folded new.folded -t pprof >diff.pb.gz
is "$(prof-fold diff.pb.gz)" "$(prof-diff base.folded new.folded)" 'pprof says the same'
if script -qec true /dev/null </dev/null >script.log 2>&1; then
	printf 'main;a 100\nmain;b 200\n' >one.folded
	printf 'main;a 150\nmain;c 50\n' >two.folded
	script -qec 'prof-diff one.folded two.folded' /dev/null </dev/null >terminal
	is $? 0 'a report on a terminal is no trouble'
	tr -d '\r' <terminal >out
	is "$(grep -c '^prof-diff:' out)" 0 'and has no message'
	grep -q '; runs: 1 v 1, in unknown order$' out
	ok $? 'on a terminal, a report'
	for columns in 60 80 200; do
		COLUMNS=$columns script -qec 'prof-diff one.folded two.folded' /dev/null </dev/null | tr -d '\r' >out
		is "$(awk -v most=$columns 'length > most' out)" '' "in $columns columns"
		grep -q '^verdict .* change' out
		ok $? 'there is the change' "$(cat out)"
	done
	grep -q '^verdict .* p  *q' out
	ok $? 'and everything where there is room' "$(cat out)"
	script -qec 'prof-diff -t folded one.folded two.folded' /dev/null </dev/null | tr -d '\r' >out
	is "$(head -1 out)" 'main;a 100 150' 'unless a format is chosen'
	script -qec 'prof-diff --svg one.svg one.folded two.folded' /dev/null </dev/null >terminal
	is $? 0 'a report and a picture'
	grep -q '^</svg>' one.svg && grep -q 'runs: 1 v 1' terminal
	ok $? 'are both there'
else
	skip "no terminal: $(head -1 script.log)" 'on a terminal, a report'
fi
# ./old and ./new are builds of one program; helpers have the same name on both sides.
for build in old new; do
	for comm in $build helper; do
		printf '%s 1 1.0: 7 cycles: \n\t4a main+0x10 (/bin/%s)\n\n' "$comm" "$comm"
	done >$build.perf
done
is "$(prof-diff old.perf new.perf | prof-flame -t text | sed '1,2d; s/.*\( [^ ]*%  \)[^a-z]*/\1/; s/  */ /g' | tr -s '\n ' ' ')" \
	' 0.00% all 0.00% helper 0.00% main 0.00% new 0.00% main ' 'two builds of one program are one tree'
printf 'third 1 1.0: 7 cycles: \n\t4a main+0x10 (/bin/third)\n\n' >>new.perf
is "$(prof-diff old.perf new.perf | prof-flame -t text | grep -c 'gone\|new$')" 3 'not if any of several could be it'
printf 'main;a 0\n' >nothing.folded
exits 0 'a base without samples' prof-diff nothing.folded new.folded
is "$(grep -vc ' 0 [0-9]*$' out)" 0 'is one: all is new'
exits 0 'a new side without samples' prof-diff base.folded nothing.folded
is "$(sed -n 1p out)" 'main;a 10 0' 'is one'
exits 2 '--normalize work' prof-diff --normalize work base.folded new.folded
says 'base.folded does not say how much work it did' 'needs facts'

# Operands

exits 2 'one operand' prof-diff base.folded
says 'expected two profiles' 'is too few'
exits 2 'three without --' prof-diff a b c
exits 2 'nothing behind --' prof-diff base.folded --
says "no profiles after '--'" 'says so'
exits 2 'nothing before it' prof-diff -- new.folded
says "no profiles before '--'" 'says so'
exits 2 'a file that is not there' prof-diff --check base.folded -- nowhere
mkdir none
exits 2 'an empty directory' prof-diff --check base.folded -- none
says 'none: has no files in it' 'says so'

# Half values are rounded so that sums are right; what is not there gets no rest of others.
mkdir halves
for i in 1 2; do
	printf 'm;a 4\nm;b 7\nm;c 5\nm;k 2000\n' >halves/base$i.folded
	printf 'm;a %d\nm;k 2000\nz;a %d\n' $((2 + i)) $((3 - i)) >halves/new$i.folded
done
is "$(prof-diff -q -t folded halves/base?.folded -- halves/new?.folded)" 'm;a 4 4
m;b 7 0
m;c 5 0
m;k 2000 2000
z;a 0 1' 'the means of runs'

exits 2 '-t with a report' prof-diff --check -t folded base.folded new.folded
for bad in --min-effect=x --min-effect=2 --fdr=-1 --fail-on=nothing --require-power=10% \
	--budget=main --rename=a --budget='(<=5%' --gate-q=50%; do
	exits 2 "$bad" prof-diff --check "$bad" base.folded new.folded
done

# Verdicts

record_both 6 hash 1.4
exits 1 'a function that got slower' prof-diff --check base -- new
sed -n 1p out >line
grep -Eqx 'REGRESSION: hash takes (3|4)[0-9]% more CPU time \[\+[0-9]+%, \+[0-9]+%\]; it had [0-9.]+% of the base, so the whole takes [0-9.]+% more' line
ok $? 'fails the check, and the first line has the news' "$(cat line)"
grep -Eq '^SLOWER +hash +self +.*main>serve>parse>hash  hash.c:40$' out
ok $? 'is named, with its path and place' "$(cat out)"
is "$(grep -c '^SLOWER' out)" 1 'its callers are not'
grep -Eq '^total: CPU time [0-9.]+s -> [0-9.]+s, \+[0-9.]+% \[\+[0-9.]+%, \+[0-9.]+%\]; runs: 6 v 6, interleaved, compared in pairs$' out
ok $? 'the second has the total and the runs' "$(cat out)"
sed -n 3p out | grep -Eqx 'smallest change that would be found: \+[0-9.]+% of a 20% share, \+[0-9.]+% of a 5% share, \+[0-9.]+% of a 1% share'
ok $? 'the third has what could have been found' "$(cat out)"
grep -Eq '^verdict +function +base s/run +new s/run +change +of all +p +q$' out
ok $? 'the unit is in the head of the table' "$(cat out)"
grep -Eq '^SLOWER .* <0.001 +<0.001 ' out
ok $? 'p and q are not smaller than anybody believes'
cp out first
exits 1 'again' prof-diff --check base -- new
same out first 'the same input gives the same bytes'
exits 1 'a report in a file' prof-diff --check base -- new --report json -o report.json
grep -q '"schema":"prof-diff/1"' report.json
ok $? 'is complete when the check fails'
exits 0 'a report without --check' prof-diff --report text base -- new
same out first 'is the same one, with status 0'
exits 1 'files instead of directories' prof-diff --check base/*.gz -- new/*.gz
same out first 'are the same'
cat base/*.gz >base.stream
cat new/*.gz >new.stream
exits 1 'streams' prof-diff --check base.stream new.stream
is "$(sed 1d out)" "$(sed 1d first)" 'are, too'
exits 2 'a report that cannot be written' prof-diff --check base -- new -o nowhere/report
exits 0 'the other way round' prof-diff --check new -- base
grep -Eq '^faster +hash' out
ok $? 'it is faster' "$(cat out)"
exits 0 '--skip' prof-diff --check base -- new --self --skip '^hash$'
exits 0 '--min-effect 60%' prof-diff --check base -- new --min-effect 60%
exits 1 '--compare file' prof-diff --check base -- new --compare file
grep -Eq '^SLOWER +hash.c' out
ok $? 'names the file' "$(cat out)"
exits 1 'its old name' prof-diff --check base -- new --by file
exits 0 'and others' prof-diff --check base -- new --self --ignore '^hash$' --q 5%
exits 1 '--compare path' prof-diff --check base -- new --compare path
grep -Eq '^SLOWER +main>serve>parse>hash ' out
ok $? 'names the path' "$(cat out)"
exits 1 '--budget' prof-diff --check base -- new --min-effect 60% --budget 'hash|lex<=5%'
grep -q '^budget hash|lex<=5%: 3.% of the new side (at least 3.*%), EXCEEDED' out
ok $? 'is exceeded' "$(cat out)"
exits 2 '--skip .' prof-diff --check base -- new --skip .
says 'too few samples' 'leaves nothing'
exits 0 'the stream of replicates' prof-diff base -- new -o diff.pb.gz
prof-query --raw diff.pb.gz >raw
grep -Eq 'diff.row=SLOWER self \+0.[34][0-9]* \+0.[0-9]* \+0.[0-9]* [0-9.e-]+ hash' raw
ok $? 'has the verdicts' "$(grep comment raw)"
grep -q 'diff.path=main;serve;parse;hash' raw
ok $? 'and the blame path' "$(grep comment raw)"
grep -Eq 'diff.about=REGRESSION: hash [+][0-9.]+%; in all, CPU time .* runs' raw
ok $? 'and whose regression it is, beside the total' "$(grep comment raw)"

exits 1 '--svg' prof-diff --check base -- new --svg diff.svg
prof-flame --title 'Differential flame graph' diff.pb.gz >flame.svg
same diff.svg flame.svg 'draws what prof-flame draws'
exits 2 'a picture that cannot be written' prof-diff --check base -- new --svg nowhere/diff.svg
exits 0 '--svg beside the stream' prof-diff base -- new --svg diff.svg -o again.pb.gz
same diff.svg flame.svg 'is the same'
same again.pb.gz diff.pb.gz 'and so is the stream'

rm -r base new
record_both 6
exits 0 'the same program' prof-diff --check base -- new
sed -n 1p out | grep -Eqx 'no regression: CPU time changed by [-+][0-9.]+% \[[-+][0-9.]+%, [-+][0-9.]+%\]; \+[0-9.]+% of a 20% share would have been found'
ok $? 'is no regression, and what one would have been' "$(sed -n 1p out)"
exits 0 '--calibrate' prof-diff --calibrate base new
grep -Eq '^200 random splits of the same runs, 6 v 6: the gate failed in [0-9]+, ' out
ok $? 'says how often the gate fails' "$(cat out)"
cp out first
exits 0 'again' prof-diff --calibrate base new
same out first 'it says the same'
exits 0 'with another seed' prof-diff --calibrate --seed 2 base new
cmp -s out first
is $? 1 'it says something else'
exits 0 '--calibrate with six runs' prof-diff --calibrate base
is "$(sed -n '1s/failed in.*//p; 3p' out)" 'all 20 splits of the same runs, 3 v 3: the gate 
one split is 5.0%: more runs are needed to show a rate of 1%' 'compares all their splits, and says that these are few'
grep -q '^too few runs a side for random labellings: ' out
ok $? 'and what the gate takes for granted' "$(cat out)"
exits 0 '--calibrate with eleven' prof-diff --calibrate base new/[0-4].pb.gz
grep -q '^200 random splits .* 5 v 6: ' out && ! grep -q 'too few\|one split is' out
ok $? 'has sides of five and six' "$(cat out)"
exits 2 '--calibrate with three runs' prof-diff --calibrate base/[0-2].pb.gz
says 'needs 4 runs, not 3' 'says why not'
exits 2 'more power than there is' prof-diff --check --require-power 1%@1%share base -- new
grep -q 'NOT reached' out
ok $? 'is not reached' "$(cat out)"
exits 0 'less' prof-diff --check --require-power 50%@20%share base -- new
finish
