#!/bin/sh
# prof-flame: differential input.
. "$(dirname "$0")/../lib.sh"

boxes() { # "CLASS TITLE WIDTH" of every box
	prof-flame "$@" | sed -n 's/^<g class="\([^"]*\)"><title>\(.*\)<\/title>.*width="\([^"]*\)" height.*/\1: \2 \3/p'
}

printf 'gone 100 0\nstay 10 10\nnew 0 30\n' >in.folded
is "$(boxes in.folded)" 'all: all (40 samples, 100.00%; -63.64%) 1176
d0 gone: gone (0 samples, 0.00%; gone) 840
d10 new: new (30 samples, 75.00%; new) 252
d5: stay (10 samples, 25.00%; 0.00%) 84' 'what vanished is drawn, what is new is marked'
is "$(boxes --diff-width base in.folded | sed 's/.*) //' | tr '\n' ' ')" '1176 840 252 84 ' '--diff-width base'
printf 'a 30 10\nb 10 20\n' >two.folded
is "$(boxes two.folded | sed 's/.*) //' | tr '\n' ' ')" '1176 392 784 ' '--diff-width new'
is "$(boxes --diff-width base two.folded | sed 's/.*) //' | tr '\n' ' ')" '1176 882 294 ' '--diff-width base'
is "$(boxes --diff-width union two.folded | sed 's/.*) //' | tr '\n' ' ')" '1176 705.6 470.4 ' '--diff-width union'

printf 'x 10 20\nx 5 1\n' >twice.folded
is "$(boxes twice.folded | sed -n 2p)" 'd8: x (21 samples, 100.00%; +40.00%) 1176' \
	'lines of one stack are added up: 15 and 21'
printf 'a;hot 100 150\na;cold 100 100\n' >inner.folded
is "$(boxes inner.folded | sed -n 2p)" 'd8: a (250 samples, 100.00%; +25.00%) 1176' \
	'a caller has the change of all it calls'

# The scale is the same in every picture.
i=0
for pair in '100 40:d0' '100 50:d0' '100 51:d1' '150 100:d1' '125 100:d2' '110 100:d3' '102 100:d4' \
	'101 100:d5' '100 100:d5' '100 101:d5' '100 102:d6' '100 110:d7' '100 125:d8' '100 150:d9' \
	'100 199:d9' '100 200:d10' '100 9999:d10'; do
	printf 'x %s\nother 7 7000\n' "${pair%:*}" >pair.folded
	is "$(boxes pair.folded | sed -n 's/^\(d[0-9]*\)[^:]*: x .*/\1/p')" "${pair#*:}" "${pair%:*} is ${pair#*:}"
done

is "$(boxes --negate in.folded | sed 's/ [0-9.]*$//')" 'all: all (40 samples, 100.00%; +175.00%)
d10 new: gone (0 samples, 0.00%; new)
d0 gone: new (30 samples, 75.00%; gone)
d5: stay (10 samples, 25.00%; 0.00%)' '--negate: from the new side to the base'
printf 'a 100 240\nb 100 160\n' >double.folded
is "$(boxes --diff-normalize total double.folded | sed 's/ [0-9.]*$//')" 'all: all (400 samples, 100.00%; 0.00%)
d7: a (240 samples, 60.00%; +20.00%)
d2: b (160 samples, 40.00%; -20.00%)' '--diff-normalize total: shares are compared'
prof-flame --diff-normalize total double.folded | grep -q 'base 200 → new 400 samples: +100.00% (base scaled by 2)'
ok $? 'the legend tells what really was'
prof-flame in.folded | grep -q '>base 110 → new 40 samples: -63.64%</text>'
ok $? 'a legend with the totals'
prof-flame --factor 10 --countname ms in.folded | grep -q 'base 1,100 → new 400 ms'
ok $? 'in the unit of the boxes'
is "$(printf 'a 1\n' | prof-flame | grep -c 'class="legend"')" 0 'no legend where nothing is compared'

prof-merge -t pprof in.folded -o in.pb.gz
is "$(boxes in.pb.gz)" "$(boxes in.folded)" 'pprof::base labels are the same as two columns'
is "$(boxes --reverse inner.folded | sed 's/ [0-9.]*$//')" 'all: all (250 samples, 100.00%; +25.00%)
d5: cold (100 samples, 40.00%; 0.00%)
d5: a (100 samples, 40.00%; 0.00%)
d9: hot (150 samples, 60.00%; +50.00%)
d9: a (150 samples, 60.00%; +50.00%)' '--reverse'

printf 'a 5 0\nb 6 0\n' >lost.folded
exits 0 'everything gone' prof-flame lost.folded
is "$(boxes lost.folded | sed 's/.*) //' | tr '\n' ' ')" '1176 534.55 641.45 ' 'is drawn as it was'
printf 'a 0 5\n' | prof-flame --diff-normalize total >out 2>err
ok $? 'nothing to normalise with' "$(cat err)"
printf 'a 0 0\n' >zero.folded
exits 2 'nothing on both sides' prof-flame zero.folded
says 'nothing to draw' 'says so'
exits 2 'a flame chart of two sides' prof-flame --flamechart in.folded
says '--flamechart is not for differential profiles' 'says so'
for option in -q --negate --diff-width=union --diff-normalize=total --sort=width --sort=none --inverted; do
	prof-flame "$option" in.folded >one.svg
	prof-flame "$option" in.folded >two.svg
	cmp -s one.svg two.svg
	ok $? "the same bytes every time: $option"
	if command -v xmllint >/dev/null; then
		problems=$(xmllint --noout one.svg 2>&1)
		ok $? "well-formed: $option" "$problems"
	else
		skip 'there is no xmllint: make deps-dev' "well-formed: $option"
	fi
done
finish
