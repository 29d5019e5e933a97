/* The header fields and comments of a stored profile as bytes, which most profiles share. */
#include "store/chunk.h"

void meta_put(struct buf *b, const struct profile *p)
{
	const struct header *h = &p->head;
	str_id text[] = { h->default_type, h->doc_url, h->drop_frames, h->keep_frames };

	put_sleb(b, h->period);
	put_uleb(b, h->mixed_periods);
	for (size_t i = 0; i < LEN(text); i++)
		put_text(b, dict_text(p->dict, text[i]));
	put_uleb(b, profile_ncomment(p));
	for (size_t i = 0; i < profile_ncomment(p); i++)
		put_text(b, dict_text(p->dict, profile_comment(p, i)));
}

bool meta_get(struct str meta, struct profile *p)
{
	struct cursor c = cursor_over(meta);
	struct header *h = &p->head;
	str_id *text[] = { &h->default_type, &h->doc_url, &h->drop_frames, &h->keep_frames };
	size_t n;

	h->period = get_sleb(&c);
	h->mixed_periods = get_below(&c, 2);
	for (size_t i = 0; i < LEN(text); i++)
		*text[i] = dict_intern(p->dict, get_text(&c));
	n = get_count(&c);
	for (size_t i = 0; i < n && !c.failed; i++)
		profile_add_comment(p, get_text(&c));
	return !c.failed && !cursor_left(&c);
}

/* The name of the default sample type; empty if the profile does not say. */
struct str meta_default_type(struct str meta)
{
	struct cursor c = cursor_over(meta);

	get_sleb(&c);
	get_uleb(&c);
	return get_text(&c);
}
