/*
 * The name of an application with its labels, as Pyroscope's SDKs send it:
 *
 *	app
 *	app{region=eu,host=a}
 *	my.app.alloc_space{}     a last part that names what was measured (ingest_type.h)
 *
 * Values are taken as they are: neither quotes nor backslashes mean anything.
 */
#ifndef LISTEN_APP_NAME_H
#define LISTEN_APP_NAME_H

#include "base/str.h"

/* The part before the labels; *labels becomes what is between the braces. False if malformed. */
bool app_name_split(struct str name, struct str *app, struct str *labels);

/* The next of the labels. False at the end, and with *bad set if it is malformed. */
bool app_name_label(struct str *labels, struct str *key, struct str *value, bool *bad);

#endif
