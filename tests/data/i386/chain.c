/*
 * A 32-bit program without libraries that spends its time in known stacks: without frame
 * pointers, in a frame that is aligned, in the kernel's code for system calls, and in a signal
 * handler; or, with an argument, that waits. make.sh builds it; tests/cli/record-stacks.t records it.
 */
#include <stdbool.h>

#define OWN     __attribute__((noipa))
#define LEAVE() __asm__ volatile("" ::: "memory")

enum {
	AT_SYSINFO = 32,
	GETPID = 20,
	GETPPID = 64,
	KILL = 37,
	SIGACTION = 174,
	EXIT = 1,
	NANOSLEEP = 162,
	USR1 = 10
};

static volatile unsigned sink;
static unsigned vsyscall; /* the address of the kernel's code */

static int call(int number, int a, const void *b, int c, int d)
{
	int result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
			 : "memory");
	return result;
}

OWN static void leaf(unsigned n)
{
	while (n--)
		sink += n;
}

OWN static void middle(unsigned n, int a, int b)
{
	leaf(n + a - b);
	LEAVE();
}

OWN static void outer(unsigned n)
{
	middle(n, 1, 1);
	LEAVE();
}

OWN static void aligned(unsigned n)
{
	volatile int value __attribute__((aligned(64))) = 0;

	leaf(n);
	value = 1;
}

OWN static void enters(unsigned n)
{
	while (n--) {
		int result;

		__asm__ volatile("call *%1"
				 : "=a"(result)
				 : "m"(vsyscall), "a"(GETPPID)
				 : "memory");
	}
	LEAVE();
}

OWN static void handler(int number)
{
	leaf(60000000);
	sink += number;
}

OWN static void signals(void)
{
	struct {
		void (*handler)(int);
		unsigned long flags, restorer, mask[2];
	} action = { handler, 0, 0, { 0, 0 } };

	call(SIGACTION, USR1, &action, 0, 8);
	call(KILL, call(GETPID, 0, 0, 0, 0), (void *)USR1, 0, 0);
	LEAVE();
}

OWN static void waits(void)
{
	const unsigned long seconds[2] = { 3, 0 };

	call(NANOSLEEP, (int)seconds, 0, 0, 0);
	LEAVE();
}

__attribute__((used, noreturn)) static void run(const unsigned *stack)
{
	bool has_argument = *stack > 1;

	stack += 1 + *stack + 1; /* the arguments */
	while (*stack++)
		; /* the environment */
	for (; *stack; stack += 2)
		if (*stack == AT_SYSINFO)
			vsyscall = stack[1];
	if (has_argument) {
		waits();
		call(EXIT, 0, 0, 0, 0);
	}
	outer(60000000);
	aligned(60000000);
	if (vsyscall)
		enters(300000);
	signals();
	call(EXIT, 0, 0, 0, 0);
	__builtin_unreachable();
}

__asm__(".globl _start\n"
	".type _start, @function\n"
	"_start:\n"
	".cfi_startproc\n"
	".cfi_undefined eip\n"
	"xor %ebp, %ebp\n"
	"mov %esp, %eax\n"
	"push %eax\n"
	"call run\n"
	"hlt\n"
	".cfi_endproc\n"
	".size _start, . - _start\n");
