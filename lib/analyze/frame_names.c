#include "analyze/frame_names.h"

void frame_names_init(struct frame_names *names, struct dictionary *d, frame_namer *namer)
{
	*names = (struct frame_names){ .n = d->loc.n };
	names->of = mem_zeroed(names->n, sizeof(*names->of));
	for (uint32_t i = 1; i < names->n; i++)
		names->of[i] = namer(d, (loc_id){ i });
}

void frame_names_release(struct frame_names *names)
{
	mem_free(names->of, names->n * sizeof(*names->of));
	*names = (struct frame_names){ 0 };
}
