/* The names of PHP's functions, from the records that the BPF program writes (code_names.h). */
#ifndef INTERP_PHP_NAME_H
#define INTERP_PHP_NAME_H

#include "base/buf.h"
#include "interp/code_names.h"

/*
 * Appends "Class::method", "function", "Class::{closure}", or a name for code outside of functions:
 * "main", "include FILE", "eval". The bytes are those of PHP, which need not be UTF-8; "..." follows
 * a part that was copied in part.
 */
void php_name(struct buf *b, const struct code_names_parts *p);

#endif
