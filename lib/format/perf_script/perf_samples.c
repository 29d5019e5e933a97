#include "format/perf_script/perf_samples.h"

#include "format/event_policy.h"
#include "profile/type.h"

/* The origin of samples, and its label set. */
struct origin {
	str_id comm;
	uint32_t cpu; /* + 1 */
	int64_t pid, tid;
	/* payload */
	label_set_id labels;
	uint32_t zero;
};

enum { NO_TID = -2 };

void perf_samples_init(struct perf_samples *s, struct in *in, struct profile *p)
{
	*s = (struct perf_samples){ .in = in, .p = p, .first_time = UINT64_MAX };
	perf_stack_init(&s->stack, p, in);
	perf_sched_init(&s->sched);
	table_init(&s->origins, sizeof(struct origin), offsetof(struct origin, labels));
	s->comm_key = dict_intern(p->dict, S("comm"));
	s->pid_key = dict_intern(p->dict, S("pid"));
	s->tid_key = dict_intern(p->dict, S("tid"));
	s->cpu_key = dict_intern(p->dict, S("cpu"));
}

void perf_samples_release(struct perf_samples *s)
{
	perf_stack_release(&s->stack);
	perf_sched_release(&s->sched);
	table_release(&s->origins);
	vec_release(&s->targets);
	vec_release(&s->units);
	for (size_t i = 0; i < LEN(s->memo); i++)
		buf_release(&s->memo[i].text);
}

/* Labels */

static void add_label(struct perf_samples *s, label_set_id *set, str_id key, int64_t num)
{
	struct label l = { .key = key, .is_num = 1, .num = num };

	*set = dict_add_label(s->p->dict, *set, l);
}

static void suspect_command(struct perf_samples *s, struct str comm)
{
	const char *what = perf_suspect(comm);

	if (what && !s->commands.count++) {
		s->commands.what = what;
		s->commands.line = s->in->line;
	}
}

static label_set_id labels_of(struct perf_samples *s, const struct perf_event *e)
{
	struct origin o = { .comm = dict_intern(s->p->dict, e->comm),
			    .cpu = (uint32_t)(e->cpu + 1),
			    .pid = e->pid,
			    .tid = e->has_tid ? e->tid : NO_TID };
	uint32_t known = s->origins.n, row = table_intern(&s->origins, &o);
	label_set_id set = { 0 };
	bool is_known; /* by perf */

	if (row != known)
		return ((struct origin *)table_row(&s->origins, row))->labels;
	if (!s->stack.whole)
		suspect_command(s, e->comm);
	is_known = !s->stack.whole || !str_eq(e->comm, S(":-1")) || e->pid > 0 || e->tid > 0;
	if (e->comm.n && is_known)
		set = dict_add_label(s->p->dict, set,
				     (struct label){ .key = s->comm_key, .str = o.comm });
	if (e->pid >= 0)
		add_label(s, &set, s->pid_key, e->pid);
	if (e->has_tid && is_known)
		add_label(s, &set, s->tid_key, e->tid);
	if (e->cpu >= 0)
		add_label(s, &set, s->cpu_key, e->cpu);
	((struct origin *)table_row(&s->origins, row))->labels = set;
	return set;
}

/* Events */

static struct perf_target add_target(struct perf_samples *s, struct str name, bool has_period)
{
	struct dictionary *d = s->p->dict;
	struct perf_target new = { .printed = dict_intern(d, name), .has_period = has_period };
	struct str unit = event_unit(name, has_period);

	for (size_t i = 0; i < s->units.n; i++)
		if (s->units.v[i].event.i == new.printed.i)
			unit = dict_text(d, s->units.v[i].unit);
	new.type = s->stack.whole ? new.printed : dict_intern(d, type_of_event(name));
	new.col = profile_column(s->p, new.type, dict_intern(d, unit), &new.scale);
	if (!s->targets.n)
		s->p->head.default_type = new.type;
	vec_push(&s->targets, new);
	return new;
}

static struct perf_target target_of(struct perf_samples *s, const struct perf_event *e)
{
	struct str name = e->name.n ? e->name : S("samples");

	for (size_t i = 0; i < s->targets.n; i++)
		if (s->targets.v[i].has_period == e->has_period &&
		    str_eq(dict_text(s->p->dict, s->targets.v[i].printed), name))
			return s->targets.v[i];
	return add_target(s, name, e->has_period);
}

/* Samples */

static void set_value(struct perf_samples *s, bool has_time, uint64_t time, uint64_t period)
{
	s->value = period ? period : 1;
	s->time = time;
	if (has_time && time < s->first_time)
		s->first_time = time;
	if (has_time && time > s->last_time)
		s->last_time = time;
}

static void remember_event(struct perf_samples *s, struct str line, const struct perf_event *e)
{
	struct perf_event_memo *m = &s->memo[++s->newest % LEN(s->memo)];

	m->text.n = 0;
	m->head = e->time_at;
	buf_add(&m->text, str(line.p, m->head));
	buf_add(&m->text, str_skip(line, (size_t)(e->name.p - line.p)));
	m->has_period = e->has_period;
	m->java = s->stack.java;
	m->target = s->target;
	m->labels = s->labels;
}

void perf_samples_begin(struct perf_samples *s, struct str line, const struct perf_event *e)
{
	s->open = true;
	perf_stack_begin(&s->stack, str_starts(e->comm, S("java")));
	s->target = target_of(s, e);
	s->labels = labels_of(s, e);
	if (e->has_tid && !s->with_thread)
		s->with_thread = s->in->line;
	if (!e->has_tid && !s->without_thread)
		s->without_thread = s->in->line;
	if (e->name.n && !s->with_name)
		s->with_name = s->in->line;
	if (!e->name.n && !s->without_name)
		s->without_name = s->in->line;
	set_value(s, e->has_time, e->time, e->period);
	s->switched = perf_sched_switch(e);
	perf_sched_time(&s->sched, s->p, e);
	if (e->has_time && e->has_tid && e->name.n && !e->has_own && !e->rest.n)
		remember_event(s, line, e);
}

static struct str cut_word(struct str *line)
{
	while (line->n && is_blank(line->p[0]))
		*line = str_skip(*line, 1);
	return line->n ? str_cut(line, ' ') : S("");
}

static bool is_like(const struct perf_event_memo *m, struct str line, uint64_t *time,
		    uint64_t *period)
{
	struct str rest = line;

	if (!m->text.n || line.n < m->text.n || memcmp(line.p, m->text.p, m->head) != 0)
		return false;
	rest = str_skip(line, m->head);
	if (!perf_time(cut_word(&rest), time))
		return false;
	*period = 0;
	if (m->has_period && !str_u64(cut_word(&rest), period))
		return false;
	while (rest.n && is_blank(rest.p[0]))
		rest = str_skip(rest, 1);
	return str_eq(rest, str_skip(buf_str(&m->text), m->head));
}

bool perf_samples_again(struct perf_samples *s, struct str line)
{
	uint64_t time, period;

	for (unsigned i = 0; i < LEN(s->memo); i++) {
		const struct perf_event_memo *m = &s->memo[(s->newest - i) % LEN(s->memo)];

		if (!is_like(m, line, &time, &period))
			continue;
		perf_samples_end(s);
		s->open = true;
		perf_stack_begin(&s->stack, m->java);
		s->target = m->target;
		s->labels = m->labels;
		s->switched = -1;
		set_value(s, true, time, period);
		return true;
	}
	return false;
}

/* Does the binary have the name of the command, which is cut to 15 bytes? */
static bool is_named_so(struct perf_samples *s, struct str file)
{
	const struct label *comm = dict_find_label(s->p->dict, s->labels, s->comm_key);
	struct str name = comm ? dict_text(s->p->dict, comm->str) : S(""),
		   base = str_basename(file);

	return name.n && str_eq(str(base.p, min_size(base.n, 15)), name);
}

static bool is_library(struct str file)
{
	struct str base = str_basename(file);

	return str_find(base, S(".so")) >= 0 || !str_starts(file, S("/")) || mapping_flags(file);
}

/*
 * Find the program's binary among those of the first samples: one with the command's name,
 * otherwise the outermost that is neither the kernel nor a library.
 */
static void find_main_binary(struct perf_samples *s, stack_id stack)
{
	enum { SAMPLES = 100 };
	size_t n;
	const loc_id *frame = dict_frames(s->p->dict, stack, &n);

	if (s->nsample++ >= SAMPLES)
		return;
	for (size_t i = 0; i < n; i++) {
		map_id map = dict_loc(s->p->dict, frame[i])->map;
		struct str file = dict_text(s->p->dict, dict_mapping(s->p->dict, map)->file);

		if (is_library(file))
			continue;
		if (is_named_so(s, file))
			s->nsample = SAMPLES;
		if (s->nsample == SAMPLES || !s->p->head.main_map.i)
			s->p->head.main_map = map;
		if (s->nsample == SAMPLES)
			break;
	}
}

void perf_samples_end(struct perf_samples *s)
{
	int64_t v;
	stack_id stack;
	sample_id sample;

	if (!s->open)
		return;
	s->open = false;
	v = sat_mul(s->p, sat_count(s->p, s->value), s->target.scale);
	stack = perf_stack_end(&s->stack);
	find_main_binary(s, stack);
	if (s->switched >= 0)
		perf_sched_remember(&s->sched, s->switched, stack, s->labels);
	sample = profile_add_sample(s->p, stack, s->labels);
	profile_add_value(s->p, s->target.col, sample, v);
	if (!s->stack.whole)
		profile_observe(s->p, s->time, sample, s->target.col, v);
}

/* The whole */

static void note_suspects(struct perf_samples *s, const char *whose,
			  const struct perf_suspects *found)
{
	if (!found->count)
		return;
	in_note(s->in, found->line, "%s holds %s: it may not be one%s", whose, found->what,
		found->count > 1 ? " (and others do)" : "");
}

static void note_overlaps(struct perf_samples *s)
{
	VEC(struct str) printed = { 0 };

	for (size_t i = 0; i < s->targets.n; i++)
		vec_push(&printed, dict_text(s->p->dict, s->targets.v[i].printed));
	event_note_overlap(s->in, printed.v, printed.n);
	vec_release(&printed);
}

void perf_samples_finish(struct perf_samples *s)
{
	perf_samples_end(s);
	if (s->stack.whole)
		s->p->head.duration = s->duration > 0 ? s->duration : 0;
	else if (s->first_time <= s->last_time)
		s->p->head.duration = (int64_t)(s->last_time - s->first_time);
	note_overlaps(s);
	perf_sched_finish(&s->sched, s->in, s->p);
	if (s->with_thread && s->without_thread)
		in_note(s->in, max_size(s->with_thread, s->without_thread),
			"threads are printed for some events only: a number may be part of a "
			"command");
	if (s->with_name && s->without_name)
		in_note(s->in, s->without_name,
			"an event without a name, or with a period that is no number, counts as a "
			"sample of the type 'samples'");
	note_suspects(s, "a command", &s->commands);
	note_suspects(s, "a symbol", &s->stack.suspects);
}
