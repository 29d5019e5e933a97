#!/bin/sh
# SIGINT at a pipeline: a program that reads a stream outlives the first one while it reads.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/lib.sh"

# What a shell without job control starts in the background ignores SIGINT otherwise.
if ! env --default-signal=INT true 2>/dev/null; then
	echo '1..0 # SKIP env has no --default-signal'
	exit 0
fi

mkfifo pipe

# reader SIGNALS COMMAND...: its status and output, with so many SIGINTs in the middle of its input
reader() {
	interrupts=$1
	shift
	env --default-signal=INT "$@" <pipe >out 2>err &
	reader=$!
	exec 3>pipe
	echo 'main;a 1' >&3
	sleep 0.5
	while [ "$interrupts" -gt 0 ]; do
		kill -INT $reader
		sleep 0.3
		interrupts=$((interrupts - 1))
	done
	(trap '' PIPE; echo 'main;b 2' >&3) 2>/dev/null
	exec 3>&-
	wait $reader
	got=$?
}

echo 'main;a 1' >base.folded
for program in prof-fold prof-merge prof-query 'prof-query --top' prof-flame 'prof-diff base.folded -'; do
	# shellcheck disable=SC2086
	reader 1 $program
	is $got 0 "$program outlives a SIGINT while it reads a pipe"
	grep -q '\bb\b' out
	ok $? "$program: and reads what comes after it" "$(head -c 500 out)"
done
reader 2 prof-fold
is $got 130 'a second one ends it'

# Not at a file, which has no writer that ^C ends as well.
i=0
while [ $i -lt 100000 ]; do
	echo "main;f$i 1"
	i=$((i + 1))
done >some.folded
i=0
while [ $i -lt 50 ]; do
	cat some.folded
	i=$((i + 1))
done >many.folded
timeout --preserve-status -s INT 0.02 env --default-signal=INT prof-flame many.folded >out 2>err
is $? 130 'a program that reads a file ends at once'
finish
