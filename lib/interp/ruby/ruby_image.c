#include "interp/ruby/ruby_image.h"

#include "interp/image_symbols.h"
#include "io/cursor.h"

enum { CURRENT, EXECUTE, VERSION, CORE, ERRINFO, WANTED };

/* "3.1.2": 0x0301. */
static unsigned parse_version(struct str text)
{
	struct str rest = str_cut(&text, '\0'), major = str_cut(&rest, '.');
	uint64_t a, b;

	return str_u64(major, &a) && str_u64(str_cut(&rest, '.'), &b) && a < 256 && b < 256 ?
		       (unsigned)(a << 8 | b) :
		       0;
}

bool ruby_image_find(struct ruby_image *r, const struct elf *e)
{
	struct image_symbol w[WANTED] = {
		[CURRENT] = { .name = "ruby_current_ec" }, [EXECUTE] = { .name = "rb_vm_exec" },
		[VERSION] = { .name = "ruby_version" },    [CORE] = { .name = "vm_exec_core" },
		[ERRINFO] = { .name = "rb_errinfo" },
	};

	*r = (struct ruby_image){ 0 };
	if (!e->is64)
		return false;
	image_symbols_find(e, w, WANTED);
	if (!w[VERSION].found)
		return false;
	r->version = parse_version(elf_at(e, w[VERSION].value));
	if (!r->version)
		return false;
	r->evaluator_start = w[EXECUTE].value;
	r->evaluator_end = w[EXECUTE].value + w[EXECUTE].size;
	r->core_start = w[CORE].value;
	r->core_end = w[CORE].value + w[CORE].size;
	r->text = image_text(e, w[ERRINFO].value);
	if (!ruby_layout_of(r->version))
		r->why = "its version is not known";
	else if (e->machine != ELF_MACHINE_X86_64)
		r->why = "only those for x86-64 are known";
	if (r->why)
		return true;
	r->layout = *ruby_layout_of(r->version);
	if (w[CURRENT].found)
		tls_image_find(&r->current, e, w[CURRENT].value);
	else
		tls_image_decode(&r->current, e, w[ERRINFO].value, w[ERRINFO].size);
	if (!r->current.access)
		r->why = "its thread-local variables are out of reach";
	return true;
}
