/*
 * The assembler includes the files as they are; the Makefile has these files as dependencies of
 * this one. Paths are relative to the project's root.
 */
#include "view/assets.h"

#include "html_assets.h"

#define ASSET(name, path)                                                                          \
	__asm__(".section .rodata\n"                                                               \
		".hidden " #name "_start\n"                                                        \
		".hidden " #name "_end\n"                                                          \
		".globl " #name "_start\n"                                                         \
		".globl " #name "_end\n" #name "_start:\n"                                         \
		".incbin \"" path "\"\n" #name "_end:\n"                                           \
		".previous\n");                                                                    \
	extern const char name##_start[] __attribute__((visibility("hidden")));                    \
	extern const char name##_end[] __attribute__((visibility("hidden")));                      \
	struct str name(void)                                                                      \
	{                                                                                          \
		return str(name##_start, (size_t)(name##_end - name##_start));                     \
	}

ASSET(asset_css, "lib/view/flame.css")
ASSET(asset_light, "lib/view/light.css")
ASSET(asset_dark, "lib/view/dark.css")
ASSET(asset_js, PICTURE_SCRIPT)
ASSET(asset_page_css, "lib/view/html/page.css")
ASSET(asset_page_js, HTML_SCRIPT)
