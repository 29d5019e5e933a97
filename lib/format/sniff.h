/*
 * Recognising a format by content. Each format looks at the head of an input and bids
 * the number of bits that prove the format; the highest bid wins.
 */
#ifndef FORMAT_SNIFF_H
#define FORMAT_SNIFF_H

#include "base/strings.h"
#include "io/in.h"

struct sniff {
	struct str head; /* the first 4 KiB or more, or the whole frame if it is shorter */
	bool all;        /* head is the whole first frame */
	struct in *in;   /* the input */
	struct buf why;  /* see sniff_refuse() */
	/* What json/json_paths.h has seen in the head; n is 0 before it looked. */
	struct strings json_paths;
	bool is_json;
};

/* The longest head, in bytes. */
enum { SNIFF_MOST = 4 << 20 };

/*
 * Make s->head twice as long, or as long as the frame. False if there is no more. The
 * head may move. For formats whose first bytes are plausible but no proof; a long head
 * costs time for every input, so call this only then.
 */
bool sniff_more(struct sniff *s);

/*
 * Bid these bits, but refuse to read the input, and say why: an unsupported version, a
 * truncated header, the command that converts it. A sniffer returns this as its bid; if
 * that is the highest, the reason becomes the error of the input.
 */
int sniff_refuse(struct sniff *s, int bits, const char *fmt, ...) PRINTF(3, 4);

#endif
