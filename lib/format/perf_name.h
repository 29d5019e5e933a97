/* Function names as perf prints them. */
#ifndef FORMAT_PERF_NAME_H
#define FORMAT_PERF_NAME_H

#include "base/str.h"

/*
 * The name without its parameter list: cut at the first '(' that opens one. Not
 * such are "(anonymous namespace)", what stands in template arguments or braces
 * ("std::function<void (int)>", "{lambda(int)#1}"), and the receiver of a Go
 * method ("http.(*Client).Do"). "operator()(int)" is "operator", as other tools
 * that fold perf's output have it. The result is a part of `symbol`.
 */
struct str perf_name(struct str symbol);

/*
 * Some JIT maps join what was inlined into a function: "a->b->c". Cut the first
 * part off *symbol ("operator->" does not separate); *symbol becomes the rest,
 * empty after the last part.
 */
struct str perf_inlined_part(struct str *symbol);

#endif
