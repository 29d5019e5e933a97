#!/bin/sh
# prof-fold --symbolize: addresses of all kinds get their names, in text and in pprof.
. "$(dirname "$0")/../lib.sh"
names_addresses || {
	echo "1..0 # SKIP $(head -n 1 err)"
	exit 0
}

# frame ADDRESS FILE: a sample of perf script with one frame, which has no name
frame() {
	printf 'app 1 1.0: 1 cycles:\n\t%s [unknown] (%s)\n\n' "$1" "$2"
}

# A perf map.
printf '1000 100 js:first\n1080 10 js:second\n' >perf-77.map
{
	frame 1010 "$tmp/perf-77.map"
	frame 1088 "$tmp/perf-77.map"
	frame 2000 "$tmp/perf-77.map"
} >jit.perf
exits 0 'addresses in a perf map' prof-fold --symbolize jit.perf
is "$(cut -d ' ' -f 1 out)" 'app;[perf-77.map]
app;js:first
app;js:second' 'have its names'
says '1 of 3 addresses have no name; 0 of 1 files are missing' 'what has none is counted'
exits 0 'quietly' prof-fold -q --symbolize jit.perf
is "$(cat err)" '' 'nothing is reported'
exits 0 'without --symbolize' prof-fold jit.perf
is "$(cat out)" 'app;[perf-77.map] 3' 'there are no names'

# Files that are not there, or are no binaries.
echo 'not a binary' >text
mkfifo pipe
{
	frame 1000 /nowhere/app
	frame 1000 "$tmp/text"
	frame 1000 "$tmp/pipe"
} >missing.perf
exits 0 'files that are not there' prof-fold --symbolize missing.perf
is "$(cat out)" 'app;[app] 1
app;[pipe] 1
app;[text] 1' 'stay as they were'
says '3 of 3 addresses have no name; 2 of 3 files are missing' 'and are counted'

# The kernel's addresses are those of the machine and the boot that it was recorded in.
kernel=$(awk '$3 == "do_exit" && $1 !~ /^0*$/ { print $1 }' /proc/kallsyms 2>/dev/null | head -1)
frame "${kernel:-ffffffff81000000}" '[kernel.kallsyms]' >kernel.perf
exits 0 'kernel frames of an unknown machine' prof-fold --symbolize kernel.perf
is "$(cat out)" 'app;[[kernel.kallsyms]] 1' 'have no names'

if ! command -v gcc >/dev/null || ! command -v nm >/dev/null; then
	skip 'needs gcc and nm' 'a program'
	finish
fi
cat >app.c <<'END'
static volatile int total;
static inline __attribute__((always_inline)) int inner(int x)
{
	return total += x;
}
__attribute__((noinline)) int work(int x)
{
	for (int i = 0; i < x; i++)
		x += inner(i);
	return x;
}
int main(int argc, char **argv)
{
	return work(argc) + !argv;
}
END
gcc -O2 -g -no-pie -fno-pie -Wl,--build-id -o app app.c
work=$(nm app | awk '$3 == "work" { print $1 }')
size=$(nm -S app | awk '$4 == "work" { print $2 }')
i=0
while [ $i -lt $((0x$size)) ]; do
	frame "$(printf %x $((0x$work + i)))" "$tmp/app"
	i=$((i + 1))
done >app.perf
exits 0 'a program' prof-fold --symbolize app.perf
is "$(sed 's/ [0-9]*$//' out)" 'app;work
app;work;inner' 'functions and inlined calls'
prof-fold --symbolize --lines app.perf | grep -q '^app;work:9;inner:4 '
ok $? 'and lines'
exits 0 'no inlined calls' prof-fold --symbolize --no-inlines app.perf
is "$(cat out)" "app;work $((0x$size))" 'are left out'
prof-fold --symbolize --root none -t pprof -o named.pb.gz app.perf
is "$(prof-fold --root none named.pb.gz)" "$(prof-fold --symbolize --root none app.perf)" \
	'the names are in a pprof file'
prof-fold --root none -t pprof -o bare.pb.gz app.perf
is "$(prof-fold --symbolize --root none bare.pb.gz)" \
	"$(prof-fold --symbolize --root none app.perf)" 'and come into one that had none'
rm app
is "$(prof-fold --symbolize named.pb.gz)" "$(prof-fold named.pb.gz)" \
	'what has names needs no program'
is "$(DEBUGINFOD_URLS='' prof-fold -q --root none --debuginfod bare.pb.gz)" "[app] $((0x$size))" \
	'--debuginfod without servers'

# A debuginfod of our own, whose server is a directory.
gcc -O2 -g -no-pie -fno-pie -Wl,--build-id -o app app.c
id=$(readelf -n app | sed -n 's/.*Build ID: //p')
mkdir -p served
if gcc -shared -fPIC -o libdebuginfod.so.1 "$top/tests/targets/debuginfod.c" && objcopy --only-keep-debug app "served/$id" &&
	strip app; then
	start="app+0x$(printf %x $((0x$work))) $((0x$size))"
	is "$(prof-fold -q --symbolize --root none app.perf)" "$start" \
		'of a stripped program the beginning of a function is known'
	prof-fold -q --symbolize --root none -t pprof -o starts.pb.gz app.perf
	exits 0 'what stands for a name' prof-fold --symbolize --root none starts.pb.gz
	is "$(cat out)" "$start" 'stays'
	says "$((0x$size)) of $((0x$size)) addresses have no name" 'and is none'
	DEBUGINFOD_URLS=$tmp/served LD_LIBRARY_PATH=$tmp prof-fold -q --debuginfod --root none \
		starts.pb.gz >out
	is "$(sed 's/ [0-9]*$//' out)" 'work
work;inner' 'and becomes one when there is one'
	DEBUGINFOD_URLS=$tmp/served LD_LIBRARY_PATH=$tmp prof-fold -q --debuginfod --root none \
		app.perf >out
	is "$(sed 's/ [0-9]*$//' out)" 'work
work;inner' 'has names with debuginfod'
	DEBUGINFOD_URLS=$tmp/served LD_LIBRARY_PATH=$tmp prof-fold -q --symbolize --root none \
		app.perf >out
	is "$(cat out)" "$start" 'which is not asked without being told'
else
	skip 'needs objcopy and strip' 'a stripped program has names with debuginfod'
fi

# What was recorded without names.
busy='i=0; while [ $i -lt 200000 ]; do i=$((i+1)); read -r x </dev/null || :; done'
if prof-record -q -F 999 --no-symbols -o rec.pb.gz -- sh -c "$busy" 2>/dev/null &&
	[ -n "$kernel" ]; then
	prof-fold --symbolize --addrs -q rec.pb.gz >rec.folded
	grep -q ';__libc_start_' rec.folded
	ok $? 'a recording gets names'
	! grep -q '\[kernel.kallsyms' rec.folded
	ok $? 'the kernel of this boot, too' "$(grep -o '\[kernel[^;]*' rec.folded | head -3)"
	prof-record -q -F 999 -- sh -c "$busy" | prof-fold >live.folded
	[ -s live.folded ] && ! grep -q '\[kernel.kallsyms' live.folded
	ok $? 'and what is named as it is recorded' "$(head -3 live.folded)"
	nobody='setpriv --reuid=65534 --clear-groups --inh-caps=-all'
	fold=$(command -v prof-fold)
	if $nobody "$fold" --version >/dev/null 2>&1 &&
		$nobody head -1 /proc/kallsyms 2>/dev/null | grep -q '^0* '; then
		$nobody "$fold" --symbolize <rec.pb.gz >out 2>err
		says "the kernel's symbols are hidden from this user" 'said to those who may not see it'
		is "$(grep -c 'hidden' err)" 1 'once'
	else
		skip 'everybody may see it' 'kernel symbols are hidden'
	fi
else
	skip 'this user may not record' 'a recording gets names'
fi
finish
