#include "record/interp/interpreters.h"

#include <stddef.h>

#include "interp/go/go_image.h"
#include "interp/php/php_reader.h"
#include "interp/python/python_reader.h"
#include "interp/ruby/ruby_reader.h"
#include "record/interp/interpreter_files.h"
#include "record/process/process_memory.h"

/* A module with Go code: does it give labels to goroutines? */
struct go_module_row {
	uint32_t id;
	uint32_t has_labels; /* payload */
};

static void answer(void *context, const struct interp_question *q)
{
	struct interpreters *p = context;

	interp_targets_look(&p->targets, q->pid, q->program);
}

static void note_refusal(void *context, const char *name, unsigned version, const char *why)
{
	struct interpreters *p = context;

	p->refused = name;
	p->refused_version = version;
	p->refusal = why;
}

static void note_go_refusal(void *context, unsigned version, const char *why)
{
	struct interpreters *p = context;

	p->go_version = version;
	p->go_refusal = why;
}

/* Reads names that the program did not write, or whose record was lost. */

static bool find_names(void *context, uint32_t pid, int memory, const struct interp_frame *f)
{
	struct interpreters *p = context;
	struct interp_memory m = process_memory(&memory);
	struct interp_target target;
	struct code_names *names;
	size_t size = 0;
	bool ok = false;

	if (!interp_program_target(&p->program, pid, &target))
		return false;
	names = mem_zeroed(1, sizeof(*names));
	if (target.kind == INTERP_PYTHON)
		ok = python_read_names(&m, &target.python, f->code, f->id, names, &size);
	else if (target.kind == INTERP_RUBY)
		ok = ruby_read_names(&m, &target.ruby, f->code, f->id, names, &size);
	else if (target.kind == INTERP_PHP)
		ok = php_read_names(&m, &target.php, f->code, f->id, names, &size);
	names->pid = pid;
	if (ok)
		interp_names_add(&p->samples.names, str((const char *)names, size));
	mem_free(names, sizeof(*names));
	return ok;
}

static bool find_late(void *context, uint32_t pid, struct interp_frame *f)
{
	struct interpreters *p = context;
	int process = (int)pid;
	struct interp_memory m = process_memory(&process);
	struct interp_target target;

	return interp_program_target(&p->program, pid, &target) && target.kind == INTERP_PHP &&
	       php_read_late(&m, &target.php, f);
}

void interpreters_open(struct interpreters *p, bool show_evaluators)
{
	*p = (struct interpreters){ 0 };
	table_init(&p->go_modules, sizeof(struct go_module_row),
		   offsetof(struct go_module_row, has_labels));
	interp_samples_init(&p->samples);
	p->samples.show_evaluators = show_evaluators;
	p->samples.find_names = find_names;
	p->samples.find_late = find_late;
	p->samples.context = p;
	interp_targets_init(&p->targets, &p->program);
	p->targets.on_refusal = note_refusal;
	p->targets.on_go_refusal = note_go_refusal;
	p->targets.context = p;
	p->goroutines.touch = process_memory_read;
	p->program.on_question = answer;
	p->program.context = p;
	p->program.question = -1;
}

bool interpreters_load(struct interpreters *p)
{
	if (p->tried)
		return p->works;
	p->tried = true;
	p->works = interp_program_open(&p->program, &p->why);
	p->sampler = (struct sampler_program){ .run = p->program.sample,
					       .output = p->program.output,
					       .ask = p->program.question };
	for (size_t i = 0; i < BUF_COUNT(&p->met, uint32_t); i++)
		interpreters_expect(p, (int)((const uint32_t *)p->met.p)[i]);
	buf_release(&p->met);
	return p->works;
}

void interpreters_note_map(struct interpreters *p, uint32_t pid, struct str path)
{
	if (p->works && interpreter_is_asyncio(path))
		interpreters_expect(p, (int)pid);
	if (!interpreter_has_name(path))
		return;
	if (p->works)
		interp_targets_hurry(&p->targets, pid);
	if (p->tried)
		return;
	p->wanted = true;
	buf_put(&p->met, &pid, sizeof(pid));
}

void interpreters_note_context(struct interpreters *p, uint32_t pid)
{
	struct interp_target t;

	p->met_context = true;
	if (!p->tried) {
		p->wanted = true;
		buf_put(&p->met, &pid, sizeof(pid));
	} else if (p->works &&
		   !(interp_program_target(&p->program, pid, &t) && t.context_pid == pid)) {
		interpreters_expect(p, (int)pid);
	}
}

void interpreters_take(struct interpreters *p, struct str record)
{
	interp_samples_take(&p->samples, record);
	thread_contexts_take(&p->contexts, record);
	goroutine_labels_take(&p->goroutines, record);
	task_labels_take(&p->tasks, record);
}

void interpreters_join(struct interpreters *p, uint32_t tid, uint64_t time)
{
	sample_join_sample(&p->samples.stacks, tid, time);
	sample_join_sample(&p->contexts.records, tid, time);
	sample_join_sample(&p->goroutines.records, tid, time);
	sample_join_sample(&p->tasks.records, tid, time);
}

static bool has_go_labels(struct interpreters *p, const struct module *m)
{
	struct go_module_row key = { .id = m->id }, *row;
	uint32_t known = p->go_modules.n, n = table_intern(&p->go_modules, &key);
	struct go_image go;

	row = table_row(&p->go_modules, n);
	if (n == known)
		row->has_labels = go_image_find(&go, &m->elf);
	return row->has_labels;
}

/* May the thread's goroutine have labels? */
static bool may_have_go_labels(struct interpreters *p, const struct perf_sample *s)
{
	for (size_t i = 0; i < s->nuser; i++) {
		const struct region *r = s->user[i].region;

		if (r && r->module && r->module->is_go)
			return has_go_labels(p, r->module);
	}
	return false;
}

/* Was the sample taken before the program knew where the process has the labels of goroutines? */
static bool is_before_go(struct interpreters *p, const struct perf_sample *s)
{
	struct interp_target t;

	if (s->pid != p->go_pid || s->time < p->go_since) {
		if (!p->works || !interp_program_target(&p->program, s->pid, &t) ||
		    !t.go.layout.labels)
			return true;
		p->go_pid = s->pid;
		p->go_since = t.since;
	}
	return s->time < p->go_since;
}

static void merge_go_labels(struct interpreters *p, struct perf_sample *s)
{
	s->pprof = goroutine_labels_of(&p->goroutines, s);
	if (s->pprof.n || !may_have_go_labels(p, s))
		return;
	p->wanted |= !p->tried;
	p->goroutines.counts.early += is_before_go(p, s);
}

void interpreters_merge(struct interpreters *p, struct perf_sample *s)
{
	interp_samples_merge(&p->samples, s);
	s->labels = thread_contexts_labels(&p->contexts, s);
	merge_go_labels(p, s);
	s->task = task_labels_of(&p->tasks, s);
}

bool interpreters_find(struct interpreters *p, int pid)
{
	struct interp_target target;

	return interp_targets_find(&p->targets, (uint32_t)pid, &target);
}

void interpreters_close(struct interpreters *p)
{
	interp_program_close(&p->program);
	interp_targets_release(&p->targets);
	interp_samples_release(&p->samples);
	thread_contexts_release(&p->contexts);
	goroutine_labels_release(&p->goroutines);
	task_labels_release(&p->tasks);
	buf_release(&p->why);
	buf_release(&p->met);
	table_release(&p->go_modules);
}

void interpreters_answer(struct interpreters *p)
{
	if (p->works)
		interp_program_ask(&p->program);
}

void interpreters_expect(struct interpreters *p, int pid)
{
	if (p->works)
		interp_targets_look(&p->targets, (uint32_t)pid, 0);
}

void interpreters_expect_go(struct interpreters *p, int pid, const struct go_image *go)
{
	if (p->works)
		interp_targets_expect_go(&p->targets, (uint32_t)pid, go);
}

void interpreters_sweep(struct interpreters *p, uint64_t until)
{
	sample_join_forget(&p->samples.stacks, until);
	sample_join_forget(&p->contexts.records, until);
	sample_join_forget(&p->goroutines.records, until);
	sample_join_forget(&p->tasks.records, until);
	p->wanted |= p->samples.met_evaluator;
	if (p->works && interp_names_trim(&p->samples.names))
		interp_program_forget_names(&p->program);
}
