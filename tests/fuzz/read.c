/*
 * The fuzz target: bytes are read as every format, as what they look like, and as spans;
 * what can be read must hold together, survive being written and read again, and
 * what cannot must say why and where.
 *
 * libFuzzer and AFL++ call LLVMFuzzerTestOneInput(); replay.c does without them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "analyze/tree.h"
#include "format/input.h"
#include "io/codec.h"
#include "model.h"
#include "profile/check.h"
#include "profile/rewrite.h"
#include "source/span_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what)
{
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

/* A message that says what is wrong says where, but for what has no place. */
static void check_message(const char *error)
{
	const char *colon = error ? strchr(error, ':') : NULL;

	if (!colon || strncmp(error, "input", 5) != 0)
		fail("an error without the input's name");
	if (colon[1] >= '0' && colon[1] <= '9')
		return; /* a line */
	if (strncmp(colon, ": byte ", 7) == 0 || strstr(error, " byte "))
		return;
	if (strstr(error, "is empty") || strstr(error, "is in no known format") ||
	    strstr(error, "input: json: ") || strstr(error, "could be any of") ||
	    strstr(error, ": refused: ") || strstr(error, "unpack it with") ||
	    strstr(error, "packed more than") || strstr(error, "holds no samples") ||
	    strstr(error, "MiB of memory"))
		return;
	fprintf(stderr, "%s\n", error);
	fail("an error without a place");
}

static bool load(struct profile *p, const struct format *from, struct str bytes, bool lenient)
{
	struct input input;
	struct profile part;
	bool ok;

	profile_init(&part, p->dict);
	input_open_memory(&input, "input", bytes, from);
	input.in.lenient = lenient;
	while (input_next(&input, &part)) {
		if (profile_check(&part))
			fail(profile_check(&part));
		profile_append(p, &part);
	}
	ok = input_close(&input);
	if (!ok)
		check_message(input.in.error.p);
	input_release(&input);
	profile_release(&part);
	if (profile_check(p))
		fail(profile_check(p));
	return ok;
}

/*
 * Write p in a format; what was written can be read. Only pprof and folded stacks hold all
 * that can be read; others may say that they do not.
 */
static void write_and_read(struct profile *p, const struct format *f)
{
	struct profile back;
	struct out out;

	out_open_memory(&out);
	f->write(&out, p);
	if (out.failed && (f == &format_pprof || f == &format_folded || !out.error.n))
		fail("cannot write what was read");
	model_init(&back);
	/* Text may begin with a name that looks like compressed data. */
	if (!out.failed && out.bytes.n && !codec_of(buf_str(&out.bytes)) &&
	    !load(&back, f, buf_str(&out.bytes), false)) {
		fwrite(out.bytes.p, 1, out.bytes.n, stderr);
		fprintf(stderr, "%s\n", f->name);
		fail("cannot read what was written");
	}
	model_release(&back);
	out_release(&out);
}

static void write_only(struct profile *p, const struct format *f)
{
	struct out out;

	out_open_memory(&out);
	f->write(&out, p);
	if (out.failed && !out.error.n)
		fail("cannot write what was read");
	out_release(&out);
}

static void use(struct profile *p)
{
	struct rewrite how = { .simplify = true,
			       .lines = true,
			       .mark_kernel = true,
			       .mark_inlined = true,
			       .addresses = true,
			       .max_depth = 64,
			       .nroot = 1,
			       .root = { { "comm", 4 } },
			       .pid = true };
	struct frame_names names;
	struct tree t;

	for (size_t i = 0; format_writable_at(i); i++)
		if (format_writable_at(i)->read)
			write_and_read(p, format_writable_at(i));
		else
			write_only(p, format_writable_at(i));
	rewrite(p, &how);
	if (profile_check(p))
		fail(profile_check(p));
	frame_names_init(&names, p->dict, dict_frame_name);
	tree_build(&t, p, profile_default_column(p), &names, TREE_BY_TOTAL);
	tree_release(&t);
	frame_names_release(&names);
}

static void try(const struct format *from, struct str bytes, bool lenient)
{
	struct profile p;

	model_init(&p);
	if (load(&p, from, bytes, lenient) && p.ncol)
		use(&p);
	model_release(&p);
}

/* Spans are no profiles, but a file of a user all the same. */
static void try_spans(struct str bytes)
{
	struct span_file s;
	struct buf why = { 0 };
	struct in in;

	in_open_memory(&in, "input", bytes);
	if (!span_file_read_in(&s, &in, &why)) {
		buf_ch(&why, '\0');
		check_message(why.p);
	}
	for (size_t i = 0; i < s.span.n; i++)
		if (s.span.v[i].id.n && !span_file_find(&s, s.span.v[i].id))
			fail("a span that is not found");
	span_file_release(&s);
	in_release(&in);
	buf_release(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str((const char *)data, size);

	mem_limit((size_t)1 << 30);
	try(NULL, bytes, false);
	try_spans(bytes);
	for (size_t i = 0; format_at(i); i++)
		if (format_at(i)->read)
			try(format_at(i), bytes, size % 2);
	return 0;
}
