/*
 * The table of symbolizers, which run in the child that naming_child.h describes. Each is a file that defines one row; a mapping is given
 * to all rows that handle it, and an address in it to one after the other until one
 * knows it.
 */
#ifndef SYMBOL_SYMBOLIZER_H
#define SYMBOL_SYMBOLIZER_H

#include "symbol/frame.h"
#include "symbol/symbol.h"

/* What a symbolizer opens. All of it is valid during the call only, but for options. */
struct symbol_file {
	struct str name;     /* of the mapping; ends in a NUL */
	struct str build_id; /* that was recorded, in hexadecimal; may be empty */
	int fd;              /* -1: there is none; not to be closed */
	const struct symbol_options *options;
};

/* An address, as the different kinds of symbolizers want it. */
struct symbol_place {
	uint64_t absolute; /* where it was in memory */
	uint64_t offset;   /* in the file; with is_vaddr its virtual address */
	bool is_vaddr;
};

struct symbolizer {
	const char *name, *help;
	/* Does it understand such mappings? `head` is how the file begins, if there is one. */
	bool (*handles)(struct str file, struct str head);
	/* Addresses are looked up as they were in memory, not by where they are in a file. */
	bool absolute;
	/* Does what it knows hold for where p was recorded? May be NULL: always. */
	bool (*holds)(const struct profile *p);
	/*
	 * NULL when there is nothing to be found. What the user should know goes to
	 * *note, in one line without its end.
	 */
	void *(*open)(const struct symbol_file *file, struct buf *note);
	/*
	 * Append to a list of struct symbol_frame the frames at an address, outermost
	 * first. Their texts are valid until the next call.
	 */
	bool (*find)(void *with, struct symbol_place at, struct buf *frames);
	void (*close)(void *with);
};

extern const struct symbolizer symbolizer_go, symbolizer_elf, symbolizer_kallsyms,
	symbolizer_perfmap, symbolizer_jitdump;

enum { SYMBOLIZERS = 5 };

/* Row i of the table, or NULL after the last. */
const struct symbolizer *symbolizer_at(size_t i);

#endif
