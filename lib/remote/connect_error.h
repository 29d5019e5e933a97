/*
 * Errors of the Connect protocol, which Pyroscope uses: {"code": "...", "message": "..."}.
 * Proxies before a server often send {"error": "..."}. A google.rpc.Status in JSON, which OTLP has,
 * is of the same form, with a number as the code, which is left out.
 */
#ifndef REMOTE_CONNECT_ERROR_H
#define REMOTE_CONNECT_ERROR_H

#include "base/buf.h"

/* Append code and message. False if the body is no such error, or has no message. */
bool connect_error_read(struct str body, struct buf *code, struct buf *message);

#endif
