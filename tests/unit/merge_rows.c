/* Compaction: a series with too many rows for one chunk is split by time, into few chunks. */
#include "store/merge_rows.h"

#include <stdio.h>
#include <unistd.h>

#include "base/when.h"
#include "model.h"
#include "scratch.h"
#include "tap.h"

enum { BLOCKS = 3, PROFILES = 120, ROWS = 8, MOST = 500, ALL = BLOCKS * PROFILES * ROWS };

static const struct merge_how how = { .to = DAY_NS, .level = 1 };

/* Times of all blocks alternate: each block has profiles of each half of the time. */
static void write_log(int number)
{
	struct log_writer w;
	struct profile p;
	bool good = true;

	log_writer_begin(&w, dir);
	model_init(&p);
	model_read(&p, S("a 1\nb 2\nc 3\nd 4\ne 5\nf 6\ng 7\nh 8\n"), NULL);
	for (int i = 0; i < PROFILES; i++) {
		p.head.time = (int64_t)(i * BLOCKS + number) * 10 * SECOND_NS;
		good = log_add(&w, &p, (label_set_id){ 0 }) && good;
	}
	ok(log_writer_end(&w) && good, "a log is written");
	model_release(&p);
}

/* Merge all files of the store into a new block. */
static void merge(struct block_writer *w, const struct merge_how *with, bool from_logs)
{
	struct log_contents logs = { 0 };
	struct merge_result result = { 0 };
	struct dictionary d;
	struct store_view v;

	dict_init(&d);
	ok(view_open(&v, dir, &d, INT64_MIN, INT64_MAX), "the store is opened");
	if (from_logs)
		log_contents_read(&logs, &v);
	else
		ok(v.file.n == BLOCKS, "there are several blocks");
	ok(block_create(w, dir, 1, 0, 1), "a block is begun");
	ok(merge_into_block(&v, from_logs ? &logs : NULL, with, w, &result), "it is filled");
	ok(result.nprofile == (from_logs ? 1 : BLOCKS) * (uint64_t)PROFILES, "with all profiles");
	log_contents_release(&logs);
	view_close(&v);
	dict_release(&d);
}

static void write_blocks(void)
{
	for (int i = 0; i < BLOCKS; i++) {
		struct block_writer w;

		write_log(i);
		/* The blocks that are there are hidden from this merge. */
		ok(run("mkdir -p away; mv *.block away; true"), "other blocks are put aside");
		merge(&w, &how, true);
		ok(block_finish(&w), "a block is finished");
		block_writer_release(&w);
		ok(run("rm *.log; mv away/* .; rmdir away"), "the log is replaced");
	}
}

int main(void)
{
	struct merge_how small = how;
	struct block_writer w;
	struct buf why = { 0 };
	uint64_t all = 0, most = 0;

	ok(mkdtemp(dir) && store_make(dir, &why), "a store is made");
	write_blocks();
	small.most_rows = MOST;
	merge(&w, &small, false);
	for (size_t i = 0; i < w.index.chunk.n; i++) {
		all += w.index.chunk.v[i].nrow;
		most = w.index.chunk.v[i].nrow > most ? w.index.chunk.v[i].nrow : most;
	}
	ok(all == ALL, "all rows are in chunks");
	ok(most <= MOST + MOST / 10, "chunks are as small as they should be");
	ok(w.index.chunk.n <= 2 * ALL / MOST + 1, "and not much smaller");
	block_writer_release(&w);
	ok(run("rm -r %s", dir), "the store is removed");
	return done();
}
