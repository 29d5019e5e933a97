/*
 * Names for the addresses of a window. Binaries are read through descriptors that the
 * recording holds, maps of JIT code as their process sees them.
 */
#ifndef CMD_RECORD_NAMES_H
#define CMD_RECORD_NAMES_H

#include "record/session.h"

struct record_names;

struct record_names_options {
	bool inlines;        /* a frame for each inlined call */
	bool again;          /* there will be many windows */
	bool debuginfod;     /* also query the servers of $DEBUGINFOD_URLS */
	const char *vmlinux; /* the kernel's image; NULL: the installed one */
};

struct record_names *record_names_open(const struct record_names_options *o);

/* Find names for the addresses in the session's profile. Each note is printed once. */
void record_names_find(struct record_names *n, struct session *s);

/* The CPU time that naming has used in child processes so far, in ns. n may be NULL. */
uint64_t record_names_cpu(const struct record_names *n);

void record_names_close(struct record_names *n);

#endif
