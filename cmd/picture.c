#include "cmd/picture.h"

#include "cmd/common.h"

bool write_picture(const struct view *view, struct profile *p, const struct view_options *o,
		   const char *path, struct view_result *r)
{
	struct out out;

	if (!out_open(&out, path, common.pack) || view->draw(&out, p, o, r))
		return finish_output(&out);
	out_abandon(&out);
	out_release(&out);
	return false;
}
