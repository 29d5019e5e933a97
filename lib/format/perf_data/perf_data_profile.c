/* From a recording to a profile: sample types, samples, facts and notes. */
#include <sys/utsname.h>

#include "format/event_policy.h"
#include "format/perf_data/perf_data.h"
#include "format/perf_data/perf_data_off_cpu.h"
#include "profile/type.h"

/* Threads may outlive the main thread: the number of ended processes that are kept. */
enum { KEEP_ENDED = 16384 };

/* The read format with the event's own count of lost samples, since Linux 6.0. */
enum { COUNTS_LOST = 1 << 4 };

/* Beginning */

static bool counts_time(const struct perf_event_attr *a)
{
	return a->sample_type & PERF_SAMPLE_PERIOD || !a->freq;
}

static void add_worth(struct perf_data *r, size_t i)
{
	const struct perf_event_attr *a = &r->events.attr[i];
	struct perf_data_event *e = &r->event.v[i];
	struct str name;

	if (!e->name.n)
		perf_data_default_name(&e->name, a);
	name = buf_str(&e->name);
	e->off_cpu = perf_data_is_off_cpu(name, a);
	buf_add(&e->type, type_of_event(name));
	buf_ch(&e->type, '\0');
	vec_push(&r->worth, (struct gather_event){
				    .sample_type = e->type.p,
				    .unit = event_unit(name, counts_time(a) || e->off_cpu).p,
				    .period = a->freq || a->sample_period > INT64_MAX ?
						      0 :
						      (int64_t)a->sample_period,
			    });
}

static unsigned labels_of(const struct perf_data *r)
{
	uint64_t has = 0;

	for (size_t i = 0; i < r->events.n; i++)
		has |= r->events.attr[i].sample_type;
	return (has & PERF_SAMPLE_TID ? LABEL_BY_COMM | LABEL_BY_PID | LABEL_BY_TID : 0u) |
	       (has & PERF_SAMPLE_CGROUP ? LABEL_BY_GROUP : 0u) |
	       (has & PERF_SAMPLE_CPU ? LABEL_BY_CPU : 0u);
}

/* Registers of an unknown processor cannot be unwound. */
static const struct arch *arch_of(struct perf_data *r)
{
	struct utsname u;
	const struct arch *arch = NULL;

	if (r->machine.n)
		arch = arch_named(buf_str(&r->machine));
	else if (uname(&u) == 0)
		arch = arch_named(str_of(u.machine));
	if (arch)
		return arch;
	for (size_t i = 0; i < r->events.n; i++)
		r->events.attr[i].sample_type &= ~(uint64_t)(PERF_SAMPLE_REGS_USER |
							     PERF_SAMPLE_STACK_USER);
	return &arch_x86_64;
}

static void take_sample(void *context, const struct perf_sample *s)
{
	struct perf_data *r = context;
	struct perf_sample sample = *s;

	if (!sample.period)
		sample.period = 1;
	sample.period = (uint64_t)sat_count(r->p, sample.period);
	if (s->time && s->time < r->first_time)
		r->first_time = s->time;
	if (s->time > r->last_time)
		r->last_time = s->time;
	if (r->has_clock)
		sample.time += (uint64_t)r->clock;
	r->event.v[s->event].has_samples = true;
	gather_sample(&r->gather, &sample);
}

/* Two binaries can have one mapping, if neither has a build id: the first that is open counts. */
static void note_mapping(void *context, map_id map, struct process *p, const struct binary *b)
{
	struct perf_data *r = context;
	struct perf_data_mapping *m;

	while (r->mapping.n <= map.i)
		vec_push(&r->mapping, (struct perf_data_mapping){ .pid = 0 });
	m = &r->mapping.v[map.i];
	if (m->pid || (m->binary && m->binary->fd >= 0))
		return;
	*m = (struct perf_data_mapping){ .binary = b, .pid = b ? 0 : p->pid };
}

static size_t longest_chain(const struct perf_data *r)
{
	size_t most = 0;

	for (size_t i = 0; i < r->events.n; i++)
		most = max_size(most, r->events.attr[i].sample_max_stack);
	return most ? most : DECODER_MOST_CHAIN;
}

static bool is_this_machine(const struct perf_data *r)
{
	struct utsname u;

	return r->host.n && uname(&u) == 0 && str_eq(buf_str(&r->host), str_of(u.nodename));
}

bool perf_data_begin(struct perf_data *r)
{
	struct perf_host host = perf_data_host(r);

	if (!r->events.n)
		return in_fail_at(r->in, r->pos, "a record comes before any event is described");
	for (size_t i = 0; i < r->events.n; i++)
		add_worth(r, i);
	r->is_here = is_this_machine(r);
	r->labels = (struct label_options){ .label_by = labels_of(r), .comm_of_thread = true };
	decoder_init(&r->decoder, arch_of(r), &host);
	r->decoder.processes.thread_names = true;
	r->decoder.keep_ended = KEEP_ENDED;
	r->decoder.most_chain = longest_chain(r);
	r->decoder.unwinder.use_memo = true;
	r->decoder.on_sample = take_sample;
	r->decoder.context = r;
	gather_init(&r->gather, &r->labels, &r->decoder, r->worth.v, r->worth.n);
	r->gather.as_they_come = true;
	r->gather.on_mapping = note_mapping;
	r->gather.context = r;
	gather_begin(&r->gather, r->p);
	r->first_time = UINT64_MAX;
	r->begun = true;
	return true;
}

/* End */

/* Events that count lost samples include those that the kernel's records report. */
static uint64_t lost_samples(const struct perf_data *r)
{
	const struct decoder_counts *c = &r->decoder.counts;
	uint64_t reported = c->lost - c->lost_samples;

	if (!(r->events.attr[0].read_format & COUNTS_LOST))
		return c->lost;
	return reported > c->lost_samples ? reported : c->lost_samples;
}

static void note_truncated(struct perf_data *r)
{
	uint64_t n = r->gather.ntruncated, all = r->decoder.counts.samples;

	if (!n)
		return;
	in_note(r->in, 0, "%llu of %llu stacks are not whole", (unsigned long long)n,
		(unsigned long long)all);
}

/* Without the binary, an address has no name, and a copied stack is not unwound further. */
static void note_missing(struct perf_data *r)
{
	uint32_t n = r->missing.n - 1;

	if (n)
		in_note(r->in, 0, "%u binar%s not here, or of another build: %.*s%s", n,
			n == 1 ? "y is" : "ies are", STR_ARG(strings_get(&r->missing, 1)),
			n == 1 ? "" : " ...");
}

static void note_left_out(struct perf_data *r)
{
	uint64_t lost = lost_samples(r);

	if (lost)
		in_note(r->in, 0, "%llu samples were lost when it was recorded",
			(unsigned long long)lost);
	if (r->unknown)
		in_note(r->in, 0,
			"%llu records of unknown types are left out, the first of type %u",
			(unsigned long long)r->unknown, r->unknown_type);
	if (r->traces)
		in_note(r->in, 0,
			"instruction traces are left out: 'perf script --itrace=i100us' "
			"makes samples of them");
	note_truncated(r);
	note_missing(r);
}

static void note_overlaps(struct perf_data *r)
{
	VEC(struct str) names = { 0 };

	for (size_t i = 0; i < r->event.n; i++)
		if (r->event.v[i].has_samples)
			vec_push(&names, buf_str(&r->event.v[i].name));
	event_note_overlap(r->in, names.v, names.n);
	vec_release(&names);
}

void perf_data_describe(struct perf_data *r)
{
	struct header *head = &r->p->head;

	profile_add_fact(r->p, "host", buf_str(&r->host));
	profile_add_fact(r->p, "kernel", buf_str(&r->kernel));
	profile_add_fact(r->p, "cpu_model", buf_str(&r->cpu_model));
	profile_add_fact(r->p, "command", buf_str(&r->command));
	profile_add_count(r->p, "lost", lost_samples(r));
	profile_add_count(r->p, "truncated", r->gather.ntruncated);
	profile_add_count(r->p, "throttled", r->decoder.counts.throttled);
	if (r->first_time > r->last_time)
		return;
	head->duration = (int64_t)(r->last_time - r->first_time);
	if (r->has_clock)
		head->time = r->clock + (int64_t)r->first_time;
}

bool perf_data_finish(struct perf_data *r)
{
	if (!perf_data_unpack_is_whole(&r->unpack))
		return in_fail_at(r->in, r->pos, "the last compressed record lacks its end");
	if (!r->begun && !perf_data_begin(r))
		return false;
	decoder_run(&r->decoder, UINT64_MAX);
	if (!r->p->ncol)
		return r->traces ?
			       in_fail(r->in, "holds no samples, but an instruction trace: 'perf "
					      "script --itrace=i100us' makes samples of it") :
			       in_fail(r->in, "holds no samples");
	gather_end(&r->gather);
	perf_data_describe(r);
	note_left_out(r);
	note_overlaps(r);
	perf_data_name(r);
	return !r->in->failed;
}
