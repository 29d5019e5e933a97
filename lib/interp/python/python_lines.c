#include "interp/python/python_lines.h"

#include "io/cursor.h"

enum { NO_LINE = -128 };

static unsigned line_of(int64_t line)
{
	return line > 0 && line < 1 << 30 ? (unsigned)line : 0;
}

static unsigned lnotab_line(struct cursor *c, int64_t line, unsigned instruction)
{
	uint64_t at = 0;

	while (cursor_left(c) >= 2) {
		at += cursor_int(c, 1);
		if (at > instruction)
			break;
		line += (int8_t)cursor_int(c, 1);
	}
	return line_of(line);
}

static unsigned line_of_310(struct cursor *c, int64_t line, unsigned instruction)
{
	uint64_t end = 0;

	while (cursor_left(c) >= 2) {
		int distance;

		end += cursor_int(c, 1);
		distance = (int8_t)cursor_int(c, 1);
		if (distance != NO_LINE)
			line += distance;
		if (instruction < end)
			return distance == NO_LINE ? 0 : line_of(line);
	}
	return 0;
}

/* A number of six bits per byte, lowest first. Bit 6 says that another byte follows. */
static uint64_t location_number(struct cursor *c)
{
	uint64_t value = 0, byte;
	unsigned shift = 0;

	do {
		byte = cursor_int(c, 1);
		if (shift < 60)
			value |= (byte & 63) << shift;
		shift += 6;
	} while (byte & 64 && cursor_left(c));
	return value;
}

static int64_t location_signed(struct cursor *c)
{
	uint64_t n = location_number(c);

	return n & 1 ? -(int64_t)(n >> 1) : (int64_t)(n >> 1);
}

/* An entry's kind is in bits 3 to 6 of its first byte. */
enum { ONE_LINE = 10, NO_COLUMNS = 13, LONG = 14, NO_LOCATION = 15 };

/* The lines by which an entry advances. Skips what follows its first byte. */
static int64_t location_distance(struct cursor *c, unsigned kind)
{
	int64_t distance;

	if (kind < ONE_LINE) {
		cursor_int(c, 1);
		return 0;
	}
	if (kind < NO_COLUMNS) {
		cursor_int(c, 2);
		return kind - ONE_LINE;
	}
	if (kind == NO_LOCATION)
		return 0;
	distance = location_signed(c);
	for (int i = 0; kind == LONG && i < 3; i++)
		location_number(c);
	return distance;
}

static unsigned line_of_311(struct cursor *c, int64_t line, unsigned instruction)
{
	uint64_t end = 0;

	while (cursor_left(c)) {
		unsigned first = (unsigned)cursor_int(c, 1), kind = first >> 3 & 15;

		end += 2 * ((first & 7) + 1);
		line += location_distance(c, kind);
		if (instruction < end)
			return kind == NO_LOCATION || c->failed ? 0 : line_of(line);
	}
	return 0;
}

unsigned python_line(unsigned version, struct str table, unsigned first, unsigned instruction)
{
	struct cursor c = cursor_over(table);

	if (version >= 0x030b)
		return line_of_311(&c, first, instruction);
	if (version == 0x030a)
		return line_of_310(&c, first, instruction);
	return lnotab_line(&c, first, instruction);
}
