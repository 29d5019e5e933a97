#!/bin/sh
# What the options of prof-diff choose, and what must not depend on anything.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/runs.sh"

# row NAME KIND CELL: of the last tsv report; cells are counted from 1
row() {
	awk -F '\t' -v name="$1" -v kind="$2" -v cell="$3" '$3 == name && $4 == kind { print $cell }' out
}

# counts FILE: its stacks, with samples instead of nanoseconds
counts() {
	prof-fold "$1" | sed 's/000000$//'
}

record_both 6 hash 1.4

# What makes the check fail

exits 0 '--fail-on new' prof-diff --check --fail-on new base -- new
exits 1 '--fail-on total' prof-diff --check --fail-on total base -- new
exits 2 'shares have no total to fail on' prof-diff --check --fail-on total --metric share base -- new
says 'shares add up to 100%, so --fail-on total has nothing to test' 'says why'
exits 1 '--fail-on new,regression' prof-diff --check --fail-on new,regression base -- new
mkdir came
for n in 0 1 2 3 4 5; do
	counts new/$n.pb.gz | sed 's/parse;hash [0-9]*$/parse;hash 1600/; s/reply;hash [0-9]*$/reply;hash 400/' >folded
	echo "main;serve;came $((600 + n * 7))" >>folded
	make_run cpu_time_ns=20600000000 host=h1 cpu_model=m1 kernel=k1 side=new round=$n \
		"time=$((1000 + n * 20 + 5))" <folded >came/$n.pb.gz
done
exits 1 'a new function, and a total that rose' prof-diff --check --self base -- came
grep -Eq '^new +came +self +0.00 ' out
ok $? 'is reported' "$(cat out)"
is "$(sed -n 's/;.*//;s/ with .*//;1p' out)" 'REGRESSION: came is new,' 'and is the news'
for n in 0 1 2 3 4 5; do
	counts came/$n.pb.gz >folded
	make_run cpu_time_ns=20000000000 host=h1 cpu_model=m1 kernel=k1 side=new round=$n \
		"time=$((1000 + n * 20 + 5))" <folded >came/$n.pb.gz
done
exits 0 'where the total did not rise' prof-diff --check --self base -- came
exits 1 'with --fail-on new' prof-diff --check --self --fail-on new base -- came
is "$(sed -n 's/:.*//p' out | head -1)" REGRESSION 'it makes the check fail'

# A rename

mkdir renamed
for n in 0 1 2 3 4 5; do
	counts new/$n.pb.gz | sed 's/collect/sweep/' >folded
	make_run cpu_time_ns=20600000000 host=h1 cpu_model=m1 kernel=k1 side=new round=$n \
		"time=$((1000 + n * 20 + 5))" <folded >renamed/$n.pb.gz
done
exits 0 'a function with another name' prof-diff --report text base -- renamed
grep -Eq '^moved +sweep .*from collect' out
ok $? 'is the same one, moved' "$(cat out)"
grep -Eq '^gone +collect' out
ok $? 'the old name is gone'
exits 0 '--rename' prof-diff --report text --rename collect=sweep base -- renamed
grep -q 'moved\|gone' out
is $? 1 'says it is the same from the start'

# Metrics

exits 0 '--metric share' prof-diff --report tsv --metric share base -- new
is "$(row hash self 1)" slower 'a larger share'
exits 0 '--metric samples' prof-diff --report tsv --metric samples base -- new
is "$(row hash self 1)" slower 'more samples'
exits 0 '--type' prof-diff --report tsv --type cpu base -- new
exits 2 'a type that is not there' prof-diff --report tsv --type heap base -- new
says "has no sample type 'heap'" 'says so'

# The rate of sampling is no change

mkdir slow-rate
for n in 0 1 2 3 4 5; do
	counts base/$n.pb.gz | awk '{ $NF = int($NF / 4 + 0.5); print }' |
		make_run period=4000000 "cpu_time_ns=$((20000 + n * 13))000000" host=h1 cpu_model=m1 \
			kernel=k1 "time=$((1000 + n * 20 + 5))" >slow-rate/$n.pb.gz
done
exits 0 'a quarter of the samples' prof-diff --check --allow-cross-host base -- slow-rate
awk '/^(SLOWER|slower|faster|new|gone) /' out >changed
same changed /dev/null 'changes nothing'

# What else grows is no change of its own

rm -r new
record_both 6 lex 2
exits 0 'lex takes twice as long' prof-diff --report tsv base -- new
is "$(row lex self 1)" slower 'that is found'
for name in hash reply collect log; do
	case $(row $name self 1) in same|inconclusive) true ;; *) false ;; esac
	ok $? "$name did not change" "$(row $name self 1)"
done

# Functions that a change touched

echo hash.c >touched
rm -r new
record_both 6 hash 1.06
prof-diff --report tsv base -- new >out
row hash self 11 >before
prof-diff --report tsv --changed touched base -- new >out
row hash self 11 >after
awk 'NR == FNR { before = $1; next } { exit !($1 < before) }' before after
ok $? '--changed: what was touched needs less evidence' "$(cat before after)"
exits 2 '--changed with no such file' prof-diff --check --changed nowhere base -- new

# The levels

exits 0 '--gate-q 0' prof-diff --check --gate-q 0 base -- new
prof-diff --report tsv base -- new >first
prof-diff --report tsv --seed 7 base -- new >second
cut -f 1-12 first >first.part
cut -f 1-12 second >second.part
same first.part second.part 'the seed is for labellings only'

# An order that does not matter

prof-diff --report json base/*.pb.gz -- new/*.pb.gz >first
prof-diff --report json base/5* base/[0-4]* -- new/3* new/[0-24-5]* >second
is "$(grep -o '"q":[^,]*' second | sort)" "$(grep -o '"q":[^,]*' first | sort)" \
	'the order of files is not that of the runs'
finish
