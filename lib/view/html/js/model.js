// The profile in memory: call trees, the samples that the filters keep, and their sums.

// A call tree as arrays by node. Node 0 is the root; callers come before callees, and the nodes
// below a node follow it, up to end[node].
class Tree {
	constructor(parent, name) {
		const n = this.n = parent.length;
		this.parent = parent;
		this.name = name;
		this.depth = new Int32Array(n);
		this.end = new Int32Array(n);
		for (let i = 1; i < n; i++)
			this.depth[i] = this.depth[parent[i]] + 1;
		for (let i = n - 1; i >= 0; i--) {
			this.end[i] = Math.max(this.end[i], i + 1);
			if (i)
				this.end[parent[i]] = Math.max(this.end[parent[i]], this.end[i]);
		}
		this.within = this.findRecursion();
	}

	// Mark nodes below one of the same name with 1: sums by name leave them out.
	findRecursion() {
		const {n, name, depth} = this, within = new Uint8Array(n), path = [];
		const open = new Int32Array(Math.max(names.length, conf.places || 0));
		for (let i = 1; i < n; i++) {
			while (path.length >= depth[i])
				open[path.pop()]--;
			within[i] = open[name[i]]++ ? 1 : 0;
			path.push(name[i]);
		}
		return within;
	}

	// The nodes from below the root to i.
	path(i) {
		const nodes = [];
		for (; i; i = this.parent[i])
			nodes.push(i);
		return nodes.reverse();
	}

	children(i) {
		const all = [];
		for (let child = i + 1; child < this.end[i]; child = this.end[child])
			all.push(child);
		return all;
	}

	// The node at the end of a path of names, as far as it goes.
	follow(path) {
		let i = 0;
		for (const text of path) {
			const next = this.children(i).find(k => names[this.name[k]] === text);
			if (!next)
				break;
			i = next;
		}
		return i;
	}
}

// Another tree of the same stacks, with the names nameOf(node); nodes for which that is -1 are
// left out. Returns the tree, and its node for each node of the old one.
function rebuild(tree, nameOf) {
	const to = new Int32Array(tree.n), parent = [0], name = [tree.name[0]], child = new Map();
	for (let i = 1; i < tree.n; i++) {
		const up = to[tree.parent[i]], called = nameOf(i);
		if (called < 0) {
			to[i] = up;
			continue;
		}
		const key = up * names.length + called;
		let node = child.get(key);
		if (node === undefined) {
			node = parent.push(up) - 1;
			name.push(called);
			child.set(key, node);
		}
		to[i] = node;
	}
	const number = inOrder(parent, name), n = parent.length;
	const parents = new Int32Array(n), called = new Int32Array(n);
	for (let i = 0; i < n; i++) {
		parents[number[i]] = number[parent[i]];
		called[number[i]] = name[i];
	}
	return {tree: new Tree(parents, called), to: to.map(i => number[i])};
}

// Number nodes so that those below a node follow it, with siblings in order of names.
function inOrder(parent, name) {
	const n = parent.length, first = new Int32Array(n), next = new Int32Array(n);
	const byName = Int32Array.from({length: n}, (_, i) => i).sort((a, b) => name[b] - name[a]);
	for (const i of byName)
		if (i) {
			next[i] = first[parent[i]];
			first[parent[i]] = i;
		}
	const number = new Int32Array(n), stack = [0];
	for (let k = 0; stack.length;) {
		const i = stack.pop();
		number[i] = k++;
		if (i && next[i])
			stack.push(next[i]);
		if (first[i])
			stack.push(first[i]);
	}
	return number;
}

// The sums shown: by node of a tree, and by name. `base` is null without a comparison.
class Sums {
	constructor(tree, self, base, ratio) {
		this.tree = tree;
		this.ratio = ratio.map(own => ({self: own, total: Sums.addUp(tree, own)})); // conf.ratio
		this.self = self;
		this.base = base;
		this.total = Sums.addUp(tree, self);
		this.baseTotal = base && Sums.addUp(tree, base);
		this.all = this.total[0];
		this.baseAll = base ? this.baseTotal[0] : 0;
		this.scale = base && conf.normalize && this.baseAll ? this.all / this.baseAll : 1;
	}

	static addUp(tree, self) {
		const total = Float64Array.from(self), {parent} = tree;
		for (let i = tree.n - 1; i > 0; i--)
			total[parent[i]] += total[i];
		return total;
	}

	// By name: self and total, of both sides.
	get functions() {
		if (!this.byName) {
			const {tree} = this, make = () => new Float64Array(names.length);
			const f = this.byName = {self: make(), total: make(), base: make(), baseTotal: make()};
			for (let i = 1; i < tree.n; i++) {
				const k = tree.name[i];
				f.self[k] += this.self[i];
				if (!tree.within[i])
					f.total[k] += this.total[i];
				if (this.base) {
					f.base[k] += this.base[i];
					if (!tree.within[i])
						f.baseTotal[k] += this.baseTotal[i];
				}
			}
		}
		return this.byName;
	}

	// The totals of a function for conf.ratio, over its outermost nodes.
	ratioOf(k) {
		this.ratioByName ??= this.ratio.map(({total}) => {
			const {tree} = this, sums = new Float64Array(names.length);
			for (let i = 1; i < tree.n; i++)
				sums[tree.name[i]] += tree.within[i] ? 0 : total[i];
			return sums;
		});
		return this.ratioByName.map(sums => sums[k]);
	}

	// Widths of boxes, by node: without a comparison, the total. `shape` is a side or, stack by
	// stack, the larger side or the magnitude of the difference.
	width(shape) {
		if (!this.base)
			return this.total;
		const {tree, self, base, total, baseTotal, scale} = this;
		const own = new Float64Array(tree.n);
		for (let i = 0; i < tree.n; i++) {
			const before = base[i] * scale;
			own[i] = shape === 'union' ? Math.max(self[i], before) :
				shape === 'difference' ? Math.abs(self[i] - before) :
				shape === 'only base' ? before : shape === 'only new' ? self[i] :
				shape === 'new' ? (total[i] ? self[i] : before) :
				(baseTotal[i] ? before : self[i]);
		}
		return Sums.addUp(tree, own);
	}
}

const model = {
	places: null, // of lines, with --source
	packed: null, // the tree as it came
	rows: null,
	setsOf: [],
	trees: new Map(), // by what is hidden: {tree, to}
};

async function readModel() {
	Object.assign(model, {packed: await readTree(), rows: await readRows(), setsOf: await readSets()});
}

// The tree without the frames for which hidden(name) is true; `to` is null for the packed tree.
function treeWithout(key, hidden) {
	if (!model.trees.has(key)) {
		const {packed, places} = model;
		const nameOf = i => places ? places.name[packed.name[i]] : packed.name[i];
		const plain = !places && !hidden;
		model.trees.set(key, plain ? {tree: packed, to: null} :
			rebuild(packed, i => hidden && hidden[nameOf(i)] ? -1 : nameOf(i)));
		if (model.trees.size > 4)
			model.trees.delete([...model.trees.keys()][1]);
	}
	return model.trees.get(key);
}

// The side of samples, by set of labels and by slot of time: 0 none (filtered), 1 new, 2 base.
function sidesOf(filter) {
	const sets = new Uint8Array(conf.sets).fill(1);
	for (const [key, values] of Object.entries(filter.labels)) {
		const k = conf.labels.findIndex(label => label.key === key);
		const wanted = new Set(k < 0 ? [] : values.map(v => conf.labels[k].values.indexOf(v)));
		for (let set = 0; set < sets.length && k >= 0; set++)
			if (!wanted.has(model.setsOf[k][set]))
				sets[set] = 0;
	}
	const {compare} = filter, label = compare && compare.key !== undefined;
	if (label) {
		const k = conf.labels.findIndex(l => l.key === compare.key);
		const number = v => k < 0 ? -2 : conf.labels[k].values.indexOf(v);
		const from = number(compare.base), to = number(compare.to);
		for (let set = 0; set < sets.length && k >= 0; set++) {
			const is = model.setsOf[k][set];
			sets[set] = !sets[set] ? 0 : is === to ? 1 : is === from ? 2 : 0;
		}
	}
	const slots = conf.times ? new Uint8Array(conf.times.slots + 1).fill(1) : null;
	if (slots && filter.slots) {
		const [from, to] = filter.slots, rest = compare && compare.time ? 2 : 0;
		for (let i = 0; i < slots.length; i++)
			slots[i] = i >= from && i <= to ? 1 : i ? rest : 0;
	}
	return {sets, slots};
}

// The packed nodes whose stacks are kept, by patterns for names: focus keeps stacks with such a
// frame, ignore drops them. Patterns also match hidden frames, as in prof-query.
function stacksThatCount(focus, ignore) {
	if (!focus.length && !ignore.length)
		return null;
	const {packed, places} = model, {n, parent, name} = packed, all = (1 << focus.length) - 1;
	const has = new Int32Array(n), out = new Uint8Array(n), keep = new Uint8Array(n);
	keep[0] = all === 0 ? 1 : 0;
	for (let i = 1; i < n; i++) {
		const k = places ? places.name[name[i]] : name[i];
		has[i] = has[parent[i]];
		out[i] = out[parent[i]];
		focus.forEach((hit, bit) => has[i] |= hit[k] << bit);
		for (const hit of ignore)
			out[i] |= hit[k];
		keep[i] = has[i] === all && !out[i] ? 1 : 0;
	}
	return keep;
}

// Are there two sides to compare, in the profile or picked by the reader?
const isComparison = filter => conf.diff || !!filter.compare;

// filter: {type, labels: {key: [value]}, slots: [from, to] or null, compare, hide, focus, ignore}
// where the last three are lists of arrays by name, and hideKey stands for hide.
function sumUp(filter) {
	const hidden = filter.hide.length ?
		names.map((_, k) => filter.hide.some(hit => hit[k]) ? 1 : 0) : null;
	const {tree, to} = treeWithout(filter.hideKey, hidden);
	const {rows} = model, {node, set, slot, base} = rows, values = rows.values[filter.type];
	const two = isComparison(filter), {sets, slots} = sidesOf(filter);
	const self = new Float64Array(tree.n), before = two ? new Float64Array(tree.n) : null;
	const keep = stacksThatCount(filter.focus, filter.ignore);
	const ratio = (conf.ratio || []).map(type => ({values: rows.values[type], self: new Float64Array(tree.n)}));
	for (let i = 0; i < rows.n; i++) {
		let side = set ? sets[set[i]] : sets[0];
		if (slot) {
			const when = slots[slot[i]];
			side = !side || !when ? 0 : when === 2 ? 2 : side;
		}
		if (base && base[i] && side)
			side = conf.diff && !filter.compare ? 2 : 0;
		if (!side || (keep && !keep[node[i]]))
			continue;
		const at = to ? to[node[i]] : node[i];
		(side === 2 ? before : self)[at] += values[i];
		for (const part of side === 1 ? ratio : [])
			part.self[at] += part.values[i];
	}
	// Values below 0 cannot be drawn: they count as 0, as in the first view.
	for (const sums of before ? [self, before] : [self])
		for (let i = 0; i < tree.n; i++)
			if (sums[i] < 0)
				sums[i] = 0;
	return new Sums(tree, self, before, ratio.map(part => part.self));
}
