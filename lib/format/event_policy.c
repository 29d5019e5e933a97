#include "format/event_policy.h"

#include "profile/type.h"

struct str event_unit(struct str event, bool has_period)
{
	bool is_time = str_starts(event, S("cpu-clock")) || str_starts(event, S("task-clock")) ||
		       str_starts(event, S("offcpu-time"));

	return is_time && has_period ? S("nanoseconds") : S("count");
}

/* The code to which an event is restricted: the modifiers u, k, h ... as bits. */
static unsigned restriction_of(struct str name, struct str type)
{
	static const char letters[] = "ukhGHI";
	size_t at = (size_t)(str_find(name, type) + (ptrdiff_t)type.n);
	unsigned bits = 0;

	for (; at < name.n; at++)
		for (size_t i = 0; i < sizeof(letters) - 1; i++)
			bits |= name.p[at] == letters[i] ? 1u << i : 0;
	return bits;
}

void event_note_overlap(struct in *in, const struct str *names, size_t n)
{
	enum { MOST = 256 }; /* events that are compared */

	for (size_t i = 1; i < n && i < MOST; i++) {
		struct str type = type_of_event(names[i]);

		for (size_t j = 0; j < i; j++) {
			if (!str_eq(type, type_of_event(names[j])) ||
			    restriction_of(names[i], type) == restriction_of(names[j], type))
				continue;
			in_note(in, 0, "%.*s is the sum of %.*s and %.*s", STR_ARG(type),
				STR_ARG(names[j]), STR_ARG(names[i]));
			return;
		}
	}
}
