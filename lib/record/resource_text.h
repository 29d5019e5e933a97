/*
 * What OpenTelemetry calls the resource of a process, as labels: the service that it is a part
 * of. Sources:
 *
 *	OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES ("key=value,..." with %-escapes)
 *		"Resource SDK" and "Environment variables" of the specification
 *	the process context, a message ProcessContext { resource 1 { attributes* 1 } }
 *		OTEP 4719, opentelemetry/proto/processcontext/v1development
 *
 * Attributes become the labels that Pyroscope has for them:
 *
 *	service.name			service_name
 *	service.version			service_version
 *	deployment.environment.name	deployment_environment
 *	service.instance.id		instance
 *
 * All of it is written by the process, which may be hostile: a value that is not UTF-8, has
 * control characters or is long is left out.
 */
#ifndef RECORD_RESOURCE_TEXT_H
#define RECORD_RESOURCE_TEXT_H

#include "base/buf.h"

/* Append a line "label=value" for an attribute that has a label. */
void resource_add(struct buf *labels, struct str attribute, struct str value);

/* The same for those that the variables have; environment: as in /proc/PID/environ. */
void resource_of_environment(struct buf *labels, struct str environment);

/* The same for those of a process context's payload. False if it is malformed. */
bool resource_of_context(struct buf *labels, struct str payload);

#endif
