#!/bin/sh
# prof-record says how functions that have no names get them.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"

# A program with the evaluator of Python, and one with code made at run time
cat >eval.c <<'END'
#include <stdlib.h>
__attribute__((noinline)) long _PyEval_EvalFrameDefault(volatile long n)
{
	while (n--)
		;
	return n;
}
int main(int argc, char **argv)
{
	return (int)_PyEval_EvalFrameDefault(argc > 1 ? atol(argv[1]) : 0) + 1;
}
END
$CC -O1 -g -rdynamic -o eval eval.c
exits 0 'an interpreter' prof-record -F 999 -o eval.pb.gz -- ./eval 300000000
says '[0-9]+% of the samples have functions of Python without names: --jit-names names them' 'is known'
is "$(grep -c 'without names' err)" 1 'and named once'
exits 0 'with --jit-names' prof-record -F 999 --jit-names -o eval.pb.gz -- ./eval 300000000
is "$(grep -c 'without names' err)" 0 'there is nothing to advise'
exits 0 'quietly' prof-record -q -F 999 -o eval.pb.gz -- ./eval 300000000
is "$(cat err)" '' 'nothing is reported'
./eval 3000000000 &
pid=$!
exits 0 'one that runs' prof-record -F 999 -d 300ms -p $pid -o eval.pb.gz
kill $pid
says 'Python 3.12 and later names them if it is started with PYTHONPERFSUPPORT=1' 'gets other advice'

cat >jit.c <<'END'
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
int main(int argc, char **argv)
{
	/* mov %rdi, %rax; 1: dec %rax; jnz 1b; ret */
	static const unsigned char code[] = { 0x48, 0x89, 0xf8, 0x48, 0xff, 0xc8, 0x75, 0xfb, 0xc3 };
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(at, code, sizeof(code));
	((void (*)(long))at)(argc > 1 ? atol(argv[1]) : 1);
	return 0;
}
END
if [ "$(uname -m)" = x86_64 ]; then
	$CC -O1 -g -o jit jit.c
	exits 0 'code made at run time' prof-record -F 999 -o jit.pb.gz -- ./jit 600000000
	says 'have functions that a JIT compiler made without names' 'is reported'
else
	skip 'the code is that of x86-64' 'code made at run time'
fi

# One sample of few comes before the interpreter is found. The summary counts it; advice would
# be of no use.
prof-record -v -o py.pb.gz -- python3 -c 'sum(i * i for i in range(1000000))' 2>err
if grep -q 'Python: .* with all functions' err && ! grep -q ' 0.0% with all' err; then
	is "$(grep -c 'without names' err)" 0 'there is no advice where functions are read'
else
	skip 'functions of Python are not read here' 'no advice where functions are read'
fi
finish
