/*
 * The program of which the recordings in tests/golden/perf-data are: without libraries, so
 * that they are small. Its child has another name.
 *
 *	gcc -O1 -static -nostdlib -fno-omit-frame-pointer -Wl,--build-id,--eh-frame-hdr spin.c -o spin
 */
enum { FORK = 57, EXIT = 60, WAIT4 = 61, PRCTL = 157, SET_NAME = 15 };

static volatile unsigned long sink;

static long call(long number, long a, long b)
{
	long result;

	__asm__ volatile("mov $0, %%r10; syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(0)
			 : "rcx", "r10", "r11", "memory");
	return result;
}

__attribute__((noinline)) static void burn(unsigned long n)
{
	while (n--)
		sink += n;
}

__attribute__((noinline)) static void even(unsigned depth)
{
	if (depth)
		even(depth - 1);
	else
		burn(20000000);
	sink++;
}

__attribute__((noinline)) static void odd(void)
{
	burn(10000000);
	sink++;
}

__attribute__((noinline)) static void child(void)
{
	call(PRCTL, SET_NAME, (long)"spin's child");
	burn(15000000);
	call(EXIT, 0, 0);
}

__attribute__((noinline, used)) static void run(void)
{
	long pid;

	even(5);
	odd();
	pid = call(FORK, 0, 0);
	if (!pid)
		child();
	call(WAIT4, pid, 0);
	call(EXIT, 0, 0);
}

__asm__(".globl _start\n"
	"_start:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined rip\n"
	"	xor %ebp, %ebp\n"
	"	and $-16, %rsp\n"
	"	call run\n"
	"	hlt\n"
	"	.cfi_endproc\n");
