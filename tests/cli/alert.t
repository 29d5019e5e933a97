#!/bin/sh
# prof-query --alert and --rules: when a rule is true, of stores, files and streams alike.
. "$(dirname "$0")/../lib.sh"

noon=1795867200 # 2026-11-28 12:00 UTC
TZ=UTC
export TZ

# Ten minutes: json_a has 1 of 21 samples, from 12:05 to 12:08 20 of 40.
for i in 0 1 2 3 4 5 6 7 8 9; do
	case $i in 5 | 6 | 7) a=20 ;; *) a=1 ;; esac
	printf 'main;json_a %s\nmain;b 20\n' "$a" | prof-merge -t pprof |
		"$BUILD/tests/stamp" time=$((noon + i * 60)) >"$i.pb.gz"
done
prof-store add -q S -l service_name=api ./*.pb.gz
rm -rf P && mkdir P && cp S/* P && prof-store compact P --resolution 0

# answers NAME INPUT...
answers() {
	of=$1
	shift
	exits 1 "$of: a rule that fires" prof-query "$@" --alert 'share(function=~"json_.*") > 20%'
	is "$(cat out)" 'share(function=~"json_.*") > 20%
firing   2026-11-28 12:00:00  for 9m  25% (limit 20%)
            67  main;json_a' "$of: value, limit and path are printed"
	exits 0 "$of: one that does not" prof-query "$@" --alert 'share(function=~"json_.*") > 30%'
	is "$(sed 1d out)" 'ok       2026-11-28 12:00:00  for 9m  25% (limit 30%)' \
		"$of: it says so"
	exits 1 "$of: over all steps" \
		prof-query "$@" --step 1m --alert 'hot: share(self="json_a") >= 0.5'
	is "$(cat out)" 'hot: share(self="json_a") >= 0.5: fired 1 time, in 3 of 10 steps, 3m in all
fired    2026-11-28 12:05:00  for 3m  50% (limit 50%)
            20  main;json_a' "$of: when, and for how long"
	exits 1 "$of: compared with a time before" prof-query "$@" \
		--since @$((noon + 300)) --until @$((noon + 600)) -t tsv \
		--alert 'value(path=~"main;json.*") > 1.2 * offset 5m'
	is "$(sed 1d out | cut -f 3,5,6,8,9,11)" "firing	2026-11-28T12:05:00Z	\
2026-11-28T12:10:00Z	62	6	main\\;json_a 62" "$of: the same measure then"
	exits 2 "$of: no profile is no answer" \
		prof-query "$@" --since 2020-01-01 --until 2020-01-02 --alert 'value() > 1'
	says 'no profile is selected' "$of: and it says so"
}
answers 'a log' S
answers 'a block' P
answers files ./*.pb.gz

cat ./*.pb.gz >stream
exits 1 'a stream' sh -c "prof-query --step 1m --alert 'value() > offset 1m' - <stream"
is "$(sed 1d out | head -n 1)" 'fired    2026-11-28 12:05:00  for 1m  40 (limit 21)' \
	'is compared with itself'
says '1 of 10 steps' 'steps without a time before are counted'

# What a rule says nothing about is not fine in silence.
prof-store add -q G -l region=eu 0.pb.gz 1.pb.gz
prof-store add -q G -l region=us 0.pb.gz 1.pb.gz 6.pb.gz 8.pb.gz
exits 2 'a rate of profiles without a length, of no time' prof-query 0.pb.gz --alert 'rate() > 1'
says 'have no length, so the rule cannot be evaluated' 'is an error'
printf 'main;json_a 5\nmain;b -5\n' | prof-merge -t pprof >nothing.pb.gz
for than in '>' '<'; do
	exits 2 "a share of nothing $than" \
		prof-query nothing.pb.gz --alert "share(function=\"json_a\") $than 5%"
	says 'have no values, so the rule' 'is an error'
done
exits 0 'labels that only the time before has' prof-query G --by region -t tsv \
	--since @$((noon + 300)) --until @$((noon + 600)) --alert 'value() < 0.5 * offset 5m'
says 'without a profile, which had one the time before: 1' 'are counted'
is "$(cut -f 3,4,8 out | sed 1d)" "ok	region=us	61
unknown	region=eu	" 'and unknown'
exits 0 'steps without a profile' prof-query G --step 1m --since @$((noon - 90)) \
	--until @$((noon + 1200)) --alert 'value() < 5'
says '18 steps have no profile' 'are counted, also before and after'
exits 0 'between profiles' prof-query G --step 1m --alert 'value() < 5'
says ': 5 steps have no profile' 'too'
exits 0 'matchers that match nothing' prof-query G --alert 'share(function="jsom_a") > 5%'
says 'no sample matches what is in the parentheses' 'are noted'

# Profiles of another type, with the same paths, add nothing: neither to values nor to paths.
printf 'main;a 5\n' | "$BUILD/tests/make_run" type=cpu time=$noon >cpu.pb.gz
printf 'main;a 9\n' | "$BUILD/tests/make_run" type=wall time=$noon >wall.pb.gz
prof-store add -q T wall.pb.gz cpu.pb.gz
exits 1 'two types in a store' prof-query T --alert 'value() > 1' -t tsv
says '1 profile is not of type process_cpu:cpu' 'one is left out'
is "$(sed 1d out | cut -f 8,11)" "$(printf '5000000\tmain\\;a 5000000')" 'and its paths are'
exits 1 'two types in files' prof-query cpu.pb.gz wall.pb.gz --alert 'value() > 1' -t tsv
is "$(sed 1d out | cut -f 8,11)" "$(printf '5000000\tmain\\;a 5000000')" 'likewise'
printf 'main;a 9\n' | "$BUILD/tests/make_run" type=wall time=$((noon - 3600)) >before.pb.gz
for of in T "cpu.pb.gz wall.pb.gz before.pb.gz"; do
	[ "$of" != T ] || prof-store add -q T before.pb.gz
	# shellcheck disable=SC2086 # several files
	exits 2 "another type the time before: $of" prof-query $of --since @$noon \
		--until @$((noon + 60)) --alert 'value() > offset 1h'
	says 'there is no profile of the time before' 'is not compared'
done

# Several rules
cat >rules <<'END'
# of a service
slow: avg() > 100
hot: max(function="json_a") > 10

low: rate() < 5
END
exits 1 'rules in a file' prof-query S --rules rules -t json --by service_name
is "$(grep -o '"rule":"[a-z]*"\|"state":"[a-z]*"' out | tr '\n' ' ')" '"rule":"slow" "state":"ok" '\
'"rule":"hot" "state":"firing" "rule":"low" "state":"firing" ' 'each has its answer'
is "$(grep -c '"labels":"service_name=api"' out)" 3 'for each set of labels'
prof-query S --rules rules -t alertmanager --by service_name >out
if has_python "the body of Alertmanager's webhook"; then
	is "$(python3 -c '
import json
d = json.load(open("out"))
print(d["version"], d["status"], len(d["alerts"]))
for a in d["alerts"]:
	print(a["status"], a["labels"], a["startsAt"], a["annotations"]["value"])
' 2>&1)" "4 firing 2
firing {'alertname': 'hot', 'service_name': 'api'} 2026-11-28T12:00:00Z 20
firing {'alertname': 'low', 'service_name': 'api'} 2026-11-28T12:00:00Z 0.494" \
		"the body of Alertmanager's webhook"
fi
echo 'sum() > 1' >>rules
exits 2 'a bad rule in a file' prof-query S --rules rules
says 'rules: line 6: offset 0: expected share, value, rate, avg or max' 'is named by its line'

# A rule must be right
wrong() {
	exits 2 "$1 is refused" prof-query S --alert "$1"
	says "$2" 'and what is wrong'
}
wrong 'share(function="a" > 5%' "expected ',' or '}'|expected '\\)'"
wrong 'share(comm="a") > 5%' 'expected function, self or path'
wrong 'value() > 5%' 'percentage'
wrong 'value() > 5 parsecs' "'parsecs' is not a unit of these values"
wrong 'value() = 5' 'expected one of > >= < <='
wrong 'value() > 2 * 3' 'expected offset'
wrong 'value() > offset 1d' 'offset compares a time'
wrong 'value(function=~"(") > 1' 'missing closing parenthesis'
finish
