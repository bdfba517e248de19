import { execFileSync } from 'node:child_process';
import { keepNoColor } from './no-color.js';

it.each([
  ['Nx forces colours on a user who wants none', { NO_COLOR: '1', FORCE_COLOR: 'true' }, '0'],
  ['the user has set both', { NO_COLOR: '1', FORCE_COLOR: '1' }, '1'],
  ['NO_COLOR is empty, which is not set (no-color.org)', { NO_COLOR: '', FORCE_COLOR: 'true' }, 'true'],
  ['NO_COLOR is not set', { FORCE_COLOR: 'true' }, 'true'],
])('when %s', (_when, env: NodeJS.ProcessEnv, forced) => {
  keepNoColor(env);
  expect(env.FORCE_COLOR).toBe(forced);
});

it('makes Node silent about the two variables', () => {
  const warns = (env: NodeJS.ProcessEnv) => {
    const script = 'process.on("warning", ({ message }) => console.log(message)); console.error({})';
    return execFileSync(process.execPath, ['--eval', script], { env, encoding: 'utf8' });
  };
  const env: NodeJS.ProcessEnv = { NO_COLOR: '1', FORCE_COLOR: 'true' };
  expect(warns(env)).toMatch(/NO_COLOR.*FORCE_COLOR/);
  keepNoColor(env);
  expect(warns(env)).toBe('');
});
