#include "record/interpreters.h"

#include <sys/uio.h>

#include "interp/php_reader.h"
#include "interp/python_reader.h"
#include "interp/ruby_reader.h"
#include "record/interpreter_files.h"

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

/* Reads names from the process that the program did not write, or whose record was lost. */

struct reader {
	int pid;
};

static bool read_process(void *context, uint64_t address, void *to, size_t n)
{
	const struct reader *r = context;
	struct iovec here = { to, n }, there = { (void *)(uintptr_t)address, n };

	return process_vm_readv(r->pid, &here, 1, &there, 1, 0) == (ssize_t)n;
}

static bool find_names(void *context, uint32_t pid, const struct interp_frame *f)
{
	struct interpreters *p = context;
	struct reader r = { (int)pid };
	struct interp_memory m = { read_process, &r };
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
	struct reader r = { (int)pid };
	struct interp_memory m = { read_process, &r };
	struct interp_target target;

	return interp_program_target(&p->program, pid, &target) && target.kind == INTERP_PHP &&
	       php_read_late(&m, &target.php, f);
}

void interpreters_open(struct interpreters *p, bool show_evaluators)
{
	*p = (struct interpreters){ 0 };
	interp_samples_init(&p->samples);
	p->samples.show_evaluators = show_evaluators;
	p->samples.find_names = find_names;
	p->samples.find_late = find_late;
	p->samples.context = p;
	interp_targets_init(&p->targets, &p->program);
	p->targets.on_refusal = note_refusal;
	p->targets.context = p;
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
	if (p->tried || !interpreter_has_name(path))
		return;
	p->wanted = true;
	buf_put(&p->met, &pid, sizeof(pid));
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
	buf_release(&p->why);
	buf_release(&p->met);
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

void interpreters_sweep(struct interpreters *p, uint64_t until)
{
	interp_samples_forget(&p->samples, until);
	p->wanted |= p->samples.met_evaluator;
	if (p->works && interp_names_trim(&p->samples.names))
		interp_program_forget_names(&p->program);
}
