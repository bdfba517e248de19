/** The parts of an explanation, as plain data: `--json` prints them unchanged, and `format.ts` writes them for people. */

import type { ConfigRequest } from '../config/config-file.js';
import type { Place } from '../language/index.js';

export type Letter = 'n' | 'm' | 'y';

/** A symbol with the value it has. */
export interface SymbolAtValue {
  readonly symbol: string;
  /** As `.config` writes it. */
  readonly value: string;
}

/** A `select` or `imply`: who, where, under which condition, and how much it demands at present. */
export interface Link extends SymbolAtValue {
  readonly place: Place;
  /** Its `if`, with what its entry depends on; `y` when there is none. */
  readonly condition: string;
  readonly demands: Letter;
}

/** A condition that does not hold, down to the symbols at fault. */
export type Unmet =
  /** Every part is wanting. */
  | { readonly kind: 'all'; readonly parts: readonly Unmet[] }
  /** One part would do. */
  | { readonly kind: 'any'; readonly parts: readonly Unmet[] }
  | { readonly kind: 'symbol'; readonly culprit: Culprit };

/** A symbol that does not have the value a condition needs. */
export interface Culprit extends SymbolAtValue {
  /** The value that the condition needs: `y`, `m or y`, `n`, `= 4`. */
  readonly wanted: string;
  /** Where it is defined; none when the tree has no such symbol. */
  readonly places: readonly Place[];
  readonly why: CulpritReason;
}

export type CulpritReason =
  /** It is free to be set, and nobody does. */
  | { readonly kind: 'free' }
  /** It is what a line asks for. */
  | { readonly kind: 'requested'; readonly request: Place }
  | { readonly kind: 'undefined' }
  /** Its own dependencies, or the condition of its prompt. */
  | { readonly kind: 'unmet'; readonly unmet: Unmet }
  /** It has no prompt: only these could set it. */
  | { readonly kind: 'no-prompt'; readonly selectableBy: readonly Link[] }
  | { readonly kind: 'selected'; readonly by: readonly Link[] }
  | { readonly kind: 'default'; readonly place: Place }
  /** Its choice has come to another member, or must have this one. */
  | { readonly kind: 'choice'; readonly choice: string; readonly chosen: string | undefined }
  /** Spoken of above already. */
  | { readonly kind: 'repeated' };

/** Why a request did not stick. */
export type LossReason =
  | { readonly kind: 'unknown-symbol'; readonly nearest: readonly string[] }
  /** The value is none for a symbol of this type; `valid` says what is. */
  | { readonly kind: 'wrong-value'; readonly type: string; readonly valid: string; readonly meant?: string }
  | { readonly kind: 'overridden'; readonly by: ConfigRequest }
  | { readonly kind: 'dependency'; readonly place: Place; readonly expression: string; readonly unmet: Unmet }
  /** Its dependencies are met, but its prompt is hidden: `prompt … if`, or `visible if` of a menu around it. */
  | { readonly kind: 'hidden'; readonly place: Place; readonly expression: string; readonly unmet: Unmet }
  /** No prompt at all: its value comes from `select` and `default` only. */
  | {
      readonly kind: 'no-prompt';
      readonly places: readonly Place[];
      readonly selectableBy: readonly Link[];
      readonly defaultAt: Place | undefined;
    }
  | { readonly kind: 'selected'; readonly by: readonly Link[] }
  | { readonly kind: 'implied'; readonly by: readonly Link[] }
  | {
      readonly kind: 'choice';
      readonly choice: string;
      readonly place: Place;
      readonly chosen: string | undefined;
      /** The line that asks for the member that was taken. */
      readonly chosenBy: Place | undefined;
    }
  | { readonly kind: 'range'; readonly place: Place; readonly low: string; readonly high: string }
  /** conf takes the value for the defaults of these symbols, and does not write the symbol itself. */
  | { readonly kind: 'transitional'; readonly place: Place; readonly defaultOf: readonly SymbolAtValue[] }
  | { readonly kind: 'modules-off'; readonly modules: string | undefined }
  /** The request has its value after all. */
  | { readonly kind: 'kept' }
  /** The reader agrees that it is lost and cannot say more. */
  | { readonly kind: 'unclear' };

export interface Loss {
  readonly request: ConfigRequest;
  /** The value it has instead; `n` also when the symbol is not in the `.config`. */
  readonly got: string;
  readonly reasons: readonly LossReason[];
}

/** Where a symbol's value comes from. */
export type Origin =
  /** Somebody asked for it; without a place it stood in the `.config`. */
  | { readonly kind: 'request'; readonly place: Place | undefined }
  | { readonly kind: 'default'; readonly place: Place; readonly expression: string }
  | { readonly kind: 'selected'; readonly by: readonly Link[] }
  | { readonly kind: 'implied'; readonly by: readonly Link[] }
  | { readonly kind: 'choice'; readonly choice: string; readonly chosen: string | undefined }
  | { readonly kind: 'range'; readonly place: Place; readonly low: string; readonly high: string }
  /** Nobody gives it one, or its dependencies leave none. */
  | { readonly kind: 'none' };

/** An expression with the value it has, and those of the symbols in it. */
export interface Condition {
  readonly expression: string;
  readonly value: Letter;
  readonly symbols: readonly SymbolAtValue[];
}

export interface SymbolExplanation extends SymbolAtValue {
  readonly type: string;
  /** Whether it has a line in the `.config`. */
  readonly written: boolean;
  /** How far a line in a fragment can set it: `n` not at all, `m` up to m, `y` freely. */
  readonly visibility: Letter;
  readonly origin: Origin;
  readonly definitions: readonly {
    readonly place: Place;
    readonly prompt: string | undefined;
    readonly dependsOn: Condition | undefined;
  }[];
  readonly range: { readonly low: string; readonly high: string; readonly place: Place } | undefined;
  readonly choice: { readonly prompt: string; readonly members: readonly SymbolAtValue[] } | undefined;
  /** Only those in force. */
  readonly selectedBy: readonly Link[];
  readonly impliedBy: readonly Link[];
  /** The symbols that it selects at present. */
  readonly selects: readonly SymbolAtValue[];
  readonly help: string | undefined;
}
