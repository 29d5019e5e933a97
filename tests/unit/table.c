/* Rows, strings and the index below them, with as many as make them grow. */
#include "base/table.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/strings.h"
#include "tap.h"

struct row {
	uint64_t a, b; /* the key */
	uint64_t payload;
};

struct word_row {
	uint64_t key, payload;
};

enum { MANY = 100000 };

static void rows(void)
{
	struct table t;
	bool same = true, found = true;

	table_init(&t, sizeof(struct row), 16);
	ok(t.n == 1 && table_intern(&t, &(struct row){ 0, 0, 7 }) == 0, "an all-zero key is row 0");
	for (uint32_t i = 1; i <= MANY; i++)
		same &= table_intern(&t, &(struct row){ i, i * i, i }) == i;
	ok(same && t.n == MANY + 1, "rows are numbered in order");
	for (uint32_t i = 1; i <= MANY; i++)
		same &= table_intern(&t, &(struct row){ i, i * i, 0 }) == i;
	ok(same && t.n == MANY + 1, "and kept once, whatever the payload");
	ok(((struct row *)table_row(&t, 77))->payload == 77, "which is the first one's");
	for (uint32_t i = 1; i <= MANY; i++)
		found &= table_find(&t, &(struct row){ i, i * i, 0 }) == i;
	ok(found, "all are found");
	ok(table_find(&t, &(struct row){ 1, 2, 0 }) == 0 && t.n == MANY + 1, "others are not");
	table_release(&t);
	ok(!t.rows && !t.n, "released");
}

static void words(void)
{
	struct table t;
	bool same = true;

	table_init(&t, sizeof(struct word_row), 8);
	index_reserve(&t.index, MANY);
	for (uint32_t i = 1; i <= MANY; i++)
		same &= table_intern(&t, &(struct word_row){ (uint64_t)i << 32, i }) == i;
	for (uint32_t i = 1; i <= MANY; i++)
		same &= table_find(&t, &(struct word_row){ (uint64_t)i << 32, 0 }) == i;
	ok(same, "keys of one word");
	ok(table_add(&t, &(struct word_row){ 5, 0 }) == MANY + 1 &&
		   table_find(&t, &(struct word_row){ 5, 0 }) == MANY + 1,
	   "a row that is known to be new");
	ok(table_append(&t, &(struct word_row){ 6, 0 }) == MANY + 2 &&
		   table_find(&t, &(struct word_row){ 6, 0 }) == 0,
	   "one that is not to be found");
	table_release(&t);
}

static uint32_t same_calls;

static bool same_number(const void *all, uint32_t row, const void *key)
{
	same_calls++;
	return ((const uint32_t *)all)[row] == *(const uint32_t *)key;
}

/* Equal hashes, and the ends of their range. */
static void hashes(void)
{
	static const uint32_t hash[] = { 0, 7, 7, 7, UINT32_MAX, UINT32_MAX, 0 };
	uint32_t all[LEN(hash)];
	struct index ix = { 0 };
	bool found = true;
	uint32_t other = 99;

	ok(index_find(&ix, 7, same_number, all, &other) == 0, "nothing is in an empty index");
	for (uint32_t i = 1; i < LEN(hash); i++) {
		all[i] = i * 10;
		index_add(&ix, hash[i], i);
	}
	for (uint32_t i = 1; i < LEN(hash); i++)
		found &= index_find(&ix, hash[i], same_number, all, &all[i]) == i;
	ok(found && ix.n == LEN(hash) - 1, "rows with one hash are told apart");
	ok(index_find(&ix, 7, same_number, all, &other) == 0, "an unknown row has none");
	same_calls = 0;
	ok(index_find(&ix, 8, same_number, all, &other) == 0 && same_calls == 0,
	   "rows with other hashes are not compared");
	index_release(&ix);
}

static void texts(void)
{
	struct strings t;
	struct buf b = { 0 };
	bool same = true;
	struct str first;

	strings_init(&t);
	ok(strings_intern(&t, S("")) == 0 && strings_get(&t, 0).n == 0, "the empty one is 0");
	ok(strings_intern(&t, S("one")) == 1 && strings_intern(&t, S("two")) == 2, "new ones");
	first = strings_get(&t, 1);
	for (uint32_t i = 3; i < MANY; i++) {
		b.n = 0;
		buf_printf(&b, "string %u", i);
		same &= strings_intern(&t, buf_str(&b)) == i;
		same &= strings_intern(&t, buf_str(&b)) == i;
	}
	ok(same && t.n == MANY, "each is kept once");
	ok(first.p == strings_get(&t, 1).p && first.p[3] == '\0', "they stay, and end in NUL");
	ok(strings_find(&t, S("string 500")) == 500 && !strings_find(&t, S("string")), "found");
	ok(strings_intern(&t, S("a\0b")) != strings_intern(&t, S("a\0c")), "NULs are characters");
	b.n = 0;
	memset(buf_room(&b, 3 << 20), 'x', 3 << 20);
	b.n = 3 << 20;
	ok(str_eq(strings_get(&t, strings_intern(&t, buf_str(&b))), buf_str(&b)), "a long one");
	strings_release(&t);
	buf_release(&b);
}

/* New and known texts of which some occur twice in a group, the empty one among them. */
static void many_texts(void)
{
	struct strings one, all;
	struct str text[1000];
	uint32_t hash[LEN(text)], number[LEN(text)], hashed[LEN(text)];
	char bytes[LEN(text)][16];
	bool same = true;

	strings_init(&one);
	strings_init(&all);
	for (uint32_t i = 0; i < LEN(text); i++) {
		snprintf(bytes[i], sizeof(bytes[i]), "text %u", i % 7 * 100 + i / 9);
		text[i] = i % 50 ? str_of(bytes[i]) : S("");
		hash[i] = hash_bytes(text[i].p, text[i].n);
	}
	strings_intern_all(&all, text, LEN(text), number);
	strings_intern_hashed(&all, text, hash, LEN(text), hashed);
	for (uint32_t i = 0; i < LEN(text); i++)
		same &= strings_intern(&one, text[i]) == number[i] && number[i] == hashed[i];
	ok(same && one.n == all.n, "together and one by one: the same numbers");
	strings_release(&one);
	strings_release(&all);
}

int main(void)
{
	size_t before = mem_used();

	rows();
	words();
	hashes();
	texts();
	many_texts();
	ok(mem_used() == before, "all memory came back");
	return done();
}
