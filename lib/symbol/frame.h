/* The answer of a symbolizer for an address: frames, of which all but one are inlined. */
#ifndef SYMBOL_FRAME_H
#define SYMBOL_FRAME_H

#include "base/buf.h"

/* A path in parts; those that are not empty are joined with '/'. */
struct source_path {
	struct str part[3];
};

/* A frame. Unknown fields are empty or 0; the symbolizer owns the texts. */
struct symbol_frame {
	struct str linkage; /* a name to demangle */
	struct str name;    /* or a complete name */
	bool plt;           /* it is the function's PLT stub */
	struct str module;  /* "[name]" of the kernel module, if it is in one */
	struct source_path file;
	uint32_t line;       /* of the address, or of the inlined call inside */
	uint32_t start_line; /* of the function */
};

/* Reverse a list of frames from its byte `from` on. */
void symbol_frames_reverse(struct buf *frames, size_t from);

/* Append the path. */
void source_path_print(struct buf *b, const struct source_path *path);

bool source_path_eq(const struct source_path *a, const struct source_path *b);

#endif
