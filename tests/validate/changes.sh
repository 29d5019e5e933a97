#!/bin/sh
# changes.sh BUILD [TIMES [SEED]]: how often prof-query --changes is right, as Markdown on standard
# output. TIMES: histories a row, 40 by default; takes half an hour of one core. SEED: each gives
# other histories. PYTHON: one that may have the package apache-otava, which is compared with then.
set -eu
build=$1
times=${2:-40}
seed=${3:-0}
python=${PYTHON:-python3}
top=$(cd "$(dirname "$0")/../.." && pwd)
changes=$build/tests/validate/changes
recording=$build/tests/validate/clang.pb.gz

gzip -dc "$top/tests/data/clang.perf.gz" | "$build/prof-merge" -q -t pprof -o "$recording" -

cat <<END
# What \`prof-query --changes\` promises, measured

Written by \`make validate-changes\` (\`tests/validate/changes.sh\`), $times histories a row, seed
$seed. Made-up histories of a recorded program, a C++ compiler: its 250 functions with most samples,
their shares, and who calls whom, in windows of a minute. Unless a row says otherwise, a window has
120,000 samples (20 busy CPUs at 100 Hz), 30% more by day and less by night; dispersion is 1.2, and
functions vary by 1%, with a memory of ten windows. Otava is its procedure, written anew
(\`tests/validate/otava.c\`), with its default of p < 0.001, and with changes of at least 5% only;
where nothing happens it looks at one history in ten, and in it at one function in 25. The threshold
is a share of at least 0.5% that is a tenth above the mean of the hour before, three times in a row.

## False alarms, for each 1,000 days of a function to which nothing happens (at most 1)

END
"$changes" false "$recording" "$times" "$seed"
cat <<'END'

Drifting functions are not counted.

## Steps that are found (95%); in parentheses those of them that are within one window of the truth (80%)

A step is found within ten windows of the truth; one of 5%, within an hour.

END
"$changes" steps "$recording" "$times" "$seed"
cat <<'END'

How well a time can be told has a limit: noise with a memory of ten windows and a deviation of 1%
hides a step of 5% for some windows.

## Cost that moved: how often a change is reported (at most 2%; of the last row, it should be)

END
"$changes" moves "$recording" "$times" "$seed"
if "$python" -c 'import otava' 2>/dev/null; then
	printf '\n## The real Otava\n\n'
	"$changes" series "$recording" "$((times / 2))" "$seed" | "$python" "$top/tests/validate/real_otava.py"
else
	echo 'changes.sh: there is no apache-otava for $PYTHON, whose figures are left out' >&2
fi
printf '\n## Deployments\n\n'
"$changes" deploys "$recording" "$((times / 2))" "$seed"
printf '\n## Cost: 14 days at a minute (5 s for 1,000 functions)\n\n'
"$changes" cost "$recording"
