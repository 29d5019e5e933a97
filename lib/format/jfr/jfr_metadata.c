/*
 * The metadata of a chunk: a list of strings, and a tree of elements whose names and
 * attributes are numbers of strings.
 *
 *	root
 *	    metadata
 *	        class	id="101" name="jdk.ExecutionSample" superType="jdk.jfr.Event"
 *	            field	name="startTime" class="9"
 *	                annotation	class="81" value="TICKS"
 *	            field	name="stackTrace" class="30" constantPool="true"
 *	            field	name="frames" class="31" dimension="1"
 */
#include "format/jfr/jfr.h"

/* The required kind of a role's field. */
enum want { NUMBER, KEY, STRING, ARRAY };

static const struct {
	const char *name;
	uint8_t want, role;
} roles[] = {
	{ "startTime", NUMBER, JFR_START_TIME },
	{ "duration", NUMBER, JFR_DURATION },
	{ "eventThread", KEY, JFR_THREAD },
	{ "sampledThread", KEY, JFR_THREAD },
	{ "stackTrace", KEY, JFR_STACK },
	{ "state", KEY, JFR_STATE },
	{ "samples", NUMBER, JFR_SAMPLES },
	{ "samplingPeriod", NUMBER, JFR_SAMPLING_PERIOD },
	{ "allocationSize", NUMBER, JFR_ALLOCATION_SIZE },
	{ "tlabSize", NUMBER, JFR_TLAB_SIZE },
	{ "weight", NUMBER, JFR_WEIGHT },
	{ "size", NUMBER, JFR_SIZE },
	{ "objectClass", KEY, JFR_OBJECT_CLASS },
	{ "monitorClass", KEY, JFR_OBJECT_CLASS },
	{ "parkedClass", KEY, JFR_OBJECT_CLASS },
	{ "spanId", NUMBER, JFR_SPAN_ID },
	{ "contextId", NUMBER, JFR_CONTEXT_ID },
	{ "lostSamples", NUMBER, JFR_LOST },
	{ "id", NUMBER, JFR_ID },
	{ "name", STRING, JFR_NAME },
	{ "value", STRING, JFR_VALUE },
	{ "name", KEY, JFR_NAME_OF },
	{ "truncated", NUMBER, JFR_TRUNCATED },
	{ "frames", ARRAY, JFR_FRAMES },
	{ "method", KEY, JFR_METHOD },
	{ "lineNumber", NUMBER, JFR_LINE },
	{ "type", KEY, JFR_TYPE },
	{ "osName", STRING, JFR_OS_NAME },
	{ "osThreadId", NUMBER, JFR_OS_THREAD_ID },
	{ "javaName", STRING, JFR_JAVA_NAME },
	{ "string", STRING, JFR_TEXT },
	{ "description", STRING, JFR_TEXT },
};

static const char *const storages[] = {
	[JFR_BOOLEAN] = "boolean", [JFR_BYTE] = "byte",     [JFR_SHORT] = "short",
	[JFR_CHAR] = "char",       [JFR_INT] = "int",       [JFR_LONG] = "long",
	[JFR_FLOAT] = "float",     [JFR_DOUBLE] = "double", [JFR_STRING] = "java.lang.String",
};

static const char *const pools[] = {
	[JFR_STACK_TRACES] = "jdk.types.StackTrace",
	[JFR_METHODS] = "jdk.types.Method",
	[JFR_CLASSES] = "java.lang.Class",
	[JFR_SYMBOLS] = "jdk.types.Symbol",
	[JFR_STRINGS] = "java.lang.String",
	[JFR_THREADS] = "java.lang.Thread",
	[JFR_THREAD_STATES] = "jdk.types.ThreadState",
	[JFR_FRAME_TYPES] = "jdk.types.FrameType",
};

static const char *const time_units[] = {
	[JFR_TICKS] = "TICKS",
	[JFR_NANOSECONDS] = "NANOSECONDS",
	[JFR_MICROSECONDS] = "MICROSECONDS",
	[JFR_MILLISECONDS] = "MILLISECONDS",
	[JFR_SECONDS] = "SECONDS",
};

/* The tree */

enum element { OTHER, CLASS, FIELD, ANNOTATION };

struct metadata {
	struct jfr_reader *r;
	struct cursor c;
	VEC(struct str) strings; /* in jfr_chunk.names */
};

/* The index of s in a list of words, from 1; 0 if it is not in the list. */
static uint8_t word_of(struct str s, const char *const *words, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (str_is(s, words[i]))
			return (uint8_t)i;
	return 0;
}

static struct str metadata_string(struct metadata *m)
{
	uint64_t i = jfr_int(&m->r->chunk, &m->c);

	if (i < m->strings.n)
		return m->strings.v[i];
	cursor_fail(&m->c);
	return S("");
}

static enum element element_of(struct str name)
{
	static const char *const elements[] = { NULL, "class", "field", "annotation" };

	return word_of(name, elements, LEN(elements));
}

static uint64_t id_of(struct metadata *m, struct str text)
{
	uint64_t id = 0;

	if (!str_u64(text, &id))
		cursor_fail(&m->c);
	return id;
}

static void class_attribute(struct metadata *m, struct str key, struct str value)
{
	struct jfr_class *class = &vec_last(&m->r->chunk.classes);

	if (str_eq(key, S("id")))
		class->id = id_of(m, value);
	else if (str_eq(key, S("name")))
		class->name = value;
}

static void field_attribute(struct metadata *m, struct str key, struct str value)
{
	struct jfr_field *field = &vec_last(&m->r->chunk.fields);

	if (str_eq(key, S("name")))
		field->name = value;
	else if (str_eq(key, S("class")))
		field->class_id = id_of(m, value);
	else if (str_eq(key, S("constantPool")))
		field->pooled = str_eq(value, S("true"));
	else if (str_eq(key, S("dimension")))
		field->array = !str_eq(value, S("0"));
}

static void annotation_attribute(struct metadata *m, struct str key, struct str value)
{
	uint8_t unit = word_of(value, time_units, LEN(time_units));

	if (unit && str_eq(key, S("value")))
		vec_last(&m->r->chunk.fields).unit = unit;
}

static void begin_element(struct metadata *m, enum element e)
{
	enum { MOST = 1 << 20 }; /* fields; a JDK has a few thousand */
	struct jfr_chunk *k = &m->r->chunk;

	if (k->fields.n + k->classes.n == MOST)
		cursor_fail(&m->c);
	if (e == CLASS)
		vec_push(&k->classes, (struct jfr_class){ .first = (uint32_t)k->fields.n });
	if (e == FIELD)
		vec_push(&k->fields, (struct jfr_field){ 0 });
}

/*
 * Read an element only inside a parent that can contain it, so that a field belongs to the
 * class before it, and an annotation to the field. `inside` is the parent.
 */
static enum element allowed(enum element e, enum element inside)
{
	if (e == FIELD && inside != CLASS)
		return OTHER;
	if (e == ANNOTATION && inside != FIELD)
		return OTHER;
	return e == CLASS && inside != OTHER ? OTHER : e;
}

static void read_element(struct metadata *m, enum element inside, int depth)
{
	enum { DEEPEST = 16 };
	struct jfr_chunk *k = &m->r->chunk;
	enum element e = allowed(element_of(metadata_string(m)), inside);
	uint64_t n;

	begin_element(m, e);
	for (n = jfr_int(k, &m->c); n && !m->c.failed; n--) {
		struct str key = metadata_string(m), value = metadata_string(m);

		if (e == CLASS)
			class_attribute(m, key, value);
		else if (e == FIELD)
			field_attribute(m, key, value);
		else if (e == ANNOTATION)
			annotation_attribute(m, key, value);
	}
	if (depth == DEEPEST)
		cursor_fail(&m->c);
	for (n = jfr_int(k, &m->c); n && !m->c.failed; n--)
		read_element(m, e, depth + 1);
	if (e == CLASS)
		vec_last(&k->classes).n = (uint32_t)k->fields.n - vec_last(&k->classes).first;
}

/* What the names mean */

static bool is_wanted(const struct jfr_chunk *k, const struct jfr_field *f, enum want want)
{
	enum jfr_storage storage = k->classes.v[f->class_row].storage;

	switch (want) {
	case ARRAY: return f->array && !f->pooled;
	case KEY: return f->pooled && !f->array;
	case STRING: return storage == JFR_STRING && !f->array && !f->pooled;
	default: return storage != JFR_STRING && storage != JFR_RECORD && !f->array && !f->pooled;
	}
}

static enum jfr_role role_of(const struct jfr_chunk *k, const struct jfr_field *f)
{
	for (size_t i = 0; i < LEN(roles); i++)
		if (str_is(f->name, roles[i].name) && is_wanted(k, f, roles[i].want))
			return roles[i].role;
	return JFR_UNKNOWN;
}

const struct jfr_class *jfr_class_of(const struct jfr_chunk *k, uint64_t id)
{
	struct jfr_class_id row = { .id = id, .one = 1 };
	uint32_t i = table_find(&k->class_ids, &row);

	if (!i)
		return NULL;
	return &k->classes.v[((struct jfr_class_id *)table_row(&k->class_ids, i))->row];
}

static void name_classes(struct jfr_chunk *k)
{
	for (size_t i = 0; i < k->classes.n; i++) {
		struct jfr_class *class = &k->classes.v[i];
		struct jfr_class_id row = { .id = class->id, .one = 1, .row = i };

		class->storage = word_of(class->name, storages, LEN(storages));
		class->pool = word_of(class->name, pools, LEN(pools));
		class->event = jfr_event_of(class->name);
		k->pool_class[class->pool] = (uint32_t)i;
		table_intern(&k->class_ids, &row);
	}
}

/* The number of varints of which a record of the class consists; 0 if it has other values. */
static uint32_t varints_of(const struct jfr_chunk *k, const struct jfr_class *class)
{
	enum { MOST = 64 };

	if (!k->is_packed || class->storage != JFR_RECORD || class->n > MOST)
		return 0;
	for (uint32_t i = 0; i < class->n; i++) {
		const struct jfr_field *f = &k->fields.v[class->first + i];
		enum jfr_storage storage = k->classes.v[f->class_row].storage;

		if (f->array || (!f->pooled && (storage < JFR_SHORT || storage > JFR_LONG)))
			return 0;
	}
	return class->n;
}

static bool name_fields(struct metadata *m)
{
	struct jfr_chunk *k = &m->r->chunk;

	for (size_t i = 0; i < k->fields.n; i++) {
		struct jfr_field *f = &k->fields.v[i];
		const struct jfr_class *class = jfr_class_of(k, f->class_id);

		if (!class)
			return jfr_damaged(m->r, k->metadata_at, "a field's class is not there");
		f->class_row = (uint32_t)(class - k->classes.v);
	}
	for (size_t i = 0; i < k->fields.n; i++) {
		struct jfr_field *f = &k->fields.v[i];

		f->role = role_of(k, f);
		if (f->role == JFR_FRAMES)
			k->frame_class = &k->classes.v[f->class_row];
	}
	for (size_t i = 0; i < k->classes.n; i++)
		k->classes.v[i].nvarint = varints_of(k, &k->classes.v[i]);
	return true;
}

static void read_strings(struct metadata *m)
{
	struct jfr_chunk *k = &m->r->chunk;
	uint64_t n = jfr_int(k, &m->c);

	if (!cursor_has(&m->c, n) || !in_fits(m->r->in, (size_t)n, sizeof(*m->strings.v)))
		return;
	while (n-- && !m->c.failed)
		vec_push(&m->strings, arena_str(&k->names, jfr_string(k, &m->c, &m->r->text)));
}

bool jfr_read_metadata(struct jfr_reader *r)
{
	struct jfr_chunk *k = &r->chunk;
	struct metadata m = { .r = r, .c = jfr_cursor(k, k->metadata_at) };
	bool ok = true;

	jfr_int(k, &m.c);  /* size */
	jfr_long(k, &m.c); /* type */
	jfr_long(k, &m.c); /* start */
	jfr_long(k, &m.c); /* duration */
	jfr_long(k, &m.c); /* id */
	read_strings(&m);
	read_element(&m, OTHER, 0);
	if (m.c.failed && !r->in->failed)
		ok = jfr_damaged(r, k->metadata_at, "the metadata of a chunk is damaged");
	if (ok && !r->in->failed)
		name_classes(k);
	ok = ok && !r->in->failed && name_fields(&m);
	vec_release(&m.strings);
	return ok;
}
