/* Internals shared by reading inputs one by one and summing them. */
#ifndef SOURCE_SOURCE_PARTS_H
#define SOURCE_SOURCE_PARTS_H

#include "source/source.h"

enum source_kind { A_FILE, A_STORE, A_SERVER, A_URL };

enum source_kind source_kind_of(const char *path);

void source_report_input(struct source *s, const struct source_report *r);

/*
 * Open input i, a file or the answer of a URL, which *body holds. no_thread: inputs need no
 * threads of their own if each CPU has a worker.
 */
void source_open_input(const struct source *s, struct input *input, struct buf *body, size_t i,
		       bool no_thread);

/* Close input i and return its report, whose error is valid until input_release(). */
struct source_report source_close_input(const struct source *s, struct input *input, size_t i);

/* Is the profile in the requested range? If not, count it. */
bool source_is_of_time(const struct source *s, const struct profile *p, uint32_t *nother,
		       uint32_t *nwithout);

/*
 * Apply the selector if source_next() applies it to each profile. False if it selects none of
 * the profile's types; or, with an error of the input, if matching a pattern took too long.
 */
bool source_select(const struct source *s, struct profile *p, struct in *in);

bool source_open_store(const struct source *s, struct store_view *v, size_t i,
		       struct dictionary *d);

/* Report each unreadable file of a store; the profiles of the others were read. */
void source_report_store(struct source *s, size_t i, uint32_t nprofile, struct str errors);

/* The report of a server; its texts are valid until server_close(). */
struct source_report source_server_report(const struct source *s, const struct server *server,
					  size_t i);

#endif
