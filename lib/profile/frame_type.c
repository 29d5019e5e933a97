#include "profile/frame_type.h"

#include <stdio.h>

#include "base/base.h"

static const struct {
	const char *name;
	uint32_t flag;
} types[] = {
	{ "kernel", LOC_KERNEL }, { "beam", LOC_BEAM }, { "cpython", LOC_CPYTHON },
	{ "dotnet", LOC_DOTNET }, { "go", LOC_GO },     { "jvm", LOC_JVM },
	{ "luajit", LOC_LUAJIT }, { "perl", LOC_PERL }, { "php", LOC_PHP },
	{ "ruby", LOC_RUBY },     { "rust", LOC_RUST }, { "v8js", LOC_V8JS },
};

uint32_t frame_type_named(struct str name)
{
	for (size_t i = 0; i < LEN(types); i++)
		if (str_eq(name, str_of(types[i].name)))
			return types[i].flag;
	return 0;
}

struct str frame_type_name(uint32_t flags)
{
	for (size_t i = 0; i < LEN(types); i++)
		if (flags & types[i].flag)
			return str_of(types[i].name);
	return S("");
}

uint32_t frame_type_of_mapping(struct str file)
{
	if (file.n < 2 || file.p[0] != '[' || file.p[file.n - 1] != ']')
		return 0;
	return frame_type_named(str(file.p + 1, file.n - 2)) & LOC_TYPES;
}

map_id frame_type_mapping(struct dictionary *d, uint32_t flags)
{
	char file[16];
	int n = snprintf(file, sizeof(file), "[%.*s]", STR_ARG(frame_type_name(flags & LOC_TYPES)));

	return dict_add_mapping(d, (struct mapping){ .file = dict_intern(d, str(file, (size_t)n)),
						     .flags = MAP_FUNCTIONS | MAP_FILENAMES |
							      MAP_LINES });
}
