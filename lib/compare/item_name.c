#include "compare/item_name.h"

#include "profile/name.h"

static str_id demangled(struct profile *p, str_id name)
{
	struct buf b = { 0 };

	if (name_demangle(&b, dict_text(p->dict, name), DEMANGLE_SIMPLE))
		name = dict_intern(p->dict, buf_str(&b));
	buf_release(&b);
	return name;
}

static str_id simplified(struct profile *p, str_id name)
{
	struct buf b = { 0 };

	if (name_simplify(&b, dict_text(p->dict, name)))
		name = dict_intern(p->dict, buf_str(&b));
	buf_release(&b);
	return name;
}

static str_id renamed(struct profile *p, str_id name, const struct options *o)
{
	for (size_t i = 0; i < o->nrename; i++)
		if (str_eq(dict_text(p->dict, name), o->rename[i].old))
			return dict_intern(p->dict, o->rename[i].new);
	return name;
}

static str_id function_name(struct profile *p, loc_id id, const struct options *o)
{
	const struct func *f = dict_func(p->dict, dict_loc(p->dict, id)->func);
	str_id name = dict_frame_name(p->dict, id);

	if (f->linkage.i && name.i == f->linkage.i)
		name = demangled(p, name);
	return renamed(p, simplified(p, renamed(p, name, o)), o);
}

static str_id module_name(struct profile *p, loc_id id)
{
	const struct loc *l = dict_loc(p->dict, id);
	struct str file = dict_text(p->dict, dict_mapping(p->dict, l->map)->file);

	return dict_intern(p->dict, file.n ? str_basename(file) : S("[unknown]"));
}

static str_id file_name(struct profile *p, loc_id id)
{
	str_id file = dict_func(p->dict, dict_loc(p->dict, id)->func)->file;

	return file.i ? file : dict_intern(p->dict, S("[unknown]"));
}

str_id item_name(struct profile *p, loc_id id, const struct options *o)
{
	switch (o->by) {
	case BY_MODULE: return module_name(p, id);
	case BY_FILE: return file_name(p, id);
	default: return function_name(p, id, o);
	}
}
