#include "format/legacy_pprof/legacy_stacks.h"

#include <math.h>

void legacy_begin(struct legacy *l, struct in *in, struct profile *p)
{
	*l = (struct legacy){ .in = in, .p = p, .map = { .dict = p->dict } };
	table_init(&l->names, sizeof(struct legacy_name), offsetof(struct legacy_name, func));
}

void legacy_period(struct legacy *l, struct str type, struct str unit, int64_t period)
{
	l->p->head.period_type = dict_intern(l->p->dict, type);
	l->p->head.period_unit = dict_intern(l->p->dict, unit);
	l->p->head.period = period;
}

void legacy_column(struct legacy *l, struct str type, struct str unit)
{
	int64_t scale;

	l->col[l->ncol++] = profile_column(l->p, dict_intern(l->p->dict, type),
					   dict_intern(l->p->dict, unit), &scale);
}

/* Values */

int64_t legacy_integer(double v)
{
	if (!(v > -9.2e18))
		return v != v ? 0 : INT64_MIN;
	return v < 9.2e18 ? (int64_t)v : INT64_MAX;
}

void legacy_unsample(int64_t *count, int64_t *bytes, int64_t rate)
{
	double scale;

	if (!*count || !*bytes) {
		*count = *bytes = 0;
		return;
	}
	if (rate <= 1)
		return;
	scale = 1 / (1 - exp(-((double)*bytes / (double)*count) / (double)rate));
	*count = legacy_integer((double)*count * scale);
	*bytes = legacy_integer((double)*bytes * scale);
}

/* Samples */

void legacy_address(struct legacy *l, uint64_t address)
{
	vec_push(&l->addresses, address);
}

bool legacy_addresses(struct legacy *l, struct str text, size_t exact)
{
	for (ptrdiff_t at; (at = str_find(text, S("0x"))) >= 0;) {
		size_t n = 0;
		uint64_t address;

		text = str_skip(text, (size_t)at + 2);
		while (n < text.n && hex_digit(text.p[n]) >= 0)
			n++;
		if (!n)
			continue;
		if (!str_hex(str(text.p, n), &address))
			return in_bad(l->in, "address '0x%.*s' has more than 64 bits",
				      STR_ARG(str(text.p, min_size(n, 40))));
		legacy_address(l, address - (legacy_depth(l) >= exact));
		text = str_skip(text, n);
	}
	return true;
}

struct legacy_sample *legacy_sample(struct legacy *l, const int64_t *value)
{
	struct legacy_sample s = { .first = l->next, .n = (uint32_t)legacy_depth(l) };

	memcpy(s.value, value, l->ncol * sizeof(*value));
	vec_push(&l->samples, s);
	l->next = l->addresses.n;
	return &vec_last(&l->samples);
}

void legacy_named_frame(struct legacy *l, loc_id frame)
{
	struct legacy_sample *s;

	if (!l->samples.n)
		return;
	s = &vec_last(&l->samples);
	if (!s->has_names) {
		s->has_names = true;
		s->first = l->named.n;
		s->n = 0;
	}
	s->n++;
	vec_push(&l->named, frame);
}

void legacy_drop_double_leaves(struct legacy *l)
{
	for (size_t i = 0; i < l->samples.n; i++) {
		struct legacy_sample *s = &l->samples.v[i];
		uint64_t *a;

		if (s->has_names || s->n < 2)
			continue;
		a = l->addresses.v + s->first;
		if (a[0] != a[1] + 1)
			continue;
		memmove(a + 1, a + 2, (s->n - 2) * sizeof(*a));
		s->n--;
	}
}

/* What follows the samples */

void legacy_name(struct legacy *l, uint64_t address, struct str name, struct str file,
		 uint32_t line)
{
	struct legacy_name row = { .address = address, .line = line };

	row.func = dict_add_func(l->p->dict,
				 (struct func){ .name = dict_intern(l->p->dict, name),
						.file = dict_intern(l->p->dict, file) });
	table_intern(&l->names, &row);
}

bool legacy_begins_maps(struct str line)
{
	return str_find(line, S("MAPPED_LIBRARIES:")) >= 0 ||
	       str_find(line, S("--- Memory map: ---")) >= 0;
}

bool legacy_profile_follows(struct in *in)
{
	struct str head, line;
	enum legacy_kind kind;

	if (in_end(in)) /* otherwise in_peek() shows the next frame, which another profile may be */
		return false;
	head = in_peek(in, 256);
	head.n = min_size(head.n, 256);
	line = str_cut(&head, '\n');
	if (str_ends(line, S("\r")))
		line.n--;
	kind = legacy_kind(line);
	return kind && !str_starts(line, S("--- Thread"));
}

void legacy_read_maps(struct legacy *l, bool in_maps)
{
	struct str line;

	while (!legacy_profile_follows(l->in) && in_line(l->in, &line)) {
		if (in_maps)
			memory_map_add_line(&l->map, line);
		in_maps |= legacy_begins_maps(line);
	}
}

/* Adding to the profile */

static loc_id frame_of(struct legacy *l, uint64_t address)
{
	struct legacy_name key = { .address = address };
	uint32_t i = address ? table_find(&l->names, &key) : 0;
	const struct legacy_name *name = table_row(&l->names, i);

	if (!i)
		return memory_map_frame(&l->map, address);
	return dict_add_loc(l->p->dict, (struct loc){ .func = name->func, .line = name->line });
}

static void add_sample(struct legacy *l, const struct legacy_sample *s, struct buf *frames)
{
	stack_id stack;
	sample_id row;

	frames->n = 0;
	for (size_t i = s->n; i-- > 0;) {
		loc_id loc = s->has_names ? l->named.v[s->first + i] :
					    frame_of(l, l->addresses.v[s->first + i]);

		buf_put(frames, &loc, sizeof(loc));
	}
	stack = dict_add_stack(l->p->dict, (const loc_id *)frames->p, s->n);
	row = profile_add_sample(l->p, stack, s->labels);
	for (size_t i = 0; i < l->ncol; i++)
		profile_add_value(l->p, l->col[i], row, s->value[i]);
}

void legacy_end(struct legacy *l)
{
	struct buf frames = { 0 };

	memory_map_end(&l->map, l->addresses.v, l->addresses.n);
	l->p->head.main_map = memory_map_main(&l->map);
	for (size_t i = 0; i < l->samples.n && !l->in->failed; i++)
		add_sample(l, &l->samples.v[i], &frames);
	buf_release(&frames);
	vec_release(&l->addresses);
	vec_release(&l->named);
	vec_release(&l->samples);
	memory_map_release(&l->map);
	table_release(&l->names);
}
