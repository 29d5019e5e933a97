/*
 * OTLP profiles: the parts of the reader and the writer, which are private to this folder.
 *
 * A message is a tree of resources, scopes and profiles, each profile with one sample type,
 * and a dictionary of tables that all of them use. Row 0 of each table means "none".
 */
#ifndef FORMAT_OTLP_OTLP_H
#define FORMAT_OTLP_OTLP_H

#include <protobuf-c/protobuf-c.h>

#include "base/vec.h"
#include "format/sniff.h"
#include "io/out.h"
#include "io/pb.h"
#include "profile/profile.h"

/* Field numbers of the messages that protobuf-c does not unpack. */
enum otlp_data { DATA_RESOURCE_PROFILES = 1, DATA_DICTIONARY = 2 };
enum otlp_resource_profiles { RESOURCE_RESOURCE = 1, RESOURCE_SCOPE_PROFILES = 2 };
enum otlp_scope_profiles { SCOPE_SCOPE = 1, SCOPE_PROFILES = 2 };
enum otlp_profile {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLES = 2,
	PROFILE_TIME = 3, /* in 1.7 and before a list of locations */
	PROFILE_DURATION = 4,
	PROFILE_PERIOD_TYPE = 5,
	PROFILE_PERIOD = 6,
	PROFILE_ATTRIBUTES = 11,
};
enum otlp_table {
	TABLE_MAPPINGS = 1,
	TABLE_LOCATIONS = 2,
	TABLE_FUNCTIONS = 3,
	TABLE_LINKS = 4,
	TABLE_STRINGS = 5,
	TABLE_ATTRIBUTES = 6,
	TABLE_STACKS = 7,
};

/*
 * The keys of attributes in OpenTelemetry's conventions, and the labels of this project. All
 * other keys are the same in both.
 */
struct otlp_key {
	const char *attribute, *label;
};
extern const struct otlp_key otlp_keys[];
extern const size_t notlp_keys;

#define OTLP_BUILD_ID      "process.executable.build_id.gnu"
#define OTLP_FRAME_TYPE    "profile.frame.type"
#define OTLP_IS_FOLDED     "pprof.location.is_folded"
#define OTLP_COMMENT       "pprof.profile.comment"
#define OTLP_DOC_URL       "pprof.profile.doc_url"
#define OTLP_DROP_FRAMES   "pprof.profile.drop_frames"
#define OTLP_KEEP_FRAMES   "pprof.profile.keep_frames"
#define OTLP_DEFAULT_TYPE  "pprof.scope.default_sample_type"
#define OTLP_HAS_FUNCTIONS "pprof.mapping.has_functions"
#define OTLP_HAS_FILENAMES "pprof.mapping.has_filenames"
#define OTLP_HAS_LINES     "pprof.mapping.has_line_numbers"
#define OTLP_HAS_INLINES   "pprof.mapping.has_inline_frames"

int otlp_sniff(struct sniff *s);
bool otlp_read(struct in *in, struct profile *p);
void otlp_write(struct out *out, struct profile *p);

/* Append the profile as a ProfilesData message. */
void otlp_encode(struct profile *p, struct buf *message);

#endif
