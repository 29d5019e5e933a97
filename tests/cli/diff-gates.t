#!/bin/sh
# Status 1 is an error in every format, whatever the gate fails for; and what does not make it
# fail is none.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/runs.sh"

formats='text tsv json markdown junit sarif codequality openmetrics github html'

# pattern FORMAT: what an error is there
pattern() {
	case $1 in
	text) echo '^REGRESSION: ' ;;
	tsv) echo '^# REGRESSION: ' ;;
	json) echo '"(gated|exceeded)":true' ;;
	markdown) echo '^### prof-diff: REGRESSION: ' ;;
	junit) echo '<failure message' ;;
	sarif) echo '"level":"error"' ;;
	codequality) echo '"severity":"major"' ;;
	openmetrics) echo '^prof_diff_gated 1$' ;;
	github) echo '^::error ' ;;
	html) echo '<h1 class="verdict failure">REGRESSION' ;;
	esac
}

# gate NAME STATUS WHAT OPTION...: in every format. WHAT names the finding.
gate() {
	about=$1
	wanted=$2
	what=$3
	shift 3
	for format in $formats; do
		prof-diff --check base -- new --report "$format" "$@" >report 2>err
		got=$?
		errors=$(grep -Ec -- "$(pattern "$format")" report)
		if [ "$wanted" -eq 1 ]; then
			[ $got -eq 1 ] && [ "$errors" -gt 0 ] && grep -Eq -- "$what" report
		else
			[ $got -eq "$wanted" ] && [ "$errors" -eq 0 ]
		fi
		ok $? "$about: $format" "status $got, $errors errors: $(cat err report)"
		case $format in
		json | sarif | codequality | openmetrics)
			command -v python3 >/dev/null || continue
			exits 0 "$about: $format is valid" python3 "$top/tests/schema/check.py" "$format" report
			;;
		esac
	done
}

record_both 6 hash 1.4
# Names as formats quote them: with \ in Markdown, &lt; in XML.
gate 'a function' 1 'hash'
gate 'the total' 1 '(CPU time|total|prof_diff_total_gated 1)' --fail-on total --ignore .ash
gate 'a budget' 1 '(budget|exceeded).*lex' --min-effect 60% --budget 'lex|reply<=5%'
gate 'a budget that is kept' 0 - --min-effect 60% --budget 'lex<=50%'
gate 'nothing' 0 - --min-effect 60%
gate 'too little power' 2 - --min-effect 60% --require-power 0.1%@1%share
prof-diff base -- new --min-effect 60% --budget 'lex<=5%' --report junit >out
grep -Eq '<failure [^>]*>budget lex&lt;=5%: [0-9]+% of the new side \(at least [0-9.]+%\), EXCEEDED<' out
ok $? 'junit says the share and the limit' "$(cat out)"
prof-diff base -- new --min-effect 60% --budget 'lex<=5%' --budget 'lex<=6%' --report codequality >out
is "$(grep -o '"fingerprint":"[0-9a-f]*"' out | sort -u | wc -l)" 2 'two budgets are two findings'

# A function that is new, by itself and with what it calls
rm -r new
for n in 0 1 2 3 4 5; do
	mkdir -p new
	prof-fold base/$n.pb.gz | sed 's/000000$//' >folded
	printf 'main;serve;came here@src/a b#.c:5 %d\nmain;serve;came here@src/a b#.c:5;lex@parse.c:50 %d\n' \
		$((900 + n * 7)) $((600 + n * 3)) >>folded
	make_run cpu_time_ns=21500000000 host=h1 cpu_model=m1 kernel=k1 side=new round=$n \
		"time=$((1000 + n * 20 + 5))" <folded >new/$n.pb.gz
done
gate 'a new function' 1 'came here'
prof-diff base -- new --report sarif >out
grep -q '"uri":"src/a%20b%23.c"' out
ok $? 'a path is escaped in a URI' "$(cat out)"
# The gate can fail for any number of runs in any order: also where the rarest labelling is not
# rare enough to confirm anything.

for k in 3 4 5 6 7; do
	rm -rf base new late
	record_both $k hash 1.6
	i=0
	while [ $i -lt $k ]; do
		record late 2 $((k + i)) $((500 + i)) hash 1.6
		i=$((i + 1))
	done
	exits 1 "$k runs a side, in turns" prof-diff --check base -- new
	exits 1 "$k runs a side, one side after the other" prof-diff --check base -- late
	grep -q '^warning: the runs of one side were recorded after' out
	ok $? 'which it says' "$(cat out)"
	grep -q 'the gate fails by chance in 1%, which random labellings of the runs confirm$' out
	is $? $((k < 6)) 'and whether labellings confirm it' "$(cat out)"
done
prof-diff --check base -- new >out
grep -q ', which random labellings of the runs confirm$' out
ok $? 'seven pairs are enough for labellings' "$(cat out)"
rm base/6.pb.gz new/6.pb.gz
prof-diff --check base -- new >out
grep -q 'in 1% if runs scatter normally (with 7 a side, random labellings confirm it)$' out
ok $? 'six are not, which the report says' "$(cat out)"
finish
