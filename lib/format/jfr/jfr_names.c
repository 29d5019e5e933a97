/*
 * From the constants of a chunk to the profile's names of methods, stacks and labels.
 *
 * The type of a frame is a name. "Native" is, from the JDK, a Java method in native code;
 * from async-profiler, whose recordings have more types, it is a function of a library,
 * which has no class.
 */
#include <stdio.h>

#include "format/jfr/jfr.h"

enum frame_type { PLAIN, JIT, INLINED, NATIVE, KERNEL };

/* Names */

/* The text of a symbol, in scratch or in the chunk. */
static struct str symbol(struct jfr_reader *r, uint64_t key, struct buf *scratch)
{
	struct jfr_chunk *k = &r->chunk;
	struct jfr_record record;
	struct cursor c;

	if (!jfr_read_constant(k, JFR_SYMBOLS, jfr_find(k, JFR_SYMBOLS, key), &record) ||
	    !jfr_has(&record, JFR_TEXT))
		return S("");
	c = jfr_cursor(k, (uint64_t)record.v[JFR_TEXT]);
	return jfr_string(k, &c, scratch);
}

static struct str class_symbol(struct jfr_reader *r, uint64_t key, struct buf *scratch)
{
	struct jfr_chunk *k = &r->chunk;
	struct jfr_record record;

	if (!jfr_read_constant(k, JFR_CLASSES, jfr_find(k, JFR_CLASSES, key), &record) ||
	    !jfr_has(&record, JFR_NAME_OF))
		return S("");
	return symbol(r, (uint64_t)record.v[JFR_NAME_OF], scratch);
}

struct str jfr_constant_text(struct jfr_reader *r, enum jfr_pool pool, uint64_t key)
{
	struct jfr_chunk *k = &r->chunk;
	struct jfr_record record;
	struct cursor c;

	if (!jfr_read_constant(k, pool, jfr_find(k, pool, key), &record) ||
	    !(jfr_has(&record, JFR_TEXT) || jfr_has(&record, JFR_NAME)))
		return S("");
	c = jfr_cursor(k, (uint64_t)record.v[jfr_has(&record, JFR_TEXT) ? JFR_TEXT : JFR_NAME]);
	return jfr_string(k, &c, &r->text);
}

/* The type of an element of an array: "[[I" is int[][]. */
static struct str element_name(struct str s)
{
	static const char *const names[] = { "Bbyte", "Cchar", "Ddouble", "Ffloat",
					     "Iint",  "Jlong", "Sshort",  "Zboolean" };

	for (size_t i = 0; i < LEN(names); i++)
		if (s.n == 1 && s.p[0] == names[i][0])
			return str_of(names[i] + 1);
	if (s.n > 2 && s.p[0] == 'L' && s.p[s.n - 1] == ';')
		return str(s.p + 1, s.n - 2);
	return s;
}

/* Write a class as programs do: "java.lang.String", "byte[]". */
static struct str class_name(struct jfr_reader *r, uint64_t key)
{
	struct str s = class_symbol(r, key, &r->text), element = s;

	r->name.n = 0;
	while (element.n && element.p[0] == '[')
		element = str_skip(element, 1);
	if (element.n < s.n)
		buf_add(&r->name, element_name(element));
	else
		buf_add(&r->name, s);
	for (size_t i = 0; i < r->name.n; i++)
		if (r->name.p[i] == '/')
			r->name.p[i] = '.';
	for (size_t i = element.n; i < s.n; i++)
		buf_add(&r->name, S("[]"));
	return buf_str(&r->name);
}

/* Names may be longer than the chunk that yields them, since a class has many methods. */
static bool spend_on_name(struct jfr_reader *r, size_t n)
{
	if (n > r->chunk.work)
		return in_fail_at(r->in, r->chunk.pos,
				  "a chunk's names are out of proportion to its size");
	r->chunk.work -= n;
	return true;
}

static func_id method_function(struct jfr_reader *r, struct jfr_constant *method, bool in_library)
{
	struct jfr_record record;
	struct str class = S(""), name = S("");
	func_id func = { 0 };

	if (method->known[in_library])
		return (func_id){ method->known[in_library] - 1 };
	r->name.n = 0;
	if (jfr_read_constant(&r->chunk, JFR_METHODS, method, &record)) {
		if (jfr_has(&record, JFR_TYPE) && !in_library)
			class = class_symbol(r, (uint64_t)record.v[JFR_TYPE], &r->text);
		if (jfr_has(&record, JFR_NAME_OF))
			name = symbol(r, (uint64_t)record.v[JFR_NAME_OF], &r->other);
		buf_add(&r->name, class);
		if (class.n && name.n)
			buf_ch(&r->name, '.');
		buf_add(&r->name, name);
	}
	if (r->name.n && spend_on_name(r, r->name.n))
		func = dict_add_func(r->p->dict,
				     (struct func){
					     .name = dict_intern(r->p->dict, buf_str(&r->name)) });
	method->known[in_library] = func.i + 1;
	return func;
}

/* Stacks */

static enum frame_type type_named(const struct jfr_chunk *k, struct str text)
{
	static const struct {
		const char *text;
		enum frame_type type;
	} types[] = {
		{ "JIT compiled", JIT }, { "C1 compiled", JIT }, { "Inlined", INLINED },
		{ "Native", NATIVE },    { "C++", NATIVE },      { "Kernel", KERNEL },
	};

	for (size_t i = 0; i < LEN(types); i++)
		if (str_eq(text, str_of(types[i].text)))
			return types[i].type == NATIVE && !k->has_native_types ? PLAIN :
										 types[i].type;
	return PLAIN;
}

static enum frame_type frame_type(struct jfr_reader *r, uint64_t key)
{
	struct jfr_constant *constant = jfr_find(&r->chunk, JFR_FRAME_TYPES, key);

	if (!constant)
		return PLAIN;
	if (!constant->known[0])
		constant->known[0] = 1 + type_named(&r->chunk,
						    jfr_constant_text(r, JFR_FRAME_TYPES, key));
	return constant->known[0] - 1;
}

static map_id named_mapping(struct jfr_reader *r, map_id *known, struct str file)
{
	struct mapping m = { .file = dict_intern(r->p->dict, file) };

	if (!known->i)
		*known = dict_add_mapping(r->p->dict, m);
	return *known;
}

/* The class of a function in native code is its library, if that is known. */
static map_id library(struct jfr_reader *r, const struct jfr_constant *method)
{
	struct jfr_record record;
	struct mapping m = { 0 };
	struct str file;

	if (!jfr_read_constant(&r->chunk, JFR_METHODS, method, &record) ||
	    !jfr_has(&record, JFR_TYPE))
		return (map_id){ 0 };
	file = class_symbol(r, (uint64_t)record.v[JFR_TYPE], &r->text);
	if (!file.n)
		return (map_id){ 0 };
	m.file = dict_intern(r->p->dict, file);
	return dict_add_mapping(r->p->dict, m);
}

/* An inlined method lies in compiled code, as its caller does. */
static void mark_frame(struct jfr_reader *r, struct loc *loc, enum frame_type type,
		       const struct jfr_constant *method)
{
	switch (type) {
	case JIT:
	case INLINED:
		loc->map = named_mapping(r, &r->jit, S("[JIT]"));
		loc->flags = LOC_JIT | (type == INLINED ? LOC_INLINED : 0);
		break;
	case KERNEL:
		loc->map = named_mapping(r, &r->kernel, S("[kernel.kallsyms]"));
		loc->flags = LOC_KERNEL;
		break;
	case NATIVE:
		loc->map = library(r, method);
		loc->flags = mapping_flags(
			dict_text(r->p->dict, dict_mapping(r->p->dict, loc->map)->file));
		break;
	default: break;
	}
}

static loc_id new_location(struct jfr_reader *r, const struct jfr_record *frame)
{
	struct jfr_constant *method = NULL;
	enum frame_type type = PLAIN;
	struct loc loc = { 0 };

	if (jfr_has(frame, JFR_TYPE))
		type = frame_type(r, (uint64_t)frame->v[JFR_TYPE]);
	if (jfr_has(frame, JFR_METHOD))
		method = jfr_find(&r->chunk, JFR_METHODS, (uint64_t)frame->v[JFR_METHOD]);
	if (method)
		loc.func = method_function(r, method, type == NATIVE || type == KERNEL);
	if (jfr_has(frame, JFR_LINE) && frame->v[JFR_LINE] > 0)
		loc.line = (uint32_t)frame->v[JFR_LINE];
	mark_frame(r, &loc, type, method);
	return dict_add_loc(r->p->dict, loc);
}

static loc_id frame_location(struct jfr_reader *r, const struct jfr_record *frame)
{
	struct jfr_frame new = {
		.method = jfr_has(frame, JFR_METHOD) ? (uint64_t)frame->v[JFR_METHOD] : 0,
		.type = jfr_has(frame, JFR_TYPE) ? (uint64_t)frame->v[JFR_TYPE] : 0,
		.line = jfr_has(frame, JFR_LINE) ? frame->v[JFR_LINE] : 0,
	};
	uint64_t hash = (new.method * 31 + (uint64_t) new.line * 7 + new.type) * 0x9e3779b97f4a7c15;
	struct jfr_frame *known = &r->chunk.frames[hash >> (64 - JFR_FRAME_BITS)];

	if (known->loc.i && known->method == new.method && known->type == new.type &&
	    known->line == new.line)
		return known->loc;
	new.loc = new_location(r, frame);
	*known = new;
	return new.loc;
}

/* The frame at the root of a stack that the recorder cut. */
static loc_id truncated_frame(struct jfr_reader *r)
{
	struct dictionary *d = r->p->dict;

	if (!r->truncated.i)
		r->truncated = dict_add_loc(
			d,
			(struct loc){
				.func = dict_add_func(
					d, (struct func){
						   .name = dict_intern(d, S("[truncated]")) }) });
	return r->truncated;
}

static void read_frames(struct jfr_reader *r, uint64_t at)
{
	struct jfr_chunk *k = &r->chunk;
	const struct jfr_class *class = k->frame_class;
	struct cursor c = jfr_cursor(k, at);
	uint64_t n = jfr_int(k, &c);
	struct jfr_record frame;

	for (; n && class && class->n; n--) {
		jfr_read_record(k, &c, class, &frame);
		if (c.failed)
			break;
		vec_push(&r->frames, frame_location(r, &frame));
	}
}

stack_id jfr_stack(struct jfr_reader *r, uint64_t key)
{
	struct jfr_constant *constant = jfr_find(&r->chunk, JFR_STACK_TRACES, key);
	struct jfr_record record;
	stack_id stack;

	if (!constant)
		return (stack_id){ 0 };
	if (!constant->known[0]) {
		vec_clear(&r->frames);
		if (jfr_read_constant(&r->chunk, JFR_STACK_TRACES, constant, &record)) {
			if (jfr_has(&record, JFR_FRAMES))
				read_frames(r, (uint64_t)record.v[JFR_FRAMES]);
			constant->known[1] = jfr_has(&record, JFR_TRUNCATED) &&
					     record.v[JFR_TRUNCATED];
			if (constant->known[1])
				vec_push(&r->frames, truncated_frame(r));
		}
		vec_reverse(&r->frames);
		stack = dict_add_stack(r->p->dict, r->frames.v, r->frames.n);
		constant->known[0] = stack.i + 1;
	}
	r->ntruncated += constant->known[1];
	return (stack_id){ constant->known[0] - 1 };
}

/* Labels */

static struct str field_text(struct jfr_reader *r, const struct jfr_record *record,
			     enum jfr_role role)
{
	struct cursor c = jfr_cursor(&r->chunk, (uint64_t)record->v[role]);

	return jfr_has(record, role) ? jfr_string(&r->chunk, &c, &r->text) : S("");
}

/* A thread's name is that of the Java thread, or else that of the system's thread. */
static label_set_id thread_labels(struct jfr_reader *r, uint64_t key)
{
	struct jfr_constant *constant = jfr_find(&r->chunk, JFR_THREADS, key);
	struct dictionary *d = r->p->dict;
	struct jfr_record record;
	label_set_id set = { 0 };
	struct str name;

	if (!constant)
		return set;
	if (constant->known[0])
		return (label_set_id){ constant->known[0] - 1 };
	if (jfr_read_constant(&r->chunk, JFR_THREADS, constant, &record)) {
		name = field_text(r, &record, JFR_JAVA_NAME);
		if (!name.n)
			name = field_text(r, &record, JFR_OS_NAME);
		if (name.n)
			set = dict_add_text_label(d, set, S("thread"), name);
		if (jfr_has(&record, JFR_OS_THREAD_ID) && record.v[JFR_OS_THREAD_ID] > 0)
			set = dict_add_number_label(d, set, S("tid"), record.v[JFR_OS_THREAD_ID]);
	}
	constant->known[0] = set.i + 1;
	return set;
}

/* "STATE_IN_OBJECT_WAIT" becomes "in_object_wait"; STATE_DEFAULT becomes no label. */
static label_set_id add_state(struct jfr_reader *r, label_set_id set, uint64_t key)
{
	struct str text = jfr_constant_text(r, JFR_THREAD_STATES, key);

	if (!text.n || str_eq(text, S("STATE_DEFAULT")))
		return set;
	if (str_starts(text, S("STATE_")))
		text = str_skip(text, 6);
	r->name.n = 0;
	for (size_t i = 0; i < text.n; i++)
		buf_ch(&r->name,
		       (char)(text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] | 0x20 : text.p[i]));
	return dict_add_text_label(r->p->dict, set, S("state"), buf_str(&r->name));
}

static label_set_id origin_labels(struct jfr_reader *r, const struct jfr_origin *o)
{
	label_set_id set = thread_labels(r, o->thread);
	char span[17];
	struct str class;

	if (o->state)
		set = add_state(r, set, o->state - 1);
	if (o->object_class) {
		class = class_name(r, o->object_class);
		if (class.n && spend_on_name(r, class.n))
			set = dict_add_text_label(r->p->dict, set, S("class"), class);
	}
	if (o->span) {
		snprintf(span, sizeof(span), "%016llx", (unsigned long long)o->span);
		set = dict_add_text_label(r->p->dict, set, S("span_id"), str_of(span));
	}
	if (o->context)
		set = dict_add_number_label(r->p->dict, set, S("context_id"), (int64_t)o->context);
	return set;
}

static uint64_t key_of(const struct jfr_record *event, enum jfr_role role, uint64_t more)
{
	return jfr_has(event, role) ? (uint64_t)event->v[role] + more : 0;
}

label_set_id jfr_labels(struct jfr_reader *r, const struct jfr_record *event)
{
	struct table *origins = &r->chunk.origins;
	struct jfr_origin o = { .thread = key_of(event, JFR_THREAD, 0),
				.state = key_of(event, JFR_STATE, 1),
				.object_class = key_of(event, JFR_OBJECT_CLASS, 0),
				.span = key_of(event, JFR_SPAN_ID, 0),
				.context = key_of(event, JFR_CONTEXT_ID, 0) };
	uint32_t known = origins->n, row = table_intern(origins, &o);
	label_set_id set;

	if (row != known)
		return ((struct jfr_origin *)table_row(origins, row))->labels;
	set = origin_labels(r, &o);
	((struct jfr_origin *)table_row(origins, row))->labels = set;
	return set;
}
