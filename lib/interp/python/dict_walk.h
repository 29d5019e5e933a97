/*
 * Reads a dict of CPython 3.11 and later (Include/internal/pycore_dict.h), for the BPF program and
 * for readers of memory:
 *
 *	PyDictObject	PyObject, number of items, version, keys, values (of a dict that shares
 *			its keys: such are not read)
 *	its keys	references 8, log2 of the slots 1, log2 of the bytes of the slots 1,
 *			kind 1, ..., at 24 the number of entries, at 32 the slots; then the entries
 *	an entry	{ hash, key, value }, or { key, value } if all keys are strings
 *
 * Entries are in the order in which keys were added; the value of one that was removed is NULL.
 */
#ifndef INTERP_DICT_WALK_H
#define INTERP_DICT_WALK_H

#include "interp/python/python_walk.h"

enum {
	DICT_KEYS = 16,  /* after its PyObject */
	KEYS_BYTES = 32, /* before the slots */
	KEYS_SLOT_BYTES = 8,
	KEYS_KIND = 16, /* bits, in the second word */
	KEYS_GENERAL = 0,
};

struct dict_entries {
	__u64 keys, at; /* addresses of the keys and of the first entry */
	__u64 n;
	__u64 hash; /* bytes of a hash in each entry */
};

/* False if the dict cannot be read. */
WALK_INLINE bool dict_open(struct walk *w, __u64 dict, struct dict_entries *d)
{
	if (!WALK_READ(w, w->string, 16, dict + w->target.layout.object_size + DICT_KEYS) ||
	    w->string[1])
		return false;
	d->keys = w->string[0];
	if (!WALK_READ(w, w->string, KEYS_BYTES, d->keys))
		return false;
	d->hash = (w->string[1] >> KEYS_KIND & 0xff) == KEYS_GENERAL ? 8 : 0;
	d->at = d->keys + KEYS_BYTES + (1ull << (w->string[1] >> KEYS_SLOT_BYTES & 63));
	d->n = w->string[3];
	return true;
}

/* Reads the key and the value of entry i. */
WALK_INLINE bool dict_entry(struct walk *w, const struct dict_entries *d, __u64 i,
			    __u64 key_value[2])
{
	return WALK_READ(w, key_value, 16, d->at + i * (16 + d->hash) + d->hash);
}

/* Is the dict as it was when it was opened? Another thread may have given it other keys. */
WALK_INLINE bool dict_has_stayed(struct walk *w, __u64 dict, const struct dict_entries *d)
{
	return WALK_READ(w, w->string, 8, dict + w->target.layout.object_size + DICT_KEYS) &&
	       w->string[0] == d->keys;
}

#endif
