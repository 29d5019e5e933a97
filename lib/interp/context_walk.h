/*
 * Reads the thread context that SDKs of OpenTelemetry publish for readers outside the process
 * (OTEP 4947): the thread-local variable otel_thread_ctx_v1 points to the record of the request
 * on which the thread works, or is NULL. The record is packed:
 *
 *	trace id 16 bytes, span id 8, valid 1, trace flags 1, size of the attributes 2,
 *	attributes { index of a key 1, length 1, value }
 *
 * A thread changes only its own record, so it may be read only while the thread is interrupted;
 * `valid` is 1 unless the thread was interrupted in a change, or has no request. For the BPF
 * program and for readers of memory, as python_walk.h.
 */
#ifndef INTERP_CONTEXT_WALK_H
#define INTERP_CONTEXT_WALK_H

#include "interp/tls_walk.h"

enum {
	CONTEXT_VALID = 24,      /* offset of `valid` */
	CONTEXT_ATTRIBUTES = 26, /* of the size of the attributes */
};

struct context_walk {
	struct tls_walk tls;
	const struct interp_memory *memory;
};

/* Reads the context of the thread with that thread pointer: state, size, copied, head and bytes. */
WALK_INLINE void context_read(struct context_walk *w, const struct tls_variable *variable,
			      __u64 thread, struct interp_context *to)
{
	__u64 at = 0;
	__u32 n;

	to->size = to->copied = 0;
	to->state = CONTEXT_NONE;
	if (!WALK_TLS(w, variable, thread, &at) || !at)
		return;
	to->state = CONTEXT_UNREADABLE;
	if (!WALK_READ(w, to->head, CONTEXT_HEAD, at))
		return;
	to->state = CONTEXT_INVALID;
	if (to->head[CONTEXT_VALID] != 1)
		return;
	to->state = CONTEXT_READ;
	n = *(const __u16 *)(to->head + CONTEXT_ATTRIBUTES);
	to->size = n;
	if (n > CONTEXT_MOST_BYTES - 1)
		n = CONTEXT_MOST_BYTES - 1;
	if (n && !WALK_READ(w, to->bytes, n & (CONTEXT_MOST_BYTES - 1), at + CONTEXT_HEAD))
		to->state = CONTEXT_UNREADABLE;
	else
		to->copied = n;
}

#endif
