/*
 * Spans of traces, in OTLP/JSON: the output of the OpenTelemetry Collector's file exporter, one
 * object a line, or one export request.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
#ifndef SOURCE_SPAN_FILE_H
#define SOURCE_SPAN_FILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/strings.h"
#include "base/vec.h"
#include "io/in.h"

struct span {
	struct str trace, id;     /* lower-case hexadecimal */
	struct str service, name; /* service: may be empty */
	int64_t start, end;       /* ns since 1970 */
};

struct span_file {
	VEC(struct span) span;
	struct arena text;   /* texts of the spans */
	struct strings id;   /* ids of the spans */
	VEC(uint32_t) of_id; /* by number in id: the first span with that id */
};

/*
 * Read a file. False, with the message in *error, if it cannot be read or is malformed.
 * span_file_release() follows in both cases.
 */
bool span_file_read(struct span_file *s, const char *path, struct buf *error);

/* The same for an input that in_open() or in_open_memory() opened; closes it. */
bool span_file_read_in(struct span_file *s, struct in *in, struct buf *error);
void span_file_release(struct span_file *s);

/* The span with this id, or NULL. */
struct span *span_file_find(const struct span_file *s, struct str id);

#endif
