#include "profile/type_order.h"

void type_parts_get(struct type_parts *t, struct str id)
{
	struct str rest = id;

	t->id = id;
	for (size_t i = 0; i < LEN(t->part); i++)
		t->part[i] = str_cut(&rest, ':');
}

static bool counts_samples(const struct type_parts *t)
{
	return str_eq(t->part[1], S("samples")) || str_eq(t->part[1], S("sample"));
}

/* By name and period; then the number of samples comes first, and others in byte order. */
int type_parts_compare(const void *a, const void *b)
{
	static const size_t parts[] = { 0, 3, 4, 1, 2 };
	const struct type_parts *x = a, *y = b;
	int order = 0;

	for (size_t i = 0; i < 3 && !order; i++)
		order = str_cmp(x->part[parts[i]], y->part[parts[i]]);
	if (!order)
		order = counts_samples(y) - counts_samples(x);
	for (size_t i = 3; i < LEN(parts) && !order; i++)
		order = str_cmp(x->part[parts[i]], y->part[parts[i]]);
	return order;
}

bool type_parts_are_together(const struct type_parts *a, const struct type_parts *b)
{
	return str_eq(a->part[0], b->part[0]) && str_eq(a->part[3], b->part[3]) &&
	       str_eq(a->part[4], b->part[4]);
}

/* Processor time is what most profiles are about. */
static int rank_of(const struct type_parts *t)
{
	if (!str_eq(t->part[0], S("process_cpu")))
		return 2;
	return !str_eq(t->part[1], S("cpu"));
}

bool type_is_better_default(struct str name, struct str than)
{
	bool cpu = str_eq(name, S("cpu")), cpu_than = str_eq(than, S("cpu"));

	return cpu != cpu_than ? cpu : str_cmp(name, than) < 0;
}

bool type_parts_is_better(const struct type_parts *later, const struct type_parts *earlier)
{
	int a = rank_of(later), b = rank_of(earlier);

	return a < b || (a == b && type_parts_are_together(later, earlier));
}
