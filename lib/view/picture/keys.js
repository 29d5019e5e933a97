// Moving

function focusOn(i) {
	const to = drawn.get(i), from = drawn.get(current);
	if (!to)
		return;
	from?.element.setAttribute('tabindex', -1);
	to.element.setAttribute('tabindex', 0);
	current = i;
	to.element.focus({preventScroll: true});
	outline(inFocus, i);
	bringIntoSight(to.element);
	showDetails(i);
}

// Scroll no further than necessary, and keep the element clear of the head.
function bringIntoSight(element) {
	if (!alone)
		return element.scrollIntoView({block: 'nearest', inline: 'nearest'});
	const {top, bottom} = element.getBoundingClientRect();
	const roof = head.getBoundingClientRect().height;
	if (top < roof)
		scrollBy(0, top - roof - 8);
	else if (bottom > innerHeight)
		scrollBy(0, bottom - innerHeight + 8);
}

// The drawn sibling after the current node or, with -1, before it.
function sibling(by) {
	const line = tree.children(tree.parent[current]).filter(i => drawn.has(i));
	return current ? line[line.indexOf(current) + by] : undefined;
}

function widestChild(i) {
	return tree.children(i).reduce((a, b) => b && (!a || tree.width[b] > tree.width[a]) ? b : a, 0);
}

const outward = () => current && focusOn(tree.parent[current]);
const inward = () => focusOn(widestChild(current) || current);

// Zoom one frame further towards the one in focus, or into the widest one.
function zoomIn() {
	const path = tree.path(current), at = path.indexOf(zoom);
	const next = at >= 0 && path[at + 1] || widestChild(zoom);
	if (next)
		zoomTo(next);
}

function escape() {
	if (closeMenu())
		return;
	if (helpBox.classList.contains('shown'))
		toggleHelp(false);
	else if (state.search)
		go({search: ''}, 'replaceState');
	else if (zoom)
		zoomTo(0);
	hideTip();
}

const use = tool => tool.hidden || tool.click();
const upward = () => down ? outward() : inward();
const downward = () => down ? inward() : outward();
const nextShape = () => shapes[(shapes.indexOf(state.shape) + 1) % shapes.length];

// Keys are named as in KeyboardEvent.key; '?' lists the last column.
const keys = [
	[['ArrowUp'], upward, '\u2191 \u2193', 'to the caller, or to the widest callee'],
	[['ArrowDown'], downward],
	[['ArrowLeft'], () => focusOn(sibling(-1)), '\u2190 \u2192', 'to the frame beside it'],
	[['ArrowRight'], () => focusOn(sibling(1))],
	[['Enter', ' '], () => zoomTo(current), 'Enter', 'zoom into the frame'],
	[['+', '='], zoomIn, '+ \u2212', 'zoom in or out by one frame'],
	[['-'], () => zoomTo(tree.parent[zoom])],
	[['0', 'Home'], () => zoomTo(0), '0', 'show everything'],
	[['Escape'], escape, 'Esc', 'end the search, then the zoom'],
	[['/', 'F3'], () => tools.term.select(), '/', 'search for text, or a /pattern/'],
	[['n'], () => step(1), 'n N', 'next match, or the one before'],
	[['N'], () => step(-1)],
	[['i'], () => use(tools.icicle), 'i', 'flame or icicle'],
	[['r'], () => use(tools.reversed), 'r', 'reverse: leaf first'],
	[['s'], () => use(tools.order), 's', 'sort by width or by name'],
	[['w'], () => conf.diff && go({shape: nextShape()}), 'w', 'width: new, base, union or difference'],
	[['c'], () => copy(fullName(current)), 'c C', 'copy the name, or the folded stack'],
	[['C'], () => copy(folded(current))],
	[['m', 'ContextMenu'], () => menuOfCurrent(), 'm', 'the menu of the frame'],
	[['F'], () => filterBy('focus'), 'F X H', 'focus on the frame, ignore stacks with it, hide it'],
	[['X'], () => filterBy('ignore')],
	[['H'], () => filterBy('hide')],
	[['?'], () => toggleHelp(), '?', 'this list'],
];

function listKeys() {
	for (const [[key], , shown, does] of keys)
		if (shown && (conf.diff || key !== 'w'))
			help.append(make(HTML, 'dt', {}, shown), make(HTML, 'dd', {}, does));
}

function typedInField(e) {
	if (e.key === 'Enter') {
		step(e.shiftKey ? -1 : 1);
		tools.term.focus();
	} else if (e.key === 'Escape') {
		escape();
		tools.term.blur();
	}
}

function typed(e) {
	const find = (e.ctrlKey || e.metaKey) && e.key === 'f';
	const hit = keys.find(([names]) => names.includes(find ? '/' : e.key));
	if (e.target === tools.term && !find)
		return typedInField(e);
	if (!hit || (!find && (e.ctrlKey || e.metaKey || e.altKey)))
		return;
	const itsOwn = e.target.localName === 'button' && [' ', 'Enter'].includes(e.key);
	if (itsOwn || e.target === tools.shape)
		return;
	e.preventDefault();
	if (boxOf(e))
		current = boxOf(e).node;
	hit[1]();
}
