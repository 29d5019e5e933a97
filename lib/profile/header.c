/* What profiles say about themselves as a whole, and how that merges. */
#include "profile/profile.h"

/* Of two different names the smaller, so that order does not matter. */
static str_id one_of(const struct profile *p, str_id a, str_id b)
{
	if (!a.i || !b.i)
		return a.i ? a : b;
	return str_cmp(profile_text(p, a), profile_text(p, b)) <= 0 ? a : b;
}

/*
 * The window that covers both. Profiles that do not know when they began only
 * have a duration: those add up among themselves, and a known window wins.
 */
static void merge_window(struct profile *p, struct header *to, const struct header *h)
{
	int64_t end, other_end;

	if (!to->time != !h->time) {
		if (h->time) {
			to->time = h->time;
			to->duration = h->duration;
		}
		return;
	}
	if (!h->time) {
		to->duration = sat_add(p, to->duration, h->duration);
		return;
	}
	end = sat_add(p, to->time, to->duration);
	other_end = sat_add(p, h->time, h->duration);
	to->time = to->time < h->time ? to->time : h->time;
	to->duration = (end > other_end ? end : other_end) - to->time;
}

static bool same_period_type(const struct header *a, const struct header *b)
{
	if (!a->period_type.i || !b->period_type.i)
		return true;
	return a->period_type.i == b->period_type.i && a->period_unit.i == b->period_unit.i;
}

bool profile_describe(struct profile *p, const struct header *h)
{
	struct header *to = &p->head;

	if (!same_period_type(to, h))
		return false;
	if (!to->period_type.i) {
		to->period_type = h->period_type;
		to->period_unit = h->period_unit;
	}
	if (h->period > to->period)
		to->period = h->period;
	merge_window(p, to, h);
	to->default_type = one_of(p, to->default_type, h->default_type);
	to->doc_url = one_of(p, to->doc_url, h->doc_url);
	to->drop_frames = one_of(p, to->drop_frames, h->drop_frames);
	to->keep_frames = one_of(p, to->keep_frames, h->keep_frames);
	return true;
}
