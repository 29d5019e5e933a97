#include "cmd/label_list.h"

#include "base/arena.h"

static struct arena texts;

static struct str key_of(const char *label)
{
	struct str rest = str_of(label);

	return str_cut(&rest, '=');
}

static void add_label(struct opt_list *to, struct str text)
{
	struct str value = text, key = str_cut(&value, '=');

	if (!key.n || key.n == text.n)
		usage("-l '%.*s': expected KEY=VALUE,...", STR_ARG(text));
	for (size_t i = 0; i < to->n; i++)
		if (str_eq(key_of(to->v[i]), key))
			usage("-l %.*s: is given twice", STR_ARG(key));
	to->v = mem_grow(to->v, &to->cap, to->n + 1, sizeof(*to->v));
	to->v[to->n++] = arena_str(&texts, text).p;
}

void label_list(struct opt_list *labels)
{
	struct opt_list given = *labels;

	*labels = (struct opt_list){ 0 };
	for (size_t i = 0; i < given.n; i++) {
		struct str rest = str_of(given.v[i]);

		do
			add_label(labels, str_cut(&rest, ','));
		while (rest.n);
	}
	mem_free(given.v, given.cap * sizeof(*given.v));
}
