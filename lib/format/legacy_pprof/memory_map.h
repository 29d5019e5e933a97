/*
 * The binaries at the end of a legacy profile, and the frames of addresses in them. Lines
 * are those of /proc/PID/maps, or shorter:
 *
 *	00400000-00fcb000 r-xp 00000000 fd:01 1234   /home/cppbench
 *	00400000-00fcb000: /home/cppbench
 *	0x400000-0x80000 /path/to/binary (@ff00) abc123456
 *
 * A line "build=/path" defines "$build" for the lines after it. Oddities are handled as in
 * google/pprof (profile/legacy_profile.go, profile.go): adjacent parts of one file are one
 * mapping; the first that is not a library is the program; a program mapped at 0x400000
 * begins there; a mapping may lack its first part.
 */
#ifndef FORMAT_LEGACY_PPROF_MEMORY_MAP_H
#define FORMAT_LEGACY_PPROF_MEMORY_MAP_H

#include "base/vec.h"
#include "profile/profile.h"

struct mapped_range {
	uint64_t start, limit, offset;
	str_id file, build_id;
	map_id row; /* set by memory_map_end() */
	uint32_t flags;
};

struct map_variable {
	str_id name, value;
};

struct memory_map {
	struct dictionary *dict;
	VEC(struct mapped_range) ranges; /* sorted by address by memory_map_end() */
	VEC(struct map_variable) variables;
	size_t main; /* the program's own */
};

/* Add a line. Lines that are not mappings of code are ignored. */
void memory_map_add_line(struct memory_map *m, struct str line);

/*
 * After the last line: enter the mappings into the dictionary. `addresses` must have all
 * addresses that memory_map_frame() will get.
 */
void memory_map_end(struct memory_map *m, const uint64_t *addresses, size_t n);

/* The frame of an address, relative to its mapping if there is one. */
loc_id memory_map_frame(const struct memory_map *m, uint64_t address);

/* The mapping of the program itself, or 0. */
map_id memory_map_main(const struct memory_map *m);

void memory_map_release(struct memory_map *m);

#endif
