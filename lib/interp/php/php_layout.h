/*
 * Where PHP's Zend engine keeps its frames: a row for each minor version, into the structures of
 * Zend/zend_globals.h and zend_compile.h. They do not change within a minor version. Offsets
 * common to all are an enum in php_walk.h.
 *
 * The BPF program includes this file, so it is plain C and uses no library.
 */
#ifndef INTERP_PHP_LAYOUT_H
#define INTERP_PHP_LAYOUT_H

#include <linux/types.h>

struct php_layout {
	__u32 version; /* 0x0802: 8.2 */
	/* In zend_executor_globals: */
	__u16 globals_bailout; /* bailout: where to jump after a fatal error */
	__u16 globals_frame;   /* current_execute_data */
	/* In zend_op_array: */
	__u16 function_count; /* last: the number of instructions */
	__u16 function_code;  /* opcodes: the instructions */
	__u16 function_file;  /* filename, then the first and the last line */
};

#endif
