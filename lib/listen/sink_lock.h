/* A lock of processes that write to one output: its memory is shared by them. */
#ifndef LISTEN_SINK_LOCK_H
#define LISTEN_SINK_LOCK_H

#include <pthread.h>

struct sink_lock {
	pthread_mutex_t mutex;
};

void sink_lock_init(struct sink_lock *l);

/* A process that ended while it had the lock has lost it. l may be NULL: nobody to wait for. */
void sink_lock_take(struct sink_lock *l);
void sink_lock_leave(struct sink_lock *l);

#endif
