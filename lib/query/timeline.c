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

/* What a line shows beside the time and the share of cum. */
struct line {
	bool duration, total, flat;
	size_t bar; /* the length of a bar for all of the total */
};

/* A terminal's line leaves out what it has no room for; the bar takes what is left. */
static struct line lay_out(const struct query *q)
{
	enum { LEAST = 41, DURATION = 9, TOTAL = 11, FLAT = 18, BAR = 40 };
	size_t used = LEAST, columns = q->columns ? q->columns : 1000;
	struct line l = { 0 };

	l.duration = used + DURATION <= columns;
	used += l.duration ? DURATION : 0;
	l.total = used + TOTAL <= columns;
	used += l.total ? TOTAL : 0;
	l.flat = used + FLAT <= columns;
	used += l.flat ? FLAT : 0;
	if (!q->columns)
		l.bar = BAR;
	else if (columns > used + 2)
		l.bar = columns - used - 2;
	return l;
}

static void put_bar(struct buf *b, int64_t v, int64_t total, size_t length)
{
	double share = total ? (double)sum_magnitude(v) / (double)total : 0;

	for (size_t i = 0; i < length && (double)i + 0.5 <= share * (double)length; i++)
		buf_ch(b, '#');
}

static void put_heads(struct buf *b, const struct line *l)
{
	buf_printf(b, "%-23s", "time");
	if (l->duration)
		buf_printf(b, " %8s", "duration");
	if (l->total)
		buf_printf(b, " %10s", "total");
	if (l->flat)
		buf_printf(b, " %10s %6s", "flat", "flat%");
	buf_printf(b, " %10s %6s\n", "cum", "cum%");
}

static void put_amount(struct query *q, int64_t v)
{
	buf_ch(&q->out->bytes, ' ');
	put_value_column(q, &q->out->bytes, v, 10);
}

static void put_padding(struct buf *b, size_t from, size_t width)
{
	while (b->n - from < width)
		buf_ch(b, ' ');
}

static void print_timeline(struct query *q)
{
	struct buf *b = &q->out->bytes;
	struct share share = find_share(q);
	struct line l = lay_out(q);
	size_t from;

	if (!q->window)
		put_heads(b, &l);
	from = b->n;
	if (q->p->head.time)
		put_time(b, q->p->head.time);
	else
		buf_ch(b, '-');
	put_padding(b, from, 23);
	if (l.duration) {
		buf_ch(b, ' ');
		from = b->n;
		unit_print(b, (double)q->p->head.duration, S("nanoseconds"));
		put_padding(b, from, 8);
	}
	if (l.total)
		put_amount(q, q->total);
	if (l.flat) {
		put_amount(q, share.flat);
		put_percent_column(b, share.flat, q->total);
	}
	put_amount(q, share.cum);
	put_percent_column(b, share.cum, q->total);
	buf_add(b, S("  "));
	put_bar(b, share.cum, q->total, l.bar);
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
