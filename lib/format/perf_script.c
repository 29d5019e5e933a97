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
#include "format/perf_event_line.h"
#include "format/perf_frame_line.h"
#include "format/perf_stack.h"

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
	label_set_id labels;
	uint32_t zero;
};

struct reader {
	struct in *in;
	struct profile *p;
	struct perf_stack stack;
	struct buf targets; /* struct target */
	struct table origins;
	/* The sample at hand. */
	bool open;
	struct target target;
	label_set_id labels;
	uint64_t time, value;
	uint64_t first_time, last_time;
	str_id comm_key, pid_key, tid_key, cpu_key;
};

/* Samples */

static void add_label(struct reader *r, label_set_id *set, str_id key, int64_t num)
{
	struct label l = { .key = key, .is_num = 1, .num = num };

	*set = dict_add_label(r->p->dict, *set, l);
}

static label_set_id labels_of(struct reader *r, const struct perf_event *e)
{
	struct origin o = {
		dict_intern(r->p->dict, e->comm), (uint32_t)(e->cpu + 1), e->pid, e->tid, { 0 }, 0
	};
	uint32_t known = r->origins.n, row = table_intern(&r->origins, &o);
	label_set_id set = { 0 };

	if (row != known)
		return ((struct origin *)table_row(&r->origins, row))->labels;
	set = dict_add_label(r->p->dict, set, (struct label){ .key = r->comm_key, .str = o.comm });
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

static struct target target_of(struct reader *r, const struct perf_event *e)
{
	struct target *t = (struct target *)r->targets.p;
	struct str name = e->name.n ? e->name : S("samples");
	struct target new = { .has_period = e->has_period };
	str_id type;

	for (size_t i = 0; i < BUF_COUNT(&r->targets, struct target); i++)
		if (t[i].has_period == e->has_period && str_eq(t[i].name, name))
			return t[i];
	type = dict_intern(r->p->dict, name);
	new.name = dict_text(r->p->dict, type);
	new.col = profile_column(r->p, type, dict_intern(r->p->dict, unit_of(name, e->has_period)),
				 &new.scale);
	if (!r->targets.n)
		r->p->head.default_type = type;
	buf_put(&r->targets, &new, sizeof(new));
	return new;
}

static void begin_sample(struct reader *r, const struct perf_event *e)
{
	r->open = true;
	perf_stack_begin(&r->stack, str_starts(e->comm, S("java")));
	r->target = target_of(r, e);
	r->labels = labels_of(r, e);
	r->value = e->period ? e->period : 1;
	r->time = e->time;
	if (e->has_time && (!r->first_time || e->time < r->first_time))
		r->first_time = e->time;
	if (e->has_time && e->time > r->last_time)
		r->last_time = e->time;
}

static void end_sample(struct reader *r)
{
	int64_t v = r->value > INT64_MAX ? INT64_MAX : (int64_t)r->value;
	sample_id sample;

	if (!r->open)
		return;
	r->open = false;
	v = sat_mul(r->p, v, r->target.scale);
	sample = profile_add_sample(r->p, perf_stack_end(&r->stack), r->labels);
	profile_add_value(r->p, r->target.col, sample, v);
	profile_observe(r->p, r->time, sample, r->target.col, v);
}

/* Lines */

/* What perf script --show-...-events prints among the samples. */
static bool read_record(struct reader *r, const struct perf_event *e)
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

static void read_event(struct reader *r, const struct perf_event *e)
{
	struct str what;
	uint64_t address;

	end_sample(r);
	if (read_record(r, e))
		return;
	begin_sample(r, e);
	if (str_ends(e->rest, S(")")) && perf_frame_line(e->rest, &address, &what))
		perf_stack_add(&r->stack, e->rest, address, what);
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
	struct perf_event e;
	uint64_t address;
	struct str what;
	bool frame = perf_frame_line(line, &address, &what);

	if (!r->open && str_starts(line, S("#"))) {
		read_header(r, line);
		return true;
	}
	if (r->open && frame && (is_blank(line.p[0]) || str_ends(line, S(")"))))
		perf_stack_add(&r->stack, line, address, what);
	else if (perf_event_line(line, &e))
		read_event(r, &e);
	else if (r->open && frame)
		perf_stack_add(&r->stack, line, address, what);
	else if (!r->open || !perf_stack_source(&r->stack, line))
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
	if (r->open && line.n && perf_stack_known(&r->stack, line))
		return true;
	if (!is_empty(line))
		return read_new_line(r, line);
	if (!perf_stack_is_empty(&r->stack))
		end_sample(r); /* else the frames are still to come */
	return true;
}

static void init(struct reader *r)
{
	table_init(&r->origins, sizeof(struct origin), offsetof(struct origin, labels));
	r->comm_key = dict_intern(r->p->dict, S("comm"));
	r->pid_key = dict_intern(r->p->dict, S("pid"));
	r->tid_key = dict_intern(r->p->dict, S("tid"));
	r->cpu_key = dict_intern(r->p->dict, S("cpu"));
}

static void release(struct reader *r)
{
	perf_stack_release(&r->stack);
	table_release(&r->origins);
	buf_release(&r->targets);
}

static bool read(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p, .stack.p = p };
	struct str line;
	bool ok = true;

	init(&r);
	while (ok && in_line(in, &line))
		ok = read_line(&r, line);
	end_sample(&r);
	p->head.duration = (int64_t)(r.last_time - r.first_time);
	if (!in->failed && !p->ncol)
		in_fail(in, "holds no samples");
	release(&r);
	return !in->failed;
}

/* An event line, and a frame behind it or in it: that is no other format. */
static int sniff(struct sniff *s)
{
	enum { HEADER = 24, EVENT = 16, FRAME = 16 };
	struct str head = s->head, line, what;
	struct perf_event e;
	uint64_t address;

	while (head.n) {
		line = str_cut(&head, '\n');
		if (!head.p && !s->all)
			return 0;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (str_starts(line, S("# ========")))
			return HEADER;
		if (!line.n || line.p[0] == '#')
			continue;
		if (!perf_event_line(line, &e))
			return 0;
		if (perf_frame_line(e.rest, &address, &what))
			return EVENT + FRAME;
		line = str_cut(&head, '\n');
		return perf_frame_line(line, &address, &what) ? EVENT + FRAME :
		       e.has_time                             ? EVENT :
								0;
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
