/*
 * Finds PHP in an ELF image: php, php-fpm, or libphp.so, a module of Apache httpd. The symbols are
 * in .dynsym, since extensions use them; static programs may be stripped of them.
 */
#ifndef INTERP_PHP_IMAGE_H
#define INTERP_PHP_IMAGE_H

#include "interp/php/php_layouts.h"
#include "interp/tls_image.h"
#include "object/elf.h"

struct php_image {
	/* Virtual addresses of the image. */
	uint64_t globals;                        /* of executor_globals; 0 with threads */
	uint64_t globals_offset;                 /* of executor_globals_offset, in which PHP keeps
						    where they are in a thread's memory; or 0 */
	struct tls_image current;                /* the pointer to that memory, if it has threads */
	uint64_t evaluator_start, evaluator_end; /* of execute_ex */
	uint64_t text;                           /* address of code, less its file offset */
	unsigned version;                        /* 0x0802 for 8.2; 0 = not known */
	struct php_layout layout;
	const char *why; /* why its frames cannot be read: a static string; NULL: they can be */
};

/* Finds the interpreter. False if the image has none. */
bool php_image_find(struct php_image *p, const struct elf *e);

/* Finds only the evaluator. False if the image has none. */
bool php_image_evaluator(struct php_image *p, const struct elf *e);

#endif
