#include "listen/app_name.h"

bool app_name_split(struct str name, struct str *app, struct str *labels)
{
	struct str rest = str_trim(name);

	*app = str_trim(str_cut(&rest, '{'));
	*labels = S("");
	if (!rest.p)
		return true;
	if (!rest.n || rest.p[rest.n - 1] != '}')
		return false;
	*labels = str(rest.p, rest.n - 1);
	return true;
}

bool app_name_label(struct str *labels, struct str *key, struct str *value, bool *bad)
{
	*bad = false;
	while (labels->n) {
		struct str rest = str_trim(str_cut(labels, ','));

		if (!rest.n)
			continue; /* "{a=1,}" */
		*key = str_trim(str_cut(&rest, '='));
		*value = str_trim(rest);
		*bad = !key->n || !rest.p;
		return !*bad;
	}
	return false;
}
