#include "query/place.h"

/* A row of places.group: a frame inlined into a place. */
struct group {
	uint32_t outer; /* number of a place */
	loc_id loc;
};

/* The frames of one address, outermost first. */
struct lines {
	loc_id *frame;
	size_t n;
};

void places_init(struct places *f, struct profile *p, struct pattern *pattern)
{
	*f = (struct places){ .p = p, .pattern = pattern, .nloc = p->dict->loc.n };
	f->alone = mem_zeroed(f->nloc, sizeof(*f->alone));
	table_init(&f->group, sizeof(struct group), sizeof(struct group));
}

void places_release(struct places *f)
{
	mem_free(f->alone, f->nloc * sizeof(*f->alone));
	table_release(&f->group);
	buf_release(&f->grouped);
	buf_release(&f->kept);
	*f = (struct places){ 0 };
}

/* Matching */

static bool is_set(const struct places *f, enum frame_pattern which)
{
	return pattern_is_set(&f->pattern[which]);
}

static bool line_matches(struct places *f, enum frame_pattern which, loc_id loc)
{
	return pattern_matches_function(&f->pattern[which], f->p, loc);
}

static bool mapping_matches(struct places *f, enum frame_pattern which, loc_id loc)
{
	return pattern_matches_mapping(&f->pattern[which], f->p, loc);
}

static bool place_matches(struct places *f, enum frame_pattern which, loc_id outer,
			  const struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (line_matches(f, which, l->frame[i]))
			return true;
	return mapping_matches(f, which, outer);
}

/* Places */

static bool is_dropped(struct places *f, loc_id loc)
{
	return line_matches(f, PATTERN_DROP, loc) &&
	       !(is_set(f, PATTERN_KEEP) && line_matches(f, PATTERN_KEEP, loc));
}

/* Dropped as a whole, or from a frame that is inlined on. */
static uint32_t drop(struct places *f, struct lines *l)
{
	size_t i = 0;

	if (!is_set(f, PATTERN_DROP))
		return 0;
	while (i < l->n && !is_dropped(f, l->frame[i]))
		i++;
	if (i == l->n)
		return 0;
	if (i == 0)
		return PLACE_DROPPED;
	l->n = i;
	return PLACE_DROP_BELOW;
}

/* What decides on the whole stack. */
static uint32_t judge(struct places *f, loc_id outer, const struct lines *l)
{
	struct lines innermost = { l->frame + l->n - 1, 1 };
	uint32_t flags = 0;

	if (is_set(f, PATTERN_LEAF) && place_matches(f, PATTERN_LEAF, outer, &innermost))
		flags |= PLACE_LEAF;
	if (is_set(f, PATTERN_IGNORE) && place_matches(f, PATTERN_IGNORE, outer, l))
		flags |= PLACE_IGNORED;
	else if (!is_set(f, PATTERN_FOCUS) || place_matches(f, PATTERN_FOCUS, outer, l))
		flags |= PLACE_FOCUSED;
	return flags;
}

/* Keep the frames that match, or with `matching` false those that do not. */
static void keep(struct places *f, enum frame_pattern which, struct lines *l, bool matching)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (line_matches(f, which, l->frame[i]) == matching)
			l->frame[n++] = l->frame[i];
	l->n = n;
}

static uint32_t hide(struct places *f, loc_id outer, struct lines *l)
{
	if (is_set(f, PATTERN_HIDE) && mapping_matches(f, PATTERN_HIDE, outer))
		l->n = 0;
	else if (is_set(f, PATTERN_HIDE))
		keep(f, PATTERN_HIDE, l, false);
	if (is_set(f, PATTERN_SHOW)) {
		/* pprof keeps a mapping's functions, but nothing that has none. */
		if (l->n == 1 && !dict_loc(f->p->dict, l->frame[0])->func.i)
			l->n = 0;
		if (!mapping_matches(f, PATTERN_SHOW, outer))
			keep(f, PATTERN_SHOW, l, true);
	}
	return l->n ? 0 : PLACE_HIDDEN;
}

/* Leave out frames above the outermost match. */
static uint32_t show_from(struct places *f, loc_id outer, struct lines *l)
{
	if (!is_set(f, PATTERN_SHOW_FROM))
		return 0;
	if (mapping_matches(f, PATTERN_SHOW_FROM, outer))
		return PLACE_SHOW_FROM;
	for (size_t i = 0; i < l->n; i++) {
		if (line_matches(f, PATTERN_SHOW_FROM, l->frame[i])) {
			*l = (struct lines){ l->frame + i, l->n - i };
			return PLACE_SHOW_FROM;
		}
	}
	return 0;
}

/* Leave out frames below the innermost match. */
static uint32_t prune_from(struct places *f, struct lines *l)
{
	for (size_t i = l->n; is_set(f, PATTERN_PRUNE_FROM) && i-- > 0;) {
		if (line_matches(f, PATTERN_PRUNE_FROM, l->frame[i])) {
			l->n = i + 1;
			return PLACE_PRUNE_FROM;
		}
	}
	return 0;
}

/* The outermost of the frames that are left is not inlined into one that is. */
static void put_first(struct places *f, struct lines *l)
{
	struct loc loc;

	if (!l->n)
		return;
	loc = *dict_loc(f->p->dict, l->frame[0]);
	if (!(loc.flags & LOC_INLINED))
		return;
	loc.flags &= ~(uint32_t)LOC_INLINED;
	l->frame[0] = dict_add_loc(f->p->dict, loc);
}

/* Look at the n frames of a place. */
static struct place look_at(struct places *f, const loc_id *frame, size_t n)
{
	struct place place = { .first = (uint32_t)BUF_COUNT(&f->kept, loc_id) };
	struct lines l = { NULL, n };

	buf_put(&f->kept, frame, n * sizeof(*frame));
	l.frame = (loc_id *)f->kept.p + place.first;
	place.flags = PLACE_KNOWN | drop(f, &l);
	place.flags |= judge(f, frame[0], &l);
	place.flags |= hide(f, frame[0], &l);
	place.flags |= show_from(f, frame[0], &l);
	place.flags |= prune_from(f, &l);
	if (l.n && l.frame[0].i != frame[0].i)
		put_first(f, &l);
	if (l.n != n || (n && l.frame[0].i != frame[0].i))
		place.flags |= PLACE_CHANGED;
	place.first = (uint32_t)(l.frame - (loc_id *)f->kept.p);
	place.n = (uint32_t)l.n;
	return place;
}

/* The number of the place that is these n frames. */
static uint32_t find_place(struct places *f, const loc_id *frame, size_t n)
{
	struct group g = { .outer = frame[0].i };
	size_t known = BUF_COUNT(&f->grouped, struct place);
	struct place *place;

	for (size_t i = 1; i < n; i++) {
		g.loc = frame[i];
		g.outer = f->nloc + table_intern(&f->group, &g);
	}
	if (f->group.n > known) {
		size_t more = (f->group.n - known) * sizeof(struct place);

		memset(buf_room(&f->grouped, more), 0, more);
		f->grouped.n += more;
	}
	place = g.outer < f->nloc ? &f->alone[g.outer] :
				    (struct place *)f->grouped.p + (g.outer - f->nloc);
	if (!place->flags)
		*place = look_at(f, frame, n);
	return g.outer;
}

void places_find(struct places *f, stack_id stack, struct buf *run)
{
	size_t n, len;
	const loc_id *frame = dict_frames(f->p->dict, stack, &n);

	run->n = 0;
	for (size_t i = 0; i < n; i += len) {
		uint32_t number;

		for (len = 1; i + len < n; len++)
			if (!dict_is_inlined(f->p->dict, frame[i + len - 1], frame[i + len]))
				break;
		number = find_place(f, frame + i, len);
		buf_put(run, &number, sizeof(number));
	}
}
