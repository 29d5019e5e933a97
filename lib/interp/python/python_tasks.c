#include "interp/python/python_tasks.h"

#include <string.h>

#include "base/str.h"
#include "interp/python/dict_walk.h"

enum {
	MOST_INTERPRETERS = 16,
	MOST_MODULES = 1 << 16,
	MOST_KEY = 16,        /* bytes of a key that is looked for */
	TYPE_BASIC_SIZE = 16, /* in PyTypeObject, after its PyObject */
};

static bool read_word(struct walk *w, __u64 at, __u64 *to)
{
	return WALK_READ(w, to, sizeof(*to), at);
}

/* Is the object at `key` that string of ASCII characters? */
static bool is_key(struct walk *w, __u64 key, struct str name)
{
	const struct python_layout *l = &w->target.layout;
	char text[MOST_KEY];
	__u64 length;

	return read_word(w, key + l->object_size, &length) && length == name.n &&
	       WALK_READ(w, text, (uint32_t)name.n, key + l->ascii_size) &&
	       str_eq(str(text, name.n), name);
}

/* Reads the value of a key in the dict to which the word at `place` points. */
static bool value_of(struct walk *w, __u64 place, struct str name, __u64 *value)
{
	struct dict_entries d;
	__u64 dict;
	__u64 entry[2];

	if (!read_word(w, place, &dict) || !dict_open(w, dict, &d))
		return false;
	for (__u64 i = 0; i < d.n && i < MOST_MODULES; i++) {
		if (!dict_entry(w, &d, i, entry))
			return false;
		*value = entry[1];
		if (*value && is_key(w, entry[0], name))
			return true;
	}
	return false;
}

static bool find_in(struct walk *w, __u64 interp, struct python_task *task)
{
	const struct python_layout *l = &w->target.layout;
	__u64 module, type, size;

	*task = (struct python_task){ .interp = interp,
				      .running = l->thread_loop,
				      .loop_place = l->loop_place,
				      .name = l->task_name,
				      .size = l->task_size };
	/* A module's dict follows its PyObject. */
	return value_of(w, interp + l->interp_modules, S("_asyncio"), &module) &&
	       value_of(w, module + l->object_size, S("_current_tasks"), &task->tasks) &&
	       value_of(w, module + l->object_size, S("Task"), &type) &&
	       read_word(w, type + l->object_size + TYPE_BASIC_SIZE, &size) && size == l->task_size;
}

bool python_has_task_dict(const struct python_layout *l)
{
	return l->interp_modules;
}

bool python_tasks_find(struct python_task *task, const struct interp_memory *m,
		       const struct python_place *place)
{
	struct walk w = { .target = *place, .memory = m };
	const struct python_layout *l = &w.target.layout;
	__u64 interp = 0;
	bool found = false;

	if (!python_has_task_dict(l) || !read_word(&w, place->runtime + l->interpreters, &interp))
		interp = 0;
	for (int i = 0; i < MOST_INTERPRETERS && interp && !found; i++) {
		found = find_in(&w, interp, task);
		if (!read_word(&w, interp + l->interp_next, &interp))
			interp = 0;
	}
	if (!found)
		*task = (struct python_task){ 0 };
	return found;
}
