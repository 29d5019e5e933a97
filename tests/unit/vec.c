#include "base/vec.h"

#include "tap.h"

struct pair {
	uint32_t a, b;
};
struct pair_list VEC_OF(struct pair);

static uint32_t sum(const struct pair_list *list)
{
	uint32_t s = 0;

	for (size_t i = 0; i < list->n; i++)
		s += list->v[i].a * list->v[i].b;
	return s;
}

static void pushing(void)
{
	VEC(int) v = { 0 };
	bool same = true;

	for (int i = 0; i < 1000; i++)
		vec_push(&v, i);
	for (int i = 0; i < 1000; i++)
		same &= v.v[i] == i;
	ok(v.n == 1000 && same, "elements are kept while the vector grows");
	for (size_t i = v.n; i < v.cap; i++)
		vec_push(&v, 0);
	vec_push(&v, v.v[999] + (int)v.n);
	ok(vec_last(&v) == 999 + (int)v.n - 1, "a value may come from the vector that grows");
	vec_pop(&v);
	ok(vec_last(&v) == 0, "and be taken off");
	vec_clear(&v);
	ok(v.n == 0 && v.cap >= 1000, "a cleared vector keeps its memory");
	vec_release(&v);
	ok(!v.v && !v.cap, "a released one does not");
}

static void structs(void)
{
	struct pair_list list = { 0 };
	struct pair one = { 5, 7 };

	vec_push(&list, { 2, 3 });
	vec_push(&list, { .b = 9 });
	vec_push(&list, one);
	ok(list.n == 3 && sum(&list) == 41, "initialisers and values");
	vec_reverse(&list);
	ok(list.v[0].a == 5 && list.v[1].b == 9 && list.v[2].b == 3, "three reversed");
	vec_pop(&list);
	vec_reverse(&list);
	ok(list.v[0].b == 9 && list.v[1].a == 5, "two reversed");
	vec_clear(&list);
	vec_reverse(&list);
	ok(list.n == 0, "none reversed");
	vec_release(&list);
}

static void many(void)
{
	VEC(uint16_t) v = { 0 };
	const uint16_t some[] = { 1, 2, 3 };

	vec_append(&v, some, LEN(some));
	vec_append(&v, NULL, 0);
	vec_append_zeroed(&v, 2);
	vec_append(&v, some + 1, 1);
	ok(v.n == 6 && v.v[2] == 3 && v.v[3] == 0 && v.v[4] == 0 && v.v[5] == 2, "runs appended");
	vec_reserve(&v, 1000);
	ok(v.n == 6 && v.cap >= 1000 && v.v[5] == 2, "room made");
	vec_release(&v);
}

static void memory(void)
{
	VEC(uint64_t) v = { 0 };

	vec_push(&v, 1);
	mem_limit((size_t)1 << 20);
	ok(vec_fits(&v, 1000) && !vec_fits(&v, 1 << 17), "what fits below the limit");
	ok(!vec_fits(&v, SIZE_MAX) && !vec_fits(&v, SIZE_MAX / 8), "sizes that overflow do not");
	vec_reserve(&v, 1 << 16);
	ok(!mem_fits(((size_t)1 << 19) + 1), "its memory is counted");
	ok(vec_fits(&v, (1 << 16) - 1), "what it holds already needs no more");
	vec_release(&v);
	ok(mem_fits(((size_t)1 << 19) + 1), "and given back");
}

int main(void)
{
	pushing();
	structs();
	many();
	memory();
	return done();
}
