#include "interp/php/php_image.h"

#include "interp/image_symbols.h"
#include "io/cursor.h"

/* With threads (ZTS) the globals are thread-local, and a variable has their offset. */
enum { GLOBALS, EVALUATOR, ZTS_OFFSET, WANTED };

static bool find_symbols(struct php_image *p, const struct elf *e, struct image_symbol *w)
{
	w[GLOBALS] = (struct image_symbol){ .name = "executor_globals" };
	w[EVALUATOR] = (struct image_symbol){ .name = "execute_ex" };
	w[ZTS_OFFSET] = (struct image_symbol){ .name = "executor_globals_offset" };
	image_symbols_find(e, w, WANTED);
	p->globals = w[GLOBALS].value;
	p->evaluator_start = w[EVALUATOR].value;
	p->evaluator_end = w[EVALUATOR].value + w[EVALUATOR].size;
	return w[EVALUATOR].found && (w[GLOBALS].found || w[ZTS_OFFSET].found);
}

bool php_image_evaluator(struct php_image *p, const struct elf *e)
{
	struct image_symbol w[WANTED];

	*p = (struct php_image){ 0 };
	return find_symbols(p, e, w);
}

/* From the header of responses, SAPI_PHP_VERSION_HEADER in main/SAPI.h: "PHP/8.2.36". */
static unsigned version_of(const struct elf *e)
{
	const struct elf_section *s = elf_section(e, ".rodata");
	struct str text = s ? elf_contents(e, s) : (struct str){ 0 }, number;
	ptrdiff_t at = str_find(text, S("X-Powered-By: PHP/"));
	uint64_t major, minor;

	if (at < 0)
		return 0;
	text = str_skip(text, (size_t)at + strlen("X-Powered-By: PHP/"));
	text.n = min_size(text.n, 16);
	number = str_cut(&text, '.');
	return str_u64(number, &major) && str_u64(str_cut(&text, '.'), &minor) && major < 256 &&
			       minor < 256 ?
		       (unsigned)(major << 8 | minor) :
		       0;
}

bool php_image_find(struct php_image *p, const struct elf *e)
{
	struct image_symbol w[WANTED];

	*p = (struct php_image){ 0 };
	if (!e->is64 || !find_symbols(p, e, w))
		return false;
	p->text = image_text(e, p->evaluator_start);
	p->version = version_of(e);
	if (!php_layout_of(p->version))
		p->why = "its version is not known";
	else if (!w[GLOBALS].found)
		p->why = "builds with threads (ZTS) are not known";
	else if (e->machine != ELF_MACHINE_X86_64)
		p->why = "only those for x86-64 are known";
	else
		p->layout = *php_layout_of(p->version);
	return true;
}
