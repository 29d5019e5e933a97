#include "interp/python/python_layouts.h"

#include <string.h>

#include "base/base.h"
#include "interp/interp_wire.h"

/* Offsets that several versions share. */
#define OBJECTS     .object_size = 16, .thread_waits = PYTHON_NONE, .thread_base = PYTHON_NONE
#define STRINGS     OBJECTS, .ascii_size = 48, .compact_size = 72, .kind_shift = 2
#define STRINGS_312 OBJECTS, .ascii_size = 40, .compact_size = 56, .kind_shift = 2
#define UNTIL_310                                                                                  \
	.interpreters = 32, .interp_threads = 8, .thread_next = 8, .thread_id = 176,               \
	.thread_frame = 24, .cframe_frame = PYTHON_NONE, .frame_previous = 24, .frame_code = 32,   \
	.frame_entry = PYTHON_NONE, .frame_owner = PYTHON_NONE, .instruction = PYTHON_INDEX,       \
	.code_line = 40, .code_file = 104, .code_name = 112, .code_qualname = PYTHON_NONE,         \
	.code_lines = 120, .code_version = PYTHON_NONE, STRINGS
#define SINCE_311                                                                                  \
	.interpreters = 40, .thread_next = 8, .thread_frame = 56, .frame_size = 72,                \
	.frame_instruction = 56, .instruction = PYTHON_POINTER, .code_file = 112,                  \
	.code_name = 120, .code_qualname = 128, .code_lines = 136

#define TASKS_311                                                                                  \
	.interp_modules = 888, .thread_loop = 128, .loop_place = PYTHON_LOOP_HOLDER,               \
	.task_name = 144, .task_size = 176
#define TASKS_312                                                                                  \
	.interp_modules = 944, .thread_loop = 112, .loop_place = PYTHON_LOOP_DICT,                 \
	.task_name = 144, .task_size = 176

static const struct python_layout layouts[] = {
	{ UNTIL_310, .version = 0x0308, .current = 1368, .frame_size = 112,
	  .frame_instruction = 104, .unit = 1 },
	{ UNTIL_310, .version = 0x0309, .current = 568, .frame_size = 112, .frame_instruction = 104,
	  .unit = 1 },
	{ UNTIL_310, .version = 0x030a, .current = 568, .thread_cframe = 48, .frame_size = 104,
	  .frame_instruction = 96, .unit = 2 },
	{ SINCE_311, .version = 0x030b, .current = 576, .interp_threads = 16, .thread_id = 152,
	  .thread_cframe = 56, .cframe_frame = 8, .frame_previous = 48, .frame_code = 32,
	  .frame_entry = 68, .frame_owner = PYTHON_NONE, .code_line = 72,
	  .code_version = PYTHON_NONE, .code_start = 184, TASKS_311, STRINGS },
	{ SINCE_311, .version = 0x030c, .interp_threads = 72, .thread_id = 136, .thread_status = 24,
	  .status_gil = 0x10 /* active */, .cframe_frame = 0, .frame_previous = 8, .frame_code = 0,
	  .frame_entry = PYTHON_NONE, .frame_owner = 70, .shim_owner = 3, .code_line = 68,
	  .code_version = 92, .code_start = 192, TASKS_312, STRINGS_312 },
};

const struct python_layout *python_layout_of(unsigned version)
{
	for (size_t i = 0; i < LEN(layouts); i++)
		if (layouts[i].version == version)
			return &layouts[i];
	return NULL;
}

/* The words of struct _Py_DebugOffsets at which groups begin. They differ between versions. */
struct debug_offsets {
	unsigned version;
	unsigned char thread;     /* thread_state.prev */
	unsigned char frame;      /* interpreter_frame.size */
	unsigned char code;       /* code_object.filename */
	unsigned char code_start; /* code_object.co_code_adaptive */
	unsigned char variables;  /* code_object.localsplusnames */
	unsigned char thread_id;  /* thread_state.thread_id */
	unsigned char status;     /* thread_state.status, or holds_gil if it is described */
	unsigned char waits;      /* thread_state.gil_requested; 0: it has none */
	unsigned char base;       /* thread_state.base_frame; 0: it has none */
	/* These are not words: */
	unsigned char code_mask;  /* tag bits in a pointer to a code object */
	unsigned char status_gil; /* flag for the GIL */
	unsigned char gil_after;  /* bytes from `status` to the flag */
	bool has_no_gil;          /* its builds without the GIL are known, too */
	/* asyncio's task, after its PyObject; 0: the module says it itself (python_image.h) */
	unsigned char task_name, task_size;
};

static const struct debug_offsets words[] = {
	{ .version = 0x030d,
	  .thread = 20,
	  .frame = 28,
	  .code = 35,
	  .code_start = 43,
	  .variables = 41,
	  .thread_id = 24,
	  .status = 27,
	  .code_mask = 1,
	  .status_gil = 0x20,
	  .has_no_gil = true,
	  .task_name = 112,
	  .task_size = 128 },
	{ .version = 0x030e,
	  .thread = 23,
	  .frame = 31,
	  .code = 40,
	  .code_start = 48,
	  .variables = 46,
	  .thread_id = 27,
	  .status = 30,
	  .code_mask = 3,
	  .status_gil = 1,
	  .gil_after = 4 },
	{ .version = 0x030f,
	  .thread = 23,
	  .frame = 39,
	  .code = 48,
	  .code_start = 56,
	  .variables = 54,
	  .thread_id = 30,
	  .status = 34,
	  .waits = 35,
	  .base = 27,
	  .code_mask = 3,
	  .status_gil = 1 },
};

/* Words counted from the beginning of their group; the same in all versions. */
enum {
	INTERPRETERS = 5,
	INTERP_NEXT = 8,
	INTERP_THREADS = 9,
	INTERP_MODULES = 11,
	THREAD_SIZE = -1, /* of PyThreadState; in 3.13 the loop of asyncio follows it */
	THREAD_PREV = 0,
	THREAD_NEXT = 1,
	THREAD_FRAME = 3,
	FRAME_SIZE = 0,
	FRAME_PREVIOUS = 1,
	FRAME_CODE = 2,
	FRAME_INSTRUCTION = 3,
	FRAME_OWNER = 5,
	CODE_FILE = 0,
	CODE_NAME = 1,
	CODE_QUALNAME = 2,
	CODE_LINES = 3,
	CODE_LINE = 4,
};

enum { SHIM_OWNER = 3 };

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
	bool bad; /* an offset was too large */
};

static uint32_t far_offset(struct offset_reader *r, unsigned word)
{
	r->bad |= r->w[word] >= 1u << 24 || r->w[word] % 4;
	return (uint32_t)r->w[word];
}

/* The offset of a field of `bytes` bytes, within the first `most` bytes of a structure. */
static uint16_t field_offset(struct offset_reader *r, unsigned word, unsigned most, unsigned bytes)
{
	r->bad |= r->w[word] >= most || r->w[word] % bytes;
	return (uint16_t)r->w[word];
}

static uint16_t near_offset(struct offset_reader *r, unsigned word, unsigned most)
{
	return field_offset(r, word, most, 8);
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
	if (w[2] && !o->has_no_gil)
		return false;
	*l = (struct python_layout){
		.version = o->version,
		.interpreters = far_offset(&r, INTERPRETERS),
		.interp_next = far_offset(&r, INTERP_NEXT),
		.interp_threads = far_offset(&r, INTERP_THREADS),
		.thread_prev = near_offset(&r, o->thread + THREAD_PREV, 256),
		.thread_next = near_offset(&r, o->thread + THREAD_NEXT, 256),
		.thread_id = near_offset(&r, o->thread_id, 184),
		.thread_frame = near_offset(&r, o->thread + THREAD_FRAME, 256),
		.thread_status = field_offset(&r, o->status, 176, 4) + o->gil_after,
		.status_gil = w[2] ? 0 : o->status_gil,
		.thread_waits = o->waits ? field_offset(&r, o->waits, 180, 4) : PYTHON_NONE,
		.thread_base = o->base ? near_offset(&r, o->base, 176) : PYTHON_NONE,
		.cframe_frame = PYTHON_NONE,
		.frame_size = near_offset(&r, o->frame + FRAME_SIZE, 256),
		.frame_previous = near_offset(&r, o->frame + FRAME_PREVIOUS, 112),
		.frame_code = near_offset(&r, o->frame + FRAME_CODE, 112),
		.frame_instruction = near_offset(&r, o->frame + FRAME_INSTRUCTION, 112),
		.frame_entry = PYTHON_NONE,
		.frame_owner = field_offset(&r, o->frame + FRAME_OWNER, 112, 1),
		.shim_owner = SHIM_OWNER,
		.instruction = PYTHON_POINTER,
		.code_line = field_offset(&r, o->code + CODE_LINE, PYTHON_CODE_BYTES, 4),
		.code_file = near_offset(&r, o->code + CODE_FILE, PYTHON_CODE_BYTES),
		.code_name = near_offset(&r, o->code + CODE_NAME, PYTHON_CODE_BYTES),
		.code_qualname = near_offset(&r, o->code + CODE_QUALNAME, PYTHON_CODE_BYTES),
		.code_lines = near_offset(&r, o->code + CODE_LINES, PYTHON_CODE_BYTES),
		.code_start = near_offset(&r, o->code_start, 1024),
		/*
		 * co_version has no word of its own; it comes before co_localsplusnames. Without
		 * the lock, two threads may take the same number.
		 */
		.code_version = w[2] ? PYTHON_NONE : near_offset(&r, o->variables, 152) - 4,
		.object_size = w[2] ? 32 : 16,
		.ascii_size = w[2] ? 56 : 40,
		.compact_size = w[2] ? 72 : 56,
		.kind_shift = 2,
		.code_mask = o->code_mask,
	};
	if (o->task_size) {
		l->interp_modules = far_offset(&r, INTERP_MODULES);
		l->thread_loop = near_offset(&r, o->thread + THREAD_SIZE, 1024);
		l->task_name = l->object_size + o->task_name;
		l->task_size = l->object_size + o->task_size;
	}
	/* The part of a frame that is read ends where the locals begin. */
	if (l->frame_size > 80)
		l->frame_size = 80;
	*why = r.bad ? "its layout makes no sense" : NULL;
	return !r.bad;
}
