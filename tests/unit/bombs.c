/*
 * Binaries that are small and made to cost much: naming their addresses takes about a
 * second and 256 MB at most, whatever they claim. Each is built here, and named in a
 * process of its own, whose use of the machine is measured.
 */
#include <dwarf.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <libelf.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model.h"
#include "symbol/symbol.h"
#include "tap.h"

enum { CODE = 0x10000, CODE_SIZE = 0x8000, MOST_MS = 2000, MOST_MB = 256 };

static char dir[] = "/tmp/prof-bombs-XXXXXX";

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* Bytes */

static void put_int(struct buf *b, uint64_t v, unsigned size)
{
	buf_put(b, &v, size);
}

static void put_uleb(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_ch(b, (char)(v | 0x80));
	buf_ch(b, (char)v);
}

/* Numbers up to a negative one, each as ULEB128. */
static void put_ulebs(struct buf *b, const int *v)
{
	for (; *v >= 0; v++)
		put_uleb(b, (uint64_t)*v);
}
#define PUT(b, ...) put_ulebs(b, (const int[]){ __VA_ARGS__, -1 })

static void put_n(struct buf *b, int byte, size_t n)
{
	memset(buf_room(b, n), byte, n);
	b->n += n;
}

/* Images */

struct section {
	const char *name;
	uint32_t type;
	uint64_t flags, addr;
	struct buf bytes;
};

struct image {
	struct section section[64];
	size_t n;
};

static struct buf *add_section(struct image *m, const char *name, uint32_t type, uint64_t flags)
{
	struct section *s = &m->section[m->n++];

	*s = (struct section){ .name = name, .type = type, .flags = flags };
	return &s->bytes;
}

static struct buf *debug(struct image *m, const char *name)
{
	return add_section(m, name, SHT_PROGBITS, 0);
}

/* The header, the code, the sections, their names, their headers. */
static void write_image(struct image *m, struct buf *b)
{
	Elf64_Ehdr h = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			 .e_type = ET_EXEC,
			 .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT,
			 .e_ehsize = sizeof(h),
			 .e_phoff = sizeof(h),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 1,
			 .e_shentsize = sizeof(Elf64_Shdr) };
	Elf64_Phdr load = { .p_type = PT_LOAD,
			    .p_flags = PF_R | PF_X,
			    .p_offset = 0x1000,
			    .p_vaddr = CODE,
			    .p_filesz = CODE_SIZE,
			    .p_memsz = CODE_SIZE };
	struct buf headers = { 0 }, names = { 0 };
	Elf64_Shdr s = { 0 };

	buf_put(b, &h, sizeof(h));
	buf_put(b, &load, sizeof(load));
	put_n(b, 0, 0x1000 + CODE_SIZE - b->n);
	buf_ch(&names, '\0');
	buf_put(&headers, &s, sizeof(s));
	add_section(m, ".shstrtab", SHT_STRTAB, 0);
	for (size_t i = 0; i < m->n; i++) {
		struct section *from = &m->section[i];

		s = (Elf64_Shdr){ .sh_name = (uint32_t)names.n,
				  .sh_type = from->type,
				  .sh_flags = from->flags,
				  .sh_addr = from->addr,
				  .sh_addralign = 8 };
		buf_put(&names, from->name, strlen(from->name) + 1);
		if (i == m->n - 1)
			buf_add(&from->bytes, buf_str(&names));
		put_n(b, 0, -b->n % 8);
		s.sh_offset = b->n;
		s.sh_size = from->bytes.n;
		buf_add(b, buf_str(&from->bytes));
		buf_put(&headers, &s, sizeof(s));
		buf_release(&from->bytes);
	}
	put_n(b, 0, -b->n % 8);
	h.e_shoff = b->n;
	h.e_shnum = (uint16_t)(m->n + 1);
	h.e_shstrndx = (uint16_t)m->n;
	buf_add(b, buf_str(&headers));
	memcpy(b->p, &h, sizeof(h));
	buf_release(&headers);
	buf_release(&names);
}

/* Naming */

static void name_addresses(const char *path)
{
	enum { ADDRESSES = 64 };
	struct symbol_options how = { .inlines = true,
				      .lines = true,
				      .debug_dirs = "/nonexistent" };
	struct symbols *s = symbols_open(&how);
	struct buf notes = { 0 };
	struct profile p;
	int64_t scale;
	map_id map;

	mem_limit((size_t)2 << 30);
	model_init(&p);
	profile_column(&p, dict_intern(p.dict, S("cpu")), dict_intern(p.dict, S("count")), &scale);
	map = dict_add_mapping(p.dict,
			       (struct mapping){ .file = dict_intern(p.dict, str_of(path)) });
	for (int i = 0; i < ADDRESSES; i++) {
		struct loc l = { .map = map,
				 .addr = CODE + (uint64_t)i * (CODE_SIZE / ADDRESSES),
				 .flags = LOC_ADDR };
		loc_id loc = dict_add_loc(p.dict, l);
		stack_id stack = dict_add_stack(p.dict, &loc, 1);

		profile_add_value(&p, 0, profile_add_sample(&p, stack, (label_set_id){ 0 }), 1);
	}
	symbolize(s, &p, &notes);
	symbols_close(s);
	model_release(&p);
	buf_release(&notes);
}

static void write_file(const char *path, struct str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n || close(fd) < 0)
		abort();
}

/* Name addresses of the image in a child; it must end by itself and have cost little. */
static void explode(const char *what, struct str bytes, int64_t sparse_size)
{
	struct buf path = { 0 };
	struct rusage used;
	int status;
	long ms, mb;
	pid_t pid;

	buf_printf(&path, "%s/bomb", dir);
	buf_ch(&path, '\0');
	write_file(path.p, bytes);
	if (sparse_size && truncate(path.p, sparse_size) < 0)
		abort();
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct rlimit cpu = { 60, 60 };

		setrlimit(RLIMIT_CPU, &cpu);
		name_addresses(path.p);
		_exit(0);
	}
	wait4(pid, &status, 0, &used);
	ms = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
	     (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
	mb = used.ru_maxrss >> 10;
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: %zu bytes end by themselves", what,
	   bytes.n);
	ok(SANITIZED || (ms <= MOST_MS && mb <= MOST_MB), "%s: %ld ms, %ld MB", what, ms, mb);
	buf_release(&path);
}

static void explode_image(const char *what, struct image *m)
{
	struct buf b = { 0 };

	write_image(m, &b);
	explode(what, buf_str(&b), 0);
	buf_release(&b);
}

/* DWARF */

enum { UNIT = 1, FUNCTION = 2, OWN = 3 };

/* Abbreviations of a unit with code, lines and children, and of a function by ranges. */
static void put_abbrevs(struct buf *b)
{
	PUT(b, UNIT, DW_TAG_compile_unit, 1, DW_AT_low_pc, DW_FORM_addr, DW_AT_high_pc,
	    DW_FORM_data4, DW_AT_stmt_list, DW_FORM_sec_offset, 0, 0);
	PUT(b, FUNCTION, DW_TAG_subprogram, 0, DW_AT_ranges, DW_FORM_sec_offset, 0, 0);
}

/* Start a unit of version 4 with its root entry; returns where its length is. */
static size_t begin_unit(struct buf *info, uint64_t abbrevs, uint64_t low, uint32_t size)
{
	size_t at = info->n;

	put_int(info, 0, 4);
	put_int(info, 4, 2);
	put_int(info, abbrevs, 4);
	put_int(info, 8, 1);
	put_uleb(info, UNIT);
	put_int(info, low, 8);
	put_int(info, size, 4);
	put_int(info, 0, 4);
	return at;
}

static void end_unit(struct buf *info, size_t at)
{
	uint32_t length;

	buf_ch(info, 0);
	length = (uint32_t)(info->n - at - 4);
	memcpy(info->p + at, &length, sizeof(length));
}

/* A unit of all the code without entries. */
static void put_unit(struct image *m)
{
	struct buf *info;

	put_abbrevs(debug(m, ".debug_abbrev"));
	info = debug(m, ".debug_info");
	end_unit(info, begin_unit(info, 0, CODE, CODE_SIZE));
}

static void line_forms_without_bytes(void)
{
	struct image m = { 0 };
	struct buf *line;

	put_unit(&m);
	line = debug(&m, ".debug_line");
	put_int(line, 16000, 4);
	put_int(line, 5, 2);
	put_int(line, 8, 2);         /* addresses of 8 bytes, no segments */
	put_int(line, 15900, 4);     /* the rest of the header */
	PUT(line, 1, 1, 1, 0, 1, 1); /* with opcode base 1 */
	PUT(line, 1, DW_LNCT_path, DW_FORM_flag_present);
	put_uleb(line, UINT64_MAX);
	put_n(line, 1, 16000);
	explode_image("forms without bytes in a line table", &m);
}

/* Many units, one after the other, each of a few bytes of code. */
static void put_units(struct image *m, int n, uint64_t abbrev_step)
{
	struct buf *info = debug(m, ".debug_info");

	for (int i = 0; i < n; i++)
		end_unit(info,
			 begin_unit(info, (uint64_t)i * abbrev_step, CODE + (uint64_t)i * 8, 8));
}

static void shared_line_header(void)
{
	struct image m = { 0 };
	struct buf *line;

	put_abbrevs(debug(&m, ".debug_abbrev"));
	put_units(&m, 4000, 0);
	line = debug(&m, ".debug_line");
	put_int(line, 64000, 4);
	put_int(line, 4, 2);
	put_int(line, 63900, 4);
	PUT(line, 1, 1, 1, 0, 1, 1);
	for (int i = 0; i < 30000; i++)
		put_int(line, 'd', 2);
	put_n(line, 0, 5000);
	explode_image("a line table's header that all units share", &m);
}

/* All rows differ; decompressed it is 150 MB. */
static void packed_lines(size_t size)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
	Elf64_Chdr h = { .ch_type = ELFCOMPRESS_ZLIB, .ch_addralign = 1 };
	struct buf line = { 0 }, *packed;
	struct image m = { 0 };

	put_unit(&m);
	put_int(&line, size, 4);
	put_int(&line, 4, 2);
	put_int(&line, 8, 4);
	PUT(&line, 1, 1, 1, 1, 10, 1);
	put_int(&line, 0, 2);
	PUT(&line, 0, 9, DW_LNE_set_address);
	put_int(&line, CODE, 8);
	put_n(&line, 12, size);
	h.ch_size = line.n;
	packed = add_section(&m, ".debug_line", SHT_PROGBITS, SHF_COMPRESSED);
	buf_put(packed, &h, sizeof(h));
	packed->n += libdeflate_zlib_compress(c, line.p, line.n, buf_room(packed, line.n), line.n);
	libdeflate_free_compressor(c);
	buf_release(&line);
	explode_image(size < 50000000 ? "lines packed in zlib" : "more lines packed in zlib", &m);
}

static void attributes_without_bytes(void)
{
	struct image m = { 0 };
	struct buf *abbrev, *info;
	size_t at;

	abbrev = debug(&m, ".debug_abbrev");
	put_abbrevs(abbrev);
	PUT(abbrev, OWN, DW_TAG_subprogram, 0);
	for (int i = 0; i < 20000; i++)
		PUT(abbrev, DW_AT_external, DW_FORM_flag_present);
	PUT(abbrev, 0, 0, 0);
	info = debug(&m, ".debug_info");
	at = begin_unit(info, 0, CODE, CODE_SIZE);
	put_n(info, OWN, 36000);
	end_unit(info, at);
	explode_image("attributes without bytes", &m);
}

static void attributes_at_the_limit(void)
{
	struct image m = { 0 };
	struct buf *abbrev, *info;
	size_t at;

	abbrev = debug(&m, ".debug_abbrev");
	put_abbrevs(abbrev);
	PUT(abbrev, OWN, DW_TAG_subprogram, 0);
	for (int i = 0; i < 64; i++)
		PUT(abbrev, DW_AT_external, DW_FORM_flag_present);
	PUT(abbrev, 0, 0, 0);
	info = debug(&m, ".debug_info");
	for (int i = 0; i < 64; i++) {
		at = begin_unit(info, 0, CODE + (uint64_t)i * (CODE_SIZE / 64), CODE_SIZE / 64);
		put_n(info, OWN, 10000);
		end_unit(info, at);
	}
	explode_image("as many as are borne", &m);
}

static void shared_ranges(void)
{
	struct image m = { 0 };
	struct buf *info, *ranges;
	size_t at;

	put_abbrevs(debug(&m, ".debug_abbrev"));
	info = debug(&m, ".debug_info");
	at = begin_unit(info, 0, CODE, CODE_SIZE);
	for (int i = 0; i < 20000; i++) {
		put_uleb(info, FUNCTION);
		put_int(info, 0, 4);
	}
	end_unit(info, at);
	ranges = debug(&m, ".debug_ranges");
	for (uint64_t i = 0; i < 20000; i++) {
		put_int(ranges, i, 8);
		put_int(ranges, i + 1, 8);
	}
	put_n(ranges, 0, 16);
	explode_image("a list of ranges that all functions share", &m);
}

static void ranges_of_bases(void)
{
	struct image m = { 0 };
	struct buf *info, *ranges;
	size_t at;

	put_abbrevs(debug(&m, ".debug_abbrev"));
	info = debug(&m, ".debug_info");
	at = begin_unit(info, 0, CODE, CODE_SIZE);
	for (int i = 0; i < 40000; i++) {
		put_uleb(info, FUNCTION);
		put_int(info, 16, 4);
	}
	end_unit(info, at);
	ranges = debug(&m, ".debug_ranges");
	for (int i = 0; i < 40000; i++) {
		put_int(ranges, UINT64_MAX, 8);
		put_int(ranges, CODE, 8);
	}
	put_n(ranges, 0, 16);
	explode_image("a list of nothing but bases", &m);
}

/* Each unit's abbreviations begin a little later in one long table. */
static void staggered_abbrevs(void)
{
	struct image m = { 0 };
	struct buf *abbrev = debug(&m, ".debug_abbrev");

	for (int i = 0; i < 60000; i++) {
		put_uleb(abbrev, 100);
		PUT(abbrev, DW_TAG_base_type, 0, 0, 0);
	}
	put_abbrevs(abbrev);
	buf_ch(abbrev, 0);
	put_units(&m, 4000, 5);
	explode_image("abbreviations that begin a little later", &m);
}

static void tiny_units(void)
{
	struct image m = { 0 };
	struct buf *info;

	put_abbrevs(debug(&m, ".debug_abbrev"));
	info = debug(&m, ".debug_info");
	end_unit(info, begin_unit(info, 0, CODE, CODE_SIZE));
	for (int i = 0; i < 500000; i++) {
		put_int(info, 8, 4);
		put_int(info, 4, 2);
		put_int(info, 0, 4);
		put_int(info, 8, 1);
		put_uleb(info, UNIT);
	}
	explode_image("half a million units", &m);
}

/* ELF */

static void headers_of_one_byte(void)
{
	struct buf b = { 0 };
	struct image m = { 0 };
	Elf64_Ehdr h;

	write_image(&m, &b);
	put_n(&b, 1, 1 << 20);
	memcpy(&h, b.p, sizeof(h));
	h.e_phentsize = h.e_shentsize = 1;
	h.e_shoff = h.e_phoff = b.n - (1 << 20);
	h.e_phnum = PN_XNUM;
	h.e_shnum = 0;
	memcpy(b.p, &h, sizeof(h));
	explode("headers of one byte", buf_str(&b), 0);
	buf_release(&b);
}

static void sections_without_number(void)
{
	struct buf b = { 0 };
	struct image m = { 0 };
	Elf64_Ehdr h;
	Elf64_Shdr s = { .sh_size = (uint64_t)60 << 20 };

	write_image(&m, &b);
	memcpy(&h, b.p, sizeof(h));
	h.e_shnum = 0;
	memcpy(b.p, &h, sizeof(h));
	memcpy(b.p + h.e_shoff, &s, sizeof(s));
	explode("60 million sections in a sparse file", buf_str(&b), (int64_t)4 << 30);
	buf_release(&b);
}

/* The same relocations in many sections. */
static void overlapping_relocations(void)
{
	enum { SECTIONS = 2000, RELOCATIONS = 40000 };
	struct buf b = { 0 };
	struct image m = { 0 };
	struct buf *rela = add_section(&m, ".rela.plt", SHT_RELA, 0);
	Elf64_Ehdr h;
	Elf64_Shdr s;

	for (uint64_t i = 0; i < RELOCATIONS; i++) {
		put_int(rela, i, 8);
		put_int(rela, ELF64_R_INFO(1, R_X86_64_JUMP_SLOT), 8);
		put_int(rela, 0, 8);
	}
	put_n(add_section(&m, ".dynsym", SHT_DYNSYM, 0), 1, 240);
	write_image(&m, &b);
	memcpy(&h, b.p, sizeof(h));
	memcpy(&s, b.p + h.e_shoff + sizeof(s), sizeof(s));
	for (int i = 0; i < SECTIONS; i++)
		buf_put(&b, &s, sizeof(s));
	h.e_shnum = (uint16_t)(h.e_shnum + SECTIONS);
	memcpy(b.p, &h, sizeof(h));
	explode("relocations in overlapping sections", buf_str(&b), 0);
	buf_release(&b);
}

/* All symbols are at one address and have the rest of a long text as their names. */
static void long_names(void)
{
	enum { SYMBOLS = 60000 };
	struct image m = { 0 };
	struct buf b = { 0 }, *symtab = add_section(&m, ".symtab", SHT_SYMTAB, 0);
	Elf64_Ehdr h;
	Elf64_Shdr s;

	for (uint32_t i = 0; i < SYMBOLS; i++) {
		Elf64_Sym symbol = { .st_name = i,
				     .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
				     .st_shndx = 1,
				     .st_value = CODE,
				     .st_size = 100 };

		buf_put(symtab, &symbol, sizeof(symbol));
	}
	put_n(add_section(&m, ".strtab", SHT_STRTAB, 0), 'x', 4 << 20);
	write_image(&m, &b);
	memcpy(&h, b.p, sizeof(h));
	memcpy(&s, b.p + h.e_shoff + sizeof(s), sizeof(s));
	s.sh_link = 2;
	memcpy(b.p + h.e_shoff + sizeof(s), &s, sizeof(s));
	explode("names without an end", buf_str(&b), 0);
	buf_release(&b);
}

/* Files that are named by the image: a FIFO is not waited for. */
static void named_fifos(void)
{
	struct image m = { 0 };
	struct buf *abbrev, *info, path = { 0 };

	buf_printf(&path, "%s/fifo", dir);
	buf_ch(&path, '\0');
	if (mkfifo(path.p, 0600) < 0)
		abort();
	abbrev = debug(&m, ".debug_abbrev");
	PUT(abbrev, UNIT, DW_TAG_compile_unit, 0, DW_AT_low_pc, DW_FORM_addr, DW_AT_high_pc,
	    DW_FORM_data4, DW_AT_GNU_dwo_id, DW_FORM_data4, DW_AT_GNU_dwo_name, DW_FORM_string, 0,
	    0, 0);
	info = debug(&m, ".debug_info");
	begin_unit(info, 0, CODE, CODE_SIZE);
	buf_add(info, buf_str(&path));
	end_unit(info, 0);
	buf_add(debug(&m, ".gnu_debugaltlink"), buf_str(&path));
	put_n(&m.section[m.n - 1].bytes, 7, 20);
	explode_image("FIFOs in the place of split and shared files", &m);
	buf_release(&path);
}

/* Entries in entries: each has the next one as its only child. */
static void deep_entries(void)
{
	enum { DEPTH = 4000000 };
	struct image m = { 0 };
	struct buf *abbrev = debug(&m, ".debug_abbrev"), *info;
	size_t at;

	put_abbrevs(abbrev);
	PUT(abbrev, OWN, DW_TAG_lexical_block, 1, 0, 0, 0);
	info = debug(&m, ".debug_info");
	at = begin_unit(info, 0, CODE, CODE_SIZE);
	put_n(info, OWN, DEPTH);
	put_n(info, 0, DEPTH);
	end_unit(info, at);
	explode_image("entries in entries", &m);
}

/* Each inlined call is in the one before it; their functions refer to each other, in a ring. */
static void ring_of_origins(void)
{
	enum { CALL = 4, CALLS = 20000, FIRST = 11 + 1 + 8 + 4 + 4, SIZE = 1 + 4 + 8 + 4 };
	struct image m = { 0 };
	struct buf *abbrev = debug(&m, ".debug_abbrev"), *info;
	size_t at;

	put_abbrevs(abbrev);
	PUT(abbrev, OWN, DW_TAG_subprogram, 1, DW_AT_specification, DW_FORM_ref4, DW_AT_low_pc,
	    DW_FORM_addr, DW_AT_high_pc, DW_FORM_data4, 0, 0);
	PUT(abbrev, CALL, DW_TAG_inlined_subroutine, 1, DW_AT_abstract_origin, DW_FORM_ref4,
	    DW_AT_low_pc, DW_FORM_addr, DW_AT_high_pc, DW_FORM_data4, 0, 0, 0);
	info = debug(&m, ".debug_info");
	at = begin_unit(info, 0, CODE, CODE_SIZE);
	for (uint64_t i = 0; i < CALLS; i++) {
		put_uleb(info, i ? CALL : OWN);
		put_int(info, FIRST + SIZE * ((i + 1) % CALLS), 4);
		put_int(info, CODE, 8);
		put_int(info, CODE_SIZE, 4);
	}
	put_n(info, 0, CALLS);
	end_unit(info, at);
	explode_image("inlined calls whose functions are a ring", &m);
}

/* A section that claims to have another size than what is packed in it: less, or far more. */
static void lying_sizes(void)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(9);
	struct buf zeros = { 0 }, packed = { 0 };

	put_n(&zeros, 0, 60 << 20);
	packed.n = libdeflate_zlib_compress(c, zeros.p, zeros.n, buf_room(&packed, 1 << 20),
					    1 << 20);
	libdeflate_free_compressor(c);
	for (int i = 0; i < 2; i++) {
		Elf64_Chdr h = { .ch_type = ELFCOMPRESS_ZLIB,
				 .ch_size = i ? (uint64_t)1 << 40 : 16,
				 .ch_addralign = 1 };
		static const char *const names[] = { ".debug_info", ".debug_abbrev", ".debug_line",
						     ".debug_str", ".debug_ranges" };
		struct image m = { 0 };

		for (size_t n = 0; n < LEN(names); n++) {
			struct buf *b = add_section(&m, names[n], SHT_PROGBITS, SHF_COMPRESSED);

			buf_put(b, &h, sizeof(h));
			buf_add(b, buf_str(&packed));
		}
		explode_image(i ? "packed sections of a terabyte, they say" :
				  "packed sections of 16 bytes, they say",
			      &m);
	}
	buf_release(&zeros);
	buf_release(&packed);
}

/* The symbols of .gnu_debugdata are packed by an xz that unpacks to a thousand times as much. */
static void packed_symbols(void)
{
	enum { ZEROS = 1 << 30 };
	struct image m = { 0 };
	struct buf *data = add_section(&m, ".gnu_debugdata", SHT_PROGBITS, 0);
	char command[128];
	FILE *f;
	size_t n;

	snprintf(command, sizeof(command), "head -c %d /dev/zero | xz -0 -T1 -c 2>/dev/null",
		 ZEROS);
	f = popen(command, "r");
	while (f && (n = fread(buf_room(data, 1 << 16), 1, 1 << 16, f)) > 0)
		data->n += n;
	if (!f || pclose(f) != 0 || !data->n)
		ok(true, "symbols packed in xz # SKIP no xz");
	else
		explode_image("symbols packed in xz", &m);
}

/* Names that are long to decode: each "S0_" or "T_" stands for what came before, twice. */
static void mangled_names(void)
{
	enum { SYMBOLS = 64 };
	struct image m = { 0 };
	struct buf *symtab = add_section(&m, ".symtab", SHT_SYMTAB, 0), *names, b = { 0 };
	Elf64_Ehdr h;
	Elf64_Shdr s;

	names = add_section(&m, ".strtab", SHT_STRTAB, 0);
	buf_ch(names, '\0');
	for (uint32_t i = 0; i < SYMBOLS; i++) {
		Elf64_Sym symbol = { .st_name = (uint32_t)names->n,
				     .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
				     .st_shndx = 1,
				     .st_value = CODE + i * (CODE_SIZE / SYMBOLS),
				     .st_size = CODE_SIZE / SYMBOLS };

		buf_put(symtab, &symbol, sizeof(symbol));
		buf_add(names, S("_Z1fI1aE1bIS0_S0_E"));
		for (int n = 1; n < 36; n++) {
			buf_printf(names, "1cIS%c_S%c_E", n < 10 ? '0' + n : 'A' + n - 10,
				   n < 10 ? '0' + n : 'A' + n - 10);
		}
		buf_ch(names, '\0');
	}
	write_image(&m, &b);
	memcpy(&h, b.p, sizeof(h));
	memcpy(&s, b.p + h.e_shoff + sizeof(s), sizeof(s));
	s.sh_link = 2;
	memcpy(b.p + h.e_shoff + sizeof(s), &s, sizeof(s));
	explode("names that double at each letter", buf_str(&b), 0);
	buf_release(&b);
}

/* Unwind data that say where functions are: a header that lies, and a list that goes round. */
static void lying_unwind_data(void)
{
	enum { ENTRIES = 1000000 };
	struct image m = { 0 };
	struct buf *header = add_section(&m, ".eh_frame_hdr", SHT_PROGBITS, SHF_ALLOC), *frame;

	put_int(header, 0x3b031b01, 4);
	put_int(header, 0x7fffffff, 4);
	put_int(header, 0xffffffff, 4);
	for (uint64_t i = 0; i < ENTRIES; i++) {
		put_int(header, CODE - i, 4);
		put_int(header, i % 3 ? 0x7ffffff0 : 0, 4);
	}
	frame = add_section(&m, ".eh_frame", SHT_PROGBITS, SHF_ALLOC);
	for (uint64_t i = 0; i < ENTRIES; i++) {
		put_int(frame, 12, 4);
		put_int(frame, i % 2 ? 0xfffffff0 : 0, 4);
		put_int(frame, UINT64_MAX, 8);
	}
	explode_image("unwind data that lie", &m);
}

int main(void)
{
	if (!mkdtemp(dir))
		abort();
	line_forms_without_bytes();
	shared_line_header();
	packed_lines(15000000);
	packed_lines(150000000);
	attributes_without_bytes();
	attributes_at_the_limit();
	shared_ranges();
	ranges_of_bases();
	staggered_abbrevs();
	tiny_units();
	headers_of_one_byte();
	sections_without_number();
	overlapping_relocations();
	long_names();
	named_fifos();
	deep_entries();
	ring_of_origins();
	lying_sizes();
	packed_symbols();
	mangled_names();
	lying_unwind_data();
	if (chdir(dir) < 0 || unlink("bomb") < 0 || unlink("fifo") < 0 || rmdir(dir) < 0)
		return 1;
	return done();
}
