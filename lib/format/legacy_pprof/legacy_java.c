/*
 * Heap and contention profiles of Java, as text, with numbers in the opposite order, and
 * names after the samples:
 *
 *	--- heapz 1 ---
 *	format = java
 *	resolution = bytes
 *	    7048     1 @ 0x00000003 0x00000004
 *	 0x00000003 com.example.Cache.get (Cache.java:181)
 *	 0x00000004 GC
 */
#include "format/legacy_pprof/legacy_stacks.h"

enum { JAVA_HEAP_RATE = 524288 };

/* "    7048     1 @ 0x3 0x4": size or delay, and count. */
static bool parse_java_sample(struct str line, int64_t *size, int64_t *count, struct str *stack)
{
	struct str numbers, first;

	*stack = line;
	numbers = str_trim(str_cut(stack, '@'));
	first = str_cut(&numbers, ' ');
	return stack->p && str_i64(first, size) && str_i64(str_trim(numbers), count);
}

static bool add_java_sample(struct legacy *l, enum legacy_java kind, int64_t period, int64_t size,
			    int64_t count)
{
	int64_t value[LEGACY_COLUMNS] = { count, size };
	struct legacy_sample *s;

	if (kind == JAVA_CONTENTION) {
		value[0] = period ? sat_mul(l->p, count, period) : count;
		value[1] = period ? sat_mul(l->p, size, period) : size;
		legacy_sample(l, value);
		return true;
	}
	if (count <= 0)
		return in_bad(l->in, "%lld objects", (long long)count);
	legacy_unsample(&value[0], &value[1], JAVA_HEAP_RATE);
	s = legacy_sample(l, value);
	s->labels = dict_add_number_label(l->p->dict, s->labels, S("bytes"), size / count);
	return true;
}

/* "com.example.Cache.get (Cache.java:181)", "read (/lib/libc.so.6)", "GC" */
static void split_java_name(struct str *name, struct str *file, uint32_t *line)
{
	ptrdiff_t open = str_rchr(*name, '('), colon;
	uint64_t n;

	*file = S("");
	*line = 0;
	if (str_find(*name, S("generated stub/JIT")) >= 0) {
		*name = S("STUB");
		return;
	}
	if (open <= 0 || !is_blank(name->p[open - 1]) || !str_ends(*name, S(")")))
		return;
	*file = str(name->p + open + 1, name->n - (size_t)open - 2);
	*name = str_trim(str(name->p, (size_t)open));
	colon = str_rchr(*file, ':');
	if (colon < 0) {
		*file = str_basename(*file);
		return;
	}
	if (str_u64(str_skip(*file, (size_t)colon + 1), &n) && n <= UINT32_MAX)
		*line = (uint32_t)n;
	file->n = (size_t)colon;
}

void legacy_read_java_name(struct legacy *l, struct str line)
{
	struct str name = str_trim(line), word, file;
	uint64_t address;
	uint32_t number;

	word = str_cut(&name, ' ');
	name = str_trim(name);
	if (!str_starts(word, S("0x")) || !str_hex(str_skip(word, 2), &address) || !name.n)
		return;
	split_java_name(&name, &file, &number);
	legacy_name(l, address, name, file, number);
}

void legacy_read_java_samples(struct legacy *l, struct str line, enum legacy_java kind,
			      int64_t period)
{
	bool ok = true, in_names = false;

	do {
		int64_t size, count;
		struct str stack;

		line = str_trim(line);
		if (!line.n)
			continue;
		in_names = in_names || !parse_java_sample(line, &size, &count, &stack);
		if (in_names)
			legacy_read_java_name(l, line);
		else
			ok = legacy_addresses(l, stack, SIZE_MAX) &&
			     add_java_sample(l, kind, period, size, count);
	} while (ok && !legacy_profile_follows(l->in) && in_line(l->in, &line));
}

void legacy_read_java_heap(struct legacy *l)
{
	struct str line, unit = S("bytes"), value;
	bool has_samples = false;

	while (!has_samples && in_line(l->in, &line)) {
		struct str key;

		line = value = str_trim(line);
		if (!line.n)
			continue;
		key = str_trim(str_cut(&value, '='));
		value = str_trim(value);
		has_samples = !value.n;
		if (str_eq(key, S("format")) && !str_eq(value, S("java"))) {
			in_fail(l->in, "expected 'format = java'");
			return;
		}
		if (str_eq(key, S("resolution")))
			unit = dict_text(l->p->dict, dict_intern(l->p->dict, value));
	}
	legacy_column(l, S("inuse_objects"), S("count"));
	legacy_column(l, S("inuse_space"), unit);
	if (has_samples)
		legacy_read_java_samples(l, line, JAVA_HEAP, 0);
}
