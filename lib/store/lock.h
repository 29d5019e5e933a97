/* The lock of compactions: see compact.h. */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdbool.h>

/*
 * Take the lock. False if another process has it (errno 0), or with errno. *was_left: it was
 * taken from a process that is gone, and may have been killed while it removed files.
 */
bool store_lock(const char *dir, bool *was_left);
void store_unlock(const char *dir);

#endif
