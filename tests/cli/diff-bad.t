#!/bin/sh
# Runs that do not go together, or say next to nothing: an answer, or status 2 and why.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/runs.sh"

# answers STATUS NAME FIRST-LINE COMMAND...: says that, and nothing is NaN
answers() {
	want=$1
	name=$2
	pattern=$3
	shift 3
	exits "$want" "$name" "$@"
	sed -n 1p out | grep -Eq -- "$pattern"
	ok $? "$name: $pattern" "$(cat out)"
	grep -Eqi '[^a-z](nan|inf)[^a-z]' out
	is $? 1 "$name: every number is one"
}

# tells PATTERN NAME: the last report does
tells() {
	grep -Eq -- "$1" out
	ok $? "$2" "$(cat out)"
}

# counts FILE: its stacks, with samples instead of nanoseconds
counts() {
	prof-fold "$1" | sed 's/000000$//'
}

record_both 5

# What cannot be compared

odd() { # FACT=VALUE...: the new side, other than the base
	rm -rf odd
	mkdir odd
	for n in 0 1 2 3 4; do
		rm -rf part
		record part 2 $n $((900 + n)) none 1 "$@"
		mv part/$n.pb.gz odd
	done
}
odd type=alloc_space unit=bytes
exits 2 'another sample type' prof-diff --check base -- odd
says "odd/0.pb.gz: has no sample type 'cpu' \(there is: alloc_space\)" 'is named'
exits 2 'in a stream, too' prof-diff base -- odd
odd unit=bytes
exits 2 'another unit' prof-diff --check base -- odd
says "counts cpu in 'bytes', and the runs before it in 'nanoseconds'" 'is named'
odd period=2000000
exits 2 'another period' prof-diff --check base -- odd
says 'base/0.pb.gz was sampled every 1000000 nanoseconds, odd/0.pb.gz every 2000000 nanoseconds' \
	'is named'
says 'allow-cross-host compares all the same' 'with the way out'
answers 0 '--allow-cross-host' '^no regression' prof-diff --check --allow-cross-host base -- odd
tells '^warning: base/0.pb.gz was sampled every' 'warns'
tells '^samples: .* recorded differently' 'and says so'
for period in 1 10; do
	echo "main;f 6${period#1}0" | make_run type=samples unit=count period=${period}000000 >every$period.pb.gz
done
exits 2 'a stream of counts with different periods' prof-diff every1.pb.gz every10.pb.gz
says 'every1.pb.gz was sampled every 1000000 .*, every10.pb.gz every 10000000 .*: counts do not' \
	'is refused'
exits 0 'with --normalize total' prof-diff -q -t folded --normalize total every1.pb.gz every10.pb.gz
is "$(cat out)" 'main;f 6000000000 6000000000' 'shares are compared'
exits 0 'with --allow-cross-host' prof-diff -t folded --allow-cross-host every1.pb.gz every10.pb.gz
is "$(cat out)" 'main;f 60000000 6000000000' 'counts are'
says 'the counts are compared as they are' 'with a note'
for period in 1 10; do
	echo "main;f 600" | make_run period=${period}000000 >every$period.pb.gz
done
exits 0 'times compare at any period' prof-diff every1.pb.gz every10.pb.gz
for n in 0 1 2 3 4; do
	counts odd/$n.pb.gz >folded
	make_run cpu_time_ns=20000000000 host=h2 cpu_model=m1 kernel=k1 time=9$n round=$n <folded >odd/$n.pb.gz
done
exits 2 'another host' prof-diff --check base -- odd
says 'the runs are from different hosts \(h1, h2\): not comparable' 'is named'
exits 0 'a picture of it' prof-diff base -- odd -o picture.pb.gz
says 'different hosts' 'comes with a note'
for n in 0 1 2 3 4; do
	counts odd/$n.pb.gz >folded
	make_run cpu_time_ns=20000000000 host=h1 cpu_model=m2 time=9$n round=$n <folded >odd/$n.pb.gz
done
exits 2 'another CPU model' prof-diff --check base -- odd
says 'different CPU models \(m1, m2\)' 'is named'
cp -r base copies
cp copies/0.pb.gz copies/9.pb.gz
exits 2 'a copy of a run' prof-diff --check copies -- new
says 'copies/0.pb.gz and copies/9.pb.gz are the same: replicates are runs of their own' 'is named'

# Nothing there

: | make_run cpu_time_ns=0 >empty.pb.gz
exits 2 'an empty base' prof-diff --check empty.pb.gz -- new
says 'the base side has no run that can be used: .*empty.pb.gz is left out: it has no samples' 'says so'
exits 2 'an empty new side' prof-diff --check base -- empty.pb.gz
exits 2 'both' prof-diff --check empty.pb.gz empty.pb.gz
: >nothing
exits 2 'an empty file' prof-diff --check base -- nothing
says 'nothing: is empty' 'says so'
prof-diff base/0.pb.gz new/0.pb.gz >difference.pb.gz
exits 2 'a differential stream' prof-diff --check difference.pb.gz new/0.pb.gz
says 'is the difference of two sides already' 'says so'

# Next to nothing

printf 'main;a 2\nmain;b 1\n' | make_run cpu_time_ns=3000000 host=h1 time=5 >few.pb.gz
exits 2 'three samples' prof-diff --check few.pb.gz few.pb.gz
says 'too few samples' 'are too few'
cp few.pb.gz base/7.pb.gz
answers 0 'one run with three samples' '^no regression' prof-diff --check base -- new
tells '^warning: base/7.pb.gz is left out: it has 3 samples, where others have' 'is left out'
rm base/7.pb.gz
printf 'main;a 1000\n' | make_run cpu_time_ns=1000000000 >one.pb.gz
answers 0 'one function' '^(identical inputs|no regression)' prof-diff --check one.pb.gz one.pb.gz
printf 'main;a 0\nmain;b 1000\n' | make_run cpu_time_ns=1000000000 time=7 >zero.pb.gz
answers 2 'zeros' '^suspect|^inconclusive' prof-diff --check one.pb.gz zero.pb.gz

# One run a side

record slow 2 0 77 hash 2
answers 2 'one run a side' '^suspect: hash takes [0-9]+% more CPU time' prof-diff --check base/0.pb.gz slow/0.pb.gz
tells '^suspect +hash +self' 'is advice'
tells 'too few runs to be sure: record five or more of each' 'and says so'
says 'one run on a side decides nothing: give several of each' 'and how to get more'
answers 2 'one run against several' '^suspect: hash' prof-diff --check base/0.pb.gz -- slow
says 'one run on a side decides nothing' 'the gate could not fail'
answers 2 'several against one run' '^suspect: hash' prof-diff --check base -- slow/0.pb.gz
answers 1 'one run against several, if allowed' '^REGRESSION: hash' prof-diff --check --allow-single base/0.pb.gz -- slow
answers 2 'one run a side, which do not differ' '^inconclusive: one run a side does not show' \
	prof-diff --check base/0.pb.gz base/1.pb.gz
answers 1 '--allow-single' '^REGRESSION' prof-diff --check --allow-single base/0.pb.gz slow/0.pb.gz

# One run against many
mkdir many
n=0
while [ $n -lt 100 ]; do
	record many 1 $n $((3000 + n))
	n=$((n + 1))
done
answers 2 'one hundred against one' '^(no regression|suspect|inconclusive)' \
	prof-diff --check many -- new/0.pb.gz
answers 2 'one slow one against a hundred' '^suspect' prof-diff --check many -- slow
tells '^suspect +hash' 'cannot make the gate fail'

# Runs that are too short to show anything
for n in 0 1 2; do
	mkdir -p short-base short-new
	printf 'main;a %s\nmain;b %s\nmain;c 7\n' $((5 + n)) $((8 - n)) |
		make_run cpu_time_ns=2000000$n host=h1 time=3$n side=base >short-base/$n.pb.gz
	printf 'main;a %s\nmain;b %s\nmain;c 7\n' $((8 - 2 * n)) $((5 + n)) |
		make_run cpu_time_ns=2010000$n host=h1 time=4$n side=new >short-new/$n.pb.gz
done
answers 0 'runs of twenty samples' '^inconclusive: less than \+[0-9]+% of a 20% share could not be seen; much longer runs' prof-diff --check short-base -- short-new

# The same on both sides
answers 0 'the same files' '^identical inputs' prof-diff --check base -- base
for unknown in 'smallest change that would be found' noise; do
	grep -q "^$unknown: not known from identical inputs" out
	ok $? "the $unknown is not made up from copies" "$(cat out)"
done
answers 0 'the same file' '^identical inputs' prof-diff --check base/0.pb.gz base/0.pb.gz

# A function in one run only
cp -r new once
counts once/2.pb.gz >folded
echo 'main;rare 400' >>folded
make_run cpu_time_ns=20000000000 host=h1 cpu_model=m1 kernel=k1 time=1045 round=2 side=new \
	<folded >once/2.pb.gz
answers 0 'a function in one run' '^(no regression|inconclusive)' prof-diff --check base -- once

# Facts that are missing

for side in base new; do
	mkdir bare-$side
	for n in 0 1 2 3 4; do
		counts $side/$n.pb.gz >bare-$side/$n.folded
	done
done
answers 0 'no CPU time, no period' '^no regression: share of all samples compared, so the total was not tested \(--metric samples tests it\); \+[0-9.]+% of a 20% share would have' \
	prof-diff --check bare-base -- bare-new
tells '^warning: no run says how much CPU time it took: shares of all samples are compared' 'says so'
tells 'shares add up to 100%' 'and what that means'
cp bare-new/0.folded base/8.folded
exits 0 'CPU time of some runs' prof-diff --check bare-base -- bare-new/0.folded bare-new/1.folded
rm base/8.folded
mkdir some
for n in 0 1 2 3 4; do
	counts new/$n.pb.gz >folded
	if [ $n = 2 ]; then
		make_run host=h1 "time=$((1000 + n * 20 + 5))" <folded >some/$n.pb.gz
	else
		cp new/$n.pb.gz some/$n.pb.gz
	fi
done
answers 0 'CPU time of all runs but one' '^no regression: share' prof-diff --check base -- some
tells 'some runs do not say how much CPU time they took' 'says so'
exits 2 '--metric cpu insists' prof-diff --check --metric cpu base -- some
says 'only 9 of 10 runs say how much CPU time they took' 'and says why not'
exits 2 '--metric wall' prof-diff --check --metric wall base -- new
says 'only 0 of 10 runs say how long they took' 'says why not'
for side in base new; do
	mkdir work-$side
	for n in 0 1 2 3 4; do
		counts $side/$n.pb.gz >folded
		make_run cpu_time_ns=20000000000 work=$((100 + n)) "time=$((n * 20 + ${#side}))" \
			<folded >work-$side/$n.pb.gz
	done
done
answers 0 'work' '^no regression: CPU time per unit of work' prof-diff --check work-base -- work-new
exits 2 'work of some runs' prof-diff --check work-base -- new
says 'only 5 of 10 runs say how much work they did \(work=\)' 'says so'
answers 0 'another fact' '^no regression: CPU time per unit' \
	prof-diff --check --work round base/[1-4].pb.gz -- new/[1-4].pb.gz

# One side after the other
mkdir before after
for n in 0 1 2 3 4; do
	counts base/$n.pb.gz | make_run cpu_time_ns=20000000000 "time=$((10 + n))" >before/$n.pb.gz
	counts new/$n.pb.gz | make_run cpu_time_ns=20000000000 "time=$((20 + n))" >after/$n.pb.gz
done
answers 0 'one side after the other' '^no regression' prof-diff --check before -- after
tells '^warning: the runs of one side were recorded after those of the other' 'is warned about'
tells '; runs: .* one side after the other$' 'and reported'
finish
