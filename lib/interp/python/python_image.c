#include "interp/python/python_image.h"

#include "interp/image_symbols.h"
#include "io/cursor.h"

/* Words of .AsyncioDebug (Modules/_asynciomodule.c): 7 of tasks, 2 of interpreters, 4 of threads. */
enum { TASK_SIZE = 0, TASK_NAME = 1, TASK_RUNNING = 11, TASK_WORDS = 13, MOST_THREAD_BYTES = 8192 };

enum { RUNTIME, CODE_TYPE, EVALUATOR, VERSION, CURRENT, GET_312, GET, ASYNCIO, WANTED };

static const struct image_symbol symbols[WANTED] = {
	[RUNTIME] = { .name = "_PyRuntime" },
	[CODE_TYPE] = { .name = "PyCode_Type" },
	[EVALUATOR] = { .name = "_PyEval_EvalFrameDefault" },
	[VERSION] = { .name = "Py_Version" },
	[CURRENT] = { .name = "_Py_tss_tstate" },
	[GET_312] = { .name = "_PyThreadState_UncheckedGet" },
	[GET] = { .name = "PyThreadState_GetUnchecked" },
	[ASYNCIO] = { .name = "PyInit__asyncio" },
};

static void set_evaluator(struct python_image *p, const struct image_symbol *w)
{
	p->evaluator_start = w[EVALUATOR].value;
	p->evaluator_end = w[EVALUATOR].value + w[EVALUATOR].size;
}

/* "python3.9", "libpython3.10.so.1.0": 0x0309, 0x030a. */
static unsigned version_in_name(struct str file)
{
	uint64_t minor;

	return str_number_after(str_basename(file), S("python3."), &minor) && minor < 256 ?
		       0x0300 | (unsigned)minor :
		       0;
}

/* const unsigned long Py_Version = 0x030b02f0, since 3.11. */
static unsigned version_of(const struct elf *e, const struct image_symbol *w, struct str file)
{
	struct cursor c = cursor_over(elf_at(e, w[VERSION].value));
	uint64_t hex = w[VERSION].value ? cursor_int(&c, 8) : 0;

	return hex && !c.failed ? (unsigned)(hex >> 16) : version_in_name(file);
}

static void find_layout(struct python_image *p, const struct elf *e)
{
	const struct python_layout *l = python_layout_of(p->version);

	p->why = NULL;
	if (l)
		p->layout = *l;
	else if (p->version >= 0x030d)
		python_layout_read(&p->layout, elf_at(e, p->runtime), &p->why);
	else
		p->why = "its version is not known";
}

/* Since 3.12 a variable has the thread's state. It is not exported; a function returns it. */
static void find_current(struct python_image *p, const struct elf *e, const struct image_symbol *w)
{
	const struct image_symbol *get = w[GET].found ? &w[GET] : &w[GET_312];

	if (p->version < 0x030c)
		return;
	if (w[CURRENT].found && w[CURRENT].type == STT_TLS)
		tls_image_find(&p->current, e, w[CURRENT].value);
	if (!p->current.access && get->found)
		tls_image_decode(&p->current, e, get->value, get->size);
}

bool python_image_evaluator(struct python_image *p, const struct elf *e)
{
	struct image_symbol w[WANTED];

	memcpy(w, symbols, sizeof(w));
	image_symbols_find(e, w, WANTED);
	set_evaluator(p, w);
	return w[EVALUATOR].value && w[RUNTIME].value;
}

bool python_image_find(struct python_image *p, const struct elf *e, struct str file)
{
	struct image_symbol w[WANTED];

	*p = (struct python_image){ 0 };
	if (!e->is64)
		return false;
	memcpy(w, symbols, sizeof(w));
	image_symbols_find(e, w, WANTED);
	if (!w[RUNTIME].value || !w[CODE_TYPE].value)
		return false;
	p->runtime = w[RUNTIME].value;
	p->code_type = w[CODE_TYPE].value;
	p->has_asyncio = w[ASYNCIO].found;
	set_evaluator(p, w);
	p->text = image_text(e, p->evaluator_start);
	p->version = version_of(e, w, file);
	find_layout(p, e);
	find_current(p, e, w);
	if (!p->why && (e->machine != ELF_MACHINE_X86_64))
		p->why = "only those for x86-64 are known";
	return true;
}

bool python_image_task(struct python_task *t, const struct elf *e)
{
	const struct elf_section *s = elf_section(e, ".AsyncioDebug");
	struct cursor c = cursor_over(s ? elf_contents(e, s) : S(""));
	uint64_t w[TASK_WORDS];

	for (int i = 0; i < TASK_WORDS; i++)
		w[i] = cursor_int(&c, 8);
	*t = (struct python_task){ .running = (__u16)w[TASK_RUNNING],
				   .name = (__u16)w[TASK_NAME],
				   .size = (__u16)w[TASK_SIZE] };
	return !c.failed && e->is64 && w[TASK_SIZE] < MOST_THREAD_BYTES &&
	       w[TASK_NAME] < w[TASK_SIZE] && w[TASK_RUNNING] < MOST_THREAD_BYTES &&
	       w[TASK_NAME] % 8 == 0 && w[TASK_RUNNING] % 8 == 0;
}
