/*
 * What a blocked thread waits for, by the functions of the kernel in which it waits.
 */
#ifndef RECORD_WAIT_REASON_H
#define RECORD_WAIT_REASON_H

#include "profile/profile.h"

/*
 * The reason that a function of the kernel gives, by its name: "lock" for futex_wait_queue;
 * NULL for none. Compilers add to names: what follows a dot does not count.
 */
const char *wait_reason_of_function(struct str name);

/* All reasons, for completion and manuals: the i-th, or NULL after the last. */
const char *wait_reason(size_t i);

/*
 * Give the samples with the label wait=blocked their reason instead: that of the innermost of
 * the kernel's frames that has one. But wherever a page fault is among them, that is it. The
 * frames must have names; without a reason, blocked stays. The labels of a lock (`lock`,
 * `holder`, `holder_tid`) stay only where the reason is a lock: by their registers alone, other
 * calls can look like futex(2).
 */
void wait_reasons_find(struct profile *p);

#endif
