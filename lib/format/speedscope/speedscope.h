/*
 * speedscope's own format (speedscope.app/file-format-schema.json), read and written:
 *
 *	{"$schema": "https://www.speedscope.app/file-format-schema.json",
 *	 "shared": {"frames": [{"name": "f", "file": "f.c", "line": 3, "col": 1}]},
 *	 "profiles": [
 *	  {"type": "sampled", "name": "x", "unit": "seconds", "startValue": 0, "endValue": 1,
 *	   "samples": [[0]], "weights": [1]},
 *	  {"type": "evented", ..., "events": [{"type": "O", "frame": 0, "at": 0}, ...]}],
 *	 "exporter": "prof 1.0"}
 *
 * The writer makes a profile for each sample type, and names it after the type.
 */
#ifndef FORMAT_SPEEDSCOPE_SPEEDSCOPE_H
#define FORMAT_SPEEDSCOPE_SPEEDSCOPE_H

#include "io/out.h"
#include "profile/profile.h"

#define SPEEDSCOPE_SCHEMA   "https://www.speedscope.app/file-format-schema.json"
#define SPEEDSCOPE_EXPORTER "prof"

void speedscope_write(struct out *out, struct profile *p);

#endif
