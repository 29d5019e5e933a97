#include "interp/ruby/ruby_layouts.h"

#include <stddef.h>

#include "base/base.h"

static const struct ruby_layout layouts[] = {
	{ .version = 0x0300,
	  .machine = 144,
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
	  .machine = 152,
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
