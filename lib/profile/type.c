#include "profile/type.h"

/*
 * A profile does not contain the first part of an id; it follows from the sample type
 * and the period type. NULL matches any period type.
 */
static const struct kind {
	const char *type, *period_type, *name;
} names[] = {
	{ "cpu", NULL, "process_cpu" },
	{ "samples", "cpu", "process_cpu" },
	{ "sample", "cpu", "process_cpu" },
	{ "alloc_objects", NULL, "memory" },
	{ "alloc_space", NULL, "memory" },
	{ "inuse_objects", NULL, "memory" },
	{ "inuse_space", NULL, "memory" },
	{ "goroutine", NULL, "goroutine" },
	{ "contentions", NULL, "mutex" },
	{ "delay", NULL, "mutex" },
	/* Of Java: */
	{ "alloc_in_new_tlab_objects", NULL, "memory" },
	{ "alloc_in_new_tlab_bytes", NULL, "memory" },
	{ "alloc_outside_tlab_objects", NULL, "memory" },
	{ "alloc_outside_tlab_bytes", NULL, "memory" },
	{ "alloc_sample_objects", NULL, "memory" },
	{ "alloc_sample_bytes", NULL, "memory" },
	{ "live", NULL, "memory" },
	{ "live_bytes", NULL, "memory" },
	{ "malloc_objects", NULL, "memory" },
	{ "malloc_bytes", NULL, "memory" },
	{ "cpu_time", NULL, "process_cpu" },
	{ "block_contentions", NULL, "block" },
	{ "block_delay", NULL, "block" },
};

static const struct kind *kind_of(struct str type, struct str period_type)
{
	for (size_t i = 0; i < LEN(names); i++)
		if (str_eq(type, str_of(names[i].type)) &&
		    (!names[i].period_type || str_eq(period_type, str_of(names[i].period_type))))
			return &names[i];
	return NULL;
}

/*
 * Java's recordings have one period, of CPU time, for all that they count. Pyroscope divides
 * them, and gives memory, locks and wall-clock time periods of their own.
 */
static const struct own_period {
	const char *name;
	struct str type, unit;
} own_periods[] = {
	{ "memory", { "space", 5 }, { "bytes", 5 } },
	{ "wall", { "wall", 4 }, { "nanoseconds", 11 } },
	{ "mutex", { "mutex", 5 }, { "count", 5 } },
	{ "block", { "block", 5 }, { "count", 5 } },
};

/* NULL: there is none. */
static const struct own_period *own_period(struct str name)
{
	for (size_t i = 0; i < LEN(own_periods); i++)
		if (str_eq(name, str_of(own_periods[i].name)))
			return &own_periods[i];
	return NULL;
}

void type_id_of(struct str type, struct str unit, struct str period_type, struct str period_unit,
		struct buf *id)
{
	const struct kind *kind = kind_of(type, period_type);
	struct str name = kind ? str_of(kind->name) : type;
	const struct own_period *own = str_eq(period_type, S("cpu")) ? own_period(name) : NULL;

	buf_printf(id, "%.*s:%.*s:%.*s:%.*s:%.*s", STR_ARG(name), STR_ARG(type), STR_ARG(unit),
		   STR_ARG(own ? own->type : period_type), STR_ARG(own ? own->unit : period_unit));
}

void type_id(const struct profile *p, uint32_t col, struct buf *id)
{
	type_id_of(dict_text(p->dict, p->col[col].type), dict_text(p->dict, p->col[col].unit),
		   dict_text(p->dict, p->head.period_type), dict_text(p->dict, p->head.period_unit),
		   id);
}

void type_own_period(struct profile *p)
{
	struct header *h = &p->head;
	struct str type, period_type = dict_text(p->dict, h->period_type);
	const struct own_period *own = NULL;
	const struct kind *kind;

	if (p->ncol && str_eq(period_type, S("cpu"))) {
		type = dict_text(p->dict, p->col[0].type);
		kind = kind_of(type, period_type);
		own = own_period(kind ? str_of(kind->name) : type);
	}
	if (!own)
		return;
	h->period_type = dict_intern(p->dict, own->type);
	h->period_unit = dict_intern(p->dict, own->unit);
	h->period = 0;
}

/* The first three parts of an id; *period: the others. */
static struct str without_period(struct str id, struct str *period)
{
	*period = id;
	for (int i = 0; i < 3; i++)
		str_cut(period, ':');
	return period->p ? str(id.p, (size_t)(period->p - id.p)) : id;
}

bool type_ids_agree(struct str asked, struct str id)
{
	struct str a = asked, i = id, asked_period, period;

	if (str_eq(asked, id))
		return true;
	/* Servers that are sent a whole recording of Java have the recording's period. */
	if (str_eq(without_period(asked, &asked_period), without_period(id, &period)) &&
	    str_eq(asked_period, S("cpu:nanoseconds")) && own_period(str_cut(&i, ':')))
		return true;
	i = id;
	return str_eq(str_cut(&i, ':'), S("mutex")) && str_eq(str_cut(&a, ':'), S("block")) &&
	       str_eq(a, i);
}

bool type_has_id(const struct profile *p, uint32_t col, struct str wanted)
{
	struct buf id = { 0 };
	bool same;

	type_id(p, col, &id);
	same = type_ids_agree(wanted, buf_str(&id));
	buf_release(&id);
	return same;
}

/* Events */

static bool are_modifiers(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!memchr("ukhpPGHSDIWeb", s.p[i], 13))
			return false;
	return true;
}

/* Is it what Linux calls the counters of a core, of whatever kind? */
static bool is_core_pmu(struct str pmu)
{
	return str_eq(pmu, S("cpu")) || str_eq(pmu, S("cpu_core")) || str_eq(pmu, S("cpu_atom")) ||
	       str_eq(pmu, S("cpu_lowpower")) || str_starts(pmu, S("armv")) ||
	       (str_starts(pmu, S("apple_")) && str_ends(pmu, S("_pmu")));
}

struct str type_of_event(struct str event)
{
	struct str inner = event, pmu = str_cut(&inner, '/');
	ptrdiff_t end = str_rchr(event, ':');

	if (inner.p) {
		end = str_rchr(inner, '/');
		if (end > 0 && is_core_pmu(pmu) && are_modifiers(str_skip(inner, (size_t)end + 1)))
			return str(inner.p, (size_t)end);
		return event;
	}
	/* Names of probes are the user's, and may look like modifiers. */
	if (end > 0 && are_modifiers(str_skip(event, (size_t)end + 1)) &&
	    !str_starts(event, S("probe")) && !str_starts(event, S("sdt_")))
		event.n = (size_t)end;
	return event;
}

bool type_find(const struct profile *p, struct str name, uint32_t *col)
{
	uint64_t index;
	bool found = false;

	for (uint32_t i = 0; i < p->ncol && !found; i++) {
		found = str_eq(dict_text(p->dict, p->col[i].type), name) || type_has_id(p, i, name);
		*col = i;
	}
	for (uint32_t i = 0; i < p->ncol && !found; i++) {
		found = str_eq(dict_text(p->dict, p->col[i].type), type_of_event(name));
		*col = i;
	}
	if (!found && str_u64(name, &index) && index < p->ncol) {
		*col = (uint32_t)index;
		found = true;
	}
	return found;
}
