/*
 * The writer of OTLP profiles, which is private to this folder: one message, in the layout of
 * 1.10, built in memory. It lasts for one call of otlp_encode().
 *
 * The message names rows of its dictionary by their index, in order of first use: whoever
 * writes an index calls number_of() or a function below, and otlp_put_dictionary() writes the
 * rows at the end. Row 0 of each table means "none".
 */
#ifndef FORMAT_OTLP_OTLP_WRITER_H
#define FORMAT_OTLP_OTLP_WRITER_H

#include "format/numbers.h"
#include "format/otlp/otlp.h"
#include "otlp.pb-c.h"

/* A frame inlined into `outer`: together they are one location. */
struct group {
	uint32_t outer; /* a location row: see struct otlp_writer */
	loc_id loc;
};

/* TEXT: `text`; NUMBER: `number`; BOOLEAN: true; LIST: `text` is an encoded ArrayValue. */
enum attribute_kind { TEXT, NUMBER, BOOLEAN, LIST };

struct attribute_row {
	str_id key, text, unit;
	uint32_t kind;
	int64_t number;
};

_Static_assert(sizeof(struct attribute_row) == 24, "no padding");

/* The span that a sample belongs to, by its ids in hexadecimal. */
struct link_row {
	str_id trace, span;
};

_Static_assert(sizeof(struct link_row) == 8, "no padding");

struct otlp_writer {
	struct profile *p;
	struct table groups;     /* struct group */
	struct table attributes; /* struct attribute_row: the rows of the message */
	struct table links;      /* struct link_row, likewise */
	struct numbers strings, functions, mappings, stacks;
	/* A row i < p->dict->loc.n is that frame alone; p->dict->loc.n + i is group i. */
	struct numbers locations;
	struct buf dictionary, profiles, message, text;
	VEC(int32_t) list;
	str_id service; /* that all samples have, or 0 */
};

/*
 * Append a message of protobuf-c, an Otlp__..., as a field with its length.
 * otlp_utf8() is a string as protobuf has it: UTF-8, in which bytes that are not become U+FFFD.
 * otlp_text() is the same for protobuf-c, with a NUL at its end. The dictionary owns both.
 */
void otlp_put(struct buf *b, uint32_t field, const void *message);
struct str otlp_utf8(struct otlp_writer *w, str_id s);
char *otlp_text(struct otlp_writer *w, str_id s);
int32_t otlp_string_index(struct otlp_writer *w, str_id s);

/*
 * otlp_write_attributes.c: attributes, which are rows of a table of the dictionary. Each
 * function appends the indices of its attributes to w->list. Texts and booleans that are empty
 * or false append nothing.
 */
void otlp_push_text(struct otlp_writer *w, const char *key, str_id text);
void otlp_push_true(struct otlp_writer *w, const char *key, bool is_true);

/* The comments of the profile, as one attribute with a list. */
void otlp_push_comments(struct otlp_writer *w);

/* The labels of a sample but for those in its link, and but for w->service. */
void otlp_push_labels(struct otlp_writer *w, label_set_id set, struct link_row link);

/* The ids of a trace and its span are a link, if both exist and are complete; else 0, 0. */
struct link_row otlp_link_of(const struct otlp_writer *w, label_set_id set);

/* The service's name, if all samples have the same one; else 0. */
str_id otlp_common_service(const struct profile *p);

/* otlp_write_tables.c: append all tables to w->dictionary, after everything that names rows. */
void otlp_put_dictionary(struct otlp_writer *w);

#endif
