#include "profile/profile.h"

#include "profile/fact.h"
#include "profile/samples.h"

void profile_init(struct profile *p, struct dictionary *dict)
{
	*p = (struct profile){ .dict = dict };
	table_init(&p->sample, sizeof(struct sample), sizeof(struct sample));
	facts_init(&p->comment);
}

void profile_release(struct profile *p)
{
	samples_release(p);
	mem_free(p->observation, p->observation_cap * sizeof(*p->observation));
	table_release(&p->comment);
	*p = (struct profile){ 0 };
}

void profile_clear(struct profile *p)
{
	samples_clear(p);
	table_clear(&p->comment);
	p->nobservation = 0;
	p->head = (struct header){ 0 };
	p->nprofile = 0;
	p->saturated = 0;
}

void profile_begin(struct profile *p)
{
	profile_clear(p);
	p->nprofile = 1;
}

void profile_observe(struct profile *p, uint64_t time, sample_id sample, uint32_t col, int64_t v)
{
	if (!p->keep_times)
		return;
	p->observation = mem_grow(p->observation, &p->observation_cap, p->nobservation + 1,
				  sizeof(*p->observation));
	p->observation[p->nobservation++] = (struct observation){ time, sample, col, v };
}
