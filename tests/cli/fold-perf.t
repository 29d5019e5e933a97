#!/bin/sh
# perf script as people meet it: every odd line that other tools get wrong.
. "$(dirname "$0")/../lib.sh"

# fold EXPECTED NAME [OPTION...]: what ./in folds to
fold() {
	expected=$1
	name=$2
	shift 2
	is "$(prof-fold -q "$@" in 2>&1)" "$expected" "$name"
}

printf 'p 1 1.0: 7 cycles: \n\t4a main+0x10 (/a/b)\n\n' >in
fold 'p;main 7' 'a command of one character'

printf 'foo 1 1.0: 7 cycles: \n\t4a main+0x10 (/a/b)\n' >in
fold 'foo;main 7' 'the last sample needs no blank line'

printf 'foo 1 1.0: 0 cycles: \n\t4a main+0x10 (/a/b)\n\n' >in
fold 'foo;main 1' 'a period of 0 counts as 1'

printf 'foo 1 1.0: 7 cycles: 4a main+0x10 (/a/b)\n' >in
fold 'foo;main 7' 'event and frame on one line'

printf 'foo 1 1.0: sched:sched_switch: prev_comm=foo prev_pid=1 (x)\n\t4a main+0x10 (/a/b)\n\n' >in
fold 'foo;main 1' 'a payload is not a frame'
fold 'foo;main 1' 'and its event has a name' --event sched:sched_switch

printf 'foo 1 1.0: 7 cycles: \n\t4a (anonymous namespace)::f+0x10 (/a/b)\n\n' >in
fold 'foo;(anonymous namespace)::f 7' 'a name that begins with a parenthesis'

printf 'foo 1 1.0: 7 cycles: \n\t4a main+0x10 (/a/b (deleted))\n\n' >in
fold 'foo;main 7' 'a deleted binary'

printf 'foo 1 1.0: 7 cycles: \n\t4a main+0x10 (/a/my app)\n\t4b f (%s)\n\n' '[JIT] tid 123' >in
fold 'foo;f;main 7' 'binaries with blanks in their names'

printf 'foo 1 1.0: 7 cycles: \n\t4a Foo::operator->()+0x10 (/a/b)\n\n' >in
fold 'foo;Foo::operator-> 7' 'operator-> joins no inlined frames'

printf 'foo 1 1.0: 7 cycles: \n\t4a foo<(some_enum)0>::bar()+0x10 (/a/b)\n\n' >in
fold 'foo;foo<(some_enum)0>::bar 7' 'parentheses in template arguments'

printf '             foo 1 1.0: 7 cycles: \n\t4a main+0x10 (/a/b)\n\n' >in
fold 'foo;main 7' 'a command that is aligned to the right'

printf '1 2 3 44 1.0: 7 cycles: \n\t4a main+0x10 (/a/b)\n\n' >in
fold '1_2_3;main 7' 'a command of numbers'

printf ':-1 -1 [000] 34.5: 7 cycles: \n\t4a main+0x10 (/a/b)\n\n' >in
fold ':-1;main 7' 'an unknown task'

printf 'a;b 1 1.0: 7 cycles: \n\t4a main+0x10 (/a/b)\n\n' >in
fold 'a:b;main 7' 'a semicolon in a command'

printf 'foo 1 1.0: 7 cycles: \n\t4a main+0x10 (/a/b)\n\nfoo 1 1.1: 9 faults: \n\t4a main+0x10 (/a/b)\n\n' >in
fold 'foo;main 7' 'of two events the first by default'
fold 'foo;main 9' 'the other when asked for' --event faults
fold 'foo;main 9' 'or by its index' --type 1
is "$(prof-merge -t pprof in | prof-fold --type faults)" 'foo;main 9' 'both travel in one stream'

printf 'foo 1 1.0: 7 cycles: \r\n\t4a main+0x10 (/a/b)\r\n\r\n' >in
fold 'foo;main 7' 'CR LF'

printf 'foo 1 1.0: 7 cycles: \n\n' >in
fold 'foo 7' 'an event without frames counts'

printf 'foo 1 1.0: 7 cycles: \n\t4a main+0x10\n\n' >in
fold 'foo;main 7' 'a frame without a binary'

printf 'foo 1 1.0: 7 cycles: \n\t4a Lorg/foo;::run(I;J)V (/tmp/perf-1.map)\n\n' >in
fold 'foo;Lorg/foo:::run 7' "Java's type descriptors"
sed 's/^foo/java/' in >java && mv java in
fold 'java;org/foo:::run 7' 'are stripped in a JVM'

printf "foo 1 1.0: 7 cycles: \\n\\t4a it's+0x10 (/a/b)\\n\\n" >in
fold "foo;it's 7" 'a quote in a name'

printf 'foo 1 1.0: 7 cycles: \n\t4a bar (inlined)\n\t4a main (/a/b)\n\n' >in
fold 'foo;main;bar_[i] 7' "perf's own inlined frames" --all
fold 'foo;main;bar 7' 'which are not marked unless asked for'
fold 'foo;main 7' 'and can be left out' --no-inlines

printf 'foo 1 1.0: 7 cycles: \n\t4a a->b (/tmp/perf-1.map)\n\n' >in
fold 'foo;a;b_[i] 7' "a JIT's inlined frames are marked always"

printf 'foo 1 1.0: 7 cycles: \n\t4 v (%s)\n\t3 h (%s)\n\t2 j (%s)\n\n' '[vdso]' '[heap]' '[JIT] tid 1' >in
fold 'foo;j;h;v 7' 'vdso, heap and JIT are not the kernel' --kernel

printf 'foo 1 1.0: 7 cycles: \n\t5 m (/lib/modules/x.ko)\n\t4 n (/lib/y.ko.xz)\n\t3 o (bpf_prog_12ab)\n\t2 p (%s)\n\t1 q (/boot/vmlinux-6.1)\n\n' '[ext4]' >in
fold 'foo;q_[k];p_[k];o_[k];n_[k];m_[k] 7' 'modules and BPF programs are' --kernel

printf 'foo 1 1.0: 7 cycles: \n\t4a main (/proc/1/root/tmp/perf-1.map)\n\n' >in
fold 'foo;main_[j] 7' 'a JIT map seen through a container' --jit

printf 'foo 1 1.0: 7 cycles: \n\t4a m\377n+0x10 (/a/b)\n\n' >in
fold "$(printf 'foo;m\377n 7')" 'bytes that are not UTF-8 pass through'

printf 'java  3244 cpu-clock: \n7f31 Foo (/tmp/perf-1.map)\n4a main (/a/b)\n\n' >in
fold 'java;main;Foo 1' 'frames without indentation, no time, no period'

printf 'a b 12/13 [001] 2.5: 3 cycles:u: \n\t4a [unknown] (/a/libx.so)\n\t4b [unknown] (%s)\n\n' '[unknown]' >in
fold 'a_b-12/13;[unknown];[libx.so] 3' 'process and thread' --tid
fold 'a_b-12;[unknown];[libx.so] 3' 'process' --pid
fold 'a_b;[unknown <4b>];[libx.so <4a>] 3' 'addresses for want of names' --addrs
fold '1;12;[unknown];[libx.so] 3' 'other labels at the root' --root cpu,pid
fold '[unknown];[libx.so] 3' 'or none' --root none
sed 's,12/13,13,' in >in2 && mv in2 in
fold 'a_b-?/13;[unknown];[libx.so] 3' 'a process that is not known' --tid

printf 'foo 1 1.0: 7 cycles: \n\t4a f+0x1 (/a/b)\n  src/f.c:12\n\t4b main+0x2 (/a/b)\n  b[4b]\n\n' >in
fold 'foo;main;f:12 7' 'source lines' --lines

printf 'foo 1 1.0: 7 cycles: \n\n\t4a main (/a/b)\n\nfoo 1 1.0: 7 cycles: \n\t4a main (/a/b)\n' >in
fold 'foo;main 14' 'a blank line between event and stack'

printf '# hostname : lab3\n# os release : 6.1\nfoo 1 1.0: 7 cycles: \n\t4a main (/a/b)\n\n' >in
prof-merge -t pprof in >out.pb.gz
is "$(gzip -dc <out.pb.gz | tr -d '\n' | grep -aoE 'host=lab3|kernel=6.1' | tr '\n' ' ')" \
	'host=lab3 kernel=6.1 ' "perf's header becomes facts"

printf 'foo 1 1.0: 7 cycles: \n\t4a main (/a/b)\nnonsense\n\nfoo 1 1.0: 7 cycles: \n\t4a main (/a/b)\n\n' >in
exits 2 'a malformed line is an error' prof-fold in
says '^prof-fold: in:3: neither an event nor a frame: .nonsense' 'with its place'
exits 0 'unless lenient' prof-fold --lenient in
same out - 'which keeps the rest' <<'END'
foo;main 14
END
says 'skipped 1 malformed record' 'and counts'

printf '\t4a main (/a/b)\n\nfoo 1 1.0: 7 cycles: \n\t4a main (/a/b)\n' >in
exits 2 'a frame without an event' prof-fold -f perf-script in
says 'in:1: a frame without an event line before it' 'is reported as one'

# Several events, and what is reported about them.
printf 'foo 1 1.0: 7 cycles:ppp: \n\t4a main (/a/b)\n\nfoo 1 1.1: 9 faults: \n\t4a main (/a/b)\n\nfoo 1 1.2: 2 cycles:P: \n\t4b g (/a/b)\n\n' >in
exits 0 'an event besides the first' prof-fold in
says "only sample type 'cycles' is used; left out: faults \(stacks: 1\)" 'is reported as left out'
exits 0 'one that was asked for' prof-fold --type faults in
same err /dev/null 'leaves nothing to say'
fold 'foo;g 2
foo;main 7' 'a type has the names of its events, too' --type cycles:ppp
exits 2 'all of them do not fit into text' prof-fold --type all in
says 'only pprof output' 'which is the reason'
prof-fold --type all --root none -t pprof in >all.pb.gz
is "$(prof-fold --type faults all.pb.gz)" 'foo;main 9' 'but into pprof'
exits 2 'nor into a picture' prof-flame --type all in
says 'only pprof output' 'for the same reason'
prof-merge in >merged
is "$(prof-fold --type faults merged)" 'foo;main 9' 'a merge keeps events'
is "$(prof-fold -q --root tid merged)" '1;g 2
1;main 7' 'and labels'
exits 0 'as text it does not' prof-merge -t folded in
says 'left out: faults \(stacks: 1\)' 'and says so'

# Arrows.
printf 'foo 1 1.0: 7 cycles: \n\t4a a->b (/a/b)\n\t4b o->i (/a/jitted-1-2.so)\n\t4c fn() -> u32 (/tmp/perf-1.map)\n\n' >in
fold 'foo;fn() -> u32;o;i_[i];a->b 7' "only a JIT's names join inlined frames"
printf 'java 1 1.0: 7 cycles: \n\t4a Node::operator-> (/lib/libjvm.so)\n\t4b La/B;::c->La/B;::d (%s)\n\n' '[unknown]' >in
fold 'java;a/B:::c;a/B:::d_[i];Node::operator-> 7' 'and those of a JVM without a binary'
printf 'foo 1 1.0: 7 cycles: \n\t4a a->b (/tmp/perf-1.map)\n  x.c:3\n\n' >in
fold 'foo;a;b:3_[i] 7' 'a source line is of the innermost of them' --lines
printf 'foo 1 1.0: 7 cycles: \n\t            4a1a b\n  x.c:3 (inlined)\n\t            4a1a a (/x/y)\n  x.c:9\n\n' >in
fold 'foo;a:9;b:3_[i] 7' 'an inlined frame with its source line' --lines --all

# Lines that do not fit their file.
printf 'foo \n\t            4a1a f\n\nnonsense \nmore \n\n' >in
exits 2 'a line that might be an event needs a frame' prof-fold in
says 'in:5: neither an event nor a frame: .more' 'and is an error without'
printf 'nonsense' >in
exits 2 'even the only one' prof-fold -f perf-script in
says 'in:1: ends where a frame should follow' 'where the input ends'
printf 'foo 1 1.0: 7 cycles: \n\t4a f (/a/b)\n\nfoo \n\t4a f (/a/b)\n\n' >in
exits 2 'nor is it one where events have a time' prof-fold in

# Facts.
printf 'foo 1 1.0: PERF_RECORD_LOST lost 5\nfoo 1 1.0: PERF_RECORD_LOST_SAMPLES lost 7\nfoo 1 1.0: 7 cycles: \n\t4a main (/a/b)\n\n' >in
is "$(prof-merge -t pprof in | gzip -dc | grep -ao 'lost=[0-9]*')" 'lost=12' 'lost samples are counted'

# The program, for tools that want to know.
printf 'app 1 1.0: 7 cycles: \n\tffffffff81000010 write ([kernel.kallsyms])\n\t7f write (/lib/libc.so.6)\n\t4a main (/opt/app)\n\t7e start (/lib/libc.so.6)\n\n' >in
is "$(prof-query --top=1 in | head -n 1)" 'File: app' 'the main binary is no library'

# Differentials.
{
	printf 'main;a 1 2\n'
	i=0
	while [ $i -lt 1000 ]; do
		printf 'main;%080d;b 1 1\n' $i
		i=$((i + 1))
	done
	printf 'main;c 5\n'
} >diff.folded
exits 2 'one count in a differential' prof-fold diff.folded
says 'diff.folded:1002: expected two counts, as on the lines before' 'is an error'

# Other tools' results for real profiles, where they are at hand.
corpus=$top/../shared/corpus/perf-script
if [ -d "$corpus" ]; then
	# Kernel marks on [vdso] differ on purpose; so do legacy Rust names.
	for f in "$corpus"/perf-*.txt; do
		case $f in
		*.expected-*) continue ;;
		esac
		for e in "${f%.txt}".expected-*.txt; do
			option=${e##*.expected-}
			prof-fold -q "--${option%.txt}" "$f" | tr -d "\"'" >got
			case $f in
			*rust*) sed 's/.* //' got | sort >got2; sed 's/.* //' "$e" | sort >want ;;
			*) cp got got2; sed 's/\(vdso\(_gettimeofday\|\]\]\)\)_\[k\]/\1/' "$e" >want ;;
			esac
			same got2 want "$(basename "$e")"
		done
	done
else
	skip 'no corpus beside the project' 'profiles of other tools'
fi
# Fields that stand beside each other in odd selections.
printf 'java 7/7 [001] 5.100000:          7 cycles: \n\t4a LazyCompile:*f /srv/a b.js:1+0x10 (//anon)\n\n' >in
fold 'java;LazyCompile:*f /srv/a b.js:1 7' "V8's names in a process called java"

printf '#1     7/7     [001] 5.100000:         12 cycles:           401136 main+0x1 (/a/b)\n' >in
fold '#1;main 12' 'a command that begins with #'

printf 'dd       1 [003] U     123456789012   call                      5080021 |OP LOAD|LVL L1 hit|BLK  N/A \n\t          401136 main (/a/b)\n\n' >in
fold 'dd;main 123456789012' 'a period without an event, after misc'

printf 'dd       1/1       [003] 5.100000:     250000 L1-dcache-load-misses:           5080021 |OP LOAD|LVL L1 hit|SNP None|BLK  N/A \n' >in
fold 'dd 250000' 'the source of data is not a frame'

printf 'dd       1/1       [003] 2026-11-29 01:46:25.123456     250000 cycles:           401136 main+0x1f (/a/b)\n' >in
fold 'dd;main 250000' 'a date without a time'

printf 'dd       1/1       [003] 5.100000:                17           401136 main+0x1f (/a/b)\n' >in
fold 'dd;main 1' 'a weight is no period'

printf 'dd       1/1       [003] 5.100000:   call                       401136 main+0x1f\n' >in
fold 'dd;main 1' 'the kind of a branch before a frame'

printf 'dd       1 [003] r01c2:  /user.slice/a.scope           401136 main+0x1f\n' >in
fold 'dd;main 1' 'a control group before a frame'

printf 'dd 5.100000: 7 cycles: \n\t4a main+0x1 (/a/b)\n\nn 5 5.200000: 7 cycles: \n\t4a main+0x1 (/a/b)\n\n' >in
prof-fold in >out 2>err
is "$(cat err)" 'prof-fold: in:4: threads are printed for some events only: a number may be part of a command' \
	'a number that may be a thread or not is noted'

printf '          401136 main (/a/b)\n  main.c:12 ABI:2    AX:0x2a\n' | sed '1s/^/dd       1\/1       [003] 5.100000:          7 cycles: /' >in
fold 'dd;main 7' 'registers after a source line'

# Selections of fields without an anchor, as perf 6.1 prints them.

printf 'cafe       1e05080021 |OP N/A|LVL N/A\n\t            11ac leaf\n insn: 89 f8 4K\nkworker/0:1       1e05080021 |OP N/A|LVL N/A\n\t            11bc leaf\n insn: 88 11 4K\n' >in
fold 'cafe;leaf 1
kworker/0:1;leaf 1' 'a command that looks like a place in the source'

printf '              12       1e05080021 |OP N/A|LVL N/A     561f5bdd31be leaf+0x25 4K\n' >in
fold '12;leaf 1' 'a command of digits is neither a thread nor a period'

printf 'U         500000 cpu-clock:                0\n\t          158b54 f+0x4 (/a/b)\n N/A 4K\nK         500000 cpu-clock:                0\n\tffffffff82255ff7 g+0x7 ([kernel.kallsyms])\n 4K 4K\n' >in
fold 'f 500000
g 500000' 'the mode of a sample without thread, CPU, and time is no command'

printf 'ok 11772/11772 U              1 \n\t           20ca3 mmap64 (/a/b)\n insn: 48 3d\n' >in
fold 'ok;mmap64 1' 'the mode of a sample after a thread, without an event'

printf 'K      1054.054047: cpu-clock:                0 ffffffff82255ff7 g ([kernel.kallsyms]) N/A 4K\n' >in
fold 'g 1' 'the mode of a sample before a time'

printf '              dd 11716     500000       1e05080021 |OP N/A|LVL N/A               0               0 ffffffff82255ff7 g+0x7 ([kernel.kallsyms])               0\n' >in
fold 'dd;g 500000' 'numbers before and after the frame'

printf '12 11645 cpu-clock:                                        0\n\t          158b54 f+0x4 (/a/b)\n' >in
fold '12;f 1' 'a thread after a command of digits is not a period'

printf '        a 12/34  9032   465.708479:    1000000 cpu-clock:      556b8a62c1be leaf+0x25 (/a/b)\n' >in
fold 'a_12/34;leaf 1000000' 'a command that ends as a process and thread do'

printf 'PERF_RECORD_X 9032   465.708479:    1000000 cpu-clock:      556b8a62c1be leaf+0x25 (/a/b)\n' >in
fold 'PERF_RECORD_X;leaf 1000000' 'a command that begins as a record does'

printf '           VM: 1  9032   465.708479:    1000000 cpu-clock:      556b8a62c1be leaf+0x25 (/a/b)\n' >in
fold 'VM:_1;leaf 1000000' 'a command that looks like a guest'

printf 'VM: 1234 VCPU:001             qemu  9032   465.708479:    1000000 cpu-clock:      556b8a62c1be leaf+0x25 (/a/b)\n' >in
fold 'qemu;leaf 1000000' 'a guest'

printf '#hash  8537 [001]   452.377275:     500000 cpu-clock: \n\t            11bc leaf+0x23 (/a/b)\n\n# hash  8537 [001]   452.381072:     500000 cpu-clock: \n\t            11bc leaf+0x23 (/a/b)\n\n' >in
fold '#_hash;leaf 500000
#hash;leaf 500000' 'commands that look like comments'

printf '              ok 11772 U              1 sched:sched_switch:  ilen: 6\n              ok 11772 U              1 sched:sched_switch:  ilen: 6\n' >in
fold 'ok 2' 'numbers at the ends of lines do not make folded stacks of them'

printf '              ok syscalls:sys_enter_mmap:       1e05080021 |OP N/A|LVL N/A     7fa2584e5ca3 mmap64+0x13\n' >in
fold 'ok;mmap64 1' 'a frame without a binary where a payload could be'

printf 'ok 1 1.0: 7 cycles: \n\t            11ac leaf+0x1 (/a/b)\n\t            125d main+0x1 (/a/b)\n\t\tadd %%eax, %%ebx\nok 1 1.1: 7 cycles: \n\t            125d main+0x1 (/a/b)\n\t\tpush %%rbp\n' >in
fold 'ok;main 7
ok;main;leaf 7' 'instructions after a call chain (-F disasm)'

printf '              ok     1     1.000000:          7 cycles:      556b8a62c1be leaf+0x25 (/a/b)\t\tadd %%eax, %%ebx\n' >in
fold 'ok;leaf 7' 'an instruction after a frame'

printf "a;b 0\n" >in
is "$(prof-fold in 2>&1)" "prof-fold: all values are 0" "nothing is printed, and said to be"

finish
