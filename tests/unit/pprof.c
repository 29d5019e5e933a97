/*
 * pprof held against protobuf-c: what it packs we must read, what we write it
 * must unpack to the same. And messages made by hand, for what it would not make.
 */
#include "format/format.h"
#include "io/pb.h"
#include "model.h"
#include "profile.pb-c.h"
#include "tap.h"

/* A profile under construction; strings are added as they are used. */
static Profile built;
static ProtobufCBinaryData strings[64];

static int64_t text(const char *s)
{
	for (size_t i = 0; i < built.n_string_table; i++)
		if (strings[i].len == strlen(s) && memcmp(strings[i].data, s, strlen(s)) == 0)
			return (int64_t)i;
	strings[built.n_string_table] = (ProtobufCBinaryData){ .len = strlen(s),
							       .data = (uint8_t *)s };
	return (int64_t)built.n_string_table++;
}

static ValueType value_type(const char *type, const char *unit)
{
	ValueType v = VALUE_TYPE__INIT;

	v.type = text(type);
	v.unit = text(unit);
	return v;
}

static Label label_text(const char *key, const char *value)
{
	Label l = LABEL__INIT;

	l.key = text(key);
	l.str = text(value);
	return l;
}

static Label label_number(const char *key, int64_t num, const char *unit)
{
	Label l = LABEL__INIT;

	l.key = text(key);
	l.num = num;
	l.num_unit = text(unit);
	return l;
}

/*
 * Two sample types; main calls f, into which g is inlined; one sample with text
 * and numeric labels, one with a negative value; ids that are no small numbers.
 */
static void build(void)
{
	static ValueType types[2], period;
	static ValueType *type_list[] = { &types[0], &types[1] };
	static Mapping map = MAPPING__INIT;
	static Mapping *map_list[] = { &map };
	static Function functions[3] = { FUNCTION__INIT, FUNCTION__INIT, FUNCTION__INIT };
	static Function *function_list[] = { &functions[0], &functions[1], &functions[2] };
	static Line lines[3] = { LINE__INIT, LINE__INIT, LINE__INIT };
	static Line *main_lines[] = { &lines[0] }, *f_lines[] = { &lines[2], &lines[1] };
	static Location locations[2] = { LOCATION__INIT, LOCATION__INIT };
	static Location *location_list[] = { &locations[0], &locations[1] };
	static Label labels[3];
	static Label *label_list[] = { &labels[0], &labels[1], &labels[2] };
	static Sample samples[2] = { SAMPLE__INIT, SAMPLE__INIT };
	static Sample *sample_list[] = { &samples[0], &samples[1] };
	static uint64_t stack[] = { 0xffffffffffffff00, 7 }, leaf[] = { 7 };
	static int64_t values[] = { 3, 30000000 }, negative[] = { -1, -10000000 };
	static int64_t comments[2];
	static const char *const names[] = { "main", "f<int>", "g" };

	profile__init(&built);
	built.string_table = strings;
	text("");
	types[0] = value_type("samples", "count");
	types[1] = value_type("cpu", "nanoseconds");
	period = value_type("cpu", "nanoseconds");
	map.id = 5;
	map.memory_start = 0x400000;
	map.memory_limit = 0x500000;
	map.file_offset = 0x1000;
	map.filename = text("/opt/app");
	map.build_id = text("c0ffee");
	map.has_functions = map.has_line_numbers = map.has_inline_frames = 1;
	for (int i = 0; i < 3; i++) {
		functions[i].id = (uint64_t)i + 100;
		functions[i].name = text(names[i]);
		functions[i].system_name = text(i == 1 ? "_Z1fIiEvv" : names[i]);
		functions[i].filename = text("app.cc");
		functions[i].start_line = 10 * i;
		lines[i].function_id = (uint64_t)i + 100;
		lines[i].line = 10 * i + 1;
		lines[i].column = i;
	}
	locations[0].id = 7;
	locations[0].mapping_id = 5;
	locations[0].address = 0x400123;
	locations[0].n_line = 1;
	locations[0].line = main_lines;
	locations[1].id = 0xffffffffffffff00;
	locations[1].mapping_id = 5;
	locations[1].address = 0x400456;
	locations[1].n_line = 2;
	locations[1].line = f_lines;
	locations[1].is_folded = 1;
	labels[0] = label_text("thread", "worker");
	labels[1] = label_number("bytes", 4096, "bytes");
	labels[2] = label_text("thread", "worker 2");
	samples[0].n_location_id = 2;
	samples[0].location_id = stack;
	samples[0].n_value = 2;
	samples[0].value = values;
	samples[0].n_label = 3;
	samples[0].label = label_list;
	samples[1].n_location_id = 1;
	samples[1].location_id = leaf;
	samples[1].n_value = 2;
	samples[1].value = negative;
	built.n_sample_type = 2;
	built.sample_type = type_list;
	built.n_sample = 2;
	built.sample = sample_list;
	built.n_mapping = 1;
	built.mapping = map_list;
	built.n_location = 2;
	built.location = location_list;
	built.n_function = 3;
	built.function = function_list;
	built.drop_frames = text("drop.*");
	built.keep_frames = text("keep.*");
	built.time_nanos = 1700000000000000000;
	built.duration_nanos = 5000000000;
	built.period_type = &period;
	built.period = 10000000;
	comments[0] = text("host=lab3");
	comments[1] = text("lost=4");
	built.n_comment = 2;
	built.comment = comments;
	built.default_sample_type = text("samples");
	built.doc_url = text("https://example.com/doc");
}

/* Read the one profile of an input. Returns how many records were skipped, or -1. */
static int64_t load(struct profile *p, struct str bytes, bool lenient, struct buf *error)
{
	struct input input;
	int64_t skipped = -1;

	input_open_memory(&input, "mem", bytes, &format_pprof);
	input.in.lenient = lenient;
	if (input_next(&input, p))
		skipped = (int64_t)input.in.skipped;
	input_close(&input);
	buf_add(error, buf_str(&input.in.error));
	if (error->n)
		buf_ch(error, '\0');
	input_release(&input);
	return skipped;
}

static struct str packed_profile(struct buf *b)
{
	build();
	b->n = profile__pack(&built, (uint8_t *)buf_room(b, profile__get_packed_size(&built)));
	return buf_str(b);
}

static struct str frame_at(struct profile *p, sample_id s, size_t i)
{
	size_t n;
	const loc_id *frame = dict_frames(p->dict, profile_sample(p, s)->stack, &n);

	return i < n ? dict_text(p->dict, dict_frame_name(p->dict, frame[i])) : S("(none)");
}

static void check_model(struct profile *p)
{
	const struct label *l;
	size_t n;
	const loc_id *frame = dict_frames(p->dict, profile_sample(p, (sample_id){ 1 })->stack, &n);
	const struct loc *main_frame = dict_loc(p->dict, frame[0]),
			 *g = dict_loc(p->dict, frame[2]);
	const struct mapping *m = dict_mapping(p->dict, main_frame->map);

	ok(p->ncol == 2 && p->sample.n == 3 && n == 3, "types, samples, frames");
	is(frame_at(p, (sample_id){ 1 }, 0), "main", "root");
	is(frame_at(p, (sample_id){ 1 }, 1), "f<int>", "caller of the inlined one");
	is(frame_at(p, (sample_id){ 1 }, 2), "g", "inlined leaf");
	ok(g->flags & LOC_INLINED && g->flags & LOC_FOLDED && !(main_frame->flags & LOC_INLINED),
	   "flags");
	ok(g->line == 21 && g->column == 2 && dict_func(p->dict, g->func)->line == 20, "lines");
	is(dict_text(p->dict, dict_func(p->dict, dict_loc(p->dict, frame[1])->func)->linkage),
	   "_Z1fIiEvv", "linkage name");
	ok(main_frame->addr == 0x123 && m->start == 0x400000 && m->size == 0x100000 &&
		   m->offset == 0x1000,
	   "addresses are relative to the mapping");
	is(dict_text(p->dict, m->build_id), "c0ffee", "build id");
	ok(profile_value(p, 1, (sample_id){ 1 }) == 30000000 &&
		   profile_value(p, 0, (sample_id){ 2 }) == -1,
	   "values");
	l = dict_find_label(p->dict, profile_sample(p, (sample_id){ 1 })->labels,
			    dict_intern(p->dict, S("bytes")));
	ok(l && l->is_num && l->num == 4096, "numeric label");
	is(profile_fact(p, S("lost")), "4", "fact");
	ok(p->head.period == 10000000 && p->head.time == 1700000000000000000, "header");
	ok(profile_default_column(p) == 0, "default type");
}

/* Write p with our writer and unpack that with protobuf-c. */
static Profile *write_and_unpack(struct profile *p)
{
	struct out out;
	Profile *back;

	out_open_memory(&out);
	format_pprof.write(&out, p);
	back = profile__unpack(NULL, out.bytes.n, (uint8_t *)out.bytes.p);
	out_release(&out);
	return back;
}

static struct str string_of(const Profile *p, int64_t i)
{
	return str((char *)p->string_table[i].data, p->string_table[i].len);
}

static void check_written(const Profile *b)
{
	const Location *leaf = NULL;

	ok(b->n_sample_type == 2 && b->n_sample == 2 && b->n_location == 2 && b->n_function == 3 &&
		   b->n_mapping == 1,
	   "as many of everything");
	for (size_t i = 0; i < b->n_location; i++)
		if (b->location[i]->id == b->sample[0]->location_id[0])
			leaf = b->location[i];
	ok(leaf && leaf->n_line == 2 && leaf->is_folded && leaf->address == 0x400456,
	   "inlined frames are lines of one location");
	is(string_of(b, b->function[leaf->line[0]->function_id - 1]->name), "g",
	   "the innermost comes first");
	ok(leaf->line[0]->line == 21 && leaf->line[0]->column == 2, "line and column");
	ok(b->mapping[0]->memory_start == 0x400000 && b->mapping[0]->memory_limit == 0x500000 &&
		   b->mapping[0]->file_offset == 0x1000 && b->mapping[0]->has_inline_frames &&
		   !b->mapping[0]->has_filenames,
	   "mapping");
	ok(b->sample[0]->n_label == 3, "labels, one key twice");
	is(string_of(b, b->sample[0]->label[2]->str), "worker 2", "in the order they came");
	ok(b->sample[1]->value[1] == -10000000, "negative value");
	is(string_of(b, b->drop_frames), "drop.*", "drop_frames");
	is(string_of(b, b->keep_frames), "keep.*", "keep_frames");
	is(string_of(b, b->doc_url), "https://example.com/doc", "doc_url");
	is(string_of(b, b->default_sample_type), "samples", "default type");
	is(string_of(b, b->period_type->unit), "nanoseconds", "period type");
	ok(b->time_nanos == 1700000000000000000 && b->duration_nanos == 5000000000 &&
		   b->n_comment == 2,
	   "time, duration, comments");
}

static void round_trip(void)
{
	struct buf bytes = { 0 }, error = { 0 };
	struct profile p;
	Profile *back;

	model_init(&p);
	ok(load(&p, packed_profile(&bytes), false, &error) >= 0, "protobuf-c's message is read");
	check_model(&p);
	back = write_and_unpack(&p);
	if (ok(back != NULL, "protobuf-c reads what we write"))
		check_written(back);
	profile__free_unpacked(back, NULL);
	model_release(&p);
	buf_release(&bytes);
}

/* The same message with its fields in reverse order and integers not packed. */
static void reordered(void)
{
	struct buf bytes = { 0 }, turned = { 0 }, error = { 0 };
	struct {
		size_t at, n;
	} part[64];
	size_t n = 0;
	struct in in = { .name = "mem" };
	struct str message = packed_profile(&bytes);
	struct pb pb = pb_open(&in, "profile", message, 0);
	struct pb_field f;
	struct profile p;

	while (pb_next(&pb, &f)) {
		part[n].at = (size_t)(f.at - (const uint8_t *)message.p);
		part[n++].n = (size_t)(pb.at - f.at);
	}
	/* Strings keep their order among themselves. */
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = n; i-- > 0;) {
			size_t k = pass ? n - 1 - i : i;
			bool is_string = ((uint8_t)message.p[part[k].at] >> 3) == 6;

			if (is_string == (pass == 1))
				buf_add(&turned, str(message.p + part[k].at, part[k].n));
		}
	}
	model_init(&p);
	ok(load(&p, buf_str(&turned), false, &error) >= 0, "fields in any order");
	ok(p.sample.n == 3 && p.ncol == 2, "give the same profile");
	model_release(&p);
	buf_release(&turned);
	buf_release(&bytes);
}

static void loose(void)
{
	LooseSample s = LOOSE_SAMPLE__INIT;
	uint64_t ids[] = { 7, 7, 7 };
	int64_t values[] = { 5, 6 };
	struct buf bytes = { 0 }, message = { 0 }, error = { 0 };
	struct profile p;
	size_t n;

	s.n_location_id = 3;
	s.location_id = ids;
	s.n_value = 2;
	s.value = values;
	message.n = loose_sample__pack(&s, (uint8_t *)buf_room(&message, 64));
	packed_profile(&bytes);
	pb_put_bytes_always(&bytes, 2, buf_str(&message));
	pb_put_bytes_always(&bytes, 99, S("a field of the future"));
	model_init(&p);
	ok(load(&p, buf_str(&bytes), false, &error) >= 0,
	   "integers that are not packed, unknown fields");
	dict_frames(p.dict, profile_sample(&p, (sample_id){ 3 })->stack, &n);
	ok(n == 3 && profile_value(&p, 1, (sample_id){ 3 }) == 6, "are read or passed over");
	model_release(&p);
	buf_release(&message);
	buf_release(&bytes);
}

/* A sample whose locations and values are in several fields, some packed and some not. */
static void in_several_fields(void)
{
	struct buf bytes = { 0 }, error = { 0 };
	struct profile p;
	size_t n;

	packed_profile(&bytes);
	/* Locations: 7, and twice the one with two frames; values 300 and 6. */
	buf_add(&bytes, S("\x12\x21"
			  "\x0a\x01\x07"
			  "\x08\x80\xfe\xff\xff\xff\xff\xff\xff\xff\x01"
			  "\x0a\x0b\x80\xfe\xff\xff\xff\xff\xff\xff\xff\x01\x07"
			  "\x12\x02\xac\x02\x10\x06"));
	model_init(&p);
	ok(load(&p, buf_str(&bytes), false, &error) >= 0, "integers of several fields: %.*s",
	   STR_ARG(buf_str(&error)));
	dict_frames(p.dict, profile_sample(&p, (sample_id){ 3 })->stack, &n);
	ok(n == 6, "make one stack: %zu frames", n);
	is(frame_at(&p, (sample_id){ 3 }, 0), "main", "the last location is the root");
	is(frame_at(&p, (sample_id){ 3 }, 4), "g", "a location of two frames");
	is(frame_at(&p, (sample_id){ 3 }, 5), "main", "the first is the leaf");
	ok(profile_value(&p, 0, (sample_id){ 3 }) == 300 &&
		   profile_value(&p, 1, (sample_id){ 3 }) == 6,
	   "values of several fields");
	model_release(&p);
	buf_release(&bytes);
}

/* Broken messages: a good one with `more` behind it. */
static void broken(struct str more, const char *expected)
{
	struct buf bytes = { 0 }, error = { 0 };
	struct profile p;

	packed_profile(&bytes);
	buf_add(&bytes, more);
	model_init(&p);
	ok(load(&p, buf_str(&bytes), false, &error) < 0, "refused: %s", expected);
	ok(str_find(buf_str(&error), str_of(expected)) >= 0 &&
		   str_find(buf_str(&error), S("mem: byte ")) >= 0,
	   "with its place: %.*s", STR_ARG(buf_str(&error)));
	buf_release(&error);
	model_release(&p);
	buf_release(&bytes);
}

static void faults(void)
{
	broken(S("\x12\x06\x0a\x01\x63\x12\x01\x01"), "values for 2 sample types");
	broken(S("\x12\x07\x0a\x01\x63\x12\x02\x01\x01"), "names location 99, which is not there");
	broken(S("\x12\x07\x0a\x01\x00\x12\x02\x01\x01"), "names location 0, which is not there");
	/* Half an id in one field, and half in the next. */
	broken(S("\x12\x0a\x0a\x01\x87\x0a\x01\x00\x12\x02\x01\x01"), "ends inside an integer");
	broken(S("\x12\x07\x0a\x01\x07\x12\x02\x01\x81"), "ends inside an integer");
	broken(S("\x12\x11\x0a\x0b\x87\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"
		 "\x12\x02\x01\x01"),
	       "an integer is over 64 bits");
	broken(S("\x12\x08\x0a\x01\x07\x12\x03\x01\x01\x01"), "has 3 values for 2 sample types");
	broken(S("\x22\x04\x08\x09\x10\x63"), "names mapping 99, which is not there");
	broken(S("\x22\x06\x08\x09\x22\x02\x08\x63"), "names function 99, which is not there");
	broken(S("\x2a\x05\x08\x09\x10\xff\x01"), "names string 255 of");
	broken(S("\x2a\x02\x08\x64"), "has id 100, which is taken");
	broken(S("\x22\x00"), "has no id, or id 0");
	broken(S("\x28\x01"), "has wire type 0, not that of bytes");
	broken(S("\x4a\x00"), "has wire type 2, not an integer's");
	broken(S("\x4e"), "has wire type 6, which does not exist");
	broken(S("\x4b"), "is a group without an end");
	broken(S("\x12\x7f\x01"), "is 127 bytes long, and 1 are left");
	broken(S("\x48\xff"), "an integer is cut short");
	broken(S("\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "over 64 bits");
	broken(S("\x48\x01"), "occurs twice");
	broken(S("\x00\x00"), "a field number is out of range");
	broken(S("\x0a\x04\x08\x01\x10\x02"), "which is a sample type already");
}

static void lenient(void)
{
	struct buf bytes = { 0 }, error = { 0 };
	struct profile p;

	packed_profile(&bytes);
	buf_add(&bytes, S("\x12\x07\x0a\x01\x63\x12\x02\x01\x01"));
	model_init(&p);
	ok(load(&p, buf_str(&bytes), true, &error) == 1, "lenient: a broken sample is counted");
	ok(p.sample.n == 3, "and skipped");
	buf_release(&error);
	model_release(&p);
	buf_release(&bytes);
}

int main(void)
{
	round_trip();
	reordered();
	loose();
	in_several_fields();
	faults();
	lenient();
	return done();
}
