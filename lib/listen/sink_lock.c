#include "listen/sink_lock.h"

#include <errno.h>

void sink_lock_init(struct sink_lock *l)
{
	pthread_mutexattr_t how;

	pthread_mutexattr_init(&how);
	pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&l->mutex, &how);
	pthread_mutexattr_destroy(&how);
}

void sink_lock_take(struct sink_lock *l)
{
	if (l && pthread_mutex_lock(&l->mutex) == EOWNERDEAD)
		pthread_mutex_consistent(&l->mutex);
}

void sink_lock_leave(struct sink_lock *l)
{
	if (l)
		pthread_mutex_unlock(&l->mutex);
}
