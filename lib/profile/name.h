/*
 * Names of functions: demangled, and made comparable. Each appends its result to
 * a buf and says whether that differs from what it was given.
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
 * A linkage name (C++, Rust, D) as people write it. Names that are not mangled
 * stay as they are, but for legacy Rust names that some tool took for C++.
 */
bool name_demangle(struct buf *to, struct str name, enum demangle how);

/*
 * Without what differs between two builds of one function: template arguments,
 * numbers of lambdas, Rust hashes, and the suffixes of compilers' clones (.isra,
 * .part, .cold, .constprop, .lto_priv, .llvm and "[clone ...]").
 */
bool name_simplify(struct buf *to, struct str name);

/*
 * How long an operator's symbol is at the start of s, which follows the word
 * "operator": 2 for "<<", 0 when there is none.
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

/* The length of s without Rust's "::h0123456789abcdef" at its end. */
size_t name_without_hash(struct str s);

#endif
