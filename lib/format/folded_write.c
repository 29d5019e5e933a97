/* Writing folded stacks: sorted, each once, with names that fit on a line. */
#include "analyze/sorted.h"
#include "format/folded.h"

static bool ends_in_count(struct str name)
{
	struct folded_count c;
	ptrdiff_t blank = str_rchr(name, ' ');

	return blank >= 0 && folded_count(str_skip(name, (size_t)blank + 1), &c);
}

static bool is_control(char c)
{
	return (uint8_t)c < 0x20 || c == 0x7f;
}

static bool is_clean(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (is_control(name.p[i]) || name.p[i] == ';')
			return false;
	return !ends_in_count(name);
}

static str_id clean_name(struct dictionary *d, loc_id loc)
{
	str_id id = dict_frame_name(d, loc);
	struct str name = dict_text(d, id);
	struct buf b = { 0 };

	if (is_clean(name))
		return id;
	for (size_t i = 0; i < name.n; i++)
		buf_ch(&b, name.p[i] == ';' ? ':' : is_control(name.p[i]) ? ' ' : name.p[i]);
	if (ends_in_count(buf_str(&b)))
		buf_ch(&b, '_');
	id = dict_intern(d, buf_str(&b));
	buf_release(&b);
	return id;
}

static void put_line(struct buf *b, const struct profile *p, const struct sorted *s,
		     const struct sorted_stack *stack)
{
	for (uint32_t i = 0; i < stack->n; i++) {
		if (i)
			buf_ch(b, ';');
		buf_add(b, dict_text(p->dict, s->text[sorted_name(s, stack, i)]));
	}
	if (!stack->n)
		buf_add(b, S("[unknown]"));
	buf_ch(b, ' ');
	if (s->diff) {
		buf_i64(b, stack->base);
		buf_ch(b, ' ');
	}
	buf_i64(b, stack->value);
	buf_ch(b, '\n');
}

void folded_write(struct out *out, struct profile *p)
{
	struct frame_names names;
	struct sorted s;

	if (!p->ncol)
		return;
	profile_round(p);
	frame_names_init(&names, p->dict, clean_name);
	sorted_init(&s, p, profile_default_column(p), &names, SORTED_AS_TEXT);
	p->saturated += s.saturated;
	for (size_t i = 0; i < s.n; i++) {
		if (!s.stack[i].value && !s.stack[i].base)
			continue;
		put_line(&out->bytes, p, &s, &s.stack[i]);
		out_flush(out);
	}
	sorted_release(&s);
	frame_names_release(&names);
}
