/*
 * Finds CPython in an ELF image: libpython3.11.so, a static python3.11, or a program that embeds
 * it. All the symbols are in .dynsym, which stripped images have, too.
 */
#ifndef INTERP_PYTHON_IMAGE_H
#define INTERP_PYTHON_IMAGE_H

#include "interp/python/python_layouts.h"
#include "interp/tls_image.h"
#include "object/elf.h"

struct python_image {
	/* Virtual addresses of the image. */
	uint64_t runtime, code_type;             /* of _PyRuntime and PyCode_Type */
	uint64_t evaluator_start, evaluator_end; /* of _PyEval_EvalFrameDefault */
	uint64_t text;                           /* address of code, less its file offset */
	struct tls_image current;                /* of the thread's state, since 3.12 */
	bool has_asyncio;                        /* asyncio's module is in this image */
	unsigned version;                        /* 0x030b for 3.11; 0 = not known */
	struct python_layout layout;
	const char *why; /* why its frames cannot be read: a static string; NULL: they can be */
};

/*
 * Finds the interpreter. False if the image has none. Versions before 3.11 have no symbol for
 * their version, so it is taken from the file's name.
 */
bool python_image_find(struct python_image *p, const struct elf *e, struct str file);

/* Finds only the evaluator. False if the image has none. */
bool python_image_evaluator(struct python_image *p, const struct elf *e);

/*
 * Finds where asyncio's module, in a file of its own or in the interpreter's, has the task of a
 * thread: its section .AsyncioDebug, since 3.14. False if the image has none.
 */
bool python_image_task(struct python_task *t, const struct elf *e);

#endif
