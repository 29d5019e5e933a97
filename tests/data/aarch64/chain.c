/*
 * A program for aarch64 that writes down its own registers and stack in calls of
 * several kinds, and the return addresses that its functions know of. make.sh builds
 * and runs it; tests/unit/unwind_aarch64.c reads what it wrote.
 *
 * A sample is: the number of callers, and those, outermost first; 33 registers in
 * perf's order; the number of bytes of stack, and those.
 */
#include <stdint.h>

#define OWN     __attribute__((noipa))
#define NOTE()  (caller[ncaller++] = (uint64_t)__builtin_return_address(0))
#define LEAVE() __asm__ volatile("" ::: "memory")

uint64_t caller[16], ncaller, regs[33], stack_top;

/* With unwind data and without; neither has a frame of its own. */
void dump(void);
void dump_unknown(void);
/* Makes a frame record, and has no unwind data. */
void call_framed(void (*f)(void));

static void write_out(const void *p, uint64_t n)
{
	register uint64_t x8 __asm__("x8") = 64; /* write */
	register uint64_t x0 __asm__("x0") = 1;
	register const void *x1 __asm__("x1") = p;
	register uint64_t x2 __asm__("x2") = n;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x8) : "memory");
}

static void write_sample(void)
{
	static uint64_t n; /* this function must not touch the stack */

	n = stack_top - regs[31];
	write_out(&ncaller, 8);
	write_out(caller, 8 * ncaller);
	write_out(regs, sizeof(regs));
	write_out(&n, 8);
	write_out((const void *)regs[31], n);
	ncaller = 0;
}

static OWN void frame_pointer(void (*f)(void))
{
	NOTE();
	f();
	LEAVE();
}

static OWN __attribute__((optimize("omit-frame-pointer"))) void no_frame_pointer(void (*f)(void))
{
	volatile char room[600];

	NOTE();
	room[0] = 1;
	frame_pointer(f);
	room[1] = room[0];
}

static OWN void with_alloca(void (*f)(void), uint64_t n)
{
	volatile char *p = __builtin_alloca(n);

	NOTE();
	p[0] = 1;
	no_frame_pointer(f);
	p[1] = p[0];
}

static OWN void through_framed(void (*f)(void))
{
	NOTE();
	call_framed(f);
	LEAVE();
}

int run(void)
{
	with_alloca(dump, 300);
	write_sample();
	with_alloca(dump_unknown, 20);
	write_sample();
	through_framed(dump);
	write_sample();
	return 0;
}

__asm__(".text\n"
	".globl _start\n"
	"_start:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined x30\n"
	"	mov	x29, #0\n"
	"	mov	x30, #0\n"
	"	adrp	x9, stack_top\n"
	"	mov	x10, sp\n"
	"	str	x10, [x9, :lo12:stack_top]\n"
	"	bl	run\n"
	"	mov	x8, #93\n" /* exit */
	"	svc	#0\n"
	"	.cfi_endproc\n"
	".macro take\n"
	"	adrp	x9, regs\n"
	"	add	x9, x9, :lo12:regs\n"
	"	stp	x19, x20, [x9, #152]\n"
	"	stp	x21, x22, [x9, #168]\n"
	"	stp	x23, x24, [x9, #184]\n"
	"	stp	x25, x26, [x9, #200]\n"
	"	stp	x27, x28, [x9, #216]\n"
	"	stp	x29, x30, [x9, #232]\n"
	"	mov	x10, sp\n"
	"	adr	x11, .\n"
	"	stp	x10, x11, [x9, #248]\n"
	"	ret\n"
	".endm\n"
	".globl dump, dump_unknown, call_framed\n"
	"dump:\n"
	"	.cfi_startproc\n"
	"	take\n"
	"	.cfi_endproc\n"
	"dump_unknown:\n"
	"	take\n"
	"call_framed:\n"
	"	stp	x29, x30, [sp, #-16]!\n"
	"	mov	x29, sp\n"
	"	blr	x0\n"
	"	ldp	x29, x30, [sp], #16\n"
	"	ret\n");
