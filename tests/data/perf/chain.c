/*
 * A program without any library: _start calls outer, middle and inner; inner touches new
 * pages and counts. recorded.data is a recording of it; see make.sh.
 */
static volatile unsigned long sink;
static char room[1 << 20];

__attribute__((noinline)) static void inner(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		sink += i;
		if (i % 1000 == 0)
			room[i * 4096 % sizeof(room)]++;
	}
}

/* The stack grows by what the compiler does not know: the CFA is in a register. */
__attribute__((noinline)) static void middle(unsigned long n)
{
	volatile char *p = __builtin_alloca(64 + n % 128);

	p[0] = 1;
	inner(n);
	sink += (unsigned long)p[0];
}

__attribute__((noinline)) static void outer(void)
{
	for (int i = 0; i < 40; i++)
		middle(1000000);
	sink++;
}

__attribute__((noreturn)) void start(void)
{
	outer();
	__asm__ volatile("syscall" ::"a"(231), "D"(0));
	__builtin_unreachable();
}

__asm__(".globl _start\n"
	"_start:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined %rip\n"
	"	call start\n"
	"	.cfi_endproc\n");
