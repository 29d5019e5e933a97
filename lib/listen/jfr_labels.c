#include "listen/jfr_labels.h"

#include <stdlib.h>

#include "base/vec.h"
#include "io/pb.h"

/* An entry of a map, in order of appearance; the last one of a number counts. */
struct snapshot_string {
	uint64_t number;
	struct str text;
};

struct snapshot_label {
	uint64_t context, key, value;
};

struct snapshot {
	VEC(struct snapshot_string) string;
	VEC(struct snapshot_label) label;
	struct table contexts; /* struct known_context */
};

struct known_context {
	uint64_t number;
	/* Payload */
	uint64_t first, n; /* its labels in `label` */
};

_Static_assert(sizeof(struct known_context) == 24, "no padding");

/* Reading */

/* Read an entry of a map: its key, and the field of its value. False if it has no value. */
static bool map_entry(const struct pb *outer, const struct pb_field *f, uint64_t *key,
		      struct pb *entry, struct pb_field *value)
{
	bool found = false;
	struct pb_field g;

	*key = 0;
	*entry = pb_inside(outer, "entry", f->bytes);
	while (pb_next(entry, &g)) {
		if (g.number == 1)
			*key = pb_int(entry, &g);
		if (g.number != 2)
			continue;
		*value = g;
		found = true;
	}
	return found;
}

static void read_context(struct snapshot *s, const struct pb *outer, const struct pb_field *f)
{
	struct known_context row = { .first = s->label.n };
	struct pb entry, pb, inner;
	struct pb_field value, g, number;
	uint64_t key;

	if (!map_entry(outer, f, &row.number, &entry, &value))
		return;
	pb = pb_inside(&entry, "context", pb_bytes(&entry, &value));
	while (pb_next(&pb, &g))
		if (g.number == 1 && g.wire == PB_LEN && map_entry(&pb, &g, &key, &inner, &number))
			vec_push(&s->label, { row.number, key, pb_int(&inner, &number) });
	row.n = s->label.n - row.first;
	table_intern(&s->contexts, &row);
}

static bool read_snapshot(struct snapshot *s, struct in *in, struct str bytes)
{
	struct pb pb = pb_open(in, "labels", bytes, 0), entry;
	struct pb_field f, value;
	uint64_t number;

	while (pb_next(&pb, &f)) {
		if (f.wire != PB_LEN)
			continue;
		if (f.number == 1)
			read_context(s, &pb, &f);
		else if (f.number == 2 && map_entry(&pb, &f, &number, &entry, &value))
			vec_push(&s->string, { number, pb_bytes(&entry, &value) });
	}
	return !in->failed;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = ((const struct snapshot_string *)a)->number;
	uint64_t y = ((const struct snapshot_string *)b)->number;

	return (x > y) - (x < y);
}

static struct str text_of(const struct snapshot *s, uint64_t number)
{
	struct snapshot_string key = { .number = number }, *found;

	found = s->string.n ? bsearch(&key, s->string.v, s->string.n, sizeof(key), by_number) :
			      NULL;
	return found ? found->text : S("");
}

/* Applying */

static label_set_id context_labels(const struct snapshot *s, struct dictionary *d, label_set_id set,
				   const struct known_context *c)
{
	for (uint64_t i = c->first; i < c->first + c->n; i++) {
		struct str key = text_of(s, s->label.v[i].key);
		struct str value = text_of(s, s->label.v[i].value);

		if (key.n && value.n)
			set = dict_add_text_label(d, set, key, value);
	}
	return set;
}

static bool apply_to_sample(const struct snapshot *s, struct dictionary *d, str_id context_id,
			    struct sample *sample)
{
	const struct label *l = dict_find_label(d, sample->labels, context_id);
	struct known_context row = { 0 };
	uint32_t found;

	if (!l)
		return true;
	row.number = (uint64_t)l->num;
	found = table_find(&s->contexts, &row);
	if (!found)
		return false;
	sample->labels = context_labels(s, d, dict_drop_label(d, sample->labels, context_id),
					table_row(&s->contexts, found));
	return true;
}

static uint64_t apply(const struct snapshot *s, struct profile *p)
{
	str_id context_id = dict_find_str(p->dict, S("context_id"));
	struct sample *to;
	uint64_t unknown = 0;

	if (!context_id.i)
		return 0;
	to = mem_zeroed(p->sample.n, sizeof(*to));
	for (uint32_t i = 1; i < p->sample.n; i++) {
		to[i] = *profile_sample(p, (sample_id){ i });
		unknown += !apply_to_sample(s, p->dict, context_id, &to[i]);
	}
	profile_remap(p, to, NULL);
	mem_free(to, p->sample.n * sizeof(*to));
	return unknown;
}

uint64_t jfr_labels_apply(struct in *in, struct str snapshot, struct profile *p)
{
	struct snapshot s = { 0 };
	uint64_t unknown = 0;

	table_init(&s.contexts, sizeof(struct known_context), sizeof(uint64_t));
	if (read_snapshot(&s, in, snapshot)) {
		if (s.string.n)
			qsort(s.string.v, s.string.n, sizeof(*s.string.v), by_number);
		unknown = apply(&s, p);
	}
	vec_release(&s.string);
	vec_release(&s.label);
	table_release(&s.contexts);
	return unknown;
}
