# Sourced after lib.sh: pictures in headless Chromium.

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -z "$chromium" ]; then
	skip 'there is no chromium: make deps-dev' "$(basename "$0")"
	finish
fi

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
	render test.svg "$@" >dom
	take_report dom "$name"
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
	render test.html "$@" >dom
	take_report dom "$name"
}
