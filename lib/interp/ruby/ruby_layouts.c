#include "interp/ruby/ruby_layouts.h"

#include <stddef.h>

#include "base/base.h"

/*
 * Printed by programs that were compiled with the headers of 3.0.2, 3.1.2, 3.2.6, 3.3.8, 3.4.9 and
 * 4.0.0. (There is no 3.5: 4.0 comes after 3.4.)
 */
static const struct ruby_layout layouts[] = {
	{ .version = 0x0300,
	  .machine = 152,
	  .cfp_size = 56,
	  .body_lines = 120,
	  .body_nline = 136,
	  .body_table = 144,
	  .entry_size = 8,
	  .embed_at = 16,
	  .first_is_value = 1 },
	{ .version = 0x0301,
	  .machine = 144,
	  .cfp_size = 64,
	  .body_lines = 120,
	  .body_nline = 136,
	  .body_table = 144,
	  .entry_size = 12,
	  .embed_at = 16,
	  .first_is_value = 1 },
	{ .version = 0x0302,
	  .machine = 152,
	  .cfp_size = 64,
	  .body_lines = 112,
	  .body_nline = 128,
	  .body_table = 136,
	  .entry_size = 12,
	  .embed_at = 24 },
	{ .version = 0x0303,
	  .machine = 152,
	  .cfp_size = 56,
	  .body_lines = 112,
	  .body_nline = 128,
	  .body_table = 136,
	  .entry_size = 12,
	  .embed_at = 24 },
	{ .version = 0x0304,
	  .machine = 144,
	  .cfp_size = 56,
	  .body_lines = 112,
	  .body_nline = 128,
	  .body_table = 136,
	  .entry_size = 12,
	  .embed_at = 24 },
	{ .version = 0x0400,
	  .machine = 176,
	  .cfp_size = 56,
	  .body_lines = 112,
	  .body_nline = 128,
	  .body_table = 136,
	  .entry_size = 12,
	  .embed_at = 24 },
};

const struct ruby_layout *ruby_layout_of(unsigned version)
{
	for (size_t i = 0; i < LEN(layouts); i++)
		if (layouts[i].version == version)
			return &layouts[i];
	return NULL;
}
