#!/bin/sh
# Types of frames: read from OTLP, kept in pprof as mappings, selected, coloured and written again.
. "$(dirname "$0")/../lib.sh"

# main (go, in a binary); php (a type and no binary); python and its caller; zig (not a known
# type); sys (kernel); leaf (no type, in a binary)
cat >in.json <<'J'
{"resourceProfiles": [{"scopeProfiles": [{"profiles": [{
  "sampleType": {"typeStrindex": 1, "unitStrindex": 2},
  "samples": [{"stackIndex": 1, "values": ["4"]}, {"stackIndex": 2, "values": ["2"]}]}]}]}],
 "dictionary": {
  "stringTable": ["", "samples", "count", "/bin/app", "main", "php_run", "py_run", "py_leaf", "zig_run",
    "sys", "leaf", "profile.frame.type", "go", "php", "cpython", "zig", "kernel", "native"],
  "mappingTable": [{}, {"memoryStart": "4096", "memoryLimit": "8192", "filenameStrindex": 3}],
  "functionTable": [{}, {"nameStrindex": 4}, {"nameStrindex": 5}, {"nameStrindex": 6}, {"nameStrindex": 7},
    {"nameStrindex": 8}, {"nameStrindex": 9}, {"nameStrindex": 10}],
  "attributeTable": [{}, {"keyStrindex": 11, "value": {"stringValue": "go"}},
    {"keyStrindex": 11, "value": {"stringValue": "php"}}, {"keyStrindex": 11, "value": {"stringValue": "cpython"}},
    {"keyStrindex": 11, "value": {"stringValue": "zig"}}, {"keyStrindex": 11, "value": {"stringValue": "kernel"}},
    {"keyStrindex": 11, "value": {"stringValue": "native"}}],
  "locationTable": [{},
    {"mappingIndex": 1, "address": "4112", "lines": [{"functionIndex": 1}], "attributeIndices": [1]},
    {"lines": [{"functionIndex": 2, "line": "3"}], "attributeIndices": [2]},
    {"lines": [{"functionIndex": 3, "line": "4"}], "attributeIndices": [3]},
    {"lines": [{"functionIndex": 4, "line": "5"}], "attributeIndices": [3]},
    {"lines": [{"functionIndex": 5, "line": "6"}], "attributeIndices": [4]},
    {"lines": [{"functionIndex": 6}], "attributeIndices": [5]},
    {"mappingIndex": 1, "address": "4128", "lines": [{"functionIndex": 7}], "attributeIndices": [6]}],
  "linkTable": [{}],
  "stackTable": [{}, {"locationIndices": [4, 3, 2, 1]}, {"locationIndices": [6, 7, 5, 1]}]}}
J
prof-merge -t otlp -z none in.json -o a.otlp
prof-merge -t pprof in.json -o b.pb.gz
prof-merge -t otlp -z none b.pb.gz -o b.otlp

types() { # FILE: the types in an OTLP message
	for type in go php cpython zig kernel native; do
		LC_ALL=C grep -qa "$type\$\|${type}[^a-z_]" "$1" && printf '%s ' $type
	done
}
is "$(types a.otlp)" 'go php cpython kernel native ' 'OTLP to OTLP: every known type'
is "$(types b.otlp)" 'php cpython native ' 'through pprof: those that have no binary; the rest has an address'
for file in in.json a.otlp b.pb.gz b.otlp; do
	is "$(prof-query -t folded --show '\[cpython\]' $file)" 'py_run;py_leaf 4' "$file: --show selects a type"
	is "$(prof-query -t folded --hide '\[(cpython|php)\]' $file)" 'main 4
main;zig_run;leaf;sys 2' "$file: --hide leaves types out"
done
is "$(prof-query --raw b.pb.gz | grep -c '\[cpython\]')" 1 'one mapping for all frames of a type'
! LC_ALL=C grep -qa '\[cpython\]\|\[php\]' b.otlp
ok $? 'OTLP has the type, not such a mapping'

# Colours
fill() { # FILE FRAME: the frame's colour, three hexadecimal numbers
	prof-flame -q --colors type "$1" |
		sed -n "s/.*<title>$2 (.*fill=\"#\(..\)\(..\)\(..\)\".*/\1 \2 \3/p" | head -n 1
}
fill a.otlp py_run | { read -r r g b; [ $((0x$r)) = $((0x$g)) ] && [ $((0x$b)) -gt $((0x$r)) ]; }
ok $? '--colors type: Python is blue'
fill b.pb.gz php_run | { read -r r g b; [ $((0x$g)) = $((0x$b)) ] && [ $((0x$g)) -gt $((0x$r)) ]; }
ok $? 'PHP is aqua'
fill a.otlp main | { read -r r g b; [ $((0x$r)) = $((0x$g)) ] && [ $((0x$b)) -lt $((0x$r)) ]; }
ok $? 'Go is yellow'
fill a.otlp sys | { read -r r g b; [ $((0x$b)) = 0 ] && [ $((0x$r)) -gt $((0x$g)) ]; }
ok $? 'the kernel is orange'
fill a.otlp leaf | { read -r r g b; [ $((0x$g)) = $((0x$b)) ] && [ $((0x$r)) -gt $((0x$g)) ]; }
ok $? 'native code is red'
finish
