/*
 * Labels of Java's recordings. The SDK numbers the context of each event, and sends the labels
 * of each context next to the recording (a "LabelsSnapshot", in protobuf):
 *
 *	1 contexts, a map: number of a context -> { 1 a map: number of a key -> of a value }
 *	2 strings, a map: number -> text
 */
#ifndef LISTEN_JFR_LABELS_H
#define LISTEN_JFR_LABELS_H

#include "io/in.h"
#include "profile/profile.h"

/*
 * Replace the label "context_id" of the samples of p by the labels of that context. Returns how
 * many samples have a context that is not in the snapshot; they keep its number. The bytes of
 * the snapshot are at the beginning of `in`, which gets an error if they are malformed.
 */
uint64_t jfr_labels_apply(struct in *in, struct str snapshot, struct profile *p);

#endif
