/*
 * Reads a thread-local variable of eight bytes on x86-64, as glibc stores it (sysdeps/generic/
 * dl-dtv.h; elf/dl-tls.c): the thread pointer points to a struct whose second word points to a
 * table of two words for each module, the address of its block first. Row 0 has the table's
 * generation, and row -1 the number of its last row. The walk `w` has a struct tls_walk `tls`, and
 * memory that WALK_READ reads.
 */
#ifndef INTERP_TLS_WALK_H
#define INTERP_TLS_WALK_H

#include "interp/tls_variable.h"
#include "interp/walk_memory.h"

struct tls_walk {
	__u64 module, table;
	__u64 head[3]; /* the number of the last row, a word without meaning, the generation */
};

/* Has the thread a row of the module, by the table's head? */
WALK_INLINE bool tls_has_row(const struct tls_walk *t, const struct tls_variable *v)
{
	return t->module && t->module <= t->head[0] && v->generation <= t->head[2];
}

/* False if it cannot be read, or the thread has no block for it yet. */
#define WALK_TLS(w, variable, thread, to)                                                          \
	((variable)->pair ?                                                                        \
		 WALK_READ(w, &(w)->tls.module, 8, (variable)->pair) &&                            \
			 WALK_READ(w, &(w)->tls.table, 8, (thread) + 8) &&                         \
			 WALK_READ(w, (w)->tls.head, 24, (w)->tls.table - 16) &&                   \
			 tls_has_row(&(w)->tls, variable) &&                                       \
			 WALK_READ(w, to, 8, (w)->tls.table + ((w)->tls.module << 4)) &&           \
			 *(to) != ~0ull && WALK_READ(w, to, 8, *(to) + (variable)->offset) :       \
		 WALK_READ(w, to, 8, (thread) + (variable)->offset))

#endif
