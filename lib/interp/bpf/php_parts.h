/* The parts of the BPF program for PHP: the walk, and names. */
#ifndef INTERP_BPF_PHP_PARTS_H
#define INTERP_BPF_PHP_PARTS_H

#include "interp/bpf/parts.h"

/*
 * Without ZTS, a process has one PHP, which its main thread runs. Other threads are those of
 * libraries.
 */
INLINE void begin_php(void *ctx, struct scratch *s, const struct interp_target *t, __u64 thread)
{
	const __u64 *registers = ctx;

	s->php.target = t->php;
	s->frame = 0;
	s->stack.head.end = INTERP_NO_THREAD;
	if (t->php.is_threaded || s->stack.head.pid == s->stack.head.tid) {
		s->stack.head.end = php_begin(&s->php, thread, registers[REGISTER_R14],
					      registers[REGISTER_R15], s->stack_pointer);
		s->frame = s->php.at;
	}
	if (goes_on(s))
		bpf_tail_call(ctx, &parts, PHP_WALK);
	write_stack(ctx, s);
}

INLINE void php_step(struct scratch *s, struct codes *c)
{
	struct interp_frame *f = next_frame(s);
	struct seen *seen;
	__u32 end = php_frame(&s->php, f);

	s->frame = s->php.at;
	if (end == INTERP_UNREADABLE && f->code) {
		php_leave(&s->php, f);
		add_frame(s);
		return;
	}
	s->stack.head.end = end;
	if (end != INTERP_WHOLE)
		return;
	if (!f->code) {
		if (f->flags & INTERP_SHIM)
			add_frame(s);
		return;
	}
	seen = seen_at(c, f->code);
	/* A file that is included by itself has two names. */
	if (s->php.read == f->code && is_known(s, seen, f->code) && !(seen->id & PHP_ID_MAIN) &&
	    !(f->flags & INTERP_ENTRY)) {
		f->id = seen->id;
		f->instruction = php_line(&s->php);
	} else if (php_code(&s->php, f->code, f->flags, &f->id) == INTERP_WHOLE) {
		note_code(s, c, seen, f);
		f->instruction = php_line(&s->php);
	} else {
		php_leave(&s->php, f);
	}
	add_frame(s);
}

INLINE __u32 copy_php_string(struct php_walk *w, struct code_names *to, __u64 string, __u32 *length)
{
	*length = 0;
	if (!string || !WALK_READ(w, w->string, sizeof(w->string), string + PHP_STRING_HASH))
		return 0;
	*length = (__u32)w->string[1];
	return copy_bytes(to, string + PHP_STRING_TEXT, w->string[1], INTERP_MOST_NAME);
}

INLINE void php_names(void *ctx, struct scratch *s, const struct interp_frame *f)
{
	struct php_walk *w = &s->php;
	struct code_names *to = begin_names(s, f);
	__u64 id, class_name;

	if (!to || php_code(w, f->code, f->flags, &id) != INTERP_WHOLE || id != f->id ||
	    !php_class_name(w, &class_name))
		return;
	to->version = w->target.layout.version;
	to->line = w->first;
	to->lines = 0;
	to->name.copied = copy_php_string(w, to, w->function[PHP_FUNCTION_NAME], &to->name.length);
	to->file.copied = copy_php_string(w, to, w->file, &to->file.length);
	to->table = copy_php_string(w, to, class_name, &to->nlines);
	tell(ctx, s, to);
}

LANGUAGE_PARTS(php, PHP)

#endif
