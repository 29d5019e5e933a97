// The call tree as a table: from the root to callees, or from functions to their callers.

{
	let list, grid, heads, graph, rows = [], current = 0, upward = false, toggle, key;
	const open = new Set();

	const bySize = (a, b) => Math.max(graph.total(b), graph.base(b)) - Math.max(graph.total(a), graph.base(a));

	// The rows in order: [box, depth]; those below an open box follow it.
	function listRows() {
		rows = [];
		const work = graph.kids(graph.root).sort(bySize).reverse().map(x => [x, 1]);
		while (work.length) {
			const [x, depth] = work.pop();
			rows.push([x, depth]);
			if (open.has(x))
				for (const kid of [...graph.kids(x)].sort(bySize).reverse())
					work.push([kid, depth + 1]);
		}
	}

	// Open the box with most of the value, as long as it has most of its parent's.
	function openWidest() {
		open.clear();
		for (let x = graph.root, n = 0; n < 40; n++) {
			const [first] = [...graph.kids(x)].sort(bySize);
			if (first === undefined || (x !== graph.root && graph.total(first) < graph.total(x) / 2))
				break;
			open.add(x = first);
		}
	}

	function rowOf(i) {
		const [x, depth] = rows[i], k = graph.name(x), isOpen = open.has(x), leaf = !graph.hasKids(x);
		const arrow = make('span', {class: 'arrow', 'aria-hidden': 'true'}, leaf ? '' : isOpen ? '\u25be' : '\u25b8');
		const name = make('span', {role: 'gridcell', class: 'name', title: names[k]}, arrow, names[k]);
		name.style.setProperty('--depth', Math.min(depth - 1, 60));
		const row = make('div', {role: 'row', class: `row${found.hit?.[k] ? ' match' : ''}`, 'aria-level': depth,
			'aria-rowindex': i + 2, 'aria-selected': k === selected, tabindex: i === current ? 0 : -1,
			'aria-expanded': leaf ? undefined : String(isOpen)},
			valueCell(graph.self(x), sums.all), valueCell(graph.total(x), sums.all,
				sums.base ? changeText(sides(graph.base(x), graph.total(x))) : undefined), name);
		row.addEventListener('focus', () => current = i);
		row.addEventListener('click', () => {
			current = i;
			if (!leaf)
				flip(x);
			pick(i);
		});
		row.addEventListener('contextmenu', e => {
			e.preventDefault();
			current = i;
			openMenu(graph, x, e.clientX, e.clientY, row);
		});
		return row;
	}

	function flip(x, on = !open.has(x)) {
		if (on)
			open.add(x);
		else
			open.delete(x);
		listRows();
		list.show(rows.length);
		grid.setAttribute('aria-rowcount', rows.length + 1);
	}

	function pick(i) {
		if (i < 0 || i >= rows.length)
			return;
		current = i;
		go({name: names[graph.name(rows[i][0])]}, 'replaceState');
		list.bringIntoSight(i);
		list.body.querySelector('[tabindex="0"]')?.focus({preventScroll: true});
		sayBox(graph, rows[i][0]);
	}

	function typed(e) {
		if (!rows.length || e.ctrlKey || e.metaKey || e.altKey || e.target.localName === 'button')
			return;
		const [x, depth] = rows[current], isOpen = open.has(x);
		const caller = () => {
			let i = current;
			while (i > 0 && rows[i][1] >= depth)
				i--;
			return i;
		};
		const run = {
			ArrowDown: () => pick(current + 1), ArrowUp: () => pick(current - 1),
			Home: () => pick(0), End: () => pick(rows.length - 1),
			ArrowRight: () => isOpen || !graph.hasKids(x) ? pick(current + 1) : (flip(x, true), pick(current)),
			ArrowLeft: () => isOpen ? (flip(x, false), pick(current)) : pick(caller()),
			Enter: () => (flip(x), pick(current)),
			c: () => copy(frameName(graph.name(x))), C: () => copy(foldedStack(graph, x)),
			m: () => {
				const {left, bottom} = e.target.getBoundingClientRect();
				openMenu(graph, x, left + 40, bottom, e.target);
			},
		}[e.key];
		if (!run)
			return;
		e.preventDefault();
		e.stopPropagation();
		run();
	}

	tabs.push({
		id: 'tree', title: 'Call tree', at: 3, there: () => true,
		make() {
			toggle = choice('Direction', [['', 'Top down: what is called'], ['up', 'Bottom up: what calls']],
				v => {
					upward = v === 'up';
					this.show();
				});
			heads = make('div', {role: 'row', class: 'heads', 'aria-rowindex': 1},
				...['Self', 'Total'].map(text => make('span', {role: 'columnheader', class: 'number'}, text)),
				make('span', {role: 'columnheader', class: 'name'}, 'Function'));
			grid = make('div', {role: 'treegrid', class: 'grid', 'aria-label': 'Call tree'}, heads);
			list = new LongList(grid, ROW, rowOf);
			grid.addEventListener('keydown', typed);
			return make('div', {class: 'fill column'}, make('p', {class: 'strip'}, toggle), grid);
		},
		show() {
			const wanted = `${upward} ${state.shape}`;
			if (!graph || graph.sums !== sums || key !== wanted) {
				graph = upward ? new BottomUp(sums, state.shape) : new TopDown(sums, state.shape);
				key = wanted;
				current = 0;
				openWidest();
				listRows();
			}
			grid.setAttribute('aria-rowcount', rows.length + 1);
			list.show(rows.length);
		},
	});
}
