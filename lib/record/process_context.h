/*
 * What a running process says of itself: the process context that SDKs of OpenTelemetry
 * publish in a mapping "OTEL_CTX", its environment, and the systemd service or the container in
 * which it runs. Kept with the process, since a continuous recording asks in each window.
 */
#ifndef RECORD_PROCESS_CONTEXT_H
#define RECORD_PROCESS_CONTEXT_H

#include "perf/process.h"

/*
 * The process's labels, one "key=value" a line, the first of a key counts; "" when there are none.
 * The text is the process's, and valid until the next call for it. `time` is now, in ns of
 * monotonic_ns(); *until is when the text may be another one: the context may be published
 * late, and changed. `own_group` is our own control group, whose service says nothing of a
 * command that we have started.
 *
 * Of a process that is gone before it was asked, they are those of the one that forked it.
 */
struct str process_context_labels(struct processes *t, struct process *p, struct str group,
				  struct str own_group, uint64_t time, uint64_t *until);

/* Release p->host_context. */
struct process_context;
void process_context_release(struct process_context *c);

#endif
