#include "changes/history.h"

struct call {
	uint32_t caller, callee;
};

/* The payload is the window in which it was first seen. */
struct label_row {
	uint32_t key, value;
	uint32_t window, zero;
};

_Static_assert(sizeof(struct call) == 8, "no padding");
_Static_assert(sizeof(struct label_row) == 16, "no padding");

enum {
	MOST_WINDOWS = 10000000,
	MANY = 100000, /* samples in the least value: with more, there is no fixed period */
};

void history_init(struct history *h, int64_t step)
{
	*h = (struct history){ .step = step };
	strings_init(&h->name);
	strings_init(&h->text);
	table_init(&h->call, sizeof(struct call), sizeof(struct call));
	table_init(&h->label, sizeof(struct label_row), offsetof(struct label_row, window));
}

void history_release(struct history *h)
{
	for (size_t i = 0; i < h->function.n; i++) {
		struct function_history *f = &h->function.v[i];

		for (size_t k = 0; k < f->cap; k++)
			mem_free(f->block[k], HISTORY_BLOCK * sizeof(float));
		mem_free(f->block, f->cap * sizeof(*f->block));
	}
	vec_release(&h->function);
	vec_release(&h->total);
	vec_release(&h->first_seen);
	strings_release(&h->name);
	strings_release(&h->text);
	table_release(&h->call);
	table_release(&h->label);
}

/* Move the start n blocks of windows back. */
static void begin_earlier(struct history *h, size_t n)
{
	size_t windows = n * HISTORY_BLOCK, had = h->total.n;

	h->start -= (int64_t)windows * h->step;
	vec_append_zeroed(&h->total, windows);
	memmove(h->total.v + windows, h->total.v, had * sizeof(*h->total.v));
	memset(h->total.v, 0, windows * sizeof(*h->total.v));
	for (size_t i = 0; i < h->function.n; i++) {
		struct function_history *f = &h->function.v[i];
		size_t cap = f->cap;

		if (!cap)
			continue;
		f->block = mem_grow(f->block, &f->cap, cap + n, sizeof(*f->block));
		memmove(f->block + n, f->block, cap * sizeof(*f->block));
		memset(f->block, 0, n * sizeof(*f->block));
		memset(f->block + n + cap, 0, (f->cap - n - cap) * sizeof(*f->block));
	}
	for (uint32_t i = 1; i < h->label.n; i++)
		((struct label_row *)table_row(&h->label, i))->window += (uint32_t)windows;
}

bool history_window(struct history *h, int64_t time, uint32_t *window)
{
	int64_t rest = time % h->step, begin = time - rest - (rest < 0 ? h->step : 0), since;

	if (!h->has_start)
		h->start = begin;
	h->has_start = true;
	if (__builtin_sub_overflow(begin, h->start, &since))
		return false;
	since /= h->step;
	if (since >= MOST_WINDOWS || since <= -MOST_WINDOWS + (int64_t)h->total.n)
		return false;
	if (since < 0)
		begin_earlier(h, ((size_t)-since + HISTORY_BLOCK - 1) / HISTORY_BLOCK);
	*window = (uint32_t)((begin - h->start) / h->step);
	return true;
}

uint32_t history_function(struct history *h, struct str name)
{
	uint32_t i = strings_intern(&h->name, name.n ? name : S("[unknown]"));

	if (i >= h->function.n)
		vec_append_zeroed(&h->function, i + 1 - h->function.n);
	return i;
}

static float *block_of(struct function_history *f, uint32_t window)
{
	size_t i = window / HISTORY_BLOCK, had = f->cap;

	if (i >= f->cap) {
		f->block = mem_grow(f->block, &f->cap, i + 1, sizeof(*f->block));
		memset(f->block + had, 0, (f->cap - had) * sizeof(*f->block));
	}
	if (!f->block[i])
		f->block[i] = mem_zeroed(HISTORY_BLOCK, sizeof(float));
	return f->block[i];
}

static int64_t common_divisor(int64_t a, int64_t b)
{
	while (b) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

void history_add(struct history *h, uint32_t function, uint32_t window, int64_t v)
{
	float *at = &block_of(&h->function.v[function], window)[window % HISTORY_BLOCK];

	*at = (float)((double)*at + (double)v);
	if (v <= 0)
		return;
	if (!h->least || v < h->least)
		h->least = v;
	if (h->divisor != 1 && (!h->divisor || v % h->divisor))
		h->divisor = common_divisor(v, h->divisor);
}

void history_add_total(struct history *h, uint32_t window, double v)
{
	if (window >= h->total.n)
		vec_append_zeroed(&h->total, window + 1 - h->total.n);
	h->total.v[window] = (float)(h->total.v[window] + v);
}

void history_call(struct history *h, uint32_t caller, uint32_t callee)
{
	table_intern(&h->call, &(struct call){ caller, callee });
}

bool history_calls(const struct history *h, uint32_t caller, uint32_t callee)
{
	return table_find(&h->call, &(struct call){ caller, callee }) != 0;
}

void history_label(struct history *h, struct str key, struct str value, uint32_t window)
{
	struct label_row row = { strings_intern(&h->text, key), strings_intern(&h->text, value),
				 window, 0 };
	uint32_t i = table_intern(&h->label, &row);
	struct label_row *seen = i ? table_row(&h->label, i) : NULL;

	if (seen && window < seen->window)
		seen->window = window;
}

void history_end(struct history *h)
{
	h->nwindow = h->total.n;
	if (!(h->unit > 0))
		h->unit = (double)(h->least / MANY > h->divisor ? h->least : h->divisor);
	if (!(h->unit > 0))
		h->unit = 1;
	for (uint32_t i = 1; i < h->label.n; i++) {
		const struct label_row *row = table_row(&h->label, i);

		vec_push(&h->first_seen, { strings_get(&h->text, row->key),
					   strings_get(&h->text, row->value), row->window });
	}
}

void history_values(const struct history *h, uint32_t function, float *to)
{
	const struct function_history *f = &h->function.v[function];

	memset(to, 0, h->nwindow * sizeof(*to));
	for (size_t k = 0; k < f->cap && k * HISTORY_BLOCK < h->nwindow; k++)
		if (f->block[k])
			memcpy(to + k * HISTORY_BLOCK, f->block[k],
			       min_size(HISTORY_BLOCK, h->nwindow - k * HISTORY_BLOCK) *
				       sizeof(*to));
}
