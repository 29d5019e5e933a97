/*
 * Options of commands that reach a server, and the environment variables that stand for
 * them. A secret comes from a file, the environment or .netrc, never from the command line,
 * which other users of the machine can read.
 */
#ifndef CMD_SERVER_OPTIONS_H
#define CMD_SERVER_OPTIONS_H

#include "cli/opt.h"
#include "http/http.h"

/*
 * Which variables count: PROFILECLI_URL, _TENANT_ID, _TOKEN, _USERNAME, _PASSWORD for
 * Pyroscope; for OTLP, OTEL_EXPORTER_OTLP_* with the general names and those of profiles
 * (the OpenTelemetry specification, "OpenTelemetry Protocol Exporter"). None for others.
 */
enum server_kind { SERVER_PYROSCOPE, SERVER_OTLP, SERVER_OTHER };

/* --tenant, --header, --user, --password-file, --token-file, --cacert ... */
extern const struct opt server_options[];

/*
 * The settings that options and environment make; options win. Strings live until the
 * program ends. Ends the program with a message if one of them is no good.
 */
void server_settings(enum server_kind kind, struct http_settings *settings);

/* The server that the environment names, as a whole URL; NULL: none. */
const char *server_of_environment(enum server_kind kind);

#endif
