/* Makes unwind rules for Go code, from the tables that every Go binary has. */
#ifndef UNWIND_GO_RULE_H
#define UNWIND_GO_RULE_H

#include "object/gopclntab.h"
#include "unwind/arch.h"
#include "unwind/rule.h"

/* The rule at a virtual address; CFA_NONE if the tables have none. */
struct rule go_rule(const struct gopclntab *t, const struct arch *arch, uint64_t vaddr);

/* Is it in the function by which C calls Go? Its frame pointer leads to C, which may have none. */
bool go_is_callback(const struct gopclntab *t, uint64_t vaddr);

#endif
