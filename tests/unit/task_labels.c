/* Tasks of asyncio: read from memory that was made up, and hostile; as labels of samples. */
#include "record/interp/task_labels.h"

#include "interp/python/python_layouts.h"
#include "interp/python/python_tasks.h"
#include "interp/python/task_reader.h"
#include "interp/python/task_walk.h"
#include "made_memory.h"
#include "tap.h"

enum { RUNNING = 872, NAME = 136, TASK = 168, CLASS = 400, OBJECT = 16 };

static struct python_place target;
static struct interp_task task;
static uint64_t thread, object, class, string_class, integer_class;

static uint64_t make_class(const char *name, uint64_t size, uint64_t flags, uint64_t base)
{
	uint64_t at = take(CLASS), text = take(strlen(name) + 16);

	put_bytes(text, name, strlen(name));
	put(at + OBJECT + TYPE_NAME, text, 8);
	put(at + OBJECT + TYPE_SIZE, size, 8);
	put(at + OBJECT + TYPE_FLAGS, flags, 8);
	put(at + OBJECT + TYPE_BASE, base, 8);
	return at;
}

static uint64_t make_string(const char *text)
{
	uint64_t at = take(64 + strlen(text));

	put(at + 8, string_class, 8);
	put(at + 16, strlen(text), 8);
	put(at + 32, (1 | 8 | 16) << 2, 4);
	put_bytes(at + 40, text, strlen(text));
	return at;
}

static uint64_t make_integer(uint64_t value)
{
	uint64_t at = take(32);

	put(at + 8, integer_class, 8);
	put(at + 16, (value >> 30 ? 2 : 1) << 3, 8);
	put(at + 24, value & 0x3fffffff, 4);
	put(at + 28, value >> 30, 4);
	return at;
}

/* A dict with one entry. */
static uint64_t make_dict(uint64_t key, uint64_t value, bool general)
{
	uint64_t at = take(64), keys = take(512), entry = keys + KEYS_BYTES + 8;

	put(at + OBJECT + DICT_KEYS, keys, 8);
	put(keys + 8, 3 | 3 << 8 | !general << KEYS_KIND, 4);
	put(keys + 24, 1, 8);
	put(entry + (general ? 8 : 0), key, 8);
	put(entry + (general ? 16 : 8), value, 8);
	return at;
}

static uint64_t entries_of(uint64_t dict)
{
	return word_at(dict + OBJECT + DICT_KEYS) + KEYS_BYTES + 8;
}

static void begin(void)
{
	uint64_t root;

	memset(memory, 0, sizeof(memory));
	end = 0;
	target = (struct python_place){ .task = { .running = RUNNING, .name = NAME, .size = TASK },
					.layout = { .object_size = 16,
						    .ascii_size = 40,
						    .compact_size = 56,
						    .kind_shift = 2 } };
	thread = take(1024);
	string_class = make_class("str", 64, IS_STRING, 0);
	integer_class = make_class("int", 24, IS_INTEGER, 0);
	root = make_class("object", 16, 0, 0);
	class = make_class("_asyncio.Task", TASK, 0, root);
	object = take(TASK);
	put(object + 8, class, 8);
	put(thread + RUNNING, object, 8);
}

static uint32_t read_task(void)
{
	task_read_from(&process, &target, thread, &task);
	return task.state;
}

/* Labels of a sample of process 7. */

static struct task_labels labels;
static struct process of = { .pid = -1 };

static const char *line(uint32_t pid)
{
	struct perf_sample s = { .process = &of, .pid = pid, .tid = 8, .time = 1500 };
	static char to[1024];
	struct str found;

	task.record = INTERP_TASK;
	task.pid = 7;
	task.tid = 8;
	task.time = 1000;
	task_labels_take(&labels, str((const char *)&task,
				      offsetof(struct interp_task, bytes) + task.name.copied));
	sample_join_sample(&labels.records, 8, 1500);
	found = task_labels_of(&labels, &s);
	snprintf(to, sizeof(to), "%.*s", STR_ARG(found));
	return to;
}

static const char *line_of(uint64_t name)
{
	put(object + NAME, name, 8);
	read_task();
	return line(7);
}

static void test_names(void)
{
	static const uint16_t wide[] = { 'T', 0x4e2d };
	char longer[INTERP_MOST_NAME + 1];
	uint64_t at;

	begin();
	is(str_of(line_of(make_string("charge"))), "task=charge\n", "a name");
	is(str_of(line_of(make_integer(1))), "task=Task-1\n", "a number: the default name");
	is(str_of(line_of(make_integer(5000000000))), "task=Task-5000000000\n", "of two digits");
	at = take(96);
	put(at + 8, string_class, 8);
	put(at + 16, 2, 8);
	put(at + 32, (2 | 8) << 2, 4);
	put_bytes(at + 56, wide, sizeof(wide));
	is(str_of(line_of(at)), "task=T\xe4\xb8\xad\n", "a name of wide characters");
	is(str_of(line(9)), "", "the task of another process is not the sample's");
	is(str_of(line_of(make_string("two\nlines"))), "", "a name that is not plain text");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	is(str_of(line_of(make_string(longer))), "", "one that is too long");
	ok(labels.counts.left_out == 2, "are left out, and counted");
	put(object + 8, make_class("app.Mine", TASK + 16, 0, class), 8);
	is(str_of(line_of(make_string("mine"))), "task=mine\n", "a class derived from asyncio's");
}

static void test_none(void)
{
	begin();
	put(object + NAME, make_string("charge"), 8);
	put(thread + RUNNING, 0, 8);
	ok(read_task() == CONTEXT_NONE, "a thread without a task");
	begin();
	put(object + NAME, make_string("charge"), 8);
	put(object + 8, make_class("app.Other", TASK, 0, word_at(class + OBJECT + TYPE_BASE)), 8);
	ok(read_task() == CONTEXT_INVALID, "an object of another class is not read");
	is(str_of(line(7)), "", "and gives no label");
	put(object + 8, make_class("_asyncio.Task", TASK + 8, 0, 0), 8);
	ok(read_task() == CONTEXT_INVALID, "nor one of another size");
	put(class + OBJECT + TYPE_BASE, class, 8);
	put(object + 8, make_class("app.Round", TASK, 0, 0), 8);
	put(word_at(object + 8) + OBJECT + TYPE_BASE, word_at(object + 8), 8);
	ok(read_task() == CONTEXT_INVALID, "classes in a circle");
	begin();
	put(object + NAME, make_class("str", 64, 0, 0), 8);
	ok(read_task() == CONTEXT_UNREADABLE, "a name that is neither a string nor a number");
	put(object + NAME, 16, 8);
	ok(read_task() == CONTEXT_UNREADABLE, "a name that is not there");
	target.task.running = 0;
	ok(read_task() == CONTEXT_NONE, "a version whose tasks are not known");
}

/* The tasks of each loop are in a dict (CPython 3.11 to 3.13); the thread has the loop. */

static uint64_t loop, interp, tasks;

static void begin_dict(enum python_loop place)
{
	uint64_t at, holder;

	begin();
	loop = take(64);
	interp = take(64);
	tasks = make_dict(loop, object, true);
	put(object + NAME, make_string("charge"), 8);
	put(thread + THREAD_INTERP, interp, 8);
	at = loop;
	if (place == PYTHON_LOOP_HOLDER) {
		holder = take(32);
		put(holder + OBJECT, loop, 8);
		at = holder;
	}
	if (place != PYTHON_LOOP)
		at = make_dict(make_string("__asyncio_running_event_loop__"), at, false);
	put(thread + RUNNING, at, 8);
	target.task.tasks = tasks;
	target.task.interp = interp;
	target.task.loop_place = place;
}

static void test_dicts(void)
{
	uint64_t other;

	begin_dict(PYTHON_LOOP);
	ok(read_task() == CONTEXT_READ, "the task of the thread's loop");
	is(str_of(line(7)), "task=charge\n", "its name");
	begin_dict(PYTHON_LOOP_DICT);
	ok(read_task() == CONTEXT_READ, "with the loop in the thread's dict");
	begin_dict(PYTHON_LOOP_HOLDER);
	ok(read_task() == CONTEXT_READ, "in an object in that dict");

	begin_dict(PYTHON_LOOP_DICT);
	put(thread + RUNNING, 0, 8);
	ok(read_task() == CONTEXT_NONE, "a thread without a dict");
	put(thread + RUNNING, make_dict(make_string("__asyncio_running_event_lo0p__"), loop, false),
	    8);
	ok(read_task() == CONTEXT_NONE, "a dict without a loop");
	begin_dict(PYTHON_LOOP);
	put(thread + RUNNING, interp, 8);
	ok(read_task() == CONTEXT_NONE, "a loop without a task");
	begin_dict(PYTHON_LOOP);
	put(entries_of(tasks) + 16, 0, 8);
	ok(read_task() == CONTEXT_NONE, "a loop whose task has ended");
	begin_dict(PYTHON_LOOP);
	put(thread + THREAD_INTERP, loop, 8);
	ok(read_task() == CONTEXT_NONE, "a thread of another interpreter");
	begin_dict(PYTHON_LOOP);
	other = word_at(tasks + OBJECT + DICT_KEYS);
	put(other + 24, MOST_LOOPS + 1, 8);
	put(entries_of(tasks) + 8, 0, 8);
	ok(read_task() == CONTEXT_UNREADABLE, "more loops than are looked at");
	put(tasks + OBJECT + DICT_KEYS + 8, loop, 8);
	ok(read_task() == CONTEXT_UNREADABLE, "a dict that shares its keys");
}

/* The dict of tasks, as a process has it: in the module that sys.modules has. */
static void test_search(void)
{
	struct python_place place = { .layout = *python_layout_of(0x030c) };
	const struct python_layout *l = &place.layout;
	uint64_t modules, module, names, type;
	struct python_task found;

	begin_dict(PYTHON_LOOP_DICT);
	interp = take(4096);
	place.runtime = take(4096);
	put(place.runtime + l->interpreters, interp, 8);
	type = make_class("_asyncio.Task", l->task_size, 0, 0);
	names = make_dict(make_string("_current_tasks"), tasks, false);
	put(word_at(names + OBJECT + DICT_KEYS) + 24, 2, 8);
	put(entries_of(names) + 16, make_string("Task"), 8);
	put(entries_of(names) + 24, type, 8);
	module = take(64);
	put(module + OBJECT, names, 8);
	modules = make_dict(make_string("_asyncio"), module, false);
	ok(!python_tasks_find(&found, &process, &place) && !found.running,
	   "before the first import");
	put(interp + l->interp_modules, modules, 8);
	ok(python_tasks_find(&found, &process, &place) && found.tasks == tasks &&
		   found.interp == interp && found.size == l->task_size,
	   "the dict of an interpreter that has imported the module");
	put(type + OBJECT + TYPE_SIZE, l->task_size + 8, 8);
	ok(!python_tasks_find(&found, &process, &place), "not if its tasks have another size");
	put(interp + l->interp_next, interp, 8);
	ok(!python_tasks_find(&found, &process, &place), "interpreters in a circle");
	place.layout = *python_layout_of(0x030a);
	ok(!python_tasks_find(&found, &process, &place),
	   "nor in a version whose dicts are not known");
}

static void test_damage(void)
{
	begin_dict(PYTHON_LOOP_HOLDER);
	read_damaged(read_task);
	ok(true, "damaged dicts end");

	begin();
	put(object + NAME, make_string("a name of a task"), 8);
	read_damaged(read_task);
	ok(true, "damaged memory ends");
	task_labels_take(&labels, str((const char *)&task, 20));
	task.name.copied = 600;
	task_labels_take(&labels, str((const char *)&task, offsetof(struct interp_task, bytes)));
	ok(!labels.records.pending.n, "records of the wrong size are none");
	task_labels_release(&labels);
}

int main(void)
{
	test_names();
	test_none();
	test_dicts();
	test_search();
	test_damage();
	return done();
}
