/*
 * Writing perf script's text, for tools that read nothing else: FlameGraph's
 * stackcollapse-perf.pl, inferno, speedscope.
 *
 *	# ========
 *	# names : whole
 *	# event : name = cpu, unit = nanoseconds
 *	# ========
 *	main  42/43 [001]     0.000000000:   10000000 cpu:
 *		          401136 leaf (/srv/app)
 *		               0 inlined (inlined)
 *
 * Each value of a sample is an event, those of the default type first, since those tools take
 * the first event. Samples have no times: they follow each other, each as long as its value,
 * and speedscope takes these lengths as weights. The lines after '#' are for the reader of
 * this project: names are whole, times mean nothing; the duration; units.
 *
 * perf prints ":-1" for the command of an unknown thread, and so does this, with 0 for the
 * thread, since those tools look for digits.
 *
 * The kernel's commands have at most 15 bytes, but names of threads may be of any length, and
 * hold what looks like other fields. A name that the reader would not find in its line is
 * changed, and counted in out->renamed.
 */
#include "format/one_side.h"
#include "format/perf_script/perf_samples.h"
#include "io/out.h"
#include "profile/profile.h"
#include "profile/type.h"

static const uint64_t LATEST = INT64_MAX / 1000000000 * 1000000000 - 1; /* the reader's, in ns */

/* perf's command of an unknown thread. */
#define UNKNOWN ":-1"

struct writer {
	struct out *out;
	struct profile *p;
	int64_t sum;        /* of the current column */
	uint64_t span;      /* the ns over which it is spread */
	__uint128_t before; /* values written so far */
	str_id comm, thread, pid, tid, cpu;
	label_set_id labels; /* of the last event line */
	struct buf origin;   /* its command, thread and CPU */
	bool is_changed;     /* the command */
};

static bool is_control(char c)
{
	return (uint8_t)c < 0x20 || c == 0x7f;
}

/* Text without control characters, which end lines. */
static void put_text(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_ch(b, is_control(s.p[i]) ? ' ' : s.p[i]);
}

/* A word: text that also has no blanks. */
static void put_word(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_ch(b, (uint8_t)s.p[i] <= 0x20 || s.p[i] == 0x7f ? '_' : s.p[i]);
}

/*
 * A binary's name, which the reader finds by its brackets: unless each has a partner, they are
 * written as '_'.
 */
static void put_binary(struct buf *b, struct str s)
{
	int depth = 0;
	bool is_balanced = true;

	for (size_t i = 0; i < s.n; i++) {
		depth += s.p[i] == '(' ? 1 : s.p[i] == ')' ? -1 : 0;
		is_balanced &= depth >= 0;
	}
	is_balanced &= depth == 0;
	for (size_t i = 0; i < s.n; i++)
		buf_ch(b, is_control(s.p[i])                               ? ' ' :
			  !is_balanced && (s.p[i] == '(' || s.p[i] == ')') ? '_' :
									     s.p[i]);
}

/* A type named like perf's other lines gets a '_', so that its samples are no such lines. */
static void put_event_name(struct writer *w, uint32_t col)
{
	struct str type = dict_text(w->p->dict, w->p->col[col].type);

	if (str_eq(type, S("metric")) || str_starts(type, S("PERF_RECORD_")))
		buf_ch(&w->out->bytes, '_');
	put_word(&w->out->bytes, type.n ? type : S("samples"));
}

static void put_header(struct writer *w)
{
	static const struct {
		struct str fact, key;
	} facts[] = {
		{ S("host"), S("hostname") },
		{ S("kernel"), S("os release") },
		{ S("cpu_model"), S("cpudesc") },
		{ S("command"), S("cmdline") },
	};
	struct buf *b = &w->out->bytes;

	buf_add(b, S("# ========\n" PERF_WHOLE_NAMES "\n"));
	for (size_t i = 0; i < LEN(facts); i++) {
		struct str fact = profile_fact(w->p, facts[i].fact);

		if (!fact.n)
			continue;
		buf_printf(b, "# %s : ", facts[i].key.p);
		put_text(b, fact);
		buf_ch(b, '\n');
	}
	if (w->p->head.duration > 0)
		buf_printf(b, "%.*s%lld\n", STR_ARG(PERF_DURATION), (long long)w->p->head.duration);
	for (uint32_t i = 0; i < w->p->ncol; i++) {
		buf_add(b, PERF_EVENT_HEADER);
		put_event_name(w, i);
		buf_add(b, PERF_EVENT_UNIT);
		put_word(b, dict_text(w->p->dict, w->p->col[i].unit));
		buf_ch(b, '\n');
	}
	buf_add(b, S("# ========\n#\n"));
}

/* The number in a label, or `none`. */
static int64_t label_number(struct writer *w, label_set_id labels, str_id key, int64_t none)
{
	const struct label *l = dict_find_label(w->p->dict, labels, key);
	int64_t n;

	if (!l)
		return none;
	if (l->is_num)
		return l->num >= 0 ? l->num : none;
	return str_i64(dict_text(w->p->dict, l->str), &n) && n >= 0 ? n : none;
}

/* A thread's name is its command: perf has one for both. p = NULL: it is not known. */
static struct str command_of(struct writer *w, label_set_id labels)
{
	const struct label *l = dict_find_label(w->p->dict, labels, w->comm);

	if (!l || l->is_num)
		l = dict_find_label(w->p->dict, labels, w->thread);
	return l && !l->is_num ? dict_text(w->p->dict, l->str) : (struct str){ 0 };
}

/* A command as a word of which no other field begins, since none begins with '_'. */
static void put_plain_command(struct buf *b, struct str s)
{
	buf_ch(b, '_');
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], letter = c | 0x20;

		buf_ch(b, (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c & 0x80 ?
				  c :
				  '_');
	}
}

/* The thread and the CPU, as far as they are known. */
static void put_thread(struct writer *w, label_set_id labels)
{
	struct buf *b = &w->origin;
	int64_t pid = label_number(w, labels, w->pid, -1),
		tid = label_number(w, labels, w->tid, -1),
		cpu = label_number(w, labels, w->cpu, -1);

	buf_ch(b, ' ');
	if (pid >= 0)
		buf_printf(b, "%lld/%lld", (long long)pid, (long long)(tid >= 0 ? tid : pid));
	else
		buf_i64(b, tid >= 0 ? tid : 0);
	if (cpu >= 0)
		buf_printf(b, " [%03lld]", (long long)cpu);
}

/* Does the reader find that command in an event line with this origin? */
static bool is_found(const struct writer *w, struct str command)
{
	struct buf line = { 0 };
	struct perf_event e;
	bool found;

	buf_add(&line, buf_str(&w->origin));
	buf_add(&line, S("     0.000000000:          1 samples:"));
	found = perf_event_line(buf_str(&line), &e) && e.has_time && e.has_period && e.has_tid &&
		str_eq(e.name, S("samples")) && str_eq(e.comm, command) &&
		(!str_eq(command, S(UNKNOWN)) || e.tid > 0);
	buf_release(&line);
	return found;
}

/* Make the part of event lines that depends on the labels. */
static void set_origin(struct writer *w, label_set_id labels)
{
	struct str command = command_of(w, labels);

	w->labels = labels;
	w->origin.n = 0;
	if (str_starts(command, S("#")))
		buf_ch(&w->origin, ' '); /* otherwise the line is a comment */
	put_text(&w->origin, command.p ? command : S(UNKNOWN));
	put_thread(w, labels);
	w->is_changed = command.p && !is_found(w, command);
	if (!w->is_changed || is_found(w, str_trim(command)))
		return;
	w->origin.n = 0;
	put_plain_command(&w->origin, command);
	put_thread(w, labels);
}

/*
 * The time after what was written. Values whose sum is at the limit of 64 bits may be more than
 * the sum.
 */
static uint64_t time_of(const struct writer *w)
{
	uint64_t sum = (uint64_t)w->sum, before = w->before < sum ? (uint64_t)w->before : sum;

	return (uint64_t)((__uint128_t)before * (w->span < LATEST ? w->span : LATEST) / sum);
}

static void put_event_line(struct writer *w, label_set_id labels, uint32_t col, int64_t value)
{
	struct buf *b = &w->out->bytes;
	uint64_t time = time_of(w);

	if (!w->origin.n || w->labels.i != labels.i)
		set_origin(w, labels);
	w->out->renamed += w->is_changed;
	buf_add(b, buf_str(&w->origin));
	buf_printf(b, " %5llu.%09llu: %10lld ", (unsigned long long)(time / 1000000000),
		   (unsigned long long)(time % 1000000000), (long long)value);
	put_event_name(w, col);
	buf_add(b, S(":\n"));
	w->before += (uint64_t)value;
}

static void put_frame(struct writer *w, loc_id caller, loc_id id)
{
	const struct loc *l = dict_loc(w->p->dict, id);
	struct buf *b = &w->out->bytes;
	struct str name = dict_text(w->p->dict, dict_func(w->p->dict, l->func)->name),
		   file = dict_text(w->p->dict, dict_mapping(w->p->dict, l->map)->file);

	buf_printf(b, "\t%16llx ", (unsigned long long)(l->flags & LOC_ADDR ? l->addr : 0));
	put_text(b, str_trim(name).n ? name : S("[unknown]"));
	if (caller.i && dict_is_inlined(w->p->dict, caller, id))
		file = S("inlined");
	buf_add(b, S(" ("));
	put_binary(b, file.n ? file : S("[unknown]"));
	buf_add(b, S(")\n"));
}

static void put_sample(struct writer *w, uint32_t col, sample_id id)
{
	const struct sample *s = profile_sample(w->p, id);
	size_t n;
	const loc_id *frame;

	put_event_line(w, s->labels, col, profile_value(w->p, col, id));
	frame = dict_frames(w->p->dict, s->stack, &n);
	for (size_t i = n; i-- > 0;)
		put_frame(w, i ? frame[i - 1] : (loc_id){ 0 }, frame[i]);
	buf_ch(&w->out->bytes, '\n');
	out_flush(w->out);
}

static void put_column(struct writer *w, uint32_t col)
{
	bool is_time = str_eq(dict_text(w->p->dict, w->p->col[col].unit), S("nanoseconds"));
	const int64_t *value = w->p->col[col].v;

	w->sum = 0;
	for (uint32_t i = 1; i < w->p->sample.n; i++)
		w->sum = sat_add(w->p, w->sum, value[i]);
	w->span = is_time ? (uint64_t)w->sum : (uint64_t)w->p->sample.n * 1000000;
	if (w->p->head.duration > 0)
		w->span = (uint64_t)w->p->head.duration;
	w->before = 0;
	for (uint32_t i = 1; i < w->p->sample.n; i++)
		if (value[i])
			put_sample(w, col, (sample_id){ i });
}

void perf_script_write(struct out *out, struct profile *p)
{
	struct writer w = { .out = out, .p = p };
	uint32_t first;

	for (uint32_t col = 0; col < p->ncol; col++)
		if (!write_counts(out, p, col, "perf-script"))
			return;
	if (!p->ncol)
		return;
	first = profile_default_column(p);
	w.comm = dict_intern(p->dict, S("comm"));
	w.thread = dict_intern(p->dict, S("thread"));
	w.pid = dict_intern(p->dict, S("pid"));
	w.tid = dict_intern(p->dict, S("tid"));
	w.cpu = dict_intern(p->dict, S("cpu"));
	put_header(&w);
	put_column(&w, first);
	for (uint32_t col = 0; col < p->ncol; col++)
		if (col != first)
			put_column(&w, col);
	buf_release(&w.origin);
}
