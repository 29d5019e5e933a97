/* What a symbolizer says of an address: frames, of which all but one are inlined. */
#ifndef SYMBOL_FRAME_H
#define SYMBOL_FRAME_H

#include "base/buf.h"

/* A file's name in pieces, to be joined with '/' where they are not empty. */
struct source_path {
	struct str part[3];
};

/* A frame. What is not known is empty or 0; the texts are the symbolizer's. */
struct symbol_frame {
	struct str linkage; /* to be demangled; else */
	struct str name;    /* as it is */
	bool plt;           /* the function's stub */
	struct str module;  /* "[name]": of the kernel, where the function is not its own */
	struct source_path file;
	uint32_t line;       /* of the address, or of the call that is inlined */
	uint32_t start_line; /* where the function begins */
};

/* Turn a list of frames round from its byte `from` on. */
void symbol_frames_reverse(struct buf *frames, size_t from);

/* Append the path. */
void source_path_print(struct buf *b, const struct source_path *path);

bool source_path_eq(const struct source_path *a, const struct source_path *b);

#endif
