// Reads the data that the document holds. html.h describes the blocks.

const conf = JSON.parse(document.getElementById('conf').textContent);

function bytesOfBase64(text) {
	if (Uint8Array.fromBase64)
		return Uint8Array.fromBase64(text);
	const binary = atob(text), bytes = new Uint8Array(binary.length);
	for (let i = 0; i < bytes.length; i++)
		bytes[i] = binary.charCodeAt(i);
	return bytes;
}

async function inflate(bytes) {
	const stream = new DecompressionStream('deflate'), writer = stream.writable.getWriter();
	writer.write(bytes);
	writer.close();
	const chunks = [], reader = stream.readable.getReader();
	let n = 0;
	for (let part; !(part = await reader.read()).done; n += part.value.length)
		chunks.push(part.value);
	const all = new Uint8Array(n);
	for (let at = 0; chunks.length; at += chunks.shift().length)
		all.set(chunks[0], at);
	return all;
}

// The bytes of a block. Its text, which is large, is removed from the document.
async function block(name) {
	const element = document.querySelector(`script.data[data-name="${name}"]`);
	const text = element ? element.textContent : '';
	element?.remove();
	return text ? inflate(bytesOfBase64(text)) : new Uint8Array(0);
}

// Reads numbers that html_number() writes.
class Numbers {
	constructor(bytes) {
		this.bytes = bytes;
		this.at = 0;
	}

	next() {
		const {bytes} = this;
		let byte = bytes[this.at++];
		if (byte < 128)
			return byte;
		let value = byte & 127, scale = 128;
		do {
			byte = bytes[this.at++];
			value += (byte & 127) * scale;
			scale *= 128;
		} while (byte > 127);
		return value;
	}

	// A number that html_signed() writes.
	signed() {
		const v = this.next();
		return v % 2 ? -(v + 1) / 2 : v / 2;
	}

	fill(array) {
		for (let i = 0; i < array.length; i++)
			array[i] = this.next();
		return array;
	}
}

async function readNames() {
	const colors = await block('colors');
	const names = new TextDecoder().decode(await block('names')).split('\n');
	names.pop();
	return {names, colors};
}

async function readTree() {
	const n = conf.nodes, p = new Numbers(await block('tree'));
	const parent = new Int32Array(n), name = new Int32Array(n), path = [0];
	let depth = 0;
	for (let i = 1; i < n; i++) {
		depth += 1 - p.next();
		parent[i] = path[depth - 1];
		path[depth] = i;
	}
	p.fill(name.subarray(1));
	return new Tree(parent, name);
}

// The samples: arrays by row. Values are by type, then by row.
async function readRows() {
	const {n, sets, slots, unit} = conf.rows, p = new Numbers(await block('rows'));
	const rows = {n, node: p.fill(new Int32Array(n)), set: null, slot: null, base: null, values: []};
	for (let i = 1; i < n; i++)
		rows.node[i] += rows.node[i - 1];
	if (sets)
		rows.set = p.fill(new Int32Array(n));
	if (slots)
		rows.slot = p.fill(new Int32Array(n));
	if (conf.diff)
		rows.base = p.fill(new Uint8Array(n));
	for (const u of unit) {
		const values = new Float64Array(n);
		for (let i = 0; i < n; i++)
			values[i] = p.signed() * u;
		rows.values.push(values);
	}
	return rows;
}

// For each key an array: the number of the value by set of labels, -1 for none.
async function readSets() {
	const p = new Numbers(await block('sets'));
	const of = conf.labels.map(() => new Int32Array(conf.sets).fill(-1));
	for (let set = 1; set < conf.sets; set++)
		for (let k = p.next(); k; k--) {
			const key = p.next();
			of[key][set] = p.next();
		}
	return of;
}

// With source lines: names, files and lines by place.
async function readPlaces() {
	if (!conf.places)
		return null;
	const p = new Numbers(await block('places')), n = conf.places;
	const places = {name: new Int32Array(n), file: new Int32Array(n), line: new Int32Array(n)};
	for (let i = 1; i < n; i++) {
		places.name[i] = p.next();
		places.file[i] = p.next();
		places.line[i] = p.next();
	}
	return places;
}
