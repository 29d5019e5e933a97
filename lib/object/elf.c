#include "object/elf.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <link.h>
#include <sys/auxv.h>
#endif

/* Files are mapped in whole pages, of 4 KiB on x86-64 and up to 64 KiB on arm64. */
static uint64_t page_start(uint64_t address)
{
	return address & ~((uint64_t)sysconf(_SC_PAGESIZE) - 1);
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

		if (s->type == PT_LOAD && vaddr >= s->vaddr && in < s->filesz)
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
	if (!s || s->type == SHT_NOBITS)
		return S("");
	return elf_bytes(e, s->offset, s->size);
}

Elf_Data *elf_records(const struct elf *e, const struct elf_section *s)
{
	if (!elf_contents(e, s).n)
		return NULL;
	return elf_getdata(elf_getscn(e->handle, (size_t)(s - e->section)), NULL);
}

uint64_t elf_base(const struct elf *e)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < e->nsegment; i++)
		if (e->segment[i].type == PT_LOAD && e->segment[i].vaddr < least)
			least = e->segment[i].vaddr;
	return least == UINT64_MAX ? 0 : page_start(least);
}

static bool vaddr_in(const struct elf *e, uint64_t offset, uint32_t flags, uint64_t *vaddr)
{
	for (size_t i = 0; i < e->nsegment; i++) {
		const struct elf_segment *s = &e->segment[i];
		uint64_t from = page_start(s->offset);

		if (s->type != PT_LOAD || (s->flags & flags) != flags)
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
	return vaddr_in(e, offset, PF_X, vaddr) || vaddr_in(e, offset, 0, vaddr);
}

/* Build ids */

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

static struct str build_id_note(Elf_Data *notes)
{
	size_t at = 0, name, contents, next;
	GElf_Nhdr note;

	for (; notes && (next = gelf_getnote(notes, at, &note, &name, &contents)) > 0; at = next)
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    memcmp((char *)notes->d_buf + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0)
			return str((char *)notes->d_buf + contents, note.n_descsz);
	return S("");
}

/* Reads only as many notes as real images have; core dumps may have more. */
static void read_build_id(struct elf *e)
{
	enum { SEGMENTS = 64, BYTES = 1 << 20 };

	for (size_t i = 0; i < min_size(e->nsegment, SEGMENTS) && !e->build_id.n; i++) {
		const struct elf_segment *s = &e->segment[i];
		size_t n = min_size((size_t)s->filesz, BYTES);

		if (s->type == PT_NOTE)
			e->build_id = build_id_note(
				elf_getdata_rawchunk(e->handle, (int64_t)s->offset, n, ELF_T_NHDR));
	}
	if (!e->build_id.n)
		e->build_id = build_id_note(elf_records(e, elf_section(e, ".note.gnu.build-id")));
}

/* Opening */

static void read_segments(struct elf *e)
{
	size_t n = 0;

	elf_getphdrnum(e->handle, &n);
	n = min_size(n, PN_XNUM); /* only cores have more */
	e->segment = mem_zeroed(n, sizeof(*e->segment));
	for (GElf_Phdr h; e->nsegment < n; e->nsegment++) {
		if (!gelf_getphdr(e->handle, (int)e->nsegment, &h))
			h = (GElf_Phdr){ 0 };
		e->segment[e->nsegment] = (struct elf_segment){
			.type = h.p_type,
			.flags = h.p_flags,
			.offset = h.p_offset,
			.vaddr = h.p_vaddr,
			.filesz = h.p_filesz,
			.memsz = h.p_memsz,
			.align = h.p_align,
		};
	}
}

/* The name of a section. elf_strptr() would search all names for the end of one without a NUL. */
static struct str section_name(struct str names, size_t offset)
{
	enum { LONGEST = 256 };
	struct str rest = offset < names.n ? str_skip(names, offset) : S("");

	rest.n = min_size(rest.n, LONGEST);
	return str_cut(&rest, '\0');
}

static void read_section(struct elf *e, size_t i, const GElf_Shdr *h)
{
	e->section[i] = (struct elf_section){
		.name = { NULL, h->sh_name }, /* an offset, for now */
		.type = h->sh_type,
		.link = h->sh_link,
		.flags = h->sh_flags,
		.addr = h->sh_addr,
		.offset = h->sh_offset,
		.size = h->sh_size,
		.entsize = h->sh_entsize,
	};
}

static void read_sections(struct elf *e)
{
	struct str names = S("");
	size_t n = 0, named;

	elf_getshdrnum(e->handle, &n);
	e->section = mem_zeroed(n, sizeof(*e->section));
	for (GElf_Shdr h; e->nsection < n; e->nsection++)
		if (gelf_getshdr(elf_getscn(e->handle, e->nsection), &h))
			read_section(e, e->nsection, &h);
	if (elf_getshdrstrndx(e->handle, &named) == 0 && named < n)
		names = elf_contents(e, &e->section[named]);
	for (size_t i = 0; i < n; i++)
		e->section[i].name = section_name(names, e->section[i].name.n);
}

/*
 * If there are more sections than 16 bits can count, section 0 has their number, and
 * libelf allocates that many. A hostile image claims more than any real one has.
 */
static bool has_too_many_sections(struct str file)
{
	enum { MOST = 1 << 18 };
	bool is64 = file.p[EI_CLASS] == ELFCLASS64;
	Elf64_Ehdr wide = { 0 };
	Elf32_Ehdr narrow = { 0 };
	uint64_t at, n = 0;

	memcpy(&wide, file.p, min_size(file.n, sizeof(wide)));
	memcpy(&narrow, file.p, min_size(file.n, sizeof(narrow)));
	if (is64 ? wide.e_shnum : narrow.e_shnum)
		return false;
	at = is64 ? wide.e_shoff + offsetof(Elf64_Shdr, sh_size) :
		    narrow.e_shoff + offsetof(Elf32_Shdr, sh_size);
	if (at < file.n)
		memcpy(&n, file.p + at, min_size(file.n - (size_t)at, is64 ? 8 : 4));
	return n > MOST;
}

bool elf_open_memory(struct elf *e, struct str file, const char **why)
{
	GElf_Ehdr header;

	*e = (struct elf){ .file = file };
	*why = "not an ELF image";
	if (!str_starts(file, S(ELFMAG)) || file.n <= EI_DATA)
		return false;
	*why = "an ELF image of another byte order";
	if (file.p[EI_DATA] != ELFDATA2LSB)
		return false;
	*why = "an ELF image that says it has too many sections";
	if (has_too_many_sections(file))
		return false;
	*why = "an ELF image that is cut short";
	elf_version(EV_CURRENT);
	e->handle = elf_memory((char *)file.p, file.n);
	if (!gelf_getehdr(e->handle, &header)) {
		elf_end(e->handle);
		e->handle = NULL;
		return false;
	}
	e->is64 = gelf_getclass(e->handle) == ELFCLASS64;
	e->type = header.e_type;
	e->machine = header.e_machine;
	e->entry = header.e_entry;
	read_segments(e);
	read_sections(e);
	read_build_id(e);
	return true;
}

bool elf_open(struct elf *e, int fd, const char **why)
{
	struct stat st;
	void *p;

	*e = (struct elf){ 0 };
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
		e->identity = (struct elf_identity){
			.device = st.st_dev,
			.inode = st.st_ino,
			.size = (uint64_t)st.st_size,
			.changed = (uint64_t)st.st_ctim.tv_sec * 1000000000 +
				   (uint64_t)st.st_ctim.tv_nsec,
		};
		return true;
	}
	munmap(p, (size_t)st.st_size);
	return false;
}

bool elf_open_vdso(struct elf *e)
{
	*e = (struct elf){ 0 };
#ifdef __linux__
	const char *p = (const char *)(uintptr_t)getauxval(AT_SYSINFO_EHDR), *why;
	ElfW(Ehdr) header;

	if (!p)
		return false;
	memcpy(&header, p, sizeof(header));
	/* The section headers are at the end of the image. */
	return elf_open_memory(e,
			       str(p, header.e_shoff + (size_t)header.e_shnum * header.e_shentsize),
			       &why);
#else
	return false;
#endif
}

void elf_close(struct elf *e)
{
	mem_free(e->segment, e->nsegment * sizeof(*e->segment));
	mem_free(e->section, e->nsection * sizeof(*e->section));
	elf_end(e->handle);
	if (e->mapped)
		munmap((void *)e->file.p, e->file.n);
	*e = (struct elf){ 0 };
}

/* Files that change */

void elf_unload(const struct elf *e)
{
	if (e->mapped)
		madvise((void *)e->file.p, e->file.n, MADV_DONTNEED);
}

/* Map a page of zeros in place of a page that the file no longer has. */
static void on_sigbus(int number, siginfo_t *info, void *context)
{
	uint64_t page = page_start((uintptr_t)info->si_addr);

	(void)context;
	if (info->si_code != BUS_ADRERR ||
	    mmap((void *)(uintptr_t)page, (size_t)sysconf(_SC_PAGESIZE), PROT_READ,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

void elf_guard(void)
{
	struct sigaction sa = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &sa, NULL);
}
