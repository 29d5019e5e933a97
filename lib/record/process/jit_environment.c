#include "record/process/jit_environment.h"

#include <stdlib.h>

#include "base/buf.h"

static const struct variable {
	const char *name, *value;
	bool appends; /* to existing options */
} variables[] = {
	/* Node: a name for each function, and a native frame for each interpreted one. */
	{ "NODE_OPTIONS", "--perf-basic-prof-only-functions --interpreted-frames-native-stack",
	  true },
	/* CPython 3.12 and later: a trampoline for each function. */
	{ "PYTHONPERFSUPPORT", "1", false },
	/* OpenJDK 17 and later: the map is written when it exits. */
	{ "JAVA_TOOL_OPTIONS",
	  "-XX:+PreserveFramePointer -XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit", true },
	{ "DOTNET_PerfMapEnabled", "1", false },
};

const char *const *jit_environment(size_t *n)
{
	static const char *list[LEN(variables)];
	static struct buf text[LEN(variables)];

	*n = LEN(variables);
	for (size_t i = 0; i < LEN(variables); i++) {
		const struct variable *v = &variables[i];
		const char *has = v->appends ? getenv(v->name) : NULL;

		text[i].n = 0;
		buf_printf(&text[i], "%s=%s%s%s", v->name, has ? has : "", has ? " " : "",
			   v->value);
		buf_ch(&text[i], '\0');
		list[i] = text[i].p;
	}
	return list;
}
