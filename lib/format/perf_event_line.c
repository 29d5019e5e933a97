#include "format/perf_event_line.h"

enum { MOST_TOKENS = 64 };

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
static bool is_thread(struct str t, struct perf_event *e)
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
static bool thread_before(struct str line, const struct str *token, size_t i, struct perf_event *e)
{
	if (i && is_cpu(token[i - 1], &e->cpu))
		i--;
	if (i < 2 || !is_thread(token[i - 1], e))
		return false;
	e->comm = str_trim(str(line.p, (size_t)(token[i - 1].p - line.p)));
	return true;
}

/* The first token behind the time, the CPU or (without either) the thread. */
static size_t find_anchor(struct str line, const struct str *token, size_t n, struct perf_event *e)
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

bool perf_event_line(struct str line, struct perf_event *e)
{
	struct str token[MOST_TOKENS];
	size_t n = split(line, token), at;

	*e = (struct perf_event){ .cpu = -1 };
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
