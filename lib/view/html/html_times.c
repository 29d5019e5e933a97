/*
 * conf.times: the times of slots. Windows have a list of times, in ms since the first; slots of
 * samples have a length, in ms. `start` is in ms since 1970 if the times are calendar times,
 * else since an unknown moment.
 */
#include "view/html/html.h"

static const double MS = 1e6;

static void put_conf(struct page *page, struct json *j)
{
	const struct html_times *t = &page->rows.times;

	if (!t->n)
		return;
	json_member_object(j, "times");
	json_member_bool(j, "windows", t->windows);
	json_member_int64(j, "slots", t->nslot);
	json_member_double(j, "start", (double)t->at[0] / MS);
	if (!t->windows) {
		json_member_double(j, "length", (double)t->slot / MS);
		json_member_int64(j, "perColumn", HTML_SLOTS);
	}
	json_member_array(j, "at");
	for (size_t i = 0; i < t->n && t->windows; i++)
		json_put_double(j, (double)(t->at[i] - t->at[0]) / MS);
	json_end_array(j);
	json_end_object(j);
}

const struct html_part html_part_times = { put_conf, NULL };
