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
static const struct format *choose(struct in *in, const int *bids)
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

static const struct format *sniff(struct in *in)
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
	return choose(in, bids);
}

bool format_read(struct load *l, struct in *in, struct profile *p)
{
	in->lenient = l->lenient;
	if (in_end(in))
		in_fail(in, "is empty");
	if (!in->failed && !l->from)
		l->from = sniff(in);
	if (!in->failed && l->from)
		l->from->read(in, p);
	l->skipped += in->skipped;
	if (in->failed)
		buf_add(&l->error, str(in->error.p, in->error.n + 1));
	return !in->failed;
}

bool format_load(struct load *l, const char *path, struct profile *p)
{
	struct in in;
	bool ok;

	in_open(&in, path); /* its error is format_read()'s, too */
	ok = format_read(l, &in, p);
	in_close(&in);
	in_release(&in);
	return ok;
}
