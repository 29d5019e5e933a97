#include "unwind/memory.h"

void memory_init(struct memory *m, const struct address_space *space)
{
	m->space = space;
	m->at = 0;
	m->n = 0;
}

/* Reads upwards from the address, where the outer frames are. */
static bool fetch(struct memory *m, uint64_t address)
{
	m->at = address;
	m->n = m->space->read(m->space->context, address, m->bytes, sizeof(m->bytes));
	return m->n >= sizeof(uint64_t);
}

bool memory_word(struct memory *m, uint64_t address, uint64_t *word)
{
	if (!m->space->read)
		return false;
	if (address < m->at || address - m->at + sizeof(*word) > m->n)
		if (!fetch(m, address))
			return false;
	memcpy(word, m->bytes + (address - m->at), sizeof(*word));
	return true;
}
