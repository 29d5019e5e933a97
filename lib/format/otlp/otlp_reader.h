/*
 * The reader of OTLP profiles, which is private to this folder: one message, walked field by
 * field (io/pb.h), with its small messages unpacked by protobuf-c.
 */
#ifndef FORMAT_OTLP_OTLP_READER_H
#define FORMAT_OTLP_OTLP_READER_H

#include "format/otlp/otlp.h"
#include "otlp.pb-c.h"

enum { OTLP_MOST_LABELS = 1024 }; /* of a sample, profile, scope or resource */

struct otlp_mapping_row {
	map_id row;
	uint64_t start;
	uint32_t flags; /* of its frames */
};

struct otlp_location_row {
	uint32_t first, n; /* in reader.frames, outermost first */
};

/* An attribute: a label if key.i is set; the other fields are for some attributes only. */
struct otlp_attribute {
	struct label label;
	str_id name; /* the attribute's own key */
	str_id list; /* an encoded ArrayValue */
	bool is_true;
};

struct otlp_layout;

struct otlp_reader {
	struct in *in;
	struct profile *p;
	struct str message;
	uint64_t pos;
	bool is_old; /* the layout of 1.8 and 1.9 */
	ProtobufCAllocator allocator;
	VEC(struct str) strings;
	VEC(str_id) string_ids;
	VEC(struct otlp_mapping_row) mappings;
	VEC(func_id) functions;
	VEC(struct otlp_location_row) locations;
	VEC(loc_id) frames;
	VEC(struct otlp_attribute) attributes;
	VEC(label_set_id) links;
	VEC(stack_id) stacks;
	VEC(loc_id) stack_frames;
	uint64_t frames_left; /* the number of frames that further stacks may have */
	uint64_t nunread;     /* attributes with a value that labels cannot hold */
	size_t nattribute;    /* rows of the table, before it is read */
	struct otlp_layout *layout;
	bool has_dictionary;
	/* Of the profiles so far: */
	int32_t comments; /* the attribute with the list of comments */
	int64_t end, longest;
};

/* A part of the reader, called for a field of the message. */
typedef void otlp_read_part(struct otlp_reader *r, struct pb *pb, const struct pb_field *f);

/* otlp_message.c: walking the message */

/* The message in a field, to be freed with otlp_free(); NULL after an error. */
void *otlp_unpack(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
		  const ProtobufCMessageDescriptor *descriptor);
void otlp_free(struct otlp_reader *r, void *message);

/* Is the index one of the n rows of a table? An error if not. */
bool otlp_check_index(struct otlp_reader *r, struct pb *pb, const struct pb_field *f, int64_t index,
		      size_t n, const char *what);

/* The string of that index; empty for 0 and after an error. */
str_id otlp_string(struct otlp_reader *r, struct pb *pb, const struct pb_field *f, int32_t index);

/* The number of a line or column; 0 when it is out of range. */
uint32_t otlp_line(int64_t line);

/*
 * Call `read` for each field of this number in a message, for each row of a table of the
 * dictionary, and for each profile of the message.
 */
void otlp_each_part(struct otlp_reader *r, struct pb pb, uint32_t number, otlp_read_part *read);
void otlp_each_row(struct otlp_reader *r, uint32_t table, otlp_read_part *read);
void otlp_each_profile(struct otlp_reader *r, otlp_read_part *read);

/* otlp_layout.c: set r->is_old. False if the layout is one that cannot be read. */
bool otlp_find_layout(struct otlp_reader *r);

/* otlp_attributes.c */

/* A row of the table of attributes, which is appended to r->attributes. */
void otlp_read_attribute(struct otlp_reader *r, struct pb *pb, const struct pb_field *f);

/* The attribute of that index; NULL for 0 and after an error. */
const struct otlp_attribute *otlp_attribute_at(struct otlp_reader *r, struct pb *pb,
					       const struct pb_field *f, int32_t index);
bool otlp_is_named(struct otlp_reader *r, const struct otlp_attribute *a, const char *name);

/* Add it to a set of labels; counts it in r->nunread if it cannot be a label. */
void otlp_add_attribute(struct otlp_reader *r, label_set_id *set, const struct otlp_attribute *a);

/* The set with the attributes in a list of a resource or scope. */
label_set_id otlp_add_key_values(struct otlp_reader *r, struct pb *pb, const struct pb_field *f,
				 label_set_id set, Otlp__KeyValue *const *list, size_t n);

/* otlp_tables.c: the tables of the dictionary, into those of r. False after an error. */
bool otlp_read_tables(struct otlp_reader *r);

#endif
