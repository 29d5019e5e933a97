#include "record/sampler/pmu.h"

#include <linux/perf_event.h>
#include <stdio.h>

#include "record/kernel_text.h"

enum { NAME_MOST = 64, RAW_DIGITS = 16 };

struct pmu {
	const char *devices;
	struct str name;
	struct pmu_event *e;
	struct buf *why;
	struct buf missing; /* a field that the event's description requires: "domain=?" */
};

/* "r1a8" */
static bool is_raw(struct str text)
{
	uint64_t config;

	return text.n > 1 && text.n <= RAW_DIGITS + 1 && text.p[0] == 'r' &&
	       str_hex(str_skip(text, 1), &config);
}

bool pmu_is_event(struct str text)
{
	ptrdiff_t slash = str_chr(text, '/');

	return is_raw(text) || (slash > 0 && str_rchr(text, '/') > slash);
}

/* Is it safe as part of a path? It comes from a command line. */
static bool is_name(struct str s)
{
	return s.n && s.n < NAME_MOST && s.p[0] != '.' && str_chr(s, '/') < 0;
}

/* Reads "devices/cpu/format/event" as text. False if there is no such file. */
static bool describe(const struct pmu *p, const char *folder, struct str name, struct buf *text)
{
	char path[4096];

	text->n = 0;
	if (!is_name(name))
		return false;
	snprintf(path, sizeof(path), "%s/%.*s/%s%.*s", p->devices, STR_ARG(p->name), folder,
		 STR_ARG(name));
	return kernel_text(path, text);
}

/* "0x3c" or "60" */
static bool number(struct str s, uint64_t *value)
{
	if (str_starts(s, S("0x")) || str_starts(s, S("0X")))
		return str_hex(str_skip(s, 2), value);
	return str_u64(s, value);
}

/* Cuts the next range off "0-7,32-35": its lowest bit and number of bits. False if malformed. */
static bool cut_bits(struct str *list, uint64_t *low, uint64_t *n)
{
	struct str last = str_cut(list, ','), first = str_cut(&last, '-');
	uint64_t high;

	if (!str_u64(first, low))
		return false;
	high = *low;
	if ((last.p && !str_u64(last, &high)) || high < *low || high > 63)
		return false;
	*n = high - *low + 1;
	return true;
}

/* Stores the value, lowest bits first, in the bits of "config1:0-7,32-35". */
static bool place_value(struct pmu *p, struct str format, uint64_t value)
{
	struct str bits = format, word = str_cut(&bits, ':');
	uint64_t which = 0, low, n;

	if (!str_starts(word, S("config")) || (word.n > 6 && !str_u64(str_skip(word, 6), &which)) ||
	    which >= 3 || !bits.p)
		return false;
	while (bits.p) {
		uint64_t mask;

		if (!cut_bits(&bits, &low, &n))
			return false;
		mask = n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
		p->e->config[which] &= ~(mask << low);
		p->e->config[which] |= (value & mask) << low;
		value = n == 64 ? 0 : value >> n;
	}
	return !value; /* else the value has more bits than the field */
}

/* Fields that every PMU has. */
static bool set_common(struct pmu *p, struct str key, uint64_t value)
{
	static const char *const words[] = { "config", "config1", "config2" };

	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq(key, str_of(words[i]))) {
			p->e->config[i] |= value;
			return true;
		}
	if (!str_eq(key, S("period")) || !value)
		return false;
	p->e->period = value;
	return true;
}

static bool no_field(struct pmu *p, struct str key)
{
	buf_printf(p->why,
		   "%.*s has neither a field nor an event '%.*s': see %s/%.*s/format and events",
		   STR_ARG(p->name), STR_ARG(key), p->devices, STR_ARG(p->name));
	return false;
}

static bool set_field(struct pmu *p, struct str key, struct str text)
{
	struct buf format = { 0 };
	uint64_t value = 1; /* of a field without "=" */
	bool ok;

	if (str_eq(key, S("name"))) {
		p->e->name = text;
		return text.n > 0;
	}
	if (text.p && !number(text, &value)) {
		buf_printf(p->why, "'%.*s' is not a number for the field %.*s of %.*s",
			   STR_ARG(text), STR_ARG(key), STR_ARG(p->name));
		return false;
	}
	if (describe(p, "format/", key, &format)) {
		ok = place_value(p, buf_str(&format), value);
		if (!ok)
			buf_printf(p->why, "%.*s=%.*s does not fit in %.*s", STR_ARG(key),
				   STR_ARG(text), STR_ARG(buf_str(&format)));
	} else {
		ok = set_common(p, key, value) || no_field(p, key);
	}
	if (str_eq(buf_str(&p->missing), key))
		p->missing.n = 0;
	buf_release(&format);
	return ok;
}

/* The description of a named event is a list of fields, too. */
static bool set_event(struct pmu *p, struct str fields)
{
	bool ok = true;

	while (ok && fields.n) {
		struct str value = str_trim(str_cut(&fields, ',')), key = str_cut(&value, '=');

		if (str_eq(value, S("?")))
			buf_add(&p->missing, key);
		else
			ok = set_field(p, key, value);
	}
	return ok;
}

static bool set_term(struct pmu *p, struct str term)
{
	struct str value = term, key = str_cut(&value, '=');
	struct buf text = { 0 };
	uint64_t raw;
	bool ok;

	if (!value.p && describe(p, "events/", key, &text))
		ok = set_event(p, buf_str(&text));
	else if (!value.p && is_raw(key) && str_hex(str_skip(key, 1), &raw))
		ok = set_common(p, S("config"), raw);
	else
		ok = set_field(p, key, value);
	buf_release(&text);
	return ok;
}

static bool find_pmu(struct pmu *p)
{
	struct buf text = { 0 };
	uint64_t type;
	bool ok = describe(p, "", S("type"), &text) && str_u64(buf_str(&text), &type);

	if (ok)
		p->e->type = (uint32_t)type;
	else
		buf_printf(p->why, "this machine has no PMU '%.*s': see %s", STR_ARG(p->name),
			   p->devices);
	describe(p, "", S("cpumask"), &p->e->cpus);
	buf_release(&text);
	return ok;
}

static bool parse_fields(struct pmu *p, struct str fields)
{
	bool ok = find_pmu(p);

	while (ok && fields.n)
		ok = set_term(p, str_trim(str_cut(&fields, ',')));
	if (ok && p->missing.n) {
		buf_printf(p->why, "the event needs a value for %.*s",
			   STR_ARG(buf_str(&p->missing)));
		ok = false;
	}
	buf_release(&p->missing);
	return ok;
}

bool pmu_parse(const char *devices, struct str text, struct pmu_event *e, struct buf *why)
{
	struct pmu p = { .devices = devices, .e = e, .why = why };
	struct str fields = text;

	*e = (struct pmu_event){ 0 };
	if (is_raw(text)) {
		e->type = PERF_TYPE_RAW;
		return str_hex(str_skip(text, 1), &e->config[0]);
	}
	p.name = str_cut(&fields, '/');
	fields.n -= 1; /* the last slash */
	if (!is_name(p.name) || str_chr(fields, '/') >= 0) {
		buf_printf(why, "'%.*s' is not PMU/FIELD=VALUE,.../", STR_ARG(text));
		return false;
	}
	return parse_fields(&p, fields);
}

void pmu_event_release(struct pmu_event *e)
{
	buf_release(&e->cpus);
}
