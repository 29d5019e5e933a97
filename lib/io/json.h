/*
 * Writing JSON (RFC 8259) value by value; commas are added (io/json_read.h reads JSON):
 *
 *	struct json j = { .b = &out->bytes };
 *	json_begin_object(&j);
 *	json_member_string(&j, "name", S("x"));
 *	json_key(&j, "rows");
 *	json_begin_array(&j);
 *	json_put_double(&j, 1.5);
 *	json_end_array(&j);
 *	json_end_object(&j);
 *
 * Between two calls the bytes in b may be written and removed.
 */
#ifndef IO_JSON_H
#define IO_JSON_H

#include "base/buf.h"

struct json {
	struct buf *b;
	int indented; /* elements less deep than this begin a line, indented by their depth */
	/* State: zeros at the beginning. */
	int depth; /* open objects and arrays */
	bool after_element, after_key, begin_line;
};

void json_begin_object(struct json *j);
void json_end_object(struct json *j);
void json_begin_array(struct json *j);
void json_end_array(struct json *j);

/* The next element, or closing bracket, begins a line. */
void json_line(struct json *j);

/* The key of the next value, plain ASCII. */
void json_key(struct json *j, const char *key);

/*
 * Bytes that are not UTF-8 become U+FFFD. Nothing in the result can end an HTML script
 * element or an XML CDATA section: < > and & are escaped, too.
 */
void json_put_string(struct json *j, struct str s);

void json_put_int64(struct json *j, int64_t v);

/* v * 10^-decimals, exact, without zeros at the end: 1234500 and 6 give 1.2345. */
void json_put_decimal(struct json *j, int64_t v, int decimals);
void json_put_bool(struct json *j, bool v);

/* Exact to the last digit, or with that many decimals; null for NaN and infinities. */
void json_put_double(struct json *j, double v);
void json_put_fixed(struct json *j, double v, int decimals);

/* A key and its value. */

static inline void json_member_string(struct json *j, const char *key, struct str s)
{
	json_key(j, key);
	json_put_string(j, s);
}

static inline void json_member_int64(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_put_int64(j, v);
}

static inline void json_member_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	json_put_bool(j, v);
}

static inline void json_member_double(struct json *j, const char *key, double v)
{
	json_key(j, key);
	json_put_double(j, v);
}

static inline void json_member_object(struct json *j, const char *key)
{
	json_key(j, key);
	json_begin_object(j);
}

static inline void json_member_array(struct json *j, const char *key)
{
	json_key(j, key);
	json_begin_array(j);
}

#endif
