/*
 * Options of commands that use a server, and the environment variables that replace them. A
 * secret comes from a file, the environment or .netrc, but never from the command line, which
 * other users of the machine can read.
 */
#ifndef CMD_SERVER_OPTIONS_H
#define CMD_SERVER_OPTIONS_H

#include "cli/opt.h"
#include "http/http.h"

/*
 * The environment variables of each kind: for Pyroscope PROFILECLI_URL, _TENANT_ID, _TOKEN,
 * _USERNAME, _PASSWORD; for OTLP the general OTEL_EXPORTER_OTLP_* and those for profiles (the
 * OpenTelemetry specification, "OpenTelemetry Protocol Exporter"); none for others.
 */
enum server_kind { SERVER_PYROSCOPE, SERVER_OTLP, SERVER_OTHER };

/* --tenant, --header, --user, --password-file, --token-file, --cacert ... */
extern const struct opt server_options[];

/*
 * The settings of options and environment; options take precedence. Strings are valid until
 * the program ends. Exits with a message if a setting is invalid.
 */
void server_settings(enum server_kind kind, struct http_settings *settings);

/* Does OTEL_EXPORTER_OTLP_COMPRESSION ask for none? */
bool server_wants_plain(void);

/* The URL of the server that the environment names; NULL if there is none. */
const char *server_of_environment(enum server_kind kind);

#endif
