// The call tree, as arrays by node. Node 0 is the root, which contains everything. A parent's
// number is smaller than its children's, so that totals need one loop from the end.

class Tree {
	// exact: keep sums as integers, too, for numbers that a double would round
	constructor(n, diff, exact) {
		this.n = n;
		this.diff = diff;
		this.exact = exact ? new Exact(n, diff) : null;
		this.name = new Int32Array(n); // place in the list of names, which is sorted
		this.parent = new Int32Array(n);
		this.first = new Int32Array(n); // child and sibling; 0 = none
		this.next = new Int32Array(n);
		this.depth = new Int32Array(n);
		this.self = new Float64Array(n);
		this.total = new Float64Array(n);
		this.base = diff ? new Float64Array(n) : this.self;
		this.baseTotal = diff ? new Float64Array(n) : this.total;
		this.width = this.total; // inclusive, as drawn; see weigh()
	}

	// Pairs of arrays: self values, and inclusive ones.
	columns() {
		const of = sums => [[sums.self, sums.total], ...this.diff ? [[sums.base, sums.baseTotal]] : []];
		return [...of(this), ...this.exact ? of(this.exact) : []];
	}

	addUp() {
		for (const [self, total] of this.columns()) {
			total.set(self);
			for (let i = this.n - 1; i > 0; i--)
				total[this.parent[i]] += total[i];
		}
		return this;
	}

	// Link siblings in the order of their numbers or of compare(a, b).
	arrange(compare) {
		const {parent, first, next, n} = this;
		const last = new Int32Array(n);
		first.fill(0);
		next.fill(0);
		for (let i = 1; i < n; i++) {
			const up = parent[i];
			if (last[up])
				next[last[up]] = i;
			else
				first[up] = i;
			last[up] = i;
		}
		for (let i = 0; compare && i < n; i++)
			if (first[i] !== last[i])
				this.arrangeChildren(i, compare);
	}

	arrangeChildren(i, compare) {
		const all = this.children(i).sort(compare);
		this.first[i] = all[0];
		all.forEach((child, k) => this.next[child] = all[k + 1] || 0);
	}

	children(i) {
		const all = [];
		for (let child = this.first[i]; child; child = this.next[child])
			all.push(child);
		return all;
	}

	// The nodes from the root to i, both included.
	path(i) {
		const nodes = [i];
		while (i)
			nodes.push(i = this.parent[i]);
		return nodes.reverse();
	}

	// Set the widths of a differential tree. A frame on one side only keeps its width. The
	// difference is the magnitude of the change, stack by stack.
	weigh(shape, baseScale) {
		if (!this.diff)
			return;
		const {n, parent, self, base, total, baseTotal} = this;
		const width = this.width = new Float64Array(n);
		for (let i = n - 1; i >= 0; i--) {
			const before = base[i] * baseScale;
			width[i] += shape === 'union' ? Math.max(self[i], before) :
				shape === 'difference' ? Math.abs(self[i] - before) :
				shape === 'new' ? (total[i] ? self[i] : before) :
				(baseTotal[i] ? before : self[i]);
			if (i)
				width[parent[i]] += width[i];
		}
	}

	// Walk over a node and those below it in drawing order. enter(node): whether to go deeper.
	walk(top, enter) {
		const {first, next, parent} = this;
		for (let i = top;;) {
			if (enter(i) && first[i]) {
				i = first[i];
				continue;
			}
			while (i !== top && !next[i])
				i = parent[i];
			if (i === top)
				return;
			i = next[i];
		}
	}

	// The tree of stacks with a frame for each item of focus and none for items of ignore,
	// without the frames of hide. Each of the three is a list of arrays by name.
	filtered(focus, ignore, hide) {
		const {n, parent: up, name: called} = this, all = (1 << focus.length) - 1;
		const has = new Int32Array(n), out = new Uint8Array(n), to = new Int32Array(n);
		const parent = [0], name = [called[0]], depth = [0], child = new Map();
		for (let i = 0; i < n; i++) {
			const k = called[i], above = to[up[i]], key = above * 2 ** 21 + k;
			has[i] = i && has[up[i]];
			out[i] = i && out[up[i]];
			focus.forEach((hit, bit) => has[i] |= i && hit[k] ? 1 << bit : 0);
			out[i] |= i && ignore.some(hit => hit[k]);
			if (i && hide.some(hit => hit[k])) {
				to[i] = above;
			} else if (i) {
				if (!child.has(key)) {
					child.set(key, parent.push(above) - 1);
					name.push(k);
					depth.push(depth[above] + 1);
				}
				to[i] = child.get(key);
			}
		}
		return this.rebuilt({parent, name, depth}, to.map((at, i) => has[i] === all && !out[i] ? at : -1));
	}

	// A tree of these nodes. The self values of node i of this tree go to node to[i], or nowhere if
	// that is -1.
	rebuilt({parent, name, depth}, to) {
		const t = new Tree(parent.length, this.diff, this.exact);
		t.parent.set(parent);
		t.name.set(name);
		t.depth.set(depth);
		const from = this.columns();
		t.columns().forEach(([self], k) => {
			const [old] = from[k];
			for (let i = 0; i < this.n; i++)
				if (to[i] >= 0)
					self[to[i]] += old[i];
		});
		return t.addUp();
	}

	// The same stacks, leaf first.
	reversed() {
		const stacks = [];
		for (let i = 1; i < this.n; i++)
			if (this.self[i] || this.base[i])
				stacks.push(i);
		const order = Int32Array.from(stacks); // their ends
		const at = Int32Array.from(stacks); // the current frame of each, by place in `order`
		const parent = [0], name = [this.name[0]], depth = [0], to = new Int32Array(this.n).fill(-1);
		to[0] = 0;
		// Ranges of stacks that are the same so far, and their node.
		const work = [[0, 0, order.length]];
		while (work.length) {
			const [node, first, last] = work.pop();
			this.sortRange(order, at, first, last);
			for (let i = first, end; i < last; i = end) {
				const frame = at[i];
				for (end = i + 1; end < last && this.same(at[end], frame); end++)
					;
				if (!frame) {
					for (let k = i; k < end; k++)
						to[order[k]] = node;
					continue;
				}
				const child = parent.push(node) - 1;
				name.push(this.name[frame]);
				depth.push(depth[node] + 1);
				for (let k = i; k < end; k++)
					at[k] = this.parent[at[k]];
				work.push([child, i, end]);
			}
		}
		return this.rebuilt({parent, name, depth}, to);
	}

	// Are the current frames of two stacks of one name? The root differs from all others.
	same(a, b) {
		return a && b ? this.name[a] === this.name[b] : a === b;
	}

	sortRange(order, at, from, to) {
		if (to - from < 2)
			return;
		const rank = i => at[i] ? this.name[at[i]] : -1;
		const places = Array.from({length: to - from}, (_, k) => from + k)
			.sort((a, b) => rank(a) - rank(b) || a - b);
		order.set(places.map(i => order[i]), from);
		at.set(places.map(i => at[i]), from);
	}
}

// The sums of a tree as integers.
class Exact {
	constructor(n, diff) {
		this.self = new BigInt64Array(n);
		this.total = new BigInt64Array(n);
		this.base = diff ? new BigInt64Array(n) : this.self;
		this.baseTotal = diff ? new BigInt64Array(n) : this.total;
	}
}

// Numbers as packed.h describes them.
class Packed {
	constructor(text) {
		this.text = text;
		this.at = 0;
	}

	number() {
		let value = 0;
		for (let scale = 1;; scale *= 32) {
			const digit = Packed.digit[this.text.charCodeAt(this.at++)];
			value += (digit & 31) * scale;
			if (!(digit & 32))
				return value;
		}
	}

	// A number that may be too large for a double.
	integer() {
		let value = 0n;
		for (let shift = 0n;; shift += 5n) {
			const digit = Packed.digit[this.text.charCodeAt(this.at++)];
			value |= BigInt(digit & 31) << shift;
			if (!(digit & 32))
				return value;
		}
	}
}
Packed.digit = new Uint8Array(128);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/']
	.forEach((c, i) => Packed.digit[c.charCodeAt(0)] = i);

// A line for each name: the length shared with the line before, the colour, the rest.
function unpackNames(text) {
	const names = [], colors = [];
	let before = '';
	for (const line of text.split('\n').slice(0, -1)) {
		const p = new Packed(line), same = p.number();
		colors.push(p.number());
		names.push(before = before.slice(0, same) + line.slice(p.at));
	}
	return {names, colors};
}

function unpackTree(text, conf) {
	const t = new Tree(conf.nodes, conf.diff, conf.exact), p = new Packed(text);
	const levels = conf.diff ? 4 : 2, unit = BigInt(conf.exact || 0);
	const read = (side, i) => {
		if (t.exact)
			t[side][i] = Number(t.exact[side][i] = p.integer() * unit);
		else
			t[side][i] = p.number() * conf.unit;
	};
	for (let i = 0, before = 0; i < t.n; before = i++) {
		const head = p.number();
		let up = before;
		for (let k = Math.floor(head / levels); k; k--)
			up = t.parent[up];
		t.parent[i] = up;
		t.depth[i] = i && t.depth[up] + 1;
		t.name[i] = p.number();
		if (head & 1)
			read('self', i);
		if (conf.diff && head & 2)
			read('base', i);
	}
	return t.addUp();
}
