#!/bin/sh
# prof-store: what was added is there, once, by label and time; blocks and logs alike.
. "$(dirname "$0")/../lib.sh"

noon=1795867200 # 2026-11-28 12:00 UTC
TZ=UTC
export TZ

# count PATTERN: files of S
count() { find S -name "$1" | wc -l; }

# at SECOND LINE...: a profile of that time, of folded lines
at() {
	second=$1
	shift
	printf '%s\n' "$@" | prof-merge -t pprof | "$BUILD/tests/stamp" "time=$second"
}

at $noon 'main;a 1' 'main;b 2' >1.pb.gz
at $((noon + 10)) 'main;a 10' 'main;c 20' >2.pb.gz
at $((noon + 86400)) 'main;a 100' >3.pb.gz
at $noon 'main;w 5' >4.pb.gz

exits 0 'a store is made by adding to it' \
	prof-store add S --resolution 0 1.pb.gz 2.pb.gz 3.pb.gz -l service_name=api,region=eu
exits 0 'profiles are added from a stream' sh -c 'prof-store add S -l service_name=web <4.pb.gz'
exits 2 'a directory that is not a store is refused' prof-store ls .
says 'is not a store' 'and it says so'

answers() {
	answers_of=$1
	prof-query -t folded S >out
	prof-merge -t folded 1.pb.gz 2.pb.gz 3.pb.gz 4.pb.gz >want
	same out want "$answers_of: the sum is that of the files"
	prof-query -t folded S '{service_name="api", region=~"e."}' --until 2026-11-29 >out
	prof-merge -t folded 1.pb.gz 2.pb.gz >want
	same out want "$answers_of: selected by label and time"
	prof-query -t folded S '{service_name="api"}' --since @$((noon + 10)) \
		--until @$((noon + 11)) >out
	prof-merge -t folded 2.pb.gz >want
	same out want "$answers_of: the beginning belongs to a time, its end does not"
	is "$(prof-query S '{}' --series --step 1d --by service_name -t tsv)" \
		"time	service_name	value
2026-11-28T00:00:00Z	api	33
2026-11-28T00:00:00Z	web	5
2026-11-29T00:00:00Z	api	100" "$answers_of: a series by label"
	is "$(prof-query S --series --step 1d --function '^[bc]$' -t tsv)" \
		"time	value
2026-11-28T00:00:00Z	22
2026-11-29T00:00:00Z	0" "$answers_of: a series of a function"
	is "$(prof-query S --series --step 1d --function '^main$' --self --measure max -t tsv)" \
		"time	max
2026-11-28T00:00:00Z	0
2026-11-29T00:00:00Z	0" "$answers_of: the leaf alone"
	is "$(prof-query S --series --step 1d --function '^b$' --measure share -t json | tr -d ' \n')" \
		'[{"time":"2026-11-28T00:00:00Z","share":0.052631578947368418},{"time":"2026-11-29T00:00:00Z","share":0}]' \
		"$answers_of: a share"
	is "$(prof-query S --series --step 1d --measure avg -t tsv | cut -f 2 | tr '\n' ' ')" \
		'avg 12.6666667 100 ' "$answers_of: a mean"
	is "$(prof-query S --series-list -t tsv | tail -n +2 | sort | cut -f 2)" \
		"region=eu,service_name=api
service_name=web" "$answers_of: the list of series"
	is "$(prof-query -q S --cardinality -t tsv)" "values	series	label
2	2	service_name
1	1	region" "$answers_of: labels and how many series they make"
	is "$(prof-query S --profiles -t tsv | tail -n +2 | cut -f 1,4 | sort)" \
		"2026-11-28T12:00:00Z	3
2026-11-28T12:00:00Z	5
2026-11-28T12:00:10Z	30
2026-11-29T12:00:00Z	100" "$answers_of: the profiles"
	prof-store export S '{service_name="api"}' >x.pb.gz
	prof-merge -t folded x.pb.gz >out
	prof-merge -t folded 1.pb.gz 2.pb.gz 3.pb.gz >want
	same out want "$answers_of: exported"
	exits 0 "$answers_of: verified" prof-store verify S
	says '4 profiles, all good' "$answers_of: all of it"
}

answers logs
exits 0 'a store is compacted' prof-store compact S
is "$(count '*.log')" 0 'logs become blocks'
is "$(count '*.block')" 2 'one for each day'
answers blocks
prof-store add -q S 1.pb.gz -l service_name=late
prof-store compact S
is "$(count '*.block')" 2 'late profiles join the block of their day'
is "$(prof-query S '{service_name="late"}' -t folded)" "$(prof-merge -t folded 1.pb.gz)" \
	'and are found there'

# Import
prof-store export S | prof-store import --resolution 0 T 2>err
says '5 profiles stored, 0 were there' 'an export is imported'
prof-store export S | prof-store import T 2>err
says '0 profiles stored, 5 were there' 'a second time nothing is stored'
prof-store compact T
prof-store export S | prof-store import T 2>err
says '0 profiles stored, 5 were there' 'nor after compaction'
is "$(prof-query T -t folded)" "$(prof-query S -t folded)" 'both stores say the same'
prof-store add -q T 1.pb.gz
prof-store add -q T 1.pb.gz
is "$(prof-store stat T -t tsv | grep '^profiles')" 'profiles	7' 'add does not look for what is there'

# Old blocks
exits 0 'old blocks are removed' prof-store gc S --keep 0s
is "$(count '*.block')" "$([ "$(date +%s)" -gt $((noon + 86400)) ] && echo 0 || echo 1)" \
	'those that are over'
exits 2 'gc without a limit is refused' prof-store gc T

# Labels of samples
printf 'main;x 1\nmain;y 2\n' | prof-merge -t pprof |
	"$BUILD/tests/stamp" time=$noon >5.pb.gz
exits 2 'a label needs a value' prof-store add U 5.pb.gz -l nonsense

# Files by their own times
is "$(prof-query -t folded 1.pb.gz 2.pb.gz --since @$((noon + 5)))" \
	"$(prof-merge -t folded 2.pb.gz)" 'profiles of files are selected by time'
printf 'a 1\n' | prof-query -t folded --last 1h - 2>err
says 'does not say of which time' 'those without a time are counted'
exits 2 'a time that is none is refused' prof-query 1.pb.gz --since yesterday
says 'is not a time' 'with those that are'

# A store that version 1 of the layout was written with: it stays readable, and compacts.
cp -r "$data/store-v1" V
for when in 'as it is' compacted; do
	is "$(prof-query V '{service_name=~".+"}' -t folded)" "main;a 1111
main;b;c 2
main;d 20
main;e -7
main;w 5" "a store of version 1, $when"
	is "$(prof-query V --profiles -t tsv | sed 1d | cut -f 1,4,5 | sort)" \
		"2026-11-28T12:00:00Z	3	region=eu,service_name=api
2026-11-28T12:00:00Z	5	service_name=web
2026-11-28T12:00:10Z	30	region=eu,service_name=api
2026-11-28T12:00:20Z	1000	region=eu,service_name=api
2026-11-29T12:00:00Z	93	region=eu,service_name=api" "its profiles, $when"
	exits 0 "it is verified, $when" prof-store verify V
	prof-store compact --resolution 0 V
done
is "$(prof-query V --raw 2>/dev/null | grep -c 'command=app')" 1 'its facts are there'

# Resolution: what is old enough is added up, exactly.
rm -rf R
for second in 0 10 50 60 70; do
	at $((noon + second)) "main;a $((second + 1))" 'main;b 2' >x.pb.gz
	prof-store add -q R x.pb.gz -l service_name=api --resolution 0
	cp x.pb.gz "r$second.pb.gz"
done
prof-query R -t folded >want
prof-query -q R --series --step 1h --measure avg -t tsv >whole.avg
prof-store compact R
is "$(prof-query R --profiles -t tsv | sed 1d | wc -l)" 5 '--resolution 0 keeps every profile'
exits 0 'a resolution is set' prof-store compact R --resolution 1m:0s
is "$(prof-query R --profiles -t tsv | sed 1d | cut -f 1,4)" "2026-11-28T12:00:00Z	69
2026-11-28T12:01:00Z	136" 'profiles of a minute become one, and their sums are exact'
exits 0 'a series of shorter steps' prof-query R --series --step 10s
is "$(cat err)" "prof-query: R: until 2026-11-28T12:01:00Z the store keeps one profile for up to 60 s of each series: shorter steps show no more, and leave gaps" 'says so, once'
prof-query R --series --step 1h --measure avg -t tsv >out 2>err
same out whole.avg 'the mean is still that of the profiles'
is "$(cat err)" '' 'and needs no note'
exits 0 'the largest profile is not known any more' prof-query R --series --step 1h --measure max
says 'one profile for up to 60 s of each series: their sum counts as a profile' 'which a note says'
exits 1 'in rules, too' prof-query R --alert 'max() > 100'
says 'their sum counts as a profile' 'it says so'
exits 0 'steps of that resolution' prof-query R --series --step 1m
is "$(cat err)" '' 'say nothing'
prof-query R -t folded >out
same out want 'the whole is as before'
is "$(prof-query R --since @$((noon + 60)) -t folded)" "main;a 132
main;b 4" 'by function, too'
is "$(prof-store stat R -t tsv | grep sums)" 'of these, sums of 60s	2' 'stat says it'
exits 0 'it is verified' prof-store verify R
prof-store import R -l service_name=api r*.pb.gz 2>err
says '0 profiles stored, 5 were there' 'import knows the profiles that were added up'
prof-store export R >sums.pb.gz
prof-store import R sums.pb.gz 2>err
says '0 profiles stored, 2 were there' 'and their sums, as they are exported'
at $((noon + 20)) 'main;a 1000' >x.pb.gz
prof-store add -q R x.pb.gz -l service_name=api
prof-store compact R
is "$(prof-query R --profiles -t tsv | sed 1d | cut -f 1,4)" "2026-11-28T12:00:00Z	1069
2026-11-28T12:01:00Z	136" 'the resolution stays set: a late profile is added to its minute'
prof-store import R -l service_name=api r*.pb.gz x.pb.gz 2>err
says '0 profiles stored, 6 were there' 'and is known then, too'
is "$(find R -name '*.60s.block' | wc -l)" 1 'names of blocks say the resolution'
exits 2 'a resolution that is none is refused' prof-store compact R --resolution 1x
# Facts that count something are added up.
rm -rf R
for second in 0 10; do
	printf 'a 1\n' | prof-merge -t pprof |
		"$BUILD/tests/stamp" time=$((noon + second)) lost=3 >x.pb.gz
	prof-store add -q R x.pb.gz --resolution 1m:0s
done
prof-store compact R
is "$(prof-query R --raw 2>/dev/null | grep -o lost=.)" lost=6 'facts that count are added up'

# Relabelling

# What the sections of blocks hold: all zstd frames
unpacked() {
	for block; do
		grep -abo "$(printf '\050\265\057\375')" "$block" | cut -d : -f 1 |
			while read -r frame; do
				tail -c +$((frame + 1)) "$block" | zstd -dc 2>/dev/null
			done
	done
}
rm -rf L
printf '%s\n' 'main;a 1' 'main;b 2' | prof-merge -t pprof |
	"$BUILD/tests/stamp" time=$noon >x.pb.gz
prof-store add -q L --resolution 0 x.pb.gz -l service_name=api,region=eu,user=secret-name
prof-store add -q L x.pb.gz -l service_name=api,region=us,user=other-name
prof-store compact L
prof-store add -q L 3.pb.gz -l service_name=web,zone=z,region=eu
if command -v zstd >/dev/null; then
	unpacked L/*.block | grep -aq secret-name
	ok $? 'the text of a label is in a block'
else
	skip 'there is no zstd: make deps-dev' 'the text of a label is in a block'
fi
prof-query L -t folded >want
exits 0 'labels are renamed and dropped' prof-store relabel L --rename region=zone --drop user
is "$(prof-query L --series-list -t tsv | tail -n +2 | sort | cut -f 2)" "service_name=api,zone=eu
service_name=api,zone=us
service_name=web,zone=eu" 'of every series, and a label of the new name is replaced'
prof-query L -t folded >out
same out want 'samples stay'
is "$(prof-query L '{zone="us"}' -t folded | tr '\n' ' ')" 'main;a 1 main;b 2 ' 'and are found'
exits 0 'the store is good' prof-store verify L
is "$(unpacked L/*.block | grep -ac secret-name)" 0 'nothing of a dropped label stays'
exits 0 'series that a dropped label told apart' prof-store relabel L --drop zone --rename service_name=app
is "$(prof-query L --series-list -t tsv | tail -n +2 | sort | cut -f 2)" "app=api
app=web" 'become one'
prof-query L -t folded >out
same out want 'with the samples of both'
is "$(prof-query L '{app="api"}' --profiles -t tsv | sed 1d | wc -l)" 2 'and each profile of its own'
prof-store export L >relabelled
exits 0 'an import of what was relabelled' prof-store import L relabelled
says '^prof-store: 0 profiles stored, 3 were there already' 'finds it in the store'
exits 2 'relabel needs a rule' prof-store relabel L
exits 2 'and a rule two names' prof-store relabel L --rename x
exits 2 'a label has a name' prof-store relabel L --drop ''

# An option of another command
ls L >before
for words in 'ls --since now' 'ls --resolution 0' 'compact --keep 0s' 'gc --keep 1d --drop x' \
	'verify --level 3' 'compact --level 0' 'export -t json' 'add --max-size 1'; do
	# shellcheck disable=SC2086 # words
	exits 2 "prof-store $words is refused" prof-store ${words%% *} L ${words#* }
done
exits 2 'as one' prof-store verify L --resolution 0
says 'resolution is for add, import, compact$' 'that names the right ones'
ls L >after
same after before 'and nothing changes'

# Limits of integers
at $noon 'a 9223372036854775807' >max.pb.gz
prof-store add -q --resolution 0 M max.pb.gz max.pb.gz
prof-store compact M
prof-query -t folded M >out 2>err
is "$(cat out)" 'a 9223372036854775807' 'sums are kept at the limit'
says 'does not fit in 64 bits' 'and this is reported'

# A store of a later version is only read, and a file that is no marker makes no store
prof-store add -q --resolution 0 LATER max.pb.gz
echo 'prof-store 2' >LATER/prof-store
find LATER -type f -exec cksum {} + | sort >before
for command in 'add LATER max.pb.gz' 'import LATER max.pb.gz' 'compact LATER' 'gc LATER --keep 1s' \
	'relabel LATER --drop a' 'sync LATER s3://bucket/v' 'compact LATER --resolution 1m:1d'; do
	# shellcheck disable=SC2086 # words
	exits 2 "a store of a later version: prof-store ${command%% *} is refused" prof-store $command
	says 'LATER: is a store of version 2; this program knows version 1$' 'and it says why'
done
exits 2 'prof-listen does not start on it' timeout 10 prof-listen --store LATER --listen 127.0.0.1:0
says 'LATER: is a store of version 2' 'and says why'
exits 2 'a query reads what it knows, and ends with 2' prof-query -t folded LATER
says 'version 1: what it does not know is left out' 'and says why'
is "$(cat out)" 'a 9223372036854775807' 'it reads what it knows'
find LATER -type f -exec cksum {} + | sort >after
same after before 'nothing was written'
printf 'prof-st' >LATER/prof-store
exits 0 'a marker that a crash has cut short is that of a store' prof-store add LATER max.pb.gz
mkdir B && cp "$(command -v prof-store)" B
cksum B/* >before
exits 2 'a directory of programs becomes no store' prof-store add B max.pb.gz
says 'B: cannot make a store: its file "prof-store" is not that of a store' 'and it says why'
cksum B/* >after
same after before 'the program stays as it is'
finish
