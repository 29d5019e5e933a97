#include "perf/kernel_code.h"

void kernel_codes_init(struct kernel_codes *k)
{
	*k = (struct kernel_codes){ 0 };
	strings_init(&k->names);
}

void kernel_codes_release(struct kernel_codes *k)
{
	vec_release(&k->list);
	strings_release(&k->names);
}

/* The first code that ends after an address. */
static size_t first_after(const struct kernel_codes *k, uint64_t address)
{
	size_t low = 0, high = k->list.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (k->list.v[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void kernel_codes_remove(struct kernel_codes *k, uint64_t start, uint64_t length)
{
	size_t from = first_after(k, start), to = from;

	while (to < k->list.n &&
	       (k->list.v[to].start < start || k->list.v[to].start - start < length))
		to++;
	if (to > from)
		memmove(k->list.v + from, k->list.v + to, (k->list.n - to) * sizeof(*k->list.v));
	k->list.n -= to - from;
}

void kernel_codes_add(struct kernel_codes *k, uint64_t start, uint64_t length, struct str name)
{
	struct kernel_code new = { .start = start };
	size_t at;

	if (!length || __builtin_add_overflow(start, length, &new.end))
		return;
	new.name = strings_intern(&k->names, name);
	kernel_codes_remove(k, start, length);
	at = first_after(k, start);
	vec_push(&k->list, new);
	memmove(k->list.v + at + 1, k->list.v + at, (k->list.n - 1 - at) * sizeof(new));
	k->list.v[at] = new;
}

struct str kernel_codes_find(const struct kernel_codes *k, uint64_t address)
{
	size_t i = first_after(k, address);

	if (i == k->list.n || address < k->list.v[i].start)
		return S("");
	return strings_get(&k->names, k->list.v[i].name);
}
