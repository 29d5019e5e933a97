/*
 * Types of frames: the language or runtime of the code. Names are those of OpenTelemetry's
 * attribute profile.frame.type (semantic conventions, "Profile attributes"). A type is a flag of
 * struct loc, so that the flags that several frames have in common can be computed.
 *
 * Code that an interpreter runs has no mapped file. Its frames have a mapping that is named after
 * the type, "[cpython]", by which formats that have no types keep it.
 */
#ifndef PROFILE_FRAME_TYPE_H
#define PROFILE_FRAME_TYPE_H

#include "profile/dictionary.h"

/* The flag of a type, by name; 0 if the name is not known. "kernel" is LOC_KERNEL. */
uint32_t frame_type_named(struct str name);

/* The name of the type among a frame's flags; "" if there is none. */
struct str frame_type_name(uint32_t flags);

/* The type of frames with a mapping of this name; 0 if it is not that of a type. */
uint32_t frame_type_of_mapping(struct str file);

/* The mapping for frames of a type that have no mapped file. */
map_id frame_type_mapping(struct dictionary *d, uint32_t flags);

#endif
