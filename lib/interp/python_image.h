/*
 * What an ELF image says of the CPython in it: libpython3.11.so, a static python3.11, or a program
 * that embeds one. All of it is in .dynsym, which is there in stripped images, too.
 */
#ifndef INTERP_PYTHON_IMAGE_H
#define INTERP_PYTHON_IMAGE_H

#include "interp/python_layouts.h"
#include "object/elf.h"

struct python_image {
	/* Virtual addresses of the image. */
	uint64_t runtime, code_type;             /* of _PyRuntime and PyCode_Type */
	uint64_t evaluator_start, evaluator_end; /* of _PyEval_EvalFrameDefault */
	uint64_t text;                           /* of code, less its offset in the file */
	unsigned version;                        /* 0x030b for 3.11; 0 = not known */
	struct python_layout layout;
	const char *why; /* its frames cannot be read: a reason, a static string; else NULL */
};

/*
 * Find an interpreter. False if there is none in the image. The name of the file helps to tell the
 * version of those before 3.11, which have no symbol for it.
 */
bool python_image_find(struct python_image *p, const struct elf *e, struct str file);

/* Find only the evaluator. False if there is none. */
bool python_image_evaluator(struct python_image *p, const struct elf *e);

#endif
