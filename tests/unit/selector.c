#include "query/select/selector.h"
#include "model.h"
#include "tap.h"

/* A profile with two types, and a sample of value 1 for each region. */
static void make(struct profile *p)
{
	static const char *const regions[] = { "eu-1", "eu-2", "us-1", NULL };
	int64_t scale;

	model_init(p);
	p->head.period_type = dict_intern(p->dict, S("cpu"));
	p->head.period_unit = dict_intern(p->dict, S("nanoseconds"));
	profile_column(p, dict_intern(p->dict, S("samples")), dict_intern(p->dict, S("count")),
		       &scale);
	profile_column(p, dict_intern(p->dict, S("cpu")), dict_intern(p->dict, S("nanoseconds")),
		       &scale);
	for (int i = 0; i < 4; i++) {
		struct label region = { .key = dict_intern(p->dict, S("region")),
					.str = dict_intern(p->dict, str_of(regions[i])) };
		struct label number = { .key = dict_intern(p->dict, S("n.o")),
					.is_num = 1,
					.num = i };
		label_set_id set = dict_add_label(p->dict, (label_set_id){ 0 }, number);

		if (regions[i])
			set = dict_add_label(p->dict, set, region);
		profile_add_value(p, 0, profile_add_sample(p, (stack_id){ 0 }, set), 1);
	}
}

/* How many samples and columns a selector leaves: "2/1"; or the error. */
static const char *selects(const char *text)
{
	static char result[256];
	struct selector s;
	struct profile p;
	struct buf error = { 0 };

	make(&p);
	if (!selector_parse(&s, str_of(text), &error) || !selector_apply(&s, &p, &error))
		snprintf(result, sizeof(result), "%.*s", STR_ARG(buf_str(&error)));
	else
		snprintf(result, sizeof(result), "%u/%zu", p.sample.n - 1, p.ncol);
	selector_release(&s);
	model_release(&p);
	buf_release(&error);
	return result;
}

#define SELECTS(text, result) is(str_of(selects(text)), result, "%s", text)

static void labels(void)
{
	SELECTS("{}", "4/2");
	SELECTS(" { } ", "4/2");
	SELECTS("{region=\"eu-1\"}", "1/2");
	SELECTS("{ region = 'eu-1' , }", "1/2");
	SELECTS("{region=`eu-1`}", "1/2");
	SELECTS("{region!=\"eu-1\"}", "3/2");
	SELECTS("{region=~\"eu-.*\"}", "2/2");
	SELECTS("{region=~\"eu\"}", "0/2");
	SELECTS("{region!~\"eu-.*\"}", "2/2");
	SELECTS("{region=\"\"}", "1/2");
	SELECTS("{region!=\"\"}", "3/2");
	SELECTS("{region=~\".+\"}", "3/2");
	SELECTS("{other=\"\"}", "4/2");
	SELECTS("{other=\"x\"}", "0/2");
	SELECTS("{\"n.o\"=\"2\"}", "1/2");
	SELECTS("{'n.o'=~'1|2'}", "2/2");
	SELECTS("{region=~\"eu-.*\", \"n.o\"!=\"0\"}", "1/2");
	SELECTS("{region=\"\\x65\\u0075\\055\\u0031\"}", "1/2");
	SELECTS("{region=`\\x65u-1`}", "0/2");
}

static void types(void)
{
	SELECTS("process_cpu:cpu:nanoseconds:cpu:nanoseconds", "4/1");
	SELECTS("process_cpu:cpu:nanoseconds:cpu:nanoseconds:delta", "4/1");
	SELECTS("process_cpu:cpu:nanoseconds:cpu:nanoseconds{region=\"us-1\"}", "1/1");
	SELECTS("process_cpu{}", "4/2");
	SELECTS("process_cpu", "4/2");
	SELECTS("{\"process_cpu\", region=\"us-1\"}", "1/2");
	SELECTS("{__name__=\"process_cpu\"}", "4/2");
	SELECTS("{__name__=\"process_cpu:cpu:nanoseconds:cpu:nanoseconds\"}", "4/1");
	SELECTS("{\"process_cpu:cpu:nanoseconds:cpu:nanoseconds:delta\"}", "4/1");
	SELECTS("{ # of one region\n region=\"us-1\" # }\n, # the last\n}", "1/2");
	SELECTS("{__type__=\"cpu\"}", "4/1");
	SELECTS("{__type__!=\"cpu\"}", "4/1");
	SELECTS("{__unit__=~\"count|bytes\"}", "4/1");
	SELECTS("{__period_type__=\"cpu\", __period_unit__=\"nanoseconds\"}", "4/2");
	SELECTS("{__profile_type__=~\".*:samples:.*\"}", "4/1");
	SELECTS("{__profile_type__=\"process_cpu:samples:count:cpu:nanoseconds\"}", "4/1");
	SELECTS("{__type__=\"wall\"}", "selects none of the sample types "
				       "process_cpu:samples:count:cpu:nanoseconds, "
				       "process_cpu:cpu:nanoseconds:cpu:nanoseconds");
}

static void mistakes(void)
{
	SELECTS("", "offset 0: expected '{' or a profile type id, found the end");
	SELECTS("{", "offset 1: expected a label name, found the end");
	SELECTS("{,}", "offset 1: expected a label name, found ',}'");
	SELECTS("{a", "offset 2: expected =, !=, =~ or !~, found the end");
	SELECTS("{a!}", "offset 3: expected != or !~, found '}'");
	SELECTS("{a=", "offset 3: expected a string in quotes, found the end");
	SELECTS("{a=\"", "offset 3: expected a string that ends, found '\"'");
	SELECTS("{a=\"\\", "offset 5: expected an escape, found the end");
	SELECTS("{a=\"\\400\"}", "offset 5: expected the number of a character, found '400\"}'");
	SELECTS("{a=\"\\U00110000\"}", "offset 6: expected the number of a character, "
				       "found '00110000\"}'");
	SELECTS("{a=\"b\"", "offset 6: expected ',' or '}', found the end");
	SELECTS("{a=\"b\"}}", "offset 7: expected nothing after '}', found '}'");
	SELECTS("{a=~\"(\"}", "offset 4: the pattern '(' has an error at offset 1: missing "
			      "closing parenthesis");
	SELECTS("a:b:c:d:e:f:g{}", "offset 0: expected a profile type id of five parts, "
				   "found 'a:b:c:d:e:f:g{}'");
}

/* A selector as text, and that text as a selector again: the same matchers? */
static bool same_matchers(const struct matchers *a, const struct matchers *b)
{
	for (size_t i = 0; i < a->n && a->n == b->n; i++)
		if (!str_eq(a->v[i].name, b->v[i].name) || !str_eq(a->v[i].value, b->v[i].value) ||
		    a->v[i].op != b->v[i].op)
			return false;
	return a->n == b->n;
}

static void round_trip(const char *text, const char *printed)
{
	struct selector s, again;
	struct buf error = { 0 }, out = { 0 };
	bool parsed = selector_parse(&s, str_of(text), &error);

	selector_print(&s, &out);
	is(buf_str(&out), printed, "%s is printed", text);
	parsed = selector_parse(&again, buf_str(&out), &error) && parsed;
	ok(parsed && same_matchers(&s.types, &again.types) &&
		   same_matchers(&s.labels, &again.labels),
	   "%s comes back", text);
	selector_release(&s);
	selector_release(&again);
	buf_release(&error);
	buf_release(&out);
}

static void printing(void)
{
	round_trip("{}", "{}");
	round_trip(" { a = 'b' , c!=`d` } ", "{a=\"b\", c!=\"d\"}");
	round_trip("{a=~\"x|y\",b!~\"z\"}", "{a=~\"x|y\", b!~\"z\"}");
	round_trip("{\"n.o\"=\"1\", '2x'=\"\", ''='e'}",
		   "{\"n.o\"=\"1\", \"2x\"=\"\", \"\"=\"e\"}");
	round_trip("{a=`\"\\`}", "{a=\"\\\"\\\\\"}");
	round_trip("{a=\"\\n\\x00\\xff\\u00e9\\x7f}\"}", "{a=\"\\x0a\\x00\\xff\u00e9\\x7f}\"}");
	round_trip("process_cpu:cpu:nanoseconds:cpu:nanoseconds",
		   "process_cpu:cpu:nanoseconds:cpu:nanoseconds");
	round_trip("a:b:c:d:e:delta{x=\"y\"}", "a:b:c:d:e{x=\"y\"}");
	round_trip("{x=\"y\", __profile_type__=\"a:b:c::\"}", "a:b:c::{x=\"y\"}");
	round_trip("{\"process_cpu\"}", "process_cpu");
	round_trip("{__name__=\" a\"}", "{__name__=\" a\"}");
	round_trip("{__name__=\"a{\"}", "{__name__=\"a{\"}");
	round_trip("{__name__=\"a:b:c:d:e\"}", "a:b:c:d:e");
	round_trip("{__profile_type__=\"a:b\"}", "{__profile_type__=\"a:b\"}");
	round_trip("{__name__=\"\"}", "{__name__=\"\"}");
	round_trip("{__type__=~\"x\", __name__=\"y\"}", "{__type__=~\"x\", __name__=\"y\"}");
}

/* Of text alone, without a profile. */
static void predicates(void)
{
	static const struct label_text labels[] = { { S("region"), S("eu-1") },
						    { S("pid"), S("42") },
						    { S("region"), S("us-1") } };
	static const struct {
		const char *selector;
		bool labels, type;
	} cases[] = {
		{ "{}", true, true },
		{ "{region=\"eu-1\", pid=~\"4.\"}", true, true },
		{ "{region=\"us-1\"}", true, true },
		{ "{region!=\"us-1\"}", false, true },
		{ "{region!~\"us.*|eu.*\"}", false, true },
		{ "{other=\"\"}", true, true },
		{ "{other!=\"\"}", false, true },
		{ "process_cpu", true, true },
		{ "memory{pid=\"42\"}", true, false },
		{ "process_cpu:cpu:nanoseconds:cpu:nanoseconds{pid=\"1\"}", false, true },
		{ "{__unit__!=\"bytes\", __period_type__=~\"c.u\"}", true, true },
	};

	for (size_t i = 0; i < LEN(cases); i++) {
		struct selector s;
		struct buf error = { 0 };

		ok(selector_parse(&s, str_of(cases[i].selector), &error) &&
			   selector_matches_labels(&s, labels, LEN(labels)) == cases[i].labels &&
			   selector_matches_type(&s, S("process_cpu:cpu:nanoseconds:cpu:"
						       "nanoseconds")) == cases[i].type &&
			   selector_check(&s, &error),
		   "asked of text: %s", cases[i].selector);
		selector_release(&s);
		buf_release(&error);
	}
}

static void looks(void)
{
	ok(selector_looks_like(S("{a=\"b\"}")) && selector_looks_like(S("{")), "braces");
	ok(selector_looks_like(S("a:b:c::")), "a profile type id");
	ok(!selector_looks_like(S("file.pb.gz")) && !selector_looks_like(S("C:x:y")), "a file");
}

int main(void)
{
	labels();
	types();
	mistakes();
	printing();
	predicates();
	looks();
	return done();
}
