import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeWhere } from '../../../jest.abilities.js';
import { expectStart, onHost } from './hosts.js';

describeWhere('mount')('a bare Debian 13 (skipped unless root can mount)', () => {
  // Node ignores NO_COLOR where Nx sets FORCE_COLOR, and would say so.
  it('npm start as root, without colours', () =>
    expectStart('trixie', ['env', 'NO_COLOR=1', 'npm', 'start']));

  it('npm start as an unprivileged user, after the line that it prints', async () => {
    const parent = mkdtempSync('/var/tmp/bringup-host-');
    const at = [`--at=${join(parent, 'machine')}`];
    try {
      const first = await onHost('trixie', ['npm', 'start'], [...at, '--keep', '--user']);
      expect(first.exitCode).toBe(1);
      const line = /^ +sudo (apt-get update && sudo apt-get install .*)$/m.exec(first.output)![1]!;
      const install = await onHost('trixie', ['sh', '-c', line.replace('sudo ', '')], [...at, '--keep']);
      expect(install.exitCode).toBe(0);
      await expectStart('trixie', ['npm', 'start'], [...at, '--user']);
    } finally {
      // A machine that failed in between was kept.
      await onHost('trixie', ['true'], at);
      rmSync(parent, { recursive: true, force: true });
    }
  });
});
