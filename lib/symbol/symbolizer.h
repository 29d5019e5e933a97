/*
 * The table of symbolizers: readers that turn addresses into frames. They run in the
 * naming child (naming_child.h). Each is a file that defines one row. A mapping is opened
 * by all rows that handle it; these are asked for an address in turn, until one finds it.
 */
#ifndef SYMBOL_SYMBOLIZER_H
#define SYMBOL_SYMBOLIZER_H

#include "symbol/frame.h"
#include "symbol/symbol.h"

/* The file that a symbolizer opens. Only `options` is valid after the call. */
struct symbol_file {
	struct str name;     /* of the mapping; ends in a NUL */
	struct str build_id; /* that was recorded, in hexadecimal; may be empty */
	int fd;              /* -1 = none; not to be closed */
	const struct symbol_options *options;
};

/* An address, in the forms that different symbolizers need. */
struct symbol_place {
	uint64_t absolute; /* in the memory of the process */
	uint64_t offset;   /* in the file; with is_vaddr, the virtual address */
	bool is_vaddr;
};

struct symbolizer {
	const char *name, *help;
	/* Does it handle such mappings? head: the first bytes of the file, if there is one. */
	bool (*handles)(struct str file, struct str head);
	/* It looks up addresses in memory, not offsets in a file. */
	bool absolute;
	/* Are its names valid for the machine on which p was recorded? NULL = always. */
	bool (*holds)(const struct profile *p);
	/*
	 * Opens a file; NULL if it has no names for it. A note for the user is one line, without
	 * newline.
	 */
	void *(*open)(const struct symbol_file *file, struct buf *note);
	/*
	 * Appends the frames at an address to a list of struct symbol_frame, outermost first.
	 * Their texts are valid until the next call.
	 */
	bool (*find)(void *with, struct symbol_place at, struct buf *frames);
	void (*close)(void *with);
};

extern const struct symbolizer symbolizer_go, symbolizer_elf, symbolizer_kallsyms,
	symbolizer_perfmap, symbolizer_jitdump, symbolizer_fde;

enum { SYMBOLIZERS = 6 };

/* Row i of the table, or NULL after the last. */
const struct symbolizer *symbolizer_at(size_t i);

#endif
