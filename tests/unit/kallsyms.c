#include "symbol/kallsyms.h"

#include <stdio.h>

#include "tap.h"

static struct kallsyms k;

static void read_list(const char *lines)
{
	FILE *f = tmpfile();

	fputs(lines, f);
	fflush(f);
	rewind(f);
	kallsyms_read(&k, fileno(f));
	fclose(f);
}

static void finds(uint64_t address, const char *wanted, const char *what)
{
	struct str name, module;
	struct buf found = { 0 };

	if (kallsyms_find(&k, address, &name, &module))
		buf_printf(&found, "%.*s%.*s", STR_ARG(name), STR_ARG(module));
	is(buf_str(&found), wanted, "%s", what);
	buf_release(&found);
}

static void test_list(void)
{
	read_list("ffffffff81000000 T _text\n"
		  "ffffffff81000040 t first\n"
		  "ffffffff81000080 d data\n"
		  "ffffffff810000c0 t __other_name\n"
		  "ffffffff810000c0 T second\n"
		  "ffffffffc0201000 t of_module\t[ext4]\n");
	finds(0xffffffff81000000 - 1, "", "before the kernel");
	finds(0xffffffff8100003f, "_text", "a function ends where the next one begins");
	finds(0xffffffff81000090, "first", "data do not end one");
	finds(0xffffffff810000c5, "second", "an address with two names");
	finds(0xffffffffc0201010, "of_module[ext4]", "a function of a module");
	ok(!k.hidden, "the list is not hidden");
	kallsyms_release(&k);
}

static void test_padding(void)
{
	read_list("ffffffff81000000 T before\n"
		  "ffffffff81000030 t __pfx_padded\n"
		  "ffffffff81000040 t padded\n"
		  "ffffffff81000040 T __do_padded\n"
		  "ffffffff81000048 t entry_code\n"
		  "ffffffff81000070 t __pfx_far\n"
		  "ffffffff81001000 t far\n"
		  "ffffffff81002000 t __pfx_of_module\t[ext4]\n"
		  "ffffffff81002010 t of_module\t[ext4]\n");
	finds(0xffffffff8100002f, "before", "the code before the padding of a function");
	finds(0xffffffff81000030, "padded", "the padding is a part of the function");
	finds(0xffffffff81000047, "padded", "whose other name is worse");
	finds(0xffffffff81000048, "entry_code", "and of no function after it");
	finds(0xffffffff81000075, "entry_code", "padding without a function behind it");
	finds(0xffffffff81001000, "far", "which begins where it begins");
	finds(0xffffffff81002004, "of_module[ext4]", "padding in a module");
	ok(k.spans.n == 5, "paddings are no functions");
	kallsyms_release(&k);
}

static void test_hidden(void)
{
	read_list("0000000000000000 t __pfx_first\n"
		  "0000000000000000 T first\n");
	ok(k.hidden, "addresses of 0 are hidden");
	kallsyms_release(&k);
}

int main(void)
{
	test_list();
	test_padding();
	test_hidden();
	return done();
}
