#!/bin/sh
# Reports of prof-diff, each held against what its readers take.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/runs.sh"

reports='json sarif codequality openmetrics'

# check NAME: all reports of ./base and ./new
check() {
	for report in $reports junit markdown github text tsv; do
		exits 0 "$1: $report" prof-diff base -- new --report "$report" -o "$report"
	done
	if command -v python3 >/dev/null; then
		for report in $reports; do
			exits 0 "$1: $report is valid" python3 "$top/tests/schema/check.py" "$report" "$report"
		done
	else
		skip 'there is no python3: make deps-dev' "$1: $reports"
	fi
	if command -v xmllint >/dev/null; then
		exits 0 "$1: junit is valid" xmllint --noout --schema "$top/tests/schema/junit.xsd" junit
	else
		skip 'there is no xmllint: make deps-dev' "$1: junit"
	fi
	[ "$(wc -c <markdown)" -le 65536 ]
	ok $? "$1: a comment may be as long as the markdown"
	[ "$(grep -c '^::error' github)" -le 10 ] && [ "$(grep -c '^::warning' github)" -le 10 ]
	ok $? "$1: a step shows all annotations"
	grep -qv '^::\(notice\|error\|warning\) [^:]*::' github
	is $? 1 "$1: and nothing else is in github"
	is "$(awk -F '\t' '!/^#/ { print NF }' tsv | sort -u)" 17 "$1: tsv has as many cells in every row"
}

record_both 6 hash 1.4
check 'one got slower'
is "$(grep -c '<failure' junit)" 1 'one test case has failed'
is "$(grep -o '"level":"error"' sarif | wc -l)" 1 'one result is an error'
grep -q '"uri":"hash.c"},"region":{"startLine":40}' sarif
ok $? 'at its line'
is "$(grep -c '"severity":"major"' codequality)" 1 'one issue is a major one'
grep -q '^prof_diff_gated 1$' openmetrics
ok $? 'the gate is a number'
grep -q '^::error file=hash.c,line=40,title=prof-diff SLOWER::hash takes 4.%25 more CPU time' github
ok $? 'one annotation is an error' "$(cat github)"
for report in text tsv markdown junit sarif json github; do
	grep -q 'smallest change\|detectable' $report
	ok $? "$report says what could have been found"
done
GITHUB_STEP_SUMMARY=$tmp/summary
export GITHUB_STEP_SUMMARY
echo before >summary
exits 1 'in a step of GitHub Actions' prof-diff --check --report github base -- new
is "$(sed -n 1p summary)" before 'the summary is appended to'
sed 1d summary >appended
same appended markdown 'what is appended is the markdown'
GITHUB_STEP_SUMMARY=$tmp/nowhere/summary
exits 2 'a summary that cannot be written' prof-diff --check --report github base -- new
unset GITHUB_STEP_SUMMARY

# Files are named from here, as a checkout is.
rm -r base new
(sed "s#@#@$tmp/src/#g" "$top/tests/runs.sh") >runs-here.sh
. ./runs-here.sh
record_both 6 hash 1.4
exits 0 'files below the current directory' prof-diff base -- new --report sarif
grep -q '"uri":"src/hash.c"' out
ok $? 'are named from there' "$(cat out)"
. "$top/tests/runs.sh"

# Names that formats would take for something of their own.
rm -r base new
odd='main@a%b.c:1;f<int&>("x|y")::`g`@o:3;[x](http://y) *b* _c_ \ $d@a,b:c.c:5'
for i in 1 2 3 4 5; do
	for side in base new; do
		mkdir -p $side
		printf '%s %d\nmain;b 9000\nmain;c %d\n' "$odd" \
			$(($([ $side = base ] && echo 2000 || echo 3000) + i * i * 3)) \
			$((5000 + i * i * 17 - i * 100)) >odd.folded
		printf 'main;esc\033[31m\001 %d\n' $((700 + i)) >>odd.folded
		make_run "cpu_time_ns=1700${i}000000" host=h "time=$((i * 10 + ${#side}))" \
			"round=$i" <odd.folded >$side/$i.pb.gz
	done
done
check 'odd names'
LC_ALL=C grep -q "$(printf '\033')" text markdown junit github openmetrics
is $? 1 'no escape sequences'

# Many rows
rm -r base new
many() { # FACTOR SEED
	awk -v factor="$1" -v seed="$2" 'BEGIN {
		srand(seed)
		for (i = 0; i < 200; i++)
			print "main;function_with_quite_a_long_name_number_" i "@some/where/file" i \
				".c:" i + 1 " " int(2000 * (i % 2 ? factor : 1) * (1 + rand() / 50))
	}'
}
mkdir base new
for i in 1 2 3 4 5; do
	many 1 $i | make_run cpu_time_ns=400000000000 "time=$((i * 20))" "round=$i" >base/$i.pb.gz
	many 1.5 $((i + 50)) | make_run cpu_time_ns=500000000000 "time=$((i * 20 + 10))" \
		"round=$i" >new/$i.pb.gz
done
check 'two hundred rows'
is "$(grep -c '^::error' github)" 10 'annotations are as many as are shown'
grep -q '<summary>90 more</summary>' markdown
ok $? 'rows beyond ten are folded away'
finish
