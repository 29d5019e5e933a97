/*
 * Finds what a blocked thread waits for, from the kernel functions on its stack.
 */
#ifndef RECORD_WAIT_REASON_H
#define RECORD_WAIT_REASON_H

#include "profile/profile.h"

/*
 * The reason for a kernel function, by its name: "lock" for futex_wait_queue; NULL if none. A
 * compiler's suffix after a dot is ignored.
 */
const char *wait_reason_of_function(struct str name);

/* All reasons, for completion and manuals: the i-th, or NULL after the last. */
const char *wait_reason(size_t i);

/*
 * Replaces the label wait=blocked of samples by the reason of the innermost kernel frame that has
 * one, or by the page fault, if there is one on the stack. The frames must have names. Without a
 * reason, `blocked` stays. The labels of a lock (`lock`, `holder`, `holder_tid`) stay only if the
 * reason is a lock: by registers alone, other calls can look like futex(2).
 */
void wait_reasons_find(struct profile *p);

#endif
