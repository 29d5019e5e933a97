/*
 * Small ELF images with call frame information, put together in memory for tests:
 * one segment at IMAGE_AT, and in it whatever tables the test adds.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include "base/buf.h"
#include "object/elf.h"

enum {
	IMAGE_AT = 0x400000,
	IMAGE_CODE = 0x401000, /* where the functions of tests are; there are no bytes there */
	EH_FRAME_AT = 0x200,   /* offset of .eh_frame or .debug_frame in the file */
};

static inline void put_int(struct buf *b, uint64_t v, size_t n)
{
	buf_put(b, &v, n);
}

/* A CIE or FDE: write what belongs in it between the two. */
static inline size_t begin_entry(struct buf *b, uint32_t id)
{
	size_t at = b->n;

	put_int(b, 0, 4);
	put_int(b, id, 4);
	return at;
}

static inline void end_entry(struct buf *b, size_t at)
{
	uint32_t length;

	while (b->n % 8)
		buf_ch(b, 0); /* DW_CFA_nop */
	length = (uint32_t)(b->n - at - 4);
	memcpy(b->p + at, &length, sizeof(length));
}

/* A CIE as compilers write it for x86-64: CFA = RSP + 8, RA at CFA - 8. */
static inline size_t put_cie(struct buf *b, uint32_t id, struct str augmentation, struct str data,
			     struct str program)
{
	size_t at = begin_entry(b, id);

	buf_ch(b, 1); /* version */
	buf_add(b, augmentation);
	buf_ch(b, '\0');
	buf_add(b, S("\x01\x78\x10")); /* alignment of code 1, of data -8; RA is 16 */
	buf_add(b, data);
	buf_add(b, program.p ? program : S("\x0c\x07\x08\x90\x01"));
	end_entry(b, at);
	return at;
}

/* An FDE for n bytes from `start`, of the CIE at `cie`, with absolute addresses. */
static inline size_t put_fde(struct buf *b, size_t cie, bool debug, bool sized, uint64_t start,
			     uint64_t n, struct str program)
{
	size_t at = begin_entry(b, debug ? (uint32_t)cie : (uint32_t)(b->n + 4 - cie));

	put_int(b, start, 8);
	put_int(b, n, 8);
	if (sized)
		buf_ch(b, 0); /* no augmentation data */
	buf_add(b, program);
	end_entry(b, at);
	return at;
}

static inline void put_segment(struct buf *b, uint32_t type, uint64_t offset, uint64_t n)
{
	put_int(b, type, 4);
	put_int(b, 5, 4); /* read, execute */
	put_int(b, offset, 8);
	put_int(b, IMAGE_AT + offset, 8);
	put_int(b, IMAGE_AT + offset, 8);
	put_int(b, n, 8);
	put_int(b, n, 8);
	put_int(b, 4096, 8);
}

static inline void put_section(struct buf *b, uint32_t name, uint32_t type, uint64_t offset,
			       uint64_t n)
{
	put_int(b, name, 4);
	put_int(b, type, 4);
	put_int(b, 0, 8);
	put_int(b, offset ? IMAGE_AT + offset : 0, 8);
	put_int(b, offset, 8);
	put_int(b, n, 8);
	for (int i = 0; i < 3; i++)
		put_int(b, 0, 8);
}

/*
 * An image with the bytes of a section named ".eh_frame" or ".debug_frame", and with
 * those of .eh_frame_hdr unless they are empty. Release with buf_release().
 */
static inline struct buf image_make(const char *name, struct str frames, struct str header)
{
	static const char names[] = "\0.eh_frame\0.debug_frame\0.shstrtab";
	struct buf b = { 0 };
	size_t at_header, at_names, at_sections;
	uint32_t debug = strcmp(name, ".debug_frame") == 0;

	at_header = EH_FRAME_AT + ((frames.n + 7) & ~(size_t)7);
	at_names = at_header + ((header.n + 7) & ~(size_t)7);
	at_sections = at_names + 40;
	buf_add(&b, S("\177ELF\2\1\1"));
	put_int(&b, 0, 8);
	buf_ch(&b, 0);
	put_int(&b, ELF_TYPE_EXEC, 2);
	put_int(&b, ELF_MACHINE_X86_64, 2);
	put_int(&b, 1, 4);
	put_int(&b, IMAGE_CODE, 8);
	put_int(&b, 64, 8);
	put_int(&b, at_sections, 8);
	put_int(&b, 0, 4);
	put_int(&b, 64, 2);
	put_int(&b, 56, 2);
	put_int(&b, header.n ? 2 : 1, 2);
	put_int(&b, 64, 2);
	put_int(&b, 3, 2);
	put_int(&b, 2, 2);
	put_segment(&b, ELF_SEGMENT_LOAD, 0, at_names);
	put_segment(&b, ELF_SEGMENT_EH_FRAME, at_header, header.n);
	while (b.n < EH_FRAME_AT)
		buf_ch(&b, 0);
	buf_add(&b, frames);
	while (b.n < at_header)
		buf_ch(&b, 0);
	buf_add(&b, header);
	while (b.n < at_names)
		buf_ch(&b, 0);
	buf_put(&b, names, sizeof(names));
	while (b.n < at_sections)
		buf_ch(&b, 0);
	put_section(&b, 0, 0, 0, 0);
	put_section(&b, debug ? 11 : 1, 1, EH_FRAME_AT, frames.n);
	put_section(&b, 24, 3, at_names, sizeof(names));
	return b;
}

#endif
