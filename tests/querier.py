#!/usr/bin/env python3
"""querier.py DIR PORT-FILE [LONGEST-MS]: a peer for prof-query URL.

Plays the querier of a Pyroscope server (version 2) over the pprof files in DIR, as it was seen to
answer: ranges with both ends, series by the text labels of samples, points that stand at the
end of their step, no labels in merges, errors as JSON. Below /fault/NAME/ it fails in the
way of that name. GET /file/NAME is that file, and GET /next/NAME is NAME.1, NAME.2 and so on.
Reads and writes only the protobuf that it needs, by its own means. Runs until it is ended.
"""
import gzip
import http.server
import os
import re
import struct
import sys
import time
import zlib

DIR, PORT_FILE = sys.argv[1:3]
LONGEST = int(sys.argv[3]) if len(sys.argv) > 3 else 0

# Protobuf


def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value) if value else b""
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def read_varint(b, at):
    n = shift = 0
    while True:
        n |= (b[at] & 127) << shift
        shift += 7
        at += 1
        if b[at - 1] < 128:
            return n, at


def fields(b):
    at = 0
    while at < len(b):
        tag, at = read_varint(b, at)
        kind = tag & 7
        if kind == 0:
            value, at = read_varint(b, at)
        elif kind == 1:
            value, at = struct.unpack_from("<d", b, at)[0], at + 8
        elif kind == 2:
            size, at = read_varint(b, at)
            value, at = b[at : at + size], at + size
        else:
            raise ValueError("wire type %d" % kind)
        yield tag >> 3, value


def message(b):
    m = {}
    for number, value in fields(b):
        m.setdefault(number, []).append(value)
    return m


def one(m, number, default=0):
    return m.get(number, [default])[-1]


def numbers(m, number):
    out = []
    for v in m.get(number, []):
        if isinstance(v, int):
            out.append(v)
        else:
            at = 0
            while at < len(v):
                n, at = read_varint(v, at)
                out.append(n)
    return out


def signed(n):
    return n - (1 << 64) if n >> 63 else n


# Profiles, and the series that they become



def name_of(kind, period):
    if kind == "cpu" or (kind == "samples" and period == "cpu"):
        return "process_cpu"
    return "memory" if kind.startswith(("alloc_", "inuse_")) else kind


# Labels that stay with samples, and divide no series: with their place in requests.
IDS = {"span_id": 11, "trace_id": 10}


class Series:
    """The profiles of one type with the same labels: (ms, {stack: value}, {ids: {stack: value}})."""

    def __init__(self, type_id, labels):
        self.type_id, self.labels, self.profiles = type_id, labels, []


def frames_of(m, text):
    functions = {}
    for b in m.get(5, []):
        f = message(b)
        functions[one(f, 1)] = (text[one(f, 2)], text[one(f, 4)])
    locations = {}
    for b in m.get(4, []):
        loc = message(b)
        lines = [message(line) for line in loc.get(4, [])]
        locations[one(loc, 1)] = tuple(functions[one(x, 1)] + (one(x, 2),) for x in lines)
    return locations


def labels_of(s, text):
    """The labels of the series, and the ids: tuples of pairs."""
    labels, ids = [], []
    for b in s.get(3, []):
        label = message(b)
        if one(label, 2):
            name = text[one(label, 1)].replace("profile_id", "span_id")
            (ids if name in IDS else labels).append((name, text[one(label, 2)]))
    return tuple(sorted(labels)), tuple(sorted(ids))


def members(data):
    """The profiles of a stream: each is a member of gzip."""
    while data:
        unpack = zlib.decompressobj(31)
        yield unpack.decompress(data)
        data = unpack.unused_data


def add_profile(m, series):
    text = [b.decode() for b in m[6]]
    types = [message(b) for b in m.get(1, [])]
    period = message(one(m, 11, b""))
    locations = frames_of(m, text)
    found = {}
    for b in m.get(2, []):
        s = message(b)
        stack = tuple(locations[i] for i in numbers(s, 1))
        labels, ids = labels_of(s, text)
        for t, value in zip(types, numbers(s, 2)):
            kind, unit = text[one(t, 1)], text[one(t, 2)]
            name = name_of(kind, text[one(period, 1)])
            type_id = ":".join((name, kind, unit, text[one(period, 1)], text[one(period, 2)]))
            whole, of_ids = found.setdefault((type_id, labels), ({}, {}))
            for stacks in whole, of_ids.setdefault(ids, {}):
                stacks[stack] = stacks.get(stack, 0) + signed(value)
    for (type_id, labels), (stacks, of_ids) in found.items():
        key = (type_id, labels)
        series.setdefault(key, Series(type_id, dict(labels)))
        series[key].profiles.append((one(m, 9) // 1000000, stacks, of_ids))


def load():
    series = {}
    for name in sorted(os.listdir(DIR)):
        if name.endswith(".pb.gz"):
            with open(os.path.join(DIR, name), "rb") as f:
                for bare in members(f.read()):
                    add_profile(message(bare), series)
    return list(series.values())


SERIES = load()

# Selectors

MATCHER = re.compile(r'\s*(\w+|"(?:\\.|[^"\\])*")\s*(=~|!~|!=|=)\s*"((?:\\.|[^"\\])*)"\s*,?')


def unquote(s):
    return re.sub(
        r"\\(x[0-9a-f]{2}|.)", lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "x" and len(m[1]) == 3 else m[1], s
    )


def selected(selector, labels):
    rest = selector.strip()
    if not rest.startswith("{") or not rest.endswith("}"):
        raise Refusal(400, "invalid_argument", "parse error: unexpected %s" % rest[:10])
    rest, at = rest[1:-1], 0
    while rest[at:].strip():
        m = MATCHER.match(rest, at)
        if not m:
            raise Refusal(400, "invalid_argument", "1:%d: parse error" % (at + 2))
        at = m.end()
        name = unquote(m[1].strip('"')) if m[1][0] == '"' else m[1]
        value, wanted = labels.get(name, ""), unquote(m[3])
        holds = value == wanted if m[2][-1] == "=" else re.fullmatch(wanted, value, re.S) is not None
        if holds == (m[2][0] == "!"):
            return False
    return True


class Refusal(Exception):
    def __init__(self, status, code, text):
        self.status, self.code, self.text = status, code, text


def duration(ms):
    s = ms // 1000
    return "%dh%dm%ds" % (s // 3600, s // 60 % 60, s % 60)


def check_range(start, end):
    if not start or not end:
        raise Refusal(400, "invalid_argument", "missing time range in the query")
    if start > end:
        raise Refusal(400, "invalid_argument", "query start time is after end time")
    if LONGEST and end - start > LONGEST:
        raise Refusal(
            400,
            "invalid_argument",
            "the query time range exceeds the limit (max_query_length, actual: %s, limit: %s)"
            % (duration(end - start), duration(LONGEST)),
        )


# Calls


def pairs(labels):
    return b"".join(field(1, field(1, k) + field(2, v)) for k, v in labels)


def call_series(m):
    start, end = one(m, 3), one(m, 4)
    check_range(start, end)
    names = [b.decode() for b in m.get(2, [])]
    sets = set()
    for s in SERIES:
        if not any(start <= ms <= end for ms, _, _ in s.profiles):
            continue
        if not all(selected(b.decode(), s.labels) for b in m.get(1, [])):
            continue
        labels = dict(s.labels, __profile_type__=s.type_id, __name__=s.type_id.split(":")[0])
        sets.add(tuple(sorted((k, v) for k, v in labels.items() if not names or k in names)))
    return b"".join(field(2, pairs(labels)) for labels in sorted(sets))


def call_select_series(m):
    type_id, selector = one(m, 1, b"").decode(), one(m, 2, b"").decode()
    start, end = one(m, 3), one(m, 4)
    check_range(start, end)
    by = [b.decode() for b in m.get(5, [])]
    step = int(one(m, 6, 0.0) * 1e9) // 1000000
    if step < 1:
        raise Refusal(400, "invalid_argument", "step must be >= 1ms")
    sums = {}
    for s in SERIES:
        if s.type_id != type_id or not selected(selector, s.labels):
            continue
        group = tuple(sorted((k, v) for k, v in s.labels.items() if k in by))
        for ms, stacks, _ in s.profiles:
            point = start + max(0, -((start - ms) // step)) * step
            if ms >= start - step and point <= end:
                points = sums.setdefault(group, {})
                points[point] = points.get(point, 0) + sum(stacks.values())
    if len(sums) * (end - start) // step > 5000000:
        raise Refusal(504, "deadline_exceeded", "too many steps")
    out = b""
    for group, points in sorted(sums.items()):
        body = b"".join(field(2, field(1, float(v)) + field(2, t)) for t, v in sorted(points.items()))
        out += field(1, pairs(group) + body)
    return out


class Writer:
    """A pprof profile, put together row by row."""

    def __init__(self, type_id):
        self.text, self.rows, self.body = {"": 0}, {}, b""
        _, kind, unit, period, period_unit = type_id.split(":")
        self.body += field(1, self.value_type(kind, unit)) + field(11, self.value_type(period, period_unit))

    def string(self, s):
        return self.text.setdefault(s, len(self.text))

    def value_type(self, kind, unit):
        return field(1, self.string(kind)) + field(2, self.string(unit))

    def row(self, number, key, make):
        if (number, key) not in self.rows:
            made = make()
            self.rows[number, key] = 1 + sum(1 for n, _ in self.rows if n == number)
            self.body += field(number, field(1, self.rows[number, key]) + made)
        return self.rows[number, key]

    def function(self, name, file):
        return self.row(5, (name, file), lambda: field(2, self.string(name)) + field(4, self.string(file)))

    def location(self, lines):
        return self.row(
            4, lines, lambda: b"".join(field(4, field(1, self.function(n, f)) + field(2, line)) for n, f, line in lines)
        )

    def sample(self, stack, value):
        ids = b"".join(varint(self.location(lines)) for lines in stack)
        self.body += field(2, field(1, ids) + field(2, varint(value)))

    def bytes(self):
        return self.body + b"".join(field(6, s) for s in self.text)


def call_select_merge_profile(m):
    """What was asked before is answered at once: clients are measured with it."""
    key = repr(sorted(m.items()))
    if key not in MERGED:
        MERGED[key] = merge_profiles(m)
    return MERGED[key]


def stacks_of(m, stacks, of_ids):
    """The stacks with the requested ids; all, if the request has none."""
    wanted = {(name, v.decode()) for name, number in IDS.items() for v in m.get(number, [])}
    if not wanted:
        yield stacks
    for ids, of in of_ids.items():
        if wanted & set(ids):
            yield of


def merge_profiles(m):
    type_id, selector = one(m, 1, b"").decode(), one(m, 2, b"").decode()
    start, end = one(m, 3), one(m, 4)
    check_range(start, end)
    sums, found = {}, False
    for s in SERIES:
        if s.type_id != type_id or not selected(selector, s.labels):
            continue
        found = True
        for ms, *both in s.profiles:
            for stacks in stacks_of(m, *both) if start <= ms <= end else ():
                for stack, value in stacks.items():
                    sums[stack] = sums.get(stack, 0) + value
    if not sums:  # no block, or a block without such a profile
        return field(12, 1000000000) + field(6, "") if found else b""
    w = Writer(type_id)
    for stack, value in sums.items():
        w.sample(stack, value)
    return w.bytes() + field(9, end * 1000000) + field(12, 1000000000)


def call_select_merge_stacktraces(m):
    if all(number in m for number in IDS.values()):
        raise Refusal(400, "invalid_argument", "span_selector and trace_id_selector cannot be combined")
    return field(5, field(1, merge_profiles(m)))


CALLS = {
    "Series": call_series,
    "SelectSeries": call_select_series,
    "SelectMergeProfile": call_select_merge_profile,
    "SelectMergeStacktraces": call_select_merge_stacktraces,
}
COUNT = {}
MERGED, PACKED = {}, {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, status, kind, body, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, code, text, **headers):
        body = '{"code":"%s","message":"%s"}' % (code, text.replace('"', '\\"'))
        self.answer(status, "application/json", body.encode(), **headers)

    def fault(self, name):
        """Fail; False where the fault is over."""
        COUNT[name] = COUNT.get(name, 0) + 1
        if name == "slow":
            time.sleep(2)
        elif name == "garbage":
            self.answer(200, "application/proto", b"\xff\xfe" * 50)
            return True
        elif name == "page":
            self.answer(200, "text/html", b"<html>hello")
            return True
        elif name == "error":
            self.refuse(500, "unknown", "gzip reset: unexpected EOF")
            return True
        elif name == "text":
            self.answer(500, "text/plain", b"upstream \x1b[31mis on fire\nmore\n")
            return True
        elif name == "busy" and COUNT[name] == 1:
            self.refuse(429, "resource_exhausted", "too many outstanding requests")
            return True
        elif name == "redirect":
            self.answer(307, "text/plain", b"", Location="http://127.0.0.2:1/elsewhere")
            return True
        elif name == "half":
            self.send_response(200)
            self.send_header("Content-Type", "application/proto")
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"\x12\x02")
            self.close_connection = True
            return True
        elif name == "huge":
            self.answer(200, "application/proto", b"\0" * (48 << 20))
            return True
        elif name == "old" and self.path.endswith("/SelectMergeStacktraces"):
            self.answer(200, "application/proto", b"\x0a\x02\x18\x07")  # a flame graph
            return True
        elif name == "tenant" and self.headers.get("X-Scope-OrgID") != "team":
            self.refuse(401, "unauthenticated", "no org id")
            return True
        elif name == "basic" and self.headers.get("Authorization") != "Basic bWU6c2VjcmV0":
            self.refuse(401, "unauthenticated", "who is there?")
            return True
        return False

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = self.path.strip("/").split("/")
        if parts[0] == "fault":
            if self.fault(parts[1]):
                return
            parts = parts[2:]
        if parts[:-1] != ["querier.v1.QuerierService"] or parts[-1] not in CALLS:
            self.answer(404, "text/plain", b"404 page not found\n")
            return
        if self.headers.get("Content-Type") != "application/proto":
            self.answer(415, "text/plain", b"")
            return
        try:
            out = CALLS[parts[-1]](message(body))
        except Refusal as r:
            self.refuse(r.status, r.code, r.text)
            return
        if self.headers.get("Accept-Encoding") == "gzip":
            if out not in PACKED:
                PACKED[out] = gzip.compress(out, 6)
            self.answer(200, "application/proto", PACKED[out], Content_Encoding="gzip")
        else:
            self.answer(200, "application/proto", out)

    def do_GET(self):
        where, _, name = self.path.partition("?")[0].strip("/").rpartition("/")
        if where == "next":
            COUNT[name] = COUNT.get(name, 0) + 1
            name += ".%d" % COUNT[name]
        path = os.path.join(DIR, os.path.basename(name))
        if where == "debug" or not os.path.isfile(path):
            self.answer(404, "text/plain", b"Unknown profile\n")
            return
        self.answer(200, "application/octet-stream", open(path, "rb").read())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(PORT_FILE + ".new", "w") as f:
    f.write("%d\n" % server.server_port)
os.rename(PORT_FILE + ".new", PORT_FILE)
server.serve_forever()
