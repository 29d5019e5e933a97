/*
 * The offsets are sums over the fields of the public headers, for 64-bit programs.
 *
 * bailout comes after two zvals (32 bytes), symtable_cache[32] and its two pointers (272),
 * symbol_table and included_files (112): at 416. current_execute_data comes after it, two ints,
 * three tables and four words of the VM stack (72): at 488. 8.5 has three words more: at 512.
 *
 * zend_op_array has the common elements, which versions extend, then cache_size, last_var, T and
 * last (16 bytes), opcodes, three pointers (24) and vars, then refcount to try_catch_array (32),
 * and filename:
 *
 *	8.0, 8.1  56 bytes of common elements; run_time_cache is one of the three pointers
 *	8.2       run_time_cache is common; padding after T
 *	8.3       T is common, and there is no padding
 *	8.4       doc_comment and prop_info are common; padding after T
 */
#include "interp/php/php_layouts.h"

#include <stddef.h>

#include "base/base.h"

static const struct php_layout layouts[] = {
	{ .version = 0x0800,
	  .globals_bailout = 416,
	  .globals_frame = 488,
	  .function_count = 68,
	  .function_code = 72,
	  .function_file = 144 },
	{ .version = 0x0801,
	  .globals_bailout = 416,
	  .globals_frame = 488,
	  .function_count = 68,
	  .function_code = 72,
	  .function_file = 144 },
	{ .version = 0x0802,
	  .globals_bailout = 416,
	  .globals_frame = 488,
	  .function_count = 80,
	  .function_code = 88,
	  .function_file = 152 },
	{ .version = 0x0803,
	  .globals_bailout = 416,
	  .globals_frame = 488,
	  .function_count = 76,
	  .function_code = 80,
	  .function_file = 144 },
	{ .version = 0x0804,
	  .globals_bailout = 416,
	  .globals_frame = 488,
	  .function_count = 96,
	  .function_code = 104,
	  .function_file = 168 },
	{ .version = 0x0805,
	  .globals_bailout = 416,
	  .globals_frame = 512,
	  .function_count = 96,
	  .function_code = 104,
	  .function_file = 168 },
};

const struct php_layout *php_layout_of(unsigned version)
{
	for (size_t i = 0; i < LEN(layouts); i++)
		if (layouts[i].version == version)
			return &layouts[i];
	return NULL;
}
