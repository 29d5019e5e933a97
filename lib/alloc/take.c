/* Takes a sample: decides whether one is due, and writes its record. */
#include <linux/perf_event.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

#include "alloc/countdown.h"
#include "alloc/preload.h"
#include "alloc/probe.h"
#include "alloc/raw_call.h"

enum { PAGE = 4096 };

THREADS uint64_t countdown_left;

static THREADS struct {
	uint64_t random;
	uint64_t rate;                  /* of the draw of countdown_left; 0: not drawn yet */
	uint64_t stack_from, stack_end; /* this part of the stack is mapped; 0: not known */
	uint32_t tid, pid;              /* tid is of this thread if pid is of this process */
} self;

_Static_assert(SHARED_PERF_SAMPLE == (int)PERF_RECORD_SAMPLE, "as perf has it");

/* A number that differs in each thread, and in a forked child. */
static uint64_t seed(void)
{
	struct timespec t;
	uint64_t state;

	clock_gettime(CLOCK_MONOTONIC, &t);
	state = (uint64_t)t.tv_nsec ^ (uint64_t)t.tv_sec << 30 ^ (uintptr_t)&self;
	state ^= (uint64_t)raw_call1(SYS_gettid, 0) << 40;
	return countdown_random(&state);
}

static void draw(uint64_t period)
{
	self.rate = period ? period : 1;
	countdown_left = countdown_draw(&self.random, self.rate);
}

void sample_anew(void)
{
	self.rate = countdown_left = 0;
}

static bool is_recorded(void)
{
	return __atomic_load_n(&shared->active, __ATOMIC_RELAXED);
}

/*
 * An exponential distribution has no memory, so when a recording begins, the countdown of a
 * process that was not recorded simply goes on.
 */
bool sample_due(size_t size, uint64_t *rate, const void *caller)
{
	bool ready = control_ready();

	if (!self.rate) {
		self.random = seed();
		draw(ready ? __atomic_load_n(&shared->period, __ATOMIC_RELAXED) :
			     SHARED_DEFAULT_PERIOD);
		if (!countdown_ends(size))
			return false;
	}
	*rate = self.rate;
	if (!ready) {
		sample_anew();
		return false;
	}
	draw(__atomic_load_n(&shared->period, __ATOMIC_RELAXED));
	return (is_recorded() || probe_alloc_is_wanted()) && !next_is_inside(caller);
}

/* Rings */

/* Finds room for `size` bytes that do not wrap around the ring's end; NULL if there is none. */
static char *place_in(unsigned number, size_t size, uint64_t *head)
{
	struct shared_ring *r = &shared->ring[number];
	uint64_t tail = __atomic_load_n(&r->tail, __ATOMIC_ACQUIRE), free_bytes, rest;
	char *bytes = shared_ring_bytes(number);

	*head = r->head;
	free_bytes = SHARED_RING_BYTES - (*head - tail);
	rest = SHARED_RING_BYTES - *head % SHARED_RING_BYTES;
	if (rest < size) {
		struct shared_record *filler = (void *)(bytes + *head % SHARED_RING_BYTES);

		if (free_bytes < rest + size)
			return NULL;
		filler->type = 0;
		filler->misc = 0;
		filler->size = (uint16_t)rest;
		*head += rest;
	} else if (free_bytes < size) {
		return NULL;
	}
	return bytes + *head % SHARED_RING_BYTES;
}

static void release_ring(unsigned number)
{
	__atomic_store_n(&shared->ring[number].owner, 0, __ATOMIC_RELEASE);
}

/* Claims a ring with room that no other thread owns. Returns SHARED_RINGS if there is none. */
static unsigned claim_ring(size_t size, uint32_t tid, uint64_t *head, char **place)
{
	for (unsigned i = 0; i < SHARED_RINGS; i++) {
		uint32_t nobody = 0;

		if (!__atomic_compare_exchange_n(&shared->ring[i].owner, &nobody, tid, false,
						 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		*place = place_in(i, size, head);
		if (*place)
			return i;
		release_ring(i);
	}
	return SHARED_RINGS;
}

static uint32_t thread_id(void)
{
	if (self.pid != shared->pid) {
		self.tid = (uint32_t)raw_call1(SYS_gettid, 0);
		self.pid = shared->pid;
	}
	return self.tid;
}

static void count_lost(size_t size, uint64_t rate)
{
	double p = countdown_probability(size, rate);

	__atomic_fetch_add(&shared->lost, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&shared->lost_bytes, (uint64_t)((double)size / p + 0.5),
			   __ATOMIC_RELAXED);
	__atomic_fetch_add(&shared->lost_parts, (uint64_t)(SHARED_PARTS / p + 0.5),
			   __ATOMIC_RELAXED);
}

/* Stacks */

/* The stack's end as the loader found it; the arguments and the environment lie above. */
extern void *__libc_stack_end __attribute__((weak));

/*
 * An end of the thread's own stack, if `from` is on it: of the main thread, near the arguments; of
 * others, the thread pointer, which points into the same mapping, above all frames. From any other
 * stack, that is far away.
 */
static uint64_t stack_end(uint64_t from)
{
	uint64_t main_end = &__libc_stack_end ? (uintptr_t)__libc_stack_end + 64 : 0;
	uint64_t thread_end = (uintptr_t)__builtin_thread_pointer() & ~(uint64_t)7;

	return main_end - from < thread_end - from ? main_end : thread_end;
}

/* Lets the kernel copy the bytes that are mapped. Returns their number. */
static size_t copy_checked(uint32_t tid, uint64_t from, char *to, size_t most)
{
	struct iovec here = { to, most }, there[SHARED_MOST_STACK / PAGE + 2];
	uint64_t at = from, end = from + most;
	unsigned long parts = 0;
	long got;

	for (; at < end && parts < sizeof(there) / sizeof(*there); parts++) {
		uint64_t to_next = (at / PAGE + 1) * PAGE;

		if (to_next > end)
			to_next = end;
		there[parts].iov_base = (void *)(uintptr_t)at;
		there[parts].iov_len = to_next - at;
		at = to_next;
	}
	got = raw_call6(SYS_process_vm_readv, (long)tid, (long)&here, 1, (long)there, (long)parts,
			0);
	return got > 0 ? (size_t)got & ~(size_t)7 : 0;
}

/*
 * Copies the stack from an address on. Threads, coroutines and signal handlers have stacks of
 * any kind, so the kernel checks what is mapped. A part of the thread's own stack that was
 * whole once, up to the stack's end, stays mapped while the thread runs.
 */
static size_t copy_stack(uint32_t tid, uint64_t from, char *to, size_t most)
{
	uint64_t end = stack_end(from);
	size_t got;

	if (end - from < most)
		most = end - from;
	if (end == self.stack_end && from >= self.stack_from && from < end) {
		memcpy(to, (const void *)(uintptr_t)from, most);
		return most;
	}
	got = copy_checked(tid, from, to, most);
	if (from + got >= (end == self.stack_end ? self.stack_from : end)) {
		self.stack_from = from;
		self.stack_end = end;
	}
	return got;
}

/*
 * Stores the current registers in regs and returns the stack pointer. It must be inlined into
 * the function whose frame is the first of the stack.
 */
#if defined(__x86_64__)
#define SAVE_REGISTERS(regs)                                                                       \
	__asm__ volatile("movq %%rbx, 0(%0)\n\tmovq %%rbp, 8(%0)\n\tmovq %%rsp, 16(%0)\n\t"        \
			 "leaq 0f(%%rip), %%rcx\n0:\tmovq %%rcx, 24(%0)\n\t"                       \
			 "movq %%r12, 32(%0)\n\tmovq %%r13, 40(%0)\n\tmovq %%r14, 48(%0)\n\t"      \
			 "movq %%r15, 56(%0)"                                                      \
			 :                                                                         \
			 : "a"(regs)                                                               \
			 : "rcx", "memory")
enum { REG_SP = 2, REG_PC = 3 };
#else
#define SAVE_REGISTERS(regs)                                                                       \
	__asm__ volatile("stp x19, x20, [%0]\n\tstp x21, x22, [%0, 16]\n\t"                        \
			 "stp x23, x24, [%0, 32]\n\tstp x25, x26, [%0, 48]\n\t"                    \
			 "stp x27, x28, [%0, 64]\n\tstp x29, x30, [%0, 80]\n\t"                    \
			 "mov x9, sp\n\tadr x10, 0f\n0:\tstp x9, x10, [%0, 96]"                    \
			 :                                                                         \
			 : "r"(regs)                                                               \
			 : "x9", "x10", "memory")
enum { REG_SP = 12, REG_PC = 13 };
#endif

static void sample_record(const void *p, size_t size, uint64_t rate)
{
	uint32_t tid = thread_id();
	size_t stack = __atomic_load_n(&shared->stack, __ATOMIC_RELAXED);
	struct shared_record *r;
	struct timespec now;
	uint64_t head;
	unsigned ring;
	char *place;

	if (stack > SHARED_MOST_STACK)
		stack = SHARED_MOST_STACK;
	ring = claim_ring(sizeof(*r) + stack + 8, tid, &head, &place);
	if (ring == SHARED_RINGS) {
		count_lost(size, rate);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	r = (struct shared_record *)(void *)place;
	*r = (struct shared_record){
		.type = SHARED_PERF_SAMPLE,
		.misc = SHARED_MISC_USER,
		.pid = shared->pid,
		.tid = tid,
		.time = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec,
		.address = (uintptr_t)p,
		.bytes = size,
		.raw_size = SHARED_RAW,
		.rate = rate,
		.id = __atomic_add_fetch(&shared->last_id, 1, __ATOMIC_RELAXED),
		.abi = SHARED_ABI_64,
	};
	/* Before any thread can free it, and before the recorder looks for it. */
	r->slot = live_enter(p, r->id);
	SAVE_REGISTERS(r->regs);
	r->ip = r->regs[REG_PC];
	r->stack_size = copy_stack(tid, r->regs[REG_SP], (char *)(r + 1), stack);
	r->size = (uint16_t)sizeof(*r);
	if (r->stack_size) {
		memcpy((char *)(r + 1) + r->stack_size, &r->stack_size, sizeof(r->stack_size));
		r->size += (uint16_t)(r->stack_size + sizeof(r->stack_size));
	}
	__atomic_store_n(&shared->ring[ring].head, head + r->size, __ATOMIC_RELEASE);
	release_ring(ring);
}

void sample_take(const void *p, size_t size, uint64_t rate)
{
	if (is_recorded())
		sample_record(p, size, rate);
	else
		live_enter(p, __atomic_add_fetch(&shared->last_id, 1, __ATOMIC_RELAXED));
	if (probe_alloc_is_wanted())
		probe_alloc(p, size,
			    (uint64_t)((double)size / countdown_probability(size, rate) + 0.5));
}
