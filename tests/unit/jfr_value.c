/* Numbers of a JFR chunk: skipping many at once ends where reading one by one does. */
#include "format/jfr/jfr.h"

#include "tap.h"

static struct jfr_chunk chunk = { .is_packed = true, .work = UINT64_MAX };

static uint32_t seed = 1;

static uint32_t next_random(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* A varint of 1 to 9 bytes; the last of 9 has eight bits. */
static void put_varint(struct buf *b)
{
	unsigned n = 1 + next_random() % (next_random() % 4 ? 2 : 9);

	for (unsigned i = 1; i < n; i++)
		buf_ch(b, (char)(0x80 | (next_random() & 0x7f)));
	buf_ch(b, (char)(n == 9 ? next_random() : next_random() & 0x7f));
}

static void values(void)
{
	struct cursor c = cursor_over(S("\x05\x85\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x07"));

	ok(jfr_long(&chunk, &c) == 5 && jfr_long(&chunk, &c) == 133, "one byte and two");
	ok(jfr_long(&chunk, &c) == UINT64_MAX, "nine bytes, the last with eight bits");
	ok(jfr_long(&chunk, &c) == 7 && !c.failed && !cursor_left(&c), "and the one after it");
	c = cursor_over(S("\x85"));
	jfr_long(&chunk, &c);
	ok(c.failed, "cut short");
}

static void skipping(void)
{
	enum { NUMBERS = 200 };
	struct jfr_class record = { .storage = JFR_RECORD };
	struct buf b = { 0 };
	bool same = true;

	for (int i = 0; i < NUMBERS; i++)
		put_varint(&b);
	vec_push(&chunk.classes, record);
	for (uint32_t n = 1; n <= NUMBERS; n++) {
		struct cursor one = cursor_over(buf_str(&b)), all = one;

		for (uint32_t i = 0; i < n; i++)
			jfr_long(&chunk, &one);
		chunk.classes.v[0].nvarint = n;
		jfr_skip_value(&chunk, &all, 0);
		same &= !all.failed && all.at == one.at;
	}
	ok(same, "skipping ends where reading does");
	chunk.classes.v[0].nvarint = NUMBERS + 1;
	{
		struct cursor c = cursor_over(buf_str(&b));

		jfr_skip_value(&chunk, &c, 0);
		ok(c.failed, "more than there are");
	}
	vec_release(&chunk.classes);
	buf_release(&b);
}

int main(void)
{
	values();
	skipping();
	return done();
}
