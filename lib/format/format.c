#include "format/format.h"

enum { HEAD = 4096 };

static const struct format *const formats[] = {
#define FORMAT_ROW(name) &format_##name,
	FORMATS(FORMAT_ROW)
};

const struct format *format_at(size_t i)
{
	return i < LEN(formats) ? formats[i] : NULL;
}

const struct format *format_readable_at(size_t i)
{
	for (size_t at = 0; at < LEN(formats); at++)
		if (formats[at]->read && !i--)
			return formats[at];
	return NULL;
}

const struct format *format_writable_at(size_t i)
{
	for (size_t at = 0; at < LEN(formats); at++)
		if (formats[at]->write && !i--)
			return formats[at];
	return NULL;
}

static void name_formats(struct buf *b, const int *bids, int bid)
{
	for (size_t i = 0; i < LEN(formats); i++)
		if (formats[i]->read && bids[i] == bid)
			buf_printf(b, "%s%s", b->n ? ", " : "", formats[i]->name);
	buf_ch(b, '\0');
}

/* Report that no format bid, or that several bid the same. */
static void fail_unknown(struct in *in, const int *bids, int high)
{
	struct buf names = { 0 };

	name_formats(&names, bids, high);
	in->reason = IN_UNKNOWN_FORMAT;
	if (high)
		in_fail(in, "could be any of %s", names.p);
	else
		in_fail(in, "is in no known format (%s)", names.p);
	buf_release(&names);
}

/* The highest bidder, if it is the only one. why[i] is the reason why format i refuses. */
static const struct format *choose_format(struct in *in, const int *bids, const struct buf *why)
{
	size_t best = 0, winners = 0;

	for (size_t i = 0; i < LEN(formats); i++) {
		if (bids[i] > bids[best])
			best = i;
		winners = i == best ? 1 : winners + (bids[i] == bids[best]);
	}
	if (winners != 1 || !bids[best]) {
		fail_unknown(in, bids, bids[best]);
		return NULL;
	}
	if (why[best].n) {
		in_fail(in, "%s: %.*s", formats[best]->name, STR_ARG(buf_str(&why[best])));
		return NULL;
	}
	return formats[best];
}

const struct format *format_sniff(struct in *in)
{
	struct sniff s = { .in = in };
	struct buf why[LEN(formats)] = { 0 };
	int bids[LEN(formats)] = { 0 };
	const struct format *best;

	for (size_t i = 0; i < LEN(formats); i++) {
		if (!formats[i]->sniff)
			continue;
		s.head = in_peek(in, HEAD);
		s.all = s.head.n < HEAD;
		s.head.n = min_size(s.head.n, HEAD);
		bids[i] = formats[i]->sniff(&s);
		why[i] = s.why;
		s.why = (struct buf){ 0 };
	}
	if (s.json_paths.n)
		strings_release(&s.json_paths);
	best = in->failed ? NULL : choose_format(in, bids, why);
	for (size_t i = 0; i < LEN(formats); i++)
		buf_release(&why[i]);
	return best;
}
