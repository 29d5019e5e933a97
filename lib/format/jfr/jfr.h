/*
 * Reading JFR, the recordings of Java's flight recorder and of async-profiler: the parts of
 * the reader, which are private to this folder.
 *
 * A recording is a list of chunks. Each chunk describes itself: metadata names its classes
 * and their fields; events and constants are records of these classes; and a constant pool
 * holds values that many events share (stacks, methods, threads). Only the names of classes
 * and fields are fixed, so a record is read field by field, and the values of known fields
 * are kept by the field's role.
 */
#ifndef FORMAT_JFR_JFR_H
#define FORMAT_JFR_JFR_H

#include "base/arena.h"
#include "base/vec.h"
#include "io/cursor.h"
#include "profile/profile.h"

/* How a value of a class is stored. */
enum jfr_storage {
	JFR_RECORD, /* the values of its fields, one after the other */
	JFR_BOOLEAN,
	JFR_BYTE,
	JFR_SHORT,
	JFR_CHAR,
	JFR_INT,
	JFR_LONG,
	JFR_FLOAT,
	JFR_DOUBLE,
	JFR_STRING,
};

/* The fields that this reader knows: see the table in jfr_metadata.c. */
enum jfr_role {
	JFR_UNKNOWN,
	/* Of events: */
	JFR_START_TIME,
	JFR_DURATION,
	JFR_THREAD,
	JFR_STACK,
	JFR_STATE,
	JFR_SAMPLES,
	JFR_SAMPLING_PERIOD,
	JFR_ALLOCATION_SIZE,
	JFR_TLAB_SIZE,
	JFR_WEIGHT,
	JFR_SIZE,
	JFR_OBJECT_CLASS,
	JFR_SPAN_ID,
	JFR_CONTEXT_ID,
	JFR_LOST,
	JFR_ID,
	JFR_NAME,
	JFR_VALUE,
	/* Of constants: */
	JFR_NAME_OF, /* a symbol */
	JFR_TRUNCATED,
	JFR_FRAMES,
	JFR_METHOD,
	JFR_LINE,
	JFR_TYPE,
	JFR_OS_NAME,
	JFR_OS_THREAD_ID,
	JFR_JAVA_NAME,
	JFR_TEXT,
	JFR_ROLES
};

/* The unit of a time. */
enum jfr_time_unit {
	JFR_NO_UNIT,
	JFR_TICKS,
	JFR_NANOSECONDS,
	JFR_MICROSECONDS,
	JFR_MILLISECONDS,
	JFR_SECONDS
};

/* The classes of constants that are needed. */
enum jfr_pool {
	JFR_NOT_NEEDED,
	JFR_STACK_TRACES,
	JFR_METHODS,
	JFR_CLASSES,
	JFR_SYMBOLS,
	JFR_STRINGS,
	JFR_THREADS,
	JFR_THREAD_STATES,
	JFR_FRAME_TYPES,
	JFR_POOLS
};

/* The classes of events that are needed: see the table in jfr_events.c. */
enum jfr_event {
	JFR_OTHER_EVENT,
	JFR_ACTIVE_SETTING,
	JFR_EXECUTION_SAMPLE,
	JFR_NATIVE_METHOD_SAMPLE,
	JFR_CPU_TIME_SAMPLE,
	JFR_CPU_TIME_SAMPLES_LOST,
	JFR_WALL_CLOCK_SAMPLE,
	JFR_ALLOCATION_IN_NEW_TLAB,
	JFR_ALLOCATION_OUTSIDE_TLAB,
	JFR_ALLOCATION_SAMPLE,
	JFR_LIVE_OBJECT,
	JFR_MALLOC,
	JFR_MONITOR_ENTER,
	JFR_THREAD_PARK,
	JFR_NATIVE_LOCK,
	JFR_LEFT_OUT, /* events with stacks of a kind that is not read */
	JFR_EVENTS
};

struct jfr_field {
	uint64_t class_id;
	uint32_t class_row; /* in jfr_chunk.classes */
	bool pooled;        /* the value is the key of a constant */
	bool array;         /* a count, and that many values */
	uint8_t role, unit; /* enum jfr_role, enum jfr_time_unit */
	struct str name;    /* in jfr_chunk.names */
};

struct jfr_class {
	uint64_t id;
	struct str name;   /* in jfr_chunk.names */
	uint32_t first, n; /* fields */
	uint32_t nvarint;  /* varints, if a record has nothing else; or 0 */
	uint8_t storage, pool, event;
};

struct jfr_class_id {
	uint64_t id;
	uint64_t one; /* for an id of 0 */
	/* Payload */
	uint64_t row; /* in jfr_chunk.classes */
};

/* A constant, and its rows in the profile. */
struct jfr_constant {
	uint64_t key;
	uint32_t pool; /* enum jfr_pool */
	uint32_t one;
	/* Payload */
	uint64_t at;       /* the offset of its value in the chunk */
	uint32_t known[2]; /* the row of the dictionary + 1, or 0; [1] as a native method */
};

_Static_assert(sizeof(struct jfr_class_id) == 24, "no padding");
_Static_assert(sizeof(struct jfr_constant) == 32, "no padding");

/* A record: its fields by role. */
struct jfr_record {
	uint64_t has; /* a bit a role */
	/* A number, or the key of a constant; for strings and arrays the offset in the chunk. */
	int64_t v[JFR_ROLES];
	uint8_t unit[JFR_ROLES]; /* enum jfr_time_unit */
};

/* The origin of a sample, and its labels. */
struct jfr_origin {
	uint64_t thread, state, object_class, span, context;
	/* Payload */
	label_set_id labels;
	uint32_t zero;
};

_Static_assert(sizeof(struct jfr_origin) == 48, "no padding");

/* A cache of frames: stacks have most of their frames in common. */
struct jfr_frame {
	uint64_t method, type;
	int64_t line;
	loc_id loc; /* 0 = an empty entry */
};

enum { JFR_FRAME_BITS = 12 };

struct jfr_chunk {
	struct str bytes; /* of the chunk; fewer than `size` if the file ends earlier */
	uint64_t pos;     /* of them in the input */
	uint64_t size, pools_at, metadata_at;
	uint64_t start_ns, duration_ns, start_ticks, ticks_per_second;
	bool is_packed;         /* integers are varints */
	bool has_native_types;  /* frames in native code have types of their own */
	bool has_default_state; /* samples of CPU time have the state STATE_DEFAULT */
	/*
	 * The steps that are left for this chunk: nested descriptions, and names that many
	 * methods share, must not cost more than a multiple of its size.
	 */
	uint64_t work;
	unsigned depth; /* of the record that is being skipped */
	struct arena names;
	VEC(struct jfr_class) classes;
	VEC(struct jfr_field) fields;
	struct table class_ids;              /* struct jfr_class_id */
	uint32_t pool_class[JFR_POOLS];      /* rows of classes */
	const struct jfr_class *frame_class; /* of the elements of a stack */
	struct table constants;              /* struct jfr_constant */
	struct jfr_frame frames[1 << JFR_FRAME_BITS];
	struct table origins; /* struct jfr_origin */
};

/* Settings of the recording, which apply until a later chunk changes them. */
struct jfr_settings {
	uint64_t period[JFR_EVENTS]; /* of sampling, in ns; 0 if not known */
	uint64_t wall_period;
	struct buf event;  /* what async-profiler samples: "cpu", "wall", "cycles" */
	bool has_interval; /* async-profiler wrote its interval, which may be 0 */
};

/* A measure of the profile: a row of the table in jfr_events.c. */
enum { JFR_MEASURES = 32 };

struct jfr_reader {
	struct in *in;
	struct profile *p;
	struct jfr_chunk chunk;
	struct jfr_settings settings;
	uint32_t col[JFR_MEASURES]; /* + 1; 0 = not yet */
	VEC(loc_id) frames;
	struct buf text, name, other; /* scratch */
	loc_id truncated;             /* the frame "[truncated]" */
	map_id jit, kernel;           /* of frames in such code */
	bool ended;                   /* the rest of the input cannot be read */
	uint64_t nchunk, nevent[JFR_EVENTS], nsample, ntruncated, nlost;
	struct buf left_out; /* names of events that are not read */
};

/* Report, or count, damage at this offset of the chunk. Returns false. */
bool jfr_damaged(struct jfr_reader *r, uint64_t offset, const char *what);

/* Values: jfr_value.c */

/* A cursor at a byte of the chunk. */
struct cursor jfr_cursor(const struct jfr_chunk *k, uint64_t offset);

/*
 * Numbers outside of records, such as sizes and keys: 4 or 8 bytes, or a varint. A negative
 * size reads as more than any file has.
 */
uint64_t jfr_int(const struct jfr_chunk *k, struct cursor *c);
uint64_t jfr_long(const struct jfr_chunk *k, struct cursor *c);

/*
 * A string, whose encoding is its first byte. The result may be in `scratch`, and is valid
 * until that is next used. A reference to a constant is looked up.
 */
struct str jfr_string(const struct jfr_chunk *k, struct cursor *c, struct buf *scratch);

/* Skip a value of the class. */
void jfr_skip_value(struct jfr_chunk *k, struct cursor *c, uint32_t class_row);

/* Read the fields of a record, as far as the chunk has them; c fails at its end. */
void jfr_read_record(struct jfr_chunk *k, struct cursor *c, const struct jfr_class *class,
		     struct jfr_record *r);

static inline bool jfr_has(const struct jfr_record *r, enum jfr_role role)
{
	return r->has >> role & 1;
}

/* Use `steps` of the chunk's steps; the cursor fails if too few are left. */
static inline bool jfr_take_work(struct jfr_chunk *k, struct cursor *c, uint64_t steps)
{
	if (steps <= k->work) {
		k->work -= steps;
		return true;
	}
	k->work = 0;
	cursor_fail(c);
	return false;
}

/* Metadata: jfr_metadata.c */

/* Read the classes of the chunk. False after in_bad_at(). */
bool jfr_read_metadata(struct jfr_reader *r);

/* The class with this id, or NULL. */
const struct jfr_class *jfr_class_of(const struct jfr_chunk *k, uint64_t id);

/* What the name of an event's class stands for: jfr_events.c. */
enum jfr_event jfr_event_of(struct str class_name);

/* Constants: jfr_pools.c */

/* Find the constants of the chunk. False after in_bad_at(). */
bool jfr_read_pools(struct jfr_reader *r);

/* A constant, or NULL. The pointer is valid until the chunk ends. */
struct jfr_constant *jfr_find(const struct jfr_chunk *k, enum jfr_pool pool, uint64_t key);

/* Read the record of a constant; false if there is none. */
bool jfr_read_constant(struct jfr_chunk *k, enum jfr_pool pool, const struct jfr_constant *constant,
		       struct jfr_record *record);

/* Names, stacks and labels: jfr_names.c */

/* Row 0 if there is no such stack. Counts stacks that the recorder cut. */
stack_id jfr_stack(struct jfr_reader *r, uint64_t key);
label_set_id jfr_labels(struct jfr_reader *r, const struct jfr_record *event);

/* The text of a thread state or a frame type, valid until r->text is next used. */
struct str jfr_constant_text(struct jfr_reader *r, enum jfr_pool pool, uint64_t key);

/* Events: jfr_events.c */

/* Add the samples of the chunk to the profile. */
void jfr_read_events(struct jfr_reader *r);

/* Set what depends on all chunks: the period, the default type, notes. */
void jfr_finish(struct jfr_reader *r);

#endif
