/*
 * The walks of all interpreters, as the BPF program takes them: they read the memory of the
 * interrupted process, without page faults.
 */
#ifndef INTERP_BPF_WALKS_H
#define INTERP_BPF_WALKS_H

#include <stdbool.h>
#include <stddef.h>

#include "interp/bpf/helpers.h"

#define WALK_INLINE INLINE
#define WALK_READ(w, to, n, address)                                                               \
	((void)(w), bpf_probe_read_user(to, n, (const void *)(address)) == 0)

#include "interp/go/go_walk.h"
#include "interp/php/php_walk.h"
#include "interp/python/python_walk.h"
#include "interp/ruby/ruby_walk.h"

#endif
