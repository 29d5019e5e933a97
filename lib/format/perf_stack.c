#include "format/perf_stack.h"

#include "format/perf_frame_line.h"
#include "format/perf_name.h"

/* Java's type descriptors: "Lorg/foo/Bar;::run" is org/foo/Bar's run. */
static struct str strip_descriptor(struct str name)
{
	bool class = name.n && name.p[0] == 'L' && str_chr(name, '/') >= 0;

	return class ? str_skip(name, 1) : name;
}

static func_id function(struct perf_stack *s, struct str symbol)
{
	struct str name = perf_name(symbol);
	struct func f = { 0 };

	if (s->java)
		name = strip_descriptor(name);
	if (!name.n)
		name = symbol;
	f.name = dict_intern(s->p->dict, name);
	if (name.n != symbol.n)
		f.linkage = dict_intern(s->p->dict, symbol);
	return dict_add_func(s->p->dict, f);
}

static void add_frame(struct perf_stack *s, struct loc row)
{
	loc_id loc = dict_add_loc(s->p->dict, row);

	buf_put(&s->frames, &loc, sizeof(loc));
}

static struct perf_place parse_frame(struct perf_stack *s, uint64_t address, struct str what)
{
	struct perf_place place = { .first = (uint32_t)BUF_COUNT(&s->frames, loc_id), .n = 0 };
	struct str binary = perf_cut_binary(&what), symbol = perf_strip_offset(what);
	struct loc row = { .addr = address, .flags = LOC_ADDR | mapping_flags(binary) };

	place.inlined = str_eq(binary, S("inlined"));
	if (place.inlined)
		row.flags |= LOC_INLINED;
	else
		row.map = dict_add_mapping(s->p->dict,
					   (struct mapping){
						   .file = dict_intern(s->p->dict, binary) });
	if (!symbol.n) /* perf 3.x leaves it out; other tools show a blank, too */
		symbol = S(" ");
	if (str_eq(symbol, S("[unknown]")))
		add_frame(s, row);
	else
		for (; symbol.p; row.flags |= LOC_INLINED | LOC_JOINED) {
			struct str part = perf_inlined_part(&symbol);

			if (str_eq(part, S("[unknown]")))
				row.func = (func_id){ 0 };
			else
				row.func = function(s, part);
			add_frame(s, row);
		}
	place.n = (uint32_t)BUF_COUNT(&s->frames, loc_id) - place.first;
	return place;
}

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

static void add_place(struct perf_stack *s, const struct perf_place *place)
{
	*(struct perf_place *)buf_room(&s->places, sizeof(*place)) = *place;
	s->places.n += sizeof(*place);
}

bool perf_stack_known(struct perf_stack *s, struct str line)
{
	uint32_t hash = hash_bytes(line.p, line.n);
	const struct perf_memo *m = &s->memo[s->java];
	uint32_t row = index_find(&m->index, hash, same_line, m, &line);

	if (!row)
		return false;
	add_place(s, &seen_at(m, row)->place);
	return true;
}

void perf_stack_add(struct perf_stack *s, struct str line, uint64_t address, struct str what)
{
	struct perf_place place = parse_frame(s, address, what);

	add_place(s, &place);
	remember(&s->memo[s->java], hash_bytes(line.p, line.n), line, place);
}

/* Give the last frame a file and a line. */
static void locate_frame(struct perf_stack *s, struct str file, uint32_t line)
{
	struct perf_place *last = (struct perf_place *)(s->places.p + s->places.n) - 1;
	struct loc row = *dict_loc(s->p->dict, ((loc_id *)s->frames.p)[last->first + last->n - 1]);
	struct func f = *dict_func(s->p->dict, row.func);

	f.file = dict_intern(s->p->dict, file);
	row.func = dict_add_func(s->p->dict, f);
	row.line = line;
	last->first = (uint32_t)BUF_COUNT(&s->frames, loc_id);
	last->n = 1;
	add_frame(s, row);
}

bool perf_stack_source(struct perf_stack *s, struct str line)
{
	struct str at = str_trim(line);
	ptrdiff_t colon = str_rchr(at, ':');
	uint64_t number = 0;

	if (!s->places.n)
		return false;
	if (colon < 0 || !str_u64(str_skip(at, (size_t)colon + 1), &number))
		return str_ends(at, S("]")) || str_eq(at, S("??:0"));
	locate_frame(s, str(at.p, (size_t)colon), number <= INT32_MAX ? (uint32_t)number : 0);
	return true;
}

/* What perf inlined has the address of the frame it is inlined into, and its binary. */
static loc_id with_binary_of(struct perf_stack *s, loc_id inlined, loc_id caller)
{
	struct loc row = *dict_loc(s->p->dict, inlined), outer = *dict_loc(s->p->dict, caller);

	if (row.addr != outer.addr)
		return inlined;
	row.map = outer.map;
	row.flags |= outer.flags & (LOC_KERNEL | LOC_JIT);
	return dict_add_loc(s->p->dict, row);
}

/* The frames of the sample's lines, which came leaf first. */
static void gather_frames(struct perf_stack *s)
{
	const struct perf_place *place = (const struct perf_place *)s->places.p;

	s->stack.n = 0;
	for (size_t i = BUF_COUNT(&s->places, struct perf_place); i-- > 0;) {
		const loc_id *from = (const loc_id *)s->frames.p + place[i].first;
		loc_id *to = (loc_id *)buf_room(&s->stack, place[i].n * sizeof(*to));

		for (uint32_t j = 0; j < place[i].n; j++) {
			bool called = place[i].inlined && s->stack.n;

			*to = called ? with_binary_of(s, from[j], to[-1]) : from[j];
			to++;
			s->stack.n += sizeof(*to);
		}
	}
}

stack_id perf_stack_end(struct perf_stack *s)
{
	gather_frames(s);
	return dict_add_stack(s->p->dict, (const loc_id *)s->stack.p, BUF_COUNT(&s->stack, loc_id));
}

void perf_stack_release(struct perf_stack *s)
{
	for (size_t i = 0; i < LEN(s->memo); i++) {
		buf_release(&s->memo[i].seen);
		index_release(&s->memo[i].index);
	}
	buf_release(&s->frames);
	buf_release(&s->places);
	buf_release(&s->stack);
}
