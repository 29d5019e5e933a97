#include "query/select/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/*
 * The most steps of one match: a few milliseconds, and thousands of times what reasonable
 * patterns need for a long name.
 */
enum { MOST_STEPS = 1000000, MOST_STACK = 1 << 20, MOST_HEAP_KIB = 16 << 10 };

static void limit(struct regex *re)
{
	re->limits = pcre2_match_context_create(NULL);
	re->stack = pcre2_jit_stack_create(32 << 10, MOST_STACK, NULL);
	re->data = pcre2_match_data_create(1, NULL);
	if (!re->limits || !re->data)
		return;
	pcre2_set_match_limit(re->limits, MOST_STEPS);
	pcre2_set_heap_limit(re->limits, MOST_HEAP_KIB);
	if (re->stack)
		pcre2_jit_stack_assign(re->limits, NULL, re->stack);
}

bool regex_init(struct regex *re, struct str pattern, enum regex_mode mode, struct buf *error)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY |
			   PCRE2_NEVER_BACKSLASH_C;
	PCRE2_UCHAR why[256];
	size_t at;
	int code;

	*re = (struct regex){ 0 };
	if (mode == REGEX_WHOLE)
		options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOTALL;
	re->code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, options, &code, &at, NULL);
	if (!re->code) {
		pcre2_get_error_message(code, why, sizeof(why));
		buf_printf(error, "at offset %zu: %s", at, (const char *)why);
		return false;
	}
	pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE); /* if this fails, matching is slower */
	limit(re);
	return true;
}

static const char *trouble(int code)
{
	switch (code) {
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT: return "takes too long to match";
	case PCRE2_ERROR_JIT_STACKLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_NOMEMORY: return "takes too much memory to match";
	default: return "cannot be matched";
	}
}

bool regex_match(struct regex *re, struct str text)
{
	int code;

	if (re->failed)
		return false;
	code = re->data ? pcre2_match(re->code, (PCRE2_SPTR)text.p, text.n, 0, 0, re->data,
				      re->limits) :
			  PCRE2_ERROR_NOMEMORY;
	if (code < 0 && code != PCRE2_ERROR_NOMATCH)
		re->failed = trouble(code);
	return code >= 0;
}

void regex_release(struct regex *re)
{
	pcre2_code_free(re->code);
	pcre2_match_data_free(re->data);
	pcre2_match_context_free(re->limits);
	pcre2_jit_stack_free(re->stack);
	*re = (struct regex){ 0 };
}
