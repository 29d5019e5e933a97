/*
 * conf.labels: the keys of labels, each with its values. The block "sets": for each set but the
 * first, which is empty, the number of its labels, then for each label the numbers of its key
 * and of its value.
 */
#include "io/escape.h"
#include "view/html/html.h"

/* Append a value for people: text, or a number and its unit. */
static void put_value(const struct dictionary *d, const struct label *l, struct buf *b)
{
	if (!l->is_num) {
		clean_text(b, dict_text(d, l->str));
		return;
	}
	buf_i64(b, l->num);
	if (l->unit.i) {
		buf_ch(b, ' ');
		clean_text(b, dict_text(d, l->unit));
	}
}

/* The keys, and each key's values, in order of appearance. */
struct label_numbers {
	struct strings keys;   /* their numbers are 1 and more */
	struct strings values; /* "KEY-NUMBER VALUE", so that a value has a number for each key */
	uint32_t *nvalue;      /* by key */
	uint32_t *rank;        /* by string of values: its place among those of its key */
	size_t key_cap, rank_cap;
};

static void find_label(struct page *page, const struct label *l, struct label_numbers *n,
		       uint32_t *key, uint32_t *value)
{
	struct str name = dict_text(page->p->dict, l->key);
	struct buf text = { 0 };

	*key = strings_intern(&n->keys, name.n ? name : S("?"));
	buf_printf(&text, "%u ", *key);
	put_value(page->p->dict, l, &text);
	*value = strings_intern(&n->values, buf_str(&text));
	buf_release(&text);
}

static void count_label(struct page *page, const struct label *l, struct label_numbers *n)
{
	uint32_t key, value, known = n->values.n;
	size_t keys = n->key_cap;

	find_label(page, l, n, &key, &value);
	n->nvalue = mem_grow(n->nvalue, &n->key_cap, (size_t)key + 1, sizeof(*n->nvalue));
	memset(n->nvalue + keys, 0, (n->key_cap - keys) * sizeof(*n->nvalue));
	n->rank = mem_grow(n->rank, &n->rank_cap, (size_t)value + 1, sizeof(*n->rank));
	if (value >= known)
		n->rank[value] = n->nvalue[key]++;
}

static void put_values(struct json *j, const struct label_numbers *n, uint32_t key)
{
	json_begin_array(j);
	for (uint32_t i = 1; i < n->values.n; i++) {
		struct str text = strings_get(&n->values, i), number = str_cut(&text, ' ');
		uint64_t of;

		if (str_u64(number, &of) && of == key)
			json_put_string(j, text);
	}
	json_end_array(j);
}

static void numbers_init(struct page *page, struct label_numbers *n)
{
	const struct dictionary *d = page->p->dict;

	*n = (struct label_numbers){ 0 };
	strings_init(&n->keys);
	strings_init(&n->values);
	for (uint32_t i = 1; i < page->rows.nset; i++)
		for (label_set_id set = page->rows.set[i]; set.i;
		     set = dict_label_set(d, set)->rest)
			count_label(page, dict_label(d, dict_label_set(d, set)->label), n);
}

static void numbers_release(struct label_numbers *n)
{
	strings_release(&n->keys);
	strings_release(&n->values);
	mem_free(n->nvalue, n->key_cap * sizeof(*n->nvalue));
	mem_free(n->rank, n->rank_cap * sizeof(*n->rank));
}

static void put_conf(struct page *page, struct json *j)
{
	struct label_numbers n;
	struct buf key = { 0 };

	numbers_init(page, &n);
	json_member_array(j, "labels");
	for (uint32_t i = 1; i < n.keys.n; i++) {
		key.n = 0;
		clean_text(&key, strings_get(&n.keys, i));
		json_begin_object(j);
		json_member_string(j, "key", buf_str(&key));
		json_key(j, "values");
		put_values(j, &n, i);
		json_end_object(j);
	}
	json_end_array(j);
	json_member_int64(j, "sets", page->rows.nset);
	buf_release(&key);
	numbers_release(&n);
}

static void put_set(struct page *page, label_set_id first, struct label_numbers *numbers,
		    struct buf *b)
{
	const struct dictionary *d = page->p->dict;
	uint32_t n = 0, key, value;

	for (label_set_id set = first; set.i; set = dict_label_set(d, set)->rest)
		n++;
	html_number(b, n);
	for (label_set_id set = first; set.i; set = dict_label_set(d, set)->rest) {
		find_label(page, dict_label(d, dict_label_set(d, set)->label), numbers, &key,
			   &value);
		html_number(b, key - 1);
		html_number(b, numbers->rank[value]);
	}
}

static void put_blocks(struct page *page)
{
	struct label_numbers numbers;
	struct buf b = { 0 };

	numbers_init(page, &numbers);
	for (uint32_t i = 1; i < page->rows.nset; i++)
		put_set(page, page->rows.set[i], &numbers, &b);
	html_block(page, "sets", &b);
	numbers_release(&numbers);
	buf_release(&b);
}

const struct html_part html_part_labels = { put_conf, put_blocks };
