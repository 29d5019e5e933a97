/*
 * The offsets are sums over the fields of the public headers, for 64-bit programs.
 *
 * current_execute_data comes after two zvals (32 bytes), symtable_cache[32] and its two pointers
 * (272), symbol_table and included_files (112), bailout, two ints, three tables and four words of
 * the VM stack (72): at 488. In 8.5 it is elsewhere.
 *
 * filename comes after the common elements, which versions extend, and the fields of op_array:
 *
 *	8.0, 8.1  common 56; cache_size to vars[] 56; refcount to try_catch_array 32
 *	8.2       and run_time_cache (common), with padding after T: 8 more
 *	8.3       T is common, and the padding is gone: 8 less
 *	8.4       doc_comment and prop_info (common), with padding after T: 24 more
 */
#include "interp/php_layouts.h"

#include <stddef.h>

#include "base/base.h"

static const struct php_layout layouts[] = {
	{ .version = 0x0800, .globals_frame = 488, .function_file = 144 },
	{ .version = 0x0801, .globals_frame = 488, .function_file = 144 },
	{ .version = 0x0802, .globals_frame = 488, .function_file = 152 },
	{ .version = 0x0803, .globals_frame = 488, .function_file = 144 },
	{ .version = 0x0804, .globals_frame = 488, .function_file = 168 },
};

const struct php_layout *php_layout_of(unsigned version)
{
	for (size_t i = 0; i < LEN(layouts); i++)
		if (layouts[i].version == version)
			return &layouts[i];
	return NULL;
}
