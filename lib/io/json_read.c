#include "io/json_read.h"

#include <math.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

enum { PIECE = 16 << 10 }; /* bytes; the tokens of a piece fit in the cache */

/* Errors */

static uint64_t lines_before(const struct json_in *j, uint64_t pos)
{
	struct str rest = str(j->piece.p, min_size(j->piece.n, (size_t)(pos - j->piece_pos)));
	uint64_t n = j->line;
	ptrdiff_t at;

	for (; (at = str_chr(rest, '\n')) >= 0; n++)
		rest = str_skip(rest, (size_t)at + 1);
	return n;
}

static bool fail_at(struct json_in *j, uint64_t pos, struct str why)
{
	uint64_t line = lines_before(j, pos);

	if (line)
		in_fail_at(j->in, pos, "line %llu: %.*s", (unsigned long long)line + 1,
			   STR_ARG(why));
	else
		in_fail_at(j->in, pos, "%.*s", STR_ARG(why));
	return false;
}

bool json_fail(struct json_in *j, const char *fmt, ...)
{
	struct buf why = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&why, fmt, ap);
	va_end(ap);
	fail_at(j, j->pos, buf_str(&why));
	buf_release(&why);
	return false;
}

/* "lexical error: invalid char in json text.\n" without its uninformative parts */
static void report_parser_error(struct json_in *j, uint64_t pos)
{
	unsigned char *text = yajl_get_error(j->yajl, 0, NULL, 0);
	struct str why = str_of((const char *)text), rest = why;

	str_cut(&rest, ' ');
	if (str_starts(rest, S("error: ")))
		why = str_skip(rest, strlen("error: "));
	while (why.n && (why.p[why.n - 1] == '\n' || why.p[why.n - 1] == '.'))
		why.n--;
	fail_at(j, pos, str_eq(why, S("premature EOF")) ? S("the JSON text ends early") : why);
	yajl_free_error(j->yajl, text);
}

/* Tokens, as the parser finds them */

static bool is_utf8(struct str s)
{
	uint32_t code;
	size_t n = 1;

	while (s.n && n) {
		n = (uint8_t)s.p[0] < 0x80 ? 1 : str_utf8(s, &code);
		s = str_skip(s, n);
	}
	return n > 0;
}

static int add_token(struct json_in *j, enum json_kind kind, const void *text, size_t n)
{
	size_t at = yajl_get_bytes_consumed(j->yajl);
	const char *p = text;
	struct json_token t = { .kind = kind, .n = (uint32_t)n, .p = p };

	t.pos = (int32_t)at - (kind == JSON_NUMBER ? (int32_t)n : 1);
	j->last_pos = j->piece_pos + at;
	if (p && p >= j->piece.p && p < j->piece.p + j->piece.n) {
		t.pos = (int32_t)(p - j->piece.p);
	} else if (p) {
		t.copied = true;
		t.at = j->copies.n;
		buf_add(&j->copies, str(p, n));
	}
	vec_push(&j->tokens, t);
	return 1;
}

/*
 * yajl writes '?' for the first half of a surrogate pair that lacks its second ("\ud83d"), but
 * makes three bytes of a second half. JavaScript's strings may hold either.
 */
static void replace_halves(struct str s, struct buf *to)
{
	for (size_t i = 0; i < s.n; i++) {
		bool half = i + 2 < s.n && s.p[i] == '\xed' && (uint8_t)s.p[i + 1] >= 0xa0;

		buf_ch(to, half ? '?' : s.p[i]);
		i += half ? 2 : 0;
	}
}

/* A string with escapes, which is not in the piece: add it without halves of pairs. */
static bool add_without_halves(struct json_in *j, enum json_kind kind, struct str s)
{
	struct buf text = { 0 };
	bool ok = s.p < j->piece.p || s.p >= j->piece.p + j->piece.n;

	if (ok)
		replace_halves(s, &text);
	ok = ok && is_utf8(buf_str(&text)) && add_token(j, kind, text.p, text.n);
	buf_release(&text);
	return ok;
}

static int add_text(struct json_in *j, enum json_kind kind, const void *p, size_t n)
{
	if (is_utf8(str(p, n)) || j->in->lenient)
		return add_token(j, kind, p, n);
	if (add_without_halves(j, kind, str(p, n)))
		return 1;
	return fail_at(j, j->piece_pos + yajl_get_bytes_consumed(j->yajl) - 1,
		       S("a string is not UTF-8 text"));
}

static int begin_container(struct json_in *j, enum json_kind kind)
{
	if (++j->nested > JSON_DEEPEST)
		return fail_at(j, j->piece_pos + yajl_get_bytes_consumed(j->yajl) - 1,
			       S("objects and arrays are nested too deeply"));
	return add_token(j, kind, NULL, 0);
}

static int end_container(struct json_in *j, enum json_kind kind)
{
	j->nested--;
	return add_token(j, kind, NULL, 0);
}

static int on_null(void *j)
{
	return add_token(j, JSON_NULL, NULL, 0);
}

static int on_boolean(void *j, int v)
{
	return add_token(j, v ? JSON_TRUE : JSON_FALSE, NULL, 0);
}

static int on_number(void *j, const char *p, size_t n)
{
	return add_token(j, JSON_NUMBER, p, n);
}

static int on_string(void *j, const unsigned char *p, size_t n)
{
	return add_text(j, JSON_STRING, p, n);
}

static int on_key(void *j, const unsigned char *p, size_t n)
{
	return add_text(j, JSON_KEY, p, n);
}

static int on_object(void *j)
{
	return begin_container(j, JSON_OBJECT);
}

static int on_object_end(void *j)
{
	return end_container(j, JSON_OBJECT_END);
}

static int on_array(void *j)
{
	return begin_container(j, JSON_ARRAY);
}

static int on_array_end(void *j)
{
	return end_container(j, JSON_ARRAY_END);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_map_key = on_key,
	.yajl_start_map = on_object,
	.yajl_end_map = on_object_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_array_end,
};

/* Opening, closing, feeding */

void json_in_open(struct json_in *j, struct in *in)
{
	*j = (struct json_in){ .in = in, .piece_pos = in_pos(in), .last_pos = in_pos(in) };
	j->yajl = yajl_alloc(&callbacks, NULL, j);
	if (!j->yajl) {
		in_fail(in, "out of memory");
		return;
	}
	yajl_config(j->yajl, yajl_dont_validate_strings, 1); /* add_text() validates better */
}

void json_in_close(struct json_in *j)
{
	if (j->yajl)
		yajl_free(j->yajl);
	vec_release(&j->tokens);
	buf_release(&j->copies);
	buf_release(&j->key);
	*j = (struct json_in){ 0 };
}

void json_in_leave(struct json_in *j)
{
	struct in *in = j->in;
	uint64_t end = j->pos + 1;
	struct str next;

	if (!in->failed && end > j->piece_pos)
		in_skip(in, (size_t)(end - j->piece_pos));
	json_in_close(j);
	while ((next = in_peek(in, 1)).n && str_chr(S(" \t\r\n"), next.p[0]) >= 0)
		in_skip(in, 1);
}

/*
 * The next piece of the input becomes j->piece; false at the end. If a string continues in
 * the next piece, the parser starts it again, so pieces without a token get longer.
 */
static bool next_piece(struct json_in *j)
{
	size_t want = j->tokens.n ? PIECE : max_size(2 * j->piece.n, PIECE);

	vec_clear(&j->tokens);
	j->line = lines_before(j, j->piece_pos + j->piece.n);
	if (j->piece.n)
		in_skip(j->in, j->piece.n);
	j->piece_pos = in_pos(j->in);
	j->piece = S("");
	if (in_end(j->in))
		return false;
	j->piece = in_peek(j->in, want);
	j->piece.n = min_size(j->piece.n, want);
	return true;
}

static void parse_end(struct json_in *j)
{
	j->ended = true;
	if (j->in->failed)
		return;
	yajl_config(j->yajl, yajl_allow_partial_values, (int)j->cut_short);
	if (yajl_complete_parse(j->yajl) == yajl_status_error)
		report_parser_error(j, j->piece_pos);
}

static void parse_piece(struct json_in *j)
{
	yajl_status status;

	yajl_config(j->yajl, yajl_allow_multiple_values, (int)j->several);
	status = yajl_parse(j->yajl, (const unsigned char *)j->piece.p, j->piece.n);
	if (status == yajl_status_error)
		report_parser_error(j, j->piece_pos + yajl_get_bytes_consumed(j->yajl));
	else if (status == yajl_status_ok && !j->tokens.n &&
		 j->piece_pos + j->piece.n - j->last_pos > JSON_LONGEST)
		fail_at(j, j->last_pos, S("a value is too long"));
}

/* Make sure that there is a token. False at the end or after an error. */
static bool parse_more(struct json_in *j)
{
	bool none = true;

	j->copies.n = 0;
	j->next = 0;
	while (none && !j->ended && !j->in->failed) {
		if (next_piece(j))
			parse_piece(j);
		else
			parse_end(j);
		none = !j->tokens.n;
	}
	return !none && !j->in->failed;
}

/* Taking tokens */

enum json_kind json_next(struct json_in *j)
{
	const struct json_token *t;

	if (j->in->failed || (j->next == j->tokens.n && !parse_more(j))) {
		j->unentered = false;
		j->text = S("");
		return j->kind = JSON_END;
	}
	t = &j->tokens.v[j->next++];
	j->kind = t->kind;
	j->text = str(t->copied ? j->copies.p + t->at : t->p, t->n);
	j->pos = j->piece_pos + (uint64_t)(int64_t)t->pos;
	j->unentered = j->kind == JSON_OBJECT || j->kind == JSON_ARRAY;
	if (j->unentered)
		j->depth++;
	else if (j->kind == JSON_OBJECT_END || j->kind == JSON_ARRAY_END)
		j->depth--;
	return j->kind;
}

bool json_first(struct json_in *j)
{
	return json_next(j) != JSON_END;
}

bool json_finished(struct json_in *j)
{
	json_next(j);
	return !j->in->failed;
}

void json_skip(struct json_in *j)
{
	uint32_t depth = j->depth;

	if (!j->unentered)
		return;
	while (json_next(j) != JSON_END && j->depth >= depth)
		;
}

static const char *name_of(enum json_kind kind)
{
	static const char *const names[] = {
		"the end", "null",      "false",           "true",     "a number",       "a string",
		"a key",   "an object", "an object's end", "an array", "an array's end",
	};

	return names[kind];
}

/* Report that the current token is of another kind. */
static bool expected(struct json_in *j, const char *what)
{
	return json_fail(j, "expected %s, found %s", what, name_of(j->kind));
}

bool json_enter(struct json_in *j, enum json_kind kind)
{
	if (j->kind != kind)
		return expected(j, name_of(kind));
	j->unentered = false;
	return true;
}

bool json_member(struct json_in *j, struct str *key)
{
	json_skip(j);
	if (json_next(j) != JSON_KEY)
		return false;
	j->key.n = 0;
	buf_add(&j->key, j->text);
	*key = buf_str(&j->key);
	return json_next(j) != JSON_END;
}

bool json_element(struct json_in *j)
{
	json_skip(j);
	return json_next(j) != JSON_END && j->kind != JSON_ARRAY_END;
}

/* Values */

/* The number as a double; false if the text is too long for one. */
static bool as_double(struct str s, double *v)
{
	char text[1024];

	if (s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	*v = strtod(text, NULL);
	return true;
}

/* 1.0 and 1e3: doubles hold integers exactly up to 2^53. */
static bool as_whole(struct str s, double *v)
{
	return as_double(s, v) && fabs(*v) <= 9007199254740992.0 && *v == trunc(*v);
}

bool json_is_i64(const struct json_in *j, int64_t *v)
{
	double whole;

	if (j->kind != JSON_NUMBER)
		return false;
	if (str_i64(j->text, v))
		return true;
	if (!as_whole(j->text, &whole))
		return false;
	*v = (int64_t)whole;
	return true;
}

bool json_is_u64(const struct json_in *j, uint64_t *v)
{
	double whole;

	if (j->kind != JSON_NUMBER)
		return false;
	if (str_u64(j->text, v))
		return true;
	if (!as_whole(j->text, &whole) || whole < 0)
		return false;
	*v = (uint64_t)whole;
	return true;
}

/* Report a number that is not an integer in the range. */
static void not_integer(struct json_in *j, const char *what)
{
	if (j->kind == JSON_NUMBER)
		json_fail(j, "expected %s, found %.*s", what,
			  STR_ARG(str(j->text.p, min_size(j->text.n, 40))));
	else
		expected(j, what);
}

int64_t json_i64(struct json_in *j)
{
	int64_t v;

	if (json_is_i64(j, &v))
		return v;
	not_integer(j, "an integer of 64 bits");
	return 0;
}

uint64_t json_u64(struct json_in *j)
{
	uint64_t v;

	if (json_is_u64(j, &v))
		return v;
	not_integer(j, "an unsigned integer of 64 bits");
	return 0;
}

double json_f64(struct json_in *j)
{
	double v;

	if (j->kind != JSON_NUMBER)
		return expected(j, "a number");
	if (as_double(j->text, &v) && isfinite(v))
		return v;
	json_fail(j, "a number is too large");
	return 0;
}

struct str json_string(struct json_in *j)
{
	if (j->kind == JSON_STRING)
		return j->text;
	expected(j, "a string");
	return S("");
}

bool json_bool(struct json_in *j)
{
	if (j->kind != JSON_TRUE && j->kind != JSON_FALSE)
		return expected(j, "true or false");
	return j->kind == JSON_TRUE;
}
