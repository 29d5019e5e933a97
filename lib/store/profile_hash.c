#include "store/profile_hash.h"

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)(a ^ 0x9e3779b97f4a7c15) *
			      (b ^ 0xd6e8feb86659fd93);

	return (uint64_t)(m >> 64) ^ (uint64_t)m ^ a;
}

static uint64_t hash_text(const struct dictionary *d, str_id id)
{
	return check_bytes(dict_text(d, id));
}

/* Hash the fields of a location that all formats keep. */
static uint64_t hash_loc(struct profile_hasher *h, const struct dictionary *d, loc_id id)
{
	const struct loc *l = dict_loc(d, id);
	const struct func *f = dict_func(d, l->func);
	uint64_t *known = &h->loc_hash.v[id.i], sum;

	if (*known)
		return *known;
	sum = mix(hash_text(d, f->name), hash_text(d, f->file));
	sum = mix(sum, (uint64_t)l->line << 32 | f->line);
	sum = mix(sum, hash_text(d, f->linkage));
	sum = mix(sum, l->flags & LOC_ADDR ? l->addr : 0);
	sum = mix(sum, hash_text(d, dict_mapping(d, l->map)->identity));
	return *known = sum | 1;
}

static uint64_t hash_stack(struct profile_hasher *h, const struct dictionary *d, stack_id id)
{
	uint64_t *known = &h->stack_hash.v[id.i], sum = 1;
	const loc_id *frame;
	size_t n;

	if (*known)
		return *known;
	frame = dict_frames(d, id, &n);
	for (size_t i = 0; i < n; i++)
		sum = mix(sum, hash_loc(h, d, frame[i]));
	return *known = sum | 1;
}

/* The order of labels does not change the hash. */
static uint64_t hash_labels(const struct dictionary *d, label_set_id set)
{
	uint64_t sum = 0;

	for (; set.i; set = dict_label_set(d, set)->rest) {
		const struct label *l = dict_label(d, dict_label_set(d, set)->label);
		uint64_t h = mix(hash_text(d, l->key), hash_text(d, l->str));

		sum += mix(h, (uint64_t)l->num + l->is_num);
	}
	return sum;
}

static void use_dictionary(struct profile_hasher *h, const struct dictionary *d)
{
	if (h->dict != d)
		profile_hasher_forget(h);
	h->dict = d;
	vec_append_zeroed(&h->loc_hash, d->loc.n - h->loc_hash.n);
	vec_append_zeroed(&h->stack_hash, d->stack.n - h->stack_hash.n);
}

void profile_hash(struct profile_hasher *h, const struct dictionary *d, struct str series,
		  struct rows_of_chunk *rows)
{
	uint64_t *sum = mem_zeroed(rows->profile.n, sizeof(*sum)), of_series = check_bytes(series);
	const int64_t *value = rows->value.v;

	use_dictionary(h, d);
	for (size_t i = 0; i < rows->row.n; i++, value += rows->ntype) {
		const struct chunk_row *row = &rows->row.v[i];
		uint64_t s = mix(hash_stack(h, d, (stack_id){ row->stack }),
				 hash_labels(d, (label_set_id){ row->labels }));

		for (size_t t = 0; t < rows->ntype; t++)
			s = mix(s, (uint64_t)value[t]);
		sum[row->profile] += s;
	}
	for (size_t i = 0; i < rows->profile.n; i++) {
		struct stored *p = &rows->profile.v[i];
		uint64_t begun = mix(of_series, (uint64_t)p->time);

		p->hash = mix(mix(begun, (uint64_t)p->duration), sum[i]);
	}
	mem_free(sum, rows->profile.n * sizeof(*sum));
}

void profile_hasher_forget(struct profile_hasher *h)
{
	h->dict = NULL;
	vec_clear(&h->loc_hash);
	vec_clear(&h->stack_hash);
}

void profile_hasher_release(struct profile_hasher *h)
{
	vec_release(&h->loc_hash);
	vec_release(&h->stack_hash);
}
