#include "record/session_allocs.h"

#include "base/when.h"
#include "record/process/tasks.h"

static void take_more(void *context)
{
	struct session *s = context;

	allocs_take(&s->allocs);
}

static void on_task(void *context, const struct record *r)
{
	struct session *s = context;

	allocs_task(&s->allocs, r);
}

static const struct event *event_of(const struct session *s, size_t *number)
{
	const struct sampler_options *o = &s->o->sampler;

	for (*number = 0; *number < o->nevent; ++*number)
		if (o->events[*number].is_alloc)
			return &o->events[*number];
	return NULL;
}

void session_allocs_init(struct session *s)
{
	const struct sampler_options *o = &s->o->sampler;
	size_t number;
	const struct event *e = event_of(s, &number);

	if (!e)
		return;
	s->has_allocs = true;
	allocs_init(&s->allocs, &s->recorder.decoder, &s->gather, number);
	s->allocs.period = e->every;
	s->allocs.adapts = s->o->adapt_allocs;
	s->allocs.alone = o->nevent == 1;
	if (o->stack_bytes)
		s->allocs.stack = (uint32_t)min_size(o->stack_bytes, SHARED_MOST_STACK);
}

void session_allocs_follow(struct session *s)
{
	if (!s->has_allocs)
		return;
	s->recorder.take_more = take_more;
	if (!s->has_waits)
		recorder_follow_tasks(&s->recorder, SIZE_MAX, on_task);
}

bool session_allocs_launch(struct session *s, struct launch *launch, struct buf *environment,
			   struct buf *why)
{
	const char *variables[ALLOC_VARIABLES];

	*launch = s->o->launch;
	if (!s->has_allocs)
		return true;
	if (!allocs_listen(&s->allocs, variables, why))
		return false;
	buf_put(environment, launch->environment,
		launch->nenvironment * sizeof(*launch->environment));
	buf_put(environment, variables, sizeof(variables));
	launch->environment = (const char *const *)(const void *)environment->p;
	launch->nenvironment += ALLOC_VARIABLES;
	return true;
}

static bool attach_all(struct session *s, struct buf *why)
{
	const struct sampler_options *o = &s->sampler_options;
	struct buf missing = { 0 }, list = { 0 };
	size_t n = 0;

	/* The chosen processes come first. */
	tasks_processes(o->pids, o->npid, o->children, &list);
	for (size_t i = 0; i < BUF_COUNT(&list, int); i++) {
		int pid = ((const int *)list.p)[i];

		missing.n = 0;
		if (allocs_attach(&s->allocs, pid, o->children, &missing)) {
			n++;
			continue;
		}
		if (i >= o->npid)
			continue;
		if (why->n)
			buf_add(why, S("\n  "));
		buf_printf(why, "cannot record what process %d allocates: %.*s", pid,
			   STR_ARG(buf_str(&missing)));
	}
	buf_release(&missing);
	buf_release(&list);
	return n > 0;
}

bool session_allocs_begin(struct session *s, struct buf *why)
{
	if (!s->has_allocs)
		return true;
	if (s->o->sampler.target != TARGET_CHILD || s->o->delay)
		s->allocs.begun = monotonic_ns();
	return s->o->sampler.target != TARGET_TASKS || attach_all(s, why);
}

void session_allocs_stop(struct session *s)
{
	if (s->has_allocs)
		allocs_stop(&s->allocs);
}
