let holders = 0;

/**
 * Keeps live updates waiting while somebody's own action is answered: React shows what is under way together, and an
 * answer must not wait for a refresh that came after it. Returns what lets go.
 */
export function holdRefresh(): () => void {
  holders += 1;
  return () => {
    holders -= 1;
  };
}

/** Whether an action waits for its answer on this page. */
export function isRefreshHeld(): boolean {
  return holders > 0;
}
