/*
 * Labels of a running process, from the process context that OpenTelemetry SDKs publish in a
 * mapping "OTEL_CTX", from its environment, and from its systemd service or container. They are
 * cached with the process, since a continuous recording needs them in each window.
 */
#ifndef RECORD_PROCESS_CONTEXT_H
#define RECORD_PROCESS_CONTEXT_H

#include "perf/process.h"

/*
 * The process's labels, one "key=value" a line, of which the first with a key counts; "" if it
 * has none. The process owns the text, which is valid until the next call for it. `time` is now,
 * in ns of monotonic_ns(). The text is current until *until: a context may be published late, and
 * changed. `own_group` is the profiler's control group, whose service is ignored, since a command
 * that it starts is not part of that.
 *
 * A process that was gone at the first call has the labels of its parent.
 */
struct str process_context_labels(struct processes *t, struct process *p, struct str group,
				  struct str own_group, uint64_t time, uint64_t *until);

/* Do the lines of /proc/PID/maps show a published context? */
bool process_context_in_maps(struct str maps);

/* Does the process say in its context that its threads have contexts of their own? */
bool process_context_has_threads(const struct process *p);

/*
 * The key of an attribute in the contexts of its threads, by its number; "" if it has none, or one
 * that cannot be a label's. Valid until the next call for the process. `time` is that of a sample:
 * a key that is not known is searched again, at times.
 */
struct str process_context_key(struct process *p, unsigned number, uint64_t time);

/* Release p->host_context. */
struct process_context;
void process_context_release(struct process_context *c);

#endif
