/*
 * Environment variables that make the runtimes of a command write the names of their JIT code,
 * and keep frame pointers in it.
 */
#ifndef RECORD_JIT_ENVIRONMENT_H
#define RECORD_JIT_ENVIRONMENT_H

#include "base/base.h"

/*
 * Returns *n strings "NAME=VALUE", valid for the life of the program. Options already in the
 * environment are kept, before the new ones.
 */
const char *const *jit_environment(size_t *n);

#endif
