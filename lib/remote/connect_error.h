/*
 * Errors of the Connect protocol, which Pyroscope uses: {"code": "...", "message": "..."}.
 * Proxies before a server often send {"error": "..."}.
 */
#ifndef REMOTE_CONNECT_ERROR_H
#define REMOTE_CONNECT_ERROR_H

#include "base/buf.h"

/* Append code and message. False if the body is no such error, or has no message. */
bool connect_error_read(struct str body, struct buf *code, struct buf *message);

#endif
