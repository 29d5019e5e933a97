#!/bin/sh
# prof-merge: sums that do not depend on the order of inputs or on threads, types that
# only some inputs have, bad inputs, scaling, --by.
. "$(dirname "$0")/../lib.sh"
golden=$top/tests/golden/pprof

# Threads
for i in 1 2 3 4 5 6 7; do
	awk -v i=$i 'BEGIN { for (j = 0; j < 300; j++) print "main;f" (j * i) % 97 ";g" j % 13, i * j + 1 }' >$i.folded
	prof-merge -t pprof $i.folded -o $i.pb.gz
done
cat 3.pb.gz 4.pb.gz >stream.pb.gz
prof-merge -j 1 [1-7].pb.gz stream.pb.gz "$golden"/*.in -q -o one.pb
for n in 2 3 8 100; do
	prof-merge -j $n [1-7].pb.gz stream.pb.gz "$golden"/*.in -q -o many.pb
	same many.pb one.pb "$n threads give the same bytes as one"
done
prof-fold -q -j 1 [1-7].folded >one.folded
prof-fold -q -j 4 [1-7].folded >many.folded
same many.folded one.folded 'also of text'
prof-fold [1-7].pb.gz >forwards
# shellcheck disable=SC2046
prof-fold $(for i in 7 6 5 4 3 2 1; do echo $i.pb.gz; done) >backwards
same backwards forwards 'the order of inputs does not matter'

# More samples than are added at once: a thread adds them while the reader reads on
awk 'BEGIN { for (i = 0; i < 30000; i++) print "a;f" i % 977 ";g" i % 20011, i + 1 }' >big.folded
awk '{ v[$1] += $2 } END { for (s in v) print s, v[s] }' big.folded | sort >expected
prof-fold big.folded | sort >got
same got expected 'a large input'
prof-merge -t pprof big.folded -o big.pb.gz
prof-fold big.pb.gz big.pb.gz | sort >got
awk '{ print $1, 2 * $2 }' expected | sort >twice
same got twice 'a large pprof input, twice'

# Types
prof-merge -t pprof 1.folded -o count.pb.gz
make_run type=cpu unit=milliseconds <2.folded >cpu.pb.gz
make_run type=space unit=bytes <3.folded >space.pb.gz
exits 0 'profiles of different types' prof-merge count.pb.gz cpu.pb.gz space.pb.gz -o mixed.pb.gz
says 'only 1 of 3 profiles has sample type cpu/milliseconds' 'a note names each type that only some have'
is "$(prof-query --types mixed.pb.gz | wc -l)" "$(prof-query --types mixed.pb.gz | sort -u | wc -l)" 'no type twice'
for t in samples:count.pb.gz cpu:cpu.pb.gz space:space.pb.gz; do
	is "$(prof-fold -q --type "${t%%:*}" mixed.pb.gz)" "$(prof-fold "${t#*:}")" "${t%%:*} is all there"
done
exits 0 'fold of different types' prof-fold --type cpu count.pb.gz cpu.pb.gz space.pb.gz
says "2 of 3 profiles have no sample type 'cpu' and are left out" 'says what is left out'
is "$(cat out)" "$(prof-fold cpu.pb.gz)" 'and folds the rest'
cat count.pb.gz cpu.pb.gz space.pb.gz >mixed-stream.pb.gz
exits 0 'query of a stream of different types' prof-query --top '{x!="y"}' mixed-stream.pb.gz
is "$(grep -c 'are left out' err)" 1 'one note says what is left out'
prof-fold -q --type space mixed-stream.pb.gz >out
is "$(cat out)" "$(prof-fold space.pb.gz)" 'one stream of several types'

# Bad inputs leave nothing behind
{
	cat 1.pb.gz
	head -c 300 2.pb.gz
} >torn.pb.gz
exits 2 'a good profile before a torn one' prof-fold 5.pb.gz torn.pb.gz 6.pb.gz
is "$(cat out)" "$(prof-fold 5.pb.gz 6.pb.gz)" 'nothing of the input counts'
exits 2 'standard input is good, a file is bad' sh -c 'prof-fold - torn.pb.gz <1.pb.gz'
is "$(cat out)" "$(prof-fold 1.pb.gz)" 'standard input counts'

# Values are integers from end to end
echo 'a 9007199254740993' >large.folded
is "$(prof-merge large.folded)" 'a 9007199254740993' 'values above 2^53 stay as they are'
is "$(prof-merge --scale 1 large.folded)" 'a 9007199254740993' 'also when they are scaled with 1'
is "$(prof-merge --scale 0.5 large.folded)" 'a 4503599627370497' 'and rounded once'
for i in 1 2 3 4 5 6 7 8 9 10; do echo "a;f$i 1"; done >ten.folded
is "$(prof-merge -q --scale 0.3 ten.folded | awk '{ s += $2 } END { print s }')" 3 'scaling keeps the total'
is "$(prof-merge -q --scale 1000 - <<'END'
x 0.5
y 0.25
z 0.25
END
)" 'x 500
y 250
z 250' 'fractions are scaled before they are rounded'
printf 'a1 1\n' >m1
printf 'a2 1\n' >m2
printf 'a3 1\n' >m3
exits 0 'the mean of stacks that differ' prof-merge --mean m1 m2 m3
is "$(cat out)" 'a1 1' 'keeps the total'
says '2 values below 1 are rounded to 0; the total is kept' 'and says what became 0'
exits 0 'a total below 1' prof-merge --scale 1e-3 m1 m2
is "$(cat out)" '' 'is rounded, too'
says '2 values below 1 are rounded to 0; nothing is left' 'which is not called kept'
for bad in nan inf -1 1e 0x10 1e400 '' 0; do
	exits 2 "--scale '$bad'" prof-merge --scale "$bad" m1
done
exits 0 'sums that do not fit' sh -c 'printf "a 9223372036854775807\na 1\n" | prof-merge'
says '1 sum does not fit in 64 bits and is kept at the limit' 'are counted'
is "$(prof-merge -q --scale 1e18 large.folded 2>err)" 'a 9223372036854775807' 'scaled values, too'

# --by
make_run lost=5 work=3 <1.folded >facts.pb.gz
cat >split.perf <<'END'
a 1 [000] 1.0: 1 cycles: 
	1 f (/x)

b 2 [000] 2.0: 1 cycles: 
	2 g (/x)

END
prof-merge -t pprof split.perf -o split.pb.gz
prof-merge -q split.pb.gz facts.pb.gz --by comm -o by.pb.gz
is "$(prof-merge -q by.pb.gz -o - -z none | prof-query --summary - | grep -c 'lost=5')" 1 '--by keeps facts once'
prof-query '{comm="none"}' split.pb.gz >empty.pb.gz 2>/dev/null
exits 0 '--by of a profile without samples' sh -c 'prof-merge --by comm empty.pb.gz >by-empty.pb.gz'
exits 0 'can be read again' prof-merge by-empty.pb.gz -o again.pb.gz

# A line without a function, inlined into one with
printf '\012\004\010\001\020\002\022\006\012\001\001\022\001\001' >line.pb
printf '\042\012\010\001\042\000\042\004\010\001\020\007\052\004\010\001\020\003' >>line.pb
printf '\062\0002\007samples2\005count2\004main' >>line.pb
exits 0 'a location with lines of which nothing is known' prof-merge line.pb -z none -o line2.pb
is "$(prof-query --raw line2.pb | grep -c '^location')" "$(prof-query --raw line.pb | grep -c '^location')" 'keeps its frames'
is "$(prof-query --raw line.pb | grep -c '^location')" 2 'which are two'

# Durations add up, windows unite
make_run time=1000 <1.folded >t1.pb.gz
make_run time=2000 <1.folded >t2.pb.gz
is "$(prof-merge t1.pb.gz t2.pb.gz -o - -z none | prof-query --summary - | sed -n 's/^from  *//p')" \
	"$(prof-query --summary t1.pb.gz | sed -n 's/^from  *//p')" 'the window begins with the first'

finish
