/* A palette is a range of colours, or a rule that chooses a range. */
#include "view/palette.h"

#include "profile/profile.h"

/* Red, green and blue are from[i] + span[i] * shade[by[i]]. */
struct range {
	uint8_t from[3], span[3], by[3];
};

/* Ranges */

static const struct range hot = { { 205, 0, 0 }, { 50, 230, 55 }, { 2, 0, 1 } };
static const struct range mem = { { 0, 190, 0 }, { 0, 50, 210 }, { 0, 1, 0 } };
static const struct range io = { { 80, 80, 190 }, { 60, 60, 55 }, { 0, 0, 1 } };
static const struct range red = { { 200, 50, 50 }, { 55, 80, 80 }, { 0 } };
static const struct range green = { { 50, 200, 50 }, { 60, 55, 60 }, { 0 } };
static const struct range blue = { { 80, 80, 205 }, { 60, 60, 50 }, { 0 } };
static const struct range yellow = { { 175, 175, 50 }, { 55, 55, 20 }, { 0 } };
static const struct range purple = { { 190, 80, 190 }, { 65, 60, 65 }, { 0 } };
static const struct range aqua = { { 50, 165, 165 }, { 60, 55, 55 }, { 0 } };
static const struct range orange = { { 190, 90, 0 }, { 65, 65, 0 }, { 0 } };

/*
 * "Light" of Paul Tol's colour schemes (personal.sron.nl/~pault, note
 * SRON/EPS/TN/09-002): made to fill labelled areas, distinct with every kind of colour
 * blindness, and light enough for black text.
 */
static const struct range safe[] = {
	{ { 0x77, 0xaa, 0xdd }, { 0 }, { 0 } }, { { 0xee, 0x88, 0x66 }, { 0 }, { 0 } },
	{ { 0xee, 0xdd, 0x88 }, { 0 }, { 0 } }, { { 0xff, 0xaa, 0xbb }, { 0 }, { 0 } },
	{ { 0x99, 0xdd, 0xff }, { 0 }, { 0 } }, { { 0x44, 0xbb, 0x99 }, { 0 }, { 0 } },
	{ { 0xbb, 0xcc, 0x33 }, { 0 }, { 0 } }, { { 0xaa, 0xaa, 0x00 }, { 0 }, { 0 } },
};

/* Rules */

static bool has(struct str name, struct str what)
{
	return str_find(name, what) >= 0;
}

static bool is_kernel(struct str name, uint32_t flags)
{
	return flags & LOC_KERNEL || str_ends(name, S("_[k]"));
}

static bool is_jit(struct str name, uint32_t flags)
{
	return flags & LOC_JIT || str_ends(name, S("_[j]"));
}

static bool starts_with_one_of(struct str name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(name, str_of(list[i])))
			return true;
	return false;
}

static bool is_java_package(struct str name)
{
	static const char *const roots[] = { "java/", "javax/", "jdk/", "net/",
					     "org/",  "com/",   "io/",  "sun/" };

	if (str_starts(name, S("L")))
		name = str_skip(name, 1);
	return starts_with_one_of(name, roots, LEN(roots));
}

static const struct range *java_range(struct str name, uint32_t flags)
{
	if (is_jit(name, flags))
		return &green;
	if (flags & LOC_INLINED || str_ends(name, S("_[i]")))
		return &aqua;
	if (flags & LOC_JVM || is_java_package(name) || has(name, S(":::")))
		return &green;
	if (has(name, S("::")))
		return &yellow;
	return is_kernel(name, flags) ? &orange : &red;
}

static const struct range *perl_range(struct str name, uint32_t flags)
{
	if (has(name, S("::")))
		return &yellow;
	if (flags & LOC_PERL || has(name, S("Perl")) || has(name, S(".pl")))
		return &green;
	return is_kernel(name, flags) ? &orange : &red;
}

static const struct range *js_range(struct str name, uint32_t flags)
{
	ptrdiff_t slash = str_chr(name, '/');

	if (is_jit(name, flags))
		return slash >= 0 ? &green : &aqua;
	if (has(name, S("::")))
		return &yellow;
	if (slash >= 0 && has(str_skip(name, (size_t)slash), S(".js")))
		return &green;
	if (flags & LOC_V8JS || str_chr(name, ':') >= 0)
		return &aqua;
	if (str_eq(name, S(" ")))
		return &green;
	return flags & LOC_KERNEL || has(name, S("_[k]")) ? &orange : &red;
}

/* "python3.11" as a folder's name: the standard library. */
static bool is_python_folder(struct str part)
{
	if (!str_starts(part, S("python")) && !str_starts(part, S("Python")))
		return false;
	for (size_t i = 6; i < part.n; i++)
		if (part.p[i] != '.' && (part.p[i] < '0' || part.p[i] > '9'))
			return false;
	return true;
}

static struct str cut_folder(struct str *path)
{
	size_t n = 0;
	struct str part;

	while (n < path->n && path->p[n] != '/' && path->p[n] != '\\')
		n++;
	part = str(path->p, n);
	*path = n < path->n ? str_skip(*path, n + 1) : (struct str){ 0 };
	return part;
}

static const struct range *python_range(struct str name, uint32_t flags)
{
	static const char *const builtin[] = { "<built-in", "<method", "<frozen" };
	bool standard = starts_with_one_of(name, builtin, LEN(builtin));

	for (struct str rest = name; rest.p;) {
		struct str part = cut_folder(&rest);

		if (str_eq(part, S("site-packages")))
			return &aqua;
		standard = standard || is_python_folder(part);
	}
	if (is_kernel(name, flags))
		return &orange;
	return standard ? &yellow : &red;
}

static const struct range *rust_range(struct str name, uint32_t flags)
{
	static const char *const own[] = { "core::",  "std::",  "alloc::",
					   "<core::", "<std::", "<alloc::" };
	/* The type that async functions of any crate become. */
	static const char *const async[] = { "<core::future::from_generator::GenFuture<T>" };
	ptrdiff_t module = str_chr(name, '`');

	(void)flags;
	if (module >= 0)
		name = str_skip(name, (size_t)module + 1);
	if (starts_with_one_of(name, own, LEN(own)) && !starts_with_one_of(name, async, LEN(async)))
		return &orange;
	return has(name, S("::")) ? &aqua : &yellow;
}

static const struct range *chain_range(struct str name, uint32_t flags)
{
	(void)flags;
	return has(name, S("_[w]")) ? &aqua : &blue;
}

/* By the type of the frame, not by its name. */
static const struct range *type_range(struct str name, uint32_t flags)
{
	static const struct {
		uint32_t types;
		const struct range *range;
	} ranges[] = {
		{ LOC_CPYTHON, &blue },
		{ LOC_RUBY, &purple },
		{ LOC_PHP | LOC_LUAJIT | LOC_PERL, &aqua },
		{ LOC_JVM | LOC_DOTNET | LOC_BEAM | LOC_V8JS, &green },
	};

	for (size_t i = 0; i < LEN(ranges); i++)
		if (flags & ranges[i].types)
			return ranges[i].range;
	if (is_jit(name, flags))
		return &green;
	return is_kernel(name, flags) ? &orange : flags & LOC_TYPES ? &yellow : &red;
}

static const struct range *safe_range(struct str name, uint32_t flags)
{
	(void)flags;
	return &safe[hash_bytes(name.p, name.n) % LEN(safe)];
}

/* The table */

static const struct palette {
	const char *name;
	const struct range *range;
	const struct range *(*rule)(struct str name, uint32_t flags);
} palettes[] = {
	{ "hot", &hot },
	{ "mem", &mem },
	{ "io", &io },
	{ "wakeup", &aqua },
	{ "chain", .rule = chain_range },
	{ "java", .rule = java_range },
	{ "js", .rule = js_range },
	{ "perl", .rule = perl_range },
	{ "python", .rule = python_range },
	{ "rust", .rule = rust_range },
	{ "type", .rule = type_range },
	{ "red", &red },
	{ "green", &green },
	{ "blue", &blue },
	{ "aqua", &aqua },
	{ "yellow", &yellow },
	{ "purple", &purple },
	{ "orange", &orange },
	{ "safe", .rule = safe_range },
};

const char *palette_name(size_t i)
{
	return i < LEN(palettes) ? palettes[i].name : NULL;
}

bool palette_is_chain(size_t palette)
{
	return palettes[palette].rule == chain_range;
}

static uint8_t channel(const struct range *range, const double *shades, int i)
{
	return (uint8_t)(range->from[i] + (int)(range->span[i] * shades[range->by[i]]));
}

struct rgb palette_color(size_t palette, enum shade_by by, struct str name, uint32_t flags)
{
	const struct palette *p = &palettes[palette];
	const struct range *range = p->rule ? p->rule(name, flags) : p->range;
	double s[3];

	/* The separators of chain graphs. */
	if (str_eq(name, S("--")))
		return (struct rgb){ 160, 160, 160 };
	if (str_eq(name, S("-")))
		return (struct rgb){ 200, 200, 200 };
	shade(s, by, name);
	return (struct rgb){ channel(range, s, 0), channel(range, s, 1), channel(range, s, 2) };
}
