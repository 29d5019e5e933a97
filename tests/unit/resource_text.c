/* Attributes of OpenTelemetry from hostile processes. */
#include "record/resource_text.h"

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
	test_long();
	buf_release(&labels);
	return done();
}
