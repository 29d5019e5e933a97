const boxOf = e => e.target.closest?.('.box');

function listen() {
	frames.addEventListener('click', e => {
		const box = boxOf(e);
		if (!box)
			return;
		current = box.node;
		zoomTo(box.node);
		focusOn(box.node);
	});
	frames.addEventListener('mousemove', e => {
		const box = boxOf(e);
		if (!box)
			return hideTip();
		showTip(box.node, e);
		showDetails(box.node);
		outline(underMouse, box.node);
	});
	frames.addEventListener('contextmenu', e => {
		if (!boxOf(e)?.node)
			return;
		e.preventDefault();
		focusOn(boxOf(e).node);
		openMenu(e.clientX, e.clientY);
	});
	addEventListener('pointerdown', e => menu.contains(e.target) || closeMenu());
	frames.addEventListener('mouseleave', () => {
		hideTip();
		showDetails(current);
	});
	frames.addEventListener('focusin', e => {
		if (boxOf(e) && boxOf(e).node !== current)
			focusOn(boxOf(e).node);
		outline(inFocus, current);
	});
	tools.term.addEventListener('input', () => go({search: tools.term.value}, 'replaceState'));
	tools.shape.addEventListener('change', () => go({shape: tools.shape.value}));
	(alone ? window : svg).addEventListener('keydown', typed);
	addEventListener('resize', resized);
	if (alone) {
		addEventListener('scroll', follow);
		addEventListener('popstate', () => {
			state = fromAddress();
			show();
		});
	}
	new ResizeObserver(() => requestAnimationFrame(resized)).observe(svg);
}

let widthDrawn;

function resized() {
	if (room() === widthDrawn)
		return;
	widthDrawn = room();
	rows = 0;
	draw();
}

// Remove the first view once another is drawn.
function removeStill() {
	const still = svg.querySelectorAll('.still');
	still.forEach(e => e.remove());
	if (still.length && !conf.width)
		svg.removeAttribute('viewBox');
}

function begin() {
	svg.setAttribute('role', 'figure');
	listKeys();
	svg.append(frames, headBox, helpBox, tipBox, menuBox);
	if (alone)
		state = fromAddress();
	widthDrawn = room();
	show();
	listen();
}

begin();
