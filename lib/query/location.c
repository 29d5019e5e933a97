#include "query/location.h"

/* A row of locations.group: a frame inlined into a location. */
struct group {
	uint32_t outer; /* number of a location */
	loc_id loc;
};

/* The frames of one address, outermost first. */
struct lines {
	loc_id *frame;
	size_t n;
};

void locations_init(struct locations *f, struct profile *p, struct pattern *pattern)
{
	*f = (struct locations){ .p = p, .pattern = pattern, .nloc = p->dict->loc.n };
	f->alone = mem_zeroed(f->nloc, sizeof(*f->alone));
	table_init(&f->group, sizeof(struct group), sizeof(struct group));
}

void locations_release(struct locations *f)
{
	mem_free(f->alone, f->nloc * sizeof(*f->alone));
	table_release(&f->group);
	vec_release(&f->grouped);
	vec_release(&f->kept);
	*f = (struct locations){ 0 };
}

/* Matching */

static bool is_set(const struct locations *f, enum frame_pattern which)
{
	return pattern_is_set(&f->pattern[which]);
}

static uint32_t line_matches(struct locations *f, enum frame_pattern which, loc_id loc)
{
	return pattern_matches_function(&f->pattern[which], f->p, loc);
}

static uint32_t mapping_matches(struct locations *f, enum frame_pattern which, loc_id loc)
{
	return pattern_matches_mapping(&f->pattern[which], f->p, loc);
}

static uint32_t location_matches(struct locations *f, enum frame_pattern which, loc_id outer,
				 const struct lines *l)
{
	uint32_t set = mapping_matches(f, which, outer);

	for (size_t i = 0; i < l->n; i++)
		set |= line_matches(f, which, l->frame[i]);
	return set;
}

/* Locations */

static bool is_dropped(struct locations *f, loc_id loc)
{
	return line_matches(f, PATTERN_DROP, loc) &&
	       !(is_set(f, PATTERN_KEEP) && line_matches(f, PATTERN_KEEP, loc));
}

/* Drop the location, or its frames from an inlined one on. */
static uint32_t apply_drop(struct locations *f, struct lines *l)
{
	size_t i = 0;

	if (!is_set(f, PATTERN_DROP))
		return 0;
	while (i < l->n && !is_dropped(f, l->frame[i]))
		i++;
	if (i == l->n)
		return 0;
	if (i == 0)
		return LOCATION_DROPPED;
	l->n = i;
	return LOCATION_DROP_BELOW;
}

/* The flags that decide whether a stack is kept. */
static uint32_t stack_flags(struct locations *f, loc_id outer, const struct lines *l)
{
	struct lines innermost = { l->frame + l->n - 1, 1 };
	uint32_t flags = 0, focus = 0;

	if (is_set(f, PATTERN_FOCUS))
		focus = location_matches(f, PATTERN_FOCUS, outer, l);
	if (is_set(f, PATTERN_LEAF) && location_matches(f, PATTERN_LEAF, outer, &innermost))
		flags |= LOCATION_LEAF;
	if (is_set(f, PATTERN_IGNORE) && location_matches(f, PATTERN_IGNORE, outer, l))
		flags |= LOCATION_IGNORED;
	else if (!is_set(f, PATTERN_FOCUS) || focus)
		flags |= LOCATION_WANTED;
	return flags | focus * LOCATION_FOCUS;
}

/* Keep the frames that match or, if not `matching`, those that do not. */
static void keep_lines(struct locations *f, enum frame_pattern which, struct lines *l,
		       bool matching)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if ((line_matches(f, which, l->frame[i]) != 0) == matching)
			l->frame[n++] = l->frame[i];
	l->n = n;
}

static uint32_t apply_hide_and_show(struct locations *f, loc_id outer, struct lines *l)
{
	if (is_set(f, PATTERN_HIDE) && mapping_matches(f, PATTERN_HIDE, outer))
		l->n = 0;
	else if (is_set(f, PATTERN_HIDE))
		keep_lines(f, PATTERN_HIDE, l, false);
	if (is_set(f, PATTERN_SHOW)) {
		/* As in pprof, a matching mapping keeps functions, but not frames without one. */
		if (l->n == 1 && !dict_loc(f->p->dict, l->frame[0])->func.i)
			l->n = 0;
		if (!mapping_matches(f, PATTERN_SHOW, outer))
			keep_lines(f, PATTERN_SHOW, l, true);
	}
	return l->n ? 0 : LOCATION_HIDDEN;
}

/* Leave out frames above the outermost match. */
static uint32_t apply_show_from(struct locations *f, loc_id outer, struct lines *l)
{
	if (!is_set(f, PATTERN_SHOW_FROM))
		return 0;
	if (mapping_matches(f, PATTERN_SHOW_FROM, outer))
		return LOCATION_SHOW_FROM;
	for (size_t i = 0; i < l->n; i++) {
		if (line_matches(f, PATTERN_SHOW_FROM, l->frame[i])) {
			*l = (struct lines){ l->frame + i, l->n - i };
			return LOCATION_SHOW_FROM;
		}
	}
	return 0;
}

/* Leave out frames below the innermost match. */
static uint32_t apply_prune_from(struct locations *f, struct lines *l)
{
	for (size_t i = l->n; is_set(f, PATTERN_PRUNE_FROM) && i-- > 0;) {
		if (line_matches(f, PATTERN_PRUNE_FROM, l->frame[i])) {
			l->n = i + 1;
			return LOCATION_PRUNE_FROM;
		}
	}
	return 0;
}

/* The outermost frame that is left is not inlined any more. */
static void mark_outermost(struct locations *f, struct lines *l)
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

/* Evaluate all patterns for the location of these n frames. */
static struct location evaluate(struct locations *f, const loc_id *frame, size_t n)
{
	struct location location = { .first = (uint32_t)f->kept.n };
	struct lines l = { NULL, n };

	vec_append(&f->kept, frame, n);
	l.frame = f->kept.v + location.first;
	location.flags = LOCATION_KNOWN | apply_drop(f, &l);
	location.flags |= stack_flags(f, frame[0], &l);
	location.flags |= apply_hide_and_show(f, frame[0], &l);
	location.flags |= apply_show_from(f, frame[0], &l);
	location.flags |= apply_prune_from(f, &l);
	if (l.n && l.frame[0].i != frame[0].i)
		mark_outermost(f, &l);
	if (l.n != n || (n && l.frame[0].i != frame[0].i))
		location.flags |= LOCATION_CHANGED;
	location.first = (uint32_t)(l.frame - f->kept.v);
	location.n = (uint32_t)l.n;
	return location;
}

/* The number of the location of these n frames. */
static uint32_t number_location(struct locations *f, const loc_id *frame, size_t n)
{
	struct group g = { .outer = frame[0].i };
	struct location *location;

	for (size_t i = 1; i < n; i++) {
		g.loc = frame[i];
		g.outer = f->nloc + table_intern(&f->group, &g);
	}
	vec_append_zeroed(&f->grouped, f->group.n - f->grouped.n);
	location = g.outer < f->nloc ? &f->alone[g.outer] : &f->grouped.v[g.outer - f->nloc];
	if (!location->flags)
		*location = evaluate(f, frame, n);
	return g.outer;
}

void locations_find(struct locations *f, stack_id stack, struct location_run *run)
{
	size_t n, len;
	const loc_id *frame = dict_frames(f->p->dict, stack, &n);

	run->n = 0;
	for (size_t i = 0; i < n; i += len) {
		uint32_t number;

		for (len = 1; i + len < n; len++)
			if (!dict_is_inlined(f->p->dict, frame[i + len - 1], frame[i + len]))
				break;
		number = number_location(f, frame + i, len);
		vec_push(run, number);
	}
}
