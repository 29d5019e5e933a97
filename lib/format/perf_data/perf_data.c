/*
 * The format: recognising a recording by its magic number, and reading it.
 *
 * perf's first format ("PERFFILE"), recordings of machines with the other byte order and the
 * formats of other recorders that wrap perf's are recognised and refused.
 */
#include "format/format.h"
#ifndef WITHOUT_PERF
#include "format/perf_data/perf_data.h"
#endif

enum { MAGIC = 8 /* bytes */, BITS = 64 };

/* Formats that cannot be read, and why. */
static const struct {
	const char *magic, *why;
} refused[] = {
	{ "2ELIFREP", "was recorded on a machine with another byte order: 'perf script' on such a "
		      "machine reads it" },
	{ "PERFFILE", "is of perf's first format: 'perf script' of that time reads it" },
#ifdef WITHOUT_PERF
	{ "PERFILE2", "can be read on Linux, with elfutils: use 'perf script'" },
#endif
};

static int sniff_perf_data(struct sniff *s)
{
	struct str magic = str(s->head.p, min_size(s->head.n, MAGIC));

	for (size_t i = 0; i < LEN(refused); i++)
		if (str_eq(magic, str_of(refused[i].magic)))
			return sniff_refuse(s, BITS, "%s", refused[i].why);
	return str_eq(magic, S("PERFILE2")) ? BITS : 0;
}

#ifndef WITHOUT_PERF

static void release(struct perf_data *r)
{
	for (size_t i = 0; i < r->event.n; i++) {
		buf_release(&r->event.v[i].name);
		buf_release(&r->event.v[i].type);
	}
	if (r->begun) {
		gather_release(&r->gather);
		decoder_release(&r->decoder);
	}
	perf_data_unpack_release(&r->unpack);
	perf_events_release(&r->events);
	vec_release(&r->event);
	vec_release(&r->worth);
	vec_release(&r->mapping);
	vec_release(&r->build_id);
	strings_release(&r->paths);
	strings_release(&r->missing);
	buf_release(&r->host);
	buf_release(&r->kernel);
	buf_release(&r->machine);
	buf_release(&r->cpu_model);
	buf_release(&r->command);
	buf_release(&r->aligned);
	buf_release(&r->scratch);
	mem_free(r, sizeof(*r));
}

static bool read_perf_data(struct in *in, struct profile *p)
{
	struct perf_data *r;
	struct cursor c = cursor_at(in_peek(in, PERF_DATA_PIPE_HEADER), in_pos(in));
	bool ok;

	if (!str_eq(cursor_bytes(&c, MAGIC), S("PERFILE2")) || cursor_left(&c) < 8)
		return in_fail_at(in, in_pos(in), "does not begin as perf.data does");
	r = mem_zeroed(1, sizeof(*r));
	r->in = in;
	r->p = p;
	perf_events_init(&r->events);
	strings_init(&r->paths);
	strings_init(&r->missing);
	ok = cursor_u64(&c) == PERF_DATA_PIPE_HEADER ? perf_data_read_pipe(r) :
						       perf_data_read_file(r);
	release(r);
	return ok;
}

#endif

const struct format format_perf_data = {
	.name = "perf-data",
	.help = "recordings of perf record: files, directories, pipes",
	.events = true,
	.sniff = sniff_perf_data,
#ifndef WITHOUT_PERF
	.read = read_perf_data,
#endif
};
