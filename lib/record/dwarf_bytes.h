/*
 * A cursor over DWARF data: numbers of all kinds, each behind a bounds check. A
 * read beyond the end gives 0, and marks the cursor bad.
 */
#ifndef RECORD_DWARF_BYTES_H
#define RECORD_DWARF_BYTES_H

#include "base/str.h"

struct dwarf_bytes {
	const uint8_t *at, *end;
	const uint8_t *start;
	uint64_t address; /* the virtual address of start */
	bool bad;
};

static inline struct dwarf_bytes dwarf_bytes(struct str s, uint64_t address)
{
	const uint8_t *p = (const uint8_t *)s.p;

	return (struct dwarf_bytes){ p, p + s.n, p, address, false };
}

static inline size_t dwarf_left(const struct dwarf_bytes *d)
{
	return (size_t)(d->end - d->at);
}

/* An unsigned number of n bytes (at most 8). */
static inline uint64_t dwarf_fixed(struct dwarf_bytes *d, size_t n)
{
	uint64_t v = 0;

	if (dwarf_left(d) < n) {
		d->bad = true;
		d->at = d->end;
		return 0;
	}
	memcpy(&v, d->at, n);
	d->at += n;
	return v;
}

static inline int64_t dwarf_signed(struct dwarf_bytes *d, size_t n)
{
	unsigned shift = 64 - 8 * (unsigned)n;

	return (int64_t)(dwarf_fixed(d, n) << shift) >> shift;
}

/* Numbers may be padded, but not to the length of the whole section. */
enum { DWARF_MOST_SHIFT = 7 * 16 };

static inline uint64_t dwarf_uleb(struct dwarf_bytes *d)
{
	uint64_t v = 0, byte;
	unsigned shift = 0;

	do {
		byte = dwarf_fixed(d, 1);
		if (shift < 64)
			v |= (byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < DWARF_MOST_SHIFT);
	d->bad |= (byte & 0x80) != 0;
	return v;
}

static inline int64_t dwarf_sleb(struct dwarf_bytes *d)
{
	uint64_t v = 0, byte;
	unsigned shift = 0;

	do {
		byte = dwarf_fixed(d, 1);
		if (shift < 64)
			v |= (byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < DWARF_MOST_SHIFT);
	d->bad |= (byte & 0x80) != 0;
	if (shift < 64 && byte & 0x40)
		v |= ~(uint64_t)0 << shift;
	return (int64_t)v;
}

static inline void dwarf_skip(struct dwarf_bytes *d, uint64_t n)
{
	if (n > dwarf_left(d)) {
		d->bad = true;
		d->at = d->end;
		return;
	}
	d->at += n;
}

/*
 * A pointer in one of the encodings of .eh_frame (LSB 5.0, 10.5.1). data is the
 * base that DW_EH_PE_datarel counts from. Indirect pointers are not followed, as
 * nothing needs them.
 */
uint64_t dwarf_pointer(struct dwarf_bytes *d, uint8_t encoding, uint64_t data);

#endif
