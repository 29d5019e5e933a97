#include "listen/ingest_type.h"

#define OF_CPU   "cpu", "nanoseconds"
#define OF_SPACE "space", "bytes"
#define OF_LOCKS "contentions", "count"

static const struct ingest_type of_name[] = {
	{ "cpu", "cpu", "nanoseconds", OF_CPU, true },
	{ "itimer", "cpu", "nanoseconds", OF_CPU, true },
	{ "wall", "wall", "nanoseconds", "wall", "nanoseconds", true },
	{ "alloc_objects", "alloc_objects", "count", OF_SPACE },
	{ "alloc_space", "alloc_space", "bytes", OF_SPACE },
	{ "inuse_objects", "inuse_objects", "count", OF_SPACE },
	{ "inuse_space", "inuse_space", "bytes", OF_SPACE },
	{ "goroutines", "goroutine", "count", "goroutine", "count" },
	{ "mutex_count", "contentions", "count", OF_LOCKS },
	{ "mutex_duration", "delay", "nanoseconds", OF_LOCKS },
	{ "block_count", "block_contentions", "count", OF_LOCKS },
	{ "block_duration", "block_delay", "nanoseconds", OF_LOCKS },
	{ "lock_count", "contentions", "count", OF_LOCKS },
	{ "lock_duration", "delay", "nanoseconds", OF_LOCKS },
	{ "live", "live", "count", OF_SPACE },
	{ "exceptions", "exceptions", "count", "", "" },
};

static const struct ingest_type of_units[] = {
	{ "", "cpu", "nanoseconds", OF_CPU, true },
	{ "samples", "cpu", "nanoseconds", OF_CPU, true },
	{ "nanoseconds", "cpu", "nanoseconds", OF_CPU },
	{ "microseconds", "cpu", "microseconds", OF_CPU },
	{ "milliseconds", "cpu", "milliseconds", OF_CPU },
	{ "objects", "alloc_objects", "count", OF_SPACE },
	{ "bytes", "alloc_space", "bytes", OF_SPACE },
	{ "goroutines", "goroutine", "count", "goroutine", "count" },
	{ "lock_samples", "contentions", "count", OF_LOCKS },
	{ "lock_nanoseconds", "delay", "nanoseconds", OF_LOCKS },
	{ "exceptions", "exceptions", "count", "", "" },
	{ "count", "samples", "count", "", "" },
};

static const struct ingest_type *type_of_word(const struct ingest_type *types, size_t n,
					      struct str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(word, str_of(types[i].word)))
			return &types[i];
	return NULL;
}

const struct ingest_type *ingest_type_of_name(struct str last_part)
{
	return type_of_word(of_name, LEN(of_name), last_part);
}

const struct ingest_type *ingest_type_of_units(struct str units)
{
	return type_of_word(of_units, LEN(of_units), units);
}

void ingest_type_apply(const struct ingest_type *type, struct profile *p, uint64_t rate)
{
	const uint64_t second = 1000000000;

	if (!p->ncol)
		return;
	p->col[0].type = dict_intern(p->dict, str_of(type->type));
	p->col[0].unit = dict_intern(p->dict, str_of(type->unit));
	p->head.period_type = dict_intern(p->dict, str_of(type->period_type));
	p->head.period_unit = dict_intern(p->dict, str_of(type->period_unit));
	if (!type->is_clock)
		return;
	p->head.period = (int64_t)(second / rate);
	if (rate != second)
		profile_scale_column(p, 0, second, rate);
}
