import { itWhere } from '../../../jest.abilities.js';
import { expectStart } from './hosts.js';

itWhere('mount')('npm start on a bare Debian sid (skipped unless root can mount)', () =>
  expectStart('sid', ['npm', 'start']),
);
