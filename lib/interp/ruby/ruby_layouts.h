/* The layouts of Ruby's versions (ruby_layout.h). */
#ifndef INTERP_RUBY_LAYOUTS_H
#define INTERP_RUBY_LAYOUTS_H

#include "interp/ruby/ruby_layout.h"

/* The row of a version, 0x0301 for 3.1; NULL if there is none. */
const struct ruby_layout *ruby_layout_of(unsigned version);

#endif
