# Sourced after lib.sh: pictures in headless Chromium, and in Firefox where that is installed
# (FIREFOX=no leaves it out).

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$chromium" ]; then
	skip 'there is no chromium: make deps-dev' "$(basename "$0")"
	finish
fi

firefox=$(command -v firefox-esr || command -v firefox)
[ "${FIREFOX:-}" = no ] && firefox=

# The page itself: its DOM after the scripts in it have run. $address is put behind its name.
address=
render() { # FILE [CHROMIUM-OPTION...]
	page=$1
	shift
	profile=$(mktemp -d "$tmp/chromium.XXXXXX")
	timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --disable-quic \
		--no-first-run --disable-background-networking --disable-component-update \
		--disable-sync --user-data-dir="$profile" --window-size=1200,800 \
		--virtual-time-budget=20000 "$@" --dump-dom "file://$tmp/$page$address" 2>chromium.err
	rm -rf "$profile"
}

# with_test FILE.svg: the picture with tap.js and the script on standard input at its end.
with_test() {
	sed '$d' "$1"
	echo '<script><![CDATA['
	cat "$top/tests/browser/tap.js"
	echo 'run(async () => {'
	cat
	echo '});'
	echo ']]></script></svg>'
}

# The report of run() in Firefox, which has no --dump-dom: scripts may write to standard output.
# Fails if an option has no counterpart.
render_firefox() { # FILE [CHROMIUM-OPTION...]
	page=$1
	size=1200,800
	shift
	for option; do
		case $option in
		--window-size=*) size=${option#*=} ;;
		*) return 1 ;;
		esac
	done
	# On a machine with much else to do it may not come up at all: then it is started again.
	for try in 1 2 3; do
		run_firefox && break
		echo "# Firefox did not end the test in a minute: try $try of 3" >&2
	done
	echo '<desc class="report">'
	sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' report.firefox
	echo '</desc>'
}

# Show $page in a new Firefox until its test has ended; false if that takes more than a minute, or
# if Firefox ends before. It has few processes: each takes its time to start.
run_firefox() {
	profile=$(mktemp -d "$tmp/firefox.XXXXXX")
	: >report.firefox # several processes write to it: at its end
	for preference in fission.autostart:false dom.ipc.processCount:1 \
		dom.ipc.processPrelaunch.enabled:false layers.gpu-process.enabled:false media.rdd-process.enabled:false network.process.enabled:false \
		browser.tabs.unloadOnLowMemory:false browser.sessionstore.resume_from_crash:false \
		dom.max_script_run_time:0 browser.dom.window.dump.enabled:true browser.shell.checkDefaultBrowser:false \
		datareporting.policy.dataSubmissionEnabled:false app.update.enabled:false \
		network.captive-portal-service.enabled:false network.connectivity-service.enabled:false \
		browser.aboutwelcome.enabled:false; do
		echo "user_pref(\"${preference%:*}\", ${preference#*:});"
	done >"$profile/user.js"
	MOZ_HEADLESS_WIDTH=${size%,*} MOZ_HEADLESS_HEIGHT=${size#*,} "$firefox" --headless --no-remote \
		--profile "$profile" --window-size "$size" "file://$tmp/$page$address" >>report.firefox 2>chromium.err &
	running=$!
	give_up=$(($(date +%s) + 60))
	until grep -q '^end' report.firefox || [ "$(date +%s)" -ge $give_up ]; do
		kill -0 $running 2>/dev/null || break
		sleep 0.1
	done
	# It may hang as it ends, too.
	kill $running 2>/dev/null
	give_up=$(($(date +%s) + 10))
	while kill -0 $running 2>/dev/null && [ "$(date +%s)" -lt $give_up ]; do
		sleep 0.1
	done
	kill -9 $running 2>/dev/null
	wait $running 2>/dev/null
	rm -rf "$profile"
	grep -q '^end' report.firefox
}

# in_browsers FILE NAME [CHROMIUM-OPTION...]: run the test that a page holds
in_browsers() {
	tested=$1
	called=$2
	shift 2
	render "$tested" "$@" >dom
	take_report dom "$called"
	if [ -n "$firefox" ]; then
		cp dumped dumped.chromium 2>/dev/null
		if render_firefox "$tested" "$@" >dom; then
			take_report dom "$called (Firefox)"
		else
			skip "Firefox has no $*" "$called (Firefox)"
		fi
		mv dumped.chromium dumped 2>/dev/null
	fi
}

# Take over what run() has found out, and leave what dump() printed in ./dumped.
take_report() { # DOM NAME
	sed -n '/<desc class="report">/,/<\/desc>/p' "$1" | sed 's/.*<desc class="report">//
		s/<\/desc>.*//
		s/&lt;/</g
		s/&gt;/>/g
		s/&amp;/\&/g' >report
	grep '^dump	' report | cut -f 2- >dumped
	grep -q '^end$' report
	ok $? "$2 ran" "$(tail -5 chromium.err)" || return
	while IFS='	' read -r status name detail; do
		case $status in
		ok) ok 0 "$2: $name" ;;
		not) ok 1 "$2: $name" "$detail" ;;
		esac
	done <report
}

# browse FILE.svg NAME [CHROMIUM-OPTION...] <SCRIPT: run a test in a copy of the picture
browse() {
	file=$1
	name=$2
	shift 2
	with_test "$file" >test.svg
	in_browsers test.svg "$name" "$@"
}

# browse_page FILE.html NAME [CHROMIUM-OPTION...] <SCRIPT: the same in a copy of an HTML page.
# Its policy lets no other script run, so the copy has none.
browse_page() {
	file=$1
	name=$2
	shift 2
	{
		grep -v '^<meta http-equiv="Content-Security-Policy"' "$file" | sed '/^<\/body>$/,$d'
		echo '<script>'
		cat "$top/tests/browser/tap.js" "$top/tests/browser/page.js"
		echo 'run(async () => {'
		echo 'await ready();'
		cat
		echo '});'
		echo '</script></body></html>'
	} >test.html
	in_browsers test.html "$name" "$@"
}
