/*
 * Strings as slices: a pointer and a length, passed by value, not terminated,
 * owning nothing. A slice is valid as long as the bytes it points into.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <string.h>

#include "base/base.h"

struct str {
	const char *p;
	size_t n; /* bytes */
};

/* A literal as a slice; a slice as printf arguments for "%.*s". */
#define S(lit)     ((struct str){ "" lit, sizeof(lit) - 1 })
#define STR_ARG(s) (int)((s).n > 4096 ? 4096 : (s).n), (s).p

static inline struct str str(const char *p, size_t n)
{
	return (struct str){ p, n };
}

static inline struct str str_of(const char *c)
{
	return c ? str(c, strlen(c)) : str("", 0);
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The same for a text that ends in NUL, and is not measured: for lists of words. */
static inline bool str_is(struct str s, const char *text)
{
	size_t i = 0;

	while (i < s.n && text[i] && s.p[i] == text[i])
		i++;
	return i == s.n && !text[i];
}

static inline bool str_starts(struct str s, struct str with)
{
	return s.n >= with.n && str_eq(str(s.p, with.n), with);
}

static inline bool str_ends(struct str s, struct str with)
{
	return s.n >= with.n && str_eq(str(s.p + s.n - with.n, with.n), with);
}

/* s without its first n bytes; n is at most s.n. */
static inline struct str str_skip(struct str s, size_t n)
{
	return str(s.p + n, s.n - n);
}

/* Compare by bytes; a prefix sorts before the longer one: <0, 0 or >0. */
int str_cmp(struct str a, struct str b);

/* The offset of the first or last `c`, of the first `what`; -1 if not there. */
ptrdiff_t str_chr(struct str s, char c);
ptrdiff_t str_rchr(struct str s, char c);
ptrdiff_t str_find(struct str s, struct str what);

/*
 * The part of *rest before the first `c`; *rest becomes what follows it. With
 * no `c` in it the whole, and *rest becomes empty (with p = NULL, to tell
 * "nothing follows" from "an empty piece follows").
 */
struct str str_cut(struct str *rest, char c);

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit, of either case; -1 for anything else. */
int hex_digit(char c);

/* Without blanks and tabs at both ends. */
struct str str_trim(struct str s);

/*
 * Cut off the first word, up to a blank or a tab; *rest becomes what follows, without blanks at
 * both ends. Empty if there is none.
 */
struct str str_cut_word(struct str *rest);

/* What follows the last '/'. */
struct str str_basename(struct str path);

/*
 * The whole slice as a number. False when it is empty, holds anything else or
 * does not fit. str_hex() takes neither a sign nor 0x.
 */
bool str_u64(struct str s, uint64_t *value);

/* The decimal number after the first `before`: "python3.11d" has 11 after "python3.". */
bool str_number_after(struct str s, struct str before, uint64_t *value);
bool str_i64(struct str s, int64_t *value);
bool str_hex(struct str s, uint64_t *value);

/* "64K", "1.5G", "4096": bytes, in powers of 1024. */
bool str_size(struct str s, uint64_t *bytes);

/* "30s", "1.5h", "250ms", "1m30s"; a bare number is seconds. At most 292 years. */
bool str_duration(struct str s, uint64_t *ns);

/*
 * The length of the well-formed UTF-8 sequence at the start of s (1 to 4), or 0
 * if there is none: overlong forms, surrogates and values over U+10FFFF are
 * not well-formed. *code receives the code point.
 */
size_t str_utf8(struct str s, uint32_t *code);

#endif
