/* The lock of compactions: see compact.h. */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdbool.h>

/* False if another process has it (errno 0), or with errno. */
bool store_lock(const char *dir);
void store_unlock(const char *dir);

#endif
