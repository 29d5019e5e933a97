#!/bin/sh
# prof-query --changes: steps are found and named; outliers, moved cost and shares that only
# give way are not.
. "$(dirname "$0")/../lib.sh"

noon=1795867200 # 2026-11-28 12:00 UTC
TZ=UTC
export TZ

# windows VERSION FROM TO STACK=COUNT...: a profile for each minute, with some noise.
windows() {
	version=$1
	from=$2
	to=$3
	shift 3
	i=$from
	while [ "$i" -lt "$to" ]; do
		for pair; do
			echo "$pair"
		done | awk -F = -v i="$i" '{
			x = (i * 7919 + NR * 104729) % 1000 / 1000
			printf "%s %d\n", $1, $2 * (0.98 + 0.04 * x)
		}' | prof-merge -t pprof | "$BUILD/tests/stamp" time=$((noon + i * 60)) >one
		prof-store add -q --no-compact S -l "service_name=api,version=$version" one
		cat one >>stream
		i=$((i + 1))
	done
}

common='main=5000 main;b=2000 main;c=1000'
# shellcheck disable=SC2086 # the words are stacks
{
	windows 1 0 20 $common 'main;parse=1000' 'main;old=500' 'main;d=700'
	windows 1 20 21 $common 'main;parse=4000' 'main;old=500' 'main;d=700'
	windows 1 21 40 $common 'main;parse=1000' 'main;old=500' 'main;d=700'
	windows 2 40 70 $common 'main;parse=2000' 'main;renamed=500' 'main;d=700'
}

exits 0 'changes of a store' prof-query S '{service_name="api"}' --changes -t tsv
is "$(cut -f 1-3,10 out)" "time	last_before	function	deploy
2026-11-28T12:40:00Z	2026-11-28T12:39:00Z	parse	version=2" \
	'the step, its time, and the version that came with it'
says '2 functions. cost moved' 'cost that moved is counted'
says 'functions. shares changed only because' 'so are shares that gave way'
awk -F '\t' 'NR == 2 { exit !($4 > 0.095 && $4 < 0.1 && $5 > 0.175 && $5 < 0.182 &&
	$7 < $6 && $6 < $8 && $6 > 1.8 && $6 < 1.86 && $9 > 0.95) }' out
ok $? 'before, after, their ratio with an interval, and how sure it is' "$(cat out)"
prof-query S --changes -t tsv 2>err >whole
same whole out 'all of the store says the same'
prof-query stream --changes -t tsv 2>err | cut -f 1-9 >got
cut -f 1-9 out >want
same got want 'and so do files'
tac_times=$(prof-query stream --changes --until @$((noon + 2400)) 2>err)
is "$tac_times" '' 'nothing is found before it happens'
prof-store compact S --resolution 0
prof-query S --changes -t tsv 2>err >whole
same whole out 'nor does compaction change anything'
prof-query -q S --changes >text
grep -Eq '^2026-11-28 12:40:00  9\.[0-9]% -> 18%  \+8[0-9]% \(\+[0-9]+% to \+[0-9]+%\)  > 99.99%  parse  version=2$' text
ok $? 'for people, in a line' "$(cat text)"
exits 2 'too few windows say nothing, so the status is 2' prof-query -q stream --changes --until @$((noon + 600))
says 'nothing could be looked at; choose a longer time' 'and the message says what to do, also with -q'
exits 2 'nothing selected, too' prof-query stream '{service_name="no"}' --changes
says '0 steps with samples are too few.* 24 are needed' 'and a note says how many are needed'
prof-query -q S --changes --incl -t tsv | cut -f 1,3 >got
is "$(cat got)" "time	function
2026-11-28T12:40:00Z	parse" 'of inclusive shares, callers of what changed are not reported'
exits 2 'inclusive shares are for changes' prof-query S --series --incl

# Two regions: what happens in one does not hide in the sum.
awk -v n=$noon 'BEGIN {
	for (i = 0; i < 60; i++)
		printf "%d %d %d\n", n + i * 60, 1000 + i * 7919 % 23, (i < 40 ? 50 : 90) + i * 104729 % 3
}' | while read -r time rest part; do
	for region in eu us; do
		[ $region = us ] && part=50
		printf 'main;rest %s\nmain;part %s\n' "$rest" "$part" | prof-merge -t pprof |
			"$BUILD/tests/stamp" time="$time" >one
		prof-store add -q --no-compact R -l region=$region one
	done
done
prof-query -q R --changes --by region -t tsv | cut -f 1,2,4 >got
is "$(cat got)" "labels	time	function
region=eu	2026-11-28T12:40:00Z	part" 'changes are found in each set of labels'
prof-query -q R --changes --by region | grep -q 'part  region=eu$'
ok $? 'which stands beside them'
prof-query R -t pprof '{region="eu"}' --until @$((noon + 300)) | prof-merge -t pprof >few
prof-store add -q --no-compact R -l region=new few
exits 0 'a set of labels with too few steps beside others is a note' prof-query R --changes --by region
says '[0-9] steps with samples are too few' 'that says so'
exits 2 'if all are such, the status is 2' prof-query R --changes --by region --until @$((noon + 300))
exits 2 'standard input cannot be read twice' prof-query --changes --by region
finish
