/*
 * Fuzz the requests of prof-listen: the first byte says which path, the lines up to an empty
 * one are its fields, and what follows is the body.
 */
#include <stdlib.h>

#include "listen/upload.h"
#include "profile/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take(struct upload_reader *r, label_set_id labels)
{
	const char *wrong = profile_check(r->p);

	(void)labels;
	if (wrong)
		abort();
	return true;
}

static void cut_fields(struct upload *u, struct str *rest)
{
	for (int f = 0; f < UPLOAD_TENANT; f++) {
		struct str line = str_cut(rest, '\n');

		if (!line.n)
			break;
		u->field[f] = line;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct upload_limits limits = { .unpacked = 1 << 20,
					      .labels = 64,
					      .label_key = 1024,
					      .label_value = 65536,
					      .profiles = 100,
					      .depth = 65536 };
	struct str rest = str((const char *)data, size);
	struct upload u = { 0 };
	struct dictionary dict;
	struct profile p;
	struct upload_reader r = {
		.upload = &u, .limits = &limits, .p = &p, .now = 1, .add = take
	};

	if (!size)
		return 0;
	for (int f = 0; f < UPLOAD_FIELDS; f++)
		u.field[f] = S("");
	u.kind = (enum upload_kind)(data[0] % 4);
	rest = str_skip(rest, 1);
	cut_fields(&u, &rest);
	u.field[UPLOAD_BODY] = rest.p ? rest : S("");
	mem_limit(256 << 20);
	dict_init(&dict);
	profile_init(&p, &dict);
	/* A refusal has a reason, and nothing else has. */
	if (upload_read(&r) != (r.status == 200) || (r.status != 200) != (r.message.n > 0))
		abort();
	profile_release(&p);
	dict_release(&dict);
	buf_release(&r.message);
	buf_release(&r.notes);
	return 0;
}
