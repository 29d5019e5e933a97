/* Internals that the readers of the forms of uploads share. */
#ifndef LISTEN_UPLOAD_PARTS_H
#define LISTEN_UPLOAD_PARTS_H

#include "format/format.h"
#include "listen/upload.h"

/* The reader of each form. */
bool upload_read_ingest(struct upload_reader *r);
bool upload_read_push(struct upload_reader *r);
bool upload_read_otlp(struct upload_reader *r);

/* Does the Content-Type have this media type, with any parameters? */
bool media_type_is(struct str content_type, const char *type);

/*
 * Read the profiles in `bytes` and add each. what: names the bytes in messages. format: NULL
 * to recognise it. finish: called for each profile before it is added; may be NULL. False
 * after a refusal.
 */
bool upload_add_profiles(struct upload_reader *r, const char *what, struct str bytes,
			 const struct format *format,
			 bool (*finish)(struct upload_reader *r, const struct format *format));

/* Likewise, but leave each profile in r->p for `take`, which adds it or parts of it. */
bool upload_each_profile(struct upload_reader *r, const char *what, struct str bytes,
			 const struct format *format, bool (*take)(struct upload_reader *r));

/* Check the profile in r->p, give it a time, and add it. */
bool upload_add_read_profile(struct upload_reader *r);

/*
 * Rename the columns of contentions to those of blocking: Go's runtime uses the same names for
 * mutexes and for blocking.
 */
void upload_block_types(struct profile *p);

/*
 * Decompress bytes that may be compressed: *unpacked holds them until in_close(). False after
 * a refusal; in_close() and in_release() follow in both cases.
 */
bool upload_unpack(struct upload_reader *r, struct in *in, const char *what, struct str bytes,
		   struct str *unpacked);

/*
 * Add a label to the series. Refuses a key or value that is too long or not UTF-8, and a key
 * that is already present. A label with an empty value is ignored.
 */
bool upload_label(struct upload_reader *r, struct str key, struct str value);

/* Likewise, but if the key is already present, its first value stays. */
void upload_default_label(struct upload_reader *r, struct str key, struct str value);

#endif
