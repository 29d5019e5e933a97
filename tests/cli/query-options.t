#!/bin/sh
# Options of prof-query that do not fit together, and values that mean nothing, are usage errors.
. "$(dirname "$0")/../lib.sh"
TZ=UTC
export TZ
noon=1795867200 # 2026-11-28 12:00 UTC
for i in 0 1; do
	printf 'main;json 3\nmain;b 20\n' | prof-merge -t pprof |
		"$BUILD/tests/stamp" time=$((noon + i * 60)) >p$i.pb.gz
	prof-store add -q -l service_name=api S p$i.pb.gz
done
cat p0.pb.gz p1.pb.gz >stream
cp "$data/spans.json" .

# refused PATTERN ARG...: a usage error, with that message and nothing on standard output
refused() {
	pattern=$1
	shift
	prof-query S "$@" >out 2>err
	got=$?
	[ "$got" = 2 ] && [ ! -s out ] && grep -Eq -- "$pattern" err
	ok $? "refused: $*" "status $got, expected 2 and '$pattern': $(cat err out | head -n 5)"
}

# Two reports: each with the next one, in both orders.
set -- --top --tree --peek=main --list=main --disasm=main --dot --timeline=main --traces --labels \
	--values=region --types --raw --summary --series '--alert=share(function="b") > 1' --changes \
	--cardinality --spans=spans.json --profiles --heatmap --exemplars --series-list
last=--top
for report in "$@"; do
	[ "$report" = --top ] || refused 'not both' "$last" "$report"
	last=$report
done
refused 'not both' "$last" --top
refused '--top or --series, not both' --series --top

# Options that change nothing of the report
while IFS='	' read -r option reports; do
	for report in $reports; do
		refused "--${option%%=*} is (not )?for" "--$option" "--$report"
	done
done <<'END'
sort=cum	tree list=main traces labels series profiles changes
incl	dot traces labels series heatmap profiles cardinality
self	tree types profiles series-list changes cardinality
tagroot=a	series changes exemplars heatmap cardinality
tagleaf=a	series profiles
mean	series heatmap changes
ratio=a/b	series changes
source=.	top series
revision=HEAD	top series
unit=ms	series profiles types
relative-percentages	types traces series profiles
base=p0.pb.gz	series changes cardinality
normalize	series
follow	series changes profiles
step=1m	top tree profiles exemplars series-list cardinality spans=spans.json
function=b	top profiles changes cardinality spans=spans.json
measure=max	top profiles changes cardinality
by=a	peek=b profiles heatmap exemplars cardinality spans=spans.json
type=0	cardinality
lines	series changes exemplars
no-inlines	series
demangle=none	changes
simplify	exemplars
granularity=lines	series
count=3	top series
END
refused '--normalize scales to the total of --base, which is missing' --normalize --top
refused 'takes a selector, but no filters' --series --focus b
refused 'takes a selector, but no filters' --changes --all-frames
refused '--last or --since, not both' --last 1h --since now-1h --top
refused '--since is not before --until' --since 13:00 --until 12:00 --top
refused '-t tsv is for reports' -t tsv
refused 'as text, tsv or json, not as folded' --top -t folded
refused 'is not printed as svg' --profiles -t svg
refused 'is not for --top' --top -t svg
refused 'have exact integers' --top --unit ms -t json

# Values that mean nothing: a report, and what is wrong with it
while IFS='	' read -r report option; do
	refused . "$report" "--$option"
done <<'END'
--raw	top=
--raw	exemplars=
--top	top=0
--top	top=-1
--top	top=99999999999999999999
--top	dot=1.5
--series	step=0
--series	step=-1s
--series	step=5parsecs
--series	step=99999999999999999999d
--changes	step=
--top	last=0
--top	last=x
--top	since=
--top	since=now-
--top	since=now-99999999999999d
--top	since=25:00
--top	since=2026-02-30
--top	until=@x
--top	until=@99999999999999999999999
--top	max-memory=0
--top	max-memory=5X
--top	jobs=-1
--top	type=
--top	unit=parsecs
--top	ratio=/
--top	sort=
--series	measure=0
--series	by=
--series	by=,a
--series	by=a,a
--top	by=
--top	tagroot=
--top	tagleaf=a,,b
--series	function=(
--top	focus=(
--top	tag=region=(
--top	tag-range=5:1
--top	tag-range=x
--top	granularity=
--top	span=
--top	trace=
--top	base=nofile
--list=b	source=nofolder
--top	compress=zstd:0
--top	compress=gzip:13
--top	select={a=~"("}
--tree	alert=share(function="b") > x
END
refused 'a share is at most 1 or 100%' --alert 'share(function="b") > 5'
refused 'a share is at most 1 or 100%' --alert 'share(function="b") > 200%'
refused 'the same label twice' --series --by region,region
refused 'leave out the .=. for the default' --exemplars=
exits 0 'a label that none has' prof-query S --series --by nope
says "there is no label 'nope'" 'is reported'
exits 0 'a function that none has' prof-query S --series --function nope
says "nothing matches 'nope'" 'is reported'

# --since and --until in every form over a file, a stream and a store: of 12:00 and 12:01, which?
# Standard forms, then those relative to now and to today.
today=$(date -u +%F)
for clock in 00:00:00 00:00:30; do
	printf 'a 1\n' | prof-merge -t pprof | "$BUILD/tests/stamp" time="$(date -u -d "$today $clock" +%s)"
done >midnight
prof-store add -q D midnight
while IFS='	' read -r since until expected; do
	for from in S stream "p0.pb.gz p1.pb.gz"; do
		# shellcheck disable=SC2086 # several files
		is "$(prof-query -q $from --profiles -t tsv --since "$since" --until "$until" | sed 1d | cut -c 12-16 |
			tr '\n' ' ')" "$expected" "$from, since $since, until $until"
	done
done <<'END'
2026-11-28T12:00:00Z	2026-11-28T12:01:00Z	12:00 
2026-11-28 12:00:00	2026-11-28 12:01:01	12:00 12:01 
2026-11-28T13:00:30+01:00	2026-11-28T12:05	12:01 
2026-11-28	2026-11-29	12:00 12:01 
2026-11-28T12:00:00.5Z	@1795867260	
@1795867200	@1795867200001	12:00 
@1795867260000000	@1795867260000000001	12:01 
@1795867200000000001	now+10m	12:01 
2026-11-28T12:01	now+1w	12:01 
END
for from in D midnight; do
	is "$(prof-query -q $from --profiles -t tsv --since 00:00 --until 00:00:30 | sed 1d | cut -c 12-19)" 00:00:00 \
		"$from, times of today"
	is "$(prof-query -q $from --profiles -t tsv --since now-1d2h --until now | wc -l)" \
		"$(prof-query -q $from --profiles -t tsv --last 26h | wc -l)" "$from, a day and two hours"
done
rm -rf D

# --type chooses the profiles that are listed, by name, id or index.
for type in samples 0 samples:samples:count::; do
	is "$(prof-query S --profiles --type $type -t tsv | wc -l | tr -d ' ')" 3 "--profiles --type $type"
	is "$(prof-query S --series --type $type -t tsv | wc -l | tr -d ' ')" 3 "--series --type $type"
	is "$(prof-query stream --series-list --type $type -t tsv | wc -l | tr -d ' ')" 2 \
		"--series-list --type $type"
done
exits 0 'a type that none has' prof-query S --profiles --type cpu
says 'no profile is selected' 'is reported'
finish
