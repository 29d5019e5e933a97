#include "query/routines.h"

#include <stdlib.h>

#include "analyze/sum.h"
#include "base/path.h"

_Static_assert(sizeof(struct place) == 40, "no padding");
_Static_assert(sizeof(struct routine) == 48, "no padding");

struct collector {
	struct routines *r;
	struct query *q;
	enum places which;
	uint32_t *place_of; /* by location: its place, 0 = not selected */
	uint32_t serial;
};

/* Places */

static bool is_wanted(struct query *q, str_id name)
{
	return regex_match(&q->arg.function, dict_text(q->p->dict, name));
}

static str_id clean_file(struct dictionary *d, str_id file)
{
	struct buf path = { 0 };

	if (!file.i)
		return file;
	path_clean(&path, dict_text(d, file));
	file = dict_intern(d, buf_str(&path));
	buf_release(&path);
	return file;
}

static uint32_t add_routine(struct collector *c, const struct loc *l, str_id name)
{
	const struct func *f = dict_func(c->q->p->dict, l->func);
	struct routine key = { .name = name, .one = 1 };
	struct routine *routine;
	uint32_t row;

	if (c->which == PLACES_LINES)
		key.file = clean_file(c->q->p->dict, f->file);
	else
		key.map = l->map;
	row = table_intern(&c->r->routine, &key);
	routine = table_row(&c->r->routine, row);
	if (f->line && (!routine->start || f->line < routine->start))
		routine->start = f->line;
	return row;
}

static uint32_t add_place(struct collector *c, loc_id id, str_id name)
{
	const struct loc *l = dict_loc(c->q->p->dict, id);
	struct place key = { .one = 1, .at = c->which == PLACES_LINES ? l->line : l->addr };
	uint32_t row;

	if (c->which == PLACES_ADDRESSES && (!(l->flags & LOC_ADDR) || !l->map.i))
		return 0;
	key.routine = add_routine(c, l, name);
	row = table_intern(&c->r->place, &key);
	((struct place *)table_row(&c->r->place, row))->loc = id;
	return row;
}

static void find_places(struct collector *c)
{
	struct dictionary *d = c->q->p->dict;
	uint32_t nloc = d->loc.n;

	c->place_of = mem_zeroed(nloc, sizeof(*c->place_of));
	for (uint32_t i = 1; i < nloc; i++) {
		const struct func *f = dict_func(d, dict_loc(d, (loc_id){ i })->func);
		str_id name = dict_frame_name(d, (loc_id){ i });

		if ((f->name.i || f->linkage.i) && is_wanted(c->q, name))
			c->place_of[i] = add_place(c, (loc_id){ i }, name);
	}
}

/* Values */

static void add_cum(struct collector *c, uint32_t row, int64_t v)
{
	struct place *place = table_row(&c->r->place, row);
	struct routine *routine = table_row(&c->r->routine, place->routine);

	if (place->serial != c->serial)
		place->cum = sum_add(place->cum, v, &c->r->saturated);
	if (routine->serial != c->serial)
		routine->cum = sum_add(routine->cum, v, &c->r->saturated);
	place->serial = routine->serial = c->serial;
}

static void add_flat(struct collector *c, uint32_t row, int64_t v)
{
	struct place *place = table_row(&c->r->place, row);
	struct routine *routine = table_row(&c->r->routine, place->routine);

	place->flat = sum_add(place->flat, v, &c->r->saturated);
	routine->flat = sum_add(routine->flat, v, &c->r->saturated);
}

/* By address, a place is in the function into which the others are inlined. */
static bool is_skipped(const struct collector *c, const loc_id *frame, size_t i)
{
	return c->which == PLACES_ADDRESSES && i &&
	       dict_is_inlined(c->q->p->dict, frame[i - 1], frame[i]);
}

static void add_stack(struct collector *c, stack_id stack, int64_t v)
{
	uint32_t leaf = 0;
	size_t n;
	const loc_id *frame = dict_frames(c->q->p->dict, stack, &n);

	c->serial++;
	for (size_t i = 0; i < n; i++) {
		if (is_skipped(c, frame, i))
			continue;
		leaf = c->place_of[frame[i].i];
		if (leaf)
			add_cum(c, leaf, v);
	}
	if (leaf)
		add_flat(c, leaf, v);
}

static void add_samples(struct collector *c)
{
	const struct profile *p = c->q->p;

	for (uint32_t i = 1; i < p->sample.n; i++) {
		int64_t v = profile_value(p, c->q->col, (sample_id){ i });

		if (v)
			add_stack(c, profile_sample(p, (sample_id){ i })->stack, v);
	}
}

/* Order */

struct sort_key {
	struct str name, file;
	uint64_t at;
	uint32_t row;
};

static int compare_keys(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;
	int d = str_cmp(x->name, y->name);

	d = d ? d : str_cmp(x->file, y->file);
	d = d ? d : (x->at > y->at) - (x->at < y->at);
	return d ? d : (x->row > y->row) - (x->row < y->row);
}

/* Sort and free the keys; returns their rows. */
static uint32_t *sort_keys(struct sort_key *key, uint32_t n, size_t allocated)
{
	uint32_t *rows = mem_zeroed(allocated, sizeof(*rows));

	qsort(key, n, sizeof(*key), compare_keys);
	for (uint32_t i = 0; i < n; i++)
		rows[i] = key[i].row;
	mem_free(key, allocated * sizeof(*key));
	return rows;
}

static void sort_routines(struct routines *r, const struct dictionary *d)
{
	struct sort_key *key = mem_zeroed(r->routine.n, sizeof(*key));

	for (uint32_t i = 1; i < r->routine.n; i++) {
		const struct routine *routine = table_row(&r->routine, i);

		if (routine->flat || routine->cum)
			key[r->nroutine++] = (struct sort_key){ dict_text(d, routine->name),
								dict_text(d, routine->file),
								routine->map.i, i };
	}
	r->sorted = sort_keys(key, r->nroutine, r->routine.n);
}

/* By routine, then by line or address. */
static void sort_places(struct routines *r)
{
	struct sort_key *key = mem_zeroed(r->place.n, sizeof(*key));
	struct routine *routine = NULL;

	for (uint32_t i = 1; i < r->place.n; i++) {
		const struct place *place = table_row(&r->place, i);

		if (place->flat || place->cum)
			key[r->nplace++] = (struct sort_key){ .at = place->at, .row = i };
	}
	r->order = sort_keys(key, r->nplace, r->place.n);
	for (uint32_t i = 0; i < r->nplace; i++) {
		const struct place *place = table_row(&r->place, r->order[i]);

		routine = table_row(&r->routine, place->routine);
		routine->n++;
	}
}

/* Put the places of each routine together, in their former order. */
static void group_places(struct routines *r)
{
	uint32_t *grouped = mem_zeroed(r->place.n, sizeof(*grouped)), at = 0;

	for (uint32_t i = 1; i < r->routine.n; i++) {
		struct routine *routine = table_row(&r->routine, i);

		routine->first = at;
		at += routine->n;
		routine->n = 0;
	}
	for (uint32_t i = 0; i < r->nplace; i++) {
		const struct place *place = table_row(&r->place, r->order[i]);
		struct routine *routine = table_row(&r->routine, place->routine);

		grouped[routine->first + routine->n++] = r->order[i];
	}
	mem_free(r->order, r->place.n * sizeof(*r->order));
	r->order = grouped;
}

void routines_init(struct routines *r, struct query *q, enum places which)
{
	struct collector c = { .r = r, .q = q, .which = which };
	uint32_t nloc = q->p->dict->loc.n;

	*r = (struct routines){ 0 };
	table_init(&r->routine, sizeof(struct routine), offsetof(struct routine, flat));
	table_init(&r->place, sizeof(struct place), offsetof(struct place, flat));
	find_places(&c);
	add_samples(&c);
	sort_routines(r, q->p->dict);
	sort_places(r);
	group_places(r);
	q->p->saturated += r->saturated;
	q->result.found |= r->nroutine != 0;
	mem_free(c.place_of, nloc * sizeof(*c.place_of));
}

void routines_release(struct routines *r)
{
	mem_free(r->order, r->place.n * sizeof(*r->order));
	mem_free(r->sorted, r->routine.n * sizeof(*r->sorted));
	table_release(&r->routine);
	table_release(&r->place);
}

/* Text */

void put_value_or_dot(const struct query *q, struct buf *b, int64_t v)
{
	if (v)
		put_value_column(q, b, v, 10);
	else
		buf_printf(b, "%10s", ".");
}

void put_routine(const struct query *q, struct buf *b, const struct routine *routine, struct str in)
{
	buf_add(b, S("ROUTINE ======================== "));
	put_name(b, dict_text(q->p->dict, routine->name));
	put_name(b, in);
	buf_ch(b, '\n');
	put_value_column(q, b, routine->flat, 10);
	buf_ch(b, ' ');
	put_value_column(q, b, routine->cum, 10);
	buf_add(b, S(" (flat, cum) "));
	put_percent(b, routine->cum, q->total);
	buf_add(b, S(" of Total\n"));
}
