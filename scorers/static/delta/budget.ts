/** Bound on the work of all diffs of one matching; spent in an order that depends on the trees alone. */
export interface Budget {
  /** Whether two sequences of such lengths may still be compared; takes what that costs at worst. */
  spend(deleted: number, added: number): boolean;
}

/** `diffLines` gives up at this distance, so that no comparison takes more steps than its square. */
const maxDistance = 2000;
/** About a second on one core: dozens of complete rewrites of large files, and any number of small changes. */
const allSteps = 100_000_000;

export function openBudget(steps: number = allSteps): Budget {
  let left = steps;
  return {
    spend(deleted, added) {
      const cost = Math.min(deleted + added, maxDistance) ** 2 + deleted + added;
      if (cost > left) return false;
      left -= cost;
      return true;
    },
  };
}
