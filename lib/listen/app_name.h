/*
 * Names of applications with labels, as Pyroscope's SDKs send them:
 *
 *	app
 *	app{region=eu,host=a}
 *	my.app.alloc_space{}     a last part that names what was measured (ingest_type.h)
 *
 * Values are literal: neither quotes nor backslashes have a meaning.
 */
#ifndef LISTEN_APP_NAME_H
#define LISTEN_APP_NAME_H

#include "base/str.h"

/*
 * Split off the part before the labels; *labels becomes the text between the braces. False if
 * malformed.
 */
bool app_name_split(struct str name, struct str *app, struct str *labels);

/* Take the next label. False at the end, and with *bad set if the label is malformed. */
bool app_name_label(struct str *labels, struct str *key, struct str *value, bool *bad);

#endif
