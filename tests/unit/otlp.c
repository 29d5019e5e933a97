/* OTLP profiles: the messages that are written, and what is read from such messages. */
#include "format/otlp/otlp.h"

#include "model.h"
#include "profile/check.h"
#include "tap.h"

/* Profiles */

static struct profile profile;

static str_id text(const char *s)
{
	return dict_intern(profile.dict, str_of(s));
}

static loc_id frame(const char *name, const char *file, uint64_t addr, uint32_t flags)
{
	struct func f = { .name = text(name), .file = text("a.c"), .line = 3 };
	struct mapping m = {
		.start = 0x1000, .size = 0x2000, .file = text(file), .build_id = text("c0ffee")
	};

	return dict_add_loc(profile.dict, (struct loc){ .map = dict_add_mapping(profile.dict, m),
							.func = dict_add_func(profile.dict, f),
							.addr = addr,
							.line = 7,
							.flags = LOC_ADDR | flags });
}

static label_set_id label(label_set_id set, const char *key, const char *value)
{
	return dict_add_text_label(profile.dict, set, str_of(key), str_of(value));
}

/* Two types; three samples, of which one has no value of the second type. */
static void make_profile(void)
{
	loc_id stack[3];
	label_set_id plain, in_span;
	int64_t scale;
	uint32_t count, cpu;

	model_init(&profile);
	stack[0] = frame("main", "/bin/app", 0x10, 0);
	stack[1] = frame("work", "/bin/app", 0x20, 0);
	stack[2] = frame("inner", "/bin/app", 0x20, LOC_INLINED);
	count = profile_column(&profile, text("samples"), text("count"), &scale);
	cpu = profile_column(&profile, text("cpu"), text("nanoseconds"), &scale);
	profile.head.time = 1000;
	profile.head.duration = 500;
	profile.head.period = 10;
	profile.head.period_type = text("cpu");
	profile.head.period_unit = text("nanoseconds");
	profile.head.default_type = text("cpu");
	profile_add_comment(&profile, S("lost=3"));
	plain = label((label_set_id){ 0 }, "service_name", "api");
	in_span = label(plain, "trace_id", "000102030405060708090a0b0c0d0e0f");
	in_span = label(in_span, "span_id", "0001020304050607");
	in_span = dict_add_number_label(profile.dict, in_span, S("tid"), 42);
	for (size_t n = 1; n <= 3; n++) {
		sample_id s = profile_add_sample(&profile, dict_add_stack(profile.dict, stack, n),
						 n == 1 ? plain : in_span);

		profile_add_value(&profile, count, s, (int64_t)n);
		if (n > 1)
			profile_add_value(&profile, cpu, s, 10 * (int64_t)n);
	}
}

/* The message, walked by its wire format alone */

static struct buf message;

/* The bytes of the nth field of this number in a message; p is NULL if there are fewer. */
static struct str field(struct str bytes, uint32_t number, size_t nth)
{
	struct in in;
	struct pb pb;
	struct pb_field f;
	struct str found = { 0 };

	in_open_memory(&in, "message", S(""));
	pb = pb_open(&in, "message", bytes, 0);
	while (!found.p && pb_next(&pb, &f))
		if (f.number == number && f.wire == PB_LEN && !nth--)
			found = f.bytes;
	in_close(&in);
	in_release(&in);
	return found;
}

static size_t count_fields(struct str bytes, uint32_t number)
{
	size_t n = 0;

	while (field(bytes, number, n).p)
		n++;
	return n;
}

/* The value of a varint or fixed field; 0 if there is none. */
static uint64_t number(struct str bytes, uint32_t field_number)
{
	struct in in;
	struct pb pb;
	struct pb_field f;
	uint64_t v = 0;

	in_open_memory(&in, "message", S(""));
	pb = pb_open(&in, "message", bytes, 0);
	while (pb_next(&pb, &f))
		if (f.number == field_number && f.wire != PB_LEN)
			v = f.value;
	in_close(&in);
	in_release(&in);
	return v;
}

static struct str row(uint32_t table, size_t i)
{
	return field(field(buf_str(&message), DATA_DICTIONARY, 0), table, i);
}

static struct str scope(void)
{
	return field(field(buf_str(&message), DATA_RESOURCE_PROFILES, 0), RESOURCE_SCOPE_PROFILES,
		     0);
}

static bool has_string(const char *s)
{
	for (size_t i = 0; row(TABLE_STRINGS, i).p; i++)
		if (str_eq(row(TABLE_STRINGS, i), str_of(s)))
			return true;
	return false;
}

static void write_profiles(void)
{
	struct str first, second;

	first = field(scope(), SCOPE_PROFILES, 0);
	second = field(scope(), SCOPE_PROFILES, 1);
	ok(count_fields(scope(), SCOPE_PROFILES) == 2, "a profile for each sample type");
	ok(count_fields(first, PROFILE_SAMPLES) == 3 && count_fields(second, PROFILE_SAMPLES) == 2,
	   "a sample without a value of the type is not in its profile");
	ok(number(first, PROFILE_TIME) == 1000 && number(second, PROFILE_DURATION) == 500 &&
		   number(second, PROFILE_PERIOD) == 10,
	   "each has the time, the duration and the period");
	ok(field(first, PROFILE_ATTRIBUTES, 0).n && !field(second, PROFILE_ATTRIBUTES, 0).n,
	   "the first has the comments");
}

static void write_tables(void)
{
	for (uint32_t table = TABLE_MAPPINGS; table <= TABLE_STACKS; table++)
		ok(row(table, 0).p && !row(table, 0).n, "row 0 of table %u is empty", table);
	ok(str_eq(field(row(TABLE_LINKS, 1), 1, 0),
		  str("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 16)) &&
		   str_eq(field(row(TABLE_LINKS, 1), 2, 0), str("\0\1\2\3\4\5\6\7", 8)) &&
		   !row(TABLE_LINKS, 2).p,
	   "the ids of a span are a link, as bytes, once");
	ok(!has_string("trace_id") && !has_string("span_id"), "and no attributes");
	ok(has_string("thread.id") && !has_string("tid"), "labels have OpenTelemetry's names");
	ok(!has_string("service_name"), "a service that all samples have is the resource's");
	ok(number(row(TABLE_MAPPINGS, 1), 1) == 0x1000 &&
		   number(row(TABLE_MAPPINGS, 1), 2) == 0x3000,
	   "a mapping ends after its size");
	ok(has_string("process.executable.build_id.gnu"), "and has its build id");
	for (size_t i = 0; row(TABLE_STRINGS, i).p; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(row(TABLE_STRINGS, i), row(TABLE_STRINGS, j)))
				ok(false, "string %zu is there twice", i);
}

/* The frame "inner" was inlined into "work": its location has two lines. */
static void write_frames(void)
{
	size_t one = 0, two = 0;

	for (size_t i = 1; row(TABLE_LOCATIONS, i).p; i++) {
		size_t lines = count_fields(row(TABLE_LOCATIONS, i), 3);

		one += lines == 1;
		two += lines == 2;
	}
	ok(one == 2 && two == 1, "frames inlined into another are one location with it");
	ok(count_fields(field(buf_str(&message), DATA_DICTIONARY, 0), TABLE_STACKS) == 4,
	   "each stack once");
}

/* Reading */

static void read_back(void)
{
	struct profile back;
	struct input input;
	const struct label *l;

	model_init(&back);
	input_open_memory(&input, "x", buf_str(&message), NULL);
	ok(input_next(&input, &back) && !profile_check(&back), "what is written is read");
	ok(back.ncol == 2 && back.sample.n == 4 && back.head.time == 1000 &&
		   back.head.duration == 500 && back.head.period == 10,
	   "types, samples, time and period");
	ok(str_eq(dict_text(back.dict, back.head.default_type), S("cpu")), "the default type");
	is(profile_fact(&back, S("lost")), "3", "comments");
	l = dict_find_label(back.dict, profile_sample(&back, (sample_id){ 2 })->labels,
			    dict_find_str(back.dict, S("span_id")));
	ok(l, "a link is labels again");
	if (l)
		is(dict_text(back.dict, l->str), "0001020304050607", "in hexadecimal");
	l = dict_find_label(back.dict, profile_sample(&back, (sample_id){ 1 })->labels,
			    dict_find_str(back.dict, S("service_name")));
	ok(l && str_eq(dict_text(back.dict, l->str), S("api")), "the service's name is a label");
	input_close(&input);
	input_release(&input);
	model_release(&back);
}

/* Any end of the message is an error with a position; nothing is read from it in silence. */
static void read_cut(void)
{
	size_t all = message.n, silent = 0;

	for (size_t n = 1; n < all; n++) {
		struct profile back;
		struct in in;

		model_init(&back);
		in_open_memory(&in, "x", str(message.p, n));
		if (otlp_read(&in, &back) && back.sample.n > 1)
			silent++;
		else if (in.failed && str_find(str_of(in.error.p), S("byte")) < 0)
			silent++;
		in_close(&in);
		in_release(&in);
		model_release(&back);
	}
	ok(!silent, "cut short anywhere, it is an error");
}

int main(void)
{
	make_profile();
	otlp_encode(&profile, &message);
	write_profiles();
	write_tables();
	write_frames();
	read_back();
	read_cut();
	buf_release(&message);
	model_release(&profile);
	return done();
}
