/* The layouts of PHP's versions (php_layout.h). */
#ifndef INTERP_PHP_LAYOUTS_H
#define INTERP_PHP_LAYOUTS_H

#include "interp/php/php_layout.h"

/* The row of a version, 0x0802 for 8.2; NULL if there is none. */
const struct php_layout *php_layout_of(unsigned version);

#endif
