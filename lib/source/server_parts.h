/* Internals that the files of server.h share. */
#ifndef SOURCE_SERVER_PARTS_H
#define SOURCE_SERVER_PARTS_H

#include "source/server.h"

/* The value of a label in a set, or an empty slice. */
struct str server_label(const Querier__LabelSet *set, struct str name);

/* Is the label the server's own? Such names begin with two underscores. */
bool server_is_private(const char *name);

/* The part of a range that begins at `start`, no longer than the server allows. */
struct ms_range server_next_part(const struct server *s, int64_t start, int64_t end);

/* Set the window to the step that begins at `start`, or to its part within the range. */
void server_set_window(struct server *s, int64_t start);

/* Note which labels are missing in samples because their values differ. */
void server_note_labels(struct server *s);

#endif
