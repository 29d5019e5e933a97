/*
 * Instructions are not decoded: every byte may begin a jump, and a byte that looks like a return
 * is none if it may be the operand of an arithmetic instruction or of a move. Such mistakes make
 * the function longer.
 */
#include "object/code_end.h"

#include <string.h>

enum { RETURN = 0xc3 };

static int64_t relative(const uint8_t *p, size_t n)
{
	int32_t offset = n == 1 ? (int8_t)*p : 0;

	if (n == sizeof(offset))
		memcpy(&offset, p, sizeof(offset));
	return offset;
}

/* Is it the operand of a move, which names registers? */
static bool follows_move(const uint8_t *code, size_t i)
{
	return i && (code[i - 1] == 0x89 || code[i - 1] == 0x8b || code[i - 1] == 0x8d);
}

/* The target of the jump at code[i]; 0 if there is none. */
static uint64_t jump_target(const uint8_t *code, size_t i, size_t n)
{
	bool is_long = code[i] == 0xe9;
	bool is_condition = code[i] == 0x0f && i + 1 < n && (code[i + 1] & 0xf0) == 0x80;
	bool is_short = code[i] == 0xeb || ((code[i] & 0xf0) == 0x70 && !follows_move(code, i));
	size_t at = i + 1 + is_condition, size = is_short ? 1 : 4;

	if ((!is_long && !is_condition && !is_short) || at + size > n)
		return 0;
	return at + size + (uint64_t)relative(code + at, size);
}

static bool may_be_operand(const uint8_t *code, size_t i)
{
	if (!i)
		return false;
	return (code[i - 1] & 0xc4) == 0 || (code[i - 1] >= 0x80 && code[i - 1] <= 0x8f) ||
	       (i > 1 && code[i - 2] == 0x0f && code[i - 1] != 0x05);
}

size_t code_end(struct str bytes)
{
	const uint8_t *code = (const uint8_t *)bytes.p;
	uint64_t farthest = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		uint64_t target = jump_target(code, i, bytes.n);

		if (code[i] == RETURN && i >= farthest && !may_be_operand(code, i))
			return i + 1;
		if (target < bytes.n && target > farthest)
			farthest = target;
	}
	return bytes.n;
}
