#!/bin/sh
# A short version of tests/validate: a few hundred comparisons with a fixed seed. What
# they come to is known to be right by the long one; here it must not become wrong.
. "$(dirname "$0")/../lib.sh"
PATH=$BUILD/tests/validate:$PATH

# below N LIMIT NAME
below() {
	awk -v n="$1" -v limit="$2" 'BEGIN { exit !(n != "" && n <= limit) }'
	ok $? "$3" "$1, not at most $2"
}

above() {
	awk -v n="$1" -v limit="$2" 'BEGIN { exit !(n != "" && n >= limit) }'
	ok $? "$3" "$1, not at least $2"
}

exits 0 'comparisons of the same program' simulate false 300 7
failed=$(awk -F '|' '/^\| all/ { gsub(/ /, "", $4); print $4 }' out)
below "$failed" 9 'hardly any fails'
naive=$(awk -F '|' '/^\| all/ { gsub(/[ %]/, "", $6); print $6 }' out)
above "$naive" 10 'where a naive test does'

exits 0 'a function made slower' simulate blame 50 7
awk -F '|' '/culprit/ { split($3, n, " "); found += n[1]; all += n[3] } END { print found / all }' out >found
above "$(cat found)" 0.9 'is found'
awk -F '|' '/culprit/ { gsub(/[ %]/, "", $4); sum += $4; n++ } END { print sum / n }' out >first
above "$(cat first)" 95 'and ranked first'

exits 0 'intervals' simulate coverage 45 7
awk -F '|' '/^\| [0-9]/ { gsub(/[ %]/, "", $5); sum += $5; n++ } END { print sum / n }' out >cover
above "$(cat cover)" 93 'hold the truth'
below "$(cat cover)" 97 'and are no wider than they need be'
finish
