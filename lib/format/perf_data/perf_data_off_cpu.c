#include "format/perf_data/perf_data_off_cpu.h"

#include "io/cursor.h"
#include "perf/record.h"

const struct perf_event_attr perf_data_off_cpu_attr = {
	.type = PERF_TYPE_SOFTWARE,
	.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD |
		       PERF_SAMPLE_CALLCHAIN,
};

bool perf_data_is_off_cpu(struct str name, const struct perf_event_attr *a)
{
	return a->type == PERF_TYPE_SOFTWARE && a->config == PERF_COUNT_SW_BPF_OUTPUT &&
	       a->sample_type & PERF_SAMPLE_RAW && str_starts(name, S("offcpu-time"));
}

static void put_word(struct buf *to, uint64_t v)
{
	buf_put(to, &v, sizeof(v));
}

const struct perf_event_header *perf_data_off_cpu(struct buf *to, const struct perf_event_header *h,
						  const struct perf_event_attr *a)
{
	struct perf_event_header made = { .type = PERF_RECORD_SAMPLE,
					  .misc = PERF_RECORD_MISC_USER };
	struct cursor c;
	struct record r;
	uint64_t task, period, n;
	struct str chain;

	record_parse(h, a, &r);
	if (r.kind != RECORD_SAMPLE)
		return NULL;
	c = cursor_over(r.sample.raw);
	task = cursor_u64(&c);
	period = cursor_u64(&c);
	n = cursor_u64(&c);
	if (!cursor_has_records(&c, n, sizeof(uint64_t)))
		return NULL;
	chain = cursor_bytes(&c, n * sizeof(uint64_t));
	to->n = 0;
	made.size = (uint16_t)(sizeof(made) + 5 * sizeof(uint64_t) + chain.n);
	buf_put(to, &made, sizeof(made));
	put_word(to, task);
	put_word(to, r.time);
	put_word(to, r.cpu);
	put_word(to, period);
	put_word(to, n);
	buf_add(to, chain);
	return (const struct perf_event_header *)(const void *)to->p;
}
