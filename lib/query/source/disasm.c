/* --disasm: the instructions of functions, with their values. */
#include <stdio.h>

#include "query/routines.h"
#include "query/source/objdump.h"

/* The values of one routine by virtual address, in order. */
struct address {
	uint64_t vaddr;
	const struct place *place;
};

/* An instruction, held until the next one tells where it ends. */
struct instruction {
	bool is_set;
	uint64_t vaddr;
	struct buf text;
};

struct disassembler {
	struct query *q;
	struct rows *rows; /* NULL: text */
	struct routines routines;
	map_id map; /* the mapping of `binary` */
	struct binary binary;
	const struct routine *routine;
	VEC(struct address) address;
	size_t next; /* of address */
	struct instruction held;
};

static const struct mapping *routine_mapping(const struct disassembler *d)
{
	return dict_mapping(d->q->p->dict, d->routine->map);
}

static void open_binary(struct disassembler *d)
{
	const struct mapping *m = routine_mapping(d);

	if (d->map.i == d->routine->map.i)
		return;
	binary_close(&d->binary);
	binary_open(&d->binary, dict_text(d->q->p->dict, m->file),
		    dict_text(d->q->p->dict, m->build_id));
	d->map = d->routine->map;
	d->q->result.missing += d->binary.why != NULL;
}

/* Fill in d->address. False if an address is not in the code of the binary. */
static bool find_addresses(struct disassembler *d)
{
	const struct mapping *m = routine_mapping(d);
	struct address a;

	vec_clear(&d->address);
	for (uint32_t i = 0; i < d->routine->n; i++) {
		a.place = routine_place(&d->routines, d->routine, i);
		if (!binary_vaddr(&d->binary, a.place->at + m->offset, !m->size, &a.vaddr))
			return false;
		vec_push(&d->address, a);
	}
	return true;
}

/* One instruction, or a place without one */

static void put_place(const struct disassembler *d, struct buf *b, const struct place *place)
{
	const struct dictionary *dict = d->q->p->dict;
	const struct loc *l = dict_loc(dict, place->loc);
	struct str file = dict_text(dict, dict_func(dict, l->func)->file);

	buf_add(b, file);
	if (l->line)
		buf_printf(b, ":%u", l->line);
}

static void add_instruction(struct disassembler *d, uint64_t vaddr, struct str text, int64_t flat,
			    int64_t cum, const struct place *place)
{
	struct buf *b = &d->q->out->bytes, source = { 0 };

	if (place)
		put_place(d, &source, place);
	if (d->rows) {
		rows_str(d->rows, dict_text(d->q->p->dict, d->routine->name));
		rows_int(d->rows, (int64_t)vaddr);
		rows_int(d->rows, flat);
		rows_int(d->rows, cum);
		rows_str(d->rows, text);
		rows_str(d->rows, buf_str(&source));
	} else {
		put_value_or_dot(d->q, b, flat);
		buf_ch(b, ' ');
		put_value_or_dot(d->q, b, cum);
		buf_printf(b, " %10llx: ", (unsigned long long)vaddr);
		if (source.n) {
			struct str shown = text;

			put_name(b, shown);
			buf_printf(b, "%*s ;", shown.n < 40 ? (int)(40 - shown.n) : 0, "");
			put_name(b, buf_str(&source));
		} else {
			put_name(b, text);
		}
		buf_ch(b, '\n');
		out_flush(d->q->out);
	}
	buf_release(&source);
}

/* Print the held instruction, which ends before `end`, with the sum of its values. */
static void finish_instruction(struct disassembler *d, uint64_t end)
{
	const struct place *place = NULL;
	int64_t flat = 0, cum = 0;

	if (!d->held.is_set)
		return;
	for (; d->next < d->address.n && d->address.v[d->next].vaddr < end; d->next++) {
		place = d->address.v[d->next].place;
		flat = sat_add(d->q->p, flat, place->flat);
		cum = sat_add(d->q->p, cum, place->cum);
	}
	add_instruction(d, d->held.vaddr, buf_str(&d->held.text), flat, cum, place);
	d->held.is_set = false;
}

/* "  401136:\tpush   %rbp" */
static void read_instruction(void *context, struct str line)
{
	struct disassembler *d = context;
	ptrdiff_t colon = str_chr(line, ':');
	uint64_t vaddr;

	if (colon <= 0 || !is_blank(line.p[0]) ||
	    !str_hex(str_trim(str(line.p, (size_t)colon)), &vaddr))
		return;
	finish_instruction(d, vaddr);
	d->held.is_set = true;
	d->held.vaddr = vaddr;
	d->held.text.n = 0;
	line = str_trim(str_skip(line, (size_t)colon + 1));
	for (size_t i = 0; i < line.n; i++)
		buf_ch(&d->held.text, line.p[i] == '\t' ? ' ' : line.p[i]);
}

/* Disassemble the symbol that contains the next address or, without one, the code around it. */
static void disassemble_next(struct disassembler *d)
{
	const struct binary_symbol *symbol = binary_symbol_at(&d->binary,
							      d->address.v[d->next].vaddr);
	uint64_t from = d->address.v[d->next].vaddr, to = vec_last(&d->address).vaddr + 16;
	size_t before = d->next;
	char start[64], stop[64];

	if (symbol) {
		from = symbol->from;
		to = symbol->to;
	}
	snprintf(start, sizeof(start), "--start-address=0x%llx", (unsigned long long)from);
	snprintf(stop, sizeof(stop), "--stop-address=0x%llx", (unsigned long long)to);
	objdump_run((const char *[]){ "-d", "-C", "--no-show-raw-insn", start, stop,
				      d->binary.path.p, NULL },
		    read_instruction, d);
	finish_instruction(d, to);
	if (d->next > before)
		return;
	add_instruction(d, d->address.v[before].vaddr, S("(not disassembled)"),
			d->address.v[before].place->flat, d->address.v[before].place->cum,
			d->address.v[before].place);
	d->next++;
}

/* Print values without instructions, by the addresses of the profile. */
static void add_places(struct disassembler *d)
{
	for (uint32_t i = 0; i < d->routine->n; i++) {
		const struct place *place = routine_place(&d->routines, d->routine, i);

		add_instruction(d, place->at + routine_mapping(d)->start, S(""), place->flat,
				place->cum, place);
	}
}

static void say(struct disassembler *d, const char *what)
{
	struct buf *b = &d->q->out->bytes;

	if (d->rows)
		return;
	put_name(b, dict_text(d->q->p->dict, routine_mapping(d)->file));
	buf_printf(b, ": %s\n", what);
}

static void disassemble_routine(struct disassembler *d)
{
	open_binary(d);
	if (!d->rows)
		put_routine(d->q, &d->q->out->bytes, d->routine, S(""));
	if (d->binary.why) {
		say(d, d->binary.why);
		add_places(d);
		return;
	}
	if (!find_addresses(d)) {
		say(d, "these addresses are not in its code");
		add_places(d);
		return;
	}
	for (d->next = 0; d->next < d->address.n;)
		disassemble_next(d);
}

static void disassemble(struct query *q, struct rows *rows)
{
	struct disassembler d = { .q = q, .rows = rows };

	routines_init(&d.routines, q, PLACES_ADDRESSES);
	for (uint32_t i = 0; i < d.routines.nroutine; i++) {
		d.routine = routines_at(&d.routines, i);
		disassemble_routine(&d);
	}
	binary_close(&d.binary);
	vec_release(&d.address);
	buf_release(&d.held.text);
	routines_release(&d.routines);
}

static void print_disasm(struct query *q)
{
	buf_add(&q->out->bytes, S("Total: "));
	put_value(q, &q->out->bytes, q->total);
	buf_ch(&q->out->bytes, '\n');
	disassemble(q, NULL);
}

static void list_disasm(struct query *q, struct rows *r)
{
	disassemble(q, r);
}

static const char *const disasm_cells[] = { "function",    "address", "flat", "cum",
					    "instruction", "source",  NULL };

const struct report report_disasm = {
	.name = "disasm",
	.help = "instructions of functions that match (objdump)",
	.argument = REPORT_REGEX,
	.text = print_disasm,
	.names = disasm_cells,
	.rows = list_disasm,
};
