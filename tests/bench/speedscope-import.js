/*
 * Read a file with the importer of speedscope, and print the weight of each of its profiles:
 *
 *	node speedscope-import.js FOLDER FILE
 *
 * FOLDER is the installed package. It holds a page, not a library: the importer is a part of
 * the page's one script, which runs here without a document. The first line added to the script
 * keeps the importer; what the script does with the page fails, which does not matter.
 */
'use strict';
const fs = require('fs');
const path = require('path');
const vm = require('vm');

function loadImporter(folder) {
	const release = path.join(folder, 'dist', 'release');
	const name = fs.readdirSync(release).find((f) => /^speedscope-.*\.js$/.test(f));
	const script = fs.readFileSync(path.join(release, name), 'utf8');
	const [, exported] = /(\w+),\{[^{}]*importProfileGroupFromText:/.exec(script);
	const [, init] = new RegExp('\\((\\w+)\\(\\),' + exported + '\\)').exec(script);
	const page = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : page),
		apply: () => page, construct: () => page });

	Object.assign(globalThis, { window: globalThis, document: page, location: page, localStorage: page });
	console.log = () => {};
	try {
		vm.runInThisContext(script.replace('(()=>{', `(()=>{globalThis.importer=()=>(${init}(),${exported});`));
	} catch {
	}
	return globalThis.importer();
}

async function main([folder, file]) {
	const bytes = fs.readFileSync(file);
	const group = await loadImporter(folder).importProfilesFromArrayBuffer(
		path.basename(file), bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));

	if (!group)
		throw new Error(`${file}: speedscope does not know the format`);
	for (const profile of group.profiles)
		process.stdout.write(`${profile.getName()}: ${profile.getTotalWeight()}\n`);
	process.exit(0);
}

main(process.argv.slice(2)).catch((e) => {
	process.stderr.write(`${e.stack}\n`);
	process.exit(1);
});
