/* What the readers of the shapes of uploads share. */
#ifndef LISTEN_UPLOAD_PARTS_H
#define LISTEN_UPLOAD_PARTS_H

#include "format/format.h"
#include "listen/upload.h"

/* Of each shape: its reader. */
bool upload_read_ingest(struct upload_reader *r);
bool upload_read_push(struct upload_reader *r);
bool upload_read_otlp(struct upload_reader *r);

/* Is it the media type of a Content-Type, whatever its parameters are? */
bool media_type_is(struct str content_type, const char *type);

/*
 * Read the profiles of `bytes` and add each. what: what the bytes are, for messages.
 * format: NULL to recognise it. finish: what is to be done with a profile before it is
 * added; may be NULL. False after a refusal.
 */
bool upload_add_profiles(struct upload_reader *r, const char *what, struct str bytes,
			 const struct format *format,
			 bool (*finish)(struct upload_reader *r, const struct format *format));

/* The same, but each profile is left in r->p for `take`, which adds it or parts of it. */
bool upload_each_profile(struct upload_reader *r, const char *what, struct str bytes,
			 const struct format *format, bool (*take)(struct upload_reader *r));

/* Add the profile in r->p: check it, and give it a time. */
bool upload_add_read_profile(struct upload_reader *r);

/*
 * Profiles of the Go runtime that count contentions do not say whether of mutexes or of
 * blocking: this one is of blocking.
 */
void upload_block_types(struct profile *p);

/*
 * Bytes that may be compressed, unpacked: *unpacked holds them until in_close(). False
 * after a refusal; in_close() and in_release() follow in both cases.
 */
bool upload_unpack(struct upload_reader *r, struct in *in, const char *what, struct str bytes,
		   struct str *unpacked);

/*
 * Add a label of the series. Refuses names and values that are too long or no UTF-8, and a
 * name that is there already. A label without a value is no label.
 */
bool upload_label(struct upload_reader *r, struct str key, struct str value);

/* The same for a label that is known by its key as well: the first value stays. */
void upload_default_label(struct upload_reader *r, struct str key, struct str value);

#endif
