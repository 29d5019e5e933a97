#!/bin/sh
# Get the tools that `make bench` compares with into build/peers/bin, from the registries of
# their languages. Without the client of a registry its tools are left out, and are rows of less.
set -e
top=$(cd "$(dirname "$0")/../.." && pwd)
peers=$top/build/peers
mkdir -p "$peers/bin"

client() { # COMMAND TOOLS
	command -v "$1" >/dev/null && return
	echo "peers.sh: no $1, so no $2" >&2
	return 1
}

wrapper() { # NAME COMMAND...
	name=$peers/bin/$1
	shift
	printf '#!/bin/sh\nexec %s "$@"\n' "$*" >"$name"
	chmod +x "$name"
}

client cargo inferno && cargo install --quiet --root "$peers" inferno
client go pprof && GOBIN=$peers/bin go install github.com/google/pprof@latest
if client npm 'importer of speedscope'; then
	npm install --silent --no-fund --no-audit --prefix "$peers/node" speedscope
	wrapper speedscope-import node "'$top/tests/bench/speedscope-import.js'" \
		"'$peers/node/node_modules/speedscope'"
fi
if client mvn jfrconv; then
	mvn -q dependency:copy -Dartifact=tools.profiler:jfr-converter:RELEASE \
		-Dmdep.stripVersion=true -Dmdep.overWriteReleases=true -DoutputDirectory="$peers"
	wrapper jfrconv java -jar "'$peers/jfr-converter.jar'"
fi
