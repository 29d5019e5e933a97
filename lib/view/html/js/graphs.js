// Graphs, from which flame graphs and call trees are drawn: a graph has a root and, for each box
// x, its name (a number, -1: everything), its values, and its children, which are found on
// demand. Boxes are compared by identity, so a graph returns the same ones each time.

// The call tree, root first. Boxes are nodes.
class TopDown {
	constructor(sums, shape) {
		Object.assign(this, {sums, root: 0, widths: sums.width(shape)});
	}

	name(i) { return i ? this.sums.tree.name[i] : -1; }
	width(i) { return this.widths[i]; }
	total(i) { return this.sums.total[i]; }
	self(i) { return this.sums.self[i]; }
	base(i) { return this.sums.base ? this.sums.baseTotal[i] : 0; }
	ratio(i) { return this.sums.ratio.map(({total}) => total[i]); }
	parent(i) { return this.sums.tree.parent[i]; }
	depth(i) { return this.sums.tree.depth[i]; }
	hasKids(i) { return this.sums.tree.end[i] > i + 1; }
	kids(i) { return this.sums.tree.children(i).filter(k => this.total(k) || this.base(k)); }

	// Is the node on a path to code that became slower? A path may begin one level further down.
	blames(i) {
		if (!this.blamed) {
			const {tree} = this.sums;
			this.blamed = new Set();
			for (const path of hasVerdicts() ? conf.blame : []) {
				const way = path.split(';'), reached = new Map();
				for (let k = 1; k < tree.n; k++) {
					const n = reached.get(tree.parent[k]) || 0;
					if (names[tree.name[k]].replaceAll(';', ':') !== way[n] || (!n && tree.depth[k] > 2))
						continue;
					reached.set(k, n + 1);
					this.blamed.add(k);
				}
			}
		}
		return this.blamed.has(i);
	}

	// The path of names to a box, and back.
	path(i) { return this.sums.tree.path(i).map(k => names[this.sums.tree.name[k]]); }
	follow(path) { return this.sums.tree.follow(path); }
}

// Boxes of several nodes each: those at the same place in merged stacks.
class Merged {
	constructor(sums, rootName, shape) {
		Object.assign(this, {sums, shape});
		this.root = this.box(rootName, null);
	}

	box(name, parent) {
		return {called: name, up: parent, deep: parent ? parent.deep + 1 : 0, nodes: [], from: [],
			total: 0, self: 0, base: 0, kids: null};
	}

	name(x) { return x.called; }
	total(x) { return x.total; }
	self(x) { return x.self; }
	base(x) { return x.base; }
	ratio(x) {
		const nodes = x.from.length ? x.from : x.nodes;
		return this.sums.ratio.map(({total}) => nodes.reduce((sum, i) => sum + total[i], 0));
	}
	parent(x) { return x.up || x; }
	depth(x) { return x.deep; }
	hasKids(x) { return this.kids(x).length > 0; }

	width(x) {
		const before = x.base * this.sums.scale;
		return !this.sums.base ? x.total : this.shape === 'base' || this.shape === 'only base' ? before :
			this.shape === 'new' ? x.total || before : this.shape === 'only new' ? x.total :
			this.shape === 'union' ? Math.max(x.total, before) : Math.abs(x.total - before);
	}

	kids(x) {
		return x.kids ??= this.group(x).filter(k => k.total || k.base);
	}

	path(x) {
		const all = [];
		for (; x.up; x = x.up)
			all.push(frameName(x.called));
		return all.reverse();
	}

	follow(path) {
		let x = this.root;
		for (const text of path) {
			const next = this.kids(x).find(k => frameName(k.called) === text);
			if (!next)
				break;
			x = next;
		}
		return x;
	}

	// The boxes, by name, of nodes that visit(add) adds: add(name, node, node with the value).
	gather(x, visit, values) {
		const byName = new Map(), {sums} = this;
		visit((name, node, from) => {
			let box = byName.get(name);
			if (!box)
				byName.set(name, box = this.box(name, x));
			box.nodes.push(node);
			box.from.push(from);
			box.total += values.now[from];
			box.self += this.selfOf(node, from);
			if (sums.base)
				box.base += values.before[from];
		});
		return [...byName.values()].sort((a, b) => a.called - b.called);
	}
}

// The callees of a function, with all its outermost frames merged.
class Callees extends Merged {
	constructor(sums, name, shape) {
		super(sums, name, shape);
		const {tree, total, self, base, baseTotal} = sums, x = this.root;
		for (let i = 1; i < tree.n; i++) {
			if (tree.name[i] !== name || tree.within[i])
				continue;
			x.nodes.push(i);
			x.total += total[i];
			x.self += self[i];
			x.base += base ? baseTotal[i] : 0;
		}
	}

	selfOf(node) { return this.sums.self[node]; }

	group(x) {
		const {tree, total, baseTotal} = this.sums;
		return this.gather(x, add => {
			for (const i of x.nodes)
				for (let k = i + 1; k < tree.end[i]; k = tree.end[k])
					add(tree.name[k], k, k);
		}, {now: total, before: baseTotal});
	}
}

// The callers of a function: its outermost frames, and outwards from them.
class Callers extends Merged {
	constructor(sums, name, shape) {
		super(sums, name, shape);
		const {tree, total, base, baseTotal} = sums, x = this.root;
		this.values = {now: total, before: baseTotal};
		for (let i = 1; i < tree.n; i++) {
			if (tree.name[i] !== name || tree.within[i])
				continue;
			x.nodes.push(i);
			x.from.push(i);
			x.total += total[i];
			x.base += base ? baseTotal[i] : 0;
		}
	}

	selfOf() { return 0; }

	group(x) {
		const {tree} = this.sums;
		return this.gather(x, add => x.nodes.forEach((i, k) => {
			if (tree.parent[i])
				add(tree.name[tree.parent[i]], tree.parent[i], x.from[k]);
		}), this.values);
	}
}

// All stacks leaf first.
class BottomUp extends Merged {
	constructor(sums, shape) {
		super(sums, -1, shape);
		Object.assign(this.root, {total: sums.all, base: sums.baseAll});
		this.values = {now: sums.self, before: sums.base};
	}

	ratio(x) {
		return this.sums.ratio.map(({self, total}) => x === this.root ? total[0] :
			x.from.reduce((sum, i) => sum + self[i], 0));
	}

	selfOf(node, from) { return node === from ? this.sums.self[from] : 0; }

	group(x) {
		const {tree, self, base} = this.sums;
		return this.gather(x, add => {
			if (x !== this.root)
				return x.nodes.forEach((i, k) => {
					if (tree.parent[i])
						add(tree.name[tree.parent[i]], tree.parent[i], x.from[k]);
				});
			for (let i = 1; i < tree.n; i++)
				if (self[i] || (base && base[i]))
					add(tree.name[i], i, i);
		}, this.values);
	}
}
