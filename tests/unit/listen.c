/* The parts of a request: names, multipart bodies, base64, tokens, rates, Java's labels. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "listen/access.h"
#include "listen/app_name.h"
#include "listen/base64.h"
#include "listen/jfr_labels.h"
#include "listen/multipart.h"
#include "listen/rate.h"
#include "listen/sink.h"
#include "model.h"
#include "tap.h"

static void check_names(void)
{
	struct str app, labels, key, value;
	bool bad;

	ok(app_name_split(S("a.b{x=1, y= 2 ,}"), &app, &labels) && str_eq(app, S("a.b")), "a name");
	ok(app_name_label(&labels, &key, &value, &bad) && str_eq(key, S("x")) &&
		   str_eq(value, S("1")),
	   "its first label");
	ok(app_name_label(&labels, &key, &value, &bad) && str_eq(key, S("y")) &&
		   str_eq(value, S("2")),
	   "its second label");
	ok(!app_name_label(&labels, &key, &value, &bad) && !bad, "and no other");
	ok(app_name_split(S("a"), &app, &labels) && !labels.n, "a name without labels");
	ok(!app_name_split(S("a{b=c"), &app, &labels), "a brace that stays open");
	app_name_split(S("a{b}"), &app, &labels);
	ok(!app_name_label(&labels, &key, &value, &bad) && bad, "a label without a value");
}

/* The parts of a body, "NAME=BYTES;" each, then "!" after an error. */
static bool parts_are(const char *type, const char *body, const char *want)
{
	struct multipart_part part;
	struct multipart m;
	struct buf got = { 0 };
	bool same;

	multipart_begin(&m, str_of(type), str_of(body));
	while (multipart_next(&m, &part)) {
		buf_add(&got, part.name);
		buf_ch(&got, '=');
		buf_add(&got, part.bytes);
		buf_ch(&got, ';');
	}
	if (m.error)
		buf_ch(&got, '!');
	same = str_eq(buf_str(&got), str_of(want));
	if (!same)
		printf("# %.*s\n", STR_ARG(buf_str(&got)));
	buf_release(&got);
	return same;
}

#define TYPE  "multipart/form-data; boundary=\"x y\""
#define FIELD "Content-Disposition: form-data; name=\"p\"\r\n\r\n"

static void check_multipart(void)
{
	ok(parts_are(TYPE, "preamble\r\n--x y\r\n" FIELD "1\r\n\r\n--x y--\r\n", "p=1\r\n;"),
	   "a part, of which the last line end is not");
	ok(parts_are("multipart/form-data; a=b; BOUNDARY=x",
		     "--x\n" FIELD "--x--y\n--x\ncontent-disposition: a; name=q\n\n\n--x--", "p=;"),
	   "a boundary ends the body wherever it stands");
	ok(parts_are(TYPE, "--x y\r\n" FIELD "a--x y\r\n--x y--", "p=a--x y;"),
	   "a boundary begins a line");
	ok(parts_are(TYPE, "--x y\r\n" FIELD "1\r\n", "!"), "a body that is cut short");
	ok(parts_are(TYPE, "--x y\r\nContent-Disposition: form-data; name=p\r\n--x y--", "!"),
	   "a part that ends in its head");
	ok(parts_are("multipart/form-data", "--x\r\n", "!"), "no boundary in the Content-Type");
	ok(parts_are(TYPE, "1", "!"), "nor in the body");
}

static bool decodes_to(const char *text, const char *want)
{
	struct buf b = { 0 };
	bool good = base64_decode(str_of(text), &b);
	bool same = want ? good && str_eq(buf_str(&b), str_of(want)) : !good;

	buf_release(&b);
	return same;
}

static void check_base64(void)
{
	ok(decodes_to("", "") && decodes_to("YQ==", "a") && decodes_to("YQ", "a") &&
		   decodes_to("YWI=", "ab") && decodes_to("YWJj", "abc") &&
		   decodes_to("fn5+fn5-Pz8_", "~~~~~~???"),
	   "base64");
	ok(decodes_to("Y", NULL) && decodes_to("YQ=", NULL) && decodes_to("YR==", NULL) &&
		   decodes_to("Y Q=", NULL) && decodes_to("====", NULL),
	   "and what is none");
}

static void check_access(void)
{
	char path[] = "/tmp/prof-tokens-XXXXXX";
	int fd = mkstemp(path);
	struct access a = { 0 };
	struct buf why = { 0 };
	struct str tenant;

	ok(access_check(&a, S(""), &tenant), "without a file everybody may send");
	dprintf(fd, "# of all\nsecret\nmine team-a\r\n");
	close(fd);
	ok(access_load(&a, path, &why), "a file of tokens");
	ok(access_check(&a, S("bearer secret"), &tenant) && !tenant.n, "a token of all");
	ok(access_check(&a, S("Basic dTptaW5l"), &tenant) && str_eq(tenant, S("team-a")),
	   "a tenant's, as a password");
	ok(!access_check(&a, S("Bearer"), &tenant) &&
		   !access_check(&a, S("Bearer secre"), &tenant) &&
		   !access_check(&a, S("Bearer secrets"), &tenant) &&
		   !access_check(&a, S("Basic !"), &tenant) && !access_check(&a, S(""), &tenant),
	   "others may not");
	access_release(&a);
	unlink(path);
	ok(!tenant_is_valid(S("..")) && !tenant_is_valid(S("a/b")) && !tenant_is_valid(S("")) &&
		   !tenant_is_valid(str("a\0", 2)) && tenant_is_valid(S("a.b-(1)'*!_")),
	   "names of tenants");
}

static void check_rates(void)
{
	const int64_t second = 1000000000;
	struct rates r;

	rates_begin(&r, 100);
	ok(!rate_wait(&r, S("a"), 0), "a bucket is full at first");
	rate_spend(&r, S("a"), 0, 5000);
	ok(rate_wait(&r, S("a"), 0) == 41, "a request that is too large leaves a debt");
	ok(!rate_wait(&r, S("b"), 0), "of its tenant only");
	ok(!rate_wait(&r, S("a"), 41 * second), "which is paid off");
	rates_release(&r);
	rates_begin(&r, 0);
	rate_spend(&r, S("a"), 0, UINT64_MAX);
	ok(!rate_wait(&r, S("a"), 0), "no limit");
	rates_release(&r);
}

static void check_jfr_labels(void)
{
	/* Context 7 has 1=2 and 1 is "key", 2 is "value"; context 8 has nothing. */
	static const char snapshot[] = "\x0a\x0a\x08\x07\x12\x06\x0a\x04\x08\x01\x10\x02"
				       "\x0a\x04\x08\x08\x12\x00"
				       "\x12\x07\x08\x01\x12\x03key\x12\x09\x08\x02\x12\x05value";
	struct profile p;
	struct in in = { .name = "labels" };
	struct dictionary *d;
	label_set_id set;
	const struct label *l;

	model_init(&p);
	d = p.dict;
	profile_begin(&p);
	for (int i = 7; i < 10; i++)
		profile_add_sample(&p, (stack_id){ 0 },
				   dict_add_number_label(d, (label_set_id){ 0 }, S("context_id"),
							 i));
	ok(jfr_labels_apply(&in, str(snapshot, sizeof(snapshot) - 1), &p) == 1,
	   "one context is not there");
	set = profile_sample(&p, (sample_id){ 1 })->labels;
	l = dict_find_label(d, set, dict_find_str(d, S("key")));
	ok(l && str_eq(dict_text(d, l->str), S("value")) &&
		   !dict_find_label(d, set, dict_find_str(d, S("context_id"))),
	   "another has its labels");
	for (size_t n = 0; n < sizeof(snapshot) - 1; n++) {
		struct in cut = { .name = "labels" };

		jfr_labels_apply(&cut, str(snapshot, n), &p);
		in_release(&cut);
	}
	ok(true, "a snapshot that is cut anywhere");
	model_release(&p);
}

int main(void)
{
	check_names();
	check_multipart();
	check_base64();
	check_access();
	check_rates();
	check_jfr_labels();
	return done();
}
