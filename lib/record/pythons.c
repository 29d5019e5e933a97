#include "record/pythons.h"

#include <sys/uio.h>

#include "interp/python_reader.h"
#include "record/interpreter_files.h"

static void answer(void *context, const struct python_question *q)
{
	struct pythons *p = context;

	python_targets_look(&p->targets, q->pid, q->program);
}

static void note_refusal(void *context, unsigned version, const char *why)
{
	struct pythons *p = context;

	p->refused = version;
	p->refusal = why;
}

/* Names that were not told, or whose record was lost, are read from the process. */

struct reader {
	int pid;
};

static bool read_process(void *context, uint64_t address, void *to, size_t n)
{
	const struct reader *r = context;
	struct iovec here = { to, n }, there = { (void *)(uintptr_t)address, n };

	return process_vm_readv(r->pid, &here, 1, &there, 1, 0) == (ssize_t)n;
}

static bool find_names(void *context, uint32_t pid, const struct python_frame *f)
{
	struct pythons *p = context;
	struct reader r = { (int)pid };
	struct python_memory m = { read_process, &r };
	struct python_target target;
	struct python_names *names;
	size_t size;
	bool ok;

	if (!python_program_target(&p->program, pid, &target) || !target.known)
		return false;
	names = mem_zeroed(1, sizeof(*names));
	ok = python_read_names(&m, &target, f->code, f->id, names, &size);
	names->pid = pid;
	if (ok)
		python_function_names_add(&p->samples.names, str((const char *)names, size));
	mem_free(names, sizeof(*names));
	return ok;
}

void pythons_open(struct pythons *p, bool show_evaluators)
{
	*p = (struct pythons){ 0 };
	python_samples_init(&p->samples);
	p->samples.show_evaluators = show_evaluators;
	p->samples.find_names = find_names;
	p->samples.context = p;
	python_targets_init(&p->targets, &p->program);
	p->targets.on_refusal = note_refusal;
	p->targets.context = p;
	p->program.on_question = answer;
	p->program.context = p;
	p->program.question = -1;
}

bool pythons_load(struct pythons *p)
{
	if (p->tried)
		return p->works;
	p->tried = true;
	p->works = python_program_open(&p->program, &p->why);
	p->sampler = (struct sampler_program){ .run = p->program.sample,
					       .output = p->program.output,
					       .ask = p->program.question };
	for (size_t i = 0; i < BUF_COUNT(&p->met, uint32_t); i++)
		pythons_expect(p, (int)((const uint32_t *)p->met.p)[i]);
	buf_release(&p->met);
	return p->works;
}

void pythons_note_map(struct pythons *p, uint32_t pid, struct str path)
{
	if (p->tried || !interpreter_has_name(path))
		return;
	p->wanted = true;
	buf_put(&p->met, &pid, sizeof(pid));
}

bool pythons_find(struct pythons *p, int pid)
{
	struct python_target target;

	return python_targets_find(&p->targets, (uint32_t)pid, &target);
}

void pythons_close(struct pythons *p)
{
	python_program_close(&p->program);
	python_targets_release(&p->targets);
	python_samples_release(&p->samples);
	buf_release(&p->why);
	buf_release(&p->met);
}

void pythons_answer(struct pythons *p)
{
	if (p->works)
		python_program_ask(&p->program);
}

void pythons_expect(struct pythons *p, int pid)
{
	if (p->works)
		python_targets_look(&p->targets, (uint32_t)pid, 0);
}

void pythons_sweep(struct pythons *p, uint64_t until)
{
	python_samples_forget(&p->samples, until);
	p->wanted |= p->samples.met_evaluator;
	if (p->works && python_function_names_trim(&p->samples.names))
		python_program_forget_names(&p->program);
}
