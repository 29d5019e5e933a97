/*
 * The steps from a thread of Go to the labels of the goroutine that it runs (runtime/pprof.Do), for
 * the BPF program and for readers of memory. A thread-local variable points to a struct g: of the
 * goroutine, or of the thread's own that runs the scheduler or a signal's handler. Its m says which
 * goroutine the thread runs, and that points back to m, unless the scheduler just exchanges it.
 *
 * Labels are not changed once a goroutine has them: it gets others. They are a slice of { key,
 * value }, or until Go 1.23 a map (runtime/map.go), whose entries are in buckets of eight:
 *
 *	8 bytes, one for each cell: less than 5 for a cell without an entry
 *	8 keys, 8 values, the address of the next bucket with the same hash, or NULL
 *
 * While a map grows, the entries of its old buckets are moved to new ones, some at each change; a
 * map of labels may stay as it was after the last. The first byte of a bucket that was moved is 2,
 * 3 or 4.
 */
#ifndef INTERP_GO_WALK_H
#define INTERP_GO_WALK_H

#include "interp/tls_walk.h"

enum {
	GO_LABEL = 32, /* bytes of a label in a slice */
	GO_STRING = 16,
	GO_CELLS = 8,
	GO_FIRST_ENTRY = 5, /* the least byte of a cell that has one */
	GO_MOVED = 2,
	GO_SAME_SIZE = 8,   /* a flag of maps: there are as many old buckets as new ones */
	GO_MOST_STEPS = 192 /* cells and buckets that are looked at */
};

struct go_walk {
	struct tls_walk tls;
	struct go_place target;
	__u64 string[4]; /* of a label: address and length of its key and of its value */
	__u64 map[4];    /* count; flags, log2 of the number of buckets; buckets, old buckets */
	__u64 at;        /* the slice's next label; the map's bucket, or 0 */
	__u64 buckets, nold;
	__u32 left; /* labels of the slice, or buckets of the map after this one */
	__u32 steps;
	__u32 cell;
	__u8 cells[GO_CELLS];
	const struct interp_memory *memory;
};

/* The address of the labels of the goroutine that the thread runs; 0: none. */
WALK_INLINE __u64 go_labels_at(struct go_walk *w, __u64 thread, struct interp_labels *to)
{
	const struct go_layout *l = &w->target.layout;
	__u64 m, goroutine, back;

	to->state = CONTEXT_NONE;
	if (!WALK_TLS(w, &w->target.g, thread, &goroutine) || !goroutine ||
	    !WALK_READ(w, &m, 8, goroutine + l->m) || !m ||
	    !WALK_READ(w, &goroutine, 8, m + l->curg) || !goroutine)
		return 0;
	to->state = CONTEXT_INVALID;
	if (!WALK_READ(w, &back, 8, goroutine + l->m) || back != m)
		return 0;
	to->state = CONTEXT_UNREADABLE;
	if (!WALK_READ(w, &back, 8, goroutine + l->labels))
		return 0;
	if (!back)
		to->state = CONTEXT_NONE;
	return back;
}

WALK_INLINE bool go_begin_slice(struct go_walk *w, __u64 labels, struct interp_labels *to)
{
	if (!WALK_READ(w, w->string, 16, labels))
		return false;
	w->at = w->string[0];
	to->count = w->string[1] < 0xffffffff ? (__u32)w->string[1] : 0xffffffff;
	w->left = to->count;
	return true;
}

WALK_INLINE bool go_begin_map(struct go_walk *w, __u64 labels, struct interp_labels *to)
{
	__u32 log2, flags;

	if (!WALK_READ(w, &w->at, 8, labels))
		return false;
	to->count = w->left = 0;
	if (!w->at)
		return true;
	if (!WALK_READ(w, w->map, 32, w->at))
		return false;
	flags = (__u32)w->map[1] & 0xff;
	log2 = (__u32)(w->map[1] >> 8) & 31;
	to->count = w->map[0] < 0xffffffff ? (__u32)w->map[0] : 0xffffffff;
	w->at = 0;
	w->buckets = w->map[2];
	w->left = w->buckets ? 1u << log2 : 0;
	w->nold = !w->map[3] ? 0 : flags & GO_SAME_SIZE ? 1u << log2 : 1u << log2 >> 1;
	return true;
}

/* Finds the labels; go_step() then reads them. Returns whether there are any. */
WALK_INLINE bool go_begin(struct go_walk *w, __u64 thread, struct interp_labels *to)
{
	__u64 labels = go_labels_at(w, thread, to);

	to->n = to->count = to->copied = 0;
	to->missing = 0;
	w->steps = w->cell = 0;
	if (!labels)
		return false;
	if (!(w->target.layout.is_map ? go_begin_map(w, labels, to) :
					go_begin_slice(w, labels, to)))
		return false;
	to->state = to->count ? CONTEXT_READ : CONTEXT_NONE;
	return to->count;
}

/* Copies a string after those that the record has. Returns false if there is no space. */
WALK_INLINE bool go_copy(struct go_walk *w, struct interp_labels *to, __u64 from, __u64 n)
{
	__u64 here = to->copied;

	if (n >= LABELS_MOST_STRING || here >= LABELS_MOST_BYTES)
		return false;
	/* Or the compiler leaves out the masks, which the verifier needs. */
	__asm__ volatile("" : "+r"(here), "+r"(n));
	if (n && !WALK_READ(w, to->bytes + (here & (LABELS_MOST_BYTES - 1)),
			    (__u32)n & (LABELS_MOST_STRING - 1), from)) {
		to->state = CONTEXT_UNREADABLE;
		to->missing = from;
		return false;
	}
	to->copied = (__u32)(here + n);
	return true;
}

/* Puts the label in w->string on the record, unless it is too long or cannot be read. */
WALK_INLINE void go_add(struct go_walk *w, struct interp_labels *to)
{
	__u32 was = to->copied;
	__u64 i = to->n;

	if (i >= LABELS_MOST)
		return;
	if (!go_copy(w, to, w->string[0], w->string[1]) ||
	    !go_copy(w, to, w->string[2], w->string[3])) {
		to->copied = was;
		return;
	}
	__asm__ volatile("" : "+r"(i));
	i &= LABELS_MOST - 1;
	to->size[i].key = (__u16)w->string[1];
	to->size[i].value = (__u16)w->string[3];
	to->n = (__u32)i + 1;
}

WALK_INLINE bool go_step_slice(struct go_walk *w, struct interp_labels *to)
{
	if (!w->left)
		return false;
	if (!WALK_READ(w, w->string, GO_LABEL, w->at)) {
		to->state = CONTEXT_UNREADABLE;
		return false;
	}
	w->left--;
	w->at += GO_LABEL;
	go_add(w, to);
	return true;
}

/* Goes to the next bucket: the one that follows, the next of the array, the first old one. */
WALK_INLINE bool go_next_bucket(struct go_walk *w, struct interp_labels *to)
{
	__u64 next = 0;

	if (w->at && !WALK_READ(w, &next, 8, w->at + GO_CELLS + 2 * GO_CELLS * GO_STRING))
		to->state = CONTEXT_UNREADABLE;
	if (!next && !w->left) {
		w->buckets = w->map[3];
		w->left = (__u32)w->nold;
		w->nold = 0;
		/* From now on, buckets are old ones. */
		w->map[3] = 0;
	}
	if (!next && w->left) {
		next = w->buckets;
		w->buckets += GO_CELLS + 2 * GO_CELLS * GO_STRING + 8;
		w->left--;
	}
	w->at = next;
	w->cell = 0;
	if (next && !WALK_READ(w, w->cells, GO_CELLS, next)) {
		to->state = CONTEXT_UNREADABLE;
		w->at = 0;
	}
	return next;
}

WALK_INLINE bool go_step_map(struct go_walk *w, struct interp_labels *to)
{
	__u64 i = w->cell, key;

	if (!w->at || i >= GO_CELLS)
		return go_next_bucket(w, to);
	/* A bucket that was moved; its followers were, too. */
	if (!i && w->cells[0] >= GO_MOVED && w->cells[0] < GO_FIRST_ENTRY) {
		w->at = 0;
		return true;
	}
	w->cell = (__u32)i + 1;
	if (w->cells[i & (GO_CELLS - 1)] < GO_FIRST_ENTRY)
		return true;
	key = w->at + GO_CELLS + i * GO_STRING;
	if (WALK_READ(w, w->string, GO_STRING, key) &&
	    WALK_READ(w, w->string + 2, GO_STRING, key + GO_CELLS * GO_STRING))
		go_add(w, to);
	else
		to->state = CONTEXT_UNREADABLE;
	return true;
}

/* Reads a label, or takes a step towards one. False if there are no more. */
WALK_INLINE bool go_step(struct go_walk *w, struct interp_labels *to)
{
	if (w->steps++ >= GO_MOST_STEPS || to->n >= LABELS_MOST || to->n >= to->count)
		return false;
	return w->target.layout.is_map ? go_step_map(w, to) : go_step_slice(w, to);
}

#endif
