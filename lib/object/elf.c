#include "object/elf.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	NOTE_BUILD_ID = 3,
	EXTENDED = 0xffff, /* "the real number stands in section 0" */
};

/* Fields of the file header and of its tables, by class: { 32 bits, 64 bits }. */
struct field {
	uint8_t at, size;
};
struct fields {
	struct field f[2];
};

static const struct fields EH_TYPE = { { { 16, 2 }, { 16, 2 } } };
static const struct fields EH_MACHINE = { { { 18, 2 }, { 18, 2 } } };
static const struct fields EH_PHOFF = { { { 28, 4 }, { 32, 8 } } };
static const struct fields EH_SHOFF = { { { 32, 4 }, { 40, 8 } } };
static const struct fields EH_PHENTSIZE = { { { 42, 2 }, { 54, 2 } } };
static const struct fields EH_PHNUM = { { { 44, 2 }, { 56, 2 } } };
static const struct fields EH_SHENTSIZE = { { { 46, 2 }, { 58, 2 } } };
static const struct fields EH_SHNUM = { { { 48, 2 }, { 60, 2 } } };
static const struct fields EH_SHSTRNDX = { { { 50, 2 }, { 62, 2 } } };

static const struct fields PH_TYPE = { { { 0, 4 }, { 0, 4 } } };
static const struct fields PH_FLAGS = { { { 24, 4 }, { 4, 4 } } };
static const struct fields PH_OFFSET = { { { 4, 4 }, { 8, 8 } } };
static const struct fields PH_VADDR = { { { 8, 4 }, { 16, 8 } } };
static const struct fields PH_FILESZ = { { { 16, 4 }, { 32, 8 } } };
static const struct fields PH_MEMSZ = { { { 20, 4 }, { 40, 8 } } };

static const struct fields SH_NAME = { { { 0, 4 }, { 0, 4 } } };
static const struct fields SH_TYPE = { { { 4, 4 }, { 4, 4 } } };
static const struct fields SH_FLAGS = { { { 8, 4 }, { 8, 8 } } };
static const struct fields SH_ADDR = { { { 12, 4 }, { 16, 8 } } };
static const struct fields SH_OFFSET = { { { 16, 4 }, { 24, 8 } } };
static const struct fields SH_SIZE = { { { 20, 4 }, { 32, 8 } } };
static const struct fields SH_LINK = { { { 24, 4 }, { 40, 4 } } };
static const struct fields SH_INFO = { { { 28, 4 }, { 44, 4 } } };
static const struct fields SH_ENTSIZE = { { { 36, 4 }, { 56, 8 } } };

/* A field of a header; 0 when the header is shorter than that. */
static uint64_t get(const struct elf *e, struct str header, struct fields fields)
{
	struct field f = fields.f[e->is64];
	uint64_t v = 0;

	if ((size_t)f.at + f.size <= header.n)
		memcpy(&v, header.p + f.at, f.size); /* little-endian, as the host is */
	return v;
}

struct str elf_bytes(const struct elf *e, uint64_t offset, uint64_t n)
{
	if (offset > e->file.n || n > e->file.n - offset)
		return S("");
	return str(e->file.p + offset, (size_t)n);
}

struct str elf_at(const struct elf *e, uint64_t vaddr)
{
	for (size_t i = 0; i < e->nsegment; i++) {
		const struct elf_segment *s = &e->segment[i];
		uint64_t in = vaddr - s->vaddr;

		if (s->type == ELF_SEGMENT_LOAD && vaddr >= s->vaddr && in < s->filesz)
			return elf_bytes(e, s->offset + in, s->filesz - in);
	}
	return S("");
}

const struct elf_section *elf_section(const struct elf *e, const char *name)
{
	for (size_t i = 0; i < e->nsection; i++)
		if (str_eq(e->section[i].name, str_of(name)))
			return &e->section[i];
	return NULL;
}

struct str elf_contents(const struct elf *e, const struct elf_section *s)
{
	if (!s || s->type == ELF_SECTION_NOBITS)
		return S("");
	return elf_bytes(e, s->offset, s->size);
}

uint64_t elf_base(const struct elf *e)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < e->nsegment; i++)
		if (e->segment[i].type == ELF_SEGMENT_LOAD && e->segment[i].vaddr < least)
			least = e->segment[i].vaddr;
	return least == UINT64_MAX ? 0 : least & ~(uint64_t)(PAGE - 1);
}

static bool vaddr_in(const struct elf *e, uint64_t offset, uint32_t flags, uint64_t *vaddr)
{
	for (size_t i = 0; i < e->nsegment; i++) {
		const struct elf_segment *s = &e->segment[i];
		uint64_t from = s->offset & ~(uint64_t)(PAGE - 1);

		if (s->type != ELF_SEGMENT_LOAD || (s->flags & flags) != flags)
			continue;
		if (offset < from || offset - from >= s->filesz + (s->offset - from))
			continue;
		*vaddr = s->vaddr + (offset - s->offset);
		return true;
	}
	return false;
}

bool elf_vaddr(const struct elf *e, uint64_t offset, uint64_t *vaddr)
{
	return vaddr_in(e, offset, ELF_EXECUTABLE, vaddr) || vaddr_in(e, offset, 0, vaddr);
}

void elf_print_build_id(struct buf *b, struct str build_id)
{
	for (size_t i = 0; i < build_id.n; i++)
		buf_printf(b, "%02x", (uint8_t)build_id.p[i]);
}

bool elf_is_build(const struct elf *e, struct str build_id)
{
	struct buf own = { 0 };
	bool same;

	for (size_t i = 0; i < build_id.n; i++)
		if (!memchr("0123456789abcdefABCDEF", build_id.p[i], 22))
			return true;
	elf_print_build_id(&own, e->build_id);
	same = !build_id.n || (own.n && str_starts(build_id, buf_str(&own)));
	for (size_t i = own.n; same && i < build_id.n; i++)
		same = build_id.p[i] == '0';
	buf_release(&own);
	return same;
}

/* Opening */

/* Entry i of a table of headers, of the size that the file says. */
static struct str entry(const struct elf *e, uint64_t table, uint64_t size, uint64_t i)
{
	uint64_t at;

	if (__builtin_mul_overflow(size, i, &at) || __builtin_add_overflow(table, at, &at))
		return S("");
	return elf_bytes(e, at, size);
}

static void read_segments(struct elf *e, struct str header, uint64_t n)
{
	uint64_t at = get(e, header, EH_PHOFF), size = get(e, header, EH_PHENTSIZE);

	n = size ? min_size((size_t)n, e->file.n / (size_t)size) : 0;
	e->segment = mem_zeroed((size_t)n, sizeof(*e->segment));
	for (; e->nsegment < n; e->nsegment++) {
		struct str h = entry(e, at, size, e->nsegment);

		e->segment[e->nsegment] = (struct elf_segment){
			.type = (uint32_t)get(e, h, PH_TYPE),
			.flags = (uint32_t)get(e, h, PH_FLAGS),
			.offset = get(e, h, PH_OFFSET),
			.vaddr = get(e, h, PH_VADDR),
			.filesz = get(e, h, PH_FILESZ),
			.memsz = get(e, h, PH_MEMSZ),
		};
	}
}

static struct elf_section read_section(const struct elf *e, struct str h)
{
	return (struct elf_section){
		.name = { NULL, (size_t)get(e, h, SH_NAME) }, /* an offset, for now */
		.type = (uint32_t)get(e, h, SH_TYPE),
		.link = (uint32_t)get(e, h, SH_LINK),
		.flags = get(e, h, SH_FLAGS),
		.addr = get(e, h, SH_ADDR),
		.offset = get(e, h, SH_OFFSET),
		.size = get(e, h, SH_SIZE),
		.entsize = get(e, h, SH_ENTSIZE),
	};
}

/* The name at an offset of the string section, up to its NUL. */
static struct str name_at(struct str names, size_t offset)
{
	struct str rest = offset < names.n ? str_skip(names, offset) : S("");

	return str_cut(&rest, '\0');
}

static void read_sections(struct elf *e, struct str header, uint64_t n, uint64_t name_section)
{
	uint64_t at = get(e, header, EH_SHOFF), size = get(e, header, EH_SHENTSIZE);
	struct str names = S("");

	n = size && at ? min_size((size_t)n, e->file.n / (size_t)size) : 0;
	e->section = mem_zeroed((size_t)n, sizeof(*e->section));
	for (; e->nsection < n; e->nsection++)
		e->section[e->nsection] = read_section(e, entry(e, at, size, e->nsection));
	if (name_section < n)
		names = elf_contents(e, &e->section[name_section]);
	for (size_t i = 0; i < n; i++)
		e->section[i].name = name_at(names, e->section[i].name.n);
}

static uint32_t word(struct str s, size_t at)
{
	uint32_t v = 0;

	if (at + sizeof(v) <= s.n)
		memcpy(&v, s.p + at, sizeof(v));
	return v;
}

/* A note is: sizes of name and contents, a type, the name, the contents. */
static struct str find_build_id(struct str notes)
{
	while (notes.n >= 12) {
		uint64_t name = word(notes, 0), desc = word(notes, 4);
		uint64_t desc_at = 12 + ((name + 3) & ~(uint64_t)3);
		uint64_t next = desc_at + ((desc + 3) & ~(uint64_t)3);

		if (desc_at + desc > notes.n)
			break;
		if (word(notes, 8) == NOTE_BUILD_ID && name == 4 &&
		    str_eq(str(notes.p + 12, 4), S("GNU\0")))
			return str(notes.p + desc_at, (size_t)desc);
		notes = str_skip(notes, min_size((size_t)next, notes.n));
	}
	return S("");
}

static void read_build_id(struct elf *e)
{
	for (size_t i = 0; i < e->nsegment && !e->build_id.n; i++)
		if (e->segment[i].type == ELF_SEGMENT_NOTE)
			e->build_id = find_build_id(
				elf_bytes(e, e->segment[i].offset, e->segment[i].filesz));
	if (!e->build_id.n)
		e->build_id = find_build_id(elf_contents(e, elf_section(e, ".note.gnu.build-id")));
}

static bool parse(struct elf *e, const char **why)
{
	struct str header = elf_bytes(e, 0, min_size(e->file.n, 64)), zeroth;
	uint64_t nsegment, nsection, names;

	*why = "not an ELF image";
	if (!str_starts(header, S("\177ELF")) || header.n < 52)
		return false;
	*why = "an ELF image of another byte order";
	if (header.p[5] != 1)
		return false;
	*why = "an ELF image that is cut short";
	e->is64 = header.p[4] == 2;
	if (e->is64 && header.n < 64)
		return false;
	e->type = (uint16_t)get(e, header, EH_TYPE);
	e->machine = (uint16_t)get(e, header, EH_MACHINE);
	nsegment = get(e, header, EH_PHNUM);
	nsection = get(e, header, EH_SHNUM);
	names = get(e, header, EH_SHSTRNDX);
	zeroth = entry(e, get(e, header, EH_SHOFF), get(e, header, EH_SHENTSIZE), 0);
	if (nsegment == EXTENDED)
		nsegment = get(e, zeroth, SH_INFO);
	if (nsection == 0)
		nsection = get(e, zeroth, SH_SIZE);
	if (names == EXTENDED)
		names = get(e, zeroth, SH_LINK);
	read_segments(e, header, nsegment);
	read_sections(e, header, nsection, names);
	read_build_id(e);
	return true;
}

bool elf_open_memory(struct elf *e, struct str file, const char **why)
{
	*e = (struct elf){ .file = file };
	return parse(e, why);
}

bool elf_open(struct elf *e, int fd, const char **why)
{
	struct stat st;
	void *p;

	*why = "not a regular file";
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	*why = "empty";
	if (!st.st_size)
		return false;
	*why = "cannot be mapped";
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return false;
	if (elf_open_memory(e, str(p, (size_t)st.st_size), why)) {
		e->mapped = true;
		return true;
	}
	munmap(p, (size_t)st.st_size);
	return false;
}

void elf_close(struct elf *e)
{
	mem_free(e->segment, e->nsegment * sizeof(*e->segment));
	mem_free(e->section, e->nsection * sizeof(*e->section));
	if (e->mapped)
		munmap((void *)e->file.p, e->file.n);
	*e = (struct elf){ 0 };
}

void elf_unload(const struct elf *e)
{
	if (e->mapped)
		madvise((void *)e->file.p, e->file.n, MADV_DONTNEED);
}

/* Put a page of zeros where the file has none any more. */
static void on_sigbus(int number, siginfo_t *info, void *context)
{
	uintptr_t page = (uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1);

	(void)context;
	if (info->si_code != BUS_ADRERR ||
	    mmap((void *)page, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		    MAP_FAILED) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

void elf_guard(void)
{
	struct sigaction sa = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &sa, NULL);
}
