#include "remote/connect_error.h"

#include "io/json_read.h"

static void read_members(struct json_in *j, struct buf *code, struct buf *message)
{
	struct str key;

	json_next(j);
	if (!json_enter(j, JSON_OBJECT))
		return;
	while (json_member(j, &key)) {
		/* That of google.rpc.Status is a number. */
		if (str_eq(key, S("code")) && j->kind == JSON_STRING)
			buf_add(code, json_string(j));
		else if ((str_eq(key, S("message")) || str_eq(key, S("error"))) && !message->n)
			buf_add(message, json_string(j));
	}
}

bool connect_error_read(struct str body, struct buf *code, struct buf *message)
{
	struct in in;
	struct json_in j;
	bool ok = in_open_memory(&in, "", body);

	if (ok) {
		json_in_open(&j, &in);
		read_members(&j, code, message);
		json_in_close(&j);
	}
	ok = in_close(&in) && ok && message->n;
	in_release(&in);
	return ok;
}
