#include "listen/certificates.h"

#include "io/in.h"

enum { CHAIN_MOST = 16 /* certificates of a file */ };

/* One content of the files. A handshake that has begun may use it when there is a newer one. */
struct certificates {
	struct certificates *older;
	gnutls_pcert_st chain[CHAIN_MOST];
	unsigned n;
	gnutls_privkey_t key;
};

static struct certificates *newest;

static bool read_pem(const char *path, struct buf *text, struct buf *why)
{
	struct str bytes;
	struct in in;
	bool ok = in_open(&in, path) && in_map(&in, &bytes);

	if (ok)
		buf_add(text, bytes);
	else
		buf_add(why, buf_str(&in.error));
	in_close(&in);
	in_release(&in);
	return ok;
}

static gnutls_datum_t datum(const struct buf *text)
{
	return (gnutls_datum_t){ (unsigned char *)text->p, (unsigned)text->n };
}

/* Do key and certificate belong together? Returns an error of GnuTLS. */
static int check_pair(const gnutls_datum_t *cert, const gnutls_datum_t *key)
{
	gnutls_certificate_credentials_t pair;
	int error = gnutls_certificate_allocate_credentials(&pair);

	if (error < 0)
		return error;
	error = gnutls_certificate_set_x509_key_mem(pair, cert, key, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(pair);
	return error;
}

static void free_certificates(struct certificates *c)
{
	for (unsigned i = 0; i < c->n; i++)
		gnutls_pcert_deinit(&c->chain[i]);
	if (c->key)
		gnutls_privkey_deinit(c->key);
	mem_free(c, sizeof(*c));
}

/* Returns an error of GnuTLS. */
static int parse(struct certificates *c, const gnutls_datum_t *cert, const gnutls_datum_t *key)
{
	unsigned n = CHAIN_MOST;
	int error = check_pair(cert, key);

	if (error >= 0)
		error = gnutls_pcert_list_import_x509_raw(
			c->chain, &n, cert, GNUTLS_X509_FMT_PEM,
			GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);
	if (error < 0)
		return error;
	c->n = n;
	error = gnutls_privkey_init(&c->key);
	if (error >= 0)
		error = gnutls_privkey_import_x509_raw(c->key, key, GNUTLS_X509_FMT_PEM, NULL, 0);
	return error;
}

bool certificates_load(const char *cert, const char *key, struct buf *why)
{
	struct buf cert_text = { 0 }, key_text = { 0 };
	bool ok = read_pem(cert, &cert_text, why) && read_pem(key, &key_text, why);

	if (ok) {
		gnutls_datum_t cert_bytes = datum(&cert_text), key_bytes = datum(&key_text);
		struct certificates *c = mem_zeroed(1, sizeof(*c));
		int error = parse(c, &cert_bytes, &key_bytes);

		ok = error >= 0;
		c->older = newest;
		if (ok) {
			newest = c;
		} else {
			buf_printf(why, "%s and %s: cannot be used for TLS: %s", cert, key,
				   gnutls_strerror(error));
			free_certificates(c);
		}
	}
	buf_release(&cert_text);
	buf_release(&key_text);
	return ok;
}

void certificates_release(void)
{
	while (newest) {
		struct certificates *c = newest;

		newest = c->older;
		free_certificates(c);
	}
}

int certificates_give(gnutls_session_t session, const gnutls_datum_t *authorities, int nauthority,
		      const gnutls_pk_algorithm_t *algorithms, int nalgorithm,
		      gnutls_pcert_st **list, unsigned *nlist, gnutls_privkey_t *key)
{
	(void)session, (void)authorities, (void)nauthority, (void)algorithms, (void)nalgorithm;
	*list = newest->chain;
	*nlist = newest->n;
	*key = newest->key;
	return 0;
}
