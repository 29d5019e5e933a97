#!/bin/sh
# Real agents into prof-listen, where they are installed: their functions and labels arrive.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/listen.sh"

can_listen

# run COMMAND...: until it has sent something, but not for ever
run() {
	"$@" >app.log 2>&1 &
	app=$!
	tries=0
	until [ $((tries += 1)) -gt 150 ] ||
		curl -s "http://127.0.0.1:$port/metrics" | grep -q '^prof_listen_profiles_total [2-9]'; do
		sleep 0.3
	done
	kill "$app" 2>/dev/null
	wait "$app" 2>/dev/null
	hang_up
}

# arrived SERVICE FUNCTION NAME
arrived() {
	prof-store export S "{service_name=\"$1\", region=\"eu\"}" | prof-fold >out 2>err
	grep -q "$2" out
	ok $? "$3" "$(head -n 5 out err log)"
}

if python3 -c 'import pyroscope' 2>/dev/null; then
	listen --store S
	cat >app.py <<-'END'
		import sys, time, pyroscope
		pyroscope.configure(application_name="py-app", server_address=sys.argv[1], tags={"region": "eu"})
		def burn_python(n):
		    return sum(i * i % 7 for i in range(n))
		while True:
		    burn_python(100000)
	END
	run python3 app.py "http://127.0.0.1:$port"
	arrived py-app burn_python 'pyroscope-io, of Python'
else
	skip 'there is no pyroscope-io (Python)' 'pyroscope-io, of Python'
fi

NODE_PATH=${NODE_PATH:-$(npm root -g 2>/dev/null)}
export NODE_PATH
if node -e 'require("@pyroscope/nodejs")' 2>/dev/null; then
	listen --store S
	cat >app.js <<-'END'
		const P = require('@pyroscope/nodejs');
		P.init({ serverAddress: process.argv[2], appName: 'node-app', tags: { region: 'eu' },
			flushIntervalMs: 1000, wall: { samplingDurationMs: 1000, collectCpuTime: true } });
		P.start();
		function burnNode(n) { let x = 0; for (let i = 0; i < n; i++) x += i * i % 7; return x; }
		(function step() { burnNode(1e6); setTimeout(step, 1); })();
	END
	run node app.js "http://127.0.0.1:$port"
	arrived node-app burnNode '@pyroscope/nodejs'
else
	skip 'there is no @pyroscope/nodejs' '@pyroscope/nodejs'
fi

# Not fetched: GOMODCACHE has it, or the test is skipped.
if command -v go >/dev/null && mkdir -p go-app && cd go-app && cat >main.go <<-'END' &&
	package main

	import "os"
	import "time"
	import "github.com/grafana/pyroscope-go"

	var kept []byte

	//go:noinline
	func burnGo(n int) (x int) {
		for i := 0; i < n; i++ {
			x += i * i % 7
		}
		return
	}

	func main() {
		_, err := pyroscope.Start(pyroscope.Config{
			ApplicationName: "go-app", ServerAddress: os.Args[1],
			Tags: map[string]string{"region": "eu"}, UploadRate: 2 * time.Second,
		})
		if err != nil {
			panic(err)
		}
		for {
			burnGo(3000000)
			kept = make([]byte, 1<<20)
		}
	}
END
	printf 'module app\n\ngo 1.24\n' >go.mod &&
	GOPROXY=off GOFLAGS=-mod=mod go get github.com/grafana/pyroscope-go@v1.5.0 2>go.log &&
	GOPROXY=off go build -o go-app . 2>go.log; then
	cd ..
	listen --store S
	run go-app/go-app "http://127.0.0.1:$port"
	arrived go-app main.burnGo 'pyroscope-go'
else
	cd "$tmp" || exit 1
	skip 'there is no pyroscope-go' 'pyroscope-go'
fi

# PYROSCOPE_RUST: a program with the crate pyroscope that calls burn_rust() as "rs-app", region "eu".
if [ -x "${PYROSCOPE_RUST:-}" ]; then
	listen --store S
	run "$PYROSCOPE_RUST" "http://127.0.0.1:$port"
	arrived rs-app burn_rust "Rust's crate pyroscope"
else
	skip 'PYROSCOPE_RUST names no program' "Rust's crate pyroscope"
fi

# PYROSCOPE_AGENT: the agent's jar.
if [ -f "${PYROSCOPE_AGENT:-}" ] && command -v javac >/dev/null; then
	listen --store S
	cat >App.java <<-'END'
		public class App {
			static long burnJava(long n) { long x = 0; for (long i = 0; i < n; i++) x += i * i % 7; return x; }
			public static void main(String[] a) throws Exception {
				for (long x = 0; x != 1;)
					x += burnJava(3000000);
			}
		}
	END
	javac App.java
	run env PYROSCOPE_APPLICATION_NAME=java-app PYROSCOPE_LABELS=region=eu \
		PYROSCOPE_SERVER_ADDRESS="http://127.0.0.1:$port" PYROSCOPE_UPLOAD_INTERVAL=2s \
		PYROSCOPE_FORMAT=jfr java -javaagent:"$PYROSCOPE_AGENT" App
	arrived java-app App.burnJava "Java's agent"
else
	skip 'PYROSCOPE_AGENT names no jar, or there is no javac' "Java's agent"
fi
finish
