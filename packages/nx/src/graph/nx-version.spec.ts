import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OLDEST_NX, requireNx, UNKNOWN_NX } from './nx-version.js';

it.each(['22.7.0', '22.7.12', '22.10.0', '23.2.1', '24.0.6', '24.1.0-beta.3'])('%s will do', (version) => {
  expect(() => requireNx(version)).not.toThrow();
});

it.each(['22.0.0', '22.6.5', '21.10.3'])('%s is refused with the command to update', (version) => {
  expect(() => requireNx(version)).toThrow(
    `has Nx ${version}; Bringup needs 22.7.0 or newer. Update it: npx nx migrate`,
  );
});

it.each(['25.0.0', '25.0.0-beta.1', '30.1.0'])(
  'Nx %s is refused, and the message names the commands for a newer Bringup or an older Nx',
  (version) => {
    expect(() => requireNx(version)).toThrow(
      `has Nx ${version}; this version of Bringup is tested with Nx 22.7.0 to 24. Install a newer Bringup: npm install`,
    );
  },
);

it('is what package.json states', () => {
  const manifest = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');
  const { nx } = (JSON.parse(manifest) as { peerDependencies: { nx: string } }).peerDependencies;
  expect(nx).toBe(`>=${OLDEST_NX.replace(/\.0$/, '')} <${UNKNOWN_NX}`);
});
