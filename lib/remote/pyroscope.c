#include "remote/pyroscope.h"

#include "push.pb-c.h"

/* protobuf-c needs strings that end with a NUL. */
static char *terminated(struct arena *a, struct str s)
{
	return (char *)arena_str(a, s).p;
}

void pyroscope_push_request(struct buf *to, const struct fit_label_list *labels, struct str pprof)
{
	Types__V1__LabelPair pair[FIT_LABELS], *pairs[FIT_LABELS];
	Push__V1__RawSample sample = PUSH__V1__RAW_SAMPLE__INIT, *samples[] = { &sample };
	Push__V1__RawProfileSeries one = PUSH__V1__RAW_PROFILE_SERIES__INIT, *series[] = { &one };
	Push__V1__PushRequest request = PUSH__V1__PUSH_REQUEST__INIT;
	struct arena texts = { 0 };

	for (size_t i = 0; i < labels->n; i++) {
		types__v1__label_pair__init(&pair[i]);
		pair[i].name = terminated(&texts, labels->v[i].name);
		pair[i].value = terminated(&texts, labels->v[i].value);
		pairs[i] = &pair[i];
	}
	sample.raw_profile = (ProtobufCBinaryData){ pprof.n, (uint8_t *)pprof.p };
	one.labels = pairs;
	one.n_labels = labels->n;
	one.samples = samples;
	one.n_samples = 1;
	request.series = series;
	request.n_series = 1;
	to->n += push__v1__push_request__pack(
		&request,
		(uint8_t *)buf_room(to, push__v1__push_request__get_packed_size(&request)));
	arena_release(&texts);
}
