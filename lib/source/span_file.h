/*
 * Spans of traces, in OTLP/JSON: what the OpenTelemetry Collector's file exporter writes,
 * one object a line, or one export request.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
#ifndef SOURCE_SPAN_FILE_H
#define SOURCE_SPAN_FILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/strings.h"
#include "base/vec.h"

struct span {
	struct str trace, id;     /* lower case hexadecimal */
	struct str service, name; /* service: may be empty */
	int64_t start, end;       /* ns since 1970 */
};

struct span_file {
	VEC(struct span) span;
	struct arena text;   /* of the spans */
	struct strings id;   /* ids of spans that occur */
	VEC(uint32_t) of_id; /* by number in id: the first span that has it */
};

/*
 * Read a file. False, with the message in *error, if it cannot be read or is malformed.
 * span_file_release() follows in both cases.
 */
bool span_file_read(struct span_file *s, const char *path, struct buf *error);
void span_file_release(struct span_file *s);

/* The span of an id, or NULL. */
struct span *span_file_find(const struct span_file *s, struct str id);

#endif
