/* Which lock a thread waits for, and who holds it: record/off_cpu/futex.h. */
#include "record/off_cpu/futex.h"

#include <errno.h>
#include <linux/futex.h>

#include "tap.h"

enum { LOCK = 0x601040, AT_CALL = 0x401000 };

/* In futex(2), with these arguments; x86-64. */
static uint64_t of_x86_64(uint64_t address, uint64_t operation, uint64_t rax, uint64_t rcx,
			  uint64_t missing)
{
	uint64_t regs[ARCH_REGS] = {
		[0] = rax, [2] = rcx, [4] = operation, [5] = address, [16] = AT_CALL
	};
	struct user_state state = { .regs = regs, .missing = missing };

	return futex_of_registers(&arch_x86_64, &state);
}

static uint64_t of_aarch64(uint64_t number, uint64_t operation)
{
	uint64_t regs[ARCH_REGS] = { [0] = LOCK, [1] = operation, [8] = number };
	struct user_state state = { .regs = regs };

	return futex_of_registers(&arch_aarch64, &state);
}

static void test_registers(void)
{
	const uint64_t nosys = (uint64_t)-ENOSYS;

	ok(of_x86_64(LOCK, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, nosys, AT_CALL, 0) == LOCK,
	   "a mutex of glibc");
	ok(of_x86_64(LOCK, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, nosys, AT_CALL, 0) == LOCK,
	   "a condition variable, with a time");
	ok(of_x86_64(LOCK, FUTEX_LOCK_PI, nosys, AT_CALL, 0) == LOCK, "with priority inheritance");
	ok(!of_x86_64(LOCK, FUTEX_WAKE, nosys, AT_CALL, 0), "who wakes does not wait");
	ok(!of_x86_64(LOCK + 2, FUTEX_WAIT, nosys, AT_CALL, 0), "no word");
	ok(!of_x86_64(0, FUTEX_WAIT, nosys, AT_CALL, 0), "no address");
	ok(!of_x86_64(LOCK, FUTEX_WAIT, 0, AT_CALL, 0), "no system call");
	ok(!of_x86_64(LOCK, FUTEX_WAIT, nosys, AT_CALL + 2, 0), "no system call, either");
	ok(!of_x86_64(LOCK, FUTEX_WAIT, nosys, AT_CALL, 1 << 5), "an argument is not known");
	ok(of_aarch64(98, FUTEX_WAIT) == LOCK && !of_aarch64(101, FUTEX_WAIT) &&
		   !of_aarch64(98, FUTEX_WAKE),
	   "aarch64 keeps the number of the call");
}

static void test_syscall(void)
{
	ok(futex_of_syscall(S("202 0x55d0c0ffee40 0x80 0x2 0x0 0x0 0x0 0x7ffc0 0x7f0")) ==
			   0x55d0c0ffee40 ||
		   sizeof(long) != 8,
	   "as /proc has it");
	ok(!futex_of_syscall(S("7 0x55d0c0ffee40 0x80 0x2 0x0 0x0 0x0 0x7ffc0 0x7f0")),
	   "another call");
	ok(!futex_of_syscall(S("202 0x55d0c0ffee40 0x81 0x2 0x0 0x0 0x0 0x7ffc0 0x7f0")),
	   "another operation");
	ok(!futex_of_syscall(S("running\n")) && !futex_of_syscall(S("")) &&
		   !futex_of_syscall(S("202")) && !futex_of_syscall(S("202 0x10")),
	   "no call");
}

/* The only thread that may hold it; 0: none, UINT32_MAX: several. */
static uint32_t owner_of(uint32_t a, uint32_t b, uint32_t c)
{
	const uint32_t word[FUTEX_WORDS] = { a, b, c };
	uint32_t owner[FUTEX_MOST_OWNERS] = { 0 };
	size_t n = futex_owners(word, owner);

	return n > 1 ? UINT32_MAX : n ? owner[0] : 0;
}

int main(void)
{
	test_registers();
	test_syscall();
	ok(owner_of(2, 0, 1234) == 1234, "glibc's mutex, which others wait for");
	ok(owner_of(1, 1, 1234) == 1234, "one that nobody waits for yet");
	ok(owner_of(0, 0, 1234) == 0, "that nobody holds");
	ok(owner_of(2, 0, 0) == 0, "the lock of a library, without an owner");
	ok(owner_of(0x800004d2, 5, 6) == 1234, "musl's, or one with priority inheritance");
	ok(owner_of(0x80000000, 0, 0) == 0, "musl's, which was just given back");
	return done();
}
