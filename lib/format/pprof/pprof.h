/*
 * Shared parts of the pprof format: the numbers of its fields, the state of the reader, and
 * the functions of its files (sniffing, the message, tables, samples, writing).
 *
 * The reader decodes protobuf by hand: on a profile of 58 MB protobuf-c makes 7.0 million
 * allocations and takes 590 MB, and it gives no reason when a file is broken.
 */
#ifndef FORMAT_PPROF_PPROF_H
#define FORMAT_PPROF_PPROF_H

#include "base/vec.h"
#include "format/pprof/pprof_ids.h"
#include "format/sniff.h"
#include "io/out.h"
#include "io/pb.h"
#include "profile/adder.h"

/* Field numbers of google/pprof's proto/profile.proto. */
enum pprof_profile {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE = 2,
	PROFILE_MAPPING = 3,
	PROFILE_LOCATION = 4,
	PROFILE_FUNCTION = 5,
	PROFILE_STRING_TABLE = 6,
	PROFILE_DROP_FRAMES = 7,
	PROFILE_KEEP_FRAMES = 8,
	PROFILE_TIME_NANOS = 9,
	PROFILE_DURATION_NANOS = 10,
	PROFILE_PERIOD_TYPE = 11,
	PROFILE_PERIOD = 12,
	PROFILE_COMMENT = 13,
	PROFILE_DEFAULT_SAMPLE_TYPE = 14,
	PROFILE_DOC_URL = 15,
};
enum pprof_value_type { VALUE_TYPE_TYPE = 1, VALUE_TYPE_UNIT = 2 };
enum pprof_sample { SAMPLE_LOCATION_ID = 1, SAMPLE_VALUE = 2, SAMPLE_LABEL = 3 };
enum pprof_label { LABEL_KEY = 1, LABEL_STR = 2, LABEL_NUM = 3, LABEL_NUM_UNIT = 4 };
enum pprof_mapping {
	MAPPING_ID = 1,
	MAPPING_START = 2,
	MAPPING_LIMIT = 3,
	MAPPING_OFFSET = 4,
	MAPPING_FILENAME = 5,
	MAPPING_BUILD_ID = 6,
	MAPPING_HAS_FUNCTIONS = 7,
	MAPPING_HAS_FILENAMES = 8,
	MAPPING_HAS_LINE_NUMBERS = 9,
	MAPPING_HAS_INLINE_FRAMES = 10,
};
enum pprof_location {
	LOCATION_ID = 1,
	LOCATION_MAPPING_ID = 2,
	LOCATION_ADDRESS = 3,
	LOCATION_LINE = 4,
	LOCATION_IS_FOLDED = 5,
};
enum pprof_line { LINE_FUNCTION_ID = 1, LINE_LINE = 2, LINE_COLUMN = 3 };
enum pprof_function {
	FUNCTION_ID = 1,
	FUNCTION_NAME = 2,
	FUNCTION_SYSTEM_NAME = 3,
	FUNCTION_FILENAME = 4,
	FUNCTION_START_LINE = 5,
};

/* A mapping: its row, its address, and the flags of its frames. */
struct pprof_mapping_row {
	map_id row;
	uint32_t flags; /* LOC_KERNEL, LOC_JIT */
	uint64_t start;
};

/*
 * A location: n frames from `first` on in pprof_reader.frames. The first is the
 * outermost; the others are inlined into it.
 */
struct pprof_location_row {
	uint32_t first, n;
};

#define SEVERAL_FRAMES (UINT32_C(1) << 31)

/* A sample type: the column of its values, and the factor by which they are multiplied. */
struct pprof_target {
	uint32_t col;
	int64_t scale;
};

/*
 * The state of reading a message. Fields may come in any order, so a first pass finds the
 * strings and counts, and later passes read the header, the tables and the samples. The
 * rows of a table are gathered, and entered into the dictionary together.
 *
 * After an error, which the input records, functions return false or move their cursor
 * to its end.
 */
struct pprof_reader {
	struct in *in;
	struct profile *p;
	struct str message;
	uint64_t pos; /* of the message in the input */
	/* By field number: the start of the first field and the end of the last. */
	struct {
		const uint8_t *from, *to;
	} part[PROFILE_DOC_URL + 1];
	VEC(struct str) strings; /* the string table */
	VEC(str_id) string_ids;  /* the numbers of its strings in the dictionary */
	struct buf comments;     /* uint64_t: string indexes */
	size_t nsample, nmapping, nlocation, nfunction;
	bool have_function_ids;
	struct ids mapping_ids, location_ids, function_ids;
	VEC(struct pprof_mapping_row) mappings;
	VEC(struct func) function_rows;
	VEC(func_id) functions;
	VEC(struct pprof_location_row) locations;
	VEC(struct loc) frame_rows;
	VEC(loc_id) frames; /* of all locations */
	VEC(struct pprof_target) targets;
	/* By location id, up to that of most writers' last location: see pprof_frame_of_id(). */
	VEC(loc_id) frame_of_id;
	struct adder adder;
	/* The current sample: */
	VEC(int64_t) values;                  /* one for each target */
	struct buf joined_ids, joined_values; /* packed integers that were several fields */
};

/* The bid of this format: see format.h. */
int pprof_sniff(struct sniff *s);

/* The first pass: strings, counts, and the range of each kind of field. */
bool pprof_survey(struct pprof_reader *r);

/* Enter the strings into the dictionary. */
void pprof_enter_strings(struct pprof_reader *r);

/* A cursor over the whole message. */
struct pb pprof_open(const struct pprof_reader *r);

/*
 * Find the next field with this number; pb begins as pprof_open(). Fields of one kind are
 * mostly adjacent, so only the range from the first to the last of them is searched.
 */
bool pprof_next(const struct pprof_reader *r, struct pb *pb, uint32_t number, struct pb_field *f);

/* Read all fields with this number. */
typedef void pprof_read_field(struct pprof_reader *r, struct pb *pb, const struct pb_field *f);
bool pprof_each(struct pprof_reader *r, uint32_t number, pprof_read_field *read_one);

/* The string whose index is the field's value. */
str_id pprof_string(struct pprof_reader *r, struct pb *pb, const struct pb_field *f);

/*
 * The frame of a location that has one; or SEVERAL_FRAMES and its position in `locations`, from
 * 1; or 0 if there is no such location.
 */
loc_id pprof_frame_of_id(const struct pprof_reader *r, uint64_t id);

/* Read the header and the comments. */
bool pprof_read_header(struct pprof_reader *r);

/* Read the tables to which samples refer: sample types, mappings, functions, locations. */
bool pprof_read_tables(struct pprof_reader *r);

bool pprof_read_samples(struct pprof_reader *r);

/*
 * Write p as one message in one frame, with ids from 1 in order of first use, with only
 * the rows to which samples refer, and without samples whose values are all 0. The same
 * profile gives the same bytes.
 */
void pprof_write(struct out *out, struct profile *p);

#endif
