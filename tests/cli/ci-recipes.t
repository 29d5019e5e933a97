#!/bin/sh
# The jobs of prof-ci(7) and action.yml run as written, in a repository with a base and a
# change: this test plays the runner. Installing is what it leaves out, and the machine's
# sysctls stay as they are.
. "$(dirname "$0")/../lib.sh"

if ! prof-record -q -d 10ms -o /dev/null -- true 2>err; then
	skip "$(head -n 1 err)" 'the jobs of prof-ci(7)'
	finish
fi
mkdir bin repo
printf '#!/bin/sh\n[ "$1" = sysctl ] || exec "$@"\n' >bin/sudo
chmod +x bin/sudo
PATH=$tmp/bin:$PATH
CC=${CC:-cc}

# steps FILE KEY: the values of "KEY:" in order, as shell commands, in step.1, step.2 ...
steps() {
	rm -f step.*
	awk -v key="$2:" '
		{ match($0, /^ */); indent = RLENGTH }
		block && NF && indent <= block { block = 0 }
		block { print substr($0, inner + 1) >file; next }
		{ at = index($0, key " ") }
		at && substr($0, 1, at - 1) ~ /^ *(- )?$/ {
			value = substr($0, at + length(key) + 1)
			file = "step." ++n
			printf "" >file
			if (value == "|") {
				block = at - 1
				inner = at + 1
			} else {
				print value >file
			}
		}' "$1"
}

# A change that makes half of the work ten times as slow.
git init -q -b main repo && cd repo || exit 1
git config user.name test
git config user.email test@example.com
cat >bench.c <<'END'
static volatile unsigned x;
__attribute__((noinline)) void parse(int n) { for (int i = 0; i < n; i++) x = x * 5 + 1; }
__attribute__((noinline)) void print(int n) { for (int i = 0; i < n; i++) x = x * 7 + 3; }
int main(void) { for (int i = 0; i < 100; i++) { parse(COST * 200000); print(200000); } return 0; }
END
printf 'bench:\n\t%s -g -O1 -DCOST=1 -o bench bench.c\n' "$CC" >Makefile
git add . && git commit -qm base && git branch -q origin/main
sed 's/COST=1/COST=10/' Makefile >new && mv new Makefile
git commit -qam change
cd .. || exit 1

# GitHub: commands after "run:", the status of each ends the job.
GITHUB_STEP_SUMMARY=$tmp/summary
GITHUB_OUTPUT=$tmp/output
GITHUB_PATH=$tmp/path
GITHUB_ACTION_PATH=$top
export GITHUB_STEP_SUMMARY GITHUB_OUTPUT GITHUB_PATH GITHUB_ACTION_PATH
sed -n '/^\.Ss GitHub/,/^\.Ss GitLab/p' "$top/man/prof-ci.7" | sed 's/\\e/\\/g' >github.yml
steps github.yml run
is "$(cat step.* | wc -l)" 14 'GitHub: the steps are found' || cat step.*
for step in step.*; do
	grep -q 'make -C prof' "$step" && continue
	(cd repo && bash -e "../$step") >out 2>err
	got=$?
	[ $got -eq 0 ] || break
done
is "$got: $(grep -c prof-diff "$step")" '1: 2' 'GitHub: the comparison says "slower"' || cat err
grep -q '^::error.*parse' out
ok $? 'GitHub: the function is annotated' "$(cat out)"
grep -q parse summary
ok $? 'GitHub: the summary names it'
[ -s repo/runs/diff.svg ] && [ -s repo/runs/diff.html ]
ok $? 'GitHub: there are a picture and a page to upload'

# GitLab: the list after "script:"; what was recorded is there.
awk '/^\.Ss GitLab/ { on = 1 } on && /^  script:/ { list = 1; next } list && !/^    - / { exit }
	list { print substr($0, 7) }' "$top/man/prof-ci.7" | grep prof-diff >script
is "$(wc -l <script)" 4 'GitLab: the script is found'
while IFS= read -r command; do
	(cd repo && sh -c "$command") >out 2>err
	got=$?
done <script
is "$got" 1 'GitLab: the comparison says "slower"'
grep -q '<failure' repo/junit.xml && [ -s repo/quality.json ] && [ -s repo/metrics.txt ] && [ -s repo/diff.html ]
ok $? 'GitLab: the reports are there'

# The action: its steps with inputs.
steps "$top/action.yml" run
BASE=$tmp/old/bench NEW=./bench RUNS=8 FREQUENCY=4000 OUTPUT=prof-runs OPTIONS=--min-effect=3%
export BASE NEW RUNS FREQUENCY OUTPUT OPTIONS
for step in step.*; do
	(cd repo && bash -e "../$step") >out 2>err
	got=$?
done
is "$got: $(cat output)" '1: status=1' 'the action says "slower"' || cat out err
(cd repo && NEW='./bench --no-such && false' OUTPUT=none bash -e ../step.4) >out 2>err
is "$?: $(grep -c '::error title=prof::the comparison failed' out)" '2: 1' \
	'the action tells a failure from "slower"'
finish
