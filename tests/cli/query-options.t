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

# --type chooses the profiles that are listed, by name, id or index.
for type in samples 0 samples:samples:count::; do
	is "$(prof-query S --profiles --type $type -t tsv | wc -l | tr -d ' ')" 3 "--profiles --type $type"
	is "$(prof-query S --series --type $type -t tsv | wc -l | tr -d ' ')" 3 "--series --type $type"
	is "$(prof-query stream --series-list --type $type -t tsv | wc -l | tr -d ' ')" 2 \
		"--series-list --type $type"
done
exits 0 'a type that none has' prof-query S --profiles --type cpu
says 'no profile is selected' 'is told'
finish
