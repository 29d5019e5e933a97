#include "compare/item_name.h"

#include "profile/name.h"

static str_id demangled(struct profile *p, str_id name)
{
	struct buf b = { 0 };

	if (name_demangle(&b, profile_text(p, name), DEMANGLE_SIMPLE))
		name = profile_str(p, buf_str(&b));
	buf_release(&b);
	return name;
}

static str_id simplified(struct profile *p, str_id name)
{
	struct buf b = { 0 };

	if (name_simplify(&b, profile_text(p, name)))
		name = profile_str(p, buf_str(&b));
	buf_release(&b);
	return name;
}

static str_id renamed(struct profile *p, str_id name, const struct options *o)
{
	for (size_t i = 0; i < o->nrename; i++)
		if (str_eq(profile_text(p, name), o->rename[i].old))
			return profile_str(p, o->rename[i].new);
	return name;
}

static str_id function_name(struct profile *p, loc_id id, const struct options *o)
{
	const struct func *f = profile_func(p, profile_loc(p, id)->func);
	str_id name = profile_frame_name(p, id);

	if (f->linkage.i && name.i == f->linkage.i)
		name = demangled(p, name);
	return renamed(p, simplified(p, renamed(p, name, o)), o);
}

static str_id module_name(struct profile *p, loc_id id)
{
	const struct loc *l = profile_loc(p, id);
	struct str file = profile_text(p, profile_mapping(p, l->map)->file);

	return profile_str(p, file.n ? str_basename(file) : S("[unknown]"));
}

static str_id file_name(struct profile *p, loc_id id)
{
	str_id file = profile_func(p, profile_loc(p, id)->func)->file;

	return file.i ? file : profile_str(p, S("[unknown]"));
}

str_id item_name(struct profile *p, loc_id id, const struct options *o)
{
	switch (o->by) {
	case BY_MODULE: return module_name(p, id);
	case BY_FILE: return file_name(p, id);
	default: return function_name(p, id, o);
	}
}
