/*
 * A message of profile.proto that is being read: what is where in it, and what
 * its ids stand for. Fields may come in any order, so a message is walked once to
 * see what there is, and then kind by kind: header, tables, samples.
 *
 * Functions return false, or end the cursor they are given, after an error, which
 * is recorded in the input.
 */
#ifndef FORMAT_PPROF_READER_H
#define FORMAT_PPROF_READER_H

#include "format/pprof_ids.h"
#include "format/pprof_write.h"
#include "format/sniff.h"
#include "io/pb.h"
#include "profile/profile.h"

/* A mapping: its row, where it was mapped, and what that says of its frames. */
struct pprof_mapped {
	map_id row;
	uint32_t flags;
	uint64_t start;
};

/* A location: its outermost frame, and n more from `first` in inlined. */
struct pprof_place {
	loc_id outer;
	uint32_t first, n;
};

/* A sample type: where its values go. */
struct pprof_target {
	uint32_t col;
	int64_t scale;
};

/* A message that is being read, and what it is read into. */
struct pprof_reader {
	struct in *in;
	struct profile *p;
	struct str message;
	uint64_t pos; /* of the message in the input */
	/* By field number: where the first begins, where the last ends. */
	struct {
		const uint8_t *from, *to;
	} part[PROFILE_DOC_URL + 1];
	struct buf strings;  /* struct str: the string table */
	struct buf comments; /* uint64_t: string indexes */
	str_id *string_id;   /* by string index, once used */
	size_t nstring, nsample, nmapping, nlocation, nfunction;
	bool have_function_ids;
	struct ids mapping_ids, location_ids, function_ids;
	struct buf mappings;  /* struct pprof_mapped */
	struct buf functions; /* func_id */
	struct buf places;    /* struct pprof_place: locations */
	struct buf inlined;   /* loc_id: frames of locations but the outermost */
	struct buf targets;   /* struct pprof_target */
	struct buf ids;       /* uint64_t: the locations of the sample at hand */
	struct buf batch;     /* struct batch_sample: read, but not added yet */
	struct buf stacks;    /* loc_id: their frames */
	struct buf values;    /* uint64_t: their values */
};

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

/* The string whose index is the field's value, as one of the profile's. */
str_id pprof_string(struct pprof_reader *r, struct pb *pb, const struct pb_field *f);

/* What the profile says about itself as a whole. */
bool pprof_read_header(struct pprof_reader *r);

/* Sample types, mappings, functions, locations: what samples refer to. */
bool pprof_read_tables(struct pprof_reader *r);

bool pprof_read_samples(struct pprof_reader *r);

/* The format's sniffer. */
int pprof_sniff(struct sniff *s);

#endif
