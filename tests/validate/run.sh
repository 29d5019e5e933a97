#!/bin/sh
# run.sh BUILD [RECORDINGS [TIMES]]: what prof-diff promises, measured, as Markdown on standard
# output. RECORDINGS is where record.sh has left real runs; without it, or when they are
# not there, figures 2 and 8 are left out. For figure 8 through the whole pipe, TIMES
# comparisons of each kind are recorded (ab.sh); default 0. Takes an hour of one core.
set -eu
here=$(dirname "$0")
build=$1
real=${2:-}
times=${3:-0}
simulate=$build/tests/validate/simulate

title() {
	printf '\n## %s\n\n' "$1"
	shift
	printf '`%s`\n\n' "$*"
}

figure() { # TITLE FIGURE
	title "$1" "simulate $2"
	"$simulate" "$2"
}

cat <<'END'
# What prof-diff promises, measured

Written by `make validate` (`tests/validate/run.sh`). What each figure should be stands beside it. Made-up programs are described in
`tests/validate/synth.h`: 200 functions, 20,000 samples a run, dispersion 1.2, 1% from run to run,
unless a table says otherwise; all options are at their defaults.
END
figure 'Figures 1 and 10: false failures of made-up programs (at most 1%), beside naive tests' false
cat <<'END'

Programs of 20, 200 and 2,000 functions; dispersion 0.5, 1 and 3; 0, 1 and 5% from run to run,
normal, with heavy tails, or partly in common below the same callers; 5,000 and 20,000 samples a
run; with and without machines that differ by 3% from run to run. The z test takes samples for
independent (two proportions, Benjamini-Hochberg at 5%); the threshold is 1% of the samples and 5%
more of them than before. In "two modes", noise is normal but for every tenth function, which takes
10% longer in half of the runs; from five runs a side on, random labellings confirm.
END
figure 'Figures 3 and 3b: power, by the effect that does not count (.95, .95, .90 at 0%; .80 for +5% of 20% at the default of 1%)' power
printf '\nTen runs a side. False failures: dispersion 0.5, 1.2 and 3; 1 and 5%% from run to run; 5 and 10 runs.\n'
figure 'Figure 4: the smallest change found four times in five, predicted and simulated (within 20%)' detectable
figure 'Figure 5: 95% intervals that hold the truth (93 to 97%)' coverage
figure 'Figure 6: the culprit first (95%), redundant ancestors (0.1 a report)' blame
figure 'Figure 6b: a function that is called more often, with all that it calls: first (90%)' subtree
cat <<'END'

Programs of 200 functions, 1% from run to run. The function has 5 to 40% of the time, three stacks or
more below it, and no callee (or itself) that has over 70% of that.
END
figure 'Figure 7: moved code is no regression (2%), and hides none (90% of the power)' moves
cat <<'END'

The last row is of functions that are inlined into one: a quarter of one's time, taken from another, is
said to be its.
END
if [ -d "$real/server" ]; then
	title 'Figures 2 and 10: false failures of real programs (at most 2% if interleaved), beside naive tests' \
		real false RECORDINGS/fold RECORDINGS/python RECORDINGS/server
	echo '| program | metric | runs a side | order | comparisons | false failures | z test | threshold |'
	echo '|---|---|--:|---|--:|--:|--:|--:|'
	"$build/tests/validate/real" false "$real/fold" "$real/python" "$real/server"
	cat <<'END'

Sixty runs of each program, recorded in turn on a machine of two cores with other load, shuffled a
hundred times and dealt into comparisons that share no run. "One after the other" is each stretch
of them in the order of time: all of those were warned about.
END
	title 'Figure 8: a function of a real program made slower (found as often as predicted)' \
		'real slower RECORDINGS/server RECORDINGS/server-HOW FUNCTION'
	echo '| runs | function | share | slower by | predicted | comparisons | found | ranked first | failed |'
	echo '|---|---|--:|--:|--:|--:|--:|--:|--:|'
	for how in hash5 hash10 hash20 hash50 lex5 encode50; do
		"$build/tests/validate/real" slower "$real/server" "$real/server-$how" \
			"$(echo $how | tr -d 0-9)"
	done
	cat <<'END'

Ten pairs a comparison, dealt as above. "Predicted" is the mean, over comparisons, of the power
that each one's report implies for the change that all sixty pairs together show. "Failed" counts
other functions, too. (When the committed table was recorded, hash5 always ran just behind the
unchanged server; record.sh reverses the order of every other round since.)
END
fi
if [ "$times" -gt 0 ]; then
	title 'Figure 8, through prof-record --ab and prof-diff --check' "ab.sh BUILD $times"
	"$here/ab.sh" "$build" "$times"
	printf '\nTen pairs of two seconds each, 4,000 samples a second.\n'
fi
title 'Figure 9: speed (2 s, 300 MB; 20 times as fast as pprof on the same merged profiles)' speed.sh BUILD
"$here/speed.sh" "$build"
printf '\nOn a machine with other load CPU time tells more than wall time.\n'
