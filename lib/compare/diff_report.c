#include "compare/diff_report.h"

#define DIFF_ROW(name) &diff_report_##name,
static const struct diff_report *const all[] = { DIFF_REPORTS(DIFF_ROW) };

const struct diff_report *diff_report_at(size_t i)
{
	return i < LEN(all) ? all[i] : NULL;
}
