# Sourced by the tests of prof-listen, after lib.sh.

# can_listen: or the test is skipped
can_listen() {
	for tool in python3 curl; do
		command -v $tool >/dev/null && continue
		echo "1..0 # SKIP there is no $tool"
		exit
	done
	[ -x "$BUILD/prof-listen" ] && return
	echo '1..0 # SKIP built without prof-listen'
	exit
}

# listen [OPTION]...: start it on a free port, which becomes $port; $server is its process
listen() {
	prof-listen --listen 127.0.0.1:0 "$@" 2>log &
	server=$!
	port=
	tries=0
	while [ -z "$port" ] && [ $tries -lt 200 ]; do
		sleep 0.02
		tries=$((tries + 1))
		port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' log 2>/dev/null)
	done
	[ -n "$port" ] || ok 1 "prof-listen $* starts" "$(cat log)"
}

# hang_up: end it, as service managers do
hang_up() {
	kill "$server"
	wait "$server"
	ended=$?
	[ $ended -eq 0 ] || ok 1 'it ends with 0' "status $ended: $(cat log)"
}

agents() {
	python3 "$top/tests/agents.py" "$port" "$@"
}
