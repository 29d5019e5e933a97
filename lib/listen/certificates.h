/*
 * The server's certificates for TLS, which may be replaced while it runs: GnuTLS, which
 * libmicrohttpd uses, asks for them at each handshake.
 */
#ifndef LISTEN_CERTIFICATES_H
#define LISTEN_CERTIFICATES_H

#include <gnutls/abstract.h>

#include "base/buf.h"

/*
 * Use these PEM files, which may be those of a call before, with other content. False, with *why
 * for the user, if they cannot be used: the certificates of the call before stay.
 */
bool certificates_load(const char *cert, const char *key, struct buf *why);
void certificates_release(void);

/* The callback of MHD_OPTION_HTTPS_CERT_CALLBACK, which has no context. */
int certificates_give(gnutls_session_t session, const gnutls_datum_t *authorities, int nauthority,
		      const gnutls_pk_algorithm_t *algorithms, int nalgorithm,
		      gnutls_pcert_st **list, unsigned *nlist, gnutls_privkey_t *key);

#endif
