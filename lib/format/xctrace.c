/*
 * XML that xctrace of Instruments exports from a time profile:
 *
 *	xctrace export --input FILE.trace \
 *		--xpath '/trace-toc/run[@number="1"]/data/table[@schema="time-profile"]'
 *
 *	<trace-query-result><node xpath="..."><schema name="time-profile">...</schema>
 *	<row><sample-time id="1">52360000</sample-time>
 *	  <thread id="2" fmt="main  0x3c6 (app, pid: 90)"><tid id="3">966</tid>
 *	    <process id="4" fmt="app (90)">...</process></thread>
 *	  <thread-state id="8" fmt="Running"/><weight id="9">1000000</weight>
 *	  <backtrace id="10"><frame id="11" name="main" addr="0x104415f39">
 *	    <binary id="12" name="app" UUID="..." load-addr="0x104414000" path="/bin/app"/>
 *	    <source line="24"><path id="13">/src/main.c</path></source></frame></backtrace></row>
 *
 * Xcode 26 has the backtrace within a <tagged-backtrace>, Xcode 27 has frames directly there.
 * Before Xcode 14.3 there are no frames, only addresses: a note counts such stacks.
 *
 * An element is written once, with an id, and later as a reference to it. Times are in ns; the
 * leaf is the first frame; a frame that has no symbol has its address for a name.
 *
 * The parser is expat. Documents that declare a type are refused, so entities cannot grow.
 */
#include <expat.h>

#include "format/format.h"
#include "format/stack_text/stack_text.h"

enum { PIECE = 64 << 10, LONGEST = 16 << 20, DEEPEST = 64 };

enum element {
	OTHER,
	ROW,
	SAMPLE_TIME,
	THREAD,
	TID,
	PROCESS,
	STATE,
	WEIGHT,
	CYCLES,
	BACKTRACE,
	TAGGED,
	FRAME,
	BINARY,
	SOURCE,
	PATH,
	ELEMENTS
};

static const char *const names[ELEMENTS] = {
	"",
	"row",
	"sample-time",
	"thread",
	"tid",
	"process",
	"thread-state",
	"weight",
	"cycle-weight",
	"backtrace",
	"tagged-backtrace",
	"frame",
	"binary",
	"source",
	"path",
};

/* The value of an element with an id; see end_element(). */
struct known {
	uint64_t id; /* (1 + the id) * ELEMENTS + the element */
	uint64_t value;
};

_Static_assert(sizeof(struct known) == 16, "no padding");

struct open_element {
	enum element element;
	uint64_t id;     /* as in struct known; 0 without */
	str_id name;     /* its name, or its printed form */
	uint64_t number; /* a frame's address, a source's line */
	bool has_number;
};

/* A binary, and where it was loaded. */
struct binary {
	map_id map;
	uint64_t start;
};

struct reader {
	struct in *in;
	struct profile *p;
	XML_Parser xml;
	struct table known; /* struct known */
	struct open_element open[DEEPEST];
	size_t depth;    /* of `open` */
	uint64_t last;   /* the byte of the latest event of the parser */
	struct buf text; /* of the innermost element */
	/* The latest value of each element in the current row, frame or thread. */
	bool has[ELEMENTS];
	uint64_t value[ELEMENTS];
	VEC(loc_id) frames; /* of the current backtrace, leaf first */
	VEC(struct binary) binaries;
	uint32_t samples, cpu, cycles; /* columns */
	bool has_rows, has_cpu, has_cycles;
	uint64_t without_frames; /* backtraces */
};

static void fail(struct reader *r, const char *what)
{
	in_fail_at(r->in, (uint64_t)XML_GetCurrentByteIndex(r->xml), "line %llu: %s",
		   (unsigned long long)XML_GetCurrentLineNumber(r->xml), what);
	XML_StopParser(r->xml, XML_FALSE);
}

static struct str attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (!strcmp(*attributes, name))
			return str_of(attributes[1]);
	return S("");
}

static bool hexadecimal(struct str s, uint64_t *v)
{
	return str_starts(s, S("0x")) && str_hex(str_skip(s, 2), v);
}

static enum element element_of(const char *name)
{
	for (enum element e = OTHER + 1; e < ELEMENTS; e++)
		if (!strcmp(names[e], name))
			return e;
	return OTHER;
}

/* Values of elements */

static uint64_t binary_value(struct reader *r, const char **attributes)
{
	struct dictionary *d = r->p->dict;
	struct str path = attribute(attributes, "path"), id = attribute(attributes, "UUID");
	struct binary b = { 0 };
	struct mapping m = { .build_id = dict_intern(d, id) };

	m.file = dict_intern(d, path.n ? path : attribute(attributes, "name"));
	hexadecimal(attribute(attributes, "load-addr"), &b.start);
	b.map = dict_add_mapping(d, m);
	vec_push(&r->binaries, b);
	return r->binaries.n - 1;
}

static uint64_t frame_value(struct reader *r, const struct open_element *e)
{
	struct dictionary *d = r->p->dict;
	struct str name = dict_text(d, e->name);
	struct loc row = { 0 };
	struct binary b = { 0 };
	uint64_t address;

	if (r->has[BINARY])
		b = r->binaries.v[r->value[BINARY]];
	row.map = b.map;
	if (b.map.i && e->has_number && e->number >= b.start) {
		row.addr = e->number - b.start;
		row.flags |= LOC_ADDR;
	}
	if (name.n && !(hexadecimal(name, &address) && b.map.i)) {
		struct func f = { .name = e->name };

		if (r->has[PATH])
			f.file = (str_id){ (uint32_t)r->value[PATH] };
		row.func = dict_add_func(d, f);
	}
	if (r->has[SOURCE] && r->value[SOURCE] < INT32_MAX)
		row.line = (uint32_t)r->value[SOURCE];
	return dict_add_loc(d, row).i;
}

/* "app (90)" */
static uint64_t process_value(struct reader *r, struct str text)
{
	ptrdiff_t open = str_rchr(text, '(');
	label_set_id labels = { 0 };
	int64_t pid;

	if (open > 0 && str_ends(text, S(")")) &&
	    str_i64(str(text.p + open + 1, text.n - (size_t)open - 2), &pid)) {
		labels = dict_add_number_label(r->p->dict, labels, S("pid"), pid);
		text = str_trim(str(text.p, (size_t)open));
	}
	if (text.n)
		labels = dict_add_text_label(r->p->dict, labels, S("comm"), text);
	return labels.i;
}

/* "main  0x3c6 (app, pid: 90)" */
static uint64_t thread_value(struct reader *r, struct str text)
{
	label_set_id labels = { r->has[PROCESS] ? (uint32_t)r->value[PROCESS] : 0 };
	ptrdiff_t id = str_find(text, S("  0x"));

	if (id >= 0)
		text.n = (size_t)id;
	text = str_trim(text);
	if (text.n)
		labels = dict_add_text_label(r->p->dict, labels, S("thread"), text);
	if (r->has[TID])
		labels = dict_add_number_label(r->p->dict, labels, S("tid"),
					       (int64_t)r->value[TID]);
	return labels.i;
}

static uint64_t backtrace_value(struct reader *r)
{
	r->without_frames += !r->frames.n;
	vec_reverse(&r->frames);
	return dict_add_stack(r->p->dict, r->frames.v, r->frames.n).i;
}

static uint64_t text_value(struct reader *r, const struct open_element *e)
{
	uint64_t v = 0;

	if (!str_u64(str_trim(buf_str(&r->text)), &v) || v > INT64_MAX)
		in_fail_at(r->in, (uint64_t)XML_GetCurrentByteIndex(r->xml),
			   "line %llu: expected a number in '%s'",
			   (unsigned long long)XML_GetCurrentLineNumber(r->xml), names[e->element]);
	if (r->in->failed)
		XML_StopParser(r->xml, XML_FALSE);
	return v;
}

/* Rows */

static uint32_t column(struct reader *r, struct str type, struct str unit)
{
	int64_t scale;

	return profile_column(r->p, dict_intern(r->p->dict, type), dict_intern(r->p->dict, unit),
			      &scale);
}

static void add_columns(struct reader *r)
{
	if (!r->has_rows)
		r->samples = column(r, S("samples"), S("count"));
	if (r->has[WEIGHT] && !r->has_cpu)
		r->cpu = column(r, S("cpu"), S("nanoseconds"));
	if (r->has[CYCLES] && !r->has_cycles)
		r->cycles = column(r, S("cycles"), S("count"));
	r->has_rows = true;
	r->has_cpu |= r->has[WEIGHT];
	r->has_cycles |= r->has[CYCLES];
}

static void add_row(struct reader *r)
{
	label_set_id labels = { r->has[THREAD] ? (uint32_t)r->value[THREAD] : 0 };
	stack_id stack = { r->has[BACKTRACE] ? (uint32_t)r->value[BACKTRACE] : 0 };
	uint32_t col = r->samples;
	int64_t value = 1;
	sample_id sample;

	if (!r->has[BACKTRACE] && !r->has[WEIGHT] && !r->has[CYCLES])
		return; /* of another table */
	add_columns(r);
	if (r->has[STATE])
		labels = dict_add_text_label(r->p->dict, labels, S("state"),
					     dict_text(r->p->dict,
						       (str_id){ (uint32_t)r->value[STATE] }));
	sample = profile_add_sample(r->p, stack, labels);
	profile_add_value(r->p, r->samples, sample, 1);
	for (enum element e = WEIGHT; e <= CYCLES; e++) {
		if (!r->has[e])
			continue;
		col = e == WEIGHT ? r->cpu : r->cycles;
		value = (int64_t)r->value[e];
		profile_add_value(r->p, col, sample, value);
	}
	if (r->has[SAMPLE_TIME])
		profile_observe(r->p, r->value[SAMPLE_TIME], sample, col, value);
}

/* Elements */

/* Set the value of an element, which may be a reference to an earlier one. */
static void take_value(struct reader *r, enum element e, uint64_t value)
{
	r->has[e] = true;
	r->value[e] = value;
	if (e == FRAME)
		vec_push(&r->frames, (loc_id){ (uint32_t)value });
	if (e == TAGGED)
		take_value(r, BACKTRACE, value);
}

static void refer(struct reader *r, enum element e, struct str ref)
{
	struct known key = { 0 };
	uint64_t id;
	uint32_t row = 0;

	if (str_u64(ref, &id) && id < UINT64_MAX / ELEMENTS - 1) {
		key.id = (id + 1) * ELEMENTS + e;
		row = table_find(&r->known, &key);
	}
	if (row)
		take_value(r, e, ((const struct known *)table_row(&r->known, row))->value);
	else
		fail(r, "a reference to an element that is not there");
}

/* An element consists only of values that were seen inside it. */
static void forget_parts(struct reader *r, enum element e)
{
	if (e == ROW)
		memset(r->has, 0, sizeof(r->has));
	if (e == FRAME)
		r->has[BINARY] = r->has[SOURCE] = r->has[PATH] = false;
	if (e == THREAD)
		r->has[TID] = r->has[PROCESS] = false;
	if (e == TAGGED)
		r->has[BACKTRACE] = false;
	if (e == BACKTRACE || e == TAGGED)
		vec_clear(&r->frames);
}

static void XMLCALL begin_element(void *user, const char *name, const char **attributes)
{
	struct reader *r = user;
	struct open_element e = { .element = element_of(name) };
	struct str ref = attribute(attributes, "ref"), id = attribute(attributes, "id"),
		   text = attribute(attributes, e.element == FRAME ? "name" : "fmt");
	uint64_t number;

	r->last = (uint64_t)XML_GetCurrentByteIndex(r->xml);
	if (r->depth == DEEPEST) {
		fail(r, "elements are nested too deeply");
		return;
	}
	r->text.n = 0;
	if (ref.n && e.element)
		refer(r, e.element, ref);
	else
		forget_parts(r, e.element);
	if (str_u64(id, &number) && number < UINT64_MAX / ELEMENTS - 1)
		e.id = (number + 1) * ELEMENTS + e.element;
	e.name = dict_intern(r->p->dict, text);
	e.has_number = e.element == SOURCE ? str_u64(attribute(attributes, "line"), &e.number) :
					     hexadecimal(attribute(attributes, "addr"), &e.number);
	if (e.element == BINARY && !ref.n) {
		e.number = binary_value(r, attributes);
		e.has_number = true;
	}
	if (ref.n)
		e.element = OTHER; /* it has no contents */
	r->open[r->depth++] = e;
}

static void XMLCALL end_element(void *user, const char *name)
{
	struct reader *r = user;
	struct open_element e = r->open[--r->depth];
	struct str text = dict_text(r->p->dict, e.name);
	uint64_t value = 0;

	(void)name;
	r->last = (uint64_t)XML_GetCurrentByteIndex(r->xml);
	switch (e.element) {
	case ROW: add_row(r); return;
	case SAMPLE_TIME:
	case TID:
	case WEIGHT:
	case CYCLES: value = text_value(r, &e); break;
	case THREAD: value = thread_value(r, text); break;
	case PROCESS: value = process_value(r, text); break;
	case STATE: value = e.name.i; break;
	case BACKTRACE: value = backtrace_value(r); break;
	case TAGGED: value = r->has[BACKTRACE] ? r->value[BACKTRACE] : backtrace_value(r); break;
	case FRAME: value = frame_value(r, &e); break;
	case BINARY:
	case SOURCE: value = e.number; break;
	case PATH: value = dict_intern(r->p->dict, str_trim(buf_str(&r->text))).i; break;
	default: return;
	}
	if (e.id) {
		struct known row = { e.id, value };

		table_intern(&r->known, &row);
	}
	take_value(r, e.element, value);
}

static void XMLCALL add_text(void *user, const char *p, int n)
{
	struct reader *r = user;

	buf_add(&r->text, str(p, (size_t)n));
}

static void XMLCALL refuse_type(void *user, const char *name, const char *system,
				const char *public, int has_internal)
{
	(void)name, (void)system, (void)public, (void)has_internal;
	fail(user, "a document type, which xctrace does not write");
}

/* The document */

static bool parse(struct reader *r)
{
	for (;;) {
		struct str piece = in_peek(r->in, 1);
		bool end = !piece.n;

		piece.n = min_size(piece.n, PIECE);
		if (r->in->failed)
			return false;
		if (XML_Parse(r->xml, piece.p, (int)piece.n, end) != XML_STATUS_OK) {
			fail(r, XML_ErrorString(XML_GetErrorCode(r->xml)));
			return false;
		}
		in_skip(r->in, piece.n);
		if (end)
			return true;
		if (in_pos(r->in) - r->last > LONGEST) {
			fail(r, "an element or text is too long");
			return false;
		}
	}
}

static bool xctrace_read(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p, .xml = XML_ParserCreate(NULL) };

	if (!r.xml)
		return in_fail_memory(in);
	table_init(&r.known, sizeof(struct known), 8);
	XML_SetUserData(r.xml, &r);
	XML_SetElementHandler(r.xml, begin_element, end_element);
	XML_SetCharacterDataHandler(r.xml, add_text);
	XML_SetStartDoctypeDeclHandler(r.xml, refuse_type);
	if (parse(&r) && !r.has_rows)
		in_fail(in, "holds no samples");
	if (r.without_frames)
		in_note(in, 0,
			"stacks with addresses instead of frames: %llu (Xcode 14.3 and later "
			"export frames)",
			(unsigned long long)r.without_frames);
	XML_ParserFree(r.xml);
	table_release(&r.known);
	buf_release(&r.text);
	vec_release(&r.frames);
	vec_release(&r.binaries);
	return !in->failed;
}

static int xctrace_sniff(struct sniff *s)
{
	ptrdiff_t at = str_find(s->head, S("<trace-query-result"));

	if (at < 0 || !(str_starts(s->head, S("<?xml")) || !at))
		return 0;
	return 72;
}

const struct format format_xctrace = {
	.name = "xctrace",
	.help = "XML that xctrace of Instruments exports from a time profile",
	.sniff = xctrace_sniff,
	.read = xctrace_read,
};
