import { itWhere } from '../../../jest.abilities.js';
import { expectStart } from './hosts.js';

itWhere('mount')('npm start on a bare Debian 12 (skipped unless root can mount)', () =>
  expectStart('bookworm', ['npm', 'start']),
);
