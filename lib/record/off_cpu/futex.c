#include "record/off_cpu/futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>

static bool waits_at(uint64_t address, uint64_t operation)
{
	if (!address || address % sizeof(uint32_t) || address >> 56)
		return false;
	switch (operation & (uint64_t)FUTEX_CMD_MASK & UINT32_MAX) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_LOCK_PI:
	case 13: /* FUTEX_LOCK_PI2, which is not in headers before Linux 5.14 */ return true;
	default: return false;
	}
}

static bool are_known(const struct user_state *state, uint64_t registers)
{
	return !(state->missing & registers);
}

/*
 * The registers are those at the entry of the system call. On x86-64, -ENOSYS has replaced its
 * number, and the instruction has left the return address in rcx. The kernel stack tells other
 * calls with similar arguments apart.
 */
static uint64_t futex_x86_64(const struct user_state *state)
{
	enum { RAX = 0, RCX = 2, RSI = 4, RDI = 5, RIP = 16 };
	const uint64_t *r = state->regs;

	return are_known(state, 1 << RAX | 1 << RCX | 1 << RSI | 1 << RDI | 1 << RIP) &&
			       r[RAX] == (uint64_t)-ENOSYS && r[RCX] == r[RIP] &&
			       waits_at(r[RDI], r[RSI]) ?
		       r[RDI] :
		       0;
}

static uint64_t futex_aarch64(const struct user_state *state)
{
	enum { X0 = 0, X1 = 1, X8 = 8, NUMBER = 98 };
	const uint64_t *r = state->regs;

	return are_known(state, 1 << X0 | 1 << X1 | 1 << X8) && r[X8] == NUMBER &&
			       waits_at(r[X0], r[X1]) ?
		       r[X0] :
		       0;
}

uint64_t futex_of_registers(const struct arch *a, const struct user_state *state)
{
	if (a == &arch_x86_64)
		return futex_x86_64(state);
	return a == &arch_aarch64 ? futex_aarch64(state) : 0;
}

uint64_t futex_of_syscall(struct str text)
{
	struct str number = str_cut(&text, ' '), address = str_cut(&text, ' ');
	struct str operation = str_cut(&text, ' ');
	uint64_t n, at, what;

	return str_u64(number, &n) && n == SYS_futex && str_starts(address, S("0x")) &&
			       str_starts(operation, S("0x")) &&
			       str_hex(str_skip(address, 2), &at) &&
			       str_hex(str_skip(operation, 2), &what) && waits_at(at, what) ?
		       at :
		       0;
}

size_t futex_owners(const uint32_t word[FUTEX_WORDS], uint32_t owner[FUTEX_MOST_OWNERS])
{
	size_t n = 0;

	if (word[0] & FUTEX_WAITERS && word[0] & FUTEX_TID_MASK)
		owner[n++] = word[0] & FUTEX_TID_MASK;
	if ((word[0] == 1 || word[0] == 2) && word[2]) /* locked; locked with waiters */
		owner[n++] = word[2];
	return n;
}
