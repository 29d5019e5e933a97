#include "unwind/walk_call.h"

enum { FUNCTION = 64 << 10 /* functions are rarely larger */ };

static uint64_t relative(const uint8_t *offset, uint64_t end)
{
	int32_t n;

	memcpy(&n, offset, sizeof(n));
	return end + (uint64_t)(int64_t)n;
}

/*
 * x86: call rel32, or call *operand of two to seven bytes. A slot is relative to the instruction
 * in 64-bit code alone.
 */
static enum call call_in(const struct arch *arch, const uint8_t *code, uint64_t end,
			 uint64_t *target)
{
	uint64_t from = arch->word == 8 ? end : 0;

	if (code[2] == 0xe8) {
		*target = relative(code + 3, end) & arch->address_mask;
		return DIRECT_CALL;
	}
	if (code[1] == 0xff && code[2] == 0x15) {
		*target = relative(code + 3, from) & arch->address_mask;
		return SLOT_CALL;
	}
	for (size_t n = 2; n <= 7; n++)
		if (code[7 - n] == 0xff && (code[8 - n] & 0x38) == 0x10)
			return ANY_CALL;
	return NO_CALL;
}

/* aarch64: bl, or blr and its authenticating forms. */
static enum call branch_in(uint32_t word, uint64_t end, uint64_t *target)
{
	if (word >> 26 == 0x25) {
		*target = end - 4 + (uint64_t)((int64_t)((uint64_t)word << 38) >> 36);
		return DIRECT_CALL;
	}
	return (word & 0xfefff000) == 0xd63f0000 ? ANY_CALL : NO_CALL;
}

/* In generated code, which is read from the process. */
static enum call generated_call(const struct walk *w, const struct region *r, uint64_t address,
				uint64_t *target)
{
	const struct generated_code *c;

	if (w->arch->machine != ELF_MACHINE_X86_64 || w->arch->word != 8 || !w->u->use_memory)
		return ANY_CALL;
	c = generated_code_at(&w->u->generated, w->space, w->state->pid, r, address, true);
	if (c->frame == GENERATED_UNSEEN || c->is_resumed)
		return ANY_CALL;
	return call_in(w->arch, c->before, address, target);
}

enum call walk_call_before(const struct walk *w, const struct region *r, uint64_t address,
			   uint64_t *target)
{
	struct str code;
	uint32_t word;

	if (!r->module)
		return generated_call(w, r, address, target);
	code = elf_at(&r->module->elf, address - r->bias - 7);
	if (code.n < 7)
		return ANY_CALL;
	if (w->arch->machine != ELF_MACHINE_AARCH64)
		return call_in(w->arch, (const uint8_t *)code.p, address, target);
	memcpy(&word, code.p + 3, sizeof(word));
	return branch_in(word, address, target);
}

static struct str code_at(const struct region *r, uint64_t address)
{
	return r->module ? elf_at(&r->module->elf, address - r->bias) : (struct str){ 0 };
}

bool walk_is_sigreturn(const struct walk *w, const struct region *r, uint64_t address)
{
	static const struct str x86_64 = { "\x48\xc7\xc0\x0f\x00\x00\x00\x0f\x05", 9 };
	static const struct str aarch64 = { "\x68\x11\x80\xd2\x01\x00\x00\xd4", 8 };
	static const struct str old_i386 = { "\x58\xb8\x77\x00\x00\x00\xcd\x80", 8 };
	static const struct str i386 = { "\xb8\xad\x00\x00\x00\xcd\x80", 7 };
	struct str code = code_at(r, address);

	if (w->arch == &arch_i386)
		return str_starts(code, i386) || str_starts(code, old_i386);
	return str_starts(code, w->arch->machine == ELF_MACHINE_X86_64 ? x86_64 : aarch64);
}

bool walk_ends_there(const struct walk *w, const struct region *r, uint64_t address)
{
	static const struct str passes_status[] = {
		{ "\x89\xc7", 2 },         /* mov %eax, %edi */
		{ "\x48\x89\xc7", 3 },     /* mov %rax, %rdi */
		{ "\x31\xff", 2 },         /* xor %edi, %edi */
		{ "\x31\xc0\xb0\x3c", 4 }, /* xor %eax, %eax; mov $60, %al */
		{ "\x31\xc0\xb0\xe7", 4 }, /* ... 231: exit_group */
		{ "\xb8\x3c\x00\x00\x00", 5 },
		{ "\xb8\xe7\x00\x00\x00", 5 },
		{ "\x48\xc7\xc0\x3c\x00\x00\x00", 7 },
		{ "\x48\xc7\xc0\xe7\x00\x00\x00", 7 },
		{ "\x6a\x3c\x58", 3 }, /* push $60; pop %rax */
	};
	enum {
		IS_NUMBER = 3, /* from here on they set the number of the system call */
		MOST = 32,     /* bytes: an untrusted program may have any number of these */
	};
	struct str code = code_at(r, address);
	bool exits = false;

	if (w->arch->machine != ELF_MACHINE_X86_64)
		return false;
	code.n = min_size(code.n, MOST);
	for (size_t i = 0; i < LEN(passes_status);) {
		if (str_starts(code, passes_status[i])) {
			code = str_skip(code, passes_status[i].n);
			exits |= i >= IS_NUMBER;
			i = 0;
		} else {
			i++;
		}
	}
	return str_starts(code, S("\xf4")) || (exits && str_starts(code, S("\x0f\x05")));
}

bool walk_may_return_to(const struct walk *w, const struct region *r, uint64_t address)
{
	uint64_t target;

	return walk_call_before(w, r, address, &target) != NO_CALL ||
	       walk_is_sigreturn(w, r, address);
}

/* The slot that a PLT stub jumps through: "endbr64; bnd jmp *slot", or a part of that. */
static bool stub_slot(struct walk *w, uint64_t address, uint64_t *slot)
{
	const struct region *r = walk_region(w, address);
	struct str code = S(""), start;

	if (r && r->module)
		code = start = elf_at(&r->module->elf, address - r->bias);
	if (str_starts(code, S("\xf3\x0f\x1e\xfa")))
		code = str_skip(code, 4);
	if (str_starts(code, S("\xf2")))
		code = str_skip(code, 1);
	if (!str_starts(code, S("\xff\x25")) || code.n < 6)
		return false;
	*slot = relative((const uint8_t *)code.p + 2, address + (start.n - code.n) + 6);
	return true;
}

/* Reads a word of the process's data that does not change during a recording. */
static bool read_slot(const struct walk *w, uint64_t slot, uint64_t *target)
{
	return w->u->use_memory && w->space->read &&
	       w->space->read(w->space->context, slot, target, sizeof(*target)) == sizeof(*target);
}

bool walk_called_function(struct walk *w, uint64_t address, uint64_t *target, bool *any)
{
	const struct region *r = walk_region(w, address - 1);
	enum call call = r ? walk_call_before(w, r, address, target) : NO_CALL;
	uint64_t slot;

	*any = call != NO_CALL;
	if (call == DIRECT_CALL)
		return !stub_slot(w, *target, &slot) || read_slot(w, slot, target);
	return call == SLOT_CALL && read_slot(w, *target, target);
}

/* Where functions begin, by the symbols */

/* Is a symbol a function? In assembly, functions often have no type, but are global. */
static bool is_function_symbol(const GElf_Sym *s)
{
	uint8_t type = GELF_ST_TYPE(s->st_info);

	return s->st_shndx != SHN_UNDEF &&
	       (type == STT_FUNC || type == STT_GNU_IFUNC ||
		(type == STT_NOTYPE && GELF_ST_BIND(s->st_info) == STB_GLOBAL));
}

/*
 * Sets *f to the nearest function at or before vaddr, which ends where the next one begins. One
 * without a size does so only if all functions have symbols.
 */
static void search_symbols(const struct elf *e, const struct elf_section *section, uint64_t vaddr,
			   struct known_function *f)
{
	Elf_Data *symbols = elf_records(e, section);
	GElf_Sym s;

	for (int i = 0; symbols && gelf_getsym(symbols, i, &s); i++) {
		if (!is_function_symbol(&s))
			continue;
		if (s.st_value > vaddr && s.st_value < f->end)
			f->end = s.st_value;
		if (s.st_value <= vaddr && s.st_value >= f->start) {
			f->start = s.st_value;
			f->known = s.st_size ? vaddr - s.st_value < s.st_size :
					       section->type == SHT_SYMTAB;
			f->after = s.st_value + s.st_size;
		}
	}
}

/* Unwind tables know of functions, too, such as those of a stripped program. */
static void narrow(const struct cfi *c, uint64_t vaddr, struct known_function *f)
{
	uint64_t start, end;

	if (f->known || !cfi_any(c))
		return;
	f->known = cfi_function(c, vaddr, &start, &end);
	if (!f->known)
		cfi_gap(c, vaddr, &start, &end);
	if (f->known || start > f->start)
		f->start = start;
	if (end < f->end)
		f->end = end;
}

static struct known_function search_function(const struct module *m, uint64_t vaddr)
{
	struct known_function f = { .module = m->id, .end = UINT64_MAX };

	for (size_t i = 0; i < m->elf.nsection; i++) {
		const struct elf_section *s = &m->elf.section[i];

		if (s->type == SHT_SYMTAB || s->type == SHT_DYNSYM)
			search_symbols(&m->elf, s, vaddr, &f);
	}
	if (!f.known) {
		f.start = f.after; /* the code between two known functions */
		narrow(&m->cfi, vaddr, &f);
		narrow(&m->debug_frame, vaddr, &f);
	} else if (f.after > f.start && f.after < f.end) {
		f.end = f.after;
	}
	return f;
}

static const struct known_function *function_at(struct unwinder *u, const struct module *m,
						uint64_t vaddr)
{
	struct known_function *f;

	for (size_t i = 0; i < LEN(u->function); i++) {
		f = &u->function[i];
		if (f->module == m->id && vaddr >= f->start && vaddr < f->end)
			return f;
	}
	f = &u->function[u->nfunction++ % LEN(u->function)];
	*f = search_function(m, vaddr);
	return f;
}

bool walk_is_function(struct walk *w, const struct region *r, uint64_t address)
{
	uint64_t vaddr = address - r->bias, pc = w->pc - w->call - r->bias;
	const struct known_function *f = function_at(w->u, r->module, pc);

	if (f->known)
		return vaddr == f->start;
	return vaddr <= pc && vaddr >= f->start && pc - vaddr < FUNCTION;
}

/* The target of a jump that may begin with these bytes, of which there are at least six. */
static enum call jump_in(const uint8_t *code, uint64_t address, uint64_t *target)
{
	if (code[0] == 0xe9)
		*target = relative(code + 1, address + 5);
	else if (code[0] == 0x0f && (code[1] & 0xf0) == 0x80)
		*target = relative(code + 2, address + 6);
	else if (code[0] == 0xeb || (code[0] & 0xf0) == 0x70)
		*target = address + 2 + (uint64_t)(int64_t)(int8_t)code[1];
	else
		return code[0] == 0xff && (code[1] & 0x38) == 0x20 ? ANY_CALL : NO_CALL;
	return DIRECT_CALL;
}

/* Tries every byte, as instructions are not decoded. */
enum call walk_jumps_here(struct walk *w, const struct region *r, uint64_t address)
{
	enum { LENGTH = 256, JUMP = 6 };
	const struct region *from = walk_region(w, address);
	enum call found = NO_CALL, call;
	uint64_t target, most;
	struct str code;

	if (!from || !from->module)
		return NO_CALL;
	most = function_at(w->u, from->module, address - from->bias)->end - (address - from->bias);
	code = elf_at(&from->module->elf, address - from->bias);
	code.n = min_size(code.n, most < LENGTH ? most : LENGTH);
	for (size_t i = 0; i + JUMP <= code.n + 4; i++) {
		uint8_t bytes[JUMP] = { 0 };

		memcpy(bytes, code.p + i, min_size(JUMP, code.n - i));
		call = jump_in(bytes, address + i, &target);
		if (call == DIRECT_CALL && target >= r->start && target < r->end &&
		    walk_is_function(w, r, target))
			return DIRECT_CALL;
		if (call == ANY_CALL)
			found = ANY_CALL;
	}
	return found;
}

uint64_t walk_into_function(struct walk *w, const struct region *r)
{
	uint64_t pc = w->pc - w->call - r->bias;

	return pc - function_at(w->u, r->module, pc)->start;
}

bool walk_knows_function(struct walk *w, const struct region *r)
{
	return function_at(w->u, r->module, w->pc - w->call - r->bias)->known;
}
