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

static void name_formats(struct buf *b, const int *bids, int bid)
{
	for (size_t i = 0; i < LEN(formats); i++)
		if (formats[i]->read && bids[i] == bid)
			buf_printf(b, "%s%s", b->n ? ", " : "", formats[i]->name);
	buf_ch(b, '\0');
}

/* The one highest bidder. */
static const struct format *best_bidder(struct in *in, const int *bids)
{
	const struct format *best = NULL;
	int high = 0, winners = 0;
	struct buf names = { 0 };

	for (size_t i = 0; i < LEN(formats); i++) {
		if (bids[i] > high) {
			high = bids[i];
			best = formats[i];
			winners = 0;
		}
		winners += high && bids[i] == high;
	}
	if (winners == 1)
		return best;
	name_formats(&names, bids, high);
	if (winners)
		in_fail(in, "could be any of %s: say which with --from", names.p);
	else
		in_fail(in, "is in no format known here (%s); --from tries one all the same",
			names.p);
	buf_release(&names);
	return NULL;
}

const struct format *format_sniff(struct in *in)
{
	struct str head;
	bool all;
	int bids[LEN(formats)] = { 0 };

	head = in_peek(in, HEAD);
	all = head.n < HEAD;
	head.n = min_size(head.n, HEAD);
	for (size_t i = 0; i < LEN(formats); i++)
		if (formats[i]->read)
			bids[i] = formats[i]->sniff(head, all);
	return best_bidder(in, bids);
}
