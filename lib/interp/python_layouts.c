#include "interp/python_layouts.h"

#include <string.h>

#include "base/base.h"

/* What all of them have in common. */
#define STRINGS     .ascii_size = 48, .compact_size = 72, .kind_shift = 2
#define STRINGS_312 .ascii_size = 40, .compact_size = 56, .kind_shift = 2
#define NO_RUN      .frame_entry = PYTHON_NONE, .frame_owner = PYTHON_NONE

static const struct python_layout layouts[] = {
	{ .version = 0x0308,
	  .current = 1368,
	  .interpreters = 32,
	  .interp_next = 0,
	  .interp_threads = 8,
	  .thread_prev = 0,
	  .thread_next = 8,
	  .thread_id = 176,
	  .thread_frame = 24,
	  .cframe_frame = PYTHON_NONE,
	  .frame_size = 112,
	  .frame_previous = 24,
	  .frame_code = 32,
	  .frame_instruction = 104,
	  NO_RUN,
	  .instruction = PYTHON_INDEX,
	  .unit = 1,
	  .code_line = 40,
	  .code_file = 104,
	  .code_name = 112,
	  .code_qualname = PYTHON_NONE,
	  .code_lines = 120,
	  STRINGS },
	{ .version = 0x0309,
	  .current = 568,
	  .interpreters = 32,
	  .interp_next = 0,
	  .interp_threads = 8,
	  .thread_prev = 0,
	  .thread_next = 8,
	  .thread_id = 176,
	  .thread_frame = 24,
	  .cframe_frame = PYTHON_NONE,
	  .frame_size = 112,
	  .frame_previous = 24,
	  .frame_code = 32,
	  .frame_instruction = 104,
	  NO_RUN,
	  .instruction = PYTHON_INDEX,
	  .unit = 1,
	  .code_line = 40,
	  .code_file = 104,
	  .code_name = 112,
	  .code_qualname = PYTHON_NONE,
	  .code_lines = 120,
	  STRINGS },
	{ .version = 0x030a,
	  .current = 568,
	  .interpreters = 32,
	  .interp_next = 0,
	  .interp_threads = 8,
	  .thread_prev = 0,
	  .thread_next = 8,
	  .thread_id = 176,
	  .thread_frame = 24,
	  .cframe_frame = PYTHON_NONE,
	  .frame_size = 104,
	  .frame_previous = 24,
	  .frame_code = 32,
	  .frame_instruction = 96,
	  NO_RUN,
	  .instruction = PYTHON_INDEX,
	  .unit = 2,
	  .code_line = 40,
	  .code_file = 104,
	  .code_name = 112,
	  .code_qualname = PYTHON_NONE,
	  .code_lines = 120,
	  STRINGS },
	{ .version = 0x030b,
	  .current = 576,
	  .interpreters = 40,
	  .interp_next = 0,
	  .interp_threads = 16,
	  .thread_prev = 0,
	  .thread_next = 8,
	  .thread_id = 152,
	  .thread_frame = 56,
	  .cframe_frame = 8,
	  .frame_size = 72,
	  .frame_previous = 48,
	  .frame_code = 32,
	  .frame_instruction = 56,
	  .frame_entry = 68,
	  .frame_owner = PYTHON_NONE,
	  .instruction = PYTHON_POINTER,
	  .code_line = 72,
	  .code_file = 112,
	  .code_name = 120,
	  .code_qualname = 128,
	  .code_lines = 136,
	  .code_start = 184,
	  STRINGS },
	{ .version = 0x030c,
	  .interpreters = 40,
	  .interp_next = 0,
	  .interp_threads = 72,
	  .thread_prev = 0,
	  .thread_next = 8,
	  .thread_id = 136,
	  .thread_frame = 56,
	  .cframe_frame = 0,
	  .frame_size = 72,
	  .frame_previous = 8,
	  .frame_code = 0,
	  .frame_instruction = 56,
	  .frame_entry = PYTHON_NONE,
	  .frame_owner = 70,
	  .shim_owner = 3,
	  .instruction = PYTHON_POINTER,
	  .code_line = 68,
	  .code_file = 112,
	  .code_name = 120,
	  .code_qualname = 128,
	  .code_lines = 136,
	  .code_start = 192,
	  STRINGS_312 },
};

const struct python_layout *python_layout_of(unsigned version)
{
	for (size_t i = 0; i < LEN(layouts); i++)
		if (layouts[i].version == version)
			return &layouts[i];
	return NULL;
}

/* Which word of struct _Py_DebugOffsets has what. */
struct debug_offsets {
	unsigned version;
	unsigned char interpreters, interp_next, interp_threads;
	unsigned char thread_prev, thread_next, thread_id, thread_frame;
	unsigned char frame_size, frame_previous, frame_code, frame_instruction, frame_owner;
	unsigned char code_file, code_name, code_qualname, code_lines, code_line, code_start;
	unsigned char shim_owner, code_mask;
};

static const struct debug_offsets words[] = {
	{ .version = 0x030d,
	  .interpreters = 5,
	  .interp_next = 8,
	  .interp_threads = 9,
	  .thread_prev = 20,
	  .thread_next = 21,
	  .thread_id = 24,
	  .thread_frame = 23,
	  .frame_size = 28,
	  .frame_previous = 29,
	  .frame_code = 30,
	  .frame_instruction = 31,
	  .frame_owner = 33,
	  .code_file = 35,
	  .code_name = 36,
	  .code_qualname = 37,
	  .code_lines = 38,
	  .code_line = 39,
	  .code_start = 43,
	  .shim_owner = 3,
	  .code_mask = 1 },
	{ .version = 0x030e,
	  .interpreters = 5,
	  .interp_next = 8,
	  .interp_threads = 9,
	  .thread_prev = 23,
	  .thread_next = 24,
	  .thread_id = 27,
	  .thread_frame = 26,
	  .frame_size = 31,
	  .frame_previous = 32,
	  .frame_code = 33,
	  .frame_instruction = 34,
	  .frame_owner = 36,
	  .code_file = 40,
	  .code_name = 41,
	  .code_qualname = 42,
	  .code_lines = 43,
	  .code_line = 44,
	  .code_start = 48,
	  .shim_owner = 3,
	  .code_mask = 3 },
};

static const char cookie[] = "xdebugpy";

static const struct debug_offsets *words_of(unsigned version)
{
	for (size_t i = 0; i < LEN(words); i++)
		if (words[i].version == version)
			return &words[i];
	return NULL;
}

struct offset_reader {
	const uint64_t *w;
	bool bad; /* one was too large */
};

static uint32_t far_offset(struct offset_reader *r, unsigned word)
{
	r->bad |= r->w[word] >= 1u << 24 || r->w[word] % 4;
	return (uint32_t)r->w[word];
}

/* One that lies in what is read of a structure at once. */
static uint16_t near_offset(struct offset_reader *r, unsigned word, unsigned most)
{
	r->bad |= r->w[word] >= most;
	return (uint16_t)r->w[word];
}

bool python_layout_read(struct python_layout *l, struct str bytes, const char **why)
{
	uint64_t w[PYTHON_DEBUG_OFFSETS / 8];
	struct offset_reader r = { .w = w };
	const struct debug_offsets *o;

	*why = "its layout is not described";
	if (bytes.n < sizeof(w))
		return false;
	memcpy(w, bytes.p, sizeof(w));
	if (memcmp(w, cookie, 8) != 0)
		return false;
	o = words_of((unsigned)(w[1] >> 16));
	*why = "its version is not known";
	if (!o)
		return false;
	*why = "builds without the global lock are not known";
	if (w[2])
		return false;
	*l = (struct python_layout){
		.version = o->version,
		.interpreters = far_offset(&r, o->interpreters),
		.interp_next = far_offset(&r, o->interp_next),
		.interp_threads = far_offset(&r, o->interp_threads),
		.thread_prev = near_offset(&r, o->thread_prev, 256),
		.thread_next = near_offset(&r, o->thread_next, 256),
		.thread_id = near_offset(&r, o->thread_id, 1024),
		.thread_frame = near_offset(&r, o->thread_frame, 256),
		.cframe_frame = PYTHON_NONE,
		.frame_size = near_offset(&r, o->frame_size, 256),
		.frame_previous = near_offset(&r, o->frame_previous, 112),
		.frame_code = near_offset(&r, o->frame_code, 112),
		.frame_instruction = near_offset(&r, o->frame_instruction, 112),
		.frame_entry = PYTHON_NONE,
		.frame_owner = near_offset(&r, o->frame_owner, 112),
		.shim_owner = o->shim_owner,
		.instruction = PYTHON_POINTER,
		.code_line = near_offset(&r, o->code_line, 152),
		.code_file = near_offset(&r, o->code_file, 152),
		.code_name = near_offset(&r, o->code_name, 152),
		.code_qualname = near_offset(&r, o->code_qualname, 152),
		.code_lines = near_offset(&r, o->code_lines, 152),
		.code_start = near_offset(&r, o->code_start, 1024),
		.ascii_size = 40,
		.compact_size = 56,
		.kind_shift = 2,
		.code_mask = o->code_mask,
	};
	/* Locals follow what is read of a frame. */
	if (l->frame_size > 80)
		l->frame_size = 80;
	*why = r.bad ? "its layout makes no sense" : NULL;
	return !r.bad;
}
