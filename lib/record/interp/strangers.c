#include "record/interp/strangers.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
	ENOUGH = 4,          /* looks: the first may come before libraries are mapped */
	MOST_PROGRAMS = 4096 /* that are remembered */
};

struct program {
	uint64_t device, inode, time, size; /* of its file */
	uint64_t looks;                     /* payload: in vain; NEVER: one was not */
};
_Static_assert(sizeof(struct program) == 40, "a row of a table");

static const uint64_t NEVER = UINT64_MAX;

void strangers_init(struct strangers *s)
{
	table_init(&s->programs, sizeof(struct program), offsetof(struct program, looks));
}

void strangers_release(struct strangers *s)
{
	table_release(&s->programs);
}

static bool program_of(uint32_t pid, struct program *p)
{
	struct stat st;
	char path[48];

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	if (stat(path, &st) < 0)
		return false;
	*p = (struct program){
		.device = st.st_dev,
		.inode = st.st_ino,
		.time = (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec,
		.size = (uint64_t)st.st_size,
	};
	return true;
}

void strangers_note(struct strangers *s, uint32_t pid, bool has_interpreter)
{
	struct program key, *p;

	if (!program_of(pid, &key))
		return;
	if (s->programs.n > MOST_PROGRAMS)
		table_clear(&s->programs);
	p = table_row(&s->programs, table_intern(&s->programs, &key));
	if (has_interpreter)
		p->looks = NEVER;
	else if (p->looks != NEVER)
		p->looks++;
}

bool strangers_know(const struct strangers *s, uint32_t pid)
{
	struct program key;
	const struct program *p;

	if (!program_of(pid, &key))
		return false;
	p = table_row(&s->programs, table_find(&s->programs, &key));
	return p->looks >= ENOUGH && p->looks != NEVER;
}
