/* Where a thread-local variable is, for the BPF program, which includes this file: plain C. */
#ifndef INTERP_TLS_VARIABLE_H
#define INTERP_TLS_VARIABLE_H

#include <linux/types.h>

struct tls_variable {
	__u64 pair;   /* address of its module's number; 0: offset is from the thread pointer */
	__s64 offset; /* in the module's block */
	/*
	 * A thread whose table of blocks is older than this has no block of the module, or still
	 * that of a library that was closed; 0: not known.
	 */
	__u64 generation;
};

#endif
