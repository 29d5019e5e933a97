/* Internals that the files of server.h share. */
#ifndef SOURCE_SERVER_PARTS_H
#define SOURCE_SERVER_PARTS_H

#include "source/server.h"
#include "source/time_series.h"

/* The value of a label in a set, or an empty slice. */
struct str server_label(const Querier__LabelSet *set, struct str name);

/* Is it the name of an id of spans or traces? */
bool server_is_id(struct str name);

/* Is the label the server's own? Such names begin with two underscores. */
bool server_is_private(const char *name);

/* The part of a range that begins at `start`, no longer than the server allows. */
struct ms_range server_next_part(const struct server *s, int64_t start, int64_t end);

/* Set the window to the step that begins at `start`, or to its part within the range. */
void server_set_window(struct server *s, int64_t start);

/*
 * A selector of labels for the server: the user's, without ids of spans and traces, and one value
 * for each of n labels. NUL-terminated.
 */
void server_put_selector(const struct server *s, const struct str *by, const struct str *value,
			 size_t n, struct buf *b);

/* The labels, and the span or trace that the query selects, whose ids answers lack. */
label_set_id server_add_ids(const struct server *s, struct dictionary *d, label_set_id labels);

/* Add an answer to a struct time_series, as the profile of its range; see server_merge(). */
void server_add_merge(void *series, const struct merge *merge, struct profile *answer);

/* Add each profile of the type to a series. */
bool server_add_values(struct server *s, const struct server_type *t, struct time_series *to);

/* Note which labels are missing in samples because their values differ. */
void server_note_labels(struct server *s);

#endif
