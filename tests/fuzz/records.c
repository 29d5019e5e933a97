/*
 * The fuzz target of lib/perf: bytes are a file of perf record. Whatever its attributes and
 * records are, they are parsed, put in order and unwound to an end, and samples hold
 * together. Binaries are the file itself: as bytes, it is an image like any other.
 *
 * libFuzzer calls LLVMFuzzerTestOneInput(); replay.c does without it.
 */
#include "perf_file.h"

#include <stdlib.h>

#include "perf/gather.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str image;

static bool open_image(void *context, const struct process *p, const struct map *m,
		       struct binary *b)
{
	const char *why;

	(void)context, (void)p, (void)m;
	return elf_open_memory(&b->module.elf, image, &why);
}

struct sink {
	struct gather gather;
	size_t nevent;
};

static void gather(void *context, const struct perf_sample *s)
{
	struct sink *sink = context;

	if (s->event >= sink->nevent || s->nuser > UNWIND_MOST || s->end >= UNWIND_ENDS ||
	    s->nkernel > DECODER_MOST_KERNEL)
		abort();
	gather_sample(&sink->gather, s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct perf_host host = { .open_binary = open_image };
	struct label_options options = { .label_by = LABEL_BY_COMM | LABEL_BY_PID | LABEL_BY_TID |
						     LABEL_BY_CPU | LABEL_BY_GROUP |
						     LABEL_BY_SERVICE };
	const struct arch *arch = size % 2 ? &arch_aarch64 : &arch_x86_64;
	struct gather_event *worth;
	struct perf_events events;
	struct decoder d;
	struct sink sink;
	struct dictionary dict;
	struct profile p;
	char *bytes = malloc(size + 1); /* aligned */

	memcpy(bytes, data, size);
	image = str(bytes, size);
	perf_events_init(&events);
	perf_file_events(image, &events);
	worth = calloc(events.n + 1, sizeof(*worth));
	for (size_t i = 0; i <= events.n; i++)
		worth[i] = (struct gather_event){ .sample_type = "events", .unit = "count" };
	decoder_init(&d, arch, &host);
	gather_init(&sink.gather, &options, &d, worth, events.n ? events.n : 1);
	sink.nevent = events.n;
	dict_init(&dict);
	profile_init(&p, &dict);
	gather_begin(&sink.gather, &p);
	d.on_sample = gather;
	d.context = &sink;
	d.processes.thread_names = true;
	perf_file_feed(image, &events, &d);
	gather_end(&sink.gather);
	processes_sweep(&d.processes);
	profile_release(&p);
	dict_release(&dict);
	gather_release(&sink.gather);
	decoder_release(&d);
	perf_events_release(&events);
	free(worth);
	free(bytes);
	return 0;
}
