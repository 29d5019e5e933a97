#include "format/perf_script/perf_stack.h"

/* The frames of `first`, the innermost with this file and line; made once. */
struct located {
	uint32_t of, line;
	str_id file;
	uint32_t one;
	uint32_t first, zero; /* payload */
};
_Static_assert(sizeof(struct located) == 24, "no padding");

void perf_stack_init(struct perf_stack *s, struct profile *p, struct in *in)
{
	*s = (struct perf_stack){ .p = p, .in = in };
	table_init(&s->located, sizeof(struct located), offsetof(struct located, first));
}

/* Frames */

/* Java's type descriptors: "Lorg/foo/Bar;::run" is org/foo/Bar's run. */
static struct str strip_descriptor(struct str name)
{
	ptrdiff_t slash = str_chr(name, '/');
	bool class = slash > 0 && name.p[0] == 'L';

	for (ptrdiff_t i = 0; i < slash; i++) /* "LazyCompile:*f /a.js" is V8's */
		class &= name.p[i] != ' ' && name.p[i] != ':';
	return class ? str_skip(name, 1) : name;
}

static str_id name_of(struct perf_stack *s, struct str symbol)
{
	struct str clone, name = perf_function_name(symbol, &clone);
	struct buf joined = { 0 };
	str_id id;

	if (s->java)
		name = strip_descriptor(name);
	if (!name.n)
		name = symbol;
	if (!clone.n)
		return dict_intern(s->p->dict, name);
	buf_add(&joined, name);
	buf_add(&joined, clone);
	id = dict_intern(s->p->dict, buf_str(&joined));
	buf_release(&joined);
	return id;
}

static func_id function_of(struct perf_stack *s, struct str symbol)
{
	struct func f = { 0 };

	if (str_eq(symbol, S("[unknown]")))
		return (func_id){ 0 };
	if (s->whole)
		return dict_add_func(s->p->dict,
				     (struct func){ .name = dict_intern(s->p->dict, symbol) });
	f.name = name_of(s, symbol);
	f.linkage = dict_intern(s->p->dict, symbol);
	if (f.linkage.i == f.name.i)
		f.linkage.i = 0;
	return dict_add_func(s->p->dict, f);
}

static void suspect_symbol(struct perf_stack *s, struct str symbol)
{
	const char *what = perf_suspect(symbol);

	if (!what)
		return;
	if (!s->suspects.count++) {
		s->suspects.what = what;
		s->suspects.line = s->in->line;
	}
}

static map_id mapping_of(struct perf_stack *s, struct str binary)
{
	struct mapping m = { .file = dict_intern(s->p->dict, binary) };

	return dict_add_mapping(s->p->dict, m);
}

/* Do the names of this binary join inlined functions with "->"? */
static bool joins_names(const struct perf_stack *s, struct str binary, uint32_t flags)
{
	return !s->whole && (flags & LOC_JIT ||
			     (s->java && !(flags & LOC_KERNEL) && !str_starts(binary, S("/"))));
}

/* The frames of a symbol: several if a JIT has joined their names. */
static void add_frames(struct perf_stack *s, struct loc row, struct str symbol, bool joined)
{
	while (symbol.p) {
		struct str part = symbol;

		if (joined)
			part = perf_inlined_part(&symbol);
		else
			symbol.p = NULL;
		row.func = function_of(s, part);
		vec_push(&s->frames, dict_add_loc(s->p->dict, row));
		row.flags |= LOC_INLINED | LOC_JOINED;
	}
}

/* The name with its blanks: the text between "ADDRESS " and " (BINARY)". */
static struct str whole_name(const struct perf_frame *f, struct str binary)
{
	const char *from = f->word.p + f->word.n + 1, *to = binary.p - 2;

	return from < to ? str(from, (size_t)(to - from)) : S("");
}

static struct perf_place parse_frame(struct perf_stack *s, const struct perf_frame *f)
{
	struct perf_place place = { .first = (uint32_t)s->frames.n, .n = 0 };
	struct str what = f->what, printed = perf_cut_binary(&what),
		   binary = s->whole ? printed : perf_strip_offset(printed),
		   symbol = perf_strip_offset(what);
	struct loc row = { .addr = f->address, .flags = LOC_ADDR | mapping_flags(binary) };

	if (s->whole && binary.n) {
		symbol = whole_name(f, binary);
		if (!f->address)
			row.flags &= ~(uint32_t)LOC_ADDR;
		if (str_eq(binary, S("[unknown]")))
			binary = S("");
	} else {
		suspect_symbol(s, symbol);
	}
	place.inlined = str_eq(binary, S("inlined"));
	if (place.inlined)
		row.flags |= LOC_INLINED;
	else if (binary.n)
		row.map = mapping_of(s, binary);
	/* perf 3.x leaves out an unknown symbol; other tools also show a blank. */
	if (!symbol.n && binary.n && f->what.p - f->word.p > (ptrdiff_t)f->word.n + 1)
		symbol = S(" ");
	if (!symbol.n)
		symbol = S("[unknown]");
	add_frames(s, row, symbol, joins_names(s, binary, row.flags));
	place.n = (uint32_t)s->frames.n - place.first;
	return place;
}

/* Lines seen before */

/* A line in a memo. */
struct seen {
	struct perf_place place;
	uint64_t length;
	char line[];
};

static const struct seen *seen_at(const struct perf_memo *m, uint32_t row)
{
	return (const struct seen *)(m->seen.p + (size_t)(row - 1) * 8);
}

static bool same_line(const void *memo, uint32_t row, const void *key)
{
	const struct seen *seen = seen_at(memo, row);
	const struct str *line = key;

	return seen->length == line->n && memcmp(seen->line, line->p, line->n) == 0;
}

static void remember(struct perf_memo *m, uint32_t hash, struct str line, struct perf_place place)
{
	struct seen seen = { place, line.n };
	size_t at = m->seen.n;

	if (at / 8 >= UINT32_MAX)
		return;
	buf_put(&m->seen, &seen, sizeof(seen));
	buf_add(&m->seen, line);
	buf_put(&m->seen, "\0\0\0\0\0\0\0", -line.n % 8);
	index_add(&m->index, hash, (uint32_t)(at / 8) + 1);
}

bool perf_stack_known(struct perf_stack *s, struct str line)
{
	uint32_t hash = hash_bytes(line.p, line.n);
	const struct perf_memo *m = &s->memo[s->java];
	uint32_t row = index_find(&m->index, hash, same_line, m, &line);

	if (!row)
		return false;
	vec_push(&s->places, seen_at(m, row)->place);
	return true;
}

void perf_stack_add(struct perf_stack *s, struct str line, const struct perf_frame *f)
{
	struct perf_place place = parse_frame(s, f);

	vec_push(&s->places, place);
	remember(&s->memo[s->java], hash_bytes(line.p, line.n), line, place);
}

/* Source lines */

static loc_id with_source(struct perf_stack *s, loc_id id, const struct located *at)
{
	struct loc row = *dict_loc(s->p->dict, id);
	struct func f = *dict_func(s->p->dict, row.func);

	f.file = at->file;
	row.func = dict_add_func(s->p->dict, f);
	row.line = at->line;
	return dict_add_loc(s->p->dict, row);
}

void perf_stack_locate(struct perf_stack *s, const struct perf_source *source)
{
	struct perf_place *last = &vec_last(&s->places);
	struct located at = { .of = last->first, .line = source->line, .one = 1 };
	uint32_t known = s->located.n, row;

	last->inlined |= source->inlined;
	if (!source->file.n)
		return;
	at.file = dict_intern(s->p->dict, source->file);
	row = table_intern(&s->located, &at);
	if (row == known) {
		at.first = (uint32_t)s->frames.n;
		for (uint32_t i = 0; i + 1 < last->n; i++)
			vec_push(&s->frames, s->frames.v[last->first + i]);
		vec_push(&s->frames, with_source(s, s->frames.v[last->first + last->n - 1], &at));
		((struct located *)table_row(&s->located, row))->first = at.first;
	}
	last->first = ((struct located *)table_row(&s->located, row))->first;
}

/* The stack */

/* An inlined frame has the address and the binary of the frame into which it is inlined. */
static loc_id with_binary_of(struct perf_stack *s, loc_id inlined, loc_id caller)
{
	struct loc row = *dict_loc(s->p->dict, inlined), outer = *dict_loc(s->p->dict, caller);

	if (row.addr != outer.addr)
		return inlined;
	row.map = outer.map;
	row.flags |= LOC_INLINED;
	row.flags |= outer.flags & (LOC_KERNEL | LOC_JIT);
	return dict_add_loc(s->p->dict, row);
}

/* The frames of the sample's lines, which came leaf first. */
static void gather_frames(struct perf_stack *s)
{
	const loc_id *frames = s->frames.v;
	size_t n = 0;

	for (size_t i = s->places.n; i-- > 0;) {
		struct perf_place place = s->places.v[i];
		loc_id *to;

		if (s->stack.cap - n < place.n)
			vec_reserve(&s->stack, n + place.n);
		to = s->stack.v + n;
		for (uint32_t j = 0; j < place.n; j++) {
			loc_id frame = frames[place.first + j];

			to[j] = place.inlined && n + j ? with_binary_of(s, frame, to[(int)j - 1]) :
							 frame;
		}
		n += place.n;
	}
	s->stack.n = n;
}

stack_id perf_stack_end(struct perf_stack *s)
{
	gather_frames(s);
	return dict_add_stack(s->p->dict, s->stack.v, s->stack.n);
}

void perf_stack_release(struct perf_stack *s)
{
	for (size_t i = 0; i < LEN(s->memo); i++) {
		buf_release(&s->memo[i].seen);
		index_release(&s->memo[i].index);
	}
	table_release(&s->located);
	vec_release(&s->frames);
	vec_release(&s->places);
	vec_release(&s->stack);
}
