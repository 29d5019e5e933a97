#include "interp/ruby/ruby_reader.h"

#include "base/base.h"
#include "interp/code_names.h"
#include "interp/ruby/ruby_walk.h"

enum { MOST_CONTROL_FRAMES = 1 << 16 };

void ruby_read_stack(const struct interp_memory *m, const struct ruby_place *target,
		     uint64_t thread, struct interp_stack *stack)
{
	struct ruby_walk w = { .target = *target, .memory = m };

	stack->head.n = 0;
	stack->head.end = ruby_begin(&w, thread, 0);
	for (int i = 0; i < MOST_CONTROL_FRAMES && stack->head.end == INTERP_WHOLE && w.at; i++) {
		struct interp_frame *f = &stack->frame[stack->head.n];

		stack->head.end = ruby_frame(&w, f);
		if (stack->head.end != INTERP_WHOLE || !f->code)
			continue;
		stack->head.end = ruby_code(&w, f->code, &f->id);
		if (stack->head.end != INTERP_WHOLE)
			continue;
		f->instruction = ruby_instruction(&w);
		if (++stack->head.n >= INTERP_MOST_FRAMES - 1)
			stack->head.end = INTERP_DEEP;
	}
}

static void copy_string(struct ruby_walk *w, struct code_names *to, uint64_t string,
			struct interp_string *as)
{
	__u64 at, bytes;

	*as = (struct interp_string){ 0 };
	if (!string || !ruby_string(w, string))
		return;
	at = ruby_characters(w, string, &bytes);
	as->length = (uint32_t)bytes;
	as->copied = code_names_copy(w->memory, to, at, bytes, INTERP_MOST_NAME);
}

bool ruby_read_names(const struct interp_memory *m, const struct ruby_place *target, uint64_t code,
		     uint64_t id, struct code_names *names, size_t *size)
{
	struct ruby_walk w = { .target = *target, .memory = m };
	const struct ruby_layout *l = &w.target.layout;
	__u64 now, lines;

	if (ruby_code(&w, code, &now) != INTERP_WHOLE || now != id)
		return false;
	*names = (struct code_names){
		.record = INTERP_NAMES,
		.kind = INTERP_RUBY,
		.code = code,
		.id = id,
		.version = l->version,
		.line = ruby_first_line(l, w.body),
	};
	names->nlines = ruby_lines(l, w.body, &lines);
	copy_string(&w, names, *(const __u64 *)(w.body + RUBY_BODY_LABEL), &names->name);
	copy_string(&w, names, ruby_path(&w, *(const __u64 *)(w.body + RUBY_BODY_PATH)),
		    &names->file);
	names->lines = code_names_copy(m, names, lines, names->nlines, RUBY_MOST_LINES);
	names->table = code_names_copy(m, names,
				       WALK_FIELD(__u64, w.body, l->body_table, RUBY_BODY_BYTES),
				       ruby_table_size(w.body), RUBY_MOST_TABLE);
	*size = offsetof(struct code_names, bytes) + names->copied;
	/* The instruction sequence may have changed while it was read. */
	return ruby_code(&w, code, &now) == INTERP_WHOLE && now == id;
}
