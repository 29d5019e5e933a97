/*
 * Finding the layout of a message. The layout of Sample changed between 1.9 and 1.10 without
 * a new name: old values would be read as attributes. The wire types of the fields distinguish
 * the two. Before 1.8 there was no table of stacks: such a message would read as empty, and is
 * an error.
 */
#include "format/otlp/otlp_reader.h"

struct otlp_layout {
	size_t nattribute; /* rows of the table of attributes */
	bool is_new, is_old, has_samples, has_locations;
};

/*
 * A sample without links or values in fields 3 and 4 is new if its only list is one of
 * attributes: then it has times, and the list refers to existing rows.
 */
static void survey_sample(struct otlp_layout *l, struct pb pb)
{
	bool has_list = false, has_times = false, in_table = true;
	struct buf list = { 0 };
	struct pb_field f;

	while (pb_next(&pb, &f)) {
		l->is_new |= (f.number == 4 && f.wire == PB_LEN) ||
			     (f.number == 3 && f.wire == PB_VARINT);
		l->is_old |= (f.number == 3 && f.wire == PB_LEN) ||
			     (f.number == 4 && f.wire == PB_VARINT);
		l->has_locations |= f.number == 2 && f.wire == PB_VARINT;
		has_times |= f.number == 5;
		if (f.number != 2 || f.wire != PB_LEN)
			continue;
		has_list = true;
		pb_ints(&pb, &f, &list);
	}
	for (size_t i = 0; i < BUF_COUNT(&list, uint64_t); i++)
		in_table &= ((uint64_t *)(void *)list.p)[i] < l->nattribute;
	if (!l->is_new && has_list && !(has_times && in_table))
		l->is_old = true;
	buf_release(&list);
}

static void survey_profile(struct otlp_reader *r, struct pb *outer, const struct pb_field *f)
{
	struct otlp_layout *l = r->layout;
	struct pb pb = pb_inside(outer, "profile", pb_bytes(outer, f));
	struct pb_field g;

	while (!l->is_new && pb_next(&pb, &g)) {
		l->has_locations |= g.number == PROFILE_TIME && g.wire == PB_LEN;
		if (g.number != PROFILE_SAMPLES || g.wire != PB_LEN)
			continue;
		l->has_samples = true;
		survey_sample(l, pb_inside(&pb, "sample", g.bytes));
	}
}

static void count_attribute(struct otlp_reader *r, struct pb *pb, const struct pb_field *f)
{
	(void)pb;
	(void)f;
	r->nattribute++;
}

static void see_dictionary(struct otlp_reader *r)
{
	struct pb pb = pb_open(r->in, "profiles", r->message, r->pos);
	struct pb_field f;

	while (!r->in->failed && pb_next(&pb, &f))
		r->has_dictionary |= f.number == DATA_DICTIONARY;
}

bool otlp_find_layout(struct otlp_reader *r)
{
	struct otlp_layout l = { 0 };

	see_dictionary(r);
	otlp_each_row(r, TABLE_ATTRIBUTES, count_attribute);
	l.nattribute = r->nattribute;
	r->layout = &l;
	otlp_each_profile(r, survey_profile);
	if (r->in->failed)
		return false;
	if (l.has_samples && (!r->has_dictionary || (l.has_locations && !l.is_new)))
		return in_fail_at(r->in, r->pos,
				  "profiles of OTLP before 1.8, whose samples have no stacks that "
				  "could be read");
	r->is_old = l.is_old && !l.is_new;
	return true;
}
