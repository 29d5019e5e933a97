/* A lock in shared memory, for processes that write to one output. */
#ifndef LISTEN_SINK_LOCK_H
#define LISTEN_SINK_LOCK_H

#include <pthread.h>

struct sink_lock {
	pthread_mutex_t mutex;
};

void sink_lock_init(struct sink_lock *l);

/*
 * Take the lock; a process that ends releases it. l may be NULL: then there is nothing to
 * lock.
 */
void sink_lock_take(struct sink_lock *l);
void sink_lock_leave(struct sink_lock *l);

#endif
