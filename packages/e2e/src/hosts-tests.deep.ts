import { itWhere } from '../../../jest.abilities.js';
import { onHost } from './hosts.js';

/** Longer than a suite's hour with empty caches: the machine stays where a suite that was continued finds it, with them. */
const AT = '/var/tmp/bringup-hosts-tests';

itWhere('mount')('npm test on a bare Debian 13 (skipped unless root can mount)', async () => {
  const { exitCode, output } = await onHost('trixie', ['npm', 'test'], [`--at=${AT}`, '--keep']);
  expect(output.trimEnd().split('\n').at(-2)).toMatch(/^\d+ passed, 0 failed/);
  expect(exitCode).toBe(0);
  await onHost('trixie', ['true'], [`--at=${AT}`]);
});
