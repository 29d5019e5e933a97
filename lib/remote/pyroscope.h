/* Messages for a Pyroscope server: push.v1. */
#ifndef REMOTE_PYROSCOPE_H
#define REMOTE_PYROSCOPE_H

#include "remote/fit.h"

#define PYROSCOPE_PUSH_PATH "/push.v1.PusherService/Push"
#define PYROSCOPE_TYPE      "application/proto"

/*
 * Append a request that pushes one profile: the labels of its series, and the pprof message,
 * gzipped or not.
 */
void pyroscope_push_request(struct buf *to, const struct fit_label_list *labels, struct str pprof);

#endif
