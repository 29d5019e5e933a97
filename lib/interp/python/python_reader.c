#include "interp/python/python_reader.h"

#include <stddef.h>
#include <string.h>

#include "base/base.h"
#include "interp/code_names.h"
#include "interp/python/python_walk.h"

enum { MOST_THREADS = 1 << 16 };

static uint32_t find_thread(struct walk *w, uint64_t thread)
{
	uint32_t end = walk_find_thread(w, thread);

	for (int i = 0; i < MOST_THREADS / WALK_THREADS && end == INTERP_NO_THREAD && w->interp;
	     i++)
		end = walk_threads(w);
	return end;
}

void python_read_stack(const struct interp_memory *m, const struct python_place *target,
		       uint64_t thread, struct interp_stack *stack)
{
	struct walk w = { .target = *target, .memory = m };
	struct interp_frame *f;
	__u64 frame = 0;
	bool outer = false;

	stack->head.n = 0;
	stack->head.gil = INTERP_GIL_UNKNOWN;
	stack->head.end = find_thread(&w, thread);
	stack->head.several = w.several;
	stack->head.proof = w.proof;
	if (stack->head.end == INTERP_WHOLE) {
		stack->head.gil = walk_gil(&w);
		stack->head.end = walk_first_frame(&w, &frame, false);
	}
	while (stack->head.end == INTERP_WHOLE && frame) {
		if (stack->head.n == INTERP_MOST_FRAMES - 1) {
			stack->head.end = INTERP_DEEP;
			break;
		}
		f = &stack->frame[stack->head.n];
		stack->head.end = walk_frame(&w, &frame, f);
		if (stack->head.end == INTERP_WHOLE && !(f->flags & INTERP_SHIM))
			stack->head.end = walk_code(&w, f->code, &f->id);
		stack->head.n += stack->head.end == INTERP_WHOLE;
		if (stack->head.end != INTERP_WHOLE && !stack->head.n && !outer) {
			outer = true;
			if (walk_first_frame(&w, &frame, true) == INTERP_WHOLE)
				stack->head.end = INTERP_WHOLE;
		}
	}
}

static void copy_string(struct walk *w, struct code_names *to, uint64_t string,
			struct interp_string *as)
{
	__u64 at, bytes;

	*as = (struct interp_string){ 0 };
	if (!WALK_READ(w, w->string, 24, string + w->target.layout.object_size))
		return;
	as->length = (uint32_t)w->string[0];
	as->state = (uint32_t)w->string[2];
	at = walk_characters(&w->target.layout, string, w->string[0], as->state, &bytes);
	as->copied = code_names_copy(w->memory, to, at, bytes, INTERP_MOST_NAME);
}

bool python_read_names(const struct interp_memory *m, const struct python_place *target,
		       uint64_t code, uint64_t id, struct code_names *names, size_t *size)
{
	struct walk w = { .target = *target, .memory = m };
	const struct python_layout *l = &w.target.layout;
	uint64_t length = 0, table;
	__u64 now;

	if (walk_code(&w, code, &now) != INTERP_WHOLE || now != id)
		return false;
	*names = (struct code_names){
		.record = INTERP_NAMES,
		.kind = INTERP_PYTHON,
		.code = code,
		.id = id,
		.version = l->version,
		.kind_shift = l->kind_shift,
		.line = WALK_FIELD(__u32, w.code, l->code_line, PYTHON_CODE_BYTES),
	};
	copy_string(&w, names, walk_code_name(l, w.code), &names->name);
	copy_string(&w, names, WALK_FIELD(__u64, w.code, l->code_file, PYTHON_CODE_BYTES),
		    &names->file);
	table = WALK_FIELD(__u64, w.code, l->code_lines, PYTHON_CODE_BYTES);
	if (m->read(m->context, table + l->object_size, &length, sizeof(length)))
		names->lines = code_names_copy(m, names, table + l->object_size + 16, length,
					       INTERP_MOST_LINES);
	names->nlines = (uint32_t)length;
	*size = offsetof(struct code_names, bytes) + names->copied;
	/* The code object may have changed while it was read. */
	w.file = 0;
	return walk_code(&w, code, &now) == INTERP_WHOLE && now == id;
}
