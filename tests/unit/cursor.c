#include "io/cursor.h"

#include "tap.h"

static void integers(void)
{
	struct str bytes = S("\x01\x02\x03\x04\x05\x06\x07\x88\xff");
	struct cursor little = cursor_over(bytes), big = cursor_over(bytes);

	big.big_endian = true;
	ok(cursor_u8(&little) == 1 && cursor_u8(&big) == 1, "a byte has no order");
	ok(cursor_u16(&little) == 0x0302 && cursor_u16(&big) == 0x0203, "16 bits");
	ok(cursor_u32(&little) == 0x07060504 && cursor_u32(&big) == 0x04050607, "32 bits");
	ok(cursor_signed(&little, 2) == -120 && cursor_signed(&big, 2) == -0x7701, "signed");
	ok(!cursor_left(&little) && !little.failed, "all is read");
	little = big = cursor_over(bytes);
	big.big_endian = true;
	ok(cursor_int(&little, 3) == 0x030201 && cursor_int(&big, 3) == 0x010203, "24 bits");
	cursor_seek(&little, 0);
	cursor_seek(&big, 0);
	ok(cursor_u64(&little) == 0x8807060504030201 && cursor_u64(&big) == 0x0102030405060788,
	   "64 bits");
	little = cursor_over(S("\0\0\0\0\0\0\x59\x40\0\0\0\xbf"));
	ok(cursor_f64(&little) == 100 && cursor_f32(&little) == -0.5F, "floating point");
}

static void leb128(void)
{
	struct cursor c = cursor_over(S("\xe5\x8e\x26\x7f\x80\x7f\xc0\xbb\x78"));

	ok(cursor_uleb(&c) == 624485, "unsigned");
	ok(cursor_sleb(&c) == -1 && cursor_sleb(&c) == -128, "signed, padded or not");
	ok(cursor_sleb(&c) == -123456 && !c.failed, "signed");
	c = cursor_over(S("\x80\x80"));
	ok(cursor_uleb(&c) == 0 && c.failed, "cut short");
	c = cursor_over(S("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"));
	ok(cursor_uleb(&c) == 0 && c.failed, "padded without end");
	c = cursor_over(S("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
	ok(cursor_uleb(&c) == UINT64_MAX && !c.failed, "the largest");
}

static void text(void)
{
	struct cursor c = cursor_over(S("name\0pad\0\0\0\0\0rest"));

	is(cursor_text(&c), "name", "text up to its NUL");
	is(cursor_padded_text(&c, 8), "pad", "text in a field");
	is(cursor_rest(&c), "rest", "what is left");
	cursor_seek(&c, 13);
	ok(!cursor_text(&c).n && c.failed && c.bad - c.start == 13, "text without a NUL");
}

static void bounds(void)
{
	struct cursor c = cursor_over(S("abcd"));

	ok(!cursor_bytes(&c, UINT64_MAX).n && c.failed, "more bytes than there are");
	ok(cursor_u8(&c) == 0 && !cursor_left(&c), "a failed cursor has ended");
	c = cursor_over(S("abcd"));
	ok(cursor_has_records(&c, 2, 2) && !cursor_has_records(&c, UINT64_MAX / 2 + 2, 2),
	   "records are counted without overflow");
	c = cursor_over(S("abcd"));
	cursor_seek(&c, 4);
	ok(!c.failed && !cursor_left(&c), "the end may be sought");
	cursor_seek(&c, 5);
	ok(c.failed, "but nothing after it");
	cursor_seek(&c, 0);
	ok(c.failed && !cursor_left(&c), "seeking does not mend it");
	ok(cursor_from(S("abcd"), 4).failed && !cursor_from(S("abcd"), 3).failed, "from an offset");
	c = cursor_over(S("abcdefghi"));
	cursor_skip(&c, 1);
	cursor_align(&c, 8);
	ok(cursor_u8(&c) == 'i', "aligned");
	cursor_align(&c, 8);
	ok(c.failed, "padding that is not there");
}

static void records(void)
{
	struct cursor c = cursor_at(S("\2ab\1c\x05x"), 100), sub;

	sub = cursor_sub(&c, cursor_u8(&c));
	is(cursor_rest(&sub), "ab", "a record");
	ok(cursor_u8(&sub) == 0 && sub.failed && !c.failed, "ends where it says");
	sub = cursor_sub(&c, cursor_u8(&c));
	ok(cursor_pos(&sub) == 104 && cursor_pos(&c) == 105, "positions are the input's");
	cursor_seek(&sub, 1);
	ok(!cursor_left(&sub) && !sub.failed, "offsets are the record's");
	sub = cursor_sub(&c, cursor_u8(&c));
	ok(sub.failed && c.failed && !cursor_left(&sub), "a record longer than the rest");
}

static void errors(void)
{
	struct in in = { .name = "x" };
	struct cursor c = cursor_at(S("abcd"), 1000);

	cursor_u16(&c);
	cursor_u32(&c);
	cursor_u64(&c);
	ok(!cursor_error(&c, &in, "expected %d bytes", 4), "an error is false");
	is(buf_str(&in.error), "x: byte 1002: expected 4 bytes", "the first failure's place");
	in_release(&in);
	in = (struct in){ .name = "x" };
	c = cursor_at(S("abcd"), 1000);
	cursor_u8(&c);
	cursor_error(&c, &in, "a bad letter");
	is(buf_str(&in.error), "x: byte 1001: a bad letter", "else the next byte");
	ok(c.failed && !cursor_left(&c), "the cursor has ended");
	in_release(&in);
}

int main(void)
{
	integers();
	leb128();
	text();
	bounds();
	records();
	errors();
	return done();
}
