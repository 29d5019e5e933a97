#include "record/session_window.h"

#include <sys/resource.h>

#include "base/when.h"
#include "record/sampler/cpu_counter.h"
#include "record/sampler/drain_thread.h"
#include "record/session_waits.h"

enum { RAISED = 10 }; /* priority while recording: steps of nice(1) */

/*
 * The kernel reports losses twice: in records, which do not say what was lost, and in the events'
 * own counts, which include those for which there was no room for a record, but not those of
 * inherited events.
 */
struct sampler_losses session_lost(struct session *s)
{
	uint64_t reported = s->recorder.decoder.counts.lost - s->reported_in_closed;
	struct sampler_losses lost = sampler_lost(&s->sampler);

	if (reported > lost.samples + lost.records)
		lost.samples = reported - lost.records;
	lost.samples += s->lost_in_closed.samples;
	lost.records += s->lost_in_closed.records;
	/* What was taken for samples may turn out to be other records: windows count it once. */
	if (s->lost.samples < lost.samples)
		s->lost.samples = lost.samples;
	if (s->lost.records < lost.records)
		s->lost.records = lost.records;
	return s->lost;
}

/*
 * The CPU time so far: exact for a command with its children; for processes without their
 * children, whose time is not known until they end.
 */
static uint64_t cpu_so_far(struct session *s)
{
	const struct sampler_options *o = &s->o->sampler;
	uint64_t counted;

	if (o->target == TARGET_TASKS)
		return o->children ? 0 : targets_cpu_time(&s->targets);
	/*
	 * Neither is complete: the counter stops at a setuid program, and the usage of an ended
	 * command lacks the children that it did not wait for.
	 */
	counted = s->has_waits ? s->off_cpu.ran : cpu_counter_read(s->cpu_counter);
	return counted > s->child_cpu ? counted : s->child_cpu;
}

/* The same without the time of pauses. */
static uint64_t cpu_counted(struct session *s)
{
	uint64_t now = s->paused ? s->cpu_at_pause : cpu_so_far(s);

	return now > s->paused_cpu ? now - s->paused_cpu : 0;
}

void session_pause(struct session *s, bool pause)
{
	if (pause == s->paused)
		return;
	sampler_pause(&s->sampler, pause);
	if (pause)
		s->cpu_at_pause = cpu_so_far(s);
	else
		s->paused_cpu += cpu_so_far(s) - s->cpu_at_pause;
	s->paused = pause;
}

static struct session_counts counts_so_far(struct session *s)
{
	const struct decoder *d = &s->recorder.decoder;
	struct sampler_losses lost = session_lost(s);

	return (struct session_counts){ .samples = d->counts.samples,
					.lost = lost.samples,
					.lost_records = lost.records,
					.throttled = d->counts.throttled,
					.remembered = d->unwinder.remembered,
					.forks = s->recorder.forks,
					.interpreted = s->interpreters.samples.counts,
					.contexts = s->interpreters.contexts.counts,
					.goroutines = s->interpreters.goroutines.counts,
					.tasks = s->interpreters.tasks.counts,
					.cpu = cpu_counted(s),
					.sampled = s->sampled };
}

void session_begin_window(struct session *s)
{
	uint64_t number = s->window.number, ago = monotonic_ns() - s->window_start;

	dict_init(&s->dict);
	profile_init(&s->profile, &s->dict);
	gather_begin(&s->gather, &s->profile);
	if (s->has_waits)
		off_cpu_begin(&s->off_cpu);
	if (s->has_allocs)
		allocs_begin(&s->allocs);
	s->window = (struct window){ .number = number, .time = when_now() - ago };
}

/* For a command all its time counts; for other processes, only the time from now on. */
static uint64_t cpu_at_start(struct session *s)
{
	return s->o->sampler.target == TARGET_TASKS || s->o->delay ? cpu_so_far(s) : 0;
}

void session_begin(struct session *s)
{
	s->window_start = s->begun;
	s->at_start = (struct session_counts){ .cpu = cpu_at_start(s) };
	s->cpu_at_pause = s->at_start.cpu;
	session_begin_window(s);
	session_list_waits(s);
}

/* Sets the window's figures: the difference of `now` and the counts at its beginning. */
static void measure(struct session *s, const struct session_counts *now, uint64_t time)
{
	const struct session_counts *was = &s->at_start;
	struct window *w = &s->window;

	w->duration = time - s->window_start;
	w->user_only = s->sampler.user_only;
	w->samples = now->samples - was->samples;
	w->lost = now->lost - was->lost + w->allocs.lost.samples;
	w->lost_records = now->lost_records - was->lost_records;
	w->longest = s->recorder.longest;
	w->truncated = s->gather.ntruncated;
	memcpy(w->by_end, s->gather.nended, sizeof(w->by_end));
	w->throttled = now->throttled - was->throttled;
	w->remembered = now->remembered - was->remembered;
	w->contexts = thread_context_counts_since(&now->contexts, &was->contexts);
	w->goroutines = thread_context_counts_since(&now->goroutines, &was->goroutines);
	w->tasks = thread_context_counts_since(&now->tasks, &was->tasks);
	w->interpreted = interp_counts_since(&s->interpreters.samples.counts, &was->interpreted);
	w->forks = now->forks - was->forks;
	w->sampled = now->sampled - was->sampled;
	w->cpu_time = now->cpu > was->cpu ? now->cpu - was->cpu : 0;
}

void session_measure_window(struct session *s)
{
	struct session_counts now = counts_so_far(s);

	measure(s, &now, monotonic_ns());
}

static void cut_at(struct session *s, uint64_t time)
{
	struct session_counts now;

	if (s->has_waits) {
		off_cpu_cut(&s->off_cpu, time);
		s->window.off_cpu = s->off_cpu.counts;
	}
	if (s->has_allocs) {
		allocs_cut(&s->allocs);
		s->window.allocs = s->allocs.counts;
	}
	now = counts_so_far(s);
	measure(s, &now, time);
	s->at_start = now;
	s->window_start = time;
}

void session_cut(struct session *s, uint64_t time)
{
	if (s->has_allocs)
		time = allocs_snapshot(&s->allocs);
	recorder_drain_until(&s->recorder, time);
	cut_at(s, time);
}

void session_cut_last(struct session *s)
{
	recorder_drain(&s->recorder, true);
	cut_at(s, s->over);
	s->window.last = true;
}

/*
 * A recorder that runs late loses samples, so it raises its priority while it records, if it is
 * allowed to. It needs little time. Symbolizing and writing a window has no such hurry.
 */
void session_raise_priority(const struct session *s, bool raised)
{
	setpriority(PRIO_PROCESS, 0, raised ? s->nice - RAISED : s->nice);
}

void session_drop_window(struct session *s)
{
	struct session_mapping *m = (struct session_mapping *)s->mappings.p;

	for (size_t i = 0; i < BUF_COUNT(&s->mappings, *m); i++)
		jit_maps_release(m[i].jit);
	s->mappings.n = 0;
	profile_release(&s->profile);
	dict_release(&s->dict);
}

void session_close_profile(struct session *s)
{
	gather_end(&s->gather);
	s->profile.head.time = (int64_t)s->window.time;
	s->profile.head.duration = (int64_t)s->window.duration;
}

bool session_publish(struct session *s, bool (*publish)(struct session *s))
{
	struct drain_thread drain;
	bool go_on;

	if (!s->window.last)
		drain_thread_start(&drain, &s->recorder);
	session_raise_priority(s, false);
	go_on = publish(s);
	if (!s->window.last)
		drain_thread_stop(&drain);
	session_raise_priority(s, !s->window.last);
	return go_on;
}

static bool publish_window(struct session *s)
{
	return s->o->on_window(s->o->context, s, &s->window);
}

/* Says once that files were missing, whose code then has no names, and stacks that are cut off. */
static void note_not_opened(struct session *s)
{
	if (!s->recorder.host.not_opened || s->noted_not_opened || !s->o->on_note)
		return;
	s->noted_not_opened = true;
	s->o->on_note(s->o->context,
		      "too many open files: programs and libraries could not be opened, so that "
		      "stacks are cut off and names are missing; raise the limit with ulimit -n");
}

bool session_end_window(struct session *s)
{
	bool go_on;

	note_not_opened(s);
	session_close_profile(s);
	go_on = session_publish(s, publish_window);
	session_drop_window(s);
	recorder_sweep(&s->recorder);
	s->window.number++;
	return go_on;
}

/* What mappings are of */

/*
 * Stores the origin of a mapping, whose process may be gone when the window is symbolized. Binaries
 * with the same build id have one mapping: the first one that is open counts.
 */
static void note_mapping(void *context, map_id map, struct process *p, const struct binary *b)
{
	struct session *s = context;
	struct session_mapping none = { .root = -1 }, *m;
	const struct mount_roots *roots = &s->recorder.host.roots;

	while (BUF_COUNT(&s->mappings, none) <= map.i)
		buf_put(&s->mappings, &none, sizeof(none));
	m = (struct session_mapping *)s->mappings.p + map.i;
	if (m->jit || (m->binary && m->binary->fd >= 0))
		return;
	*m = (struct session_mapping){ .binary = b,
				       .root = mount_roots_find(roots, p),
				       .mount_ns = p->mount_ns };
	if (!b)
		m->jit = jit_maps_keep(jit_maps_of(roots, p));
}

const struct session_mapping *session_mapping(const struct session *s, map_id map)
{
	const struct session_mapping *all = (const struct session_mapping *)s->mappings.p;

	return map.i && map.i < BUF_COUNT(&s->mappings, *all) ? &all[map.i] : NULL;
}

void session_windows_init(struct session *s)
{
	const struct session_options *o = s->o;

	events_worth(o->sampler.events, o->sampler.nevent, s->sampler.frequency, &s->worths);
	gather_init(&s->gather, &o->labels, &s->recorder.decoder,
		    (const struct gather_event *)s->worths.p, o->sampler.nevent);
	s->gather.on_mapping = note_mapping;
	s->gather.context = s;
}

void session_windows_release(struct session *s)
{
	gather_release(&s->gather);
	buf_release(&s->worths);
	buf_release(&s->mappings);
}
