/*
 * Event lines. Fields are found from an anchor outwards: the fields to the left of the time
 * are parsed from right to left, so that the rest is the command, which may hold anything;
 * the fields to the right of the time are parsed from left to right.
 */
#include "format/perf_script/perf_lines.h"

/* The kernel keeps at most 15 bytes of a command. */
enum { LONGEST_COMMAND = 15 };

/* A line's words. Fields are padded, so blanks tell them apart, too. */
struct tokens {
	struct str line;
	struct str at[64];
	size_t n;
};

static void split_line(struct tokens *t, struct str line)
{
	const char *p = line.p, *end = line.p + line.n, *from;
	size_t n = 0;

	t->line = line;
	while (n < LEN(t->at)) {
		while (p < end && is_blank(*p))
			p++;
		for (from = p; p < end && !is_blank(*p);)
			p++;
		if (p == from)
			break;
		t->at[n++] = str(from, (size_t)(p - from));
	}
	t->n = n;
}

/* The text after token i - 1: the blanks that align token i belong to it. */
static struct str from_token(const struct tokens *t, size_t i)
{
	return i ? str_skip(t->line, (size_t)(t->at[i - 1].p + t->at[i - 1].n - t->line.p)) :
		   t->line;
}

static bool ends_in_colon(struct str t)
{
	return t.n > 1 && t.p[t.n - 1] == ':';
}

bool perf_time(struct str t, uint64_t *ns)
{
	struct str decimals = t, whole;
	uint64_t sec, frac;

	if (!ends_in_colon(t) || t.p[0] < '0' || t.p[0] > '9')
		return false;
	decimals.n--;
	whole = str_cut(&decimals, '.');
	if (!str_u64(whole, &sec) || sec >= INT64_MAX / 1000000000 || decimals.n > 9 ||
	    !str_u64(decimals, &frac))
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
	       str_i64(str(t.p + 1, t.n - 2), cpu) && *cpu >= -1 && *cpu < INT32_MAX;
}

/* "25607", "24636/25607", "-1" */
static bool is_thread(struct str t, struct perf_event *e)
{
	struct str tid = t, pid = str_cut(&tid, '/');
	int64_t p = -1, n;

	if (tid.p ? !str_i64(pid, &p) || !str_i64(tid, &n) : !str_i64(pid, &n))
		return false;
	e->pid = p;
	e->tid = n;
	return true;
}

/*
 * The width of a number, with the blanks before it that align it, or more of them: a
 * thread has 5 or 7 columns, a period 10.
 */
static size_t columns_of(const struct tokens *t, size_t i)
{
	const char *before = i ? t->at[i - 1].p + t->at[i - 1].n + 1 : t->line.p;

	return (size_t)(t->at[i].p + t->at[i].n - before);
}

/* Does token i end where a command without a call chain does? */
static bool is_aligned_command(const struct tokens *t, size_t i)
{
	return t->at[0].p > t->line.p && t->at[i].p + t->at[i].n == t->line.p + 16;
}

/* Is token i a thread? A first word may be a command: a thread is aligned in its columns. */
static bool is_thread_at(const struct tokens *t, size_t i, struct perf_event *e)
{
	ptrdiff_t slash = str_chr(t->at[i], '/');
	size_t after = slash < 0 ? 0 : t->at[i].n - (size_t)slash;

	return (i || ((columns_of(t, 0) - after >= 5 || t->at[0].p > t->line.p) &&
		      !is_aligned_command(t, 0))) &&
	       is_thread(t->at[i], e);
}

/* -F misc: whose code was sampled, and flags of records. */
static bool is_misc(struct str t)
{
	for (size_t i = 0; i < t.n; i++)
		if (!memchr("KUHGgMESp", t.p[i], 9))
			return false;
	return t.n <= 5;
}

/* Is token i all of -F misc's 6 columns, followed by a time in at least 12 columns? */
static bool is_aligned_misc(const struct tokens *t, size_t i)
{
	size_t time = i + 1 < t->n ? max_size(t->at[i + 1].n - 1, 12) : 0;

	return time && is_misc(t->at[i]) &&
	       (size_t)(t->at[i + 1].p + t->at[i + 1].n - 1 - t->at[i].p) >= 6 + time;
}

/* -F tod: "2026-11-29 01:46:25.123456" */
static bool is_date(struct str date, struct str clock)
{
	return date.n == 10 && date.p[4] == '-' && date.p[7] == '-' && clock.n > 9 &&
	       clock.p[2] == ':' && clock.p[5] == ':' && clock.p[8] == '.';
}

static bool is_period(const struct tokens *t, size_t i, uint64_t *period)
{
	return columns_of(t, i) >= 10 && str_u64(t->at[i], period);
}

/*
 * "VM: 1234 VCPU:001 qemu": fields before the command, in a guest's samples. Their columns
 * tell them from a command such as "VM: 1".
 */
static struct str without_machine(struct str comm)
{
	static const struct {
		const char *key;
		size_t columns;
	} fields[] = { { "VM:", 5 }, { "VCPU:", 3 } };
	int64_t number;

	for (size_t i = 0; i < LEN(fields); i++) {
		struct str key = str_of(fields[i].key), rest, digits;

		if (!str_starts(comm, key))
			continue;
		rest = str_trim(str_skip(comm, key.n));
		digits = str_cut(&rest, ' ');
		if (!str_i64(digits, &number) ||
		    digits.p + digits.n < comm.p + key.n + fields[i].columns)
			break;
		comm = rest.p ? str_trim(rest) : S("");
	}
	return comm;
}

static void take_comm(struct perf_event *e, const struct tokens *t, size_t n)
{
	const char *end = n < t->n ? t->at[n].p : t->line.p + t->line.n;

	e->comm = without_machine(str_trim(str(t->line.p, (size_t)(end - t->line.p))));
}

/*
 * perf script -L: "24636/25607     3", which are %5d/%-5d or %7d/%-7d, and %3d. Columns tell
 * a CPU from a thread after a command such as "a 12/34".
 */
static bool is_latency(const struct tokens *t, size_t i, struct perf_event *e)
{
	ptrdiff_t slash = str_chr(t->at[i], '/');
	size_t tid, end;

	if (slash <= 0 || !is_thread(t->at[i], e) || !str_i64(t->at[i + 1], &e->cpu))
		return false;
	tid = t->at[i].n - (size_t)slash - 1;
	end = (size_t)(t->at[i + 1].p + t->at[i + 1].n - t->at[i].p) - (size_t)slash - 1;
	end -= max_size(t->at[i + 1].n, 3) + 1;
	return end == max_size(tid, 5) || end == max_size(tid, 7);
}

/* Likewise without a process: "    cafe 11716   1", which are %8.8s, %5d or %7d, and %3d. */
static bool is_latency_thread(const struct tokens *t, size_t i, struct perf_event *e)
{
	return i && t->at[i - 1].p + t->at[i - 1].n == t->line.p + 8 && columns_of(t, i) >= 5 &&
	       columns_of(t, i + 1) == 3 && is_thread(t->at[i], e) &&
	       str_i64(t->at[i + 1], &e->cpu);
}

/*
 * Read the first n tokens from right to left: date, misc, CPU, thread, command. Is the
 * thread or the CPU there?
 */
static bool take_origin(struct perf_event *e, const struct tokens *t, size_t n)
{
	size_t i = n;

	e->cpu = e->pid = -1;
	if (i >= 2 && is_date(t->at[i - 2], t->at[i - 1]))
		i -= 2;
	if (i >= 2 && is_misc(t->at[i - 1]) &&
	    (is_cpu(t->at[i - 2], &e->cpu) || is_thread_at(t, i - 2, e)))
		i--;
	e->cpu = e->pid = -1;
	if (i && is_cpu(t->at[i - 1], &e->cpu))
		i--;
	else if (i >= 2 && (is_latency(t, i - 2, e) || is_latency_thread(t, i - 2, e)))
		i--;
	else
		e->cpu = -1;
	e->has_tid = i && is_thread_at(t, i - 1, e);
	i -= e->has_tid;
	if (!e->has_tid)
		e->pid = -1;
	if (!e->has_tid && e->cpu < 0 && i && is_aligned_misc(t, i - 1))
		i--;
	take_comm(e, t, i);
	return e->has_tid || e->cpu >= 0;
}

/* A command may begin so, too, but is not long enough for any name but PERF_RECORD_AUX. */
static bool is_record(struct str t)
{
	return str_starts(t, S("PERF_RECORD_")) &&
	       (t.n > LONGEST_COMMAND || str_eq(t, S("PERF_RECORD_AUX")));
}

/* A tracepoint's name is "system:event"; those of other events may have modifiers. */
static enum perf_text text_after(struct str name)
{
	ptrdiff_t colon = str_rchr(name, ':');

	for (size_t i = (size_t)colon + 1; colon > 0 && i < name.n; i++)
		if (!memchr("ukhpPGHSDIWeb", name.p[i], 13))
			return PERF_AFTER_TRACEPOINT;
	return PERF_AFTER_EVENT;
}

static enum perf_event_kind kind_of(const struct tokens *t, size_t i)
{
	if (i < t->n && is_record(t->at[i]))
		return PERF_RECORD;
	if (i + 1 < t->n && str_eq(t->at[i], S("DEFERRED")) && str_eq(t->at[i + 1], S("CALLCHAIN")))
		return PERF_RECORD;
	return i < t->n && str_eq(t->at[i], S("metric:")) ? PERF_METRICS : PERF_SAMPLE;
}

/* Read the fields after the anchor, from token i on: period, event, payload, frame. */
static void take_tail(struct perf_event *e, const struct tokens *t, size_t i)
{
	uint64_t number;
	struct perf_frame f;
	size_t columns = 0; /* of a number, with the blanks that align it */

	if (i + 1 < t->n && is_misc(t->at[i]) && e->anchor == PERF_BY_CPU) {
		columns = (size_t)(t->at[i + 1].p - t->at[i].p) - 6 + t->at[i + 1].n;
		i++;
	}
	if (i + 1 < t->n && is_date(t->at[i], t->at[i + 1]))
		i += 2;
	if (!columns && i < t->n)
		columns = columns_of(t, i);
	if (i < t->n && str_u64(t->at[i], &number) &&
	    ((i + 1 < t->n && ends_in_colon(t->at[i + 1])) ||
	     (columns < 16 && /* otherwise an address or a weight */
	      (i + 1 == t->n || columns >= 10 ||
	       perf_own_frame(from_token(t, i + 1), PERF_AFTER_EVENT, &f))))) {
		e->period = number;
		e->has_period = true;
		i++;
	}
	e->kind = kind_of(t, i);
	if (e->kind == PERF_SAMPLE && i < t->n && ends_in_colon(t->at[i])) {
		e->name = str(t->at[i].p, t->at[i].n - 1);
		i++;
	}
	e->rest = from_token(t, i);
	e->has_own = e->kind == PERF_SAMPLE && i < t->n &&
		     perf_own_frame(e->rest, text_after(e->name), &e->own);
	e->rest = str_trim(e->rest);
}

static void event_init(struct perf_event *e, enum perf_anchor anchor)
{
	*e = (struct perf_event){ .anchor = anchor, .pid = -1, .cpu = -1 };
}

/* Split the line at that time. Is there a thread or a CPU before it? */
static bool take_at_time(const struct tokens *t, struct perf_event *e, size_t i)
{
	bool has_origin;

	event_init(e, PERF_BY_TIME);
	e->has_time = perf_time(t->at[i], &e->time);
	e->time_at = (size_t)(t->at[i].p - t->line.p);
	has_origin = take_origin(e, t, i);
	take_tail(e, t, i + 1);
	return has_origin;
}

/*
 * A command or a payload may hold a time, too. The right time is the first with a thread
 * before it and an event or a frame after it, if the command is then not longer than
 * possible; otherwise the first.
 */
static bool take_by_time(const struct tokens *t, struct perf_event *e)
{
	size_t first = SIZE_MAX;
	uint64_t ns;

	for (size_t i = 0; i < t->n; i++) {
		if (!perf_time(t->at[i], &ns))
			continue;
		if (take_at_time(t, e, i) && (e->name.n || e->has_own || e->kind != PERF_SAMPLE) &&
		    (first == SIZE_MAX || e->comm.n <= LONGEST_COMMAND))
			return true;
		if (first == SIZE_MAX)
			first = i;
	}
	if (first != SIZE_MAX)
		take_at_time(t, e, first);
	return first != SIZE_MAX;
}

/* The token of the CPU: the first with a thread before it, else the first with a command. */
static bool take_by_cpu(const struct tokens *t, struct perf_event *e)
{
	int64_t cpu;

	for (int without_thread = 0; without_thread < 2; without_thread++)
		for (size_t i = 0; i < t->n; i++) {
			event_init(e, PERF_BY_CPU);
			if (!is_cpu(t->at[i], &cpu) || !take_origin(e, t, i + 1) ||
			    e->comm.n > LONGEST_COMMAND || e->has_tid == without_thread)
				continue;
			take_tail(e, t, i + 1);
			if (e->has_tid || e->kind != PERF_SAMPLE || e->name.n || e->has_own ||
			    !e->rest.n)
				return true;
		}
	return false;
}

/* "COMMAND THREAD EVENT:", "COMMAND THREAD PERIOD EVENT:" */
static bool take_by_event(const struct tokens *t, struct perf_event *e)
{
	uint64_t period;

	for (size_t i = 1; i < t->n; i++) {
		bool record = is_record(t->at[i]);

		event_init(e, PERF_BY_EVENT);
		if (!record && !ends_in_colon(t->at[i]) &&
		    !(i + 1 < t->n && ends_in_colon(t->at[i + 1]) && str_u64(t->at[i], &period)))
			continue;
		if (!record && is_period(t, i - 1, &period))
			continue;
		if (!take_origin(e, t, i) || !e->has_tid || e->comm.n > LONGEST_COMMAND)
			continue;
		take_tail(e, t, i);
		return true;
	}
	return false;
}

/* "COMMAND DATE CLOCK PERIOD EVENT:", of which only the date has to be there */
static bool take_by_date(const struct tokens *t, struct perf_event *e)
{
	for (size_t i = 0; i + 1 < t->n; i++) {
		if (!is_date(t->at[i], t->at[i + 1]))
			continue;
		event_init(e, PERF_BY_DATE);
		take_origin(e, t, i);
		take_tail(e, t, i + 2);
		return e->comm.n <= LONGEST_COMMAND;
	}
	return false;
}

/* Perf's own records begin in the first column. */
static bool take_record(const struct tokens *t, struct perf_event *e)
{
	event_init(e, PERF_NO_ANCHOR);
	e->kind = PERF_RECORD;
	e->rest = str_trim(t->line);
	return t->n && is_record(t->at[0]);
}

/* Is token i all of -F misc's 6 columns, with `next` after it? */
static bool is_bare_misc(const struct tokens *t, size_t i, size_t next)
{
	return is_misc(t->at[i]) && !is_aligned_command(t, i) &&
	       (next == t->n || t->at[next].p - t->at[i].p >= 6 || columns_of(t, next) >= 10);
}

/* The token with which the fields after the event begin, such as an address; t->n: there are none. */
static size_t find_details(const struct tokens *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (perf_is_field(t->at[i], i ? columns_of(t, i) : columns_of(t, 0) - 1))
			return i;
	return t->n;
}

/*
 * The event's name before token `end`: the last word with a colon, or the first, if there
 * is text after it, a payload. t->n: there is none.
 */
static size_t find_name(const struct tokens *t, size_t end)
{
	size_t first = t->n;

	while (end && perf_is_branch_flag(t->at[end - 1]))
		end--;
	if (end && ends_in_colon(t->at[end - 1]))
		return end - 1;
	while (end--)
		if (ends_in_colon(t->at[end]))
			first = end;
	return first;
}

/*
 * Only the selection of fields shows what such a line is: "COMMAND", "COMMAND THREAD
 * PERIOD", "COMMAND EVENT:", or only a frame.
 */
static bool take_bare(const struct tokens *t, struct perf_event *e)
{
	size_t n = find_details(t), name = find_name(t, n);

	event_init(e, PERF_NO_ANCHOR);
	e->has_own = perf_own_frame(t->line, PERF_WHOLE_LINE, &e->own);
	if (name < t->n) {
		e->name = str(t->at[name].p, t->at[name].n - 1);
		n = name;
	}
	if (n && !(n == 1 && is_aligned_command(t, 0)) && is_period(t, n - 1, &e->period)) {
		e->has_period = true;
		n--;
	}
	if (n && is_bare_misc(t, n - 1, n))
		n--;
	/* "Thread 7" is a command: a thread's number would be aligned. */
	e->has_tid = n && (n == 1 || columns_of(t, n - 1) > min_size(t->at[n - 1].n, 4)) &&
		     is_thread_at(t, n - 1, e);
	n -= e->has_tid;
	take_comm(e, t, n);
	return t->n && e->comm.n <= LONGEST_COMMAND;
}

bool perf_event_line(struct str line, struct perf_event *e)
{
	static bool (*const take[])(const struct tokens *, struct perf_event *) = {
		take_record, take_by_time, take_by_cpu, take_by_event, take_by_date, take_bare
	};
	struct tokens t;

	if (line.n && line.p[0] == '\t')
		return false;
	split_line(&t, line);
	for (size_t i = 0; i < LEN(take); i++)
		if (take[i](&t, e))
			return true;
	return false;
}

static bool is_hex_word(struct str t)
{
	uint64_t value;

	return t.n == 16 && str_hex(t, &value);
}

const char *perf_suspect(struct str name)
{
	struct tokens t;
	uint64_t ns;
	int64_t cpu;

	if (str_chr(name, ' ') < 0 && str_chr(name, ':') < 0 && str_chr(name, '[') < 0)
		return is_hex_word(name) ? "an address" : NULL;
	split_line(&t, name);
	for (size_t i = 0; i < t.n; i++) {
		if (perf_time(t.at[i], &ns))
			return "a time";
		if (is_cpu(t.at[i], &cpu))
			return "a CPU";
		if (is_hex_word(t.at[i]) || (i && columns_of(&t, i) >= 16 && str_hex(t.at[i], &ns)))
			return "an address";
	}
	return NULL;
}
