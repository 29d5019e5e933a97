/* Linkage names as people write them; also those that would never end. */
#include <time.h>

#include "profile/name.h"
#include "tap.h"

static void demangles(const char *name, const char *simple, const char *full)
{
	struct buf b = { 0 };

	name_demangle(&b, str_of(name), DEMANGLE_SIMPLE);
	is(buf_str(&b), simple, "%.60s", name);
	b.n = 0;
	name_demangle(&b, str_of(name), DEMANGLE_FULL);
	is(buf_str(&b), full, "and in full");
	buf_release(&b);
}

/* f<pair<int, int>, pair<the one before, the one before>, ...>: 2^levels long. */
static void test_bomb(int levels, bool parameters)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	struct buf name = { 0 }, b = { 0 };
	bool changed;

	/* S_ is pair here, and S<n>_ the type before. */
	buf_printf(&name, parameters ? "_Z1f4pairIiiE" : "_Z1fI4pairIiiE");
	for (int i = 0; i < levels; i++) {
		int at = parameters ? i : i + 1;

		buf_printf(&name, "S%s_IS%c_S%c_E", parameters ? "" : "0", digits[at], digits[at]);
	}
	buf_printf(&name, parameters ? "" : "Evv");
	buf_ch(&name, '\0');
	name.n--;
	changed = name_demangle(&b, buf_str(&name), DEMANGLE_FULL);
	ok(b.n < 1 << 20, "%zu bytes, %d levels: %zu bytes", name.n, levels, b.n);
	ok(changed == (levels < 10), "what gets too long stays as it is");
	buf_release(&name);
	buf_release(&b);
}

static void test_d(void)
{
	struct buf name = { 0 }, b = { 0 };

	buf_printf(&name, "_D1a1bFS1c1d");
	for (int i = 0; i < 200; i++)
		buf_printf(&name, "Qb");
	buf_printf(&name, "Zv");
	ok(!name_demangle(&b, buf_str(&name), DEMANGLE_FULL), "D: too many references");
	buf_release(&name);
	buf_release(&b);
}

static void simplifies(const char *name, const char *simple)
{
	struct buf b = { 0 };

	name_simplify(&b, str_of(name));
	is(buf_str(&b), simple, "%s, simplified", name);
	buf_release(&b);
}

static void test_starts(void)
{
	struct buf b = { 0 };

	name_print_start(&b, S("/usr/bin/app"), 0x1a2b0);
	is(buf_str(&b), "app+0x1a2b0", "a function that begins there");
	ok(name_is_start(buf_str(&b), S("/opt/app")), "stands for a name");
	ok(!name_is_start(buf_str(&b), S("/usr/bin/ap")) && !name_is_start(S("app+0x"), S("app")) &&
		   !name_is_start(S("app+0x1z"), S("app")) && !name_is_start(S("app"), S("app")) &&
		   !name_is_start(S("+0x1"), S("")),
	   "other names do not");
	buf_release(&b);
}

/* Long names that nothing closes take time in proportion to their length. */
static void is_linear(const char *piece, size_t times)
{
	struct buf name = { 0 }, b = { 0 };
	clock_t start;
	double seconds;

	for (size_t i = 0; i < times; i++)
		buf_add(&name, str_of(piece));
	start = clock();
	name_simplify(&b, buf_str(&name));
	seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	ok(seconds < 1, "%zu bytes of '%s': %.2f s", name.n, piece, seconds);
	buf_release(&name);
	buf_release(&b);
}

static void test_simplify(void)
{
	simplifies("f<a>::g<b<c>, d>", "f::g");
	simplifies("f<a<b>::g<c>", "f<a::g");
	simplifies("f<a>>::g<b", "f>::g<b");
	simplifies("f<a->b>c", "fc");
	simplifies("f<<a>", "f<<a>");
	simplifies("Vec::<a<b>>::push", "Vec::push");
	simplifies("operator<< <a>", "operator<<");
	simplifies("operator< <a", "operator<<a");
	simplifies("main::{lambda(int)#2}::f#3", "main::{lambda(int)}::f");
	simplifies("f#3", "f#3");
	simplifies("f.part.0.isra.1", "f");
	is_linear("a<", 500000);
	is_linear("a<b>c<", 200000);
	is_linear("::<", 300000);
	is_linear("operator< <", 100000);
	is_linear("#", 1000000);
}

int main(void)
{
	demangles("_ZN1r8h$ue4$ns13gr$uf6$$udf$e17h0123456789abcdefE",
		  "r::h\303\244ns::gr\303\266\303\237e", "r::h$ue4$ns::gr$uf6$$udf$e");
	demangles("_ZN5outer5innerEi", "outer::inner", "outer::inner(int)");
	demangles("_ZNSt6vectorIiSaIiEE9push_backERKi",
		  "std::vector<int, std::allocator<int> >::push_back",
		  "std::vector<int, std::allocator<int> >::push_back(int const&)");
	demangles("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE", "core::fmt::Write::write_fmt",
		  "core::fmt::Write::write_fmt");
	demangles("_RNvC6_123foo3bar", "123foo::bar", "123foo::bar");
	demangles("_D8demangle4testFiZv", "demangle.test", "demangle.test(int)");
	demangles("_D8demangle9__T4testZv", "demangle.test!()", "demangle.test!()");
	demangles("_DYNAMIC", "", "");
	demangles("plain", "", "");
	demangles("_Znonsense", "", "");
	test_bomb(5, true);
	test_bomb(34, true);
	test_bomb(5, false);
	test_bomb(33, false);
	test_d();
	test_simplify();
	test_starts();
	return done();
}
