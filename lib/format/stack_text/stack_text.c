#include "format/stack_text/stack_text.h"

#include "format/folded.h"
#include "format/perf_script/perf_lines.h"

void stack_text_begin(struct stack_text *s, struct in *in, struct profile *p)
{
	*s = (struct stack_text){ .in = in, .p = p };
}

void stack_text_end(struct stack_text *s)
{
	vec_release(&s->frames);
}

uint32_t stack_text_column(struct stack_text *s, struct str type, struct str unit)
{
	int64_t scale;

	return profile_column(s->p, dict_intern(s->p->dict, type), dict_intern(s->p->dict, unit),
			      &scale);
}

size_t stack_text_sampled(struct stack_text *s, int64_t period, uint32_t column[2])
{
	struct header *h = &s->p->head;

	column[0] = stack_text_column(s, S("samples"), S("count"));
	if (!period)
		return 1;
	column[1] = stack_text_column(s, S("wall"), S("nanoseconds"));
	h->period_type = dict_intern(s->p->dict, S("wall"));
	h->period_unit = dict_intern(s->p->dict, S("nanoseconds"));
	h->period = period;
	return 2;
}

/* "0x1f", "0x1f/0x40", "31" */
static bool is_offset(struct str s)
{
	struct str size = s, offset = str_cut(&size, '/');
	uint64_t n;

	if (size.p && !is_offset(size))
		return false;
	return str_starts(offset, S("0x")) ? str_hex(str_skip(offset, 2), &n) : str_u64(offset, &n);
}

struct str stack_text_strip_offset(struct str symbol)
{
	ptrdiff_t plus = str_rchr(symbol, '+');

	if (plus > 0 && is_offset(str_skip(symbol, (size_t)plus + 1)))
		symbol.n = (size_t)plus;
	return symbol;
}

static str_id function_name(struct stack_text *s, struct str symbol)
{
	struct str clone, name = perf_function_name(symbol, &clone);
	struct buf joined = { 0 };
	str_id id;

	buf_add(&joined, name.n ? name : symbol);
	buf_add(&joined, clone);
	id = dict_intern(s->p->dict, buf_str(&joined));
	buf_release(&joined);
	return id;
}

static void add_symbol(struct stack_text *s, struct loc row, struct str symbol)
{
	VEC(loc_id) parts = { 0 };

	while (symbol.p) {
		struct str part = perf_inlined_part(&symbol);
		struct func f = { .name = function_name(s, part) };

		row.func = dict_add_func(s->p->dict, f);
		vec_push(&parts, dict_add_loc(s->p->dict, row));
		row.flags |= LOC_INLINED;
	}
	for (size_t i = parts.n; i-- > 0;)
		vec_push(&s->frames, parts.v[i]);
	vec_release(&parts);
}

void stack_text_frame(struct stack_text *s, struct str module, struct str symbol)
{
	struct mapping m = { .file = dict_intern(s->p->dict, module) };
	struct loc row = { .flags = mapping_flags(module) };
	struct str address;

	if (module.n)
		row.map = dict_add_mapping(s->p->dict, m);
	symbol = stack_text_strip_offset(symbol);
	address = str_starts(symbol, S("0x")) ? str_skip(symbol, 2) : S("");
	if (str_hex(address, &row.addr)) {
		row.flags |= LOC_ADDR;
		vec_push(&s->frames, dict_add_loc(s->p->dict, row));
		return;
	}
	add_symbol(s, row, symbol);
}

void stack_text_source(struct stack_text *s, struct str name, struct str file, uint64_t line)
{
	struct func f = { .name = dict_intern(s->p->dict, name),
			  .file = dict_intern(s->p->dict, file) };
	struct loc row = { .line = line > UINT32_MAX ? 0 : (uint32_t)line };

	row.func = dict_add_func(s->p->dict, f);
	vec_push(&s->frames, dict_add_loc(s->p->dict, row));
}

struct str stack_text_place(struct str place, uint64_t *line)
{
	ptrdiff_t colon = str_rchr(place, ':');

	*line = 0;
	if (colon > 0 && str_u64(str_skip(place, (size_t)colon + 1), line))
		place.n = (size_t)colon;
	return place;
}

/*
 * "java.base@25/java.lang.Thread.run", "app//a.B.c": the method without class loader and module.
 * Slashes also divide packages, as in "java/lang/Thread.run", and stand before the number of a
 * hidden class, as in "a.B$$Lambda/0x7f.run".
 */
static struct str without_module(struct str name)
{
	struct str prefix = str(name.p, 0), method;

	for (size_t i = 0; i + 1 < name.n; i++)
		if (name.p[i] == '/' && !is_digit(name.p[i + 1]))
			prefix.n = i + 1;
	method = str_skip(name, prefix.n);
	if (str_chr(prefix, '.') >= 0 || str_chr(prefix, '@') >= 0 || str_ends(prefix, S("//")) ||
	    str_chr(method, '.') != str_rchr(method, '.'))
		return method;
	return name;
}

void stack_text_java(struct stack_text *s, struct str text)
{
	struct str place = text, name = without_module(str_cut(&place, '('));
	uint64_t line = 0;

	place = str_cut(&place, place.n && str_chr(place, '(') >= 0 ? '(' : ')');
	place = stack_text_place(str_basename(place), &line);
	if (!line)
		place = S(""); /* Native Method, Unknown Source */
	stack_text_source(s, name, place, line);
}

bool stack_text_below(struct stack_text *s, struct stack_way *way, size_t depth, struct str module,
		      struct str symbol, stack_id *stack)
{
	if (depth > STACK_DEEPEST)
		in_bad(s->in, "a function more than %d deep", STACK_DEEPEST);
	else if (depth > way->n)
		in_bad(s->in, "a function %zu deep below one %zu deep", depth,
		       way->n ? way->n - 1 : 0);
	if (depth > STACK_DEEPEST || depth > way->n)
		return false;
	*stack = depth ? way->v[depth - 1] : (stack_id){ 0 };
	stack_text_frame(s, module, symbol);
	vec_reverse(&s->frames);
	for (size_t i = 0; i < s->frames.n; i++)
		*stack = dict_stack_below(s->p->dict, *stack, s->frames.v[i]);
	vec_clear(&s->frames);
	way->n = depth;
	vec_push(way, *stack);
	return true;
}

void stack_text_values(struct stack_text *s, const uint32_t *column, const int64_t *value, size_t n,
		       label_set_id labels)
{
	sample_id sample;

	vec_reverse(&s->frames);
	sample = profile_add_sample(s->p, dict_add_stack(s->p->dict, s->frames.v, s->frames.n),
				    labels);
	for (size_t i = 0; i < n; i++)
		profile_add_value(s->p, column[i], sample, value[i]);
	vec_clear(&s->frames);
}

void stack_text_sample(struct stack_text *s, uint32_t column, int64_t count, label_set_id labels)
{
	stack_text_values(s, &column, &count, 1, labels);
}

bool stack_text_seconds(struct profile *p, struct str s, int64_t *ns)
{
	struct folded_count c;

	if (!s.n || !folded_count(s, &c))
		return false;
	*ns = sat_add(p, sat_mul(p, c.whole, 1000000000),
		      (int64_t)((c.frac + 500000000) / 1000000000));
	return true;
}
