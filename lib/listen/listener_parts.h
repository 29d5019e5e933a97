/*
 * Internals that the server's files share: the state of the server, connections and requests.
 */
#ifndef LISTEN_LISTENER_PARTS_H
#define LISTEN_LISTENER_PARTS_H

#include <microhttpd.h>

#include "listen/access.h"
#include "listen/listener.h"
#include "listen/metrics.h"
#include "listen/rate.h"
#include "listen/route.h"
#include "listen/turns.h"

/* A client's connection. Times are CLOCK_MONOTONIC, ns. */
struct peer {
	struct peer *next, *before;
	int fd;
	int64_t since;   /* when it was opened, its last answer was sent, or its request began */
	bool in_request; /* a request has begun */
	bool is_waiting; /* the client waits for us: for its turn, or for a reader */
	uint64_t nrequest;
};

enum request_state {
	REQUEST_RECEIVING,
	REQUEST_REFUSED, /* the rest of its body is discarded */
	REQUEST_READING, /* it is complete; a reader has it, or gets it next */
	REQUEST_ANSWERED,
};

struct request {
	struct job job; /* first: a job is its request */
	struct listener *server;
	struct MHD_Connection *connection;
	struct peer *peer;
	const struct route *route;
	enum request_state state;
	unsigned status, retry_after;
	struct buf message;
	uint64_t received; /* bytes of the body, kept or discarded */
	uint64_t held;     /* those of them that count in server.held */
	int64_t began;
	char tenant[160];
	bool is_json, must_close;
	uint64_t length; /* that the client announces; 0: unknown */
	/* Private to turns.c. */
	enum turn turn;
	uint64_t counted;
	int64_t turn_began, stint_began, last_came;
	uint64_t stint_received; /* of `received`, when the stint began */
	struct request *turn_next, *turn_before;
};

struct listener {
	struct listener_options options;
	struct MHD_Daemon *daemon;
	struct pool pool;
	struct access access;
	struct rates rates;
	struct metrics metrics;
	struct turns turns;
	struct peer *peers;
	unsigned npeer;
	uint64_t held;
	uint64_t nkept_told; /* profiles at the last call of options.kept */
	bool is_ending, is_closed;
	bool told_tenants; /* a note has said that the tenant header has no effect here */
	int64_t told;      /* time of the last call of options.kept */
	int64_t noted;     /* time of the last note about a request */
};

/* Open the socket of "HOST:PORT", "[HOST]:PORT", ":PORT", "HOST" or "PORT". -1, with *why. */
int listener_open_socket(const char *address, struct buf *why);

/* Tell its URL, and what everybody may do who reaches it. */
void listener_note_address(const struct listener *s, int fd);

/* At most one note a second is about a request: a faulty client may send many bad ones. */
bool may_note(struct listener *s);

/* Answer a request with an error, unless it was refused before. Its body is discarded. */
void request_refuse(struct request *q, unsigned status, unsigned retry_after, const char *fmt, ...)
	PRINTF(4, 5);

/* The same, for a request whose body is on its way: its bytes are released at once. */
void request_drop(struct request *q, unsigned status, unsigned retry_after, const char *why);

/* The value of a header, without blanks around it; empty if there is none. */
struct str request_header(const struct request *q, const char *name);

/* Does the path take profiles? Is there such a path? */
bool request_is_upload(const struct request *q);
bool request_is_known(const struct request *q);

/* Refuse the request if its head says what is wrong with it; `url` is the path. */
void request_check_head(struct request *q, const char *method, const char *url);

/* Give complete bodies to readers. To be called after the library has run. */
void listener_hand_over(struct listener *s);

/* Callbacks for libmicrohttpd. */
enum MHD_Result listener_request(void *server, struct MHD_Connection *c, const char *url,
				 const char *method, const char *version, const char *data,
				 size_t *size, void **request);
void listener_request_ended(void *server, struct MHD_Connection *c, void **request,
			    enum MHD_RequestTerminationCode why);

#endif
