/* Unwind tables: programs, expressions, how FDEs are found, tables that are wrong. */
#include "unwind/cfi.h"

#include <stdlib.h>

#include "image.h"
#include "tap.h"

static struct buf text;

static const char *place_text(enum rule_place p, int offset)
{
	static char t[2][32];
	static int turn;
	char *s = t[turn ^= 1];

	switch (p) {
	case AT_SAME: return "same";
	case AT_LOST: return "lost";
	case AT_CFA: snprintf(s, 32, "cfa%+d", offset); break;
	case AT_SP: snprintf(s, 32, "sp%+d", offset); break;
	case AT_FP: snprintf(s, 32, "fp%+d", offset); break;
	case AT_REG: snprintf(s, 32, "r%d", offset); break;
	}
	return s;
}

/* "sp+16 fp cfa-16 ra cfa-8" */
static struct str rule_text(struct rule r)
{
	text.n = 0;
	switch (r.cfa) {
	case CFA_NONE: return S("none");
	case CFA_END: return S("end");
	case CFA_BAD: return S("bad");
	case CFA_SP: buf_printf(&text, "sp%+d", r.cfa_offset); break;
	case CFA_FP: buf_printf(&text, "fp%+d", r.cfa_offset); break;
	case CFA_REG: buf_printf(&text, "r%d%+d", r.reg, r.cfa_offset); break;
	case CFA_PLT: buf_printf(&text, "plt"); break;
	case CFA_DEREF_SP: buf_printf(&text, "*(sp%+d)%+d", r.cfa_offset, r.ra_offset); break;
	case CFA_DEREF_FP: buf_printf(&text, "*(fp%+d)%+d", r.cfa_offset, r.ra_offset); break;
	case CFA_EXPR: buf_printf(&text, "expression"); break;
	}
	buf_printf(&text, " fp %s", place_text(r.fp, r.fp_offset));
	if (r.cfa != CFA_DEREF_SP && r.cfa != CFA_DEREF_FP)
		buf_printf(&text, " ra %s", place_text(r.ra, r.ra_offset));
	if (r.signal)
		buf_printf(&text, " signal");
	return buf_str(&text);
}

/* An image that was opened, with its tables. */
struct opened {
	struct buf bytes;
	struct elf elf;
	struct cfi cfi;
};

static void open_image(struct opened *o, struct buf bytes)
{
	const char *why;

	o->bytes = bytes;
	if (!elf_open_memory(&o->elf, buf_str(&o->bytes), &why))
		printf("# %s\n", why);
	cfi_open(&o->cfi, &o->elf, &arch_x86_64);
	if (!cfi_any(&o->cfi))
		cfi_open_debug_frame(&o->cfi, &o->elf, &arch_x86_64);
}

static void close_image(struct opened *o)
{
	cfi_close(&o->cfi);
	elf_close(&o->elf);
	buf_release(&o->bytes);
}

/* Programs: the rule at an offset in a function that has this program. */

static const struct {
	const char *name;
	struct str program;
	unsigned at;
	const char *rule;
} programs[] = {
	{ "nothing", S(""), 0, "sp+8 fp same ra cfa-8" },
	{ "advance, not yet", S("\x41\x0e\x10\x86\x02"), 0, "sp+8 fp same ra cfa-8" },
	{ "advance, there", S("\x41\x0e\x10\x86\x02"), 1, "sp+16 fp cfa-16 ra cfa-8" },
	{ "def_cfa_register", S("\x41\x0e\x10\x86\x02\x43\x0d\x06"), 4,
	  "fp+16 fp cfa-16 ra cfa-8" },
	{ "def_cfa", S("\x0c\x06\x20"), 0, "fp+32 fp same ra cfa-8" },
	{ "def_cfa_sf", S("\x12\x07\x7d"), 0, "sp+24 fp same ra cfa-8" },
	{ "def_cfa_offset_sf", S("\x13\x7c"), 0, "sp+32 fp same ra cfa-8" },
	{ "another register", S("\x0c\x0a\x00"), 0, "r10+0 fp same ra cfa-8" },
	{ "advance_loc1", S("\x02\x20\x0e\x10"), 31, "sp+8 fp same ra cfa-8" },
	{ "advance_loc1, there", S("\x02\x20\x0e\x10"), 32, "sp+16 fp same ra cfa-8" },
	{ "advance_loc2", S("\x03\x80\x00\x0e\x10"), 128, "sp+16 fp same ra cfa-8" },
	{ "advance_loc4", S("\x04\x80\x00\x00\x00\x0e\x10"), 127, "sp+8 fp same ra cfa-8" },
	{ "set_loc", S("\x01\x10\x10\x40\x00\x00\x00\x00\x00\x0e\x10"), 16,
	  "sp+16 fp same ra cfa-8" },
	{ "set_loc, not yet", S("\x01\x10\x10\x40\x00\x00\x00\x00\x00\x0e\x10"), 15,
	  "sp+8 fp same ra cfa-8" },
	{ "offset_extended", S("\x05\x06\x03"), 0, "sp+8 fp cfa-24 ra cfa-8" },
	{ "offset_extended_sf", S("\x11\x06\x7e"), 0, "sp+8 fp cfa+16 ra cfa-8" },
	{ "GNU_negative_offset_extended", S("\x2f\x06\x02"), 0, "sp+8 fp cfa+16 ra cfa-8" },
	{ "GNU_args_size", S("\x2e\x90\x01\x0e\x10"), 0, "sp+16 fp same ra cfa-8" },
	{ "offset of a register that nobody asks for", S("\x83\x02\x0e\x18"), 0,
	  "sp+24 fp same ra cfa-8" },
	{ "restore", S("\x86\x02\xc6"), 0, "sp+8 fp same ra cfa-8" },
	{ "restore_extended", S("\x86\x02\x06\x06"), 0, "sp+8 fp same ra cfa-8" },
	{ "same_value", S("\x86\x02\x08\x06"), 0, "sp+8 fp same ra cfa-8" },
	{ "undefined frame pointer", S("\x07\x06"), 0, "sp+8 fp lost ra cfa-8" },
	{ "undefined return address", S("\x07\x10"), 0, "end" },
	{ "register", S("\x09\x06\x03"), 0, "sp+8 fp lost ra cfa-8" },
	{ "register of the return address", S("\x09\x10\x05"), 0, "sp+8 fp same ra r5" },
	{ "register that is none", S("\x09\x10\x40"), 0, "bad" },
	{ "val_offset", S("\x14\x06\x02"), 0, "sp+8 fp lost ra cfa-8" },
	{ "val_offset_sf", S("\x15\x06\x7e"), 0, "sp+8 fp lost ra cfa-8" },
	{ "val_expression", S("\x16\x06\x01\x50"), 0, "sp+8 fp lost ra cfa-8" },
	{ "expression: sp + 16", S("\x10\x06\x02\x77\x10"), 0, "sp+8 fp sp+16 ra cfa-8" },
	{ "expression: fp - 8", S("\x10\x06\x02\x76\x78"), 0, "sp+8 fp fp-8 ra cfa-8" },
	{ "expression: of the return address", S("\x10\x10\x03\x77\xa8\x01"), 0,
	  "sp+8 fp same ra sp+168" },
	{ "expression: bregx", S("\x10\x06\x03\x92\x07\x08"), 0, "sp+8 fp sp+8 ra cfa-8" },
	{ "expression: anything else", S("\x10\x06\x02\x70\x00"), 0, "sp+8 fp lost ra cfa-8" },
	{ "remember", S("\x0e\x10\x86\x02\x41\x0a\x0e\x08\xc6\x41\x0b"), 1,
	  "sp+8 fp same ra cfa-8" },
	{ "restore_state", S("\x0e\x10\x86\x02\x41\x0a\x0e\x08\xc6\x41\x0b"), 2,
	  "sp+16 fp cfa-16 ra cfa-8" },
	{ "two remembered", S("\x0e\x10\x0a\x0e\x18\x0a\x0e\x20\x0b\x0b"), 0,
	  "sp+16 fp same ra cfa-8" },
	{ "restore_state without one remembered", S("\x0b"), 0, "bad" },
	{ "an opcode that is not known", S("\x3a"), 0, "bad" },
	{ "cut short", S("\x41\x41\x41\x41\x41\x41\x0c\x87"), 6, "bad" },
	{ "an offset of more than 31 bits", S("\x0c\x07\xff\xff\xff\xff\x7f"), 0, "bad" },
	{ "CFA: ld's PLT", S("\x0f\x0b\x77\x08\x80\x00\x3f\x1a\x3b\x2a\x33\x24\x22"), 0,
	  "plt fp same ra cfa-8" },
	{ "CFA: *(fp - 8)", S("\x0f\x03\x76\x78\x06"), 0, "*(fp-8)+0 fp same" },
	{ "CFA: *(sp + 32) + 8", S("\x0f\x05\x77\x20\x06\x23\x08"), 0, "*(sp+32)+8 fp same" },
	{ "CFA: sp + 32 + 8", S("\x0f\x04\x77\x20\x23\x08"), 0, "sp+40 fp same ra cfa-8" },
	{ "CFA: fp + 16", S("\x0f\x02\x76\x10"), 0, "fp+16 fp same ra cfa-8" },
	{ "CFA: an expression", S("\x0f\x03\x77\x08\x1f"), 0, "expression fp same ra cfa-8" },
	{ "CFA: *(sp), but the return address elsewhere", S("\x90\x02\x0f\x03\x77\x00\x06"), 0,
	  "expression fp same ra cfa-16" },
	{ "CFA: a register again after an expression", S("\x0f\x02\x76\x10\x0c\x07\x18"), 0,
	  "sp+24 fp same ra cfa-8" },
};

static void test_programs(void)
{
	for (size_t i = 0; i < LEN(programs); i++) {
		struct buf frames = { 0 };
		struct opened o;
		size_t cie = put_cie(&frames, 0, S(""), S(""), str(NULL, 0));

		put_fde(&frames, cie, false, false, IMAGE_CODE, 0x1000, programs[i].program);
		open_image(&o, image_make(".eh_frame", buf_str(&frames), S("")));
		is(rule_text(cfi_rule(&o.cfi, IMAGE_CODE + programs[i].at)), programs[i].rule, "%s",
		   programs[i].name);
		close_image(&o);
		buf_release(&frames);
	}
}

/* Augmentation */

static const struct {
	const char *name;
	struct str augmentation, data;
	bool sized;
	const char *rule;
} augmentations[] = {
	{ "none", S(""), S(""), false, "sp+16 fp same ra cfa-8" },
	{ "zR", S("zR"), S("\x01\x04"), true, "sp+16 fp same ra cfa-8" },
	{ "zRS is a signal frame", S("zRS"), S("\x01\x04"), true, "sp+16 fp same ra cfa-8 signal" },
	{ "zPLR", S("zPLR"), S("\x0b\x00\x01\x02\x03\x04\x05\x06\x07\x08\x03\x04"), true,
	  "sp+16 fp same ra cfa-8" },
	{ "zRB", S("zRB"), S("\x01\x04"), true, "sp+16 fp same ra cfa-8" },
	{ "a letter that is not known, which has a length", S("zXR"), S("\x02\x09\x04"), true,
	  "sp+16 fp same ra cfa-8" },
};

static void test_augmentations(void)
{
	for (size_t i = 0; i < LEN(augmentations); i++) {
		struct buf frames = { 0 };
		struct opened o;
		size_t cie = put_cie(&frames, 0, augmentations[i].augmentation,
				     augmentations[i].data, str(NULL, 0));

		put_fde(&frames, cie, false, augmentations[i].sized, IMAGE_CODE, 16, S("\x0e\x10"));
		open_image(&o, image_make(".eh_frame", buf_str(&frames), S("")));
		is(rule_text(cfi_rule(&o.cfi, IMAGE_CODE)), augmentations[i].rule,
		   "augmentation: %s", augmentations[i].name);
		close_image(&o);
		buf_release(&frames);
	}
}

/* Finding */

/* Three functions, of 16 bytes each, 32 bytes apart, with CFA = SP + 16, 24, 32. */
static struct buf three(bool debug, size_t *fde)
{
	struct buf frames = { 0 };
	char program[] = "\x0e\x10";
	size_t cie = put_cie(&frames, debug ? UINT32_MAX : 0, S(""), S(""), str(NULL, 0));

	for (unsigned i = 0; i < 3; i++) {
		program[1] = (char)(16 + 8 * i);
		fde[i] = put_fde(&frames, cie, debug, false, IMAGE_CODE + 32 * i, 16,
				 str(program, 2));
	}
	return frames;
}

static void check_three(struct opened *o, const char *how)
{
	ok(cfi_any(&o->cfi), "%s: there is unwind data", how);
	is(rule_text(cfi_rule(&o->cfi, IMAGE_CODE - 1)), "none", "%s: before the first", how);
	is(rule_text(cfi_rule(&o->cfi, IMAGE_CODE)), "sp+16 fp same ra cfa-8", "%s: first", how);
	is(rule_text(cfi_rule(&o->cfi, IMAGE_CODE + 15)), "sp+16 fp same ra cfa-8",
	   "%s: its last byte", how);
	is(rule_text(cfi_rule(&o->cfi, IMAGE_CODE + 16)), "none", "%s: behind it", how);
	is(rule_text(cfi_rule(&o->cfi, IMAGE_CODE + 40)), "sp+24 fp same ra cfa-8", "%s: second",
	   how);
	is(rule_text(cfi_rule(&o->cfi, IMAGE_CODE + 64)), "sp+32 fp same ra cfa-8", "%s: third",
	   how);
	is(rule_text(cfi_rule(&o->cfi, IMAGE_CODE + 80)), "none", "%s: behind the last", how);
	is(rule_text(cfi_rule(&o->cfi, UINT64_MAX)), "none", "%s: far behind", how);
}

/* .eh_frame_hdr for them; it stands behind .eh_frame. */
static struct buf header_of(const struct buf *frames, const size_t *fde, uint8_t table, uint32_t n)
{
	struct buf h = { 0 };
	int32_t here = (int32_t)(EH_FRAME_AT + ((frames->n + 7) & ~(size_t)7));

	buf_add(&h, S("\x01\x1b\x03"));
	buf_ch(&h, (char)table);
	put_int(&h, (uint64_t)(EH_FRAME_AT - here - 4), 4);
	put_int(&h, n, 4);
	for (int i = 0; i < 3; i++) {
		put_int(&h, (uint64_t)(IMAGE_CODE - IMAGE_AT + 32 * i - here), 4);
		put_int(&h, (uint64_t)(EH_FRAME_AT + (int32_t)fde[i] - here), 4);
	}
	return h;
}

static void test_finding(void)
{
	struct opened o;
	size_t fde[3];
	struct buf frames = three(false, fde), header = header_of(&frames, fde, 0x3b, 3);

	open_image(&o, image_make(".eh_frame", buf_str(&frames), buf_str(&header)));
	ok(o.cfi.ntable == 3, "the table of .eh_frame_hdr is used");
	check_three(&o, ".eh_frame_hdr");
	close_image(&o);

	open_image(&o, image_make(".eh_frame", buf_str(&frames), S("")));
	ok(o.cfi.nindex == 3, "without it there is an index");
	check_three(&o, ".eh_frame");
	close_image(&o);

	buf_release(&header);
	header = header_of(&frames, fde, 0x1b, 3);
	open_image(&o, image_make(".eh_frame", buf_str(&frames), buf_str(&header)));
	ok(!o.cfi.ntable, "a table in another encoding is not used");
	check_three(&o, "its .eh_frame");
	close_image(&o);

	buf_release(&header);
	header = header_of(&frames, fde, 0x3b, 1000000);
	open_image(&o, image_make(".eh_frame", buf_str(&frames), buf_str(&header)));
	check_three(&o, "a table that says it is larger than it is");
	close_image(&o);
	buf_release(&header);
	buf_release(&frames);

	frames = three(true, fde);
	open_image(&o, image_make(".debug_frame", buf_str(&frames), S("")));
	check_three(&o, ".debug_frame");
	close_image(&o);
	buf_release(&frames);
}

/* Expressions */

static bool read_there(void *context, uint64_t address, uint64_t *word)
{
	(void)context;
	*word = address == 0x7000 ? 0x1234 : 0;
	return address == 0x7000;
}

/* SP is 0x7000, which is where 0x1234 is; RAX is 5; nothing else is known. */
static bool evaluate(struct str expression, uint64_t *v)
{
	uint64_t regs[ARCH_REGS] = { [0] = 5, [7] = 0x7000 };
	struct cfi_context context = { regs, 1 << 7 | 1, read_there, NULL };
	struct buf sized = { 0 };
	struct cfi c = { .arch = &arch_x86_64 };
	struct rule r = { .cfa = CFA_EXPR };
	bool good;

	buf_ch(&sized, (char)expression.n);
	buf_add(&sized, expression);
	c.section = buf_str(&sized);
	good = cfi_expression(&c, &r, &context, v);
	buf_release(&sized);
	return good;
}

static const struct {
	const char *name;
	struct str expression;
	uint64_t value;
} expressions[] = {
	{ "breg7", S("\x77\x08"), 0x7008 },
	{ "bregx", S("\x92\x07\x78"), 0x6ff8 },
	{ "deref", S("\x77\x00\x06"), 0x1234 },
	{ "lit, plus", S("\x3f\x3f\x22"), 30 },
	{ "const1u, const1s", S("\x08\xff\x09\xff\x22"), 254 },
	{ "const2u, const2s", S("\x0a\xff\xff\x0b\xff\xff\x22"), 65534 },
	{ "const4u, const4s", S("\x0c\xff\xff\xff\xff\x0d\xff\xff\xff\xff\x22"), 0xfffffffe },
	{ "const8u, const8s",
	  S("\x0e\x01\x00\x00\x00\x00\x00\x00\x00\x0f\x02\x00\x00\x00\x00\x00\x00\x00\x22"), 3 },
	{ "constu, consts", S("\x10\x80\x01\x11\x7f\x22"), 127 },
	{ "minus", S("\x38\x33\x1c"), 5 },
	{ "mul", S("\x38\x33\x1e"), 24 },
	{ "div", S("\x38\x33\x1b"), 2 },
	{ "div of a negative number", S("\x11\x78\x33\x1b"), (uint64_t)-2 },
	{ "mod", S("\x38\x33\x1d"), 2 },
	{ "and, or, xor", S("\x3c\x3a\x1a\x31\x21\x33\x27"), 10 },
	{ "not", S("\x30\x20"), UINT64_MAX },
	{ "neg", S("\x35\x1f"), (uint64_t)-5 },
	{ "abs", S("\x11\x7b\x19"), 5 },
	{ "shl", S("\x31\x38\x24"), 256 },
	{ "shl by too much", S("\x31\x08\x80\x24"), 0 },
	{ "shr", S("\x30\x20\x08\x3c\x25"), 15 },
	{ "shra", S("\x11\x70\x32\x26"), (uint64_t)-4 },
	{ "shra by too much", S("\x11\x70\x08\xff\x26"), UINT64_MAX },
	{ "plus_uconst", S("\x31\x23\x80\x01"), 129 },
	{ "dup", S("\x35\x12\x22"), 10 },
	{ "drop", S("\x35\x36\x13"), 5 },
	{ "over", S("\x35\x36\x14"), 5 },
	{ "pick", S("\x35\x36\x37\x15\x02"), 5 },
	{ "swap", S("\x35\x33\x16\x1c"), (uint64_t)-2 },
	{ "eq, ne", S("\x33\x33\x29\x33\x33\x2e\x22"), 1 },
	{ "ge, gt", S("\x33\x33\x2a\x33\x33\x2b\x22"), 1 },
	{ "le, lt", S("\x33\x33\x2c\x33\x33\x2d\x22"), 1 },
	{ "lt is signed", S("\x11\x7f\x30\x2d"), 1 },
	{ "bra, taken", S("\x31\x31\x28\x01\x00\x32"), 1 },
	{ "bra, not taken", S("\x31\x30\x28\x01\x00\x32"), 2 },
	{ "skip", S("\x31\x2f\x01\x00\x32"), 1 },
	{ "nop", S("\x31\x96"), 1 },
	{ "backwards: 5 * 2 by counting down",
	  S("\x30\x35\x16\x32\x22\x16\x31\x1c\x12\x28\xf6\xff\x13"), 10 },
};

static const struct {
	const char *name;
	struct str expression;
} bad_expressions[] = {
	{ "nothing", S("") },
	{ "nothing left", S("\x31\x13") },
	{ "too few values", S("\x31\x22") },
	{ "a register that is not known", S("\x73\x00") },
	{ "a register that there is not", S("\x92\x80\x01\x00") },
	{ "memory that cannot be read", S("\x30\x06") },
	{ "division by zero", S("\x31\x30\x1b") },
	{ "modulo zero", S("\x31\x30\x1d") },
	{ "a branch before the beginning", S("\x2f\x00\x80") },
	{ "a branch behind the end", S("\x2f\x7f\x00") },
	{ "a loop without an end", S("\x2f\xfd\xff") },
	{ "a loop that pushes", S("\x31\x2f\xfc\xff") },
	{ "an operation that is not known", S("\xff") },
	{ "cut short", S("\x0e\x01") },
	{ "pick of what is not there", S("\x31\x15\x07") },
};

static void test_expressions(void)
{
	uint64_t v;

	for (size_t i = 0; i < LEN(expressions); i++) {
		bool good = evaluate(expressions[i].expression, &v);

		if (!ok(good && v == expressions[i].value, "expression: %s", expressions[i].name))
			printf("# %s, %llx\n", good ? "good" : "bad", (unsigned long long)v);
	}
	for (size_t i = 0; i < LEN(bad_expressions); i++)
		ok(!evaluate(bad_expressions[i].expression, &v), "no expression: %s",
		   bad_expressions[i].name);
}

/* Tables that are wrong */

static void check_broken(struct buf *frames, const char *name, const char *rule)
{
	struct opened o;

	open_image(&o, image_make(".eh_frame", buf_str(frames), S("")));
	is(rule_text(cfi_rule(&o.cfi, IMAGE_CODE)), rule, "%s", name);
	close_image(&o);
	buf_release(frames);
}

static void test_broken(void)
{
	struct buf f = { 0 }, program = { 0 };
	size_t cie;

	put_fde(&f, 0, false, false, IMAGE_CODE, 16, S(""));
	check_broken(&f, "an FDE that is its own CIE", "none");

	cie = put_cie(&f, 0, S(""), S(""), str(NULL, 0));
	put_fde(&f, cie, false, false, IMAGE_CODE, 16, S(""));
	memset(f.p, 0xff, 4);
	check_broken(&f, "a length of 64 bits that is nonsense", "none");

	put_int(&f, 0, 4);
	check_broken(&f, "an end at the beginning", "none");

	cie = put_cie(&f, 0, S(""), S(""), str(NULL, 0));
	put_fde(&f, cie, false, false, IMAGE_CODE, 16, S(""));
	f.n -= 4;
	check_broken(&f, "a last entry that is cut short", "none");

	for (int i = 0; i < 100000; i++)
		buf_ch(&program, 0x0a);
	cie = put_cie(&f, 0, S(""), S(""), str(NULL, 0));
	put_fde(&f, cie, false, false, IMAGE_CODE, 16, buf_str(&program));
	check_broken(&f, "100000 states remembered", "bad");

	program.n = 0;
	for (int i = 0; i < 100000; i++)
		buf_add(&program, S("\x0e\x10"));
	cie = put_cie(&f, 0, S(""), S(""), str(NULL, 0));
	put_fde(&f, cie, false, false, IMAGE_CODE, 16, buf_str(&program));
	check_broken(&f, "a program without an end", "bad");
	buf_release(&program);

	for (int i = 0; i < 1000; i++)
		buf_ch(&program, 'z');
	cie = put_cie(&f, 0, buf_str(&program), S(""), str(NULL, 0));
	put_fde(&f, cie, false, true, IMAGE_CODE, 16, S(""));
	check_broken(&f, "an augmentation of 1000 letters", "none");

	program.n = 0;
	for (int i = 0; i < 1000; i++)
		buf_ch(&program, '\x80');
	cie = put_cie(&f, 0, S(""), S(""), str(NULL, 0));
	put_fde(&f, cie, false, false, IMAGE_CODE, 16, buf_str(&program));
	f.p[f.n - 1008] = 0x0e;
	check_broken(&f, "a number of 1000 bytes", "bad");
	buf_release(&program);

	cie = put_cie(&f, 0, S("zR"), S("\x01\x04"), str(NULL, 0));
	put_fde(&f, cie, false, true, IMAGE_CODE, 16, S("\x0e\x10"));
	f.p[f.n - 8] = 0x7f; /* where its length stands */
	check_broken(&f, "augmentation data longer than their entry", "none");
}

int main(void)
{
	test_programs();
	test_augmentations();
	test_finding();
	test_expressions();
	test_broken();
	buf_release(&text);
	return done();
}
