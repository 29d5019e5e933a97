/*
 * perf script: the text that Linux perf prints, one block per sample.
 *
 *	java 24636/25607 [000] 4794564.109216:     250000 cycles:u:
 *		    7f722d142778 Foo::bar(int)+0x12 (/usr/lib/libfoo.so)
 *		    7f722d142001 main (/opt/my app (deleted))
 *
 * perf_lines.h describes the lines. A blank line ends a sample with a call chain; a sample
 * without one is a single line, padded, without a blank line after it. A file may mix both.
 *
 * Quirks:
 * - a command may look like an address ("dd", "cafe") and stand where frames do, so a
 *   line with an event's anchor is an event, and an event that holds its frame has no
 *   other frames; but a line that begins with a tab is never an event;
 * - frames may lack their indentation, and blank lines may be missing or too many;
 * - the first event shows which fields were selected: if it has neither a time, nor a CPU,
 *   nor a thread and an event ("-F comm,ip"), other events need not have them either, but
 *   frames must follow; with -F ip, a blank line stands for the event;
 * - a sample without frames still counts, and so does one that the end of the file ends;
 *   a period of 0 counts as 1;
 * - payloads of tracepoints may have several lines;
 * - PERF_RECORD_* lines (perf script --show-...-events) and perf's messages on standard
 *   error are not samples; a message may have several lines;
 * - "a->b" in a JIT's symbol means that b was inlined into a, and perf itself prints
 *   inlined frames with "(inlined)" for the binary.
 */
#include "format/format.h"
#include "format/perf_script/perf_samples.h"

/* The selected fields, as far as the first event line shows them. */
enum layout { LAYOUT_UNKNOWN, LAYOUT_ANCHORED, LAYOUT_BARE };

struct reader {
	struct in *in;
	struct perf_samples s;
	enum layout layout;
	enum perf_anchor anchor; /* of the first event line */
	/* Of the current sample: */
	bool has_own;     /* its event line held the frame */
	bool has_payload; /* more lines of the payload may follow */
	bool needs_frame; /* otherwise its line was not an event line */
	bool after_tab;   /* its last frame came after a tab */
	bool two_tabs;    /* or two; the first frame shows how others are indented */
	bool in_record;   /* the next lines belong to a PERF_RECORD_ line */
	bool in_message;  /* or to a message of perf, which may have several lines */
	struct buf lost;  /* perf's message about lost events */
};

static void begin_sample(struct reader *r, struct str line, const struct perf_event *e)
{
	r->in_record = r->in_message = r->after_tab = false;
	r->has_own = e->has_own;
	r->has_payload = e->rest.n && !e->has_own;
	r->needs_frame = e->anchor == PERF_NO_ANCHOR && !e->has_own;
	perf_samples_begin(&r->s, line, e);
}

static bool add_frame(struct reader *r, struct str line, const struct perf_frame *f)
{
	perf_stack_add(&r->s.stack, line, f);
	r->after_tab = line.p[0] == '\t';
	r->two_tabs = str_starts(line, S("\t\t"));
	r->needs_frame = r->in_message = false;
	return true;
}

/* The same for a part of an event line; the text before it differs from line to line. */
static void add_own_frame(struct reader *r, const struct perf_frame *f)
{
	const char *end = f->what.n ? f->what.p + f->what.n : f->word.p + f->word.n;
	struct str text = str(f->word.p, (size_t)(end - f->word.p));

	if (!perf_stack_known(&r->s.stack, text))
		perf_stack_add(&r->s.stack, text, f);
}

/* Lines other than samples */

/* "PERF_RECORD_LOST lost 5", "PERF_RECORD_LOST_SAMPLES: lost 5": a fact. */
static void count_lost(struct reader *r, struct str record)
{
	ptrdiff_t at = str_find(record, S(" lost"));
	struct str digits;
	uint64_t n;

	if (!str_starts(record, S("PERF_RECORD_LOST")) || at < 0)
		return;
	digits = str_skip(record, (size_t)at + 5);
	while (digits.n && (digits.p[0] == ':' || is_blank(digits.p[0])))
		digits = str_skip(digits, 1);
	digits = str_cut(&digits, ' ');
	if (!str_u64(digits, &n) || n > INT64_MAX)
		return;
	profile_add_count(r->s.p, "lost", n);
}

/* "cpu, unit = nanoseconds": sample types keep their order. */
static void read_unit(struct reader *r, struct str text)
{
	ptrdiff_t at = str_find(text, PERF_EVENT_UNIT);
	struct dictionary *d = r->s.p->dict;
	struct perf_unit u;
	int64_t scale;

	if (at <= 0)
		return;
	u.event = dict_intern(d, str(text.p, (size_t)at));
	u.unit = dict_intern(d, str_skip(text, (size_t)at + PERF_EVENT_UNIT.n));
	profile_column(r->s.p, u.event, u.unit, &scale);
	vec_push(&r->s.units, u);
}

/* perf's own header, "# hostname : lab3", as facts. */
static void read_header(struct reader *r, struct str line)
{
	static const struct {
		const char *key, *fact;
	} facts[] = {
		{ "# hostname : ", "host" },
		{ "# os release : ", "kernel" },
		{ "# cpudesc : ", "cpu_model" },
		{ "# cmdline : ", "command" },
	};

	if (str_eq(line, S(PERF_WHOLE_NAMES)))
		r->s.stack.whole = true;
	if (str_starts(line, PERF_DURATION))
		str_i64(str_skip(line, PERF_DURATION.n), &r->s.duration);
	if (str_starts(line, PERF_EVENT_HEADER))
		read_unit(r, str_skip(line, PERF_EVENT_HEADER.n));
	for (size_t i = 0; i < LEN(facts); i++) {
		struct str key = str_of(facts[i].key);

		if (str_starts(line, key))
			profile_add_fact(r->s.p, facts[i].fact, str_trim(str_skip(line, key.n)));
	}
}

/* Those about what the recording lacks are noted, the first alone. */
static void read_message(struct reader *r, struct str line)
{
	r->in_message = true;
	if (!r->lost.n && (str_find(line, S(" lost ")) >= 0 || perf_is_failure(line)))
		buf_add(&r->lost, line);
}

/* Text below a message, where lines of samples have a time or a CPU or a thread. */
static bool continues_message(const struct reader *r, struct str line)
{
	return r->in_message && r->layout != LAYOUT_BARE && line.p[0] != '\t';
}

/* Lines */

static bool is_bad(struct reader *r, struct str line, bool is_frame)
{
	return in_bad(r->in,
		      is_frame ? "a frame without an event line before it" :
				 "neither an event nor a frame: '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

static bool read_event(struct reader *r, struct str line, const struct perf_event *e)
{
	perf_samples_end(&r->s);
	if (e->kind != PERF_SAMPLE) {
		r->in_record = e->kind == PERF_RECORD;
		count_lost(r, e->rest);
		return true;
	}
	if (!r->layout) {
		r->layout = e->anchor == PERF_NO_ANCHOR ? LAYOUT_BARE : LAYOUT_ANCHORED;
		r->anchor = e->anchor;
	}
	begin_sample(r, line, e);
	if (e->has_own)
		add_own_frame(r, &e->own);
	return true;
}

/* A line after frames, or a further line of a payload. */
static bool read_detail(struct reader *r, struct str line)
{
	struct perf_source source;

	if (perf_is_message(line)) {
		read_message(r, line);
		return true;
	}
	if (r->in_record && is_blank(line.p[0]))
		return true;
	/* Instructions come after the blank line, too. */
	if (!r->needs_frame && r->s.targets.n && perf_is_detail(line))
		return true;
	if (!r->s.open || r->needs_frame)
		return false;
	if (r->after_tab && perf_is_address(line))
		return true;
	if (perf_stack_is_empty(&r->s.stack))
		return r->has_payload;
	if (!perf_source_line(line, &source))
		return false;
	perf_stack_locate(&r->s.stack, &source);
	return true;
}

/* -F ip: frames after a blank line. */
static void begin_without_event(struct reader *r)
{
	struct perf_event e = { .cpu = -1, .pid = -1 };

	r->layout = LAYOUT_BARE;
	begin_sample(r, S(""), &e);
}

static bool add_chain_frame(struct reader *r, struct str line, const struct perf_frame *f)
{
	if (r->has_own) { /* it was an address of data, or a weight: the call chain follows */
		perf_stack_begin(&r->s.stack, r->s.stack.java);
		r->has_own = false;
	}
	return add_frame(r, line, f);
}

/* A line that begins with a tab is a frame or another part of the sample. */
static bool read_after_tab(struct reader *r, struct str line)
{
	struct perf_frame f;
	/* With -F disasm, an instruction follows each frame; "add %eax" looks like a frame. */
	bool is_code = r->after_tab && !r->two_tabs && str_starts(line, S("\t\t"));
	bool is_frame = perf_frame_line(line, &f);

	if (is_code && r->s.open)
		return true;
	if (!r->s.open && is_frame && r->layout != LAYOUT_ANCHORED && !r->in_record &&
	    (r->layout || r->in->line > 1))
		begin_without_event(r);
	if (!r->s.open || !is_frame)
		return read_detail(r, line) || is_bad(r, line, is_frame);
	return add_chain_frame(r, line, &f);
}

/* May this line be a frame of the current sample, judging by the lines before it? */
static bool may_be_frame(const struct reader *r, struct str line)
{
	if (!r->s.open || r->after_tab)
		return false;
	/* Tabs have become blanks; without any field of an event, this is none. */
	if (r->has_own)
		return r->layout == LAYOUT_ANCHORED && is_blank(line.p[0]);
	/* Payloads are text: only a complete frame counts there. */
	return !r->has_payload || !perf_stack_is_empty(&r->s.stack) ||
	       (is_blank(line.p[0]) && str_ends(line, S(")")));
}

/* Is a line that may be an event certainly one? */
static bool is_event_here(const struct reader *r, struct str line, const struct perf_event *e)
{
	if (e->kind != PERF_SAMPLE || e->anchor > PERF_BY_EVENT)
		return true;
	if (e->anchor == PERF_NO_ANCHOR) /* a frame that does not look like another detail */
		return e->has_own && r->layout != LAYOUT_ANCHORED && !r->needs_frame &&
		       !(r->s.open && r->after_tab);
	/* "ilen: 3 insn: 90", "Warning: 3 bad: x", "bytes: 3 more: x" of a payload */
	if (!e->has_own && ((r->s.open && perf_is_detail(line)) || perf_is_message(line)))
		return false;
	/* Events of several kinds have fields of their own: "app 12  1000 cycles: " may follow. */
	if (e->has_own || (e->has_period && !e->rest.n))
		return true;
	return !(r->has_payload && r->s.open && e->anchor < r->anchor &&
		 perf_stack_is_empty(&r->s.stack));
}

/*
 * "#1  12 [003] 5.123456: ...": lines of the header have a blank after '#', and no thread, time and
 * event.
 */
static bool is_odd_command(struct str line)
{
	struct perf_event e;

	return line.n > 1 && perf_event_line(line, &e) && e.has_time &&
	       (line.p[1] == ' ' ? e.has_tid && e.name.n : e.has_tid || e.cpu >= 0);
}

static bool read_new_line(struct reader *r, struct str line)
{
	struct perf_event e;
	struct perf_frame f;
	bool is_event, is_frame;

	if (!r->s.open && line.p[0] == '#' && !is_odd_command(line)) {
		read_header(r, line);
		return true;
	}
	if (line.p[0] == '\t')
		return read_after_tab(r, line);
	if (perf_samples_again(&r->s, line)) {
		r->has_own = r->has_payload = r->needs_frame = false;
		r->after_tab = r->in_record = false;
		return true;
	}
	is_event = perf_event_line(line, &e);
	is_frame = perf_frame_line(line, &f) && may_be_frame(r, line);
	if (is_event && is_event_here(r, line, &e) &&
	    (!is_frame || e.has_tid || e.cpu >= 0 || e.has_own))
		return read_event(r, line, &e);
	if (is_frame)
		return add_chain_frame(r, line, &f);
	if (read_detail(r, line))
		return true;
	if (is_event && e.anchor == PERF_NO_ANCHOR && r->layout != LAYOUT_ANCHORED &&
	    !r->needs_frame)
		return read_event(r, line, &e);
	if (continues_message(r, line))
		return true;
	return is_bad(r, line, perf_frame_line(line, &f));
}

static bool is_empty(struct str line)
{
	return !line.n || (is_blank(line.p[0]) && !str_trim(line).n);
}

static bool read_line(struct reader *r, struct str line)
{
	if (r->s.open && !r->has_own && line.n && perf_stack_known(&r->s.stack, line)) {
		r->after_tab = line.p[0] == '\t';
		r->needs_frame = false;
		return true;
	}
	if (!is_empty(line))
		return read_new_line(r, line);
	r->needs_frame = false;
	if (!perf_stack_is_empty(&r->s.stack))
		perf_samples_end(&r->s); /* otherwise the frames follow */
	return true;
}

static bool read_perf_script(struct in *in, struct profile *p)
{
	struct reader r = { .in = in };
	struct str line;
	bool ok = true;

	perf_samples_init(&r.s, in, p);
	while (ok && in_line(in, &line))
		ok = read_line(&r, line);
	if (ok && r.needs_frame)
		in_bad(in, "ends where a frame should follow");
	perf_samples_finish(&r.s);
	if (r.lost.n)
		in_note(in, 0, "perf says: %.*s", STR_ARG(buf_str(&r.lost)));
	if (!in->failed && !p->ncol)
		in_fail(in, "holds no samples");
	perf_samples_release(&r.s);
	buf_release(&r.lost);
	return !in->failed;
}

/* Recognising */

enum { HEADER = 24, EVENT = 16, FRAME = 16, BARE_EVENT = 10 };

/* The next line of the head with content. False if it is cut short. */
static bool next_line(struct str *head, bool all, struct str *line)
{
	bool in_message = false;
	struct perf_event e;

	for (;;) {
		if (!head->n)
			return false;
		*line = str_cut(head, '\n');
		if (!head->p && !all)
			return false;
		if (line->n && line->p[line->n - 1] == '\r')
			line->n--;
		if (perf_is_message(*line))
			in_message = true;
		else if (in_message && !str_starts(*head, S("\t")) &&
			 !(perf_event_line(*line, &e) && e.anchor))
			continue; /* a further line of it */
		else if (line->n && (line->p[0] != '#' || str_starts(*line, S("# ========")) ||
				     is_odd_command(*line)))
			return true;
	}
}

/* No other format has an event line with a frame in it or after it. */
static int sniff_perf_script(struct sniff *s)
{
	struct str head = s->head, line;
	struct perf_event e;
	struct perf_frame f;
	bool after_blank = head.n && head.p[0] == '\n', follows;

	if (!next_line(&head, s->all, &line))
		return 0;
	if (str_starts(line, S("# ========")))
		return HEADER;
	if (after_blank && line.p[0] == '\t' && perf_frame_line(line, &f))
		return FRAME;
	if (!perf_event_line(line, &e))
		return 0;
	if (e.kind == PERF_RECORD)
		return HEADER;
	/* A folded line's count may have 16 digits; it has no blanks before the stack. */
	if (e.anchor == PERF_NO_ANCHOR && e.has_own && !e.own.what.n && !is_blank(line.p[0]))
		e.has_own = false;
	follows = e.has_own || (next_line(&head, s->all, &line) && perf_frame_line(line, &f) &&
				(e.anchor || line.p[0] == '\t'));
	if (e.anchor == PERF_NO_ANCHOR)
		return follows ? BARE_EVENT : 0;
	if (!follows && e.has_tid && is_blank(line.p[0])) /* aligned, as folded stacks are not */
		return BARE_EVENT;
	return follows ? EVENT + FRAME : e.has_time && (e.has_tid || e.cpu >= 0) ? EVENT : 0;
}

const struct format format_perf_script = {
	.name = "perf-script",
	.help = "text that perf script prints",
	.events = true,
	.all_types = true,
	.sniff = sniff_perf_script,
	.read = read_perf_script,
	.write = perf_script_write,
};
