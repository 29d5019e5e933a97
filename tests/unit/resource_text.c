/* Attributes of OpenTelemetry from hostile processes. */
#include "record/process/resource_text.h"

#include <stdlib.h>

#include "tap.h"

static struct buf labels;

static const char *of_environment(struct str text)
{
	labels.n = 0;
	resource_of_environment(&labels, text);
	buf_ch(&labels, '\0');
	return labels.p;
}

static const char *of_context(struct str payload)
{
	labels.n = 0;
	resource_of_context(&labels, payload);
	buf_ch(&labels, '\0');
	return labels.p;
}

static bool is_text(const char *got, const char *expected)
{
	return strcmp(got, expected) == 0;
}

/* { resource { attributes { key "service.name" value { string "shop" } } } } */
static const char shop[] = "\x0a\x18\x0a\x16\x0a\x0cservice.name\x12\x06\x0a\x04shop";
/* The same as an attribute of the process, and an instance that is a number. */
static const char process[] = "\x12\x16\x0a\x0cservice.name\x12\x06\x0a\x04shop"
			      "\x12\x19\x0a\x13service.instance.id\x12\x02\x18\x07";

static void test_environment(void)
{
	ok(is_text(of_environment(S("A=b\0OTEL_SERVICE_NAME=shop\0OTEL_RESOURCE_ATTRIBUTES="
				    "service.name=x,service.version=1\0")),
		   "service_name=shop\nservice_name=x\nservice_version=1\n"),
	   "the name first");
	ok(is_text(of_environment(S("OTEL_RESOURCE_ATTRIBUTES=service.name=a%2Cb%3D%zz, "
				    "deployment.environment = prod ,=,x")),
		   "service_name=a,b=%zz\ndeployment_environment=prod\n"),
	   "escapes, blanks and an older name");
	ok(is_text(of_environment(S("OTEL_SERVICE_NAME=a\nb\0OTEL_RESOURCE_ATTRIBUTES="
				    "service.name=%00,service.version=%ff,service.instance.id=")),
		   ""),
	   "control characters, no UTF-8, nothing");
	ok(is_text(of_environment(S("OTEL_SERVICE_NAME")), "") &&
		   is_text(of_environment(S("")), ""),
	   "no value, no variables");
}

static void test_context(void)
{
	struct str whole = str(shop, sizeof(shop) - 1);
	size_t partial = 0;

	ok(is_text(of_context(whole), "service_name=shop\n"), "a resource");
	ok(is_text(of_context(str(process, sizeof(process) - 1)), "service_name=shop\n"),
	   "attributes beside it, of which one is not a text");
	for (size_t n = 1; n < whole.n; n++) {
		char *copy = malloc(n);

		if (!copy)
			continue;
		memcpy(copy, shop, n);
		partial += *of_context(str(copy, n)) != '\0';
		free(copy);
	}
	ok(!partial, "one that is cut off has none");
	ok(is_text(of_context(S("\xff\xff\xff\xff")), "") && is_text(of_context(S("")), ""),
	   "garbage");
}

/* attributes { key "threadlocal..." value } of the process: a schema, and a list of keys */
#define SCHEMA(n, m, l, name) "\x12" n "\x0a\x1athreadlocal.schema_version\x12" m "\x0a" l name
#define KEYS                                                                                       \
	"\x12\x36\x0a\x1dthreadlocal.attribute_key_map\x12\x15\x2a\x13\x0a\x07\x0a\x05route"       \
	"\x0a\x03\x0a\x01="                                                                        \
	"\x0a\x03\x0a\x01x"

static const char *thread_keys(struct str payload)
{
	labels.n = 0;
	if (!resource_thread_keys(&labels, payload))
		buf_add(&labels, S("no"));
	buf_ch(&labels, '\0');
	return labels.p;
}

static void test_threads(void)
{
	ok(is_text(thread_keys(S(KEYS SCHEMA("\x2e", "\x10", "\x0e", "tlsdesc_v1_dev"))),
		   "route\n\nx\n"),
	   "keys of threads' attributes; one that is no label's is empty");
	ok(is_text(thread_keys(S(SCHEMA("\x26", "\x08", "\x06", "tls_v1") KEYS)), "route\n\nx\n"),
	   "the other name of the schema");
	ok(is_text(thread_keys(S(SCHEMA("\x26", "\x08", "\x06", "tls_v1"))), ""), "no keys");
	ok(is_text(thread_keys(S(KEYS)), "no"), "keys without a schema are none");
	ok(is_text(thread_keys(S(SCHEMA("\x26", "\x08", "\x06", "golang") KEYS)), "no"),
	   "nor are those of another schema");
	ok(is_text(thread_keys(S(KEYS SCHEMA("\x2e", "\x10", "\x0e", "tlsdesc_v1"))), "no"),
	   "one that is cut off has none");
}

static void test_long(void)
{
	struct buf text = { 0 };

	buf_add(&text, S("OTEL_SERVICE_NAME="));
	for (int i = 0; i < 257; i++)
		buf_ch(&text, 'x');
	ok(is_text(of_environment(buf_str(&text)), ""), "257 bytes are too many");
	text.n--;
	ok(!is_text(of_environment(buf_str(&text)), ""), "256 are not");
	buf_release(&text);
}

int main(void)
{
	test_environment();
	test_context();
	test_threads();
	test_long();
	buf_release(&labels);
	return done();
}
