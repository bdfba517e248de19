import type { TargetConfiguration } from '@nx/devkit';

/** An entry of a target's `inputs`, as Nx takes it. */
export type Input = NonNullable<TargetConfiguration['inputs']>[number];

/** An entry of a target's `dependsOn`, as Nx takes it. */
export type Dependency = NonNullable<TargetConfiguration['dependsOn']>[number];
