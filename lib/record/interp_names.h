/*
 * Functions of Python that were met with: code objects by process and address, with what tells one
 * from another at the same address; and lines of functions, which frames stand for.
 */
#ifndef RECORD_INTERP_NAMES_H
#define RECORD_INTERP_NAMES_H

#include "base/strings.h"
#include "base/table.h"
#include "interp/interp_wire.h"
#include "perf/host.h"

struct interp_names {
	struct strings strings;
	struct table codes;  /* struct known_code */
	struct table lines;  /* struct known_line */
	struct table places; /* struct known_place: the lines of instructions */
	/*
	 * Numbers of lines go on from here. When there are too many, all are forgotten, and
	 * the old numbers mean nothing.
	 */
	uint64_t base;
};

void interp_names_init(struct interp_names *n);
void interp_names_release(struct interp_names *n);

/* Take a record of names (interp/python_name.h). */
void interp_names_add(struct interp_names *n, struct str record);

/* Is the function of a frame known? */
bool interp_names_has(const struct interp_names *n, uint32_t pid, const struct interp_frame *f);

/* The number of a frame's line, from 1; 0 where its function is not known. */
uint64_t interp_names_line(struct interp_names *n, uint32_t pid, const struct interp_frame *f);

/* What that number stands for. False when it is forgotten. The text is valid for as long. */
bool interp_names_get(const struct interp_names *n, uint64_t line, struct script_frame *f);

/* Are there too many? Then forget all. Returns whether that was done. */
bool interp_names_trim(struct interp_names *n);

#endif
