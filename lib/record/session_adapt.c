#include "record/session_adapt.h"

#include "record/sampler/drain_thread.h"
#include "record/session_window.h"

enum {
	ADAPT_SAMPLES = 100, /* the copies grow if more than 2% of these are truncated */
	LARGEST_STACK = 65528,
	MOST_DOUBLINGS = 2, /* of rings */
};

static void list_process(void *context, struct process *p)
{
	struct session *s = context;

	buf_put(&s->pids, &p->pid, sizeof(p->pid));
}

/* Lists the target. For a command, that is all its running processes: children outlive parents. */
static void list_targets(struct session *s, struct sampler_options *o)
{
	if (o->target != TARGET_CHILD || s->sampler.by_cpu)
		return;
	s->pids.n = 0;
	buf_put(&s->pids, &s->child.pid, sizeof(s->child.pid));
	processes_visit(&s->recorder.decoder.processes, list_process, s);
	o->target = TARGET_TASKS;
	o->pids = (int *)s->pids.p;
	o->npid = BUF_COUNT(&s->pids, int);
}

/*
 * Opens the events again, with a larger copy of the stack, larger rings or on other CPUs. If that
 * fails (no memory, rings as large as before, or all targets have ended), returns false, and the
 * old events go on.
 */
static bool open_again(struct session *s, struct sampler_options options)
{
	bool for_rings = options.ring_doublings > s->sampler_options.ring_doublings;
	struct sampler sampler;
	struct drain_thread drain; /* with many threads this takes long */
	struct buf why = { 0 };
	bool ok;

	list_targets(s, &options);
	drain_thread_start(&drain, &s->recorder);
	ok = sampler_open(&sampler, &options, &why);
	drain_thread_stop(&drain);
	buf_release(&why);
	if (!ok || (for_rings && sampler.ring_bytes <= s->sampler.ring_bytes)) {
		sampler_close(&sampler);
		return false;
	}
	sampler_stop(&s->sampler);
	if (s->has_waits)
		sampler_set_switch_period(&sampler, s->sampler.switch_period);
	sampler_start(&sampler);
	if (s->paused)
		sampler_pause(&sampler, true);
	recorder_drain(&s->recorder, true);
	s->lost_in_closed = session_lost(s);
	s->reported_in_closed = s->recorder.decoder.counts.lost;
	sampler_close(&s->sampler);
	s->sampler_options = options;
	s->sampler = sampler;
	s->sampler.o = &s->sampler_options;
	return true;
}

/*
 * After losses, rings hold more: on a busy machine the recorder may wait long for a CPU. Records
 * tell of losses soon enough; to read the events' own counts interrupts every CPU.
 */
static void grow_rings(struct session *s)
{
	struct sampler_options options = s->sampler_options;
	uint64_t lost = s->recorder.decoder.counts.lost;
	bool more = lost > s->lost_noticed;

	s->lost_noticed = lost;
	if (!more || s->largest_rings || options.ring_doublings == MOST_DOUBLINGS)
		return;
	options.ring_doublings++;
	s->largest_rings = !open_again(s, options);
}

void session_adapt(struct session *s)
{
	if (sampler_cpus_changed(&s->sampler))
		open_again(s, s->sampler_options);
	else
		grow_rings(s);
}

static bool wants_more_stack(const struct session *s)
{
	uint64_t samples = s->recorder.decoder.counts.samples - s->at_start.samples;

	return s->o->adapt && !s->no_room && s->sampler_options.stack_bytes &&
	       s->sampler_options.stack_bytes < LARGEST_STACK && samples >= ADAPT_SAMPLES &&
	       s->gather.nended[UNWIND_TRUNCATED] * 50 > samples;
}

void session_adapt_stack(struct session *s)
{
	struct sampler_options options = s->sampler_options;

	if (!wants_more_stack(s))
		return;
	options.stack_bytes = LARGEST_STACK;
	s->no_room = !open_again(s, options);
}
