/*
 * Environment variables that make the runtimes of a command write down the code that they
 * compile, and keep stacks whole through it.
 */
#ifndef RECORD_JIT_ENVIRONMENT_H
#define RECORD_JIT_ENVIRONMENT_H

#include "base/base.h"

/*
 * "NAME=VALUE"s, n of them, valid as long as the program runs. Options that the
 * environment has already are kept in front of ours.
 */
const char *const *jit_environment(size_t *n);

#endif
