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

/* Bytes below 0x20 other than blanks: messages of protobuf have them, and may have CR LF, too. */
static bool is_binary(struct str head)
{
	for (size_t i = 0; i < head.n; i++)
		if ((uint8_t)head.p[i] < 0x20 && !memchr("\t\n\r\f", head.p[i], 4))
			return true;
	return false;
}

/* The head, in which text has lines as in_line() gives them: without the CR of CR LF. */
static struct str head_lines(struct str head, struct buf *text)
{
	text->n = 0;
	if (str_find(head, S("\r\n")) < 0 || is_binary(head))
		return head;
	for (size_t i = 0; i < head.n; i++)
		if (head.p[i] != '\r' || i + 1 == head.n || head.p[i + 1] != '\n')
			buf_ch(text, head.p[i]);
	return buf_str(text);
}

const struct format *format_sniff(struct in *in)
{
	struct sniff s = { .in = in };
	struct buf text = { 0 };
	struct buf why[LEN(formats)] = { 0 };
	int bids[LEN(formats)] = { 0 };
	const struct format *best;

	for (size_t i = 0; i < LEN(formats); i++) {
		if (!formats[i]->sniff)
			continue;
		s.head = in_peek(in, HEAD);
		s.all = s.head.n < HEAD;
		s.head = head_lines(str(s.head.p, min_size(s.head.n, HEAD)), &text);
		bids[i] = formats[i]->sniff(&s);
		why[i] = s.why;
		s.why = (struct buf){ 0 };
	}
	buf_release(&text);
	if (s.json_paths.n)
		strings_release(&s.json_paths);
	best = in->failed ? NULL : choose_format(in, bids, why);
	for (size_t i = 0; i < LEN(formats); i++)
		buf_release(&why[i]);
	return best;
}
