#!/bin/sh
# What prof-query makes of profiles over time for other programs and for the eye: metrics,
# pictures, heat maps, exemplars, spans.
. "$(dirname "$0")/../lib.sh"

noon=1795867200 # 2026-11-28 12:00 UTC
TZ=UTC
export TZ

# Ten minutes of two regions; at 12:05 json takes 80 of 100 samples in eu.
for i in 0 1 2 3 4 5 6 8 9; do
	for region in eu us; do
		json=$((1 + i % 3))
		[ $i = 5 ] && [ $region = eu ] && json=80
		printf 'main;json_a %s\nmain;b "\\ 20\n' $json | prof-merge -t pprof |
			"$BUILD/tests/stamp" time=$((noon + i * 60)) >$region$i.pb.gz
	done
done
for region in eu us; do
	prof-store add -q S -l service_name=api,region=$region $region?.pb.gz
done

# Metrics
prof-query S '{service_name="api"}' --top=1 --by region --format openmetrics >top.prom
is "$(cat top.prom)" '# HELP prof_function_samples_total Samples whose leaf is the function.
prof_function_samples_total{service_name="api",region="eu",function="b \"\\"} 180
prof_function_samples_total{service_name="api",region="us",function="b \"\\"} 180
# HELP prof_function_samples_inclusive_total Samples that contain the function.
prof_function_samples_inclusive_total{service_name="api",region="eu",function="b \"\\"} 180
prof_function_samples_inclusive_total{service_name="api",region="us",function="b \"\\"} 180
# HELP prof_samples_total All samples, before filters.
prof_samples_total{service_name="api"} 471
# EOF' 'functions are metrics'
prof-query "$top/tests/golden/pprof/go-cpu.in" --top --format openmetrics >cpu.prom
grep -Eq '^prof_function_cpu_seconds_total\{function="[^"]+"\} 0\.[0-9]+$' cpu.prom
ok $? 'nanoseconds are seconds' "$(head -n 2 cpu.prom)"
prof-query S '{service_name="api"}' --series --by region --function '^json' -t openmetrics >series.prom
is "$(sed -n 1,3p series.prom)" '# HELP prof_function_samples Values of profiles, for each step of time.
prof_function_samples{service_name="api",region="eu",function="^json"} 1 1795867200
prof_function_samples{service_name="api",region="eu",function="^json"} 2 1795867260' \
	'series are metrics with times'
# Each part of a line may hold anything.
printf 'main 7\n' | prof-merge -t pprof | "$BUILD/tests/stamp" time=$noon >one
prof-store add -q M -l 'a.b=1,a_b=2' -l 'k=x
y\"z' -l '1=d' -l 'function=f' one
prof-query M '{function="f"}' --series --by a.b,a_b,k,1,function --function main -t openmetrics >odd.prom
is "$(sed -n 2p odd.prom)" 'prof_function_samples{a_b="1",a_b_="2",k="x\ny\\\"z",_="d",function="f",function_="main"} 7 1795867200' \
	'names and values of labels are escaped, and no name occurs twice'
prof-query S --series --measure share --function '^json' -t openmetrics | sed -n 2p >got
is "$(cut -d ' ' -f 1 got)" 'prof_function_samples_ratio{function="^json"}' 'a share is a ratio'
if command -v promtool >/dev/null; then
	for f in top cpu series odd; do
		exits 0 "promtool has nothing to say about $f.prom" sh -c "promtool check metrics <$f.prom"
	done
else
	skip 'there is no promtool: the package prometheus' 'promtool check metrics'
fi
exits 2 'ratios are no sums' prof-query S --top --mean -t openmetrics
exits 2 'only some reports are metrics' prof-query S --peek main -t openmetrics
says 'openmetrics is not for --peek' 'and it says which not'

# Pictures
prof-query S --series --by region --function '^json' -t svg >line.svg
if has_python 'a drawn series'; then
	python3 - line.svg <<'END'
import sys
import xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
path = [e for e in root.iter() if e.tag.endswith("path") and e.get("d", "").count("L")]
text = [e.text for e in root.iter() if e.tag.endswith("}text")]
assert len(path) == 2, len(path)
assert path[0].get("d").count("M") == 2, path[0].get("d")
for word in "samples, value of ^json", "region=eu", "region=us", "80", "12:09:00":
    assert word in text, (word, text)
END
	ok $? 'a series is drawn: a line for each region, with its gap'
fi
prof-query S --heatmap -t svg --function '^json' >heat.svg
is "$(grep -c '<rect fill' heat.svg)" "$(prof-query S --heatmap -t tsv --function '^json' | sed 1d |
	wc -l | tr -d ' ')" 'a heat map is drawn: a rectangle for each cell'
if has_terminal && has_python 'a series on a terminal'; then
	# shellcheck disable=SC2016
	COLUMNS=60 LC_ALL=C.UTF-8 python3 -c '
import pty
pty.spawn(["prof-query", "S", "--series", "--by", "region", "--function", "^json"])' >shown
	grep -q '^ *80  [▁-█]*█[▁-█]* [▁-█]*  region=eu' shown
	ok $? 'on a terminal, the course of each region is a line' "$(tail -n 2 shown)"

	# shellcheck disable=SC2016
	COLUMNS=8 LC_ALL=C.UTF-8 python3 -c '
import pty
pty.spawn(["prof-query", "S", "--series", "--by", "region", "--step", "1us"])' >shown
	is "$(grep -c 'region=' shown)" 2 'a narrow terminal'
fi

# Heat maps
is "$(prof-query S --heatmap --step 1m --function '^json' -t tsv | awk -F '\t' '$3 > 75')" \
	'time	low	high	count
2026-11-28T12:05:00Z	76.05	80	1' 'a heat map has the profiles of each value'
is "$(prof-query S --heatmap --step 1m -t tsv | awk -F '\t' 'NR > 1 { n += $4 } END { print n }')" 18 \
	'and all of them'
is "$(prof-query S --heatmap --step 1m | grep -c '|.*|$')" 20 'in text, too'
prof-query "$top/tests/golden/cpuprofile/node.in" --heatmap=subsecond -t tsv >out
is "$(sed -n 2,3p out)" '+0s	0	40000000	35387000
+0s	40000000	80000000	39805000' 'when in a second samples were taken, since the beginning if the clock has no date'
prof-query "$top/tests/golden/cpuprofile/node.in" --heatmap=subsecond -t svg >sub.svg
grep -q '>+1s</text>' sub.svg && ! grep -q 1970- sub.svg
ok $? 'as a picture, too'
printf 'main 7\n' | prof-query --heatmap=subsecond -t tsv 2>err >none
is "$(wc -l <none | tr -d ' ')" 1 'samples without times are not drawn at the beginning'
grep -q 'no times of samples' err
ok $? 'and that is said'
is "$(awk -F '\t' 'NR > 1 { n += $4 } END { print n }' out)" \
	"$(prof-query "$top/tests/golden/cpuprofile/node.in" --top -t json | sed 's/.*"total":\([0-9]*\).*/\1/;1q')" \
	'all of them'
printf 'app 1 [000] 5.000001: 1 cycles:\n\t1 f (/app)\n\n' >timed.perf
prof-merge -q timed.perf -o timeless.pb.gz
exits 0 'one of two profiles has times' prof-query timed.perf timeless.pb.gz --heatmap=subsecond -t tsv
says '1 of 2 profiles have no times of samples and are left out' 'which is reported'
exits 0 'a store has no times of samples' prof-query S --heatmap=subsecond
says 'no times of samples' 'and that is reported'
for second in 5 2000000000; do
	printf 'app 1 [000] %s.000001: 1 cycles:\n\t1 f (/app)\n\n' $second
done >far.perf
exits 2 'clocks that do not fit together' prof-query far.perf --heatmap=subsecond
says 'times of samples are [0-9]* s apart' 'are an error'
exits 2 'there are two kinds' prof-query S --heatmap=other

# Exemplars
prof-query S --exemplars=2 --function '^json' -t tsv >out
is "$(sed 1d out | cut -f 1,3-5)" '2026-11-28T12:05:00Z	80	0.8	{region="eu", service_name="api"}
2026-11-28T12:02:00Z	3	0.130434783	{region="eu", service_name="api"}' \
	'the profiles that make up a spike, with their labels'
is "$(eval "$(sed -n 2p out | cut -f 6) -t folded")" 'main;b "\ 20
main;json_a 80' 'and the command that gets one'
prof-query eu?.pb.gz --exemplars=1 -t tsv >out
is "$(eval "$(sed -n 2p out | cut -f 6) -t folded")" 'main;b "\ 20
main;json_a 80' 'of files, too'

# Spans
cp "$data/spans.json" .
for id in span_id=eee19b7ec3c1b174 profile_id=eee19b7ec3c1b175 span_id=0000000000000001; do
	printf 'main;%s 7\n' "${id%%=*}" | prof-merge -t pprof |
		"$BUILD/tests/stamp" time=1795867500 >one
	prof-store add -q T -l "service_name=api,$id,trace_id=5b8efff798038103d269b633813fc60c" one
done
prof-store add -q T -l service_name=api eu5.pb.gz
prof-store add -q T -l service_name=other us5.pb.gz
is "$(prof-query T --span eee19b7ec3c1b174 -t folded)" 'main;span_id 7' 'a span'
is "$(prof-query T --span eee19b7ec3c1b175 -t folded)" 'main;profile_id 7' \
	'by the older name of its label'
is "$(prof-query T --trace 5b8efff798038103d269b633813fc60c --top -t tsv |
	awk -F '\t' '$1 > 0 && NR > 1 { print $1 "\t" $6 }')" '14	span_id
7	profile_id' 'a trace'
exits 0 'spans of a file' prof-query T --spans spans.json -t tsv
is "$(sed 1d out | cut -f 1-5,7-)" '2026-11-28T12:05:00Z	1000000000	7	100	5	eee19b7ec3c1b174	api	GET /a
2026-11-28T12:06:00Z	1000000000	7	0	0	eee19b7ec3c1b175	api	GET /b' \
	'are joined by id, by service and by time'
says '1 sample is of spans that are not in the file' 'others are counted'
is "$(prof-query -q T --spans spans.json --span 'GET /b' -t tsv | wc -l | tr -d ' ')" 2 'one of them'
echo '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"x"}]}]}]}' >bad.json
exits 2 'a bad file is an error' prof-query T --spans bad.json
says 'bad.json: .*expected nanoseconds' 'that says where'
# What is left out for its type is counted alike in a store and in files, in the time asked for.
mkdir types
for i in 0 10 20; do
	printf 'main;a 5\n' | prof-merge -t pprof | "$BUILD/tests/stamp" time=$((1795000000 + i)) >types/$i.pb.gz
done
for i in 0 100; do
	"$BUILD/tests/stamp" time=$((1795000000 + i)) <"$top/tests/golden/pprof/go-heap.in" >types/heap$i.pb.gz
done
prof-store add -q --no-compact types/store -l service_name=x types/*.pb.gz
for from in types/store "$(echo types/*.pb.gz)"; do
	# shellcheck disable=SC2086 # several files
	exits 0 "--series of ${from%% *}" prof-query $from --series --since @1795000000 --until @1795000050
	# Of a store all profiles choose the type, of files the first one.
	case $from in
	*.gz) left='1 profile is not of type samples:samples:count::' ;;
	*) left='3 profiles are not of type memory:inuse_space:bytes:space:bytes' ;;
	esac
	says "^prof-query: $left and left out" 'says how many are left out'
done
# A rate is of the time that is selected, a share of nothing is no number.
at=1795867200
for k in 0 1 2 3; do
	printf 'main;f 60\n' | prof-merge -t pprof |
		"$BUILD/tests/stamp" time=$((at + 60 * k)) >"minute$k.pb.gz"
done
prof-store add -q minutes minute?.pb.gz
for from in minutes "$(echo minute?.pb.gz)"; do
	# shellcheck disable=SC2086 # several files
	is "$(prof-query $from --series --measure rate --step 1h -t tsv --since @$at \
		--until @$((at + 240)) | sed 1d | cut -f 2)" 1 "a rate of part of a step: $from"
done
is "$(prof-query minutes --series --measure rate --step 2m -t tsv --since @$((at + 60)) \
	--until @$((at + 180)) | sed 1d | cut -f 2 | tr '\n' ' ')" '1 1 ' 'of both ends'
printf 'main;f 5\nmain;g -5\n' | prof-merge -t pprof | "$BUILD/tests/stamp" time=$at >none.pb.gz
is "$(prof-query none.pb.gz --series --measure share -t json | tr -d '\n')" \
	'[{"time":"2026-11-28T12:00:00Z","share":null}]' 'a share of nothing'
exits 0 'a heat map of rates' prof-query minutes --heatmap --measure rate
says '4 of 4 profiles have no length, so no rate, and are left out' 'counts what has no length'

# The default type of profiles that differ: one rule for sums, series, alerts and lists of types.
go=$top/tests/golden/pprof
for order in 'heap cpu' 'cpu heap' 'block cpu' 'cpu block' 'block heap' 'heap block'; do
	rm -rf types
	for one in $order; do
		"$BUILD/tests/stamp" time=$at <"$go/go-$one.in" >one.pb.gz
		prof-store add -q types -l "kind=$one" one.pb.gz
	done
	case $order in *cpu*) type=cpu ;; *) type=delay ;; esac
	for where in 'a log' 'a block'; do
		of="$order in $where"
		prof-query -q types --top >top
		grep -qx "Type: $type" top
		ok $? "$of: the type of a sum" "$(head -n 5 top)"
		total=$(prof-query -q types --top --type $type -t json | sed -n 's/.*"total":\([0-9]*\).*/\1/p')
		is "$(prof-query -q types --series --step 1d -t tsv | sed 1d | cut -f 2)" "$total" \
			"$of: of a series"
		prof-query -q types --step 1d -t tsv --alert 'value() >= 0' >alert
		is "$(sed 1d alert | cut -f 8 | awk '{ printf "%.0f", $1 }')" "$total" "$of: of a rule"
		is "$(prof-query -q types --types | grep '(default)' | cut -d / -f 1 | cut -d ' ' -f 3)" \
			"$type" "$of: in the list"
		prof-store compact -q types --resolution 0
	done
done

# Steps and profiles within a second have times that differ.
for ms in 000 250 999; do
	printf 'main 1\n' | prof-merge -t pprof | "$BUILD/tests/stamp" time=$noon.$ms >ms.$ms
done
prof-store add -q M --resolution 0 ms.*
prof-query ms.* --series --step 100ms -t tsv | cut -f 1 >out
is "$(cat out)" 'time
2026-11-28T12:00:00Z
2026-11-28T12:00:00.2Z
2026-11-28T12:00:00.9Z' 'times of steps have fractions'
is "$(prof-query ms.* --series --step 100ms | cut -c 1-21 | tr '\n' ,)" \
	'2026-11-28 12:00:00  ,2026-11-28 12:00:00.2,2026-11-28 12:00:00.9,' 'for people, too'
is "$(prof-query M --profiles -t tsv | cut -f 1 | tail -n 1)" 2026-11-28T12:00:00.999Z 'and times of profiles'
is "$(prof-store ls M -t tsv | cut -f 3 | tail -n 1)" 2026-11-28T12:00:00.999Z 'and of files of a store'
is "$(prof-query -q M --alert 'value() > 0' --step 100ms -t json | grep -o '"since":"[^"]*"' | sed -n 2p)" \
	'"since":"2026-11-28T12:00:00.2Z"' 'and of alerts'

# A type that no profile has
for report in --series --heatmap --exemplars '--alert value()>1'; do
	# shellcheck disable=SC2086 # a rule is a word of its own
	exits 2 "a wrong type with $report" prof-query S $report --type nothing
	says "no selected profile has sample type 'nothing'" 'is named'
done

# A profile without samples, of an idle time, counts in its series; profiles of others do not
# count in a selection. In a log, a block and (its labels apart) a file alike.
printf 'main 4\n' | prof-merge -t pprof | "$BUILD/tests/stamp" time=$noon >busy
prof-query -q --ignore . busy -t pprof | "$BUILD/tests/stamp" time=$((noon + 1)) >idle.pb
prof-store add -q I --no-compact --resolution 0 -l service_name=api busy idle.pb
for service in web db; do
	printf 'other 8\n' | prof-merge -t pprof | "$BUILD/tests/stamp" time=$((noon + 2)) >$service
	prof-store add -q W -l service_name=$service $service
done
# Two services in one profile: service_name is a label of samples.
prof-query -q W -t pprof | "$BUILD/tests/stamp" time=$((noon + 2)) >services.pb
prof-store add -q I --no-compact services.pb
for where in log block; do
	of() {
		prof-query -q I "$1" --series --measure avg -t tsv | sed 1d | cut -f 2 | tr '\n' ' '
	}
	is "$(of '{service_name="api"}')" '2 ' "a $where: the mean of a busy and an idle profile"
	is "$(of '{service_name!="web"}')" '4 ' "a $where: with those of another service"
	is "$(prof-query -q I '{service_name="web"}' --heatmap -t tsv | awk -F '\t' 'NR > 1 { n += $4 } END { print n }')" \
		1 "a $where: profiles of a heat map"
	is "$(prof-store export -q I '{service_name="web"}' | prof-query - --profiles -t tsv | sed 1d | cut -f 1)" \
		2026-11-28T12:00:02Z "a $where: an export"
	prof-store compact -q I --resolution 0
done
prof-store export I '{service_name="api"}' >out 2>err
says '1 profile has no samples, so no place for the labels of its series' 'an export says what pprof cannot keep'
is "$(prof-query -q busy services.pb '{service_name="web"}' --heatmap -t tsv | wc -l)" 2 'of files, too'

# Which reports an option is for
exits 2 'an option of other reports' prof-query S --top --step 1m
says 'step is for --series, --heatmap, --changes, --alert$' 'names these'

finish
