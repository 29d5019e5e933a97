#include "query/select/stack_selector.h"

enum { NOT_KNOWN, UNWANTED, WANTED };

bool stack_selector_is_empty(const struct stack_selector *s)
{
	return !s->function && (!s->frames || !s->frames->labels.n);
}

void stack_path(struct dictionary *d, stack_id stack, struct buf *path)
{
	size_t n;
	const loc_id *frame = dict_frames(d, stack, &n);

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_ch(path, ';');
		buf_add(path, dict_text(d, dict_frame_name(d, frame[i])));
	}
	if (!n)
		buf_add(path, S("[unknown]"));
}

static bool wants_loc(struct stack_selector *s, struct dictionary *d, loc_id loc)
{
	uint8_t *known;

	if (loc.i >= s->loc.n)
		vec_append_zeroed(&s->loc, d->loc.n - s->loc.n);
	known = &s->loc.v[loc.i];
	if (!*known)
		*known = UNWANTED + regex_match(s->function, dict_text(d, dict_frame_name(d, loc)));
	return *known == WANTED;
}

static bool has_function(struct stack_selector *s, struct dictionary *d, stack_id stack)
{
	size_t n;
	const loc_id *frame = dict_frames(d, stack, &n);

	for (size_t i = s->self && n ? n - 1 : 0; i < n; i++)
		if (wants_loc(s, d, frame[i]))
			return true;
	return false;
}

/* Match the names of frames as values of labels. */
static bool frames_match(struct stack_selector *s, struct dictionary *d, stack_id stack)
{
	struct buf path = { 0 };
	size_t n;
	const loc_id *frame = dict_frames(d, stack, &n);
	bool matches;

	vec_clear(&s->label);
	stack_path(d, stack, &path);
	for (size_t i = 0; i < n; i++)
		vec_push(&s->label, { S("function"), dict_text(d, dict_frame_name(d, frame[i])) });
	vec_push(&s->label, { S("self"), n ? s->label.v[n - 1].value : S("[unknown]") });
	vec_push(&s->label, { S("path"), buf_str(&path) });
	matches = selector_matches_labels(s->frames, s->label.v, s->label.n);
	buf_release(&path);
	return matches;
}

bool stack_selector_wants(struct stack_selector *s, struct dictionary *d, stack_id stack)
{
	uint8_t *known;

	if (stack_selector_is_empty(s))
		return true;
	if (s->dict != d)
		stack_selector_forget(s);
	s->dict = d;
	if (stack.i >= s->stack.n)
		vec_append_zeroed(&s->stack, d->stack.n - s->stack.n);
	known = &s->stack.v[stack.i];
	if (*known == NOT_KNOWN)
		*known = (!s->function || has_function(s, d, stack)) &&
					 (!s->frames || frames_match(s, d, stack)) ?
				 WANTED :
				 UNWANTED;
	return *known == WANTED;
}

void stack_selector_forget(struct stack_selector *s)
{
	s->dict = NULL;
	vec_clear(&s->loc);
	vec_clear(&s->stack);
}

void stack_selector_release(struct stack_selector *s)
{
	vec_release(&s->loc);
	vec_release(&s->stack);
	vec_release(&s->label);
}
