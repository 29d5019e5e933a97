#include "cmd/option_use.h"

#include "base/buf.h"
#include "cmd/common.h"

static bool has_word(struct str list, struct str word)
{
	while (list.n)
		if (str_eq(str_cut(&list, ' '), word))
			return true;
	return false;
}

/* "--top, --peek, --summary" */
static void put_reports(struct buf *b, struct str list)
{
	for (const char *between = ""; list.n; between = ", ") {
		struct str report = str_cut(&list, ' ');

		buf_printf(b, "%s--%.*s", between, STR_ARG(report));
	}
}

void option_uses_check(const struct option_use *use, size_t n, const char *report, bool of_times)
{
	struct buf which = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (!use[i].is_given)
			continue;
		if (!use[i].reports && of_times)
			usage("--%s is not for --%s", use[i].option, report);
		if (!use[i].reports || (report && has_word(str_of(use[i].reports), str_of(report))))
			continue;
		put_reports(&which, str_of(use[i].reports));
		usage("--%s is for %.*s", use[i].option, STR_ARG(buf_str(&which)));
	}
}
