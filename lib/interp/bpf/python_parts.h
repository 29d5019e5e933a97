/* The parts of the BPF program for Python: the search for the thread's state, the walk, names. */
#ifndef INTERP_BPF_PYTHON_PARTS_H
#define INTERP_BPF_PYTHON_PARTS_H

#include "interp/bpf/parts.h"
#include "interp/bpf/python_task.h"

/* Begins the walk, once the thread's state was found or is known not to exist. */
INLINE void begin_walk(void *ctx, struct scratch *s)
{
	s->stack.head.several = s->python.several;
	s->stack.head.proof = s->python.proof;
	if (s->stack.head.end == INTERP_WHOLE) {
		if (s->python.target.task.running)
			write_task(ctx, s);
		s->stack.head.gil = walk_gil(&s->python);
		s->stack.head.end = walk_first_frame(&s->python, &s->frame, false);
	}
	if (goes_on(s))
		bpf_tail_call(ctx, &parts, PYTHON_WALK);
	write_stack(ctx, s);
}

INLINE void begin_python(void *ctx, struct scratch *s, const struct interp_target *t, __u64 thread)
{
	s->python.target = t->python;
	s->python.file = 0;
	s->python.block_at = 0;
	s->stack.head.end = walk_find_thread(&s->python, thread);
	if (s->stack.head.end == INTERP_NO_THREAD)
		bpf_tail_call(ctx, &parts, PYTHON_SEARCH);
	begin_walk(ctx, s);
}

SEC("perf_event") int python_search(void *ctx)
{
	struct scratch *s = my_scratch();

	if (!s)
		return 1;
	s->stack.head.end = walk_threads(&s->python);
	if (s->stack.head.end == INTERP_NO_THREAD && s->python.interp)
		bpf_tail_call(ctx, &parts, PYTHON_SEARCH);
	begin_walk(ctx, s);
	return 1;
}

INLINE void python_step(struct scratch *s, struct codes *c)
{
	struct interp_frame *f = next_frame(s);
	__u32 end = walk_frame(&s->python, &s->frame, f);

	if (end == INTERP_WHOLE && !(f->flags & INTERP_SHIM)) {
		struct seen *seen = seen_at(c, f->code);

		if (is_known(s, seen, f->code)) {
			f->id = seen->id;
		} else {
			end = walk_code(&s->python, f->code, &f->id);
			if (end == INTERP_WHOLE)
				note_code(s, c, seen, f);
		}
	}
	if (end != INTERP_WHOLE && !s->stack.head.n && !s->outer) {
		s->outer = 1;
		if (walk_first_frame(&s->python, &s->frame, true) == INTERP_WHOLE)
			return;
	}
	s->stack.head.end = end;
	if (end == INTERP_WHOLE)
		add_frame(s);
}

INLINE void copy_python_string(struct walk *w, struct code_names *to, __u64 string,
			       struct interp_string *as)
{
	__u64 bytes, at;

	as->length = as->copied = 0;
	if (!WALK_READ(w, w->string, 24, string + w->target.layout.object_size))
		return;
	as->length = (__u32)w->string[0];
	as->state = (__u32)w->string[2];
	at = walk_characters(&w->target.layout, string, w->string[0], as->state, &bytes);
	as->copied = copy_bytes(to, at, bytes, INTERP_MOST_NAME);
}

/* Copies the table of lines, a PyBytesObject. */
INLINE void copy_python_lines(struct walk *w, struct code_names *to, __u64 table)
{
	__u64 object = w->target.layout.object_size;

	to->nlines = to->lines = 0;
	if (!WALK_READ(w, w->string, 8, table + object))
		return;
	to->nlines = (__u32)w->string[0];
	to->lines = copy_bytes(to, table + object + 16, w->string[0], INTERP_MOST_LINES);
}

INLINE void python_names(void *ctx, struct scratch *s, const struct interp_frame *f)
{
	struct walk *w = &s->python;
	const struct python_layout *l = &w->target.layout;
	struct code_names *to = begin_names(s, f);

	if (!to || !WALK_READ(w, w->code, PYTHON_CODE_BYTES, f->code))
		return;
	to->version = l->version;
	to->kind_shift = l->kind_shift;
	to->line = WALK_FIELD(__u32, w->code, l->code_line, PYTHON_CODE_BYTES);
	copy_python_string(w, to, walk_code_name(l, w->code), &to->name);
	copy_python_string(w, to, WALK_FIELD(__u64, w->code, l->code_file, PYTHON_CODE_BYTES),
			   &to->file);
	copy_python_lines(w, to, WALK_FIELD(__u64, w->code, l->code_lines, PYTHON_CODE_BYTES));
	tell(ctx, s, to);
}

LANGUAGE_PARTS(python, PYTHON)

#endif
