/*
 * The fuzz target of lib/interp: bytes as an image of memory in which an interpreter keeps its
 * frames, as a record of names, and as an interpreter's description of itself. Stacks end, whatever
 * pointers say, and names stay within what was read.
 *
 * The first byte is a version; the rest lies at BASE. libFuzzer calls LLVMFuzzerTestOneInput();
 * replay.c does without it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "interp/code_names.h"
#include "interp/go/go_image.h"
#include "interp/go/go_reader.h"
#include "interp/php/php_image.h"
#include "interp/php/php_name.h"
#include "interp/php/php_reader.h"
#include "interp/python/python_image.h"
#include "interp/python/python_lines.h"
#include "interp/python/python_name.h"
#include "interp/python/python_reader.h"
#include "interp/python/python_tasks.h"
#include "interp/python/task_reader.h"
#include "interp/ruby/ruby_image.h"
#include "interp/ruby/ruby_lines.h"
#include "interp/ruby/ruby_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BASE = 0x10000, THREAD = 0x7000, CODE_TYPE = 0x4242 };

static bool read_image(void *context, uint64_t address, void *to, size_t n)
{
	const struct str *image = context;

	if (address < BASE || address - BASE > image->n || n > image->n - (address - BASE))
		return false;
	memcpy(to, image->p + (address - BASE), n);
	return true;
}

static struct interp_stack stack;

static void check_names(const struct code_names *names, size_t size, unsigned instruction)
{
	char *exact = malloc(size);
	struct code_names_parts p;
	struct buf text = { 0 };
	const struct ruby_layout *l;

	memcpy(exact, names, size);
	if (!code_names_parse(&p, str(exact, size)))
		abort();
	php_name(&text, &p);
	python_string_decode(&text, &p.head.name, p.head.kind_shift, p.name);
	python_line(p.head.version, p.lines, p.head.line, instruction);
	l = ruby_layout_of(p.head.version);
	if (l)
		ruby_line(p.lines, l->entry_size, p.table, instruction);
	buf_release(&text);
	free(exact);
}

static void read_python(struct str *image, unsigned version)
{
	const struct interp_memory m = { read_image, image };
	struct python_place place = { .runtime = BASE,
				      .code_type = CODE_TYPE,
				      .layout = *python_layout_of(version) };
	static struct code_names names;
	size_t size;

	python_read_stack(&m, &place, THREAD, &stack);
	for (uint32_t i = 0; i < stack.head.n && i < 32; i++)
		if (python_read_names(&m, &place, stack.frame[i].code, stack.frame[i].id, &names,
				      &size))
			check_names(&names, size, stack.frame[i].instruction);
}

static void read_ruby(struct str *image, unsigned version)
{
	const struct interp_memory m = { read_image, image };
	struct ruby_place place = { .layout = *ruby_layout_of(version) };
	static struct code_names names;
	size_t size;

	ruby_read_stack(&m, &place, BASE, &stack);
	for (uint32_t i = 0; i < stack.head.n && i < 32; i++)
		if (ruby_read_names(&m, &place, stack.frame[i].code, stack.frame[i].id, &names,
				    &size))
			check_names(&names, size, stack.frame[i].instruction);
}

static void read_php(struct str *image, unsigned version)
{
	const struct interp_memory m = { read_image, image };
	struct php_place place = { .globals = BASE, .layout = *php_layout_of(version) };
	static struct code_names names;
	struct interp_frame late;
	size_t size;

	php_read_stack(&m, &place, BASE, &stack);
	for (uint32_t i = 0; i < stack.head.n && i < 32; i++) {
		late = stack.frame[i];
		php_read_late(&m, &place, &late);
		if (php_read_names(&m, &place, stack.frame[i].code, stack.frame[i].id, &names,
				   &size))
			check_names(&names, size, stack.frame[i].instruction);
	}
}

static void read_go(struct str *image, bool is_map)
{
	const struct interp_memory m = { read_image, image };
	struct go_place place = { .layout = {
					  .m = 48, .curg = 184, .labels = 352, .is_map = is_map } };
	static struct interp_labels labels;
	size_t copied = 0;

	go_read_labels(&m, &place, BASE, &labels);
	if (labels.n > LABELS_MOST || labels.n > labels.count)
		abort();
	for (uint32_t i = 0; i < labels.n; i++)
		copied += labels.size[i].key + (size_t)labels.size[i].value;
	if (copied != labels.copied || copied > sizeof(labels.bytes))
		abort();
}

static void read_task(struct str *image, enum python_loop loop)
{
	const struct interp_memory m = { read_image, image };
	struct python_place place = { .task = { .running = 872,
						.name = 136,
						.size = 168,
						.loop_place = loop,
						.tasks = loop == PYTHON_LOOP ? 0 : BASE },
				      .layout = *python_layout_of(0x030c) };
	struct python_task found;
	struct buf text = { 0 };
	struct interp_task task;

	task_read_from(&m, &place, BASE, &task);
	if (task.name.copied > sizeof(task.bytes))
		abort();
	python_string_decode(&text, &task.name, task.kind_shift,
			     str((const char *)task.bytes, task.name.copied));
	buf_release(&text);
	place.runtime = BASE;
	python_tasks_find(&found, &m, &place);
}

/* Numbers of instructions that tables are asked for. */
static void read_tables(struct str bytes)
{
	static const unsigned at[] = { 0, 1, 53, 54, 565, 566, 5000, UINT32_MAX };

	for (size_t i = 0; i < LEN(at); i++) {
		ruby_line(bytes, 12, bytes, at[i]);
		for (unsigned version = 0x0309; version <= 0x030b; version++)
			python_line(version, bytes, 1, at[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str image = str((const char *)data + 1, size - 1);
	struct python_layout layout;
	struct code_names_parts parts;
	const char *why;
	struct elf e;

	if (!size)
		return 0;
	if (data[0] < 5)
		read_python(&image, 0x0308 + data[0]);
	else if (data[0] < 10)
		read_ruby(&image, 0x0300 + data[0] - 5);
	else if (data[0] < 15)
		read_php(&image, 0x0800 + data[0] - 10);
	else if (data[0] < 17)
		read_go(&image, data[0] == 16);
	else if (data[0] < 20)
		read_task(&image, (enum python_loop)(data[0] - 17));
	read_tables(image);
	code_names_parse(&parts, image);
	python_layout_read(&layout, image, &why);
	if (elf_open_memory(&e, image, &why)) {
		struct python_image python;
		struct ruby_image ruby;
		struct php_image php;
		struct go_image go;
		struct python_task task;

		python_image_find(&python, &e, S("python3.9"));
		ruby_image_find(&ruby, &e);
		php_image_find(&php, &e);
		go_image_find(&go, &e);
		python_image_task(&task, &e);
	}
	elf_close(&e);
	return 0;
}
