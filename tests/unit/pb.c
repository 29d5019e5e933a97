#include "io/pb.h"

#include "tap.h"

static struct pb_field first(struct in *in, struct pb *pb, struct str bytes)
{
	struct pb_field f = { 0 };

	*in = (struct in){ .name = "x" };
	*pb = pb_open(in, "m", bytes, 0);
	pb_next(pb, &f);
	return f;
}

static void types(void)
{
	struct in in;
	struct pb pb;
	struct pb_field f;

	f = first(&in, &pb, S("\x08\x96\x01"));
	ok(f.number == 1 && pb_int(&pb, &f) == 150, "a varint");
	f = first(&in, &pb, S("\x08\x03"));
	ok(pb_sint(&pb, &f) == -2, "a zigzag one");
	f = first(&in, &pb, S("\x11\x01\x02\x03\x04\x05\x06\x07\x08"));
	ok(f.number == 2 && pb_fixed(&pb, &f) == 0x0807060504030201, "64 fixed bits");
	f = first(&in, &pb, S("\x15\x01\x02\x03\x04"));
	ok(pb_fixed(&pb, &f) == 0x04030201, "32 fixed bits");
	f = first(&in, &pb, S("\x11\0\0\0\0\0\0\xf0\xbf"));
	ok(pb_double(&pb, &f) == -1, "a double");
	f = first(&in, &pb, S("\x15\0\0\x20\x41"));
	ok(pb_double(&pb, &f) == 10, "a float");
	ok(!in.failed, "no errors");
	f = first(&in, &pb, S("\x08\x03\x08\x01"));
	ok(pb_fixed(&pb, &f) == 0 && in.failed && !pb_next(&pb, &f), "another type is an error");
	is(buf_str(&in.error), "x: byte 0: m field 1 has wire type 0, not that of a fixed number",
	   "that says so");
	in_release(&in);
	for (int64_t v = -3; v <= 3; v++)
		ok(pb_unzigzag(pb_zigzag(v)) == v, "zigzag %d", (int)v);
	ok(pb_zigzag(-1) == 1 && pb_zigzag(INT64_MIN) == UINT64_MAX &&
		   pb_unzigzag(UINT64_MAX) == INT64_MIN,
	   "zigzag's ends");
}

/* Integers of each length, with more bytes after them than a word has, and with none. */
static void lengths(void)
{
	struct buf b = { 0 };
	struct in in;
	struct pb pb;
	struct pb_field f;
	int wrong = 0;

	for (int bit = 0; bit < 64; bit++)
		for (uint64_t v = (UINT64_C(1) << bit) - 1; v <= UINT64_C(1) << bit; v++) {
			b.n = 0;
			pb_put_int_always(&b, 1, v);
			f = first(&in, &pb, buf_str(&b));
			wrong += pb_int(&pb, &f) != v || in.failed;
			pb_put_bytes_always(&b, 2, S("0123456789"));
			f = first(&in, &pb, buf_str(&b));
			wrong += pb_int(&pb, &f) != v || in.failed;
			wrong += !pb_next(&pb, &f) || !str_eq(pb_bytes(&pb, &f), S("0123456789"));
		}
	ok(!wrong, "integers of all lengths");
	for (size_t n = 1; n < 11; n++) {
		char cut[11];

		memset(cut, 0x80, sizeof(cut));
		cut[0] = 8;
		first(&in, &pb, str(cut, n));
		wrong += !in.failed;
		in_release(&in);
	}
	ok(!wrong, "each that is cut short is an error");
	buf_release(&b);
}

static void groups(void)
{
	struct in in;
	struct pb pb;
	struct pb_field f;

	/* group 1 { field 2 varint; group 3 { field 4 bytes } }, then field 5 */
	f = first(&in, &pb, S("\x0b\x10\x07\x1b\x22\x02zz\x1c\x0c\x28\x2a"));
	ok(f.number == 5 && f.value == 42 && !pb_next(&pb, &f) && !in.failed, "groups are skipped");
	first(&in, &pb, S("\x0b\x10\x07"));
	is(buf_str(&in.error), "x: byte 0: m field 1 is a group without an end", "one without end");
	in_release(&in);
	first(&in, &pb, S("\x0c"));
	is(buf_str(&in.error), "x: byte 0: m field 1 ends a group that did not begin",
	   "an end alone");
	in_release(&in);
	first(&in, &pb, S("\x0e"));
	ok(in.failed, "a wire type that does not exist");
	in_release(&in);
}

static void lists(void)
{
	struct in in;
	struct pb pb;
	struct pb_field f;
	struct buf list = { 0 };
	const uint64_t *v;

	f = first(&in, &pb, S("\x0a\x04\x01\x96\x01\x03\x08\x07"));
	pb_ints(&pb, &f, &list);
	pb_next(&pb, &f);
	pb_ints(&pb, &f, &list);
	v = (const uint64_t *)list.p;
	ok(list.n == 32 && v[0] == 1 && v[1] == 150 && v[2] == 3 && v[3] == 7, "packed and not");
	list.n = 0;
	f = first(&in, &pb, S("\x0a\x08\x01\0\0\0\x02\0\0\x80\x0d\x03\0\0\0"));
	pb_fixeds(&pb, &f, 4, &list);
	pb_next(&pb, &f);
	pb_fixeds(&pb, &f, 4, &list);
	v = (const uint64_t *)list.p;
	ok(list.n == 24 && v[0] == 1 && v[1] == 0x80000002 && v[2] == 3, "fixed ones");
	f = first(&in, &pb, S("\x0a\x07\x01\0\0\0\x02\0\0"));
	pb_fixeds(&pb, &f, 4, &list);
	ok(in.failed && list.n == 24, "half a number");
	in_release(&in);
	buf_release(&list);
}

/* A packed field of 4 MB is 32 MB of numbers: that fails the input, and not more. */
static void memory(void)
{
	struct buf bytes = { 0 }, list = { 0 };
	struct in in;
	struct pb pb;
	struct pb_field f;

	buf_add(&bytes, S("\x0a\x80\x80\x80\x02"));
	memset(buf_room(&bytes, 4 << 20), 0, 4 << 20);
	bytes.n += 4 << 20;
	mem_limit((size_t)16 << 20);
	f = first(&in, &pb, buf_str(&bytes));
	pb_ints(&pb, &f, &list);
	ok(in.failed && in.reason == IN_OVER_MEMORY && !pb_next(&pb, &f),
	   "numbers that do not fit");
	is(buf_str(&in.error), "x: needs more than 16 MiB of memory", "say so");
	in_release(&in);
	mem_limit((size_t)1 << 30);
	f = first(&in, &pb, buf_str(&bytes));
	pb_ints(&pb, &f, &list);
	ok(!in.failed && list.n == (size_t)32 << 20, "and fit with more");
	buf_release(&bytes);
	buf_release(&list);
}

static void written(void)
{
	struct buf b = { 0 };
	struct in in;
	struct pb pb;
	struct pb_field f;

	pb_put_sint(&b, 1, -150);
	pb_put_fixed64(&b, 2, 0x8000000000000001);
	pb_put_double(&b, 3, 0.1);
	pb_put_sint(&b, 4, 0);
	f = first(&in, &pb, buf_str(&b));
	ok(pb_sint(&pb, &f) == -150, "a zigzag number comes back");
	ok(pb_next(&pb, &f) && pb_fixed(&pb, &f) == 0x8000000000000001, "fixed bits");
	ok(pb_next(&pb, &f) && pb_double(&pb, &f) == 0.1, "a double");
	ok(!pb_next(&pb, &f) && !in.failed, "zero is left out");
	buf_release(&b);
}

int main(void)
{
	types();
	lengths();
	groups();
	lists();
	memory();
	written();
	return done();
}
