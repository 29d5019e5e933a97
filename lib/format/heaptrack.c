/*
 * heaptrack's files, from "heaptrack PROGRAM" (files of "heaptrack --raw" need
 * heaptrack_interpret first). A line is a letter and hexadecimal numbers:
 *
 *	v 10400 3		the version of heaptrack, and that of the format
 *	X ./app --flag		the command
 *	s 4 main		a string, its length before it since version 3
 *	i ADDRESS MODULE FUNCTION FILE LINE ...
 *				an instruction: strings by number from 1; more functions, each
 *				with a file and a line, are the callers it was inlined into
 *	t INSTRUCTION PARENT	a stack: an instruction below a stack, by numbers from 1
 *	a SIZE STACK		a kind of allocation: its bytes and its stack
 *	+ KIND  - KIND		it was made, it was freed: kinds by number from 0
 *	c MS			the time since the start
 *
 * Like heaptrack, this counts an allocation as temporary if it is freed before the next one is
 * made, and takes the peak at the time when most bytes were in use.
 */
#include "format/format.h"
#include "format/json/tree_samples.h"

/* The allocations of a stack. */
struct heap_stack {
	uint32_t node;
	uint32_t epoch; /* the number of the peak to which `peak` belongs: see touch() */
	int64_t objects, bytes, temporary;
	int64_t now_objects, now_bytes;
	int64_t peak_objects, peak_bytes;
};

struct heap_kind {
	int64_t size;
	uint32_t stack;
};

/* The frames of an instruction: n of reader.frames from `first`, innermost first. */
struct heap_ip {
	uint32_t first, n;
};

struct reader {
	struct in *in;
	struct profile *p;
	uint64_t version;
	VEC(str_id) strings; /* from 1 */
	VEC(loc_id) frames;
	VEC(struct heap_ip) ips;       /* from 1 */
	VEC(struct heap_stack) stacks; /* from 1 */
	VEC(struct heap_kind) kinds;
	VEC(struct tree_node) nodes;
	uint64_t last;     /* 1 + the kind of the latest allocation, while nothing was freed */
	int64_t now, peak; /* bytes in use, and their maximum */
	uint32_t epoch;    /* the number of new peaks so far */
	uint64_t ms;
	uint64_t unmatched; /* frees of what was not allocated */
};

/* Not skipped, even with --lenient, since tables count their lines. */
static bool bad_line(struct reader *r, const char *what)
{
	return in_fail(r->in, "expected %s", what);
}

/* The next number of a line. */
static bool cut_number(struct str *line, uint64_t *v)
{
	return str_hex(str_cut(line, ' '), v);
}

/* Tables */

static bool read_string(struct reader *r, struct str line)
{
	uint64_t n;

	if (r->version >= 3) {
		if (!cut_number(&line, &n) || n > line.n)
			return bad_line(r, "'s LENGTH STRING'");
		line.n = (size_t)n;
	}
	vec_push(&r->strings, dict_intern(r->p->dict, line));
	return true;
}

static bool string_at(struct reader *r, uint64_t number, str_id *s)
{
	if (number >= r->strings.n)
		return bad_line(r, "the number of a string");
	*s = r->strings.v[number];
	return true;
}

static bool add_frame(struct reader *r, struct loc row, uint64_t name, uint64_t file, uint64_t line)
{
	struct func f = { 0 };

	if (name >= r->strings.n || file >= r->strings.n)
		return bad_line(r, "the number of a string");
	f.name = r->strings.v[name];
	f.file = r->strings.v[file];
	if (f.name.i)
		row.func = dict_add_func(r->p->dict, f);
	row.line = line < INT32_MAX ? (uint32_t)line : 0;
	vec_push(&r->frames, dict_add_loc(r->p->dict, row));
	return true;
}

/* Addresses are not kept: they are those of the process, not relative to the module. */
static bool read_ip(struct reader *r, struct str line)
{
	struct heap_ip ip = { .first = (uint32_t)r->frames.n };
	uint64_t address, module;
	struct mapping m = { 0 };
	struct loc row = { 0 };

	if (!cut_number(&line, &address) || !cut_number(&line, &module))
		return bad_line(r, "'i ADDRESS MODULE'");
	if (!string_at(r, module, &m.file))
		return false;
	row.map = m.file.i ? dict_add_mapping(r->p->dict, m) : row.map;
	row.flags = mapping_flags(dict_text(r->p->dict, m.file));
	do {
		uint64_t name = 0, file = 0, number = 0;

		if (line.n && !cut_number(&line, &name))
			return bad_line(r, "the function of an instruction");
		if (line.n && (!cut_number(&line, &file) || !cut_number(&line, &number)))
			return bad_line(r, "the file and line of an instruction");
		/* All but the last function are inlined into the next. */
		row.flags = line.n ? row.flags | LOC_INLINED : row.flags & ~(uint32_t)LOC_INLINED;
		if (!add_frame(r, row, name, file, number))
			return false;
	} while (line.n);
	ip.n = (uint32_t)(r->frames.n - ip.first);
	vec_push(&r->ips, ip);
	return true;
}

/* A stack is as many nodes as its instruction has frames. */
static bool read_stack(struct reader *r, struct str line)
{
	uint64_t ip, parent;
	uint32_t node;
	struct heap_ip at;

	if (!cut_number(&line, &ip) || !cut_number(&line, &parent) || ip >= r->ips.n ||
	    parent >= r->stacks.n)
		return bad_line(r, "'t INSTRUCTION PARENT'");
	at = r->ips.v[ip];
	node = r->stacks.v[parent].node;
	for (uint32_t i = at.n; i-- > 0;) {
		vec_push(&r->nodes, { node, r->frames.v[at.first + i].i });
		node = (uint32_t)r->nodes.n - 1;
	}
	vec_push(&r->stacks, { .node = node });
	return true;
}

static bool read_kind(struct reader *r, struct str line)
{
	uint64_t size, stack;

	if (!cut_number(&line, &size) || !cut_number(&line, &stack) || stack >= r->stacks.n ||
	    size > INT64_MAX)
		return bad_line(r, "'a SIZE STACK'");
	vec_push(&r->kinds, { (int64_t)size, (uint32_t)stack });
	return true;
}

/* Allocations */

/*
 * The value of a stack at the latest peak is its current value, unless it has changed since
 * then. So the first change after a peak saves the value.
 */
static struct heap_stack *touch(struct reader *r, uint32_t stack)
{
	struct heap_stack *s = &r->stacks.v[stack];

	if (s->epoch != r->epoch) {
		s->peak_objects = s->now_objects;
		s->peak_bytes = s->now_bytes;
		s->epoch = r->epoch;
	}
	return s;
}

static bool kind_at(struct reader *r, struct str line, uint64_t *number)
{
	return cut_number(&line, number) && *number < r->kinds.n;
}

static bool read_allocation(struct reader *r, struct str line)
{
	struct heap_stack *s;
	uint64_t number;
	int64_t size;

	if (!kind_at(r, line, &number))
		return bad_line(r, "the number of a kind of allocation");
	size = r->kinds.v[number].size;
	s = touch(r, r->kinds.v[number].stack);
	s->objects++;
	s->now_objects++;
	s->bytes = sat_add(r->p, s->bytes, size);
	s->now_bytes = sat_add(r->p, s->now_bytes, size);
	r->now = sat_add(r->p, r->now, size);
	if (r->now > r->peak) {
		r->peak = r->now;
		r->epoch++;
	}
	r->last = number + 1;
	return true;
}

static bool read_free(struct reader *r, struct str line)
{
	struct heap_stack *s;
	uint64_t number;

	if (!kind_at(r, line, &number))
		return bad_line(r, "the number of a kind of allocation");
	s = touch(r, r->kinds.v[number].stack);
	if (!s->now_objects) {
		r->unmatched++;
		return true;
	}
	s->temporary += r->last == number + 1;
	s->now_objects--;
	s->now_bytes = sat_add(r->p, s->now_bytes, -r->kinds.v[number].size);
	r->now = sat_add(r->p, r->now, -r->kinds.v[number].size);
	r->last = 0;
	return true;
}

/* Lines */

static bool read_version(struct reader *r, struct str line)
{
	uint64_t program;

	if (r->version) /* the numbers of its strings and stacks begin anew */
		return in_fail(r->in, "another profile follows: read one at a time");
	if (!cut_number(&line, &program))
		return bad_line(r, "'v VERSION FORMAT'");
	if (!cut_number(&line, &r->version) || r->version < 1 || r->version > 3)
		return in_fail(r->in,
			       "a version of heaptrack's format that is not read: 1 to 3 are");
	return true;
}

static bool read_heap_line(struct reader *r, struct str line)
{
	struct str rest = line.n > 2 ? str_skip(line, 2) : S("");

	if (!line.n)
		return true;
	switch (line.p[0]) {
	case 'v': return read_version(r, rest);
	case 's': return read_string(r, rest);
	case 'i': return read_ip(r, rest);
	case 't': return read_stack(r, rest);
	case 'a': return read_kind(r, rest);
	case '+': return read_allocation(r, rest);
	case '-': return read_free(r, rest);
	case 'X': profile_add_fact(r->p, "command", rest); return true;
	case 'c': return str_hex(rest, &r->ms) || bad_line(r, "'c MS'");
	case 'x':
	case 'm':
		return in_fail(r->in, "raw data of heaptrack, which have no names: convert them "
				      "with 'heaptrack --interpret FILE'");
	default: return true; /* pages, memory of the process, suppressions, remarks */
	}
}

static uint32_t column(struct reader *r, struct str type, struct str unit)
{
	int64_t scale;

	return profile_column(r->p, dict_intern(r->p->dict, type), dict_intern(r->p->dict, unit),
			      &scale);
}

static uint32_t group(struct reader *r, struct tree_samples *to, struct str objects,
		      struct str bytes)
{
	uint32_t count = column(r, objects, S("count"));

	return tree_group(to, (label_set_id){ 0 }, count,
			  bytes.n ? column(r, bytes, S("bytes")) : TREE_NO_COLUMN);
}

static void add_stacks(struct reader *r, struct tree_samples *to)
{
	uint32_t all = group(r, to, S("alloc_objects"), S("alloc_space")),
		 temporary = group(r, to, S("temporary_objects"), S("")),
		 peak = group(r, to, S("peak_objects"), S("peak_space")),
		 end = group(r, to, S("inuse_objects"), S("inuse_space"));

	r->p->head.default_type = dict_intern(r->p->dict, S("alloc_space"));
	for (uint32_t i = 1; i < r->stacks.n; i++) {
		const struct heap_stack *s = touch(r, i);

		if (s->objects)
			tree_add(to, all, s->node, 0, s->objects,
				 (struct json_decimal){ .whole = s->bytes });
		if (s->temporary)
			tree_add(to, temporary, s->node, 0, s->temporary,
				 (struct json_decimal){ 0 });
		if (s->peak_objects)
			tree_add(to, peak, s->node, 0, s->peak_objects,
				 (struct json_decimal){ .whole = s->peak_bytes });
		if (s->now_objects)
			tree_add(to, end, s->node, 0, s->now_objects,
				 (struct json_decimal){ .whole = s->now_bytes });
	}
}

static bool finish(struct reader *r)
{
	struct tree_samples samples;
	bool ok;

	if (r->unmatched)
		in_note(r->in, 0, "%llu allocations were freed that had not been made",
			(unsigned long long)r->unmatched);
	r->p->head.duration = sat_mul(r->p, (int64_t)min_size(r->ms, INT64_MAX), 1000000);
	tree_samples_init_in(&samples, r->in, r->p);
	add_stacks(r, &samples);
	ok = tree_finish(&samples, r->nodes.v, r->nodes.n, NULL, 0);
	tree_samples_release(&samples);
	return ok;
}

static bool heaptrack_read(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p };
	struct str line;

	vec_push(&r.strings, (str_id){ 0 });
	vec_push(&r.ips, { 0 });
	vec_push(&r.stacks, { 0 });
	vec_push(&r.nodes, { 0 });
	while (in_line(in, &line) && read_heap_line(&r, line))
		;
	if (!in->failed && r.stacks.n == 1)
		in_fail(in, "holds no samples");
	if (!in->failed)
		finish(&r);
	vec_release(&r.strings);
	vec_release(&r.frames);
	vec_release(&r.ips);
	vec_release(&r.stacks);
	vec_release(&r.kinds);
	vec_release(&r.nodes);
	return !in->failed;
}

/* "v 10400 3", and another line of a letter */
static int heaptrack_sniff(struct sniff *s)
{
	struct str rest = s->head, line = str_cut(&rest, '\n');
	uint64_t n;

	if (!str_starts(line, S("v ")))
		return 0;
	line = str_skip(line, 2);
	if (!cut_number(&line, &n) || (line.n && !cut_number(&line, &n)) || line.n)
		return 0;
	return rest.n > 2 && rest.p[1] == ' ' && memchr("XxIsSA#", rest.p[0], 7) ? 48 : 0;
}

const struct format format_heaptrack = {
	.name = "heaptrack",
	.help = "allocations that heaptrack recorded",
	.sniff = heaptrack_sniff,
	.read = heaptrack_read,
};
