/*
 * google/pprof's profile.proto (proto/profile.proto there), by part: sniffing, the
 * message, its tables, its samples, writing. The wire is walked by hand: on a profile of
 * 58 MB protobuf-c took 7.0 million mallocs and 590 MB, and says of a broken file only
 * that it is broken.
 */
#ifndef FORMAT_PPROF_PPROF_H
#define FORMAT_PPROF_PPROF_H

#include "base/vec.h"
#include "format/pprof/pprof_ids.h"
#include "format/sniff.h"
#include "io/out.h"
#include "io/pb.h"
#include "profile/adder.h"

/*
 * Field numbers of profile.proto (google/pprof, proto/profile.proto).
 */
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

/* A mapping: its row, where it was mapped, and what that says of its frames. */
struct pprof_mapping_row {
	map_id row;
	uint32_t flags; /* LOC_KERNEL, LOC_JIT */
	uint64_t start;
};

/*
 * A location: n frames from `first` in pprof_reader.frames, the outermost first, which
 * the others are inlined into.
 */
struct pprof_location_row {
	uint32_t first, n;
};

/* A sample type: where its values go. */
struct pprof_target {
	uint32_t col;
	int64_t scale;
};

/*
 * A message that is being read, and what it is read into. Fields may come in any order,
 * so a message is walked once to see what there is, and then kind by kind: header,
 * tables, samples. Rows of a table are gathered first, and entered into the dictionary
 * together.
 *
 * Functions return false, or end the cursor they are given, after an error, which
 * is recorded in the input.
 */
struct pprof_reader {
	struct in *in;
	struct profile *p;
	struct str message;
	uint64_t pos; /* of the message in the input */
	/* By field number: where the first begins, where the last ends. */
	struct {
		const uint8_t *from, *to;
	} part[PROFILE_DOC_URL + 1];
	VEC(struct str) strings; /* the string table; */
	VEC(str_id) string_ids;  /* and its numbers in the dictionary */
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
	struct adder adder;
	/* The sample at hand: */
	struct buf ids;    /* uint64_t: its locations */
	struct buf values; /* uint64_t: its values */
};

/* How sure is it that an input begins with a profile? See format.h. */
int pprof_sniff(struct sniff *s);

/* The first walk: strings, counts, and where things are. */
bool pprof_survey(struct pprof_reader *r);

/* A cursor over the whole message. */
struct pb pprof_open(const struct pprof_reader *r);

/*
 * The next field of that number. To be called with the whole message first;
 * fields of one kind mostly stand together, so only the part between the first
 * and the last of them is walked.
 */
bool pprof_next(const struct pprof_reader *r, struct pb *pb, uint32_t number, struct pb_field *f);

/* Read all fields of that number. */
typedef void pprof_read_field(struct pprof_reader *r, struct pb *pb, const struct pb_field *f);
bool pprof_each(struct pprof_reader *r, uint32_t number, pprof_read_field *read_one);

/* The string whose index is the field's value, as one of the dictionary. */
str_id pprof_string(struct pprof_reader *r, struct pb *pb, const struct pb_field *f);

/* What the profile says about itself as a whole. */
bool pprof_read_header(struct pprof_reader *r);

/* Sample types, mappings, functions, locations: what samples refer to. */
bool pprof_read_tables(struct pprof_reader *r);

bool pprof_read_samples(struct pprof_reader *r);

/*
 * Write p as one message in one frame. Compact: ids from 1 in order of use, only
 * what samples refer to, samples without any value left out. The same profile
 * gives the same bytes.
 */
void pprof_write(struct out *out, struct profile *p);

#endif
