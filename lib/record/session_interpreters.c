#include "record/session_interpreters.h"

#include "record/interp/interpreter_files.h"
#include "record/process/tasks.h"
#include "record/sampler/sampler_program.h"

/* A command that runs an interpreter from a shell usually does so at its beginning. */
static const uint64_t BEGINNING_NS = 1000000000;

void session_open_interpreters(struct session *s)
{
	if (s->o->native)
		return;
	interpreters_open(&s->interpreters, s->o->evaluators);
	/* A program cannot be attached later to events that tasks have inherited. */
	if (sampler_inherits(&s->sampler_options) && interpreters_load(&s->interpreters))
		s->sampler_options.program = &s->interpreters.sampler;
}

static void load(struct session *s)
{
	if (s->interpreters.tried || !interpreters_load(&s->interpreters))
		return;
	s->sampler_options.program = &s->interpreters.sampler;
	sampler_program_begin(&s->sampler);
}

static void expect_processes(struct session *s)
{
	const struct sampler_options *o = &s->sampler_options;
	struct buf list = { 0 };

	tasks_processes(o->pids, o->npid, o->children, &list);
	for (size_t i = 0; i < BUF_COUNT(&list, int); i++) {
		int pid = ((const int *)list.p)[i];

		if (!interpreters_find(&s->interpreters, pid))
			continue;
		load(s);
		interpreters_expect(&s->interpreters, pid);
	}
	buf_release(&list);
}

static void expect_child(struct session *s)
{
	const char *command = *s->o->launch.command;
	struct go_image go;

	if (interpreter_go_is_run_by(command, &go)) {
		load(s);
		interpreters_expect_go(&s->interpreters, s->child.pid, &go);
	} else if (interpreter_is_run_by(command)) {
		load(s);
	}
}

void session_expect_interpreters(struct session *s)
{
	if (s->o->native)
		return;
	switch (s->sampler_options.target) {
	case TARGET_TASKS: expect_processes(s); break;
	case TARGET_CHILD: expect_child(s); break;
	default:
		if (interpreter_runs_somewhere())
			load(s);
	}
}

void session_look_for_interpreters(struct session *s)
{
	if (s->interpreters.wanted)
		load(s);
}

bool session_awaits_interpreter(const struct session *s, uint64_t now)
{
	return s->o->sampler.target == TARGET_CHILD && !s->o->native &&
	       (!s->interpreters.tried || s->interpreters.targets.awaits_tasks) &&
	       now - s->begun < BEGINNING_NS;
}
