/* The parts of the BPF program for Ruby: the walk, and names. */
#ifndef INTERP_BPF_RUBY_PARTS_H
#define INTERP_BPF_RUBY_PARTS_H

#include "interp/bpf/parts.h"

INLINE void begin_ruby(void *ctx, struct scratch *s, const struct interp_target *t, __u64 thread)
{
	s->ruby.target = t->ruby;
	s->stack.head.end = ruby_begin(&s->ruby, thread, s->stack_pointer);
	s->frame = s->ruby.at;
	if (s->stack.head.end == INTERP_WHOLE)
		bpf_tail_call(ctx, &parts, RUBY_WALK);
	write_stack(ctx, s);
}

INLINE void ruby_step(struct scratch *s, struct codes *c)
{
	struct interp_frame *f = next_frame(s);
	struct seen *seen;
	__u32 end = ruby_frame(&s->ruby, f);

	s->frame = s->ruby.at;
	if (end == INTERP_WHOLE && !f->code)
		return;
	if (end == INTERP_WHOLE)
		end = ruby_code(&s->ruby, f->code, &f->id);
	s->stack.head.end = end;
	if (end != INTERP_WHOLE)
		return;
	f->instruction = ruby_instruction(&s->ruby);
	seen = seen_at(c, f->code);
	if (!is_known(s, seen, f->code))
		note_code(s, c, seen, f);
	add_frame(s);
}

INLINE void copy_ruby_string(struct ruby_walk *w, struct code_names *to, __u64 string,
			     struct interp_string *as)
{
	__u64 bytes, at;

	as->length = as->copied = as->state = 0;
	if (!string || !ruby_string(w, string))
		return;
	at = ruby_characters(w, string, &bytes);
	as->length = (__u32)bytes;
	as->copied = copy_bytes(to, at, bytes, INTERP_MOST_NAME);
}

INLINE void ruby_names(void *ctx, struct scratch *s, const struct interp_frame *f)
{
	struct ruby_walk *w = &s->ruby;
	const struct ruby_layout *l = &w->target.layout;
	struct code_names *to = begin_names(s, f);
	__u64 id, lines, table;

	if (!to || ruby_code(w, f->code, &id) != INTERP_WHOLE || id != f->id)
		return;
	to->version = l->version;
	to->line = ruby_first_line(l, w->body);
	to->nlines = ruby_lines(l, w->body, &lines);
	copy_ruby_string(w, to, *(const __u64 *)(w->body + RUBY_BODY_LABEL), &to->name);
	copy_ruby_string(w, to, ruby_path(w, *(const __u64 *)(w->body + RUBY_BODY_PATH)),
			 &to->file);
	to->lines = copy_bytes(to, lines, to->nlines, RUBY_MOST_LINES);
	table = WALK_FIELD(__u64, w->body, l->body_table, RUBY_BODY_BYTES);
	to->table = copy_bytes(to, table, ruby_table_size(w->body), RUBY_MOST_TABLE);
	tell(ctx, s, to);
}

LANGUAGE_PARTS(ruby, RUBY)

#endif
