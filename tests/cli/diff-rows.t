#!/bin/sh
# Which rows prof-diff lists, in which order, and whom it names.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/runs.sh"

# change SCRIPT: make new/N.pb.gz of base/N.pb.gz; awk gets frames in $1 and samples in $2
change() {
	rm -rf new
	mkdir new
	for n in 0 1 2 3 4 5; do
		awk -v n=$n "$1" raw.$n >folded
		cpu=$(awk '{ sum += $NF } END { printf "%.0f", sum * 1e6 }' folded)
		make_run "cpu_time_ns=$cpu" host=h1 cpu_model=m1 kernel=k1 side=new round=$n \
			"time=$((1000 + n * 20 + 5))" <folded >new/$n.pb.gz
	done
}

# base SEED-OFFSET: runs of the stacks in ./program, "STACK SHARE" a line, 20,000 samples each
base() {
	rm -rf base
	mkdir base
	for n in 0 1 2 3 4 5; do
		awk -v seed="$((n + $1))" '
		function normal() { return sqrt(-2 * log(1 - rand())) * cos(6.283185307179586 * rand()) }
		BEGIN { srand(seed) }
		{ mean = 20000 * $NF * (1 + normal() / 100)
		  $NF = int(mean + sqrt(mean) * normal() + 0.5); print }' program >raw.$n
		cpu=$(awk '{ sum += $NF } END { printf "%.0f", sum * 1e6 }' raw.$n)
		make_run "cpu_time_ns=$cpu" host=h1 cpu_model=m1 kernel=k1 side=base round=$n \
			"time=$((1000 + n * 20))" <raw.$n >base/$n.pb.gz
	done
}

# A function with all that it calls

cat >program <<'END2'
_start;main@main.c:1;serve@serve.c:20;parse@parse.c:30 0.06
_start;main@main.c:1;serve@serve.c:20;parse@parse.c:30;lex@lex.c:5 0.08
_start;main@main.c:1;serve@serve.c:20;parse@parse.c:30;hash@hash.c:40 0.05
_start;main@main.c:1;serve@serve.c:20;parse@parse.c:30;lex@lex.c:5;next@lex.c:9 0.04
_start;main@main.c:1;serve@serve.c:20;reply@reply.c:60 0.40
_start;main@main.c:1;serve@serve.c:20;reply@reply.c:60;hash@hash.c:40 0.07
_start;main@main.c:1;collect@gc.c:70 0.30
END2
base 1
# Code that takes the place of other code: the total says that nothing became slower, and the first
# line says what is new.
taken() { # NAME BASE NEW: it is no regression, and the first line says what is where
	exits 0 "$1" prof-diff --check "$2" -- "$3"
	sed -n 1p out >line
	grep -Eqx "no regression: CPU time changed by .*; $4" line
	ok $? 'and the first line says so' "$(cat out)"
}
noisy='{ $NF = int($NF * (1 + 0.01 * sin(NR * 7 + $NF))) }'
split='/reply@reply.c:60;hash/ { n = int($NF * 0.4); s = $1; sub(/;hash/, ";other@o.c:8;hash", s); print s, n; $NF -= n }'
change "$noisy $split"' { print }'
exits 0 'a part is in a function of its own' prof-diff --check base -- new
taken 'and no longer' new base 'other, with what it calls, is gone, with [23][.0-9]*% of the base, and other code is in its place'
change "$noisy"' { sub(/^_start;main@main.c:1/, "clone;pool@pool.c:8"); print }'
taken 'a pool of threads takes over' base new '.*, is new, with 100% of the new side, in place of other code'

base 1
change '/;parse/ { $NF = int($NF * 1.5) } { print }'
exits 1 'a function is called more often' prof-diff --check base -- new
sed -n 1p out >line
grep -Eqx 'REGRESSION: parse, with all that it calls, takes (49|5[01])% more CPU time .*; it had 2[0-9]% of the base, so the whole takes 1[0-9]% more' line
ok $? 'it is the news' "$(cat line)"
is "$(grep -c '^SLOWER' out)" 1 'and the only row: what it calls is folded under it'
grep -Eq '^SLOWER +parse +incl .*all below it alike \([0-9]+\)' out
ok $? 'which says so' "$(cat out)"
prof-diff base -- new --report tsv >rows
is "$(awk -F '\t' '$3 == "lex" || $3 == "serve" || $3 == "main" { print $1 }' rows | sort -u)" explained \
	'callers and callees are explained'
change '/;lex/ { $NF = int($NF * 1.5) } { print }'
prof-diff base -- new --report text >out
sed -n 1p out | grep -q '^REGRESSION: lex, with all that it calls, takes '
ok $? 'the lowest common caller is named, not one above it' "$(cat out)"
change '/hash/ { $NF = int($NF * 1.5) } { print }'
prof-diff base -- new --report text >out
sed -n 1p out | grep -q '^REGRESSION: hash takes '
ok $? 'a function that all call is named, not its callers' "$(cat out)"
change '/parse/ { $NF = int($NF / 2) } { print }'
exits 0 'what is called less often' prof-diff --check base -- new
sed -n 1p out | grep -q '^faster: parse, with all that it calls, takes 50% less CPU time'
ok $? 'is faster as a whole' "$(cat out)"
change '{ $NF = int($NF * 1.08) } { print }'
prof-diff --check base -- new >out
grep -q '^SLOWER *main *incl' out && [ "$(grep -c '^SLOWER' out)" -eq 1 ]
ok $? 'where all is slower, main is the row' "$(cat out)"

# Functions that the compiler inlined into one: what it says of one instead of another has moved

cat >program <<'END2'
main@m.cc:1;sort@m.cc:5 0.08
main@m.cc:1;sort@m.cc:5;order@alg.h:20_[i];iter@alg.h:25_[i];swap@alg.h:30_[i] 0.06
main@m.cc:1;sort@m.cc:5;order@alg.h:20_[i];next@alg.h:40_[i] 0.16
main@m.cc:1;mix@m.cc:9;swap@alg.h:30_[i] 0.05
main@m.cc:1;mix@m.cc:9;next@alg.h:40_[i] 0.05
main@m.cc:1;load@m.cc:13 0.60
END2
base 130
shift='/sort.*next/ { n = int($NF / 5); s = $1; sub(/next@alg.h:40/, "iter@alg.h:25_[i];swap@alg.h:30", s); $NF -= n; print s, n }'
change "$shift"' { print }'
exits 0 'a shift between functions that are inlined into one' prof-diff --check base -- new
grep -Eq '^moved +swap +self .* from next ' out
ok $? 'is moved code' "$(cat out)"
sed -n 1p out | grep -q '^no regression: '
ok $? 'and no news' "$(cat out)"
exits 0 'and so are paths' prof-diff --check --compare path base -- new
change "$shift"' /sort.*swap/ { $NF *= 2 } { print }'
exits 1 'a shift, and the same function is slower, too' prof-diff --check base -- new
sed -n 1p out | grep -q '^REGRESSION: swap takes '
ok $? 'is a regression' "$(cat out)"
change '/sort.*swap/ { $NF = int($NF * 1.5) } { print }'
exits 1 'no shift, and an inlined function is slower' prof-diff --check base -- new
is "$(grep -c '^SLOWER' out) $(sed -n '1s/ takes.*//p' out)" '1 REGRESSION: swap' 'it is named, not what it is inlined into'
change '/mix.*swap/ { $NF = int($NF * 1.6) } /sort.*next/ { $NF = int($NF * 0.8) } { print }'
exits 1 'a rise in one function, and savings in another' prof-diff --check base -- new
sed -n 1p out | grep -q '^REGRESSION: swap takes '
ok $? 'are no shift' "$(cat out)"
sed 's/_\[i\]//g' program >called && mv called program
base 130
change "$(echo "$shift" | sed 's/_\[i\]//g') { print }"
exits 1 'functions that are called' prof-diff --check base -- new
sed -n 1p out | grep -q '^REGRESSION: swap takes '
ok $? 'have code of their own, in which nothing shifts' "$(cat out)"

# What was inlined into one function is now that function's own code, and beside it another, which
# it calls, takes longer
cat >program <<'END2'
main@m.cc:1;nearest@m.cc:5 0.01
main@m.cc:1;nearest@m.cc:5;min@alg.h:20_[i] 0.04
main@m.cc:1;nearest@m.cc:5;distance@m.cc:9_[i] 0.60
main@m.cc:1;load@m.cc:13 0.35
END2
base 170
merge='{ sub(/;min@alg.h:20_\[i\]/, "") }'
change "$merge"' /distance/ { $NF = int($NF * 1.12) } { print }'
exits 1 'a regression beside a shift' prof-diff --check base -- new
grep -Eq '^moved +nearest +self .* from min ' out && [ "$(grep -c '^SLOWER' out)" -eq 1 ]
ok $? 'the shift is none' "$(cat out)"
sed -n 1p out | grep -q '^REGRESSION: distance takes '
ok $? 'it is the news' "$(cat out)"
change "$merge"' /distance/ { $NF = int($NF * 1.12) } /nearest@m.cc:5 / { $NF = int($NF * 4) } { print }'
exits 1 'a regression beside more than a shift' prof-diff --check base -- new
is "$(grep -Ec '^SLOWER +(nearest|distance) +self' out)" 2 'both are told' "$(cat out)"

# Two inlined functions, one of which now does what was the other's
cat >program <<'END2'
main@m.cc:1;body@m.cc:5 0.46
main@m.cc:1;body@m.cc:5;decode@m.cc:7_[i] 0.03
main@m.cc:1;body@m.cc:5;decode@m.cc:7_[i];look@m.cc:9_[i] 0.03
main@m.cc:1;body@m.cc:5;reload@m.cc:11_[i] 0.06
main@m.cc:1;load@m.cc:13 0.42
END2
base 190
change '{ sub(/body@m.cc:5;reload@m.cc:11/, "body@m.cc:5;decode@m.cc:7_[i];fill@m.cc:15") } { print }'
exits 0 'an inlined function takes over what another did' prof-diff --check base -- new
grep -Eq '^moved +decode +incl .* from reload' out
ok $? 'which is a shift within the body' "$(cat out)"
change '{ n = sub(/body@m.cc:5;reload@m.cc:11/, "body@m.cc:5;decode@m.cc:7_[i];fill@m.cc:15") }
	n { $NF = int($NF * 2.5) } { print }'
exits 1 'and it takes longer, too' prof-diff --check base -- new

# Another function has that body, with what was inlined into it, and its caller is another, too
cat >program <<'END2'
main@m.cc:1;block@m.cc:3;seq_a@m.cc:5 0.05
main@m.cc:1;block@m.cc:3;seq_a@m.cc:5;look@m.cc:7_[i] 0.02
main@m.cc:1;block@m.cc:3;seq_a@m.cc:5;update@m.cc:9_[i] 0.04
main@m.cc:1;block@m.cc:3;seq_a@m.cc:5;exec@m.cc:9_[i] 0.20
main@m.cc:1;load@m.cc:13 0.69
END2
base 210
rename='{ sub(/seq_a@m.cc:5/, "seq@m.cc:4_[i];seq_b@m.cc:6") }'
move='/update/ { n = int($NF * 0.6); s = $1; sub(/update@m.cc:9/, "look@m.cc:7", s); $NF -= n; print s, n }'
change "$rename $move"' { print }'
exits 0 'a body of another name, and a shift in it' prof-diff --check base -- new --fail-on new
grep -Eq '^moved +seq_b +incl .* from seq_a' out && grep -Eq '^moved +look +self ' out
ok $? 'are moved code' "$(cat out)"
change "$rename $move"' /look/ { $NF = int($NF * 1.6) } { print }'
exits 1 'one of its functions is slower' prof-diff --check base -- new
sed -n 1p out | grep -q '^REGRESSION: look takes '
ok $? 'is told' "$(cat out)"

# Work moves between inlined functions, and all of the body takes a little longer
cat >program <<'END2'
main@m.cc:1;body@m.cc:5 0.10
main@m.cc:1;body@m.cc:5;seq@m.cc:6_[i] 0.05
main@m.cc:1;body@m.cc:5;seq@m.cc:6_[i];decode@m.cc:7_[i] 0.20
main@m.cc:1;body@m.cc:5;seq@m.cc:6_[i];reload@m.cc:11_[i] 0.12
main@m.cc:1;body@m.cc:5;copy@m.cc:15 0.10
main@m.cc:1;load@m.cc:13 0.43
END2
base 250
refill='/reload/ { n = int($NF * 0.7); s = $1; sub(/reload@m.cc:11/, "decode@m.cc:7", s); $NF -= n; print s, n }'
longer='/body/ && !/copy/ { $NF = int($NF * 1.08) }'
change "$refill $longer"' { print }'
exits 1 'code moves within a body, which takes 8% longer' prof-diff --check base -- new
sed -n 1p out | grep -Eq '^REGRESSION: body, with what it calls, takes 5[0-9.]*% more .*, so the whole takes 3[0-9.]*% more$'
ok $? 'the body is the news' "$(cat out)"
grep -Eq '^moved +decode +self .* from reload' out && [ "$(grep -c '^SLOWER' out)" -eq 1 ]
ok $? 'and the function that gained from the other has moved' "$(cat out)"
change "$refill $longer"' /copy/ { $NF = int($NF * 1.5) } { print }'
exits 1 'a function that it calls is slower, too' prof-diff --check base -- new
grep -Eq '^SLOWER +copy +self' out
ok $? 'and is told' "$(cat out)"
exits 1 'paths' prof-diff --check --compare path base -- new
change "$refill"' /decode/ { $NF = int($NF * 1.4) } { print }'
exits 1 'the function that gained is slower by as much again' prof-diff --check base -- new

# A function gives most of its code to one that it calls, and both together take a little longer
cat >program <<'END2'
main@m.cc:1;read@m.cc:4;scan@m.cc:5 0.40
main@m.cc:1;read@m.cc:4 0.15
main@m.cc:1;load@m.cc:13 0.45
END2
base 270
change '/scan/ { n = int($NF * 0.6); $NF -= n; print $1 ";refill@m.cc:30", int(n * 1.15) } { print }'
exits 1 'a part of a function is in a new one that it calls, and is slower there' prof-diff --check base -- new
sed -n 1p out | grep -Eq '^REGRESSION: scan, with what it calls, takes (8|9)[0-9.]*% more '
ok $? 'the function that had it is the news' "$(cat out)"
grep -Eq '^moved +refill +self .* from scan' out && [ "$(grep -c '^SLOWER' out)" -eq 1 ]
ok $? 'and the new one has moved' "$(cat out)"
change '/scan/ { n = int($NF * 0.6); $NF -= n; print $1 ";refill@m.cc:30", int(n * 2) } { print }'
exits 1 'a part of a function is in a new one, and is much slower there' prof-diff --check base -- new
sed -n 1p out | grep -q '^REGRESSION: scan, with what it calls, takes 60% more '
ok $? 'is told of both together' "$(cat out)"

# A function that was called is inlined, which its caller is said to take part of
cat >program <<'END2'
main@m.cc:1;read@m.cc:4;scan@m.cc:5 0.20
main@m.cc:1;read@m.cc:4;scan@m.cc:5;refill@m.cc:30 0.30
main@m.cc:1;load@m.cc:13 0.50
END2
base 290
inline='/refill/ { n = int($NF * 0.3); s = $1; sub(/;refill.*/, "", s); print s, n; $NF = int($NF * 0.75); sub(/ /, "_[i] ") }'
change "$inline"' { print }'
exits 1 'a function is inlined, and all takes a little longer' prof-diff --check base -- new
sed -n 1p out | grep -Eq '^REGRESSION: scan, with what it calls, takes [23][0-9.]*% more '
ok $? 'its caller with it is the news' "$(cat out)"
grep -Eq '^moved +scan +self .* from refill' out && [ "$(grep -c '^SLOWER' out)" -eq 1 ]
ok $? 'and the part that its caller took has moved' "$(cat out)"

# A function is called by another one than before (the compiler made a jump of the call), and part of
# it is slower
cat >program <<'END2'
main@m.cc:1;frame@m.cc:3;block@m.cc:5 0.03
main@m.cc:1;frame@m.cc:3;seq@m.cc:7 0.10
main@m.cc:1;frame@m.cc:3;seq@m.cc:7;copy@m.cc:9 0.20
main@m.cc:1;load@m.cc:13 0.67
END2
base 230
jump='{ sub(/frame@m.cc:3;seq/, "frame@m.cc:3;block@m.cc:5;seq") }'
change "$jump"' /copy/ { $NF = int($NF * 1.15) } { print }'
exits 1 'code that moved, and part of it is slower' prof-diff --check base -- new
sed -n 1p out | grep -q '^REGRESSION: copy takes 15% more' && grep -Eq '^moved +block +incl .* from frame' out
ok $? 'the part is told' "$(cat out)"
change "$jump"' { sub(/copy@m.cc:9/, "store@m.cc:11") } /store/ { $NF = int($NF * 1.15) } { print }'
exits 1 'the part has another name, too' prof-diff --check base -- new
sed -n 1p out | grep -Eq '^REGRESSION: store is new, with 2[0-9]% of the new side, in place of copy with [12][0-9.]*% of the base; in all, CPU time changed by [+][23]'
ok $? 'the news say what is gone' "$(cat out)"
change "$jump"' { print }'
exits 0 'code that only moved' prof-diff --check base -- new

# No blame without a total that changed

change '{ print }'
prof-diff base -- new --report text >out
grep -q 'most of the rise' out
is $? 1 'where nothing changed, nothing is blamed'

# The total, when no function can be told

for side in base new; do
	mkdir -p tiny-$side
	for n in 0 1 2 3 4; do
		awk -v n=$n -v k=${#side} 'BEGIN {
			for (i = 0; i < 40; i++)
				print "f" (i * 7 + n) % 90 " 1"
			print "z " 2 + (n * 7 + k * 3) % 11 }' |
			make_run "cpu_time_ns=$(($([ $side = new ] && echo 60 || echo 50) * (1000 + n)))000" \
				host=h1 "time=$((n * 20 + ${#side}))" round=$n >tiny-$side/$n.pb.gz
	done
done
exits 0 'a total that rose, and too few samples' prof-diff --check tiny-base -- tiny-new
sed -n 1p out | grep -Eq '^slower: CPU time changed by \+20% \[.*\]; which function it is was not to be seen: .*; the gate fails for it with --fail-on total$'
ok $? 'is slower, not "too little data"' "$(cat out)"
exits 1 'with --fail-on total' prof-diff --check --fail-on total tiny-base -- tiny-new

# The author's code first, and places in it

cat >program <<'END2'
_start;main@@HERE@/src/main.c:1;grow@@HERE@/src/grow.c:7 0.30
_start;main@@HERE@/src/main.c:1;grow@@HERE@/src/grow.c:7;push_back@/usr/include/c++/12/bits/stl_vector.h:1278 0.25
_start;main@@HERE@/src/main.c:1;shrink@@HERE@/src/grow.c:90 0.05
_start;main@@HERE@/src/main.c:1;other@@HERE@/src/main.c:40 0.40
END2
sed "s#@HERE@#$tmp#g" program >here && mv here program
base 50
change '/push_back/ { $NF = int($NF * 1.5) } /shrink/ { $NF = int($NF * 1.5) } { print }'
prof-diff base -- new --report text >out
is "$(awk '/^SLOWER/ { printf "%s ", $2 }' out)" 'shrink push_back ' 'code of the author leads'
grep -Eq '^SLOWER +push_back .* in grow, src/grow.c:7$' out
ok $? 'what is called from it has the place of the call' "$(cat out)"
for format in github sarif codequality; do
	prof-diff base -- new --report $format >report
	grep -q 'usr/include' report
	is $? 1 "$format: no header of the system is annotated"
	grep -q 'src/grow.c' report
	ok $? "$format: the author's code is" "$(cat report)"
done
grep -q 'below _start>main' out
ok $? 'what all paths begin with is in the head' "$(cat out)"

# Names that are too long for a line

long=$(awk 'BEGIN { printf "begin"; for (i = 0; i < 30; i++) printf "_middle"; print "_end" }')
printf 'main;%s;a 0.3\nmain;b;c;d;e;f;g;%s;h;i;j;k 0.3\nmain;z 0.4\n' "$long" "$long" >program
base 80
change '/;k / { $NF = int($NF * 1.5) } { print }'
prof-diff base -- new --report text >out
awk 'length($0) > 230' out >wide
same wide /dev/null 'lines do not grow with names'
grep -Eq '^SLOWER +k .*main>\.\.\.>h>i>j>k' out
ok $? 'paths lose their middle' "$(cat out)"

# Counts that do not vary

printf 'main;f 1000000\nmain;g 2000000\n' >f.1
cp f.1 f.2
cp f.1 f.3
printf 'main;f 1200000\nmain;g 2000000\n' >g.1
cp g.1 g.2
cp g.1 g.3
exits 1 'replicates that are equal' prof-diff --check --metric samples f.1 f.2 f.3 -- g.1 g.2 g.3
sed -n 1p out | grep -q '^REGRESSION: f takes 20% more '
ok $? 'are compared' "$(cat out)"
grep -q '^warning: f.1 and f.2 are equal: right for counts that do not vary' out
ok $? 'with a word about copies' "$(cat out)"
exits 2 'the same file twice' prof-diff --check --metric samples f.1 f.1 f.2 -- g.1 g.2 g.3
exits 0 'no change' prof-diff --check --metric samples f.1 f.2 f.3 -- f.1 f.2 f.3
sed -n 1p out | grep -q '^identical inputs: '
ok $? 'is no change' "$(cat out)"

# What a report tells people to do can be done

prof-diff --help=all >help
prof-record --help=all >>help
set -- "$top/cmd/prof-diff.c" "$top/cmd/replicates.c" "$top/cmd/record/record_ab.c" "$top/cmd/compare_options.c"
cat "$@" >/dev/null
ok $? 'the files that have advice'
grep -rhoE '"[^"]*"' "$top"/lib/compare --include='*.c' "$@" | grep -oE '(--[a-z][a-z-]+|-F) ' | sort -u >advised
[ -s advised ]
ok $? 'there is advice'
while read -r option; do
	grep -Eq -- "(^| )$option([ =,]|\$)" help
	ok $? "$option is an option" "$(cat help)"
done <advised

# A report at a terminal stays short.
awk 'BEGIN { for (i = 0; i < 60; i++) { print "main;f" i " 100" >"wide.a"; print "main;f" i, i % 2 ? 500 : 10 >"wide.b" } }'
prof-diff --report text wide.a wide.b >out
is "$(grep -c '^suspect  ' out)" 40 'of many rows, forty are shown'
grep -q '^and 20 more rows: --report tsv shows all$' out
ok $? 'the others are counted'
grep -q '^suspect: .*; and 59 more; too few runs' out
ok $? 'and all of them in the headline' "$(head -1 out)"
is "$(prof-diff --report tsv wide.a wide.b | grep -c '^suspect	')" 60 'tsv shows all'
prof-diff --report text wide.a wide.a >out
is "$(head -1 out)" 'identical inputs: both sides are the same run, of 6000 samples' 'identical inputs have their size'
# Sampled allocations

# heaps SIDE LAST-LINE: four heap profiles that have the objects of two libraries, one sample of each
# in 512 kB, as the profiles tell them: by their numbers before sampling
heaps() {
	for n in 0 1 2 3; do
		a=$((40 + n)) b=$((60 - n))
		{
			echo 'heap profile: 1: 64 [2: 128] @ heap_v2/524288'
			echo "$a: $((a * 4096)) [$((a + 9)): $(((a + 9) * 4096))] @ 0x401010"
			echo "$b: $((b * 64)) [$((b + 9)): $(((b + 9) * 64))] @ 0x501010"
			[ -z "$2" ] || echo "$2"
			printf '\nMAPPED_LIBRARIES:\n'
			echo '00400000-00402000 r-xp 00000000 00:00 1 /bin/main'
			echo '00500000-00502000 r-xp 00000000 00:00 2 /lib/liba.so'
			echo '00600000-00602000 r-xp 00000000 00:00 3 /lib/libnew.so'
		} >"$1.$n.heap"
	done
}
heaps base ''
heaps new '1: 64 [2: 128] @ 0x601010'
for type in inuse_space inuse_objects; do
	exits 0 "a sample a run is little, $type" prof-diff --check --type $type base.?.heap -- new.?.heap
	grep -q '^new ' out
	is $? 1 'and no finding' "$(cat out)"
done
prof-diff --report text --type inuse_space base.?.heap -- new.?.heap >out
grep -q '^samples: 400 v 404,' out
ok $? 'samples are counted, not the objects for which they stand' "$(cat out)"
heaps new '30: 1920 [40: 2560] @ 0x601010'
exits 1 '30 samples' prof-diff --check --fail-on new --type inuse_space base.?.heap -- new.?.heap
grep -Eq '^new +\[libnew.so\]' out
ok $? 'are a finding' "$(cat out)"
finish
