/*
 * Recognising a format by content. A format looks at the head of an input and bids
 * the number of bits that prove it to be in this format; the highest bid wins.
 */
#ifndef FORMAT_SNIFF_H
#define FORMAT_SNIFF_H

#include "io/in.h"

struct sniff {
	struct str head; /* the first bytes; at least 4 KiB unless that is all */
	bool all;        /* head is the whole of the first frame */
	struct in *in;   /* where the head comes from */
	struct buf why;  /* see sniff_refuse() */
};

/* The farthest that anybody may look. */
enum { SNIFF_MOST = 4 << 20 };

/*
 * Look further: s->head becomes twice as long, or all. False when there is
 * no more. The head may move. For formats that the first bytes speak for but do not
 * prove; looking far costs time for every input, so do not begin with it.
 */
bool sniff_more(struct sniff *s);

/*
 * This is the format, but this input cannot be read, and why: an unsupported
 * version, a truncated header, the command that converts it. To be returned by a
 * sniffer as its bid; when it is the best one, the reason becomes the input's error.
 */
int sniff_refuse(struct sniff *s, int bits, const char *fmt, ...) PRINTF(3, 4);

#endif
