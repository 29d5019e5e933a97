// The tip beside the mouse, and the list of keys

const tip = make(HTML, 'div', {class: 'tip'});
const tipBox = make(SVG, 'foreignObject', {class: 'tipbox', width: 1, height: 1}, tip);

function showTip(i, e) {
	const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
	const width = Math.min(460, room());
	tip.replaceChildren(make(HTML, 'b', {}, fullName(i)),
		...facts(i).map(line => make(HTML, 'div', {}, line)));
	tipBox.setAttribute('width', width);
	const {width: w, height: h} = tip.getBoundingClientRect(), scale = scaleOfPixels();
	const below = e.clientY + 20 + h < innerHeight;
	tipBox.setAttribute('height', h / scale);
	tipBox.setAttribute('x', Math.max(0, Math.min(at.x + 12, room() + 2 * PAD - w / scale)));
	tipBox.setAttribute('y', below ? at.y + 16 : Math.max(0, at.y - 8 - h / scale));
	tipBox.classList.add('shown');
}

function hideTip() {
	tipBox.classList.remove('shown');
}

const help = make(HTML, 'dl', {class: 'help', role: 'dialog', 'aria-label': 'Keys'});
const helpBox = make(SVG, 'foreignObject', {class: 'helpbox', x: PAD, width: 1, height: 1}, help);

function toggleHelp(on = !helpBox.classList.contains('shown')) {
	helpBox.setAttribute('y', (+headBox.getAttribute('y') || 0) + +headBox.getAttribute('height'));
	helpBox.setAttribute('width', Math.min(420, room()));
	helpBox.setAttribute('height', help.getBoundingClientRect().height / scaleOfPixels());
	helpBox.classList.toggle('shown', on);
}
