#include "interp/go/go_image.h"

#include "interp/image_symbols.h"
#include "io/cursor.h"
#include "object/gopclntab.h"

enum { BUILD_INFO_TEXT = 32, BUILD_INFO_INLINE = 2, MOST_CODE = 256 };

/* Only code that sets labels contains the first; all Go code contains the second. */
enum { SET_LABELS, STACK_CHECK, WANTED };
static const char *const names[WANTED] = {
	[SET_LABELS] = "runtime/pprof.runtime_setProfLabel",
	[STACK_CHECK] = "runtime.stackcheck",
};

/* Structs g and m of runtime/runtime2.go, and the type labelMap of runtime/pprof/label.go. */
static const struct {
	unsigned first; /* version */
	struct go_layout layout;
} layouts[] = {
	{ 0x0112, { .m = 48, .curg = 192, .labels = 360, .is_map = 1 } },
	{ 0x0115, { .m = 48, .curg = 192, .labels = 344, .is_map = 1 } },
	{ 0x0117, { .m = 48, .curg = 192, .labels = 352, .is_map = 1 } },
	{ 0x0118, { .m = 48, .curg = 192, .labels = 352 } },
	{ 0x0119, { .m = 48, .curg = 184, .labels = 344 } },
	{ 0x011a, { .m = 48, .curg = 184, .labels = 352 } },
};
static const unsigned NEWEST = 0x011b;

static bool find_layout(struct go_layout *l, unsigned version)
{
	bool found = false;

	for (size_t i = 0; i < LEN(layouts) && version <= NEWEST; i++) {
		if (version < layouts[i].first)
			break;
		*l = layouts[i].layout;
		found = true;
	}
	return found;
}

/* "go1.26.8", "devel go1.28-5f7a6c3 Mon": 0x011a, 0x011c. */
static unsigned version_in(struct str text)
{
	uint64_t minor;

	return str_number_after(text, S("go1."), &minor) && minor < 256 ? 0x0100 | (unsigned)minor :
									  0;
}

/* The text of runtime.buildVersion, which the linker writes in .go.buildinfo (debug/buildinfo). */
static unsigned version_of(const struct elf *e)
{
	const struct elf_section *s = elf_section(e, ".go.buildinfo");
	struct str bytes = s ? elf_contents(e, s) : (struct str){ 0 };
	size_t n;

	if (bytes.n <= BUILD_INFO_TEXT || !str_starts(bytes, S("\xff Go buildinf:")) ||
	    !(bytes.p[15] & BUILD_INFO_INLINE))
		return 0;
	n = (uint8_t)bytes.p[BUILD_INFO_TEXT];
	bytes = str_skip(bytes, BUILD_INFO_TEXT + 1);
	return n < 128 ? version_in(str(bytes.p, min_size(n, bytes.n))) : 0;
}

static void find_functions(const struct gopclntab *t, struct gofunc found[WANTED])
{
	size_t missing = WANTED;
	struct gofunc f;

	memset(found, 0, WANTED * sizeof(*found));
	for (size_t i = 0; i < t->nfunc && missing; i++) {
		if (!gopclntab_function(t, i, &f))
			continue;
		for (int k = 0; k < WANTED; k++) {
			if (found[k].entry || !str_eq(f.name, str_of(names[k])))
				continue;
			found[k] = f;
			missing--;
		}
	}
}

/*
 * Does the function move a word between a register and this offset of a struct? The instruction is
 * 48 (or 49 ...) 8b (or 89), a byte that says "with a displacement of 32 bits", and that.
 */
static bool uses_offset(const struct elf *e, const struct gofunc *f, uint16_t offset)
{
	struct str code = elf_at(e, f->entry);

	code.n = min_size(code.n, min_size((size_t)(f->end - f->entry), MOST_CODE));
	for (; code.n >= 7; code = str_skip(code, 1)) {
		struct cursor c = cursor_over(str_skip(code, 3));

		if (((uint8_t)code.p[0] & 0xf8) == 0x48 && ((uint8_t)code.p[1] & 0xfd) == 0x89 &&
		    (uint8_t)code.p[2] >> 6 == 2 && cursor_int(&c, 4) == offset)
			return true;
	}
	return false;
}

static const char *why_not(struct go_image *g, const struct elf *e, const struct gofunc *f)
{
	if (e->machine != ELF_MACHINE_X86_64)
		return "only those for x86-64 are known";
	if (!find_layout(&g->layout, g->version))
		return "its version is not known";
	if (!uses_offset(e, &f[SET_LABELS], g->layout.labels))
		return "its layout is not that of its version";
	tls_image_decode(&g->g, e, f[STACK_CHECK].entry, f[STACK_CHECK].end - f[STACK_CHECK].entry);
	return g->g.access ? NULL : "its code reaches goroutines in a way that is not known";
}

bool go_image_find(struct go_image *g, const struct elf *e)
{
	struct gofunc f[WANTED];
	struct gopclntab t;

	*g = (struct go_image){ 0 };
	if (!e->is64 || !gopclntab_open(&t, e))
		return false;
	find_functions(&t, f);
	if (!f[SET_LABELS].entry || !f[STACK_CHECK].entry)
		return false;
	g->version = version_of(e);
	g->text = image_text(e, f[STACK_CHECK].entry);
	g->why = why_not(g, e, f);
	return true;
}
