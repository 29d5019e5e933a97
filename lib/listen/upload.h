/*
 * Uploads: the requests that carry profiles, in the forms that agents send.
 *
 *	/ingest (and /pyroscope/ingest)    Pyroscope's SDKs: multipart with a part "profile" or
 *	                                   "jfr", or a bare profile; parameters in the query
 *	/push.v1.PusherService/Push        Pyroscope's push API: protobuf, or JSON
 *	/v1development/profiles            OpenTelemetry: OTLP over HTTP, protobuf or JSON
 *	/                                  a bare profile, in any format that can be read
 *
 * An upload consists of fields, all of them untrusted. upload_read() reads all profiles of an
 * upload, or sets the status and message of its refusal.
 */
#ifndef LISTEN_UPLOAD_H
#define LISTEN_UPLOAD_H

#include "profile/profile.h"

enum upload_kind { UPLOAD_INGEST, UPLOAD_PUSH, UPLOAD_OTLP, UPLOAD_PLAIN };

enum upload_field {
	UPLOAD_NAME, /* app{key=value,...} */
	UPLOAD_FORMAT,
	UPLOAD_FROM,
	UPLOAD_UNTIL,
	UPLOAD_RATE,
	UPLOAD_UNITS,
	UPLOAD_AGGREGATION,
	UPLOAD_SPY,
	UPLOAD_CONTENT_TYPE,
	UPLOAD_TENANT, /* checked: safe as a directory's name; empty for none */
	UPLOAD_BODY,
	UPLOAD_FIELDS
};

struct upload {
	enum upload_kind kind;
	struct str field[UPLOAD_FIELDS];
};

/* The query parameter of a field, or NULL. */
const char *upload_parameter(enum upload_field field);

struct upload_limits {
	uint64_t unpacked;    /* bytes of all profiles of a request, uncompressed */
	uint32_t labels;      /* of a series, and of a sample */
	uint32_t label_key;   /* bytes of a label's key */
	uint32_t label_value; /* bytes of a label's value */
	uint32_t profiles;    /* of a request */
	uint32_t depth;       /* frames of a stack */
};

struct upload_reader {
	const struct upload *upload;
	const struct upload_limits *limits;
	struct profile *p; /* where each profile is read; the caller's */
	int64_t now;       /* ns */
	/*
	 * Called for each profile, with its time set and its values integers. labels: of all
	 * its samples; they replace labels of the same key. False after upload_refuse().
	 */
	bool (*add)(struct upload_reader *r, label_set_id labels);
	void *context;

	/* The result: status 200, or that of the refusal. */
	int status;
	unsigned retry_after; /* seconds; with 429 */
	struct buf message;
	struct buf notes; /* what was guessed or omitted, a line each */
	uint64_t nprofile;
	/* Private to the reader. */
	uint64_t unpacked; /* bytes so far */
	label_set_id labels;
	struct str part;     /* of a multipart body: the part that accompanies the profile */
	int64_t from, until; /* ns; 0 = not given */
};

/*
 * Read all profiles of the upload. False if it is refused: then r->status and r->message say
 * why, and the profiles passed to add() must be discarded. The caller releases r->message and
 * r->notes.
 */
bool upload_read(struct upload_reader *r);

/* Refuse the upload with this status; the first refusal wins. Returns false. */
bool upload_refuse(struct upload_reader *r, int status, const char *fmt, ...) PRINTF(3, 4);

/* Add a note about the upload that is not an error. */
void upload_note(struct upload_reader *r, const char *fmt, ...) PRINTF(2, 3);

#endif
