#include "store/verify.h"

#include <stdlib.h>

#include "store/read.h"

static int by_offset(const void *a, const void *b)
{
	const struct section *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Do the sections fill the block, without gaps? Those of the index are the last two. */
static bool sections_are_whole(struct block *b)
{
	VEC(struct section) all = { 0 };
	uint64_t at = BLOCK_HEAD;
	bool ok = block_read_chunks(b);

	vec_append(&all, b->section.v, b->section.n);
	for (size_t i = 0; i < b->group.n; i++) {
		vec_push(&all, b->group.v[i].symbols);
		vec_push(&all, b->group.v[i].stacks);
	}
	vec_push(&all, b->index[0]);
	vec_push(&all, b->index[1]);
	qsort(all.v, all.n, sizeof(*all.v), by_offset);
	for (size_t i = 0; i < all.n && ok; i++) {
		ok = section_check(&all.v[i], &b->in, b->file);
		if (ok && all.v[i].at != at)
			ok = in_fail_at(&b->in, at, "bytes of the block are in no section");
		at += all.v[i].size;
	}
	if (ok && at + BLOCK_TAIL != b->file.n)
		ok = in_fail_at(&b->in, at, "bytes of the block are in no section");
	vec_release(&all);
	return ok;
}

/* The numbers of profiles and rows in the index. */
static bool sums_are_right(struct block *b)
{
	uint64_t nprofile = 0, nrow = 0, of_series = 0;

	for (size_t i = 0; i < b->series.n; i++)
		of_series += b->series.v[i].sum.nprofile;
	for (size_t i = 0; i < b->chunk.n; i++) {
		nprofile += b->chunk.v[i].nprofile;
		nrow += b->chunk.v[i].nrow;
	}
	return (nprofile == b->nprofile && nrow == b->nrow &&
		(b->version < 2 || of_series == nprofile)) ||
	       in_fail_at(&b->in, b->index[0].at, "the index has wrong sums");
}

bool store_verify(const char *dir, struct verify_result *result)
{
	struct store_names damaged = { 0 };
	struct store_reader r;
	struct dictionary dict;
	struct profile p;
	struct store_view v;
	bool ok;

	*result = (struct verify_result){ 0 };
	dict_init(&dict);
	profile_init(&p, &dict);
	ok = view_open(&v, dir, &dict, INT64_MIN, INT64_MAX);
	for (size_t i = 0; i < v.file.n; i++)
		if (!v.file.v[i]->is_bad && !v.file.v[i]->name.is_log &&
		    sections_are_whole(&v.file.v[i]->block))
			sums_are_right(&v.file.v[i]->block);
	store_reader_begin(&r, &v, NULL);
	while (store_next(&r, &p))
		result->nprofile++;
	store_reader_end(&r);
	result->nfile = v.file.n;
	result->nbad = v.nerror;
	result->torn = v.torn;
	if (store_list_damaged(dir, &damaged))
		result->ndamaged = damaged.n;
	vec_release(&damaged);
	buf_add(&result->errors, buf_str(&v.errors));
	profile_release(&p);
	view_close(&v);
	dict_release(&dict);
	return ok && !result->nbad;
}
