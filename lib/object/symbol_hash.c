/*
 * The table: the numbers of buckets, of the first symbol, of words of a Bloom filter, and a shift;
 * the filter, which is not used here; the buckets; the chains. A bucket holds the number of the
 * first symbol of its chain; the symbols of a chain follow one another. A word of `chains` has the
 * hash of a symbol, in its lowest bit whether the chain ends there.
 */
#include "object/symbol_hash.h"

#include "io/cursor.h"

enum { WORD = 4, MOST_STEPS = 1 << 12 }; /* a hostile chain may be as long as the file */

static uint32_t gnu_hash(struct str name)
{
	uint32_t h = 5381;

	for (size_t i = 0; i < name.n; i++)
		h = h * 33 + (uint8_t)name.p[i];
	return h;
}

static size_t count_words(struct str words)
{
	return words.n / WORD;
}

static uint32_t word_at(struct str words, size_t i)
{
	uint32_t word;

	memcpy(&word, words.p + i * WORD, sizeof(word));
	return word;
}

bool symbol_hash_open(struct symbol_hash *h, const struct elf *e)
{
	const struct elf_section *table = elf_section(e, ".gnu.hash");
	const struct elf_section *symbols = elf_section(e, ".dynsym");
	struct cursor c = cursor_over(table ? elf_contents(e, table) : (struct str){ 0 });
	uint32_t nbucket = cursor_u32(&c);
	uint32_t nfilter;

	h->first = cursor_u32(&c);
	nfilter = cursor_u32(&c);
	cursor_skip(&c, WORD);
	cursor_skip(&c, (uint64_t)nfilter * (e->is64 ? 8 : 4));
	h->buckets = cursor_bytes(&c, (uint64_t)nbucket * WORD);
	h->chains = cursor_rest(&c);
	if (c.failed || !nbucket || !symbols || symbols->link >= e->nsection)
		return false;
	h->symbols = elf_records(e, symbols);
	h->names = elf_contents(e, &e->section[symbols->link]);
	return h->symbols && h->names.n;
}

bool symbol_hash_has_any(const struct symbol_hash *h)
{
	return count_words(h->chains) > 0;
}

static bool is_named(const struct symbol_hash *h, const GElf_Sym *symbol, struct str name)
{
	struct str s = str_skip(h->names, min_size(symbol->st_name, h->names.n));

	return s.n > name.n && str_starts(s, name) && !s.p[name.n];
}

bool symbol_hash_find(const struct symbol_hash *h, struct str name, GElf_Sym *symbol)
{
	uint32_t hash = gnu_hash(name);
	uint32_t at = word_at(h->buckets, hash % count_words(h->buckets));

	if (at < h->first)
		return false; /* no chain */
	for (int i = 0; i < MOST_STEPS && at - h->first < count_words(h->chains); i++, at++) {
		uint32_t word = word_at(h->chains, at - h->first);

		if ((word | 1) == (hash | 1) && gelf_getsym(h->symbols, (int)at, symbol) &&
		    is_named(h, symbol, name))
			return true;
		if (word & 1)
			return false;
	}
	return false;
}
