/* Looking further than the first bytes, and refusing with a reason. */
#include "format/sniff.h"

#include "format/format.h"
#include "format/pprof/pprof.h"
#include "io/pb.h"
#include "tap.h"

static struct sniff begin(struct in *in, struct str bytes)
{
	struct sniff s = { .in = in };

	in_open_memory(in, "x", bytes);
	s.head = in_peek(in, 4096);
	s.all = s.head.n < 4096;
	s.head.n = min_size(s.head.n, 4096);
	return s;
}

static void end(struct in *in)
{
	in_close(in);
	in_release(in);
}

static void far(void)
{
	struct buf b = { 0 };
	struct in in;
	struct sniff s;
	int n = 0;

	for (int i = 0; i < 3000000; i++)
		buf_ch(&b, (char)('a' + i % 26));
	s = begin(&in, buf_str(&b));
	ok(s.head.n == 4096 && !s.all, "the head");
	ok(sniff_more(&s) && s.head.n == 8192 && !s.all, "twice as much");
	while (sniff_more(&s))
		n++;
	ok(s.head.n == b.n && s.all && n == 9, "and all in the end");
	ok(str_eq(s.head, buf_str(&b)) && in_pos(&in) == 0, "nothing was taken");
	end(&in);
	while (b.n < SNIFF_MOST + 1000)
		buf_ch(&b, 'x');
	s = begin(&in, buf_str(&b));
	while (sniff_more(&s))
		;
	ok(s.head.n == SNIFF_MOST && !s.all, "but no farther than the most");
	end(&in);
	buf_release(&b);
}

static void refusing(void)
{
	struct sniff s = { 0 };

	ok(sniff_refuse(&s, 32, "version %d cannot be read", 7) == 32, "a bid");
	is(buf_str(&s.why), "version 7 cannot be read", "with its reason");
	buf_release(&s.why);
}

static int pprof_bid(struct str bytes)
{
	struct in in;
	struct sniff s = begin(&in, bytes);
	int bid = pprof_sniff(&s);

	end(&in);
	return bid;
}

/* A profile whose first field, a sample, does not end in the first 4 KiB. */
static void put_profile(struct buf *b, size_t nframe)
{
	struct buf sample = { 0 }, frames = { 0 };

	for (size_t i = 0; i < nframe; i++)
		pb_put_varint(&frames, 300);
	pb_put_bytes_always(&sample, SAMPLE_LOCATION_ID, buf_str(&frames));
	pb_put_bytes_always(b, PROFILE_SAMPLE, buf_str(&sample));
	pb_put_bytes_always(b, PROFILE_STRING_TABLE, S(""));
	buf_release(&sample);
	buf_release(&frames);
}

static void pprof(void)
{
	struct buf b = { 0 };
	struct str text = S("Z\xc3\xbcrich;main 1\n");

	ok(pprof_bid(S("\x0a\x04\x08\x01\x10\x02")) > 4, "a sample type");
	ok(pprof_bid(S("\x32\0\x32\1a")) > 4, "an empty first string");
	ok(pprof_bid(S("\x32\1a\x32\0")) == 0, "no other one");
	ok(pprof_bid(S("\x0a\x0a\x0a\x04\x0a\x02\x08\x01\x12\x02\x08\x01")) == 0,
	   "an OTLP message");
	ok(pprof_bid(S("j\x02zz")) == 0 && pprof_bid(S("Px@yHz")) == 0, "texts that are fields");
	ok(pprof_bid(S("\x0a\x7f\x08\x01")) == 0, "a field that is cut short proves nothing");
	put_profile(&b, 1000);
	ok(b.n < 4096 && pprof_bid(buf_str(&b)) > 4, "a short profile");
	b.n = 0;
	put_profile(&b, 100000);
	ok(pprof_bid(buf_str(&b)) > 4, "one with a long first field");
	b.n = 0;
	while (b.n < 10000)
		buf_add(&b, text);
	ok(pprof_bid(buf_str(&b)) == 0, "text");
	buf_release(&b);
}

int main(void)
{
	far();
	refusing();
	pprof();
	return done();
}
