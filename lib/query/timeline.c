/* --timeline: the share of functions in each window of a stream. */
#include "analyze/sum.h"
#include "profile/unit.h"
#include "query/report.h"

/* The share of the functions that match in one profile; each sample counts once. */
struct share {
	int64_t flat, cum;
};

/* By location: does its function match? */
static uint8_t *match_locations(struct query *q)
{
	struct dictionary *d = q->p->dict;
	uint8_t *matches = mem_zeroed(d->loc.n, 1);
	uint32_t n = d->loc.n;

	for (uint32_t i = 1; i < n; i++)
		matches[i] = regex_match(&q->arg.function,
					 dict_text(d, dict_frame_name(d, (loc_id){ i })));
	return matches;
}

static struct share find_share(struct query *q)
{
	uint32_t nloc = q->p->dict->loc.n;
	uint8_t *matches = match_locations(q);
	struct share share = { 0 };

	for (uint32_t i = 1; i < q->p->sample.n; i++) {
		int64_t v = profile_value(q->p, q->col, (sample_id){ i });
		bool found = false;
		size_t n;
		const loc_id *frame =
			dict_frames(q->p->dict, profile_sample(q->p, (sample_id){ i })->stack, &n);

		for (size_t j = 0; j < n && !found; j++)
			found = matches[frame[j].i];
		share.cum = sat_add(q->p, share.cum, found ? v : 0);
		share.flat = sat_add(q->p, share.flat, n && matches[frame[n - 1].i] ? v : 0);
		q->result.found |= found;
	}
	mem_free(matches, nloc);
	return share;
}

/* The length of a bar for all of the total: what a terminal's line has left, 40 elsewhere. */
static size_t bar_length(const struct query *q)
{
	enum { BEFORE = 81, LONGEST = 40 };

	if (!q->columns)
		return LONGEST;
	return q->columns > BEFORE ? min_size(q->columns - BEFORE, LONGEST) : 0;
}

static void put_bar(struct buf *b, int64_t v, int64_t total, size_t length)
{
	double share = total ? (double)sum_magnitude(v) / (double)total : 0;

	for (size_t i = 0; i < length && (double)i + 0.5 <= share * (double)length; i++)
		buf_ch(b, '#');
}

static void print_timeline(struct query *q)
{
	struct buf *b = &q->out->bytes;
	struct share share = find_share(q);
	size_t from;

	if (!q->window)
		buf_printf(b, "%-23s %8s %10s %10s %6s %10s %6s\n", "time", "duration", "total",
			   "flat", "flat%", "cum", "cum%");
	from = b->n;
	if (q->p->head.time)
		put_time(b, q->p->head.time);
	else
		buf_ch(b, '-');
	buf_printf(b, "%*s ", b->n - from < 23 ? (int)(23 - (b->n - from)) : 0, "");
	from = b->n;
	unit_print(b, (double)q->p->head.duration, S("nanoseconds"));
	buf_printf(b, "%*s ", b->n - from < 8 ? (int)(8 - (b->n - from)) : 0, "");
	put_value_column(q, b, q->total, 10);
	buf_ch(b, ' ');
	put_value_column(q, b, share.flat, 10);
	put_percent_column(b, share.flat, q->total);
	buf_ch(b, ' ');
	put_value_column(q, b, share.cum, 10);
	put_percent_column(b, share.cum, q->total);
	buf_add(b, S("  "));
	put_bar(b, share.cum, q->total, bar_length(q));
	while (b->p[b->n - 1] == ' ')
		b->n--;
	buf_ch(b, '\n');
}

static const char *const timeline_cells[] = { "time",         "duration", "total",       "flat",
					      "flat_percent", "cum",      "cum_percent", NULL };

static void list_timeline(struct query *q, struct rows *r)
{
	struct share share = find_share(q);

	rows_int(r, q->p->head.time);
	rows_int(r, q->p->head.duration);
	rows_int(r, q->total);
	rows_int(r, share.flat);
	rows_percent(r, share.flat, q->total);
	rows_int(r, share.cum);
	rows_percent(r, share.cum, q->total);
}

const struct report report_timeline = {
	.name = "timeline",
	.help = "share of functions in each window of a stream",
	.argument = REPORT_REGEX,
	.features = REPORT_HAS_WINDOWS,
	.text = print_timeline,
	.names = timeline_cells,
	.rows = list_timeline,
};
