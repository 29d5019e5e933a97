#include "interp/php/php_image.h"

#include "interp/image_symbols.h"
#include "io/cursor.h"

/*
 * With threads (ZTS), each has memory for globals, to which _tsrm_ls_cache points: a thread-local
 * variable that is not exported. tsrm_get_ls_cache_tcb_offset() returns where it is.
 */
enum { GLOBALS, EVALUATOR, ZTS_OFFSET, ZTS_CACHE, ZTS_CACHE_OFFSET, WANTED };

static bool find_symbols(struct php_image *p, const struct elf *e, struct image_symbol *w)
{
	w[GLOBALS] = (struct image_symbol){ .name = "executor_globals" };
	w[EVALUATOR] = (struct image_symbol){ .name = "execute_ex" };
	w[ZTS_OFFSET] = (struct image_symbol){ .name = "executor_globals_offset" };
	w[ZTS_CACHE] = (struct image_symbol){ .name = "_tsrm_ls_cache" };
	w[ZTS_CACHE_OFFSET] = (struct image_symbol){ .name = "tsrm_get_ls_cache_tcb_offset" };
	image_symbols_find(e, w, WANTED);
	p->globals = w[GLOBALS].value;
	p->globals_offset = w[GLOBALS].found ? 0 : w[ZTS_OFFSET].value;
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

static void find_threads(struct php_image *p, const struct elf *e, const struct image_symbol *w)
{
	if (w[ZTS_CACHE].found && w[ZTS_CACHE].type == STT_TLS)
		tls_image_find(&p->current, e, w[ZTS_CACHE].value);
	if (!p->current.access)
		tls_image_decode(&p->current, e, w[ZTS_CACHE_OFFSET].value,
				 w[ZTS_CACHE_OFFSET].size);
	if (!p->current.access)
		p->why = "its thread-local variables are out of reach";
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
	else if (e->machine != ELF_MACHINE_X86_64)
		p->why = "only those for x86-64 are known";
	if (p->why)
		return true;
	p->layout = *php_layout_of(p->version);
	if (p->globals_offset)
		find_threads(p, e, w);
	return true;
}
