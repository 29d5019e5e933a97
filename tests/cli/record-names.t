#!/bin/sh
# Names that are not in the binary: debugging information from a server; and frames of the kernel
# have lines where there is an image of it with debugging information: here
# one of our own, with the build id of the kernel that runs, and one function from end to end.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"
target spin -Wl,--build-id
mkdir served
if gcc -shared -fPIC -o libdebuginfod.so.1 "$top/tests/targets/debuginfod.c" && objcopy --only-keep-debug \
	spin "served/$(readelf -n spin | sed -n 's/.*Build ID: //p')" && strip spin; then
	export DEBUGINFOD_URLS="$tmp/served" LD_LIBRARY_PATH="$tmp"
	prof-record -q -F 999 -o none.pb.gz -- ./spin 0.05 >out
	is "$(prof-fold none.pb.gz | grep -c ';work[; ]')" 0 'a stripped program has no names'
	prof-record -q -F 999 --debuginfod -o served.pb.gz -- ./spin 0.05 >out
	prof-fold served.pb.gz >served.folded
	at_least "$(share served.folded '^spin;.*main;work;(first|second)')" 90 \
		'but from a server' "$(head -3 served.folded)"
	mkdir silent
	touch silent/asked
	DEBUGINFOD_URLS="$tmp/silent" prof-record -q -F 999 --debuginfod -o silent.pb.gz -- ./spin 0.05 >out
	is "$(cat silent/asked)" asked 'a server that does not answer is asked once'
	unset DEBUGINFOD_URLS LD_LIBRARY_PATH
else
	skip 'needs objcopy and strip' 'a stripped program has names from a server'
	skip 'needs objcopy and strip' 'a server that does not answer is asked once'
fi

# The kernel
id=$(od -An -v -tx1 /sys/kernel/notes | tr -d ' \n' | sed -n 's/.*0400000014000000030000[0-9a-f]\{2\}474e5500\(.\{40\}\).*/\1/p')
cat >kernel.s <<'END'
	.file 1 "kernel/all_of_it.c"
	.text
	.globl _stext, all_of_it
_stext:
	.type all_of_it, @function
all_of_it:
	.loc 1 42
	nop
	.skip 32 << 20, 0x90
	.loc 1 43
	ret
	.size all_of_it, . - all_of_it
END
if [ "$(uname -m)" != x86_64 ] || [ ! "$id" ] || ! gcc -c -g kernel.s ||
	! ld -Ttext=0xffffffff81000000 -e _stext --build-id="0x$id" -o vmlinux kernel.o; then
	skip 'no image of this kernel can be made' 'lines of the kernel'
	finish
fi
record() {
	prof-record -e cpu:k -F 499 "$@" -- dd if=/dev/zero of=/dev/null bs=16M count=15 2>err
}
record -o bare.pb.gz
lines() { prof-fold --lines "$1" | grep -c 'all_of_it.*:42'; }
is "$(lines bare.pb.gz)" 0 'without an image there are no lines'
record --vmlinux vmlinux -o lines.pb.gz
[ "$(lines lines.pb.gz)" -ge 1 ]
ok $? 'with one there are' "$(prof-fold --lines lines.pb.gz | head -3; cat err)"
record --no-symbols -o later.pb.gz
prof-fold -q --symbolize --vmlinux vmlinux -t pprof -o later2.pb.gz later.pb.gz
[ "$(lines later2.pb.gz)" -ge 1 ]
ok $? 'also later, on this machine'
ld -Ttext=0xffffffff81000000 -e _stext --build-id=0x0123456789 -o other kernel.o
record --vmlinux other -o other.pb.gz
says 'other is not the image of the running kernel' 'one of another kernel is refused'
is "$(lines other.pb.gz)" 0 'and gives no lines'
[ "$(prof-fold other.pb.gz | grep -c 'read_zero\|clear_user\|sys_read\|rep_stos')" -ge 1 ]
ok $? 'while names are those of the list'

# GCC's inlined lambdas have no linkage name: their scopes give them more of a name than "operator()"
cat >lambda.cpp <<'END'
static volatile unsigned long sink;
template <class F> static inline void twice(F f) { f(3); f(5); }
int main()
{
	unsigned long s = sink;
	twice([&](int by) { for (int i = 0; i < 100000000; i++) s = s * 31 + i * by; });
	sink = s;
}
END
if ${CXX:-g++} -O2 -g -o lambda lambda.cpp 2>/dev/null; then
	prof-record -q -F 499 -o lambda.pb.gz -- ./lambda
	prof-fold lambda.pb.gz >lambda.folded
	at_least "$(share lambda.folded 'main;.*main[(][)]::[^;]*::operator[(][)]( |;)')" 90 'a lambda has the function around it' \
		"$(cat lambda.folded)"
else
	skip 'no C++ compiler' 'a lambda has the function around it'
fi

# Nor have inlined functions that only their file knows; a copy that is not inlined has a symbol
cat >inner.cpp <<'END'
namespace {
struct list {
	unsigned long sum;
	__attribute__((always_inline)) void add()
	{
		for (int i = 0; i < 200000000; i++) {
			sum += i;
			__asm__ volatile("" ::"r"(this) : "memory");
		}
	}
};
namespace parts {
__attribute__((always_inline)) static inline void each(list *l) { l->add(); }
}
}
int main()
{
	list l = { 0 };
	parts::each(&l);
	return l.sum == 1;
}
END
for how in '' '-flto' '-fdebug-types-section'; do
	if ${CXX:-g++} -O2 -g $how -o inner inner.cpp 2>/dev/null; then
		prof-record -q -F 499 -o inner.pb.gz -- ./inner
		prof-fold inner.pb.gz >inner.folded
		at_least "$(share inner.folded 'main;.anonymous namespace.::parts::each;.anonymous namespace.::list::add( |;)')" 90 \
			"what is inlined has its scopes $how" "$(cat inner.folded)"
	else
		skip 'no C++ compiler' "what is inlined has its scopes $how"
	fi
done
finish
