/*
 * JSON (RFC 8259), read token by token from an input, in bounded memory.
 *
 *	struct json_in j;
 *	struct str key;
 *	int64_t id = 0;
 *
 *	json_in_open(&j, in);
 *	json_first(&j);
 *	json_enter(&j, JSON_OBJECT);
 *	while (json_member(&j, &key)) {
 *		if (str_eq(key, S("id")))
 *			id = json_i64(&j);
 *		else if (str_eq(key, S("children")) && json_enter(&j, JSON_ARRAY))
 *			while (json_element(&j))
 *				add_child(json_i64(&j));
 *	}
 *	if (json_finished(&j))
 *		use(id);
 *	json_in_close(&j);
 *	return !in->failed;
 *
 * The next json_member() or json_element() skips a value that was not entered. The first
 * error is recorded in the input with its byte offset (and its line, after line 1) and
 * ends the reading: all loops stop. Duplicate keys are all returned, in order.
 *
 * The parser is yajl, which takes its input in chunks: on 200 MB of V8's and of
 * speedscope's JSON it takes 0.8 and 1.0 s and 1 MB. yyjson takes 1.4 s (0.7 s of
 * arrays of numbers) and 650 MB, since it holds the document; json-c 6.5 s and 2.6 GB.
 * yajl leaves to its caller, and this file does: limits of depth and of the length of a
 * string, and the check that strings are UTF-8. An escaped high surrogate without its low
 * one becomes '?', or, before another escape, a wrong character.
 */
#ifndef IO_JSON_READ_H
#define IO_JSON_READ_H

#include "base/vec.h"
#include "io/in.h"

enum json_kind {
	JSON_END, /* of the input; also after an error */
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_KEY,
	JSON_OBJECT, /* '{' */
	JSON_OBJECT_END,
	JSON_ARRAY, /* '[' */
	JSON_ARRAY_END,
};

struct json_token {
	uint8_t kind;
	bool copied; /* the text lies in json_in.text, at offset `at`; else at p */
	uint32_t n;  /* bytes of text */
	int32_t pos; /* where the token begins, in the piece or before it */
	union {
		const char *p;
		size_t at;
	};
};

struct json_in {
	/* The current token. */
	enum json_kind kind;
	struct str text; /* of numbers, strings and keys, decoded; until the next token */
	uint64_t pos;    /* its byte in the unwrapped input */
	uint32_t depth;  /* open objects and arrays, including the token's own */

	/* Set these after json_in_open(), before the first token. */
	bool several;   /* the input may hold several values */
	bool cut_short; /* the input may end inside a value */

	/* Private: */
	struct in *in;
	struct yajl_handle_t *yajl;
	struct str piece; /* the part of the input that has the tokens */
	uint64_t piece_pos;
	uint64_t last_pos; /* after the last token */
	uint64_t line;     /* in which the piece begins */
	VEC(struct json_token) tokens;
	size_t next;       /* index of the next token to return */
	struct buf copies; /* decoded text that differs from the piece */
	struct buf key;    /* last returned by json_member() */
	uint32_t nested;   /* open objects and arrays at the parser's position */
	bool unentered;    /* the current token begins a value that was not entered */
	bool ended;
};

/* Limits: the nesting, and the length of a string in bytes. */
enum { JSON_DEEPEST = 10000, JSON_LONGEST = 16 << 20 };

/* Read JSON from the current position of `in`. json_in_close() must follow. */
void json_in_open(struct json_in *j, struct in *in);
void json_in_close(struct json_in *j);

/*
 * Close it after the object or array whose end is the current token: the input continues after
 * that and the following white space. `several` must have been set.
 */
void json_in_leave(struct json_in *j);

/*
 * Move to the first token of the input: false if there is none. And after its document, after
 * which nothing may follow: false if there was an error.
 */
bool json_first(struct json_in *j);
bool json_finished(struct json_in *j);

/* Move to the next token. JSON_END at the end or after an error. */
enum json_kind json_next(struct json_in *j);

/*
 * Enter the current token, which must be of this kind, JSON_OBJECT or JSON_ARRAY: its members
 * or elements come next. False, with an error, if it is of another kind.
 */
bool json_enter(struct json_in *j, enum json_kind kind);

/*
 * The next member of the object that was entered: *key, until the next call, and the
 * current token is its value. False after the last.
 */
bool json_member(struct json_in *j, struct str *key);

/* The next element of the array that was entered becomes the current token. */
bool json_element(struct json_in *j);

/* Skip the current value. Only needed with json_next(). */
void json_skip(struct json_in *j);

/*
 * The current token as a number or text; if it is of another kind, an error, and 0 or "".
 * Integers are exact: 1.0 and 1e3 are integers, and a number that has a fraction or does not
 * fit is an error. json_f64() accepts any number and rounds.
 */
int64_t json_i64(struct json_in *j);
uint64_t json_u64(struct json_in *j);
double json_f64(struct json_in *j);
struct str json_string(struct json_in *j);
bool json_bool(struct json_in *j);

/* The same without an error: false if the token is not such a number. */
bool json_is_i64(const struct json_in *j, int64_t *v);
bool json_is_u64(const struct json_in *j, uint64_t *v);

/* An error at the current token. Returns false. */
bool json_fail(struct json_in *j, const char *fmt, ...) PRINTF(2, 3);

#endif
