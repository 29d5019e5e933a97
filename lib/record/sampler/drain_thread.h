/*
 * A thread that empties the rings while the main thread does long work: symbolizing and writing
 * a window, or opening events for many threads. The records wait in the recorder, up to a limit.
 * Beyond it they stay in the rings, and the kernel counts those without room as lost.
 */
#ifndef RECORD_DRAIN_THREAD_H
#define RECORD_DRAIN_THREAD_H

#include <pthread.h>

#include "record/recorder.h"

struct drain_thread {
	struct recorder *recorder;
	pthread_t thread;
	_Atomic bool stop;
	bool runs;
};

/* Until drain_thread_stop() nothing else may use the recorder. */
void drain_thread_start(struct drain_thread *d, struct recorder *recorder);
void drain_thread_stop(struct drain_thread *d);

#endif
