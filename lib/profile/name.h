/*
 * Names of functions: demangling them, and making those of two builds comparable. Each
 * function appends its result to a buf, and returns whether it differs from the input.
 */
#ifndef PROFILE_NAME_H
#define PROFILE_NAME_H

#include "base/buf.h"

enum demangle {
	DEMANGLE_SIMPLE, /* without parameters */
	DEMANGLE_FULL,   /* with them */
	DEMANGLE_RUST,   /* only legacy Rust names, which other tools get wrong */
	DEMANGLE_NONE,   /* the linkage name */
};

/*
 * Demangle a linkage name of C++, Rust or D. Other names stay, except for legacy Rust
 * names that a C++ demangler has already processed.
 */
bool name_demangle(struct buf *to, struct str name, enum demangle how);

/*
 * Strip the parts of a name that differ between two builds: template arguments, numbers
 * of lambdas, Rust hashes, and the suffixes of clones (.isra, .part, .cold, .constprop,
 * .lto_priv, .llvm and "[clone ...]").
 */
bool name_simplify(struct buf *to, struct str name);

/*
 * The length of the operator's symbol at the start of s, the text after the word
 * "operator": 2 for "<<", 0 if there is none.
 */
size_t name_operator(struct str s);

/* Does the word "operator" begin at s.p[at]? */
bool name_is_operator(struct str s, size_t at);

/* May the character be a part of an identifier? */
static inline bool name_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '$';
}

/*
 * What stands for a function that has no name: the file of its image and the virtual
 * address of its start there, "app+0x1a2b0". Append it; and tell it from a name.
 */
void name_print_start(struct buf *to, struct str file, uint64_t start);
bool name_is_start(struct str name, struct str file);

/* The length of s without Rust's "::h0123456789abcdef" at its end. */
size_t name_without_hash(struct str s);

#endif
