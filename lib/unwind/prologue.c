/*
 * Reads instructions until one of a kind that prologues do not have, such as a branch. Lengths are
 * found for the common kinds only (Intel SDM, volume 2, chapter 2).
 */
#include "unwind/prologue.h"

#include "io/cursor.h"

enum { RSP = 4, RBP = 5, MOST_BYTES = 128 };

/* An instruction: its prefixes and what follows the opcode. */
struct instruction {
	bool wide; /* REX.W */
	uint8_t rex, opcode, modrm;
	bool is_two_bytes; /* the opcode follows 0f */
};

/* Skips what a ModRM byte asks for: SIB, displacement. */
static void skip_operand(struct cursor *c, uint8_t modrm)
{
	uint8_t mod = modrm >> 6, rm = modrm & 7, base = 0;

	if (mod == 3)
		return;
	if (rm == 4)
		base = cursor_u8(c) & 7;
	if (mod == 1)
		cursor_skip(c, 1);
	else if (mod == 2 || rm == 5 || (rm == 4 && base == 5))
		cursor_skip(c, 4);
}

/* Does an opcode of one byte have an operand and no immediate value? */
static bool is_plain(uint8_t opcode)
{
	return opcode == 0x63 || opcode == 0x84 || opcode == 0x85 ||
	       (opcode >= 0x88 && opcode <= 0x8d) || (opcode < 0x40 && (opcode & 7) < 4);
}

/* The same for one after 0f: moves, extensions, logic of vectors, and the long no-operation. */
static bool is_plain_two(uint8_t opcode)
{
	return (opcode >= 0x10 && opcode <= 0x1f) || opcode == 0x28 || opcode == 0x29 ||
	       (opcode >= 0x54 && opcode <= 0x57) || opcode == 0x6e || opcode == 0x6f ||
	       opcode == 0x7e || opcode == 0x7f || opcode == 0xb6 || opcode == 0xb7 ||
	       opcode == 0xbe || opcode == 0xbf || opcode == 0xef;
}

static void read_opcode(struct cursor *c, struct instruction *i)
{
	*i = (struct instruction){ .opcode = cursor_u8(c) };
	while (i->opcode == 0x66 || i->opcode == 0xf2 || i->opcode == 0xf3)
		i->opcode = cursor_u8(c);
	if ((i->opcode & 0xf0) == 0x40) {
		i->rex = i->opcode;
		i->wide = i->rex & 8;
		i->opcode = cursor_u8(c);
	}
	i->is_two_bytes = i->opcode == 0x0f;
	if (i->is_two_bytes)
		i->opcode = cursor_u8(c);
}

static void push(struct prologue *p, bool is_fp)
{
	p->size += 8;
	if (is_fp && !p->fp_at)
		p->fp_at = p->size;
}

/* Does the instruction write the stack pointer, or copy it to the frame pointer? */
static bool moves_stack(const struct instruction *i)
{
	bool loads = i->opcode & 2 || i->opcode == 0x8d /* lea */, in_register = i->modrm >> 6 == 3;
	unsigned reg = (i->modrm >> 3 & 7) + (i->rex & 4 ? 8 : 0);
	unsigned rm = (i->modrm & 7) + (i->rex & 1 ? 8 : 0);
	unsigned to = loads ? reg : rm, from = loads ? rm : reg;

	if (!loads && !in_register)
		return false;
	return to == RSP || (in_register && to == RBP && from == RSP);
}

/* An instruction with an immediate value of 1 or 4 bytes: add, and, sub, cmp ... */
static bool read_immediate(struct cursor *c, struct instruction *i, struct prologue *p)
{
	enum { SUB = 5, CMP = 7 };
	unsigned bytes = i->opcode == 0x83 ? 1 : 4;
	uint8_t operation;
	int64_t value;

	i->modrm = cursor_u8(c);
	operation = i->modrm >> 3 & 7;
	skip_operand(c, i->modrm);
	value = cursor_signed(c, bytes);
	if (c->failed)
		return false;
	if (i->modrm >> 6 != 3 || (i->modrm & 7) != RSP || i->rex & 1 || operation == CMP)
		return true;
	if (operation != SUB || value < 0)
		return false;
	p->size += (uint64_t)value;
	p->reserves = true;
	return true;
}

/*
 * Reads an instruction and adds what it does to the stack. *ends: prologues do not have it, or it
 * is cut off. False if the stack pointer is not known any more.
 */
static bool read_instruction(struct cursor *c, struct prologue *p, bool *ends)
{
	struct instruction i;

	read_opcode(c, &i);
	if (c->failed)
		return *ends = true;
	if (!i.is_two_bytes && (i.opcode & 0xf8) == 0x50) {
		push(p, i.opcode == 0x50 + RBP && !(i.rex & 1));
	} else if (!i.is_two_bytes && (i.opcode & 0xf8) == 0xb8) {
		cursor_skip(c, i.wide ? 8 : 4);
	} else if (!i.is_two_bytes && (i.opcode == 0x83 || i.opcode == 0x81)) {
		return read_immediate(c, &i, p) || (*ends = c->failed);
	} else if (i.is_two_bytes ? is_plain_two(i.opcode) : is_plain(i.opcode)) {
		i.modrm = cursor_u8(c);
		skip_operand(c, i.modrm);
		return c->failed || i.is_two_bytes || !moves_stack(&i);
	} else {
		*ends = true;
	}
	return true;
}

bool prologue_read(struct str code, struct prologue *p)
{
	struct cursor c;
	bool ends = false;

	code.n = min_size(code.n, MOST_BYTES);
	c = cursor_over(code);
	*p = (struct prologue){ 0 };
	while (!ends && !p->reserves && cursor_left(&c))
		if (!read_instruction(&c, p, &ends))
			return false;
	return true;
}
