/*
 * JSON, piece by piece, with the commas in their places:
 *
 *	struct json j = { &out->bytes };
 *	json_open(&j, NULL, '{');
 *	json_text(&j, "name", S("x"));
 *	json_open(&j, "rows", '[');
 *	json_number(&j, NULL, 1.5);
 *	json_close(&j, ']');
 *	json_close(&j, '}');
 *
 * key is NULL for an element of an array.
 */
#ifndef COMPARE_JSON_PUT_H
#define COMPARE_JSON_PUT_H

#include "base/buf.h"

struct json {
	struct buf *b;
	bool more; /* something stands before what comes next */
	int depth; /* open objects and arrays */
};

void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_text(struct json *j, const char *key, struct str text);
void json_flag(struct json *j, const char *key, bool on);

/* Exact to the last digit; null for what is no number. */
void json_number(struct json *j, const char *key, double v);

#endif
