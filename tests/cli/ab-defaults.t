#!/bin/sh
# prof-record --ab chooses its frequency and its runs for what prof-ci(7) promises.
. "$(dirname "$0")/../lib.sh"

if ! prof-record -q -d 10ms -o /dev/null -- true 2>err; then
	skip "$(head -n 1 err)" 'recording'
	finish
fi
spin="awk 'BEGIN { while (i++ < 300000) x += i }'"

exits 0 'one run of each' prof-record --ab "$spin" "$spin" --runs 1 -o one
prof-query --raw one/base/001.pb.gz | grep -Eq 'Period: 250000$|period.*250000'
ok $? 'samples 4,000 times a second' "$(prof-query --raw one/base/001.pb.gz | head -20)"
exits 0 'with -F' prof-record -F 500 --ab "$spin" "$spin" --runs 1 -o other
prof-query --raw other/base/001.pb.gz | grep -Eq 'Period: 2000000$|period.*2000000'
ok $? 'it samples as often as asked for'
exits 0 'short runs' prof-record --ab true true --max-time 1ms -o short
says 'runs of [0-9]+ samples are short: 40 of them do not show a change of 10% in a function of 5%; make them [0-9]+ times as long' \
	'are reported'
finish
