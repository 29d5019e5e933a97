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

/* End with "--step is for --series, --heatmap". */
static void refuse_option(const struct option_use *use, const char *dashes)
{
	struct str list = str_of(use->reports);
	struct buf which = { 0 };

	for (const char *between = ""; list.n; between = ", ") {
		struct str name = str_cut(&list, ' ');

		buf_printf(&which, "%s%s%.*s", between, dashes, STR_ARG(name));
	}
	usage("--%s is for %.*s", use->option, STR_ARG(buf_str(&which)));
}

void option_uses_check(const struct option_use *use, size_t n, const char *report, bool of_times)
{
	for (size_t i = 0; i < n; i++) {
		if (!use[i].is_given)
			continue;
		if (!use[i].reports && of_times)
			usage("--%s is not for --%s", use[i].option, report);
		if (use[i].reports &&
		    (!report || !has_word(str_of(use[i].reports), str_of(report))))
			refuse_option(&use[i], "--");
	}
}

void option_uses_check_command(const struct option_use *use, size_t n, const char *command)
{
	for (size_t i = 0; i < n; i++)
		if (use[i].is_given && !has_word(str_of(use[i].reports), str_of(command)))
			refuse_option(&use[i], "");
}
