#include "interp/php/php_reader.h"

#include "base/base.h"
#include "interp/code_names.h"
#include "interp/php/php_walk.h"

enum { MOST_PHP_FRAMES = 1 << 16 }; /* and placeholders between them */

void php_read_stack(const struct interp_memory *m, const struct php_place *target, uint64_t thread,
		    struct interp_stack *stack)
{
	struct php_walk w = { .target = *target, .memory = m };

	stack->head.n = 0;
	stack->head.end = php_begin(&w, thread, 0, 0, 0);
	for (int i = 0; i < MOST_PHP_FRAMES && stack->head.end == INTERP_WHOLE && w.at; i++) {
		struct interp_frame *f = &stack->frame[stack->head.n];

		stack->head.end = php_frame(&w, f);
		if (stack->head.end != INTERP_WHOLE || (!f->code && !(f->flags & INTERP_SHIM)))
			continue;
		if (f->code)
			stack->head.end = php_code(&w, f->code, f->flags, &f->id);
		f->instruction = f->code ? php_line(&w) : 0;
		if (stack->head.end == INTERP_WHOLE && ++stack->head.n >= INTERP_MOST_FRAMES - 1)
			stack->head.end = INTERP_DEEP;
	}
	if (stack->head.end == INTERP_WHOLE && w.at)
		stack->head.end = INTERP_DEEP;
}

bool php_read_late(const struct interp_memory *m, const struct php_place *target,
		   struct interp_frame *f)
{
	struct php_walk w = { .target = *target, .memory = m };
	__u64 id;

	/* This makes the function readable for the kernel, too. */
	if (php_code(&w, f->code, f->flags, &id) != INTERP_WHOLE || !php_has_instruction(&w, f->id))
		return false;
	w.opline = f->id;
	f->id = id;
	f->flags &= ~(uint32_t)INTERP_LATE;
	f->instruction = php_line(&w);
	return true;
}

static uint32_t copy_string(struct php_walk *w, struct code_names *to, uint64_t string,
			    uint32_t *length)
{
	*length = 0;
	if (!string || !WALK_READ(w, w->string, sizeof(w->string), string + PHP_STRING_HASH))
		return 0;
	*length = (uint32_t)w->string[1];
	return code_names_copy(w->memory, to, string + PHP_STRING_TEXT, w->string[1],
			       INTERP_MOST_NAME);
}

bool php_read_names(const struct interp_memory *m, const struct php_place *target, uint64_t code,
		    uint64_t id, struct code_names *names, size_t *size)
{
	struct php_walk w = { .target = *target, .memory = m };
	uint32_t flags = id & PHP_ID_MAIN ? INTERP_ENTRY : 0;
	__u64 now, class_name;

	if (php_code(&w, code, flags, &now) != INTERP_WHOLE || now != id ||
	    !php_class_name(&w, &class_name))
		return false;
	*names = (struct code_names){
		.record = INTERP_NAMES,
		.kind = INTERP_PHP,
		.code = code,
		.id = id,
		.version = w.target.layout.version,
		.line = w.first,
	};
	names->name.copied = copy_string(&w, names, w.function[PHP_FUNCTION_NAME],
					 &names->name.length);
	names->file.copied = copy_string(&w, names, w.file, &names->file.length);
	names->table = copy_string(&w, names, class_name, &names->nlines);
	*size = offsetof(struct code_names, bytes) + names->copied;
	/* The function may have changed while it was read. */
	return php_code(&w, code, flags, &now) == INTERP_WHOLE && now == id;
}
