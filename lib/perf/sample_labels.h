/* Labels of a profile for the origin of its samples. */
#ifndef PERF_SAMPLE_LABELS_H
#define PERF_SAMPLE_LABELS_H

#include "perf/decoder.h"
#include "profile/profile.h"

enum sample_label {
	LABEL_BY_COMM = 1,
	LABEL_BY_PID = 2,
	LABEL_BY_TID = 4,
	LABEL_BY_THREAD = 8,
	LABEL_BY_CPU = 16,
	LABEL_BY_CGROUP = 32,
	LABEL_BY_CONTAINER = 64,
	LABEL_BY_POD = 128,
	LABEL_BY_SERVICE = 256, /* of the process's context: host.context_labels() */
	LABEL_BY_TRACE = 512,   /* of its thread's context: perf_sample.labels */
	LABEL_BY_GIL = 1024,    /* of a thread of Python: perf_sample.gil */
	LABEL_BY_PPROF = 2048,  /* of a goroutine: perf_sample.pprof */
	LABEL_BY_TASK = 4096,   /* of asyncio: perf_sample.task */
	LABEL_BY_GROUP = LABEL_BY_CGROUP | LABEL_BY_CONTAINER | LABEL_BY_POD,
};

struct label_options {
	unsigned label_by;         /* enum sample_label */
	const char *const *labels; /* "key=value", for every sample */
	size_t nlabel;
	bool comm_of_thread; /* "comm" is the name of the thread, as perf prints it */
};

struct sample_labels {
	const struct label_options *o;
	struct decoder *decoder;
	struct dictionary *dict;
	struct table origins;  /* struct origin -> label set */
	struct table groups;   /* struct group: pid and id -> path of the control group */
	struct table contexts; /* struct context: process -> labels of its context */
	struct strings lines;  /* labels of samples, as in perf_sample.labels */
	label_set_id common;   /* the labels that all samples have */
};

/* The caller owns what the arguments point to. */
void sample_labels_init(struct sample_labels *l, const struct label_options *o,
			struct decoder *decoder);
void sample_labels_release(struct sample_labels *l);

/* Makes labels go to this dictionary from now on. */
void sample_labels_begin(struct sample_labels *l, struct dictionary *dict);

label_set_id sample_labels_of(struct sample_labels *l, const struct perf_sample *s);

#endif
