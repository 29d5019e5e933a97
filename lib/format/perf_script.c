/*
 * perf script: the text that Linux perf prints, one block a sample.
 *
 *	java 24636/25607 [000] 4794564.109216:     250000 cycles:u:
 *		    7f722d142778 Foo::bar(int)+0x12 (/usr/lib/libfoo.so)
 *		    7f722d142001 main (/opt/my app (deleted))
 *
 * An event line: command, thread (or process/thread), then whatever of [CPU],
 * time, period and event name -F asked for, then a tracepoint's payload or, when
 * there is no call chain, the one frame. Frame lines, innermost first: address,
 * symbol, binary. A blank line ends the sample.
 *
 * Quirks:
 * - commands and binaries may contain blanks, brackets and digits, so the event
 *   line is anchored at the time or the CPU, and the binary's parentheses are
 *   matched from the end of the line;
 * - frames may lack their indentation; lines are told apart by their shape;
 * - a sample without frames still counts, and so does one that the end of the
 *   file ends; a period of 0 counts as 1;
 * - with -F +srcline a line "file.c:12" follows each frame;
 * - "a->b" in a JIT's symbol means that b was inlined into a, and perf itself
 *   prints inlined frames with "(inlined)" for the binary;
 * - PERF_RECORD_* lines (perf script --show-...-events) are no samples.
 */
#include "format/format.h"
#include "format/perf_name.h"

/* An event line's parts. Slices point into the line. */
struct event {
	struct str comm;
	struct str name;  /* "cycles:u"; empty if it was not printed */
	struct str rest;  /* what follows the name */
	int64_t pid, tid; /* pid is -1 if it was not printed */
	int64_t cpu;      /* likewise */
	uint64_t time;    /* in ns */
	uint64_t period;
	bool has_time, has_period;
};

/* The frames of one line: n of reader.frames from `first`, caller first. */
struct place {
	uint32_t first, n : 31;
	uint32_t inlined : 1; /* perf said "(inlined)": the binary is the caller's */
};

/*
 * Frame lines seen before. A line stands right behind its place, so that finding
 * one touches the index and one spot in memory; its row number is that spot's
 * offset in words, + 1.
 */
struct memo {
	struct buf seen; /* struct seen and the line, to a multiple of 8 bytes */
	struct index index;
};

struct seen {
	struct place place;
	uint64_t length;
	char line[];
};

/* An event name: its column. */
struct target {
	struct str name;
	bool has_period;
	uint32_t col;
	int64_t scale;
};

/* Where samples came from, and the label set that says so. */
struct origin {
	str_id comm;
	uint32_t cpu; /* + 1 */
	int64_t pid, tid;
	/* payload */
	labels_id labels;
	uint32_t zero;
};

struct reader {
	struct in *in;
	struct profile *p;
	struct memo memo[2]; /* [1] for Java, whose names are tidied differently */
	struct buf frames;   /* loc_ids */
	struct buf targets;  /* struct target */
	struct table origins;
	/* The sample at hand. */
	bool open, java;
	struct target target;
	labels_id labels;
	uint64_t time, value;
	struct buf places; /* struct place, one a frame line, leaf first */
	struct buf stack;  /* loc_id: its frames, root first */
	uint64_t first_time, last_time;
	str_id comm_key, pid_key, tid_key, cpu_key;
};

/* Event lines */

enum { MOST_TOKENS = 64 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t split(struct str line, struct str *token)
{
	size_t n = 0, i = 0, from;

	while (n < MOST_TOKENS) {
		while (i < line.n && is_blank(line.p[i]))
			i++;
		from = i;
		while (i < line.n && !is_blank(line.p[i]))
			i++;
		if (i == from)
			break;
		token[n++] = str(line.p + from, i - from);
	}
	return n;
}

static bool ends_in_colon(struct str t)
{
	return t.n > 1 && t.p[t.n - 1] == ':';
}

/* "4794564.109216:" */
static bool is_time(struct str t, uint64_t *ns)
{
	struct str decimals = t, whole;
	uint64_t sec, frac;

	if (!ends_in_colon(t))
		return false;
	decimals.n--;
	whole = str_cut(&decimals, '.');
	if (!str_u64(whole, &sec) || decimals.n > 9 || !str_u64(decimals, &frac))
		return false;
	for (size_t i = decimals.n; i < 9; i++)
		frac *= 10;
	*ns = sec * 1000000000 + frac;
	return true;
}

/* "[003]" */
static bool is_cpu(struct str t, int64_t *cpu)
{
	return t.n > 2 && t.p[0] == '[' && t.p[t.n - 1] == ']' &&
	       str_i64(str(t.p + 1, t.n - 2), cpu);
}

/* "25607", "24636/25607", "-1" */
static bool is_thread(struct str t, struct event *e)
{
	struct str tid = t, pid = str_cut(&tid, '/');

	e->pid = -1;
	if (!tid.p)
		return str_i64(pid, &e->tid);
	return str_i64(pid, &e->pid) && str_i64(tid, &e->tid);
}

/*
 * Does a thread stand before token i, with or without its CPU between them? Then
 * all before it is the command.
 */
static bool thread_before(struct str line, const struct str *token, size_t i, struct event *e)
{
	if (i && is_cpu(token[i - 1], &e->cpu))
		i--;
	if (i < 2 || !is_thread(token[i - 1], e))
		return false;
	e->comm = str_trim(str(line.p, (size_t)(token[i - 1].p - line.p)));
	return true;
}

/* The first token behind the time, the CPU or (without either) the thread. */
static size_t find_anchor(struct str line, const struct str *token, size_t n, struct event *e)
{
	for (size_t i = 1; i < n; i++) {
		e->cpu = -1;
		if (is_time(token[i], &e->time) && thread_before(line, token, i, e)) {
			e->has_time = true;
			return i + 1;
		}
	}
	for (size_t i = 2; i < n; i++)
		if (is_cpu(token[i], &e->cpu) && thread_before(line, token, i + 1, e))
			return i + 1;
	e->cpu = -1;
	for (size_t i = 2; i < n; i++)
		if (thread_before(line, token, i, e) &&
		    (ends_in_colon(token[i]) || (i + 1 < n && ends_in_colon(token[i + 1]))))
			return i;
	return 0;
}

static bool parse_event(struct str line, struct event *e)
{
	struct str token[MOST_TOKENS];
	size_t n = split(line, token), at;

	*e = (struct event){ .cpu = -1 };
	at = find_anchor(line, token, n, e);
	if (!at)
		return false;
	if (at + 1 < n && ends_in_colon(token[at + 1]) && str_u64(token[at], &e->period)) {
		e->has_period = true;
		at++;
	}
	if (at < n && ends_in_colon(token[at])) {
		e->name = str(token[at].p, token[at].n - 1);
		at++;
	}
	if (at < n)
		e->rest = str_trim(str(token[at].p, (size_t)(line.p + line.n - token[at].p)));
	return true;
}

/* Frame lines */

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* "7f722d142778 Foo::bar+0x12 (/usr/lib/libfoo.so)"; *what is behind the address. */
static bool is_frame(struct str line, struct str *address, struct str *what)
{
	size_t i = 0, from;

	while (i < line.n && is_blank(line.p[i]))
		i++;
	from = i;
	while (i < line.n && is_hex(line.p[i]))
		i++;
	if (i == from || i - from > 16 || i == line.n || !is_blank(line.p[i]))
		return false;
	*address = str(line.p + from, i - from);
	*what = str_trim(str_skip(line, i));
	return what->n > 0;
}

/*
 * Cut "(BINARY)" off the end of *what. A binary may have parentheses, "(deleted)"
 * for one, so they are matched; where they do not match, the last " (" counts.
 */
static struct str cut_binary(struct str *what)
{
	struct str s = *what, binary;
	ptrdiff_t open = (ptrdiff_t)s.n - 1, depth = 0;

	if (!str_ends(s, S(")")))
		return S("");
	for (; open >= 0; open--) {
		depth += s.p[open] == ')' ? 1 : s.p[open] == '(' ? -1 : 0;
		if (!depth)
			break;
	}
	if (open > 0 && !is_blank(s.p[open - 1]))
		open = -1;
	for (size_t i = s.n; open < 0 && i-- > 1;)
		if (s.p[i] == '(' && is_blank(s.p[i - 1]))
			open = (ptrdiff_t)i;
	if (open < 0)
		return S("");
	binary = str(s.p + open + 1, s.n - (size_t)open - 2);
	*what = str_trim(str(s.p, (size_t)open));
	return binary;
}

/* Without a "+0x1f" at the end. */
static struct str strip_offset(struct str symbol)
{
	ptrdiff_t plus = str_rchr(symbol, '+');
	uint64_t offset;

	if (plus > 0 && str_starts(str_skip(symbol, (size_t)plus), S("+0x")) &&
	    str_hex(str_skip(symbol, (size_t)plus + 3), &offset))
		symbol.n = (size_t)plus;
	return symbol;
}

/* Java's type descriptors: "Lorg/foo/Bar;::run" is org/foo/Bar's run. */
static struct str strip_descriptor(struct str name)
{
	bool class = name.n && name.p[0] == 'L' && str_chr(name, '/') >= 0;

	return class ? str_skip(name, 1) : name;
}

static func_id function(struct reader *r, struct str symbol)
{
	struct str name = perf_name(symbol);
	struct func f = { 0 };

	if (r->java)
		name = strip_descriptor(name);
	if (!name.n)
		name = symbol;
	f.name = profile_str(r->p, name);
	if (name.n != symbol.n)
		f.linkage = profile_str(r->p, symbol);
	return profile_add_func(r->p, f);
}

static void add_frame(struct reader *r, struct loc row)
{
	loc_id loc = profile_add_loc(r->p, row);

	buf_put(&r->frames, &loc, sizeof(loc));
}

static struct place parse_frame(struct reader *r, struct str address, struct str what)
{
	struct place place = { .first = (uint32_t)BUF_COUNT(&r->frames, loc_id), .n = 0 };
	struct str binary = cut_binary(&what), symbol = strip_offset(what);
	struct loc row = { .flags = LOC_ADDR | mapping_flags(binary) };

	str_hex(address, &row.addr);
	place.inlined = str_eq(binary, S("inlined"));
	if (place.inlined)
		row.flags |= LOC_INLINED;
	else
		row.map = profile_add_mapping(r->p, (struct mapping){
							    .file = profile_str(r->p, binary) });
	if (!symbol.n) /* perf 3.x leaves it out; other tools show a blank, too */
		symbol = S(" ");
	if (str_eq(symbol, S("[unknown]")))
		add_frame(r, row);
	else
		for (; symbol.p; row.flags |= LOC_INLINED | LOC_JOINED) {
			struct str part = perf_inlined_part(&symbol);

			if (str_eq(part, S("[unknown]")))
				row.func = (func_id){ 0 };
			else
				row.func = function(r, part);
			add_frame(r, row);
		}
	place.n = (uint32_t)BUF_COUNT(&r->frames, loc_id) - place.first;
	return place;
}

static bool same_line(const void *memo, uint32_t row, const void *key)
{
	const struct memo *m = memo;
	const struct seen *seen = (const struct seen *)(m->seen.p + (size_t)(row - 1) * 8);
	const struct str *line = key;

	return seen->length == line->n && memcmp(seen->line, line->p, line->n) == 0;
}

static void remember(struct memo *m, uint32_t hash, struct str line, struct place place)
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

/* A line that was a frame before is one again. */
static bool read_known_frame(struct reader *r, struct str line, uint32_t hash)
{
	const struct memo *m = &r->memo[r->java];
	uint32_t row = index_find(&m->index, hash, same_line, m, &line);

	if (!row)
		return false;
	buf_put(&r->places, m->seen.p + (size_t)(row - 1) * 8, sizeof(struct place));
	return true;
}

static void read_frame(struct reader *r, struct str line, struct str address, struct str what)
{
	struct place place = parse_frame(r, address, what);

	buf_put(&r->places, &place, sizeof(place));
	remember(&r->memo[r->java], hash_bytes(line.p, line.n), line, place);
}

/* Give the last frame a file and a line. */
static void locate_frame(struct reader *r, struct str file, uint32_t line)
{
	struct place *last = (struct place *)(r->places.p + r->places.n) - 1;
	struct loc row = *profile_loc(r->p, ((loc_id *)r->frames.p)[last->first + last->n - 1]);
	struct func f = *profile_func(r->p, row.func);

	f.file = profile_str(r->p, file);
	row.func = profile_add_func(r->p, f);
	row.line = line;
	last->first = (uint32_t)BUF_COUNT(&r->frames, loc_id);
	last->n = 1;
	add_frame(r, row);
}

/* A "file.c:12" line: give the frame before it its file and line. */
static bool read_source_line(struct reader *r, struct str line)
{
	struct str at = str_trim(line);
	ptrdiff_t colon = str_rchr(at, ':');
	uint64_t number = 0;

	if (!r->places.n)
		return false;
	if (colon < 0 || !str_u64(str_skip(at, (size_t)colon + 1), &number))
		return str_ends(at, S("]")) || str_eq(at, S("??:0"));
	locate_frame(r, str(at.p, (size_t)colon), number <= INT32_MAX ? (uint32_t)number : 0);
	return true;
}

/* Samples */

static void add_label(struct reader *r, labels_id *set, str_id key, int64_t num)
{
	struct label l = { .key = key, .is_num = 1, .num = num };

	*set = profile_add_label(r->p, *set, l);
}

static labels_id labels_of(struct reader *r, const struct event *e)
{
	struct origin o = {
		profile_str(r->p, e->comm), (uint32_t)(e->cpu + 1), e->pid, e->tid, { 0 }, 0
	};
	uint32_t known = r->origins.n, row = table_intern(&r->origins, &o);
	labels_id set = { 0 };

	if (row != known)
		return ((struct origin *)table_row(&r->origins, row))->labels;
	set = profile_add_label(r->p, set, (struct label){ .key = r->comm_key, .str = o.comm });
	if (e->pid >= 0)
		add_label(r, &set, r->pid_key, e->pid);
	add_label(r, &set, r->tid_key, e->tid);
	if (e->cpu >= 0)
		add_label(r, &set, r->cpu_key, e->cpu);
	((struct origin *)table_row(&r->origins, row))->labels = set;
	return set;
}

/* A clock's period is time; other events are counted. */
static struct str unit_of(struct str event, bool has_period)
{
	bool clock = str_starts(event, S("cpu-clock")) || str_starts(event, S("task-clock"));

	return clock && has_period ? S("nanoseconds") : S("count");
}

static struct target target_of(struct reader *r, const struct event *e)
{
	struct target *t = (struct target *)r->targets.p;
	struct str name = e->name.n ? e->name : S("samples");
	struct target new = { .has_period = e->has_period };
	str_id type;

	for (size_t i = 0; i < BUF_COUNT(&r->targets, struct target); i++)
		if (t[i].has_period == e->has_period && str_eq(t[i].name, name))
			return t[i];
	type = profile_str(r->p, name);
	new.name = profile_text(r->p, type);
	new.col = profile_column(r->p, type, profile_str(r->p, unit_of(name, e->has_period)),
				 &new.scale);
	if (!r->targets.n)
		profile_describe(r->p, &(struct header){ .default_type = type });
	buf_put(&r->targets, &new, sizeof(new));
	return new;
}

static void begin_sample(struct reader *r, const struct event *e)
{
	r->open = true;
	r->java = str_starts(e->comm, S("java"));
	r->target = target_of(r, e);
	r->labels = labels_of(r, e);
	r->value = e->period ? e->period : 1;
	r->time = e->time;
	r->places.n = 0;
	if (e->has_time && (!r->first_time || e->time < r->first_time))
		r->first_time = e->time;
	if (e->has_time && e->time > r->last_time)
		r->last_time = e->time;
}

/* What perf inlined has the address of the frame it is inlined into, and its binary. */
static loc_id with_binary_of(struct reader *r, loc_id inlined, loc_id caller)
{
	struct loc row = *profile_loc(r->p, inlined), outer = *profile_loc(r->p, caller);

	if (row.addr != outer.addr)
		return inlined;
	row.map = outer.map;
	row.flags |= outer.flags & (LOC_KERNEL | LOC_JIT);
	return profile_add_loc(r->p, row);
}

/* The frames of the sample's lines, which came leaf first. */
static void gather_frames(struct reader *r)
{
	const struct place *place = (const struct place *)r->places.p;

	r->stack.n = 0;
	for (size_t i = BUF_COUNT(&r->places, struct place); i-- > 0;) {
		for (uint32_t j = 0; j < place[i].n; j++) {
			loc_id loc = ((loc_id *)r->frames.p)[place[i].first + j];

			if (place[i].inlined && r->stack.n)
				loc = with_binary_of(r, loc,
						     ((loc_id *)(r->stack.p + r->stack.n))[-1]);
			buf_put(&r->stack, &loc, sizeof(loc));
		}
	}
}

static void end_sample(struct reader *r)
{
	int64_t v = r->value > INT64_MAX ? INT64_MAX : (int64_t)r->value;
	sample_id sample;
	stack_id stack;

	if (!r->open)
		return;
	r->open = false;
	gather_frames(r);
	stack = profile_add_stack(r->p, (const loc_id *)r->stack.p, BUF_COUNT(&r->stack, loc_id));
	sample = profile_add_sample(r->p, stack, r->labels, r->time);
	profile_add_value(r->p, r->target.col, sample, sat_mul(r->p, v, r->target.scale));
}

/* Lines */

/* What perf script --show-...-events prints among the samples. */
static bool read_record(struct reader *r, const struct event *e)
{
	static const char lost[] = "PERF_RECORD_LOST lost ";
	struct buf fact = { 0 };

	if (str_starts(e->rest, str_of(lost))) {
		buf_add(&fact, S("lost="));
		buf_add(&fact, str_skip(e->rest, strlen(lost)));
		profile_add_comment(r->p, buf_str(&fact));
		buf_release(&fact);
	}
	return str_starts(e->rest, S("PERF_RECORD_")) || str_starts(e->name, S("PERF_RECORD_"));
}

static void read_event(struct reader *r, const struct event *e)
{
	struct str address, what;

	end_sample(r);
	if (read_record(r, e))
		return;
	begin_sample(r, e);
	if (str_ends(e->rest, S(")")) && is_frame(e->rest, &address, &what))
		read_frame(r, e->rest, address, what);
}

/* perf's own header, "# hostname : lab3", as facts. */
static void read_header(struct reader *r, struct str line)
{
	static const struct {
		const char *key, *fact;
	} facts[] = {
		{ "# hostname : ", "host=" },
		{ "# os release : ", "kernel=" },
		{ "# cpudesc : ", "cpu_model=" },
		{ "# cmdline : ", "command=" },
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < LEN(facts); i++) {
		struct str key = str_of(facts[i].key);

		if (!str_starts(line, key))
			continue;
		buf_add(&b, str_of(facts[i].fact));
		buf_add(&b, str_trim(str_skip(line, key.n)));
		profile_add_comment(r->p, buf_str(&b));
	}
	buf_release(&b);
}

/*
 * In a sample a line is a frame if it looks like one: only an unindented one
 * might be the next event whose command looks like an address.
 */
static bool read_new_line(struct reader *r, struct str line)
{
	struct str address, what;
	struct event e;
	bool frame = is_frame(line, &address, &what);

	if (!r->open && str_starts(line, S("#"))) {
		read_header(r, line);
		return true;
	}
	if (r->open && frame && (is_blank(line.p[0]) || str_ends(line, S(")"))))
		read_frame(r, line, address, what);
	else if (parse_event(line, &e))
		read_event(r, &e);
	else if (r->open && frame)
		read_frame(r, line, address, what);
	else if (!r->open || !read_source_line(r, line))
		return in_bad(r->in,
			      frame ? "a frame without an event line before it" :
				      "neither an event nor a frame: '%.*s'",
			      STR_ARG(str(line.p, min_size(line.n, 80))));
	return true;
}

static bool is_empty(struct str line)
{
	return !line.n || (is_blank(line.p[0]) && !str_trim(line).n);
}

static bool read_line(struct reader *r, struct str line)
{
	if (r->open && line.n && read_known_frame(r, line, hash_bytes(line.p, line.n)))
		return true;
	if (!is_empty(line))
		return read_new_line(r, line);
	if (r->places.n)
		end_sample(r); /* else the frames are still to come */
	return true;
}

static void init(struct reader *r)
{
	table_init(&r->origins, sizeof(struct origin), offsetof(struct origin, labels));
	r->comm_key = profile_str(r->p, S("comm"));
	r->pid_key = profile_str(r->p, S("pid"));
	r->tid_key = profile_str(r->p, S("tid"));
	r->cpu_key = profile_str(r->p, S("cpu"));
}

static void release(struct reader *r)
{
	for (size_t i = 0; i < LEN(r->memo); i++) {
		buf_release(&r->memo[i].seen);
		index_release(&r->memo[i].index);
	}
	table_release(&r->origins);
	buf_release(&r->frames);
	buf_release(&r->targets);
	buf_release(&r->places);
	buf_release(&r->stack);
}

static bool read(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p };
	struct str line;
	bool ok = true;

	init(&r);
	profile_begin(p);
	while (ok && in_line(in, &line))
		ok = read_line(&r, line);
	end_sample(&r);
	profile_describe(p, &(struct header){ .duration = (int64_t)(r.last_time - r.first_time) });
	if (!in->failed && !p->ncol)
		in_fail(in, "holds no samples");
	release(&r);
	return !in->failed;
}

/* An event line, and a frame behind it or in it: that is no other format. */
static int sniff(struct str head, bool all)
{
	enum { HEADER = 24, EVENT = 16, FRAME = 16 };
	struct str line, address, what;
	struct event e;

	while (head.n) {
		line = str_cut(&head, '\n');
		if (!head.p && !all)
			return 0;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (str_starts(line, S("# ========")))
			return HEADER;
		if (!line.n || line.p[0] == '#')
			continue;
		if (!parse_event(line, &e))
			return 0;
		if (is_frame(e.rest, &address, &what))
			return EVENT + FRAME;
		line = str_cut(&head, '\n');
		return is_frame(line, &address, &what) ? EVENT + FRAME : e.has_time ? EVENT : 0;
	}
	return 0;
}

const struct format format_perf_script = {
	.name = "perf-script",
	.help = "text that perf script prints",
	.text = true,
	.sniff = sniff,
	.read = read,
};
