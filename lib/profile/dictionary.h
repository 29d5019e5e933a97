/*
 * The dictionary: the strings, functions, mappings, locations, stacks, labels and sets
 * of labels to which profiles refer. Each row is kept once; any number of profiles share
 * one dictionary.
 *
 * Row 0 of every table means "none". Equal rows have equal numbers, so the rest
 * of the program compares numbers. A stack is a list of locations, root first,
 * stored once and in one piece: totals, filters and diffs are loops over adjacent
 * frames.
 *
 * Rows live until dict_release(). A pointer to a row is valid until the next row
 * of that table (for frames: the next stack) is added; the text of a string is
 * valid until dict_release(). One thread at a time uses a dictionary.
 */
#ifndef PROFILE_DICTIONARY_H
#define PROFILE_DICTIONARY_H

#include "base/strings.h"
#include "base/table.h"

/* Row numbers, with a type for each table, so that mixing them up does not compile. */
typedef struct {
	uint32_t i;
} str_id;
typedef struct {
	uint32_t i;
} func_id;
typedef struct {
	uint32_t i;
} map_id;
typedef struct {
	uint32_t i;
} loc_id;
typedef struct {
	uint32_t i;
} stack_id;
typedef struct {
	uint32_t i;
} label_id;
typedef struct {
	uint32_t i;
} label_set_id;

struct func {
	str_id name;    /* for people */
	str_id linkage; /* as the symbol table has it; 0 if it is the same or not known */
	str_id file;
	uint32_t line; /* where the function begins; 0 if not known */
};

/* What a mapping's pprof message claims about its locations. */
enum map_flag { MAP_FUNCTIONS = 1, MAP_FILENAMES = 2, MAP_LINES = 4, MAP_INLINES = 8 };

/*
 * A binary (or module, or JIT map) that was mapped. Its address is not part of its
 * identity: address-space randomisation must not split frames. Neither is its path if it
 * has a build id: one binary has several paths in different mount namespaces. The
 * identity is that of google/pprof (profile/merge.go): build id, else file; size, rounded
 * up to 4 KiB; offset.
 */
struct mapping {
	/* The key, which dict_add_mapping() fills in; `offset` and `which` are the caller's. */
	str_id identity; /* the build id, else the file */
	uint32_t which;  /* tells files of one name apart; 0 becomes 1, */
			 /* so that a mapping with empty fields differs from "none" */
	uint64_t pages;  /* size in units of 4 KiB, rounded up */
	uint64_t offset; /* in the file, in bytes */
	/* Payload, combined over mappings with the same key: */
	str_id file;     /* the first in byte order */
	str_id build_id; /* in hexadecimal */
	uint64_t size;   /* bytes mapped: the largest; 0 if not known */
	uint64_t start;  /* the lowest */
	uint32_t flags;  /* all of them, enum map_flag */
	uint32_t zero;
};

enum loc_flag {
	LOC_INLINED = 1, /* into its caller, which has the same address */
	LOC_KERNEL = 2,  /* see mapping_flags() */
	LOC_JIT = 4,     /* likewise */
	LOC_FOLDED = 8,  /* pprof is_folded: the linker merged identical code */
	LOC_ADDR = 16,   /* addr is known */
	LOC_JOINED = 32, /* inlined according to a JIT's symbol "a->b" */
	/* Types of frames (frame_type.h), at most one of them: */
	LOC_BEAM = 1 << 8,
	LOC_CPYTHON = 1 << 9,
	LOC_DOTNET = 1 << 10,
	LOC_GO = 1 << 11,
	LOC_JVM = 1 << 12,
	LOC_LUAJIT = 1 << 13,
	LOC_PERL = 1 << 14,
	LOC_PHP = 1 << 15,
	LOC_RUBY = 1 << 16,
	LOC_RUST = 1 << 17,
	LOC_V8JS = 1 << 18,
	LOC_TYPES = 0x7ff << 8,
};

/* A location in the code, as a frame shows it. An inlined call is its own frame. */
struct loc {
	uint64_t addr; /* relative to the mapping's start; see LOC_ADDR */
	map_id map;
	func_id func;
	uint32_t line, column;
	uint32_t flags;
	uint32_t one; /* always 1: a frame with empty fields differs from "none" */
};

/* A stack's frames are n of stacks.frames from `first`. See dict_frames(). */
struct stack {
	uint64_t first;
	uint32_t n;
	uint32_t zero;
};

struct label {
	str_id key;
	str_id str;  /* the value of a text label */
	str_id unit; /* of a numeric one */
	uint32_t is_num;
	int64_t num;
};

/* A set of labels is a list, sorted by label number, sharing its tails. */
struct label_set {
	label_set_id rest; /* smaller than this row's own number */
	label_id label;
};

_Static_assert(sizeof(struct func) == 16, "no padding");
_Static_assert(sizeof(struct mapping) == 56, "no padding");
_Static_assert(sizeof(struct loc) == 32, "no padding");
_Static_assert(sizeof(struct stack) == 16, "no padding");
_Static_assert(sizeof(struct label) == 24, "no padding");
_Static_assert(sizeof(struct label_set) == 8, "no padding");

/* All stacks and their frames. */
struct stacks {
	loc_id *frames; /* of all stacks, one after the other */
	size_t nframe, frame_cap;
	struct stack *row;
	uint32_t n; /* stacks, the empty one included */
	size_t cap;
	struct index index;
	uint32_t next; /* the stack that the next look-up tries first; see batch.c */
};

struct dictionary {
	struct strings str;
	struct table func, mapping, loc, label, label_set;
	struct stacks stack;
	struct table bracketed; /* private: names of frames by file, see dict_frame_name() */
};

void dict_init(struct dictionary *d);
void dict_release(struct dictionary *d);

/* Strings */

/* The number of s, which is copied if it is new. */
static inline str_id dict_intern(struct dictionary *d, struct str s)
{
	return (str_id){ strings_intern(&d->str, s) };
}

/* The number of s; 0 when no row has it. */
static inline str_id dict_find_str(const struct dictionary *d, struct str s)
{
	return (str_id){ strings_find(&d->str, s) };
}

static inline struct str dict_text(const struct dictionary *d, str_id id)
{
	return strings_get(&d->str, id.i);
}

/* Rows by number, and numbers of rows, which are added if they are new. */

static inline const struct func *dict_func(const struct dictionary *d, func_id id)
{
	return table_row(&d->func, id.i);
}

static inline const struct mapping *dict_mapping(const struct dictionary *d, map_id id)
{
	return table_row(&d->mapping, id.i);
}

static inline const struct loc *dict_loc(const struct dictionary *d, loc_id id)
{
	return table_row(&d->loc, id.i);
}

/* The frames of a stack, root first, and their number. */
static inline const loc_id *dict_frames(const struct dictionary *d, stack_id id, size_t *n)
{
	const struct stack *s = &d->stack.row[id.i];

	*n = s->n;
	return d->stack.frames + s->first;
}

static inline const struct label *dict_label(const struct dictionary *d, label_id id)
{
	return table_row(&d->label, id.i);
}

static inline const struct label_set *dict_label_set(const struct dictionary *d, label_set_id id)
{
	return table_row(&d->label_set, id.i);
}

/* The numbers of n strings, functions or locations at once: faster than one by one. */
void dict_intern_all(struct dictionary *d, const struct str *s, size_t n, str_id *id);
void dict_add_funcs(struct dictionary *d, const struct func *f, size_t n, func_id *id);
void dict_add_locs(struct dictionary *d, struct loc *l, size_t n, loc_id *id);

/* Strings whose hash_bytes() are known. */
void dict_intern_hashed(struct dictionary *d, const struct str *s, const uint32_t *hash, size_t n,
			str_id *id);

static inline func_id dict_add_func(struct dictionary *d, struct func f)
{
	return (func_id){ table_intern(&d->func, &f) };
}

static inline loc_id dict_add_loc(struct dictionary *d, struct loc l)
{
	l.one = 1;
	return (loc_id){ table_intern(&d->loc, &l) };
}

/*
 * The mapping with the identity of m; the caller sets file, build id, size and offset.
 * The payload of an existing row is combined with m's.
 */
map_id dict_add_mapping(struct dictionary *d, struct mapping m);

/*
 * The stack of these n frames, root first, which are copied if it is new. They
 * may point into another stack, as from dict_frames().
 */
stack_id dict_add_stack(struct dictionary *d, const loc_id *frames, size_t n);

/*
 * The stack with one more frame at its leaf: for formats that are trees, in which the
 * stack of a node is that of its parent and one frame.
 */
stack_id dict_stack_below(struct dictionary *d, stack_id stack, loc_id leaf);

/* The set with one more label. A set may contain a label twice. */
label_set_id dict_add_label(struct dictionary *d, label_set_id set, struct label l);

/* The same for a text label, and for a number without a unit. */
label_set_id dict_add_text_label(struct dictionary *d, label_set_id set, struct str key,
				 struct str value);
label_set_id dict_add_number_label(struct dictionary *d, label_set_id set, struct str key,
				   int64_t value);

/* The set without the labels of that key. */
label_set_id dict_drop_label(struct dictionary *d, label_set_id set, str_id key);

/* The first label of that key in the set, or NULL. */
const struct label *dict_find_label(const struct dictionary *d, label_set_id set, str_id key);

/* Properties of rows */

/* Is a frame inlined into its caller? Both then have the same address. */
static inline bool dict_is_inlined(const struct dictionary *d, loc_id caller, loc_id callee)
{
	const struct loc *l = dict_loc(d, callee), *outer = dict_loc(d, caller);

	return l->flags & LOC_INLINED && outer->addr == l->addr && outer->map.i == l->map.i &&
	       !((outer->flags ^ l->flags) & (LOC_ADDR | LOC_FOLDED));
}

/*
 * LOC_KERNEL if the name of a mapping's file is that of the kernel ("[kernel.kallsyms]",
 * "vmlinux"), a module or a BPF program; LOC_JIT for a perf map or a jitdump image; the type
 * for "[cpython]" and the like (frame_type.h); else 0, also for [vdso] and other pseudo-files
 * of a process.
 */
uint32_t mapping_flags(struct str file);

/*
 * The name that a frame shows: the function's, else "[FILE]" with the mapping's file
 * name, else "[unknown]". As a number, because views compare names.
 */
str_id dict_frame_name(struct dictionary *d, loc_id loc);

#endif
