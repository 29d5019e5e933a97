/*
 * Run the fuzz target without a fuzzer: on every file named, on COPIES shortened
 * copies of it and on as many with some bytes changed. Prints TAP.
 *
 * A copy ends where its memory does, so that sanitizers see every byte read
 * beyond it. Changes come from a fixed seed: a failure can be repeated.
 */
#include <stdlib.h>
#include <unistd.h>

#include "io/in.h"
#include "tap.h"

enum { COPIES = 15, SECONDS = 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t seed = 88172645463325252;

static uint64_t random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* One copy of n bytes, changed in `changes` places. */
static void run(struct str bytes, size_t n, int changes)
{
	uint8_t *copy = malloc(n ? n : 1);

	memcpy(copy, bytes.p, n);
	while (n && changes--) {
		size_t at = random_number() % n;

		copy[at] = (uint8_t)(random_number() % 3 ? random_number() :
							   copy[at] ^ 1u << random_number() % 8);
	}
	alarm(SECONDS);
	LLVMFuzzerTestOneInput(copy, n);
	alarm(0);
	free(copy);
}

static bool read_file(const char *path, struct buf *bytes)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(bytes, piece, n);
	fclose(f);
	return true;
}

/* The bytes as they are, and where they are packed, what is packed, too. */
static void mangle(struct str bytes, const char *name)
{
	run(bytes, bytes.n, 0);
	for (size_t i = 0; i < COPIES; i++)
		run(bytes, i * bytes.n / COPIES, 0);
	for (size_t i = 0; i < COPIES; i++)
		run(bytes, bytes.n, 1 + (int)(i % 8));
	ok(true, "%s: %zu bytes, cut and changed %d times", name, bytes.n, 2 * COPIES);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct buf bytes = { 0 };
		struct in in;
		struct str frame;

		if (!ok(read_file(argv[i], &bytes), "%s", argv[i]))
			continue;
		fflush(stdout);
		mangle(buf_str(&bytes), argv[i]);
		if (in_open_memory(&in, argv[i], buf_str(&bytes)) && in_frame(&in, &frame) &&
		    frame.n != bytes.n)
			mangle(str(frame.p, min_size(frame.n, 64 << 10)), "the same unpacked");
		in_close(&in);
		in_release(&in);
		buf_release(&bytes);
	}
	return done();
}
