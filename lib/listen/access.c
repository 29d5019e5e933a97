#include "listen/access.h"

#include <strings.h>

#include "io/in.h"
#include "listen/base64.h"
#include "listen/sink.h"

static bool read_tokens(struct access *a, struct buf *why)
{
	struct str rest = buf_str(&a->text);
	size_t line = 0;

	while (rest.n) {
		struct str tenant = str_trim(str_cut(&rest, '\n')), token;

		line++;
		if (tenant.n && tenant.p[tenant.n - 1] == '\r')
			tenant.n--;
		if (!tenant.n || tenant.p[0] == '#')
			continue;
		token = str_cut(&tenant, ' ');
		tenant = str_trim(tenant);
		if (tenant.n && !tenant_is_valid(tenant)) {
			buf_printf(why, "%s:%zu: '%.*s' cannot be a tenant's name", a->path, line,
				   STR_ARG(tenant));
			return false;
		}
		vec_push(&a->token, { token, tenant });
	}
	if (!a->token.n)
		buf_printf(why, "%s: has no token", a->path);
	return a->token.n > 0;
}

bool access_load(struct access *a, const char *path, struct buf *why)
{
	struct access new = { .path = path };
	struct str bytes;
	struct in in;
	bool ok = in_open(&in, path) && in_map(&in, &bytes);

	if (ok) {
		buf_add(&new.text, bytes);
		ok = read_tokens(&new, why);
	} else {
		buf_add(why, buf_str(&in.error));
	}
	in_close(&in);
	in_release(&in);
	if (!ok) {
		access_release(&new);
		return false;
	}
	access_release(a);
	*a = new;
	return true;
}

void access_release(struct access *a)
{
	buf_release(&a->text);
	vec_release(&a->token);
}

/* Compare all bytes, so that the time does not depend on where the texts differ. */
static bool same_secret(struct str a, struct str b)
{
	unsigned char differ = a.n != b.n;

	for (size_t i = 0; i < a.n; i++)
		differ |= (unsigned char)(a.p[i] ^ (b.n ? b.p[i % b.n] : 1));
	return !differ;
}

/* The token of a header. A token that is the password of Basic is a slice of `decoded`. */
static struct str token_of(struct str authorization, struct buf *decoded)
{
	struct str rest = str_trim(authorization), scheme = str_cut(&rest, ' '), password;

	rest = str_trim(rest);
	if (scheme.n == 6 && strncasecmp(scheme.p, "Bearer", 6) == 0)
		return rest;
	if (scheme.n != 5 || strncasecmp(scheme.p, "Basic", 5) != 0 ||
	    !base64_decode(rest, decoded))
		return S("");
	password = buf_str(decoded);
	str_cut(&password, ':');
	return password;
}

bool access_check(const struct access *a, struct str authorization, struct str *tenant)
{
	struct buf decoded = { 0 };
	struct str token;
	bool found = false;

	*tenant = S("");
	if (!a->path)
		return true;
	token = token_of(authorization, &decoded);
	for (size_t i = 0; i < a->token.n; i++) {
		if (!token.n || !same_secret(token, a->token.v[i].token))
			continue;
		found = true;
		*tenant = a->token.v[i].tenant;
	}
	buf_release(&decoded);
	return found;
}
