/*
 * Reads the OpenTelemetry resource of a process, the service that it is part of, as labels.
 * Sources:
 *
 *	OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES ("key=value,..." with %-escapes)
 *		"Resource SDK" and "Environment variables" of the specification
 *	the process context, a message ProcessContext { resource 1 { attributes* 1 } }
 *		OTEP 4719, opentelemetry/proto/processcontext/v1development
 *
 * Attributes become Pyroscope's labels:
 *
 *	service.name			service_name
 *	service.version			service_version
 *	deployment.environment.name	deployment_environment
 *	service.instance.id		instance
 *
 * The process, which may be hostile, writes all of these. A value that is not UTF-8, has control
 * characters or is too long is left out.
 */
#ifndef RECORD_RESOURCE_TEXT_H
#define RECORD_RESOURCE_TEXT_H

#include "base/buf.h"

/* Appends a line "label=value", if the attribute has a label. */
void resource_add(struct buf *labels, struct str attribute, struct str value);

/* Appends the labels of the variables. `environment` is as in /proc/PID/environ. */
void resource_of_environment(struct buf *labels, struct str environment);

/* Appends the labels of a process context's payload. False if it is malformed. */
bool resource_of_context(struct buf *labels, struct str payload);

/*
 * Appends the keys of the attributes in contexts of the process's threads (interp/context_walk.h),
 * a line for each, by their number; a key that cannot be a label's is an empty line. False if the
 * payload does not say that threads have such contexts: the attribute threadlocal.schema_version
 * of OTEP 4947.
 */
bool resource_thread_keys(struct buf *keys, struct str payload);

/* Can it be the value of a label? */
bool resource_is_plain(struct str value);

#endif
