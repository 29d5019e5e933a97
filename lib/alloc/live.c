/*
 * The table of sampled allocations in use. An address hashes to two buckets; its allocation has
 * a slot in one of them. A thread claims a slot by writing 1 to its address, so two threads
 * never fill the same one. Readers see an address only together with its id.
 */
#include <sys/mman.h>

#include "alloc/preload.h"
#include "alloc/probe.h"
#include "alloc/raw_call.h"

enum { EMPTY = 0, CLAIMED = 1, FULL = 255, BUCKETS = SHARED_SLOTS / SHARED_WAYS };

_Alignas(1 << 16) uint8_t live_pages[LIVE_PAGES];

static uint8_t *page_of(const void *p)
{
	return &live_pages[(uintptr_t)p >> LIVE_PAGE & (LIVE_PAGES - 1)];
}

/* A count that has reached its maximum stays there: the true number is then unknown. */
static void count_page(const void *p, int by)
{
	uint8_t *page = page_of(p), was = __atomic_load_n(page, __ATOMIC_RELAXED);

	while (was != FULL && !(by < 0 && !was) &&
	       !__atomic_compare_exchange_n(page, &was, (uint8_t)(was + by), true, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
}

/*
 * The first choice hashes the page, since a program uses neighbouring blocks together. The
 * second one spreads addresses that share a page.
 */
static struct shared_slot *bucket(const void *p, unsigned choice)
{
	uint64_t page = (uintptr_t)p >> LIVE_PAGE, hash = (uintptr_t)p * 0x9e3779b97f4a7c15 >> 40;

	return shared_slots() + SHARED_WAYS * ((choice ? hash : page) & (BUCKETS - 1));
}

/* Empties a slot that holds `address`. Returns its id, 0 if another thread was faster. */
static uint64_t empty_slot(struct shared_slot *s, uint64_t address)
{
	uint64_t id;

	if (!__atomic_compare_exchange_n(&s->address, &address, CLAIMED, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return 0;
	id = s->id;
	__atomic_store_n(&s->id, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&s->address, EMPTY, __ATOMIC_RELEASE);
	return id;
}

static uint64_t take_out(const void *p)
{
	for (unsigned choice = 0; choice < 2; choice++) {
		struct shared_slot *s = bucket(p, choice);

		for (unsigned i = 0; i < SHARED_WAYS; i++)
			if (__atomic_load_n(&s[i].address, __ATOMIC_RELAXED) == (uintptr_t)p)
				return empty_slot(&s[i], (uintptr_t)p);
	}
	return 0;
}

static bool fill_slot(struct shared_slot *s, const void *p, uint64_t id)
{
	uint64_t empty = EMPTY;

	if (__atomic_load_n(&s->address, __ATOMIC_RELAXED) != EMPTY ||
	    !__atomic_compare_exchange_n(&s->address, &empty, CLAIMED, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return false;
	__atomic_store_n(&s->id, id, __ATOMIC_RELEASE);
	__atomic_store_n(&s->address, (uintptr_t)p, __ATOMIC_RELEASE);
	return true;
}

uint32_t live_enter(const void *p, uint64_t id)
{
	/* The address was freed by a call that the hooks did not see. */
	if (live_may_have(p) && take_out(p)) {
		count_page(p, -1);
		__atomic_fetch_add(&shared->unseen, 1, __ATOMIC_RELAXED);
	}
	for (unsigned choice = 0; choice < 2; choice++) {
		struct shared_slot *s = bucket(p, choice);

		for (unsigned i = 0; i < SHARED_WAYS; i++) {
			if (!fill_slot(&s[i], p, id))
				continue;
			count_page(p, 1);
			return (uint32_t)(&s[i] - shared_slots());
		}
	}
	__atomic_fetch_add(&shared->no_slot, 1, __ATOMIC_RELAXED);
	return SHARED_NO_SLOT;
}

uint64_t live_take_out(const void *p)
{
	uint64_t id;

	if (!p || !control_ready())
		return 0;
	id = take_out(p);
	if (id) {
		count_page(p, -1);
		probe_free(p);
	}
	return id;
}

void live_put_back(const void *p, uint64_t id)
{
	live_enter(p, id);
}

void live_forget_all(void)
{
	raw_call3(SYS_madvise, live_pages, sizeof(live_pages), MADV_DONTNEED);
	early_mark();
}
