/*
 * Labels of Java's recordings: the SDK gives each event the number of a context, and sends
 * beside the recording what labels each context has (a "LabelsSnapshot", in protobuf):
 *
 *	1 contexts, a map: number of a context -> { 1 a map: number of a key -> of a value }
 *	2 strings, a map: number -> text
 */
#ifndef LISTEN_JFR_LABELS_H
#define LISTEN_JFR_LABELS_H

#include "io/in.h"
#include "profile/profile.h"

/*
 * Give the samples of p, in place of the label "context_id", the labels of that context.
 * Returns how many samples have a context that is not in the snapshot; they keep its number.
 * An error of `in` if the bytes, which lie at its beginning, are malformed.
 */
uint64_t jfr_labels_apply(struct in *in, struct str snapshot, struct profile *p);

#endif
