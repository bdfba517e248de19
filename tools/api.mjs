/**
 * `npm run api`: writes what each package below `nx` exports, with types, into its `api.md`; `--check` fails where a report is not as
 * the code is. So a change of what others may use is seen in review, and is meant. It reads what `npm run build` last wrote.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = ['process', 'kconfig', 'rootfs', 'disk', 'kbuild', 'qemu', 'gdb'];
const ENTRIES = ['index', 'graph', 'identity'];
const check = process.argv.includes('--check');

const files = PACKAGES.flatMap((name) =>
  ENTRIES.map((entry) => join(ROOT, 'packages', name, 'dist', `${entry}.d.ts`)).filter((path) =>
    existsSync(path),
  ),
);
const program = ts.createProgram(files, { module: ts.ModuleKind.NodeNext, types: ['node'] });
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

const stale = [];
for (const name of PACKAGES) {
  const path = join(ROOT, 'packages', name, 'api.md');
  const report = describePackage(name);
  if ((existsSync(path) ? readFileSync(path, 'utf8') : '') === report) continue;
  stale.push(`packages/${name}/api.md`);
  if (!check) writeFileSync(path, report);
}
if (stale.length > 0) console.log(`${check ? 'Not as the code is' : 'Written'}: ${stale.join(', ')}`);
if (check && stale.length > 0) {
  console.log('If others are meant to see this change, run `npm run api` and commit what it writes.');
  process.exitCode = 1;
}

function describePackage(name) {
  const directory = join(ROOT, 'packages', name, 'dist');
  const parts = files
    .filter((path) => dirname(path) === directory)
    .map((path) => {
      const entry = basename(path, '.d.ts');
      const title = entry === 'index' ? `@bringup/${name}` : `@bringup/${name}/${entry}`;
      const exported = checker
        .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path)))
        .map(original);
      const behind = typesBehind(exported, directory);
      return `\n## \`${title}\`\n${block(exported)}${behind.length > 0 ? `\nTypes that these have, without a name outside:\n${block(behind)}` : ''}`;
    });
  return `# What \`@bringup/${name}\` exports\n\nWritten by \`npm run api\`: do not edit.\n${parts.join('')}`;
}

/** Declarations by name, as TypeScript writes them. */
function block(symbols) {
  const texts = symbols
    .map((symbol) => [symbol.name, describe(symbol)])
    .sort(([a, textOfA], [b, textOfB]) => (a < b || (a === b && textOfA < textOfB) ? -1 : 1));
  return `\n\`\`\`ts\n${texts.map(([, text]) => text).join('\n\n')}\n\`\`\`\n`;
}

/** Types of the same package that a caller is given, or has to give, but that are not exported themselves. */
function typesBehind(exported, directory) {
  const found = new Set(exported);
  const visit = (node) => {
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node);
      if (symbol) add(original(symbol));
    }
    ts.forEachChild(node, visit);
  };
  const add = (symbol) => {
    const isType =
      symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class);
    const isOurs = symbol.declarations?.some((one) =>
      one.getSourceFile().fileName.startsWith(`${directory}/`),
    );
    if (found.has(symbol) || !isType || !isOurs) return;
    found.add(symbol);
    symbol.declarations.forEach(visit);
  };
  for (const symbol of exported) symbol.declarations.forEach(visit);
  return [...found].slice(exported.length);
}

function original(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function describe(symbol) {
  return symbol.declarations
    .map((declaration) => {
      const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
      const text = printer.printNode(ts.EmitHint.Unspecified, statement, declaration.getSourceFile());
      return text.replace(/^export /, '').replace(/^declare /, '');
    })
    .join('\n');
}
