/*
 * The output of prof-record: one stream, or a file for each window; and facts about a profile.
 */
#ifndef CMD_RECORD_OUTPUT_H
#define CMD_RECORD_OUTPUT_H

#include "format/format.h"
#include "record/session.h"

struct record_output {
	const char *path; /* NULL = standard output */
	struct pack pack;
	const struct format *format;
	bool per_window; /* path is a pattern, with a file for each window */
	struct out out;  /* unless per_window */
	struct buf last; /* the name of the last file, with per_window */
	bool failed;
};

/* Facts that are the same in all windows. */
struct record_facts {
	char *const *command;     /* NULL-terminated; may be empty */
	const char *events;       /* what was sampled: "cpu-clock" */
	bool user_only;           /* kernel code could not be sampled */
	const char *side;         /* of a pair of commands: "base" or "new"; otherwise NULL */
	uint64_t round;           /* from 1; 0 = none */
	const char *const *given; /* "key=value", by the user */
	size_t ngiven;
	bool waits; /* window.off_cpu is known */
	uint64_t min_wait;
};

/* False, with an error message, if the output cannot be opened. */
bool record_output_open(struct record_output *o);

/* Write the profile of a window. False if nothing more can be written. */
bool record_output_write(struct record_output *o, struct profile *p, const struct window *w);

/* False, with an error message, if something failed now or before. */
bool record_output_close(struct record_output *o);

/* Close without leaving a file. */
void record_output_abandon(struct record_output *o);

/* Add what is known about a window and the machine to the profile's comments. */
void record_add_facts(struct profile *p, const struct window *w, const struct record_facts *f);

#endif
