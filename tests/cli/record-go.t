#!/bin/sh
# pprof labels of goroutines: those of the goroutine at the sample, and no other's.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
. "$top/tests/interpreted.sh"
needs_bpf
command -v go >/dev/null || {
	skip_rest 'no Go here'
}
cp "$top/tests/targets/labels.go" main.go
# built NAME FLAG...: builds the program
built() {
	to=$1
	shift
	CGO_ENABLED=${CGO_ENABLED:-0} GO111MODULE=off go build -o "$to" "$@" main.go 2>go.log
}
# wrong FILE FUNCTION LABEL VALUE: "0" if no sample in the function has another value; "" is none.
# In one of $some it may be missing: the process is not known at its first sample.
some=30
wrong() {
	prof-fold -q --root "$3" "$1" | awk -v f=";main.$2;" -v label="$4" -v some=$some '
	index(";" $0, f) || index($0, substr(f, 1, length(f) - 1) " ") {
		value = $1
		sub(/;.*/, "", value)
		if (value ~ /^(\[truncated\]|labels|runtime.*)$/)
			value = ""
		if (value != label && value != "")
			n += $NF
		missing += value != label && value == "" ? $NF : 0
		all += $NF
	}
	END { print (!all ? "no samples" : missing > all / some ? missing / all " without" : n + 0) }'
}
# true_labels FILE NAME: each function has its labels, in all samples
true_labels() {
	while read -r f label value; do
		printf '%s %s: %s\n' "$f" "$label" "$(wrong "$1" "$f" "$label" "$value")"
	done >found <<-END
		workA request a
		workA step
		workInner request a
		workInner step inner
		workB request b
		workB step
		workMany request
		workMany key00 value00
		workMany key19 value19
		workNone request
		workNone key00
		workChild request a
		workChild step
	END
	is "$(grep -v ': 0$' found)" '' "$2: each function has its labels, and no other's"
}

if ! built labels; then
	skip_rest 'go cannot build programs here'
fi
prof-record -v -F 999 -o p.pb.gz -- ./labels 3000 >truth 2>err
was_read err
true_labels p.pb.gz 'a program'
prof-fold -q p.pb.gz >p.folded
only_known 'main[.]work[A-Z][a-z]*' p.folded | sed 's/main[.]//g' >known
shares_hold truth known
grep -q 'pprof labels: [1-9][0-9]* samples, [0-9]* not valid, 0 not readable, 0 labels left out' err
ok $? 'the summary counts them' "$(cat err)"
prof-query -q --tag request=b -t folded p.pb.gz >b.folded
at_least "$(share b.folded 'main.workB')" 97 '--tag selects by them'
is "$(prof-query -q --values=n p.pb.gz | sort | tr '\n' ' ')" '0 1 2 3 ' 'values differ by goroutine'
prof-query -q --span a1b2 -t folded p.pb.gz >span.folded
# The rest is the runtime, which has more to do where CPUs are scarce.
at_least "$(share span.folded 'main.workChild')" 75 '--span selects by them'
prof-query -q --top --by request p.pb.gz >by
grep -q 'a' by && grep -q 'b' by
ok $? '--by ranks them' "$(cat by)"
prof-record -q -F 499 --label-by comm -o comm.pb.gz -- ./labels 300 >truth
is "$(prof-query -q --values=request comm.pb.gz 2>/dev/null)" '' '--label-by without pprof leaves them out'
prof-record -q -F 499 -l request=mine -o mine.pb.gz -- ./labels 300 >truth
is "$(prof-query -q --values=request mine.pb.gz)" mine 'a label that is given counts before'

# Of a process that the recorder does not expect, the first samples have no labels: all are counted.
prof-record -v -F 999 -o shell.pb.gz -- sh -c './labels 1000; true' >truth 2>err
prof-fold -q --root request shell.pb.gz >shell.folded
bare=$(awk '/main[.]work([AB]|Inner|Child);/ && !/^[ab];/ { n += $NF } END { print int(n / 1001001 + 0.5) }' shell.folded)
early=$(sed -n 's/.* labels left out; \([0-9]*\) samples are from before .*/\1/p' err)
[ "${early:-0}" -ge "$bare" ]
ok $? 'samples from before a process is known are counted' "$bare samples lack labels: $(cat err)"

# A process that runs already, stripped, and with a position that the kernel chooses
built stripped -ldflags='-s -w' && {
	./stripped 4000 >truth &
	pid=$!
	until grep -q stripped /proc/$pid/maps || ! kill -0 $pid; do :; done
	prof-record -q -F 499 -d 2s -p $pid -o stripped.pb.gz
	true_labels stripped.pb.gz 'stripped, by its number'
	wait $pid
}
built pie -buildmode=pie && {
	prof-record -q -F 499 -o pie.pb.gz -- ./pie 1500 >truth
	true_labels pie.pb.gz 'position-independent'
}
sed -e 's/^package main/&\n\n\/\/ int two(void) { return 2; } __thread int padding[5];\nimport "C"\n/' \
	-e 's/^func main() {/&\n\tC.two()/' "$top/tests/targets/labels.go" >main.go
for mode in exe pie; do
	if CGO_ENABLED=1 built cgo -buildmode=$mode -ldflags='-s -w'; then
		prof-record -q -F 499 -o cgo.pb.gz -- ./cgo 1500 >truth
		true_labels cgo.pb.gz "with C, $mode, stripped"
	else
		skip 'go cannot build programs with C here' "with C, $mode"
	fi
done

# Libraries of Go in a program in C. With two runtimes, one may call the other.
cat >host.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	void *library = NULL;
	void (*run)(void);

	for (int i = 1; i < argc; i++)
		library = dlopen(argv[i], RTLD_NOW);
	run = library ? (void (*)(void))dlsym(library, "RunGo") : NULL;
	return run ? (run(), 0) : puts(dlerror());
}
END
sed -e 's/^package main/&\n\nimport "C"\n/' -e 's/os.Args\[1\]/os.Getenv("MS")/' \
	-e 's/^func main() {/\/\/export RunGo\nfunc RunGo() { main() }\n\n&/' "$top/tests/targets/labels.go" >main.go
if CGO_ENABLED=1 built lib1.so -buildmode=c-shared -ldflags='-s -w' && $CC -o labels-host host.c -ldl; then
	cp lib1.so lib2.so
	MS=2500 prof-record -q -F 499 -o library.pb.gz -- ./labels-host ./lib1.so >truth
	some=1 # it is mapped after the first look at the process
	true_labels library.pb.gz 'a library'
	prof-merge -q -t folded library.pb.gz | grep workB >b.all
	prof-query -q --tag request=b -t folded library.pb.gz >b.folded
	awk 'FNR == NR { all += $NF; next } { n += $NF } END { exit !(n > all / 2) }' b.all b.folded
	ok $? 'most of its samples have labels' "$(cat b.all b.folded)"
	MS=500 prof-record -q -F 499 -o two.pb.gz -- ./labels-host ./lib1.so ./lib2.so >truth
	is "$(prof-query -q --values=request two.pb.gz 2>/dev/null)" '' 'of two runtimes none are read'
else
	skip 'go cannot build libraries here' 'a library' 'two runtimes'
fi

# A value in a part of the program's file that nobody has touched, so that it is not in memory
awk 'BEGIN {
	for (i = 0; i < 4; i++)
		text = text "abcdefghij"
	for (i = 0; i < 16; i++)
		text = text text
	print "package main\n\nimport (\n\"context\"\n\"runtime/pprof\"\n\"time\"\n)\n"
	print "const text = \"" text "\"\nvar sink uint64\n"
	print "func main() {"
	print "pprof.Do(context.Background(), pprof.Labels(\"request\", text[1500000:1500010]), func(context.Context) {"
	print "for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {"
	print "for i := 0; i < 100000; i++ {\nsink += sink*5 + uint64(i)\n}\n}\n})\n}"
}' >main.go
if built untouched; then
	prof-record -v -F 499 -o untouched.pb.gz -- ./untouched 2>err
	prof-query -q --tag request=abcdefghij -t folded untouched.pb.gz >request.folded
	prof-merge -q -t folded untouched.pb.gz | awk '/main/ { n += $NF } END { print n }' >all
	awk -v all="$(cat all)" '{ n += $NF } END { exit !(n > 0.8 * all) }' request.folded
	ok $? 'a value that is not in memory is read from the second sample on' "$(cat err all request.folded)"
fi

# Labels that are too many, too long, or not text
HOSTILE=1 prof-record -v -F 499 -o hostile.pb.gz -- ./labels 3000 2>err
prof-query -q --tag good=yes -t folded hostile.pb.gz >good.folded
at_least "$(share good.folded 'main.workHostile')" 90 'good labels among hostile ones'
for label in line long wild; do
	prof-query -q --values=$label hostile.pb.gz 2>/dev/null
done >found
is "$(cat found)" '' 'labels of two lines, of 1 MB, and that are no text are none'
grep -q 'pprof labels: [1-9][0-9]* samples, [0-9]* not valid, 0 not readable, [1-9][0-9]* labels left out' err
ok $? 'those left out are counted' "$(cat err)"
finish
