#!/bin/sh
# Stacks through code that is hard to unwind, and binaries in odd places.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target odd

# whole WAY FRAMES [PROGRAM]: nearly all samples have that stack. Those of the last
# moments cannot be completed from the process's memory.
whole() {
	# Where records were lost, that of a mapping may be among them: that run says nothing.
	for tries in 1 2 3; do
		prof-record -q -F 499 -o way.pb.gz -- "${3:-./odd}" "$1" 0.6
		[ "$(prof-query --summary way.pb.gz | sed -n 's/^comment *lost=//p')" != 0 ] || break
	done
	prof-fold way.pb.gz >way.folded
	at_least "$(share way.folded "_start;.*main;$2")" 90 "$1${3:+ of $3}" "$(cut -c 1-300 way.folded)"
}
whole variable 'variable;spin'
whole large 'large;spin'
whole deep '(deep;)+spin'
whole aligned 'aligned;spin'
whole signalled 'signalled;.*handler;spin'
whole largely_signalled 'largely_signalled;.*large_handler;large;spin'
whole sorting 'sorting;.*compare;spin'
whole exec 'variable;spin'
whole patched 'patched;spin'

# A function of the page that the kernel emulates, where its calls end in a page fault
if grep -q 'vsyscall' /proc/self/maps; then
	whole emulated 'emulated'
	at_least "$(share way.folded 'emulated;.vsyscall.;.*asm_exc_page_fault')" 20 'it has the name of that page' \
		"$(cut -c 1-200 way.folded)"
else
	skip 'no vsyscall page' 'functions of that page'
	skip 'no vsyscall page' 'it has the name of that page'
fi

# What is beyond the copy comes from the process, not from the stack that was seen before
prof-record -F 499 -o callers.pb.gz -- ./odd callers 2 2>err
prof-fold callers.pb.gz >callers.folded
at_least "$(share callers.folded ';quarter;descend')" 12 'two callers beyond the copy: one has a quarter' \
	"$(cut -c 1-80 callers.folded; cat err)"
at_least "$(share callers.folded ';rest;descend')" 60 'and the other the rest' \
	"$(cut -c 1-80 callers.folded; cat err)"

# Text in anonymous memory, in a process that has moved it before
whole moved 'moved;spin'
./odd moved 30 &
sleep 0.3
prof-record -q -F 499 -p $! -d 500ms -o moved.pb.gz
kill $!
prof-fold moved.pb.gz >moved.folded
at_least "$(share moved.folded '_start;.*main;moved;spin')" 95 'text that was moved' "$(cat moved.folded)"

# Text that mremap() has moved, of which the kernel tells nothing
cat >remap.c <<'END'
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>
void loops(void);
__asm__(".section .loops,\"ax\",@progbits\n.p2align 14\n"
	".type loop,@function\nloop:\n.cfi_startproc\n1: dec %rdi\njnz 1b\nret\n.cfi_endproc\n"
	".size loop,.-loop\n.globl loops\n.type loops,@function\nloops:\n.cfi_startproc\n"
	"sub $8,%rsp\n.cfi_adjust_cfa_offset 8\nmov $1500000000,%rdi\ncall loop\n"
	"add $8,%rsp\n.cfi_adjust_cfa_offset -8\nret\n.cfi_endproc\n.size loops,.-loops\n"
	".p2align 14\n.text\n");
int main(void)
{
	enum { PAGE = 1 << 14 };
	char *at = (char *)((unsigned long)loops & -PAGE), *to = (char *)0x7000000000;

	if (mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		return 1;
	((void (*)(void))(to + ((char *)loops - at)))();
	sleep(1);
	return 0;
}
END
if [ "$(uname -m)" = x86_64 ] && $CC -O2 -o remap remap.c && ./remap; then
	prof-record -q -F 499 -o remap.pb.gz -- ./remap
	prof-fold remap.pb.gz >remap.folded
	at_least "$(share remap.folded '_start;.*main;loops;loop')" 90 'text at another address' "$(cat remap.folded)"
else
	skip 'assembly of x86-64' 'text at another address'
fi

# How it was built
cp odd gone
whole deleted 'deleted;spin' ./gone
$CC -O1 -g -fno-inline -no-pie -o fixed "$top/tests/targets/odd.c"
whole variable 'variable;spin' ./fixed
if $CC -O1 -g -fno-inline -static -o static "$top/tests/targets/odd.c" 2>/dev/null; then
	whole sorting 'sorting;.*compare;spin' ./static
	$CC -O1 -g -fno-inline -static-pie -o static-pie "$top/tests/targets/odd.c" 2>/dev/null &&
		whole signalled 'signalled;.*handler;spin' ./static-pie
fi
$CC -O2 -g -fomit-frame-pointer -fno-inline -fno-optimize-sibling-calls -o fast \
	"$top/tests/targets/odd.c"
whole variable 'variable;spin' ./fast

# Unwind tables in .debug_frame, beside the .eh_frame that crt1.o brings, and in a debug file
$CC -O1 -g -fno-inline -fno-asynchronous-unwind-tables -fomit-frame-pointer -o debug-frame \
	"$top/tests/targets/odd.c"
whole deep '(deep;)+spin' ./debug-frame
objcopy --only-keep-debug debug-frame debug-frame.debug
strip debug-frame
objcopy --add-gnu-debuglink=debug-frame.debug debug-frame
whole deep '(deep;)+spin' ./debug-frame
# No tables at all, and no frame pointers: libc calls main() through a pointer
$CC -O1 -fno-inline -fno-asynchronous-unwind-tables -fomit-frame-pointer -o no-tables \
	"$top/tests/targets/odd.c"
whole deep '(deep;)+spin' ./no-tables

strip -o stripped odd
prof-record -q -F 499 -o s.pb.gz -- ./stripped variable 0.3
prof-fold s.pb.gz >s.folded
at_least "$(share s.folded 'stripped[+]0x[0-9a-f]*;__libc_start.*;stripped[+]0x[0-9a-f]*;stripped[+]0x[0-9a-f]*;stripped[+]0x[0-9a-f]*')" 95 \
	'a stripped program has no names, but whole stacks' "$(cat s.folded)"

# One that is linked statically has no sorted table of its functions
if [ -x static ]; then
	strip -o stripped static
	prof-record -q -F 499 -o s.pb.gz -- ./stripped variable 0.3
	prof-fold s.pb.gz >s.folded
	start() { nm static | awk -v f="$1" '$3 == f { sub(/^0+/, "", $1); print "stripped[+]0x" $1 }'; }
	at_least "$(share s.folded "$(start main);$(start variable);$(start spin)")" 95 \
		'its functions have their starts for names, too' "$(cat s.folded)"
else
	skip 'no static libraries' 'its functions have their starts for names, too'
fi

# Frame pointers
$CC -O1 -g -fno-inline -fno-omit-frame-pointer -o fp "$top/tests/targets/odd.c"
prof-record -q --stack fp -F 499 -o fp.pb.gz -- ./fp variable 0.3
prof-fold fp.pb.gz >fp.folded
at_least "$(share fp.folded 'main;variable;spin')" 95 '--stack fp' "$(cat fp.folded)"
exits 2 'a stack of no size' prof-record --stack-size 10 -- ./odd variable

prof-record -q --stack fp -F 499 -o fp.pb.gz -- ./fp deep 0.3
prof-fold fp.pb.gz >fp.folded
at_least "$(share fp.folded '[[]truncated[]];deep')" 95 'more frames than the kernel follows' \
	"$(cut -c 1-60 fp.folded)"
at_least "$(prof-query --raw fp.pb.gz | sed -n 's/.*truncated_too_deep=//p')" 10 'and their number is reported by cause'

# 32-bit programs: with unwind tables, with frame pointers, with neither; and the vDSO that they have
cat >bits32.c <<'END'
static volatile unsigned sink;
__attribute__((noinline)) void leaf(void) { for (unsigned i = 0; i < 200000000; i++) sink += i; }
__attribute__((noinline)) void middle(void) { leaf(); sink++; }
__attribute__((noinline, used)) void outer(void) { middle(); sink++; __asm__("int $0x80" :: "a"(1), "b"(0)); }
__asm__(".globl _start\n_start: xor %ebp, %ebp\n call outer\n hlt\n");
END
build32() {
	$CC -m32 -nostdlib -static -fno-pic -no-pie -O1 -fno-stack-protector -fcf-protection=none \
		-fno-asynchronous-unwind-tables "$@" bits32.c 2>/dev/null
}
data32=$top/tests/data/i386
if "$data32/chain"; then
	prof-record -q -F 999 -o 32.pb.gz -- "$data32/chain"
	prof-fold 32.pb.gz >32.folded
	at_least "$(share 32.folded 'chain;_start;run;(outer;middle;leaf|aligned;leaf|signals;__kernel_(rt_)?sigreturn;handler;leaf|enters)')" \
		99 'a 32-bit program with unwind tables' "$(cat 32.folded)"
	at_least "$(grep -c 'run;enters;__kernel_vsyscall' 32.folded)" 1 'its vDSO has its own names'
	is "$(grep -c '__vdso\|\[\[vdso' 32.folded)" 0 'and not those of the 64-bit one' "$(cat 32.folded)"
	prof-record -q -F 999 -o 32.pb.gz -- "$data32/bare"
	prof-fold 32.pb.gz >32.folded
	at_least "$(share 32.folded 'bare;[[]truncated[]](;run)?((;outer)?;middle;leaf|;aligned;leaf|;handler;leaf|;enters)')" \
		99 'without any, no frame is wrong' "$(cat 32.folded)"
else
	skip 'no 32-bit programs here' 'a 32-bit program with unwind tables'
fi
if build32 -fno-omit-frame-pointer -o bits32 && build32 -fomit-frame-pointer -o bare32 && ./bits32; then
	prof-record -q -F 499 -o 32.pb.gz -- ./bits32
	prof-fold 32.pb.gz >32.folded
	at_least "$(share 32.folded 'bits32;_start;outer;middle;leaf')" 95 'a 32-bit program' "$(cat 32.folded)"
	prof-record -q -F 499 -o 32.pb.gz -- ./bare32
	prof-fold 32.pb.gz >32.folded
	at_least "$(share 32.folded 'bare32;[[]truncated[]];.*leaf')" 95 'and one without frame pointers' \
		"$(cat 32.folded)"
else
	skip 'no compiler for 32-bit programs here' 'a 32-bit program'
fi

# Code that comes and goes
cat >plugin.c <<'END'
static volatile unsigned long sink;
void plugin(unsigned long n)
{
	while (n--)
		sink += n;
}
END
cat >host.c <<'END'
#include <dlfcn.h>
int main(void)
{
	for (int i = 0; i < 40; i++) {
		void *so = dlopen(i % 2 ? "./one.so" : "./two.so", RTLD_NOW);
		void (*plugin)(unsigned long) = (void (*)(unsigned long))dlsym(so, "plugin");

		plugin(10000000);
		dlclose(so);
	}
	return 0;
}
END
$CC -O1 -g -shared -fPIC -o one.so plugin.c
sed 's/+= n/^= n/' plugin.c >other.c
$CC -O1 -g -shared -fPIC -o two.so other.c
$CC -O1 -g -o host host.c -ldl
prof-record -q -F 499 -o so.pb.gz -- ./host
prof-fold so.pb.gz >so.folded
grep -vE 'dlopen|dlclose|dlsym|_dl_' so.folded >part.folded # their time is that of the disk, too
at_least "$(share part.folded 'main;plugin')" 95 'shared objects that come and go' "$(cat so.folded)"
is "$(prof-query --raw so.pb.gz | grep -cE '(one|two)\.so .*[0-9a-f]{40}')" 2 'are told apart'

# Two files of one name and without a build id, in turn at one address: by the time that one of them
# is looked for, its path mostly leads to the other
for name in first second; do
	sed "s/^void plugin/__attribute__((noinline)) static void only_$name/" plugin.c >"$name.c"
	echo "void plugin(unsigned long n) { only_$name(n); sink++; }" >>"$name.c"
	$CC -O1 -g -shared -fPIC -Wl,--build-id=none -o "$name.so" "$name.c"
done
sed 's|void \*so = .*|void *so; unlink("one.so"); if (link(i % 2 ? "first.so" : "second.so", "one.so")) return 1; so = dlopen("./one.so", RTLD_NOW);|
	s|#include|#include <unistd.h>\n#include|' host.c >turns.c
$CC -O1 -g -o turns turns.c -ldl
if [ "$(id -u)" = 0 ] && stat -f -c %T . | grep -Eq '^(ext2/ext3|xfs)$'; then
	prof-record -q -F 499 -o turns.pb.gz -- ./turns
	prof-fold turns.pb.gz >turns.folded
	for name in first second; do
		at_least "$(share turns.folded "main;plugin;only_$name|truncated.;only_$name")" 25 \
			"files in turn at one address: the $name" "$(cat turns.folded)"
	done
else
	skip 'only root opens files by inode, on ext4 and xfs' 'files in turn at one address'
fi

# Programs that are gone, with their files, before they can be looked at
target spin
exits 0 'programs that are removed' prof-record -F 999 -o gone.pb.gz -- sh -c \
	'for i in 1 2 3 4 5; do cp spin gone$i; ./gone$i 0.01; rm gone$i; done'
is "$(prof-query --raw gone.pb.gz | grep -c '^mapping.*/gone[0-9]')" 1 'are known as one, by their build id' \
	"$(prof-query --raw gone.pb.gz | grep gone)"

# A signal handler after a call of nothing
cat >null.c <<'END'
#include <signal.h>
#include <unistd.h>
static volatile unsigned long sink;
static void handler(int number)
{
	(void)number;
	for (unsigned long n = 50000000; n--;)
		sink += n;
	_exit(0);
}
__attribute__((noinline)) static void call(void (*f)(void)) { f(); sink++; }
int main(void)
{
	signal(SIGSEGV, handler);
	call(0);
	return 0;
}
END
$CC -O1 -g -o null null.c
prof-record -q -F 499 -o null.pb.gz -- ./null
prof-fold null.pb.gz >null.folded
at_least "$(share null.folded 'main;call;[^;]*;handler')" 90 'the caller of nothing' "$(head -3 null.folded)"

# Functions without tables that are jumped to: their callers called another one. And a call that is
# long over, of a function that lies nearer, but does not jump here.
cat >jumps.c <<'END'
__asm__(".text\n"
	".globl near, worker, entry\n"
	".type near,@function\nnear: ret\n.size near,.-near\n"
	".type worker,@function\n"
	"worker: push %rbx\n push %r12\n push %r13\n sub $200, %rsp\n"
	"1: dec %rdi\n jnz 1b\n"
	"add $200, %rsp\n pop %r13\n pop %r12\n pop %rbx\n ret\n.size worker,.-worker\n"
	".type entry,@function\nentry: jmp worker\n.size entry,.-entry\n");
void near(void *);
void entry(unsigned long);
__attribute__((noinline)) static void over(void)
{
	long room[8];
	near(room);
	__asm__ volatile("" ::: "memory");
}
__attribute__((noinline)) static void outer(void)
{
	over();
	entry(1000000);
	__asm__ volatile("" ::: "memory");
}
int main(void)
{
	for (int i = 0; i < 2000; i++)
		outer();
	return 0;
}
END
if [ "$(uname -m)" = x86_64 ]; then
	$CC -O1 -g -fno-pie -no-pie -o jumps jumps.c
	prof-record -q -F 499 -o jumps.pb.gz -- ./jumps
	prof-fold jumps.pb.gz >jumps.folded
	at_least "$(share jumps.folded 'main;outer;worker[; ]')" 98 'a function that another one jumps to' \
		"$(cat jumps.folded)"
else
	skip 'assembly of x86-64' 'a function that another one jumps to'
fi

# Assembly without tables that is called through a pointer, with symbols and without, in a program
# with tables and without; the functions have no names then, but each call is a frame
pointers() {
	prof-record -q -F 999 -o pointers.pb.gz -- "./$1"
	prof-fold pointers.pb.gz | sed "s/$1[+]0x[0-9a-f]*/F/g; s/\\[$1\\]/F/g" >pointers.folded
	at_least "$(share pointers.folded "$2")" 97 "calls through pointers, $3" "$(cut -c 1-300 pointers.folded)"
}
if [ "$(uname -m)" = x86_64 ]; then
	$CC -O2 -o pointers "$top/tests/targets/pointers.c" "$top/tests/targets/pointers.s"
	$CC -O2 -fno-asynchronous-unwind-tables -fomit-frame-pointer -o no-pointers \
		"$top/tests/targets/pointers.c" "$top/tests/targets/pointers.s"
	names='_start;[^ ]*main;outer;inner;((calls;)?pushes|large)(;[^F]*)? '
	frames='^[^;]*;F;__libc_start[^F]*;F;F;F;F(;F)?(;[^F]*)? '
	pointers pointers "$names" 'with all tables and symbols'
	pointers no-pointers "$names" 'without tables'
	strip pointers no-pointers
	pointers pointers "$frames" 'stripped'
	pointers no-pointers "$frames" 'stripped, and without tables'
else
	skip 'assembly of x86-64' 'calls through pointers'
fi

# A stripped library in assembly, as libx264 is: the only symbol has no size, and is of another function
cat >hidden.s <<'END'
	.text
	.globl exported, table
	.type exported, @function
exported:
	ret
	.p2align 4
hidden:
	push %rbx
	push %rbp
	sub $264, %rsp
	mov $1, %ebp
	mov $3000, %ebx
1:	call inner
	dec %ebx
	jnz 1b
	add $264, %rsp
	pop %rbp
	pop %rbx
	ret
	.p2align 4
inner:
	mov $100000, %eax
2:	dec %eax
	jnz 2b
	ret
	.data
	.type table, @object
	.size table, 8
table:	.quad hidden
	.section .note.GNU-stack, "", @progbits
END
cat >hides.c <<'END'
#include <unistd.h>
extern void (*table)(void);
__attribute__((noinline)) static void outer(void)
{
	table();
	__asm__ volatile("");
}
int main(void)
{
	outer();
	sleep(1);
	return 0;
}
END
if [ "$(uname -m)" = x86_64 ] && $CC -shared -nostdlib -o hidden.so hidden.s && strip hidden.so &&
	$CC -O2 -o hides hides.c ./hidden.so; then
	prof-record -q -F 999 -o hides.pb.gz -- ./hides
	prof-fold hides.pb.gz >hides.folded
	at_least "$(share hides.folded '^hides;_start;.*main;outer;[^;]*hidden.so[^;]*;[^;]*hidden.so')" 90 \
		'functions that no symbol names' "$(cut -c 1-200 hides.folded)"
else
	skip 'assembly of x86-64' 'functions that no symbol names'
fi

# Assembly with one table for a function and the subroutine that it calls, as LuaJIT's interpreter
# has: in the subroutine, the table leads to a saved zero. And functions without a type and a size.
cat >machine.c <<'END'
void outer(void), first(void), second(void);
__asm__(".text\n.type outer, @function\nouter:\n.cfi_startproc\n"
	"push %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset 6, -16\nxor %ebp, %ebp\ncall machine\n"
	"pop %rbp\n.cfi_def_cfa_offset 8\nret\n.cfi_endproc\n.size outer, . - outer\n"
	".type machine, @function\nmachine:\n.cfi_startproc\n.cfi_def_cfa_offset 80\n.cfi_offset 6, -16\n"
	"push %rbp\nsub $64, %rsp\nmov $3000, %ecx\n1: call .Lsubroutine\ndec %ecx\njnz 1b\n"
	"add $64, %rsp\npop %rbp\nret\n"
	".Lsubroutine:\nmov $100000, %eax\n2: dec %eax\njnz 2b\nret\n.cfi_endproc\n.size machine, . - machine\n"
	".globl first\n.type first, @function\nfirst:\nmov $100000000, %rax\n3: dec %rax\njnz 3b\nret\n"
	".globl second\nsecond:\nmov $100000000, %rax\nagain: dec %rax\njnz again\nret\n");
int main(void)
{
	outer();
	first();
	second();
	__asm__ volatile("");
}
END
if [ "$(uname -m)" = x86_64 ] && $CC -O2 -o machine machine.c; then
	prof-record -q -F 999 -o machine.pb.gz -- ./machine
	prof-fold machine.pb.gz >machine.folded
	is "$(grep -c ';machine' machine.folded | sed 's/^[1-9].*/some/'; grep ';machine' machine.folded | grep -vc ';main;outer;machine;machine')" 'some
0' \
		'a subroutine of assembly has its callers'
	is "$(grep -oE 'first|second|again' machine.folded | sort -u | tr '\n' ' ')" 'first second ' \
		'functions without a type have their names'
else
	skip 'assembly of x86-64' 'a subroutine of assembly has its callers'
	skip 'assembly of x86-64' 'functions without a type have their names'
fi

# Generated code in the frame of the function that jumps to it, and below that, as LuaJIT's traces have
cat >lent.c <<'END'
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
void vm(void *code);
__asm__(".text\n.type vm, @function\nvm:\n.cfi_startproc\n.cfi_def_cfa_offset 80\n.cfi_offset 6, -16\n"
	"push %rbp\nsub $64, %rsp\nlea 1f(%rip), %rsi\nmov $7, %ebp\njmp *%rdi\n"
	"1: add $64, %rsp\npop %rbp\nret\n.cfi_endproc\n.size vm, . - vm\n");
__attribute__((noinline)) static void runs(void *code)
{
	vm(code);
	__asm__ volatile("");
}
int main(void)
{
	static const unsigned char trace[] = {
		0x48, 0xc7, 0xc1, 0, 0, 0, 0x40, /* mov $1 << 30, %rcx */
		0x48, 0x83, 0xec, 32,            /* sub $32, %rsp */
		0x48, 0xff, 0xc9, 0x75, 0xfb,    /* dec %rcx; jnz */
		0x48, 0x83, 0xc4, 32,            /* add $32, %rsp */
		0xff, 0xe6,                      /* jmp *%rsi */
	};
	void *code = mmap(NULL, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(code, trace, sizeof(trace));
	runs(code);
	sleep(1);
	return 0;
}
END
if [ "$(uname -m)" = x86_64 ] && $CC -O2 -o lent lent.c; then
	prof-record -q -F 499 -o lent.pb.gz -- ./lent
	prof-fold lent.pb.gz >lent.folded
	at_least "$(share lent.folded '^lent;_start;.*main;runs;[^;]*perf-')" 90 'code in the frame of another function' \
		"$(cut -c 1-200 lent.folded)"
else
	skip 'assembly of x86-64' 'code in the frame of another function'
fi

# musl's functions have no tables, and its program's entry jumps on twice before main() is called
cat >sorts.c <<'END'
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static char from[1 << 20], to[1 << 20];
static int numbers[100000];
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
__attribute__((noinline)) static void copies(void)
{
	for (int i = 0; i < 1500; i++) {
		memcpy(to, from, sizeof(to));
		__asm__ volatile("" ::: "memory");
	}
}
__attribute__((noinline)) static void sorts(void)
{
	for (int i = 0; i < 4; i++) {
		for (int n = 0; n < 100000; n++)
			numbers[n] = rand();
		qsort(numbers, 100000, sizeof(*numbers), compare);
	}
}
static void *thread(void *unused)
{
	sorts();
	sleep(1); /* its memory is read while it exists */
	return unused;
}
static void handler(int number)
{
	sorts();
	numbers[0] = number; /* so that it does not jump to sorts() */
	__asm__ volatile("" ::: "memory");
}
__attribute__((noinline)) static void spacious(void)
{
	volatile char room[200000];

	room[0] = room[199999] = 1;
	sorts();
	room[1] = 2;
}
static void jumps(int unused)
{
	(void)unused;
	raise(SIGUSR1); /* a jump, which leaves the place where handlers return to as the caller */
}
__attribute__((noinline)) static void on_other_stack(void)
{
	stack_t other = { .ss_sp = malloc(1 << 16), .ss_size = 1 << 16 };
	struct sigaction action = { .sa_handler = jumps, .sa_flags = SA_ONSTACK };
	volatile char room[40000];

	room[0] = room[39999] = 1;
	sigaltstack(&other, NULL);
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGUSR2);
	room[1] = 2;
}
int main(int argc, char **argv)
{
	pthread_t t;

	if (argc > 1 && *argv[1] == 'j') {
		signal(SIGUSR1, handler);
		on_other_stack();
	}
	if (argc > 1 && *argv[1] == 't' && pthread_create(&t, NULL, thread, NULL) == 0)
		pthread_join(t, NULL);
	if (argc > 1 && *argv[1] == 'h') {
		signal(SIGUSR1, handler);
		raise(SIGUSR1);
	}
	if (argc > 1 && *argv[1] == 's')
		spacious();
	if (argc > 1) {
		sleep(1);
		return 0;
	}
	copies();
	sorts();
	sleep(1); /* what its PLT leads to is read from its memory, which a busy machine does late */
	return 0;
}
END
of_musl() {
	prof-record -q -F 499 -o sorts.pb.gz -- ./sorts "$1"
	prof-fold sorts.pb.gz >sorts.folded
	at_least "$(share sorts.folded "$2")" 95 "$3, ${static:-dynamic}" "$(cut -c 1-150 sorts.folded)"
}
if command -v musl-gcc >/dev/null && [ "$(uname -m)" = x86_64 ]; then
	for static in '' -static; do
		musl-gcc -O2 -g $static -o sorts sorts.c
		prof-record -q -F 499 -o sorts.pb.gz -- ./sorts
		prof-fold sorts.pb.gz >sorts.folded
		at_least "$(share sorts.folded '^sorts;_start;.*main;(copies;memcpy|sorts;([^;]*qsort_r|rand|\\[))')" 95 \
			"musl's functions ${static:-dynamic}" "$(cat sorts.folded)"
		of_musl thread '^sorts;([^;]*clone|.libc.so.);[^;]*;thread;sorts;([^;]*qsort_r|rand|\\[)' 'its threads'
		of_musl handler '^sorts;_start;.*main;.*raise.*;handler;sorts;([^;]*qsort_r|rand|\\[)' 'its signal handlers'
		is "$(grep -cE '(memset|setjmp);[^;]*;?(thread|handler)' sorts.folded)" 0 \
			'functions without a symbol do not have the name of the one before them'
		of_musl jumps '^sorts;_start;.*main;on_other_stack;.*raise;.*raise;.*handler;sorts;([^;]*qsort_r|rand|\\[)' \
			'a handler that ends in a jump'
		[ -n "$static" ] || continue
		is "$(grep -c 'raise;[^;]*;__restore_rt;handler' sorts.folded | sed 's/^[1-9].*/some/')" some \
			'where handlers return to has its name'
	done
else
	for static in dynamic static; do
		for what in 'its threads' 'its signal handlers' 'functions without a symbol' 'a handler that ends in a jump'; do
			skip 'no musl-gcc' "$what, $static"
		done
	done
	skip 'no musl-gcc' "musl's functions, dynamic"
	skip 'no musl-gcc' "musl's functions, static"
	skip 'no musl-gcc' 'where handlers return to has its name'
fi

# C code in a Go program, which may use the frame pointer for other things, has tables of its own
cat >main.go <<'END'
package main

/*
#cgo CFLAGS: -O2 -fomit-frame-pointer
static __attribute__((noinline)) unsigned long c_leaf(unsigned long x)
{
#ifdef __x86_64__
	__asm__ volatile("xor %%ebp, %%ebp" ::: "rbp"); // a register like others
#endif
	for (int i = 0; i < 3000; i++)
		x = x * 6364136223846793005ul + i;
	return x;
}
static __attribute__((noinline)) unsigned long c_middle(unsigned long x)
{
	return c_leaf(x) + c_leaf(x + 1);
}
static __attribute__((noinline)) unsigned long c_outer(unsigned long x)
{
	return c_middle(x) ^ c_middle(x + 1);
}
*/
import "C"
import "time"

func main() {
	x := uint64(1)
	for end := time.Now().Add(time.Second / 2); time.Now().Before(end); {
		x += uint64(C.c_outer(C.ulong(x)))
	}
	println(x)
}
END
if CGO_ENABLED=1 go build -o cgo main.go 2>/dev/null; then
	prof-record -q -F 499 -o cgo.pb.gz -- ./cgo 2>/dev/null
	prof-fold cgo.pb.gz | grep c_leaf >cgo.folded
	at_least "$(share cgo.folded '^cgo;.*main.main;.*;runtime.asmcgocall;.*;c_outer;c_middle;c_leaf')" 75 \
		'C code in a Go program' "$(cat cgo.folded)"
else
	skip 'go cannot build programs with C here' 'C code in a Go program'
fi

# C that calls Go: the goroutine's callers are whole, but for those in C, and no stack seems to be whole
# that begins at the call
mkdir -p callback
cat >callback/main.go <<'END'
package main

/*
extern void goBack(int);
static volatile unsigned sink;
static __attribute__((noinline)) void c_leaf(int n) { for (int i = 0; i < n; i++) sink += i; }
static __attribute__((noinline)) void c_outer(int n) { goBack(n); sink++; }
*/
import "C"

var sum uint32

//go:noinline
func leaf(n int) {
	for i := 0; i < n; i++ {
		sum += uint32(i)
	}
}

//export goBack
func goBack(n C.int) {
	leaf(int(n))
	C.c_leaf(n * 3) // so long that the goroutine's stack can be read
}

//go:noinline
func outer(n int) {
	C.c_outer(C.int(n))
	sum++
}

func main() {
	for i := 0; i < 10; i++ {
		outer(20000000)
	}
}
END
if (cd callback && CGO_ENABLED=1 go build -o ../calls-back main.go) 2>/dev/null; then
	prof-record -q -F 499 -o callback.pb.gz -- ./calls-back
	prof-fold callback.pb.gz | grep leaf >callback.folded
	at_least "$(share callback.folded '(main.main;main.outer;.*;|[[]truncated[]];)runtime.cgocallback;.*goBack;.*leaf')" \
		95 'Go that C calls' "$(cat callback.folded)"
	is "$(grep -c '^calls-back;runtime.cgocallback' callback.folded)" 0 'and its stacks do not begin there'
	grep 'goBack.*c_leaf' callback.folded >c-in-callback.folded
	at_least "$(share c-in-callback.folded 'main.main;main.outer;')" 75 'C that this Go calls' \
		"$(cat c-in-callback.folded)"
else
	skip 'go cannot build programs with C here' 'Go that C calls'
fi

# A goroutine's stack that is larger than the copy is read to its end, which was never called
cat >main.go <<'END'
package main

var sum uint32

//go:noinline
func leaf(n int) {
	for i := 0; i < n; i++ {
		sum += uint32(i)
	}
}

//go:noinline
func deep(n int) {
	var room [100]int
	room[n%100] = n
	if n > 0 {
		deep(n - 1)
	} else {
		leaf(200000000)
	}
	sum += uint32(room[3])
}

func main() {
	deep(150)
	done := make(chan int)
	go func() { deep(150); done <- 1 }()
	<-done
}
END
if go build -o godeep main.go 2>/dev/null; then
	prof-record -q -F 499 -o godeep.pb.gz -- ./godeep
	prof-fold godeep.pb.gz | grep 'main.leaf' >godeep.folded
	at_least "$(share godeep.folded '^godeep;runtime.goexit;.*main.deep;main.leaf')" 90 'a deep goroutine' \
		"$(cut -c 1-200 godeep.folded)"
else
	skip 'no Go here' 'a deep goroutine'
fi

# What a goroutine has called on the thread's own stack is below the goroutine
cat >main.go <<'END'
package main

import "time"

func work(m map[int][]byte) {
	for i := 0; i < 2000; i++ {
		m[i%500] = make([]byte, 100+i*37%9000)
	}
}

func main() {
	m := map[int][]byte{}
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		work(m)
	}
}
END
if go build -o switches main.go 2>/dev/null; then
	prof-record -q -F 499 -o go.pb.gz -- ./switches
	prof-fold go.pb.gz >go.folded
	at_least $((100 - $(share go.folded '^switches;([[]truncated[]];)?runtime.systemstack'))) 99 \
		'systemstack is called from somewhere' "$(grep '^switches;[^;]*systemstack' go.folded)"
	at_least "$(share go.folded 'main.work;.*;runtime.systemstack')" 1 'by what a goroutine does' \
		"$(cat go.folded)"
else
	skip 'there is no go' 'Go on the stack of the thread'
fi

# Two programs without build ids at one path and address, in two mount namespaces
if unshare -m true 2>/dev/null; then
	mkdir spot
	for name in first second; do
		cat >"$name.main.c" <<-END
			static volatile unsigned long sink;
			__attribute__((noinline)) static void only_$name(unsigned long n) { while (n--) sink += n; }
			int main(void) { for (int i = 0; i < 20; i++) only_$name(10000000); return 0; }
		END
		$CC -O1 -g -no-pie -Wl,--build-id=none -o "spot-$name" "$name.main.c"
	done
	cat >place <<-'END'
		mount -t tmpfs none spot && cp "spot-$1" spot/app && exec spot/app
	END
	prof-record -q -F 499 -o spot.pb.gz -- sh -c 'unshare -m sh place first & unshare -m sh place second & wait'
	prof-fold spot.pb.gz | grep '^app;' >spot.folded
	for name in first second; do
		at_least "$(share spot.folded "main;only_$name")" 30 "one path in two mount namespaces: the $name" \
			"$(cat spot.folded)"
	done
else
	skip 'no namespaces here' 'one path in two mount namespaces'
fi

# A process whose first thread has ended: /proc shows nothing of it but through another thread
cat >leaderless.c <<'END'
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
static volatile unsigned long sink;
__attribute__((noinline)) static void *goes_on(void *unused)
{
	for (time_t until = time(NULL) + 30; time(NULL) < until;)
		for (int i = 0; i < 100000; i++)
			sink += (unsigned long)i;
	exit(0);
	return unused;
}
int main(void)
{
	pthread_t t;

	pthread_create(&t, NULL, goes_on, NULL);
	pthread_exit(NULL);
}
END
$CC -O1 -g -o leaderless leaderless.c -lpthread
./leaderless &
leaderless=$!
sleep 0.3
prof-record -q -F 499 -p $leaderless -d 500ms -o leaderless.pb.gz
prof-record -q -F 499 -a --comm leaderless -d 500ms -o all.pb.gz
kill $leaderless
for which in leaderless all; do
	prof-fold $which.pb.gz >$which.folded
	at_least "$(share $which.folded '(start_thread|clone|libc).*;goes_on')" 95 \
		"a process whose first thread has ended, $which" "$(cut -c 1-150 $which.folded)"
done

# A mount and PID namespace of its own
if unshare -mpf --mount-proc true 2>/dev/null; then
	mkdir inner
	cat >inside <<'END'
#!/bin/sh
mount -t tmpfs none inner && cp odd inner/hidden && exec inner/hidden variable 0.4
END
	chmod +x inside
	prof-record -q -F 499 -o ns.pb.gz -- unshare -mpf --mount-proc ./inside
	prof-fold ns.pb.gz | grep '^hidden' >ns.folded
	at_least "$(share ns.folded '_start;.*main;variable;spin')" 95 'in namespaces of their own' \
		"$(cat ns.folded)"
else
	skip 'no namespaces here' 'in namespaces of their own'
fi
finish
