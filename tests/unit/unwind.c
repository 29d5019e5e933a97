/*
 * Our own stacks: functions of all kinds stop at a breakpoint instruction, and what
 * is found from the registers and the stack of that moment must be the return
 * addresses that the functions know of themselves.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "record/live_host.h"
#include "record/process/proc.h"
#include "tap.h"
#include "unwind/unwind.h"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

enum { MOST_STACK = 256 << 10, MOST_CALLERS = 16 };

#define OWN  __attribute__((noipa))
#define TRAP __asm__ volatile("int3" ::: "memory")

/* Return addresses that functions noted down, outermost first. */
static uint64_t caller[MOST_CALLERS];
static int ncaller;

#define NOTE()  (caller[ncaller++] = (uint64_t)(uintptr_t)__builtin_return_address(0))
#define LEAVE() __asm__ volatile("" ::: "memory") /* so that a call is none in the tail */

/* The state at the last breakpoint. */
static uint64_t regs[ARCH_REGS], trapped_at;
static uint8_t stack[MOST_STACK];
static size_t nstack, most_stack = MOST_STACK;

static struct live_host live;
static struct perf_host host;
static struct binaries binaries;
static struct processes processes;
static struct unwinder unwinder;
static struct process *self;
static struct user_frame frame[UNWIND_MOST];
static size_t nframe;
static enum unwind_end end;

static size_t copy_stack(uint64_t from, uint8_t *to, size_t most)
{
	size_t n = 0;

	while (n < most) {
		size_t want = min_size(4096 - (from + n) % 4096, most - n);
		struct iovec here = { to + n, want },
			     there = { (void *)(uintptr_t)(from + n), want };

		if (process_vm_readv(getpid(), &here, 1, &there, 1, 0) != (ssize_t)want)
			break;
		n += want;
	}
	return n;
}

static void run_unwinder(void)
{
	struct user_state state = { .regs = regs, .stack = stack, .nstack = nstack };
	struct process_view view = { &processes, self, getpid() };
	struct address_space space = process_address_space(&view);

	state.pid = state.tid = getpid();
	nframe = unwind(&unwinder, &space, &state, frame, &end);
}

/* A byte that a breakpoint has replaced in code without a file. */
static struct {
	uint8_t *at, byte;
} replaced;

/* The code goes on as if there had been no breakpoint. */
static void put_back(greg_t *pc)
{
	if (!replaced.at || (uintptr_t)*pc != (uintptr_t)replaced.at + 1)
		return;
	*replaced.at = replaced.byte;
	--*pc;
}

/* Take the state down, by DWARF number, and unwind while everything is in place. */
static void on_trap(int number, siginfo_t *info, void *context)
{
	static const uint8_t order[] = { REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
					 REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
					 REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP };
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)number, (void)info;
	put_back(&g[REG_RIP]);
	for (size_t i = 0; i < LEN(order); i++)
		regs[i] = (uint64_t)g[order[i]];
	trapped_at = regs[16];
	nstack = copy_stack(regs[7], stack, most_stack);
	run_unwinder();
}

/* Do the callers that were noted follow frame `from`, in order? */
static bool callers_follow(size_t from)
{
	size_t i = from;

	for (int k = ncaller - 1; k >= 0; k--, i++)
		if (i >= nframe || frame[i].address + 1 != caller[k])
			return false;
	return true;
}

static struct str file_of(const struct user_frame *f)
{
	return f->region ? region_file(f->region) : S("?");
}

static void print_frames(void)
{
	printf("# %zu frames, ends %d\n", nframe, end);
	for (size_t i = 0; i < nframe; i++)
		printf("# %2zu %llx %.*s\n", i, (unsigned long long)frame[i].address,
		       STR_ARG(file_of(&frame[i])));
	for (int k = ncaller - 1; k >= 0; k--)
		printf("# expected %llx\n", (unsigned long long)caller[k] - 1);
}

/* The frame of the breakpoint, its callers after `from` - 1 others, and then the end. */
static void expect(const char *name, size_t from, enum unwind_end how)
{
	bool good = nframe && frame[0].address == trapped_at && callers_follow(from) && end == how;

	if (!ok(good, "%s", name))
		print_frames();
	ncaller = 0;
}

/* Functions of all kinds */

static OWN void plain(void)
{
	NOTE();
	TRAP;
}

static OWN void with_alloca(size_t n)
{
	volatile char *p = __builtin_alloca(n);

	NOTE();
	p[0] = 1;
	plain();
	LEAVE();
	p[n - 1] = 2;
}

static OWN void aligned(int n)
{
	_Alignas(64) volatile char line[64];

	NOTE();
	line[n] = 1;
	with_alloca((size_t)n + 100);
	LEAVE();
	line[n + 1] = line[n];
}

static OWN void large(void)
{
	volatile char room[40000];

	NOTE();
	room[0] = 1;
	aligned(3);
	LEAVE();
	room[39999] = room[0];
}

static OWN int deep(int n)
{
	int below;

	if (!n) {
		TRAP;
		return 1;
	}
	below = deep(n - 1);
	LEAVE();
	return below + 1;
}

/*
 * Assembly. Without unwind data: one that makes a frame and calls, one that pushes
 * nothing. With it: a CFA that counts from RBX, and one that lies in memory.
 */
void asm_framed(void (*f)(void));
void asm_leaf(void);
void asm_rbx(void (*f)(void));
void asm_in_memory(void (*f)(void));
void asm_pushes(void);
void asm_zero_fp(void (*f)(void));
void asm_red_zone(void);
void asm_lender(void);
extern const char asm_lender_body[];
__asm__(".text\n"
	".type asm_pushes, @function\n"
	"asm_pushes:\n"
	"	push %rbx\n"
	"	push %rbp\n"
	"	sub $40, %rsp\n"
	"	mov $3, %ebp\n"
	"	int3\n"
	"	add $40, %rsp\n"
	"	pop %rbp\n"
	"	pop %rbx\n"
	"	ret\n"
	".size asm_pushes, . - asm_pushes\n"
	".type asm_zero_fp, @function\n"
	"asm_zero_fp:\n"
	"	push %rbx\n"
	"	push %rbp\n"
	"	sub $56, %rsp\n"
	"	xor %ebp, %ebp\n"
	"	call *%rdi\n"
	"	add $56, %rsp\n"
	"	pop %rbp\n"
	"	pop %rbx\n"
	"	ret\n"
	".size asm_zero_fp, . - asm_zero_fp\n"
	".type asm_red_zone, @function\n"
	"asm_red_zone:\n"
	"	.cfi_startproc\n"
	"	mov %rsp, %rax\n"
	"	sub $72, %rsp\n"
	"	mov %rax, -16(%rsp)\n"
	"	.cfi_escape 0x0f, 5, 0x77, 0x70, 0x06, 0x23, 8\n" /* *(RSP - 16) + 8 */
	"	int3\n"
	"	add $72, %rsp\n"
	"	.cfi_def_cfa %rsp, 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size asm_red_zone, . - asm_red_zone\n"
	"asm_lender:\n"
	"	.cfi_startproc\n"
	"	sub $0x3088, %rsp\n"
	"	.cfi_adjust_cfa_offset 0x3088\n"
	"asm_lender_body:\n"
	"	nop\n"
	"	add $0x3088, %rsp\n"
	"	.cfi_adjust_cfa_offset -0x3088\n"
	"	ret\n"
	"	.cfi_endproc\n"
	"asm_framed:\n"
	"	push %rbp\n"
	"	mov %rsp, %rbp\n"
	"	call *%rdi\n"
	"	pop %rbp\n"
	"	ret\n"
	"asm_leaf:\n"
	"	int3\n"
	"	ret\n"
	"asm_rbx:\n"
	"	.cfi_startproc\n"
	"	push %rbx\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbx, -16\n"
	"	mov %rsp, %rbx\n"
	"	.cfi_def_cfa_register %rbx\n"
	"	and $-64, %rsp\n"
	"	call *%rdi\n"
	"	mov %rbx, %rsp\n"
	"	.cfi_def_cfa_register %rsp\n"
	"	pop %rbx\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	"asm_in_memory:\n"
	"	.cfi_startproc\n"
	"	mov %rsp, %rax\n"
	"	sub $72, %rsp\n"
	"	mov %rax, 16(%rsp)\n"
	"	.cfi_escape 0x0f, 5, 0x77, 16, 0x06, 0x23, 8\n" /* *(RSP + 16) + 8 */
	"	call *%rdi\n"
	"	add $72, %rsp\n"
	"	.cfi_def_cfa %rsp, 8\n"
	"	ret\n"
	"	.cfi_endproc\n");

static OWN void call_pushes(void)
{
	NOTE();
	asm_pushes();
	LEAVE();
}

static OWN void call_zero_fp(void)
{
	NOTE();
	asm_zero_fp(plain);
	LEAVE();
}

static OWN void call_red_zone(void)
{
	NOTE();
	asm_red_zone();
	LEAVE();
}

static OWN void call_leaf(void)
{
	NOTE();
	asm_leaf();
	LEAVE();
}

/* A function that uses RBX, so that it must be found where this one saved it. */
static OWN void uses_rbx(void)
{
	NOTE();
	__asm__ volatile("" ::: "rbx");
	plain();
	LEAVE();
}

static OWN void through(void (*assembly)(void (*)(void)), void (*f)(void))
{
	NOTE();
	assembly(f);
	LEAVE();
}

static void test_functions(void)
{
	large();
	expect("alloca, aligned and large frames, and up to the end", 1, UNWIND_COMPLETE);
	ok(nframe >= 8, "there are the callers of main(), too");
	call_leaf();
	expect("assembly without unwind data that pushes nothing", 2, UNWIND_COMPLETE);
	ok(frame[1].address > (uint64_t)(uintptr_t)call_leaf &&
		   frame[1].address < (uint64_t)(uintptr_t)call_leaf + 64,
	   "its caller is there");
	call_pushes();
	expect("assembly without unwind data that moves the stack pointer", 2, UNWIND_COMPLETE);
	call_zero_fp();
	ok(nframe > 3 && frame[1].address - (uint64_t)(uintptr_t)asm_zero_fp < 32 &&
		   frame[3].address + 1 == caller[0] && end == UNWIND_COMPLETE,
	   "assembly without unwind data whose frame pointer is zero");
	ncaller = 0;
	call_red_zone();
	expect("a CFA in the red zone, which is not copied", 2, UNWIND_COMPLETE);
	through(asm_framed, plain);
	ok(nframe > 3 && frame[1].address - (uint64_t)(uintptr_t)asm_framed < 16 &&
		   frame[3].address + 1 == caller[0] && end == UNWIND_COMPLETE,
	   "assembly without unwind data that makes a frame");
	ncaller = 0;
	through(asm_rbx, uses_rbx);
	ok(nframe > 4 && frame[2].address - (uint64_t)(uintptr_t)asm_rbx < 64 &&
		   frame[4].address + 1 == caller[0] && end == UNWIND_COMPLETE,
	   "a CFA that counts from a register which a callee has saved");
	ncaller = 0;
	through(asm_in_memory, plain);
	ok(nframe > 3 && frame[1].address - (uint64_t)(uintptr_t)asm_in_memory < 64 &&
		   frame[3].address + 1 == caller[0] && end == UNWIND_COMPLETE,
	   "a CFA that is in memory");
	ncaller = 0;
	deep(2000);
	ok(nframe == UNWIND_MOST && end == UNWIND_DEEP, "%zu frames are enough", nframe);
}

/* Other stacks */

static uint8_t other_stack[64 << 10];
static ucontext_t here, fibre;

static void on_signal(int number)
{
	(void)number;
	plain();
	LEAVE();
}

static OWN void raise_signal(void)
{
	NOTE();
	raise(SIGUSR1);
	LEAVE();
}

static void *in_thread(void *unused)
{
	plain();
	LEAVE();
	return unused;
}

static void in_fibre(void)
{
	plain();
	LEAVE();
}

/* Is the last frame in that file? */
static bool ends_in(const char *file)
{
	return nframe && str_find(str_basename(file_of(&frame[nframe - 1])), str_of(file)) >= 0;
}

/* Was the caller that was noted first found at all? */
static bool found_first(void)
{
	for (size_t i = 0; i < nframe; i++)
		if (frame[i].address + 1 == caller[0])
			return true;
	return false;
}

static void test_stacks(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	stack_t alternate = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };
	pthread_t thread;

	sigaction(SIGUSR1, &sa, NULL);
	raise_signal();
	if (!ok(found_first() && end == UNWIND_COMPLETE, "through a signal handler"))
		print_frames();
	ncaller = 0;

	sigaltstack(&alternate, NULL);
	sa.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR1, &sa, NULL);
	raise_signal();
	ok(end == UNWIND_TRUNCATED, "a handler on a stack of its own: the copy has no more");
	unwinder.use_memory = true;
	ncaller = 0;
	raise_signal();
	if (!ok(found_first() && end == UNWIND_COMPLETE, "but memory has"))
		print_frames();
	unwinder.use_memory = false;
	ncaller = 0;

	pthread_create(&thread, NULL, in_thread, NULL);
	pthread_join(thread, NULL);
	expect("a thread", 1, UNWIND_COMPLETE);
	ok(ends_in("libc"), "it ends where threads begin");

	getcontext(&fibre);
	fibre.uc_stack.ss_sp = other_stack;
	fibre.uc_stack.ss_size = sizeof(other_stack);
	fibre.uc_link = &here;
	makecontext(&fibre, in_fibre, 0);
	swapcontext(&here, &fibre);
	expect("a context on a stack of its own", 1, UNWIND_COMPLETE);
}

/* What was not copied */

static void test_truncated(void)
{
	size_t whole;

	large();
	whole = nframe;
	ncaller = 0;
	most_stack = 2000;
	large();
	ok(end == UNWIND_TRUNCATED && nframe > 2 && nframe < whole,
	   "a copy that is too short: %zu frames of %zu", nframe, whole);
	ncaller = 0;
	unwinder.use_memory = true;
	large();
	ok(nframe == whole, "completed from memory: %zu frames", nframe);
	expect("with the right callers", 1, UNWIND_COMPLETE);
	ok(unwinder.completed == 2, "that is counted");
	most_stack = 0;
	large();
	ok(nframe == 1 && end == UNWIND_TRUNCATED,
	   "the top of the stack does not outlive a sample");
	unwinder.use_memory = false;
	most_stack = MOST_STACK;
	ncaller = 0;
}

/* Outer frames that the thread was in before. */
static void test_memory(void)
{
	size_t whole;

	unwinder.use_memo = true;
	large();
	whole = nframe;
	ncaller = 0;
	/* The same calls as before, as far as the copy shows them. */
	nstack = 300;
	run_unwinder();
	ok(nframe == whole && end == UNWIND_COMPLETE && unwinder.remembered == 1,
	   "what was cut off is remembered");
	most_stack = 300;
	aligned(3);
	ok(end == UNWIND_TRUNCATED && unwinder.remembered == 1, "but not for other frames");
	ncaller = 0;
	most_stack = MOST_STACK;
	unwinder.use_memo = false;
}

/* One deep function, called in turn by two others whose frames are equal. */
static OWN void deep_end(void)
{
	TRAP;
}

static OWN void below_boundary(volatile uint64_t *value)
{
	volatile uint64_t room[64];

	room[0] = *value;
	deep_end();
	*value = room[0];
}

static OWN void boundary(volatile uint64_t *value)
{
	volatile uint8_t room[4096];

	room[0] = 1;
	below_boundary(value);
	LEAVE();
	room[1] = room[0];
}

static OWN void one_caller(volatile uint64_t *value)
{
	boundary(value);
	LEAVE();
}

static OWN void other_caller(volatile uint64_t *value)
{
	boundary(value);
	LEAVE();
	LEAVE();
}

static bool is_called_by(void (*f)(volatile uint64_t *))
{
	return nframe > 3 && frame[3].address - (uint64_t)(uintptr_t)f < 32;
}

static OWN void use_stack(void)
{
	volatile uint8_t room[16000];

	for (size_t i = 0; i < sizeof(room); i++)
		room[i] = 0x55;
}

static void test_two_callers(void)
{
	volatile uint64_t value = 1;

	unwinder.use_memo = true;
	most_stack = 2000;
	unwinder.use_memory = true;
	one_caller(&value);
	ok(is_called_by(one_caller) && end == UNWIND_COMPLETE, "one caller, by memory");
	unwinder.use_memory = false;
	one_caller(&value);
	ok(is_called_by(one_caller) && unwinder.remembered == 2, "and without, as remembered");
	unwinder.use_memory = true;
	other_caller(&value);
	ok(is_called_by(other_caller) && unwinder.remembered == 2,
	   "memory goes before what is remembered");
	unwinder.use_memory = false;
	one_caller(&value);
	ok(nframe == 3 && end == UNWIND_TRUNCATED,
	   "what may be another caller's is not remembered");

	unwinder.use_memory = true;
	use_stack();
	run_unwinder();
	ok(nframe == 3 && end == UNWIND_TRUNCATED, "nor is memory believed that is used anew");
	most_stack = MOST_STACK;
	unwinder.use_memory = unwinder.use_memo = false;
}

/* Words of the copied stack that are no return addresses. */
static void test_damage(void)
{
	uint64_t was, zero = 0, wild = 0x1234;
	size_t at = 0;

	large();
	ncaller = 0;
	while (at < nstack && memcmp(stack + at, &(uint64_t){ frame[1].address + 1 }, 8) != 0)
		at += 8;
	memcpy(&was, stack + at, 8);
	memcpy(stack + at, &wild, 8);
	run_unwinder();
	ok(nframe == 1 && end == UNWIND_LOST, "a return address that is in no mapping");
	memcpy(stack + at, &zero, 8);
	run_unwinder();
	ok(nframe == 1 && end == UNWIND_COMPLETE, "a return address of zero is the end");
	memcpy(stack + at, &was, 8);
	regs[7] = UINT64_MAX - 8;
	nstack = 0;
	run_unwinder();
	ok(nframe == 1 && end == UNWIND_TRUNCATED, "a stack pointer at the end of memory");
	regs[16] = 0;
	run_unwinder();
	ok(nframe == 0 && end == UNWIND_LOST, "no program counter");
}

/* Code without a file */

static uint64_t code_at, code_end;

static bool is_in_code(void *context, struct processes *t, struct process *p, uint64_t address)
{
	(void)context, (void)t, (void)p;
	return address >= code_at && address < code_end;
}

static void *make_code(struct str code)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	memcpy(p, code.p, code.n);
	code_at = (uint64_t)(uintptr_t)p;
	code_end = code_at + code.n;
	proc_scan(&processes, self);
	return p;
}

static OWN void call_code(void (*code)(void (*)(void)), void (*f)(void))
{
	NOTE();
	code(f);
	LEAVE();
}

static void nothing(void)
{
}

static void test_code(void)
{
	/* push %rbp; mov %rsp,%rbp; call *%rdi; pop %rbp; ret */
	void *framed = make_code(S("\x55\x48\x89\xe5\xff\xd7\x5d\xc3"));
	/* int3 before each instruction but the call: sub $8,%rsp; call *%rdi; add; ret */
	static const struct str stubs[] = {
		S("\xcc\x48\x83\xec\x08\xff\xd7\x48\x83\xc4\x08\xc3"),
		S("\x48\x83\xec\x08\xcc\xff\xd7\x48\x83\xc4\x08\xc3"),
		S("\x48\x83\xec\x08\xff\xd7\xcc\x48\x83\xc4\x08\xc3"),
		S("\x48\x83\xec\x08\xff\xd7\x48\x83\xc4\x08\xcc\xc3"),
	};

	call_code((void (*)(void (*)(void)))(uintptr_t)framed, plain);
	ok(nframe > 3 && !frame[1].region->module && frame[3].address + 1 == caller[0] &&
		   end == UNWIND_COMPLETE,
	   "JIT code with frame pointers");
	ncaller = 0;

	/* push %rbp; mov $0x12345678, %ebp; int3; pop %rbp; ret */
	call_code((void (*)(void (*)(void)))(uintptr_t)make_code(
			  S("\x55\xbd\x78\x56\x34\x12\xcc\x5d\xc3")),
		  nothing);
	ok(nframe == 1 && end == UNWIND_BAD, "a frame pointer that points to no stack");
	ncaller = 0;
	/* The same, and sub $0x3000, %rsp before, add after int3: its caller is too far away. */
	for (int i = 0; i < 2; i++) {
		unwinder.use_memory = i;
		call_code((void (*)(void (*)(void)))(uintptr_t)make_code(
				  S("\x55\xbd\x78\x56\x34\x12\x48\x81\xec\x00\x30\x00\x00\xcc"
				    "\x48\x81\xc4\x00\x30\x00\x00\x5d\xc3")),
			  nothing);
		ok(nframe == 1 && end == (i ? UNWIND_NO_TABLES : UNWIND_BAD),
		   i ? "nor to any memory" : "no stack at all");
	}
	unwinder.use_memory = false;
	ncaller = 0;

	host.is_trampoline = is_in_code;
	for (size_t i = 0; i < LEN(stubs); i++) {
		call_code((void (*)(void (*)(void)))(uintptr_t)make_code(stubs[i]), nothing);
		if (!ok(nframe > 2 && frame[0].address == trapped_at &&
				frame[2].address + 1 == caller[0] && end == UNWIND_COMPLETE,
			"in a CPython trampoline, place %zu", i))
			print_frames();
		ncaller = 0;
	}
	call_code((void (*)(void (*)(void)))(uintptr_t)make_code(
			  S("\x48\x83\xec\x08\xff\xd7\x48\x83\xc4\x08\xc3")),
		  uses_rbx);
	ok(nframe > 4 && !frame[2].region->module && frame[4].address + 1 == caller[0] &&
		   end == UNWIND_COMPLETE,
	   "through a CPython trampoline");
	ncaller = 0;
	host.is_trampoline = NULL;
}

/*
 * Interrupts code at each of its instructions, whose lengths end in a zero: its caller is found
 * from all of them. The code calls f where it calls at all.
 */
static void interrupt_everywhere(const char *name, struct str code, const uint8_t *length)
{
	uint8_t *p = make_code(code);
	size_t good = 0, n = 0;

	unwinder.use_memory = true;
	for (size_t at = 0; length[n]; at += length[n++]) {
		replaced.at = p + at;
		replaced.byte = p[at];
		p[at] = 0xcc;
		call_code((void (*)(void (*)(void)))(uintptr_t)p, nothing);
		if (nframe > 2 && frame[0].address == (uint64_t)(uintptr_t)(p + at) &&
		    frame[2].address + 1 == caller[0] && end == UNWIND_COMPLETE)
			good++;
		else
			print_frames();
		ncaller = 0;
	}
	replaced.at = NULL;
	ok(n && good == n, "%s: interrupted at each of %zu instructions", name, n);
	call_code((void (*)(void (*)(void)))(uintptr_t)p, uses_rbx);
	if (!ok(nframe > 4 && !frame[2].region->module && frame[4].address + 1 == caller[0] &&
			end == UNWIND_COMPLETE,
		"%s: through its call", name))
		print_frames();
	ncaller = 0;
	unwinder.use_memory = false;
}

/*
 * What compilers generate. Each copies its return address down to the top of its frame, where an
 * old one may lie, and where frame pointers are not kept, uses that register for something else.
 */
static void test_generated(void)
{
	interrupt_everywhere("code with a frame pointer",
			     S("\x55\x48\x8b\xec\x48\x83\xec\x20\x48\x8b\x45\x08"
			       "\x48\x89\x04\x24\xff\xd7\x48\x83\xc4\x20\x5d\xc3"),
			     (const uint8_t[]){ 1, 3, 4, 4, 4, 2, 4, 1, 1, 0 });
	interrupt_everywhere("code with a frame pointer, made after pushes",
			     S("\x55\x53\x48\x83\xec\x18\x48\x8d\x6c\x24\x20\x48\x8b\x45\x08"
			       "\x48\x89\x04\x24\xff\xd7\x48\x83\xc4\x18\x5b\x5d\xc3") /* .NET */,
			     (const uint8_t[]){ 1, 1, 4, 5, 4, 4, 2, 4, 1, 1, 1, 0 });
	interrupt_everywhere("code with a frame of a fixed size, below pushes",
			     S("\x55\x41\x57\x53\x48\x83\xec\x18\x31\xed"
			       "\x48\x8b\x44\x24\x30\x48\x89\x04\x24\xff\xd7\x48\x83\xc4\x18"
			       "\x5b\x41\x5f\x5d\xc3") /* LLVM */,
			     (const uint8_t[]){ 1, 2, 1, 4, 2, 5, 4, 2, 4, 1, 2, 1, 1, 0 });
	interrupt_everywhere("code with a frame of a fixed size",
			     S("\x89\x84\x24\x00\xc0\xff\xff\x55\x48\x83\xec\x20\x31\xed"
			       "\x48\x8b\x44\x24\x28\x48\x89\x04\x24\xff\xd7\x48\x83\xc4\x20"
			       "\x5d\xc5\xf8\x77\xc3") /* HotSpot */,
			     (const uint8_t[]){ 7, 1, 4, 2, 5, 4, 2, 4, 1, 3, 1, 0 });
	interrupt_everywhere("code that saves the frame pointer above a frame of a fixed size",
			     S("\x48\x83\xec\x28\x48\x89\x6c\x24\x20\x31\xed"
			       "\x48\x8b\x44\x24\x28\x48\x89\x04\x24\xff\xd7\x48\x83\xc4\x20"
			       "\x5d\xc3"),
			     (const uint8_t[]){ 4, 5, 2, 5, 4, 2, 4, 1, 1, 0 });
}

static const struct region *runs_like_lender(void *context, struct processes *t, struct process *p,
					     uint64_t address, uint64_t *like)
{
	(void)context;
	*like = (uint64_t)(uintptr_t)asm_lender_body;
	return address >= code_at && address < code_end ? &process_find(t, p, *like)->region : NULL;
}

/* Code that has the frame of asm_lender, in which no word but the right one is an address. */
static void test_borrowed_frame(void)
{
	/* sub $0x3088, %rsp; int3; call *%rdi; add $0x3088, %rsp; ret */
	static const struct str code = S("\x48\x81\xec\x88\x30\x00\x00\xcc\xff\xd7"
					 "\x48\x81\xc4\x88\x30\x00\x00\xc3");

	for (int i = 0; i < 2; i++) {
		host.runs_like = i ? runs_like_lender : NULL;
		call_code((void (*)(void (*)(void)))(uintptr_t)make_code(code), nothing);
		ok((nframe > 2 && frame[0].address == trapped_at &&
		    frame[2].address + 1 == caller[0] && end == UNWIND_COMPLETE) == i,
		   i ? "JIT code that runs in the frame of a function" :
		       "JIT code whose frame is not known");
		ncaller = 0;
	}
	call_code((void (*)(void (*)(void)))(uintptr_t)make_code(code), uses_rbx);
	ok(nframe > 4 && !frame[2].region->module && frame[4].address + 1 == caller[0] &&
		   end == UNWIND_COMPLETE,
	   "through such code");
	ncaller = 0;
	host.runs_like = NULL;
}

static void test_cache(void)
{
	uint64_t misses, hits;

	large();
	misses = unwinder.misses;
	hits = unwinder.hits;
	run_unwinder();
	ok(unwinder.misses == misses && unwinder.hits > hits, "rules are kept");
	ncaller = 0;
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };

	live_host_init(&live);
	host = live_host_functions(&live);
	host.is_trampoline = NULL;
	binaries_init(&binaries, &arch_x86_64, &host);
	processes_init(&processes, &binaries, &host);
	unwinder_init(&unwinder, &arch_x86_64);
	self = processes_get(&processes, getpid());
	proc_scan(&processes, self);
	sigaction(SIGTRAP, &sa, NULL);
	test_functions();
	test_stacks();
	test_truncated();
	test_memory();
	test_two_callers();
	test_damage();
	test_code();
	test_generated();
	test_borrowed_frame();
	test_cache();
	unwinder_release(&unwinder);
	processes_release(&processes);
	binaries_release(&binaries);
	live_host_release(&live);
	return done();
}

#else

int main(void)
{
	puts("1..0 # SKIP the functions of this test are for x86-64 without sanitizers");
	return 0;
}

#endif
