#include "profile/unit.h"

#include <math.h>
#include <stdio.h>
#include <strings.h>

enum kind { TIME, BYTES };

struct unit {
	enum kind kind;
	int64_t scale;     /* in the finest unit of its kind */
	const char *print; /* as unit_print() shows it */
	const char *names[6];
};

/* Within a kind from fine to coarse. */
static const struct unit units[] = {
	{ TIME, 1, "ns", { "ns", "nanosecond" } },
	{ TIME, 1000, "us", { "us", "\xc2\xb5s", "\xce\xbcs", "microsecond" } },
	{ TIME, 1000000, "ms", { "ms", "millisecond" } },
	{ TIME, 1000000000, "s", { "s", "sec", "second" } },
	{ TIME, 60000000000, "mins", { "min", "minute" } },
	{ TIME, 3600000000000, "hrs", { "h", "hr", "hour" } },
	{ BYTES, 1, "B", { "b", "byte" } },
	{ BYTES, 1 << 10, "kB", { "kb", "kbyte", "kilobyte", "kib" } },
	{ BYTES, 1 << 20, "MB", { "mb", "mbyte", "megabyte", "mib" } },
	{ BYTES, 1 << 30, "GB", { "gb", "gbyte", "gigabyte", "gib" } },
	{ BYTES, (int64_t)1 << 40, "TB", { "tb", "tbyte", "terabyte", "tib" } },
	{ BYTES, (int64_t)1 << 50, "PB", { "pb", "pbyte", "petabyte", "pib" } },
};

static bool same_name(struct str a, const char *b)
{
	return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

static const struct unit *find(struct str name)
{
	if (name.n > 2 && (name.p[name.n - 1] | 0x20) == 's')
		name.n--;
	for (size_t i = 0; i < LEN(units); i++)
		for (size_t j = 0; j < LEN(units[i].names) && units[i].names[j]; j++)
			if (same_name(name, units[i].names[j]))
				return &units[i];
	return NULL;
}

int64_t unit_ratio(struct str coarse, struct str fine)
{
	const struct unit *c, *f;

	if (str_eq(coarse, fine))
		return 1;
	c = find(coarse);
	f = find(fine);
	if (!c || !f || c->kind != f->kind || c->scale < f->scale)
		return 0;
	return c->scale / f->scale;
}

/* The coarsest unit in which `like` is at least 1. */
static const struct unit *best(const struct unit *from, double like)
{
	double v = fabs(like) * (double)from->scale;
	const struct unit *u = from;

	for (size_t i = 0; i < LEN(units); i++)
		if (units[i].kind == from->kind &&
		    (v >= (double)units[i].scale || i == 0 || units[i - 1].kind != from->kind))
			u = &units[i];
	return u;
}

void unit_print_like(struct buf *b, double value, double like, struct str unit)
{
	const struct unit *from = find(unit), *to;
	char digits[64];

	if (!from) {
		buf_printf(b, "%.0f", value);
		return;
	}
	to = best(from, like);
	value = value * (double)from->scale / (double)to->scale;
	snprintf(digits, sizeof(digits), "%.2f", value);
	for (size_t n = strlen(digits); n && (digits[n - 1] == '0' || digits[n - 1] == '.'); n--) {
		bool point = digits[n - 1] == '.';

		digits[n - 1] = '\0';
		if (point)
			break;
	}
	buf_printf(b, "%s%s", strcmp(digits, "-0") == 0 ? "0" : digits,
		   value == 0 ? "" : to->print);
}

void unit_print(struct buf *b, double value, struct str unit)
{
	unit_print_like(b, value, value, unit);
}
