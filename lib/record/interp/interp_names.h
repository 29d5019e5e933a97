/*
 * The interpreted functions that were seen: code objects, by process, address and id; and lines
 * of functions, which frames stand for.
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
	 * The first number of a line. It grows when interp_names_trim() drops all lines, so that
	 * old numbers become invalid.
	 */
	uint64_t base;
};

void interp_names_init(struct interp_names *n);
void interp_names_release(struct interp_names *n);

/* Takes a record of names (interp/code_names.h). */
void interp_names_add(struct interp_names *n, struct str record);

/* Is the function of a frame known? */
bool interp_names_has(const struct interp_names *n, uint32_t pid, const struct interp_frame *f);

/* The number of a frame's line, from 1; 0 where its function is not known. */
uint64_t interp_names_line(struct interp_names *n, uint32_t pid, const struct interp_frame *f);

/* The frame of a line's number. False if it was dropped; until then the text is valid. */
bool interp_names_get(const struct interp_names *n, uint64_t line, struct script_frame *f);

/* Drops all names if there are too many. Returns whether it did. */
bool interp_names_trim(struct interp_names *n);

#endif
